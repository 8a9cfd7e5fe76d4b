"""The export of companies: every field, the order asked, flat in statements."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import openpyxl
import pytest
from sqlalchemy import event, insert, select

from app.companies.columns import COLUMNS as LIST_COLUMNS
from app.companies.export import COMPANY_EXPORT, phone_text
from app.companies.models import Company, Establishment
from app.companies.queries import COMPANIES
from app.core.db import utcnow
from app.core.export import answer
from app.core.export.answer import Export, file_response
from app.core.export.cells import BETWEEN
from app.core.export.reading import CHUNK, Reader
from app.core.listing import Listing
from app.core.phones import format_phone
from app.extensions import db
from app.tags.operations import add_to
from tests.exports import read_back
from tests.factories import make_company, make_tag, new_siren, siret_of

COLUMNS = COMPANY_EXPORT.columns


def table(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
def export(app) -> Iterator[Callable[..., bytes]]:
    def ask(ids=None, fmt="csv", columns=COLUMNS, count=1, **asked) -> bytes:
        listing = Listing(COMPANIES, **asked)
        response = file_response(Export(COMPANY_EXPORT, columns, fmt, listing, count, ids))
        data = response.get_data()
        response.close()
        return data

    with app.test_request_context("/crm/companies/export", method="POST"):
        yield ask


def names(data: bytes) -> list[str]:
    return [line["Raison sociale"] for line in table(data)]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SELECT statements that the database is sent."""
    statements: list[str] = []

    def note(_conn, _cursor, statement, *_more) -> None:
        if statement.lstrip().startswith("SELECT"):
            statements.append(statement)

    engine = db.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def full_company(editor) -> Company:
    siren = new_siren()
    parent = make_company(name="Groupe Étoile")
    company = make_company(
        siren=siren, siret=siret_of(siren), name="=Étoile", acronym="ETO", parent_id=parent.id,
        legal_form_code="5710", headcount_code="12", headcount_year=2023, naf_code="62.01Z",
        naf_nomenclature="rev2", turnover=-1_500, share_capital=37_000,
        website="https://etoile.example/", phone="+33561000000", email="a@etoile.example",
        address="Bâtiment B\n2 rue de la Paix", postal_code="01000", city="Bourg-en-Bresse",
        commune_code="01053",
    )  # fmt: skip
    company.description = "Une\nfabrique"
    company.verified_at = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    company.verified_by_id = editor.id
    add_to(make_tag("Beta"), [company.id], by=editor)
    add_to(make_tag("Alpha"), [company.id], by=editor)
    db.session.commit()
    return company


def test_csv_has_every_field_of_the_sheet(export, editor):
    company = full_company(editor)
    [line] = table(export([company.id]))
    siren = company.siren
    assert line["Raison sociale"] == "'=Étoile"
    assert line["Sigle"] == "ETO"
    assert line["SIREN"].strip() == siren
    assert line["SIRET du siège"].strip() == siret_of(siren)
    assert line["Numéro de TVA"].endswith(siren)
    assert line["Forme juridique (code)"] == "5710"
    assert line["Forme juridique"].startswith("SAS")
    assert (line["Effectif"], line["Année de l’effectif"]) == ("20 à 49\u00a0salariés", "2023")
    assert (line["Code NAF"], line["Activité (NAF)"]) == ("62.01Z", "Programmation informatique")
    assert line["Nomenclature NAF"] == "NAF rév.\u00a02"
    assert (line["Chiffre d’affaires"], line["Capital social"]) == ("-1500", "37000")
    assert line["Téléphone"] == "05 61 00 00 00"
    assert line["Adresse du siège"] == "Bâtiment B, 2 rue de la Paix"
    assert (line["Code postal"].strip(), line["Ville"]) == ("01000", "Bourg-en-Bresse")
    assert line["Commune (code Insee)"].strip() == "01053"
    assert line["Département"] == "01 · Ain"
    assert line["Société mère"] == "Groupe Étoile"
    assert line["Tags"] == "Alpha, Beta"
    assert line["Description"] == "Une\nfabrique"
    assert line["Vérifiée le"] == "25/11/2026 12:00"
    assert line["Vérifiée par"] == "Editor Exemple"
    assert line["Adresse de la fiche"] == f"http://localhost/crm/companies/{company.id}/"
    assert list(line) == [str(column.label) for column in COLUMNS]


