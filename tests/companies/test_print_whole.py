"""The printed sheet of a big company against its pages: nothing that they show is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import insert

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.companies.operations import refresh, update_company
from app.companies.printing import company_pdf
from app.contacts.models import Contact, Post
from app.contacts.queries import PEOPLE_SHOWN
from app.extensions import db
from app.notes.models import Note
from app.tags.operations import add_to
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, new_siren, siret_of
from tests.pages import Element, parse
from tests.sheets.conftest import body, texts

SITES, CLOSED, NOTES = 500, 20, 30
TABS = ("", "contacts", "establishments")
# What shows a value, besides the cells of tables.
CLASSES = ("note__text", "choice-list__title", "tree__item", "tag__text")
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def big(app: Flask, admin: Account) -> int:
    """500 sites, as many people as a page shows, people of the past, notes, tags, subsidiaries."""
    siren = new_siren()
    parent = make_company(name="Groupe des Écluses réunies")
    company = make_company(
        siren=siren, siret=siret_of(siren), name="Grands Ateliers de l’Étoile", acronym="GAE",
        parent_id=parent.id, legal_form_code="5710", naf_code="62.01Z", naf_nomenclature="rev2",
        headcount_code="12", headcount_year=2025, turnover=1_234_567, share_capital=89_000,
        website="https://etoile.example/", phone="+33561000000", email="bonjour@etoile.example",
        address="2 rond-point Émile-Dewoitine", postal_code="31700", city="Blagnac",
    )  # fmt: skip
    make_company(name="Filiale de Sète", parent_id=company.id, city="Sète")
    _sites(company)
    db.session.refresh(company)
    _people(company)
    notes = [
        {"company_id": company.id, "author_id": admin.id, "text": f"Note {n} : reçus en mai.\nÀ rappeler."}
        for n in range(NOTES)
    ]  # fmt: skip
    db.session.execute(insert(Note), notes)
    text = {"description": "Fabrique d’étoiles.\nDepuis 1901."}
    update_company(company, text, base={"description": None}, by=admin)
    add_to(make_tag("Partenaire historique"), [company.id], by=admin)
    db.session.commit()
    return company.id


def _sites(company: Company) -> None:
    towns = [("31000", "Toulouse"), ("34200", "Sète"), ("67000", "Strasbourg")]
    sites = [
        {
            "company_id": company.id, "siren": company.siren, "is_head_office": False,
            "siret": siret_of(company.siren or "", nic), "trade_name": f"Agence numéro {nic}",
            "address": f"{nic} rue de la Liberté", "postal_code": towns[nic % 3][0],
            "city": towns[nic % 3][1], "phone": "+33561000000",
            "email": f"agence{nic}@etoile.example",
            "closed_on": date(2024, 3, 1) if nic < 100 + CLOSED else None,
        }
        for nic in range(100, 100 + SITES - 1)
    ]  # fmt: skip
    db.session.execute(insert(Establishment), sites)
    db.session.commit()
    refresh(company)


def _people(company: Company) -> None:
    for number in range(3):
        make_contact(
            first_name="Zoé", last_name=f"Łukasz {number}", company_id=company.id,
            email=f"zoe{number}@etoile.example", phone="+33561000001", job_title="Directrice",
            job_function="Ressources humaines", signs_agreements=True,
        )  # fmt: skip
    many = [
        {
            "first_name": "Paul", "last_name": f"Évrard {number:03}", "company_id": company.id,
            "email": f"paul{number}@etoile.example", "job_title": f"Chef d’atelier {number}",
            "country": "FR", "sort_last": f"evrard {number:03}", "sort_first": "paul",
            "search_text": "", "duplicate_keys": "",
        }
        for number in range(PEOPLE_SHOWN - 3)
    ]  # fmt: skip
    columns = Contact.__table__.c
    db.session.execute(
        insert(Contact), [{k: v for k, v in row.items() if k in columns} for row in many]
    )
    former = make_contact(first_name="Ancien", last_name="Directeur")
    for owner in ({"contact_id": former.id}, {"account_id": account_named("graduate").id}):
        ended = date(2023, 6, 1) if "contact_id" in owner else None
        db.session.add(
            Post(company_id=company.id, title="Stagiaire", started_on=date(2022, 1, 3), ended_on=ended, **owner)
        )  # fmt: skip
    refresh(company)
    db.session.commit()


def flat(text: str) -> str:
    """Without blanks and commas: where lines end, and what joins them, is the setter's business."""
    return "".join(text.replace("\u00a0", " ").replace("\u202f", " ").replace(",", " ").split())


def shown(client: FlaskClient, pk: int) -> list[str]:
    """The values that the pages of a sheet show, but for what one does there."""
    found: list[str] = []
    for tab in TABS:
        main = parse(client.get(f"/crm/companies/{pk}/{tab}").text).one("main")
        cells = [cell for body in main.all("tbody") for cell in (*body.all("th"), *body.all("td"))]
        values = [each for css in CLASSES for each in main.all(css=css)]
        found += [_value(each) for each in (*main.all("dd"), *cells, *values)]
        for more in main.all(css="choice-list__more"):
            found += more.text.split(" · ")
    return [text for text in found if text]


def _value(element: Element) -> str:
    """Of a name with a portrait, the name."""
    return " ".join(each.text for each in element.all("a")) or element.text


def test_all_that_the_pages_show_is_printed(login_as: SignIn, app: Flask, big: int) -> None:
    values = shown(login_as("reader"), big)
    assert len(values) > 3 * SITES
    with app.test_request_context():
        company = db.session.get_one(Company, big)
        pages = texts(PdfReader(BytesIO(company_pdf(company, account_named("reader")))))
    text = flat(" ".join(body(page) for page in pages))
    assert [value for value in values if flat(value) not in text] == []
    assert "pas imprimé" not in text  # Nothing was left out.
    # And the other way: what is printed of each site stands there once.
    for nic in range(100, 100 + SITES - 1):
        assert text.count(f"Agencenuméro{nic}") == 1
        assert text.count(f"agence{nic}@etoile.example") == 1
