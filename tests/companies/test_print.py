"""The printed sheet of a company: everything is on it, legible, quick, and nothing is fetched."""

import http.server
import io
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import insert

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.companies.operations import refresh
from app.companies.printing import LONGEST_NOTES, company_pdf
from app.core.pdf import LONGEST_TEXT
from app.extensions import db
from app.notes.models import Note
from app.tags.operations import add_to
from tests.factories import make_company, make_contact, make_tag, new_siren, siret_of

MOST_SECONDS = 5.0  # Of processor, for 500 sites.


def printed(company: Company, by: Account) -> str:
    """The text of the PDF on one line; made within a request, as pages are."""
    return text_of(company_pdf(company, by))


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def write_note(company: Company, by: Account, text: str) -> None:
    db.session.add(Note(company_id=company.id, text=text, author_id=by.id))
    db.session.flush()


@pytest.fixture(autouse=True)
def within_a_request(app) -> Iterator[None]:
    with app.test_request_context("/crm/companies/"):
        yield


def test_shows_the_whole_sheet(editor):
    siren = new_siren()
    parent = make_company(name="Groupe Œuvres réunies")
    company = make_company(
        siren=siren, siret=siret_of(siren), name="Ateliers de l’Étoile", acronym="ADE",
        parent_id=parent.id, legal_form_code="5710", naf_code="62.01Z", naf_nomenclature="rev2",
        turnover=1_234_567, website="https://etoile.example/", phone="+33561000000",
        email="bonjour@etoile.example", address="2 rond-point Émile-Dewoitine",
        postal_code="31700", city="Blagnac", commune_code="31069",
    )  # fmt: skip
    company.description = "Fabrique d’étoiles.\nDepuis 1901."
    add_to(make_tag("Partenaire historique"), [company.id], by=editor)
    make_contact(
        first_name="Zoé", last_name="Łukasz", company_id=company.id, email="zoe@etoile.example",
        job_title="Directrice", signs_agreements=True,
    )  # fmt: skip
    write_note(company, editor, "Reçus en novembre, à rappeler.")
    db.session.expire_all()

    text = printed(company, editor)
    for shown in (
        "Ateliers de l’Étoile", "ADE", "Groupe Œuvres réunies", "SAS", "62.01Z",
        "Programmation informatique", "1 234 567 €", "https://etoile.example/", "05 61 00 00 00",
        "bonjour@etoile.example", "2 rond-point Émile-Dewoitine, 31700 Blagnac",
        "Fabrique d’étoiles.", "Depuis 1901.", "Partenaire historique", "Zoé Łukasz",
        "zoe@etoile.example", "Directrice · signe les conventions",
        "Reçus en novembre, à rappeler.", "Fiche complète à", "Imprimé le", "par Editor Exemple",
        "Page 1 / ", f"{siren[:3]} {siren[3:6]} {siren[6:]}",
    ):  # fmt: skip
        assert shown.replace("\u00a0", " ") in text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Non renseigné" in text  # The share capital and the head count.


def test_every_alphabet_is_legible(editor):
    company = make_company(name="Œuvre Łódź Győr Ελλάδα Жуков 🚀 北京 ★ ﬁn")
    text = printed(company, editor)
    assert "Œuvre Łódź Győr Ελλάδα Жуков [émoji] BeiJing ★" in text
    assert not set(text) & {"□", "■", "\ufffd", "🚀", "北"}


def test_our_fonts_are_inside(editor):
    reader = PdfReader(io.BytesIO(company_pdf(make_company(), editor)))
    fonts = {
        font["/BaseFont"].split("+")[-1]
        for page in reader.pages
        for font in (each.get_object() for each in page["/Resources"]["/Font"].values())
    }
    assert {"DejaVuSans", "DejaVuSans-Bold"} <= fonts


def test_closed_sites_and_former_contacts_stand_apart(editor):
    company, other = make_company(city="Blagnac"), make_company()
    db.session.add(
        Establishment(
            company_id=company.id, siren=company.siren, city="Auch", closed_on=date(2020, 3, 1)
        )
    )
    contact = make_contact(first_name="Léa", last_name="Partie", company_id=company.id)
    from app.contacts.operations import form_values, update_contact

    base = form_values(contact)
    update_contact(contact, {**base, "company_id": other.id}, base=base, by=editor)
    db.session.expire_all()

    text = printed(company, editor)
    sites, closed = text.index("Établissements "), text.index("Établissements fermés")
    assert sites < text.index("Blagnac — siège") < closed < text.index("Auch")
    assert "01/03/2020" in text[closed:]
    current, former = text.index("Contacts du CRM"), text.index("Anciens contacts")
    assert "Léa Partie" not in text[current:former]
    assert "Léa Partie" in text[former:]