def test_xlsx_says_the_same(export, editor):
    company = full_company(editor)
    sheet = openpyxl.load_workbook(io.BytesIO(export([company.id], fmt="xlsx"))).active
    assert sheet.title == "Entreprises"
    values = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert values["Raison sociale"].value == "=Étoile"
    assert values["Raison sociale"].data_type == "s"
    for label in ("SIREN", "SIRET du siège", "Code postal", "Téléphone", "Code NAF"):
        assert (values[label].data_type, values[label].number_format) == ("s", "@")
    assert values["SIRET du siège"].value == siret_of(company.siren)
    assert values["Code postal"].value == "01000"
    assert values["Chiffre d’affaires"].value == -1500
    assert values["Vérifiée le"].value.date() == date(2026, 11, 25)
    assert values["Adresse de la fiche"].hyperlink is None


def test_a_company_of_which_nothing_is_known(export):
    company = Company(name="Seule", search_text="", sort_name="seule")
    db.session.add(company)
    db.session.commit()
    [line] = table(export([company.id]))
    assert (line["SIREN"], line["SIRET du siège"], line["Numéro de TVA"]) == ("", "", "")
    assert (line["Code postal"], line["Tags"], line["Effectif"]) == ("", "", "")


def test_only_the_live_head_office_counts(export):
    company = make_company(city="Blagnac")
    db.session.add(Establishment(company_id=company.id, siren=company.siren, city="Auch"))
    company.head_office.trashed_at = utcnow()
    db.session.flush()
    db.session.add(
        Establishment(company_id=company.id, siren=company.siren, city="Lyon", is_head_office=True)
    )
    db.session.commit()
    assert table(export([company.id]))[0]["Ville"] == "Lyon"


def test_a_parent_in_the_bin_is_not_named(export):
    parent = make_company(name="Disparue")
    company = make_company(parent_id=parent.id)
    parent.trashed_at = utcnow()
    db.session.commit()
    assert table(export([company.id]))[0]["Société mère"] == ""


def test_a_tag_in_the_bin_is_not_named(export, editor):
    company, tag = make_company(), make_tag("Ancien")
    add_to(tag, [company.id], by=editor)
    tag.trashed_at = utcnow()
    db.session.commit()
    assert table(export([company.id]))[0]["Tags"] == ""


def test_a_control_that_separates_values_moves_none(export):
    company = make_company(name=f"A{BETWEEN}B", city="Blagnac")
    other = make_company(name="Autre", city="Auch")
    lines = table(export([company.id, other.id]))
    assert [(line["Raison sociale"], line["Ville"]) for line in lines] == [
        ("AB", "Blagnac"), ("Autre", "Auch"),
    ]  # fmt: skip


def test_records_come_in_the_order_of_the_ids(export):
    ids = [make_company(name=f"C{number}").id for number in range(4)]
    assert names(export([ids[2], ids[0], 2_000_000_000, ids[3]])) == ["C2", "C0", "C3"]


def test_all_results_come_in_the_list_s_order(export):
    for name in ("Brio", "Alba", "Cora"):
        make_company(name=name)
    db.session.commit()
    assert names(export(sort="-name", count=3)) == ["Cora", "Brio", "Alba"]
    assert names(export(q="r", count=2)) == ["Brio", "Cora"]


def test_a_very_long_list_comes_in_the_order_of_the_ids(export, monkeypatch):
    """Whole, that is: what a search finds keeps its order however much it is."""
    monkeypatch.setattr(answer, "MOST_IN_ORDER", 2)
    for name in ("Brio", "Alba", "Cora"):
        make_company(name=name)
    db.session.commit()
    assert names(export(count=2)) == ["Alba", "Brio", "Cora"]
    assert names(export(count=3)) == ["Brio", "Alba", "Cora"]
    assert names(export(sort="-name", count=3)) == ["Cora", "Brio", "Alba"]


@pytest.mark.parametrize("in_order", [True, False])
def test_what_lies_in_the_bin_is_left_out(export, monkeypatch, in_order):
    monkeypatch.setattr(answer, "MOST_IN_ORDER", 10 if in_order else 0)
    kept, gone = make_company(name="Alba"), make_company(name="Brio")
    gone.trashed_at = utcnow()
    db.session.commit()
    assert names(export()) == ["Alba"]
    assert names(export([gone.id, kept.id])) == ["Alba"]


def many(count: int) -> list[int]:
    """Companies with a head office each, made without operations: they are many."""
    sirens = [new_siren() for _number in range(count)]
    now = utcnow()
    common = {"search_text": "", "created_at": now, "updated_at": now}
    db.session.execute(
        insert(Company), [{"name": f"N{siren}", "siren": siren, **common} for siren in sirens]
    )
    ids = list(db.session.scalars(select(Company.id).where(Company.siren.in_(sirens))))
    stored = dict(db.session.execute(select(Company.id, Company.siren)).all())
    db.session.execute(
        insert(Establishment),
        [
            {"company_id": pk, "siren": stored[pk], "is_head_office": True, "city": "Auch"}
            for pk in ids
        ],
    )
    db.session.commit()
    return sorted(ids)


