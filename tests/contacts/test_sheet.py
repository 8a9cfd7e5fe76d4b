"""The sheet of a contact: banner, four tabs with their addresses, the people around."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Consent, Contact, Post
from app.contacts.operations import form_values, note_consent, update_contact
from app.core.db import utcnow
from app.extensions import db
from app.notes.models import Note
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.pages import Element, parse

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(
        name="Maison Alba", address="2 rue Haute", postal_code="41000", city="Blois"
    )


@pytest.fixture
def contact(company: Company) -> Contact:
    head = company.head_office
    assert head is not None
    return make_contact(
        civility="mme", email="claire@alba.example", phone="+33254000001", mobile="+33612345678",
        job_title="Directrice", job_function="Direction", department="Siège",
        company_id=company.id, establishment_id=head.id,
    )  # fmt: skip


def page(client: FlaskClient, contact: Contact, tab: str = "") -> Element:
    answer = client.get(f"/crm/contacts/{contact.id}/{tab}")
    assert answer.status_code == 200
    return parse(answer.text)


def content(client: FlaskClient, contact: Contact, tab: str = "") -> Element:
    return page(client, contact, tab).one(css="sheet__content")


def test_the_banner_shows_who_where_and_how(
    login_as: SignIn, contact: Contact, company: Company
) -> None:
    banner = page(login_as("reader"), contact).one("section", css="sheet__banner")
    assert banner.one("h1").text == "Mme Claire Évrard"
    for text in (
        "Directrice · Direction · Siège · Maison Alba", "Blois — siège, 2 rue Haute, 41000 Blois",
        "02 54 00 00 01", "06 12 34 56 78", "claire@alba.example", "Non demandé",
    ):  # fmt: skip
        assert text in banner.text
    assert banner.all("a", href=f"/crm/companies/{company.id}/")
    site = f"/crm/companies/{company.id}/establishments?site={contact.establishment_id}"
    assert [link.text for link in banner.all("a", href=site)] == ["Blois"]
    assert banner.all("a", href=f"/crm/contacts/{contact.id}/map", data_dialog=None)


def test_what_is_not_known_says_so(login_as: SignIn) -> None:
    banner = page(login_as("reader"), make_contact(first_name=None)).one(css="sheet__banner")
    assert "Poste et entreprise non renseignés" in banner.text
    assert "None" not in banner.text


@pytest.mark.parametrize(
    ("tab", "label"),
    [("", "Informations"), ("coordinates", "Coordonnées"), ("history", "Historique des actions"),
     ("relations", "Relations dans l’entreprise")],
)  # fmt: skip
def test_each_tab_has_its_address_and_says_that_it_is_shown(
    login_as: SignIn, contact: Contact, tab: str, label: str
) -> None:
    tabs = page(login_as("reader"), contact, tab).one("nav", css="tabs")
    (current,) = tabs.all("a", aria_current="page")
    assert current.one(css="tabs__tab-label").text == label
    assert current.attributes["href"] == f"/crm/contacts/{contact.id}/{tab}"
    assert len(tabs.all("a")) == 4


@pytest.mark.parametrize("path", ["999999", "9" * 30, "0", "1/secret"])
def test_what_is_not_there_is_404(login_as: SignIn, path: str) -> None:
    assert login_as("reader").get(f"/crm/contacts/{path}/").status_code == 404


def test_the_first_tab_shows_notes_consent_and_career(
    login_as: SignIn, contact: Contact, admin: Account
) -> None:
    note_consent(contact, Consent.YES, means="phone", wording="Oui.", by=admin)
    db.session.add(Note(contact_id=contact.id, text="Vue au forum", author_id=admin.id))
    db.session.commit()
    text = content(login_as("reader"), contact).text
    assert "Vue au forum" in text
    assert "Souhaite être contacté" in text
    assert "par téléphone (Admin Exemple)" in text
    assert "Directrice Maison Alba · en poste" in text


def test_do_not_contact_wins_over_consent(
    login_as: SignIn, contact: Contact, admin: Account
) -> None:
    note_consent(contact, Consent.YES, means="phone", wording="Oui.", by=admin)
    contact.do_not_contact_at = utcnow()
    db.session.commit()
    badge = page(login_as("reader"), contact).one(css="sheet__title-line").one(css="badge-state")
    assert badge.text == "Ne pas contacter"


def test_the_coordinates_are_professional_and_personal(login_as: SignIn, contact: Contact) -> None:
    contact.personal_email, contact.personal_city = "claire@perso.example", "Amboise"
    db.session.commit()
    work, home = content(login_as("reader"), contact, "coordinates").all("section")
    assert "claire@alba.example" in work.text
    assert "claire@perso.example" in home.text
    assert "Amboise" in home.text


def test_past_posts_stay_in_the_career(login_as: SignIn, contact: Contact, admin: Account) -> None:
    after = make_company(name="Après")
    base = form_values(contact)
    new = {**base, "company_id": after.id, "establishment_id": None, "job_title": "Présidente"}
    update_contact(contact, new, base=base, by=admin)
    db.session.commit()
    posts = content(login_as("reader"), contact).all("li", css="post")
    assert [post.one(css="post__title").text for post in posts] == ["Présidente", "Directrice"]
    assert "jusqu’au" in posts[1].text


# ---- relations (requirement E8)


def test_the_people_of_the_same_company_are_shown(
    login_as: SignIn, contact: Contact, company: Company
) -> None:
    colleague = make_contact(first_name="Paul", last_name="Collègue", company_id=company.id)
    make_contact(last_name="Étranger", company_id=make_company().id)
    student = account_named("student")
    db.session.add(
        Post(account_id=student.id, company_id=company.id, started_on=date(2026, 9, 1), title="Alternant")
    )  # fmt: skip
    db.session.commit()
    shown = page(login_as("reader"), contact, "relations")
    others, people = shown.one(css="sheet__content").all("section")
    assert [row.attributes["data-id"] for row in others.all("tr", data_id=None)] == [str(colleague.id)]  # fmt: skip
    assert "Student Exemple" in people.text
    assert "depuis le 01/09/2026" in people.text
    assert "Étranger" not in shown.text
    assert shown.one("nav", css="tabs").all("a")[3].one(css="tabs__tab-count").text == "2"


def test_without_company_there_are_no_relations(login_as: SignIn) -> None:
    assert "n’a pas d’entreprise" in content(login_as("reader"), make_contact(), "relations").text


def test_hostile_names_are_text(login_as: SignIn) -> None:
    contact = make_contact(last_name="<script>alert(1)</script>", job_title='"><img src=x>')
    reader = login_as("reader")
    for tab in ("", "coordinates", "history", "relations"):
        shown = page(reader, contact, tab)
        assert shown.one("h1").text == "Claire <script>alert(1)</script>"
        assert not shown.all("img", src="x")
