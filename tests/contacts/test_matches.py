"""The list of contacts says why a row was found, when its cells do not show it (requirement B1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.sites import add_establishment, site_values, update_establishment
from app.contacts.columns import COLUMNS
from app.contacts.matches import reasons
from app.contacts.models import Contact
from app.contacts.queries import CONTACTS
from app.core.listcolumns import default_keys
from app.core.listing import Listing
from app.core.text import search_words
from app.extensions import db
from app.history.actions import Subject
from tests.factories import make_company, make_contact
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
USUAL = set(default_keys(COLUMNS))


@pytest.fixture
def known(admin: Account) -> Contact:
    company = make_company(name="L’Œuvre", acronym="SOH", city="Aix-en-Provence")
    site = add_establishment(
        company, {"trade_name": "Chez Zoé", "sign": "Kiosque", "city": "Amiens"}, by=admin
    )
    contact = make_contact(
        first_name="Élodie", last_name="Lœve", email="e.loeve@hebe.example",
        phone="+33442123456", mobile="+33612345678", job_title="Chargée de recrutement",
        job_function="Ressources humaines", department="Siège", company_id=company.id,
        establishment_id=site.id,
    )  # fmt: skip
    contact.personal_email, contact.personal_phone = "lo@perso.example", "+33698765432"
    from app.contacts.operations import refresh

    refresh(contact)
    db.session.commit()
    return contact


def told(contact: Contact, q: str, shown: set[str] = USUAL) -> list[tuple[str, str]]:
    found = reasons([contact.id], search_words(q), shown)
    return [(one.label, one.value) for one in found.get(contact.id, [])]


SAID = [
    ("soh", "Sigle de l’entreprise", "SOH"),
    ("recrutement", "Poste", "Chargée de recrutement"),
    ("siege", "Service", "Siège"),
    ("amiens", "Ville", "Amiens"),
    ("zoe", "Nom commercial de son site", "Chez Zoé"),
    ("kiosque", "Enseigne de son site", "Kiosque"),
    ("06 12", "Téléphone mobile", "06\u00a012\u00a034\u00a056\u00a078"),
]


@pytest.mark.parametrize(("q", "label", "value"), SAID)
def test_a_row_says_where_a_word_was_found(known: Contact, q: str, label: str, value: str) -> None:
    assert told(known, q) == [(label, value)]


@pytest.mark.parametrize("q", ["lœve", "elodie", "OEUVRE", "humaines", "hebe.example", "04 42"])
def test_a_row_says_nothing_of_what_its_cells_show(known: Contact, q: str) -> None:
    assert told(known, q) == []


@pytest.mark.parametrize(
    ("q", "column"),
    [("recrutement", "job_title"), ("siege", "department"), ("amiens", "city"), ("zoe", "site"),
     ("06 12", "mobile")],
)  # fmt: skip
def test_a_chosen_column_shows_it(known: Contact, q: str, column: str) -> None:
    assert told(known, q, USUAL | {column}) == []


@pytest.mark.parametrize(
    ("q", "label"),
    [("lo@perso", "E-mail personnel"), ("06 98 76 54 32", "Téléphone personnel")],
)
def test_of_personal_coordinates_a_list_says_no_more_than_which(
    known: Contact, login_as: SignIn, q: str, label: str
) -> None:
    assert told(known, q) == [(label, "")]
    page = login_as("reader").get("/crm/contacts/", query_string={"q": q}).text
    assert parse(page).one(css="who__why").text == label
    assert "lo@perso.example" not in page
    assert "98\u00a076" not in page


def test_whatever_finds_a_contact_is_explained(known: Contact) -> None:
    for word in known.search_text.split():
        (only,) = told(known, word, set()) or [("dans la ligne", "")]
        assert only[0] != "Autre information de la fiche", word


def test_the_cell_that_stands_in_for_another_shows_its_value(admin: Account) -> None:
    contact = make_contact(job_title="Acheteuse", mobile="+33612345678")
    assert told(contact, "acheteuse") == told(contact, "06 12") == []


def test_a_company_in_the_bin_is_not_named(known: Contact, admin: Account) -> None:
    assert told(known, "oeuvre", set()) == [("Entreprise", "L’Œuvre")]
    trash(Subject.COMPANY, [known.company_id or 0], by=admin)
    db.session.commit()
    assert Listing(CONTACTS, q="zoe").all_ids() == ()
    assert told(known, "oeuvre", set()) == [("Autre information de la fiche", "")]
    assert told(known, "zoe", set()) == [("Autre information de la fiche", "")]


def test_a_site_s_new_name_finds_who_works_there(known: Contact, admin: Account) -> None:
    site = known.establishment
    assert site is not None
    base = site_values(site)
    update_establishment(site, {**base, "trade_name": "Halle aux grains"}, base=base, by=admin)
    db.session.commit()
    assert Listing(CONTACTS, q="zoe").all_ids() == ()
    assert Listing(CONTACTS, q="halle grains loeve").all_ids() == (known.id,)