@pytest.fixture
def reader(app) -> Iterator[Reader]:
    with app.test_request_context():
        yield Reader(COMPANY_EXPORT, COLUMNS)


def test_statements_grow_with_chunks_not_records(reader):
    ids = many(CHUNK + 1)
    with counted() as one:
        list(reader.of_ids(ids[:10]))
    with counted() as two:
        list(reader.of_ids(ids))
    assert (len(one), len(two)) == (1, 2)


def test_labels_are_read_once_however_many_chunks(editor, export):
    """Between two chunks a transaction ends, and records would be read anew after it."""
    ids = many(CHUNK + 1)
    add_to(make_tag("Alpha"), ids, by=editor)
    add_to(make_tag("Beta"), ids[CHUNK:], by=editor)
    db.session.commit()
    with counted() as sent:
        export(ids)
    assert len(sent) == len(("tags", "first chunk", "second chunk"))


def test_both_ways_of_reading_find_the_same(reader):
    ids = many(CHUNK + 1)
    all_of_them = [chunk.columns for chunk in reader.of_all()]
    assert [chunk.columns for chunk in reader.of_ids(ids)] == all_of_them
    assert [len(chunk) for chunk in reader.of_ids(ids[::-1])] == [CHUNK, 1]


def test_what_comes_after_the_beginning_is_left_out_and_what_goes_too(reader):
    ids = many(CHUNK + 2)
    chunks = reader.of_all()
    next(chunks)
    make_company(name="Tardive")
    db.session.get_one(Company, ids[-1]).trashed_at = utcnow()
    db.session.commit()
    assert [chunk.count for chunk in chunks] == [1]


def test_nothing_is_held_while_the_file_is_fetched_slowly(export, app):
    """Between two chunks no record stays in the session, and no transaction stays open."""
    many(CHUNK + 1)
    db.session.remove()
    pieces = answer._pieces(Export(COMPANY_EXPORT, COLUMNS, "csv", Listing(COMPANIES), 1))
    for _piece in (next(pieces), next(pieces)):
        assert len(db.session.identity_map) == 0
        assert not db.session().in_transaction()
    assert next(pieces)


def test_long_texts_make_small_chunks(reader, monkeypatch):
    ids = many(30)
    monkeypatch.setattr("app.core.export.reading.CHUNK", 10)
    monkeypatch.setattr("app.core.export.reading.LARGE", 500)
    sizes = [chunk.count for chunk in reader.of_ids(ids)]
    assert sizes[0] == 10
    assert max(sizes[1:]) < 10
    assert sum(sizes) == 30


def test_the_session_stays_usable_while_and_after_streaming(login_as):
    """A streamed answer reads in sessions of its own; the request's session stays usable."""
    make_company(name="Diffusée")
    db.session.commit()
    client = login_as("editor")
    response = client.post("/crm/companies/export", data={"format": "csv", "set": "all"})
    assert response.status_code == 200
    assert "Diffusée" in names(response.data)
    assert client.get("/crm/companies/").status_code == 200


def test_each_column_of_the_list_is_in_the_file(app):
    for column in LIST_COLUMNS:
        assert COMPANY_EXPORT.shown_by([column.key]), column.key


def test_keys_are_distinct_and_the_database_can_join_so_many(app):
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+33561000000", "05 61 00 00 00"),
        ("+333639", "36 39"),
        ("+33118712", "118 712"),
        ("+262262000000", "02 62 00 00 00"),
        ("+442079460958", "0044 20 7946 0958"),
    ],
)
def test_phones_are_dialled_from_france_and_begin_with_a_digit(stored, shown):
    assert phone_text(stored) == shown


@pytest.mark.parametrize("first", range(1, 10))
def test_the_short_way_for_french_phones_says_what_the_long_one_does(first):
    number = f"+33{first}61234567"
    assert phone_text(number) == format_phone(number).replace("\u00a0", " ")


def test_identifiers_read_back(export):
    siren = new_siren()
    company = make_company(siren=siren, siret=siret_of(siren), postal_code="01000")
    [line] = table(export([company.id]))
    found = [read_back(line[label]) for label in ("SIREN", "SIRET du siège", "Code postal")]
    assert found == [siren, siret_of(siren), "01000"]
