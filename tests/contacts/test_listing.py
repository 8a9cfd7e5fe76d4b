"""The list of contacts: what a search finds, in which order, and how many of each kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import restore, trash
from app.companies.models import Company
from app.contacts.models import Consent, Contact
from app.contacts.operations import form_values, note_consent, update_contact
from app.contacts.queries import CONTACTS, pick_contacts
from app.core.db import utcnow
from app.core.listing import Listing
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.tags.models import Module
from app.tags.operations import add_to
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, stored_image
from tests.pages import Element, chips, choices, facet, rows, total

SignIn = Callable[[str], FlaskClient]
FACETS = {"HX-Request": "true", "HX-Target": "facets"}


def names(**asked: Any) -> list[str]:
    ids = Listing(CONTACTS, **asked).all_ids()
    return [db.session.get_one(Contact, identity).full_name for identity in ids]


# ---- search (requirement B1)


@pytest.fixture
def known(admin: Account) -> Contact:
    make_contact(first_name="Jean", last_name="Autre", email="jean@autre.example")
    company = make_company(name="L’Œuvre d’Hébé", acronym="SOH", city="Aix-en-Provence")
    contact = make_contact(
        first_name="Élodie-Anne", last_name="N’Guyen-Lœve", email="e.nguyen@hebe.example",
        phone="+33442123456", mobile="+33612345678", job_title="Chargée de recrutement",
        job_function="Ressources humaines", department="Siège", company_id=company.id,
    )  # fmt: skip
    contact.personal_email, contact.personal_phone = "lo@perso.example", "+33698765432"
    base = form_values(contact)
    update_contact(contact, {**base, "civility": "mme"}, base=base, by=admin)
    db.session.commit()
    return contact


WRITINGS = [
    "élodie", "ELODIE", "elodie anne", "élodie‑anne", "nguyen", "n'guyen", "N’GUYEN", "loeve",
    "LŒVE", "guye", "loeve elodie", "anne n'guyen", "e.nguyen@hebe.example", "hebe.example",
    "lo@perso", "04 42 12 34 56", "0442123456", "+33 (0)4 42 12 34 56", "06.12.34.56.78",
    "0033612345678", "06 98 76 54 32", "recrutement", "ressources humaines", "siege",
    "œuvre", "l'oeuvre d'hebe", "soh", "aix en provence", "hébé loeve recrutement",
]  # fmt: skip


@pytest.mark.parametrize("q", WRITINGS)
def test_a_contact_is_found_by_any_word_in_any_writing(known: Contact, q: str) -> None:
    assert names(q=q) == [known.full_name]


@pytest.mark.parametrize("q", ["elodie autre", "0442123457", "%", "_", "nguyen jean"])
def test_all_words_are_asked_for_as_they_are(known: Contact, q: str) -> None:
    assert names(q=q) == []


# ---- orders (requirement B9)

NAMES = ["Abel", "De La Tour", "Delage", "Éluard", "Emile", "Évrard", "Ézéchiel", "Fabre"]


@pytest.mark.parametrize(
    ("sort", "field"),
    [("last_name", "last_name"), ("first_name", "first_name"), ("function", "job_function")],
)
def test_texts_are_in_french_order_both_ways(admin: Account, sort: str, field: str) -> None:
    for name in reversed(NAMES):
        make_contact(**{"last_name": "X", "first_name": None, field: name})
    for key, expected in ((sort, NAMES), (f"-{sort}", NAMES[::-1])):
        ids = Listing(CONTACTS, sort=key).all_ids()
        assert [getattr(db.session.get_one(Contact, one), field) for one in ids] == expected


@pytest.mark.parametrize("sort", ["first_name", "function", "company"])
def test_blanks_come_last_both_ways(admin: Account, sort: str) -> None:
    companies = {"Bas": make_company(name="Alba"), "Haut": make_company(name="Zoé")}
    make_contact(last_name="Sans", first_name=None)
    for name, value in (("Bas", "Alba"), ("Haut", "Zoé")):
        given = {"first_name": value, "job_function": value, "company_id": companies[name].id}
        make_contact(**{"last_name": name, **given})
    assert [name.split()[-1] for name in names(sort=sort)] == ["Bas", "Haut", "Sans"]
    assert [name.split()[-1] for name in names(sort=f"-{sort}")] == ["Haut", "Bas", "Sans"]


def test_the_title_stands_in_for_the_function(admin: Account) -> None:
    for last_name, title in (("A", "Zélateur"), ("B", "Acheteur")):
        make_contact(first_name=None, last_name=last_name, job_title=title)
    assert names(sort="function") == ["B", "A"]


def test_contacts_sort_by_their_last_change(admin: Account) -> None:
    for name, day in (("Milieu", 2), ("Début", 1), ("Fin", 3)):
        made = make_contact(first_name=None, last_name=name)
        made.updated_at = datetime(2026, 1, day, tzinfo=UTC)
    db.session.commit()
    assert names(sort="changed") == ["Début", "Milieu", "Fin"]
    assert names(sort="-changed") == ["Fin", "Milieu", "Début"]


@pytest.mark.parametrize("sort", [sort.key for sort in CONTACTS.sorts])
def test_ties_are_broken_so_that_pages_never_repeat_a_row(admin: Account, sort: str) -> None:
    company = make_company()
    made = [make_contact(company_id=company.id, job_function="RH") for _ in range(60)]
    for contact in made:
        contact.updated_at = datetime(2026, 1, 1, tzinfo=UTC)
    db.session.commit()
    ids = sorted(contact.id for contact in made)
    for key, expected in ((sort, ids), (f"-{sort}", ids[::-1])):
        pages = [Listing(CONTACTS, sort=key).on_page(n).page_ids() for n in (1, 2, 3)]
        assert [identity for page in pages for identity in page] == expected


# ---- the page


def test_the_page_says_its_total_and_its_rows_ids(login_as: SignIn) -> None:
    made = [make_contact(last_name=f"Personne {number:02}") for number in range(30)]
    reader = login_as("reader")
    first, second = (reader.get(f"/crm/contacts/?page={n}").text for n in (1, 2))
    assert (total(first), total(second)) == (30, 30)
    assert rows(first) + rows(second) == [contact.id for contact in made]


@pytest.mark.parametrize(
    "query",
    ["page=-1", "size=7", "sort=password", "consent=x", "company=x", "function=%00", "q=" + "a" * 300],
)  # fmt: skip
def test_an_address_that_is_wrong_is_told_in_french(login_as: SignIn, query: str) -> None:
    answer = login_as("reader").get(f"/crm/contacts/?{query}")
    assert answer.status_code == 400
    assert "Cette demande n’est pas valable" in answer.text


# ---- search blocks


def at_alba(contact: Contact, by: Account) -> None:
    update(contact, by, company_id=make_company(name="Alba", postal_code="41000", city="Blois").id)


def update(contact: Contact, by: Account, **values: Any) -> None:
    base = form_values(contact)
    update_contact(contact, {**base, **values}, base=base, by=by)


def in_rh(contact: Contact, by: Account) -> None:
    update(contact, by, job_function="RH & paie")


def tagged(contact: Contact, by: Account) -> None:
    add_to(make_tag("VIP", Module.CONTACT), [contact.id], by=by)


def willing(contact: Contact, by: Account) -> None:
    note_consent(contact, Consent.YES, means="phone", wording="Oui.", by=by)


def refusing(contact: Contact, by: Account) -> None:
    note_consent(contact, Consent.NO, means="phone", wording="Non.", by=by)


def never(contact: Contact, by: Account) -> None:
    willing(contact, by)
    contact.do_not_contact_at = utcnow()


def linked(contact: Contact, _by: Account) -> None:
    contact.account_id = account_named("graduate").id


def lacking(name: str) -> Callable[[Contact, Account], None]:
    """A contact whose sheet lacks one thing, among others that lack nothing."""

    def make(contact: Contact, by: Account) -> None:
        company = make_company(name="Alba", postal_code="41000", city="Blois")
        whole = {"company_id": company.id, "establishment_id": company.establishments[0].id,
                 "email": "c@alba.example", "mobile": "+33612345678", "civility": "mme"}  # fmt: skip
        for each in db.session.scalars(select(Contact)):
            update(each, by, **whole)
        update(contact, by, **{name: None})

    return make


def faceless(contact: Contact, _by: Account) -> None:
    """All the others have a photo."""
    for other in db.session.scalars(select(Contact).where(Contact.id != contact.id)):
        other.photo_id = stored_image().id


def old(contact: Contact, _by: Account) -> None:
    contact.created_at = contact.updated_at = datetime(2020, 5, 4, 12, tzinfo=UTC)


def at_a_company(contact: Contact, by: Account) -> None:
    """All the others are: the contact is at none."""
    for other in db.session.scalars(select(Contact).where(Contact.id != contact.id)):
        in_rh(other, by)
        tagged(other, by)
        at_alba(other, by)


BLOCKS: list[tuple[str, Callable[[Contact, Account], None], str]] = [
    ("company", at_alba, "Alba"),
    ("function", in_rh, "RH & paie"),
    ("tag", tagged, "VIP"),
    ("consent", willing, "Oui"),
    ("consent", refusing, "Non"),
    ("consent", never, "Ne pas contacter"),
    ("account", linked, "Associé"),
    ("department", at_alba, "Loir-et-Cher"),
    ("company", at_a_company, "Sans entreprise"),
    ("function", at_a_company, "Sans fonction"),
    ("tag", at_a_company, "Sans tag"),
    ("department", at_a_company, "Sans département"),
    ("missing", lacking("email"), "Sans e-mail"),
    ("missing", lacking("mobile"), "Sans téléphone"),
    ("missing", lacking("first_name"), "Sans prénom"),
    ("missing", lacking("civility"), "Sans civilité"),
    ("missing", lacking("establishment_id"), "Sans établissement"),
    ("missing", faceless, "Sans photo"),
    ("created", old, "Il y a plus d’un an"),
    ("changed", old, "Il y a plus d’un an"),
]


def test_every_block_of_the_list_is_tried() -> None:
    assert {block[0] for block in BLOCKS} == {block.key for block in CONTACTS.facets}


@pytest.mark.parametrize(("key", "do", "label"), BLOCKS)
def test_a_block_counts_a_value_and_its_link_finds_those(
    login_as: SignIn, admin: Account, key: str, do: Callable[[Contact, Account], None], label: str
) -> None:
    wanted, _other = make_contact(last_name="Cherchée"), make_contact(last_name="Autre")
    do(wanted, admin)
    db.session.commit()
    reader = login_as("reader")
    choice = choice_of(facet(reader.get("/crm/contacts/", headers=FACETS).text, key), label)
    assert choice.one(css="facet__count").text == "1"
    page = reader.get(choice.attributes["href"]).text
    assert rows(page) == [wanted.id]
    assert chips(page)[0].endswith(label)


def choice_of(block: Element, label: str) -> Element:
    found = block.all("a", css="facet__choice")
    return next(one for one in found if one.one(css="facet__label").text.endswith(label))


def test_not_asked_is_a_third_state(login_as: SignIn) -> None:
    make_contact()
    page = login_as("reader").get("/crm/contacts/", headers=FACETS).text
    expected = {"Oui": 0, "Non": 0, "Non demandé": 1, "Ne pas contacter": 0}
    assert choices(page, "consent") == expected


def test_a_block_counts_without_its_own_choice_and_with_the_others(
    login_as: SignIn, admin: Account
) -> None:
    for function, willing_ in (("RH", True), ("RH", False), ("Achats", True)):
        contact = make_contact(job_function=function)
        if willing_:
            willing(contact, admin)
    db.session.commit()
    reader = login_as("reader")
    page = reader.get("/crm/contacts/?function=RH&consent=yes", headers=FACETS).text
    assert choices(page, "function") == {"Achats": 1, "RH": 1}
    assert choices(page, "consent")["Oui"] == 1
    assert choices(page, "consent")["Non demandé"] == 1
    assert total(reader.get("/crm/contacts/?function=RH&function=Achats&consent=yes").text) == 2


# ---- what lies in the bin


def test_a_contact_in_the_bin_shows_nowhere(login_as: SignIn, admin: Account) -> None:
    gone = make_contact(last_name="Disparue", job_function="Fantôme", email="g@a.example")
    trash(Subject.CONTACT, [gone.id], by=admin)
    db.session.commit()
    editor = login_as("editor")
    assert total(editor.get("/crm/contacts/").text) == 0
    assert total(editor.get("/crm/contacts/?q=disparue").text) == 0
    assert choices(editor.get("/crm/contacts/", headers=FACETS).text, "function") == {}
    assert editor.get("/crm/contacts/pick?q=disparue").json == {"results": []}
    assert "Disparue" not in editor.post("/crm/contacts/export", data={"format": "csv"}).text
    for path in ("", "coordinates", "history", "relations", "edit", "map", "tags"):
        assert editor.get(f"/crm/contacts/{gone.id}/{path}").status_code == 404


@pytest.fixture
def orphan(admin: Account) -> tuple[Contact, Company]:
    """A contact whose company lies in the bin."""
    company = make_company(name="Alba", city="Blois", postal_code="41000")
    contact = make_contact(company_id=company.id)
    trash(Subject.COMPANY, [company.id], by=admin)
    db.session.commit()
    return contact, company


def test_a_company_in_the_bin_is_not_named_by_its_contacts(
    orphan: tuple[Contact, Company], login_as: SignIn
) -> None:
    contact, company = orphan
    reader = login_as("reader")
    page = reader.get("/crm/contacts/").text
    assert rows(page) == [contact.id]
    blocks = reader.get("/crm/contacts/", headers=FACETS).text
    assert choices(blocks, "company") == {"Sans entreprise": 1}
    assert choices(blocks, "department") == {"Sans département": 1}
    asked = reader.get(f"/crm/contacts/?company={company.id}").text
    for text in (page, blocks, asked, reader.get("/crm/contacts/pick?q=evrard").text):
        assert "Alba" not in text
    assert names(q="alba") == []


@pytest.mark.parametrize("tab", ["", "coordinates", "relations", "edit", "map"])
def test_no_tab_of_a_contact_names_a_company_in_the_bin(
    orphan: tuple[Contact, Company], login_as: SignIn, tab: str
) -> None:
    page = login_as("editor").get(f"/crm/contacts/{orphan[0].id}/{tab}")
    assert page.status_code == 200
    assert re.search(r"\bAlba\b", page.text) is None  # Albania is a country of the form's list.


def test_contacts_are_found_by_their_company_again_once_it_is_back(
    orphan: tuple[Contact, Company], admin: Account
) -> None:
    contact, company = orphan
    restore(db.session.get_one(Batch, company.trash_batch_id), by=admin)
    db.session.commit()
    assert names(q="alba") == [contact.full_name]
    assert contact.department_code == "41"


# ---- the picker


def test_the_picker_tells_namesakes_apart(admin: Account) -> None:
    make_contact(company_id=make_company(name="Alba").id)
    make_contact()
    assert [pick.detail for pick in pick_contacts("évrard")] == ["Alba", ""]


@pytest.mark.parametrize("q", ["", "  ", "😀", "\x00", "'", "%"])
def test_the_picker_bears_anything(admin: Account, q: str) -> None:
    make_contact()
    assert pick_contacts(q) == []


def test_namesakes_stand_by_first_name(admin: Account) -> None:
    for first_name in ("Zoé", "Anne", "Élodie"):
        make_contact(first_name=first_name, last_name="Homonyme")
    found = names(q="homonyme", sort="last_name")
    assert found == ["Anne Homonyme", "Élodie Homonyme", "Zoé Homonyme"]
    assert names(q="homonyme", sort="-last_name") == found[::-1]


@pytest.mark.parametrize("q", ["🙂", "—", "!!!"])
def test_a_search_without_a_letter_or_figure_finds_nothing(admin: Account, q: str) -> None:
    make_contact()
    assert names(q=q) == []