def test_what_lies_in_the_bin_is_not_printed(editor):
    from app.core.db import utcnow

    company = make_company()
    gone = {"trashed_at": utcnow()}
    db.session.add(Establishment(company_id=company.id, siren=company.siren, city="Auch", **gone))
    db.session.add(Note(company_id=company.id, text="Jetée.", author_id=editor.id, **gone))
    db.session.flush()
    text = printed(company, editor)
    assert "Auch" not in text
    assert "Jetée." not in text


def test_long_texts_are_cut_and_say_so(editor):
    company = make_company()
    company.description = "mot " * LONGEST_TEXT
    for _round in range(LONGEST_NOTES // LONGEST_TEXT + 3):
        write_note(company, editor, "note " * (LONGEST_TEXT // 5))
    text = printed(company, editor).replace("\u202f", " ")
    assert "[Texte coupé : 30 000 caractères ne sont pas imprimés.]" in text.replace("\u00a0", " ")
    assert "3 notes plus anciennes ne sont pas imprimées." in text


def test_a_word_longer_than_the_page_is_set(editor):
    company = make_company()
    word = "a" * 700 + "<é&" * 100
    company.description = word
    assert word in printed(company, editor).replace(" ", "")


def test_a_company_with_500_sites_prints_all_of_them_over_many_pages(editor):
    company = make_company()
    sites = [
        {
            "company_id": company.id, "siren": company.siren, "is_head_office": False,
            "siret": siret_of(company.siren, nic), "trade_name": f"Agence numéro {nic}",
            "address": f"{nic} rue de la Liberté", "postal_code": "31000", "city": "Toulouse",
            "phone": "+33561000000", "email": f"agence{nic}@exemple.example",
        }
        for nic in range(100, 600)
    ]  # fmt: skip
    db.session.execute(insert(Establishment), sites)
    db.session.expire_all()
    refresh(company)
    start = time.process_time()
    pdf = company_pdf(company, editor)
    assert time.process_time() - start < MOST_SECONDS
    text = text_of(pdf)
    assert "Agence numéro 100" in text
    assert "Agence numéro 599" in text
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 10  # Not shrunk into one.


@pytest.fixture
def canary() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that notes whatever is asked of it."""
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_args: object) -> None:
            """Nothing on the screen."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, hits
    server.shutdown()
    server.server_close()


def test_markup_of_a_note_stays_text_and_reaches_nobody(editor, canary):
    port, hits = canary
    url = f"http://127.0.0.1:{port}"
    markup = (
        f'<img src="{url}/img"><style>@import url({url}/css);</style>'
        f"<div style=\"background:url('{url}/bg')\">x</div><pdf:template src='{url}/pdf'>"
    )
    company = make_company(name=f'<img src="{url}/name">')
    write_note(company, editor, markup)
    text = printed(company, editor).replace(" ", "")
    assert markup.replace(" ", "") in text
    assert hits == []


def test_the_renderer_itself_fetches_nothing(app, canary, monkeypatch):
    """Even markup that got into a template unescaped reaches no server and no other file."""
    from jinja2 import DictLoader

    from app.core.pdf import render_pdf

    port, hits = canary
    url = f"http://127.0.0.1:{port}"
    page = (
        f'<html><head><style>@import url("{url}/css"); body {{ background: url({url}/bg) }}</style>'
        f'</head><body><img src="{url}/img"><img src="/etc/passwd"><img src="../../../config.py">'
        "<p>Reste</p></body></html>"
    )
    monkeypatch.setattr(app, "jinja_loader", DictLoader({"raw.html": page}))
    app.jinja_env.cache.clear()
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader({"raw.html": page}))
    assert "Reste" in text_of(render_pdf("raw.html", printed_by="Personne"))
    assert hits == []
    app.jinja_env.cache.clear()
