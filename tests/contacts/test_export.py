"""The export of contacts: every field, and personal coordinates only with consent."""

import csv
import io
from collections.abc import Callable, Iterator

import openpyxl
import pytest

from app.accounts.models import Account
from app.companies.models import Establishment
from app.contacts.columns import COLUMNS as LIST_COLUMNS
from app.contacts.export import CONTACT_EXPORT
from app.contacts.models import Contact
from app.contacts.queries import CONTACTS
from app.core.db import utcnow
from app.core.export.answer import Export, file_response
from app.core.listing import Listing
from app.extensions import db
from app.tags.models import Module
from app.tags.operations import add_to
from tests.factories import make_company, make_contact, make_tag

COLUMNS = CONTACT_EXPORT.columns
PERSONAL = {
    "E-mail personnel": "lea@maison.example",
    "Téléphone personnel": "06 12 34 56 78",
    "Adresse personnelle": "3 rue des Lilas",
    "Code postal personnel": "01000",
    "Ville personnelle": "Bourg-en-Bresse",
    "Pays personnel": "France",
}


@pytest.fixture
def export(app) -> Iterator[Callable[..., list[dict[str, str]]]]:
    def ask(ids, fmt="csv", columns=COLUMNS) -> list[dict[str, str]]:
        asked = Export(CONTACT_EXPORT, columns, fmt, Listing(CONTACTS), len(ids), ids)
        response = file_response(asked)
        data = response.get_data()
        response.close()
        if fmt == "csv":
            text = data.decode("utf-8-sig")
            return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        lines = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
        return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]

    with app.test_request_context("/crm/contacts/export", method="POST"):
        yield ask


def at_home(**values) -> Contact:
    contact = make_contact(
        personal_email="lea@maison.example", personal_phone="+33612345678",
        personal_address="3 rue des Lilas", personal_postal_code="01000",
        personal_city="Bourg-en-Bresse", personal_country="FR",
    )  # fmt: skip
    for name, value in values.items():
        setattr(contact, name, value)
    db.session.commit()
    return contact


def test_has_every_field_of_the_sheet(export, editor):
    company = make_company(
        name="Étoile", address="2 rue de la Paix", postal_code="31700", city="Blagnac"
    )
    contact = make_contact(
        civility="mme", first_name="Léa", last_name="Évrard", email="lea@etoile.example",
        phone="+33561000000", mobile="+33612345678", job_function="RH", job_title="Directrice",
        department="Siège", signs_agreements=True, company_id=company.id,
        establishment_id=company.head_office.id,
    )  # fmt: skip
    contact.account_id = editor.id
    contact.description = "Joignable le matin."
    add_to(make_tag("Jury", Module.CONTACT), [contact.id], by=editor)
    db.session.commit()
    [line] = export([contact.id])
    expected = {
        "Civilité": "Mme", "Nom": "Évrard", "Prénom": "Léa", "E-mail": "lea@etoile.example",
        "Téléphone": "05 61 00 00 00", "Téléphone mobile": "06 12 34 56 78", "Fonction": "RH",
        "Poste": "Directrice", "Service / département": "Siège", "Signe les conventions": "Oui",
        "Entreprise": "Étoile", "SIREN": company.siren, "Établissement": "Blagnac",
        "Adresse de l’établissement": "2 rue de la Paix", "Code postal": "31700",
        "Ville": "Blagnac", "Pays": "France", "Département": "31 · Haute-Garonne",
        "Tags": "Jury",
        "Souhaite être contacté": "Non demandé", "Ne pas contacter": "Non",
        "Compte utilisateur": "Editor Exemple (Personnel de l’école)",
        "Description": "Joignable le matin.",
        "Adresse de la fiche": f"http://localhost/crm/contacts/{contact.id}/",
    }  # fmt: skip
    assert {label: line[label] for label in expected} == expected
    assert list(line) == [str(column.label) for column in COLUMNS]


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_personal_coordinates_leave_with_consent(export, fmt):
    [line] = export([at_home(consent="yes").id], fmt=fmt)
    assert {label: line[label].strip() for label in PERSONAL} == PERSONAL
    assert line["Souhaite être contacté"] == "Oui"


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("values", "consent", "never"),
    [
        ({"consent": "no"}, "Non", "Non"),
        ({"consent": "unknown"}, "Non demandé", "Non"),
        ({"consent": "yes", "do_not_contact_at": utcnow()}, "Oui", "Oui"),
    ],
)
def test_personal_coordinates_stay_otherwise(export, fmt, values, consent, never):
    [line] = export([at_home(**values).id], fmt=fmt)
    assert {line[label] or "" for label in PERSONAL} == {""}
    assert (line["Souhaite être contacté"], line["Ne pas contacter"]) == (consent, never)


def test_a_company_or_a_site_in_the_bin_is_not_named(export):
    company, other = make_company(city="Blagnac"), make_company()
    site = Establishment(company_id=other.id, siren=other.siren, city="Auch", trashed_at=utcnow())
    db.session.add(site)
    db.session.flush()
    first = make_contact(company_id=company.id, establishment_id=company.head_office.id)
    second = make_contact(company_id=other.id)
    second.establishment_id = site.id
    company.trashed_at = utcnow()
    db.session.commit()
    gone, sited = export([first.id, second.id])
    assert (gone["Entreprise"], gone["SIREN"], gone["Établissement"]) == ("", "", "")
    assert (sited["Entreprise"], sited["Établissement"], sited["Ville"]) == (other.name, "", "")


def test_a_site_without_a_label_bears_its_company_s_name(export):
    company = make_company(name="Étoile")
    site = Establishment(company_id=company.id, siren=company.siren)
    db.session.add(site)
    db.session.flush()
    contact = make_contact(company_id=company.id, establishment_id=site.id)
    assert export([contact.id])[0]["Établissement"] == "Étoile"


def test_rows_come_in_the_order_of_the_ids(export):
    ids = [make_contact(last_name=f"N{number}").id for number in range(3)]
    assert [line["Nom"] for line in export([ids[1], ids[2], ids[0]])] == ["N1", "N2", "N0"]


def test_the_account_says_who_and_what_they_are(export, editor):
    contact = make_contact()
    contact.account_id = editor.id
    db.session.get_one(Account, editor.id).last_name = ""
    db.session.commit()
    assert export([contact.id])[0]["Compte utilisateur"] == "Editor (Personnel de l’école)"


def test_consent_goes_along_whatever_is_chosen(export):
    contact = at_home(consent="yes", do_not_contact_at=utcnow())
    [line] = export([contact.id], columns=CONTACT_EXPORT.with_keys(["last_name"]))
    assert list(line) == ["Nom", "Souhaite être contacté", "Ne pas contacter"]
    assert list(line.values())[1:] == ["Oui", "Oui"]


def test_each_column_of_the_list_is_in_the_file(app):
    for column in LIST_COLUMNS:
        assert CONTACT_EXPORT.shown_by([column.key]), column.key
    assert CONTACT_EXPORT.shown_by(["reach", "email"]) == ("email", "phone", "mobile")
