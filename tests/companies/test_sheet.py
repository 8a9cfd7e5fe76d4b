"""The sheet of a company: banner, four tabs with their addresses, tags, map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.companies.sites import add_establishment
from app.contacts.models import Contact, Post
from app.contacts.operations import form_values, update_contact
from app.core.db import utcnow
from app.extensions import db
from app.history.actions import Subject
from app.notes.models import Note
from app.tags.models import Tag
from app.tags.operations import add_to, trash_tag
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, siret_of
from tests.pages import Element, parse

SignIn = Callable[[str], FlaskClient]
SIREN = "552100554"


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(
        name="Chocolaterie des Écluses", acronym="CDE", siren=SIREN, siret=siret_of(SIREN),
        legal_form_code="5710", headcount_code="12", naf_code="62.01Z", naf_nomenclature="rev2",
        turnover=1_250_000, website="https://www.ecluses.example", phone="+33254000000",
        email="accueil@ecluses.example", address="3 quai des Écluses", postal_code="41000", city="Blois",
    )  # fmt: skip


def page(client: FlaskClient, company: Company, tab: str = "") -> Element:
    answer = client.get(f"/crm/companies/{company.id}/{tab}")
    assert answer.status_code == 200
    return parse(answer.text)


def test_the_banner_shows_what_is_known_as_it_reads(login_as: SignIn, company: Company) -> None:
    banner = page(login_as("reader"), company).one("section", css="sheet__banner")
    for text in (
        "Chocolaterie des Écluses", "CDE", "552 100 554", "552 100 554 00013", "SAS", "20 à 49",
        "62.01Z", "1 250 000 €", "02 54 00 00 00", "accueil@ecluses.example", "ecluses.example",
        "3 quai des Écluses, 41000 Blois",
    ):  # fmt: skip
        assert text in banner.text
    assert banner.all("a", href=f"/crm/companies/{company.id}/map", data_dialog=None)


def test_what_is_not_known_says_so(login_as: SignIn) -> None:
    banner = page(login_as("reader"), make_company()).one("section", css="sheet__banner")
    assert banner.text.count("Non renseigné") >= 6
    assert "None" not in banner.text


@pytest.mark.parametrize(
    ("tab", "label"),
    [("", "Informations"), ("contacts", "Contacts"), ("establishments", "Établissements"),
     ("history", "Historique des actions")],
)  # fmt: skip
def test_each_tab_has_its_address_and_says_that_it_is_shown(
    login_as: SignIn, company: Company, tab: str, label: str
) -> None:
    tabs = page(login_as("reader"), company, tab).one("nav", css="tabs")
    assert [one.one(css="tabs__tab-label").text for one in tabs.all("a")] == [
        "Informations", "Contacts", "Établissements", "Historique des actions",
    ]  # fmt: skip
    (current,) = tabs.all("a", aria_current="page")
    assert current.one(css="tabs__tab-label").text == label
    assert current.attributes["href"] == f"/crm/companies/{company.id}/{tab}"


@pytest.mark.parametrize("path", ["999999", "99999999999999999999", "0", "1/secret", "-1"])
def test_what_is_not_there_is_404(login_as: SignIn, path: str) -> None:
    assert login_as("reader").get(f"/crm/companies/{path}/").status_code == 404


def test_the_first_tab_shows_description_and_notes(
    login_as: SignIn, company: Company, editor: Account
) -> None:
    company.description = "Chocolats fins."
    db.session.add(Note(company_id=company.id, text="À rappeler <b>", author_id=editor.id))
    db.session.commit()
    text = page(login_as("reader"), company).one(css="sheet__content").text
    assert "Chocolats fins." in text
    assert "À rappeler <b>" in text
    assert "Editor Exemple" in text


# ---- contacts (requirement C8)


def test_the_contacts_tab_shows_who_works_there_and_leads_to_them(
    login_as: SignIn, company: Company
) -> None:
    contact = make_contact(company_id=company.id, job_title="Directrice", email="c@a.example")
    elsewhere = make_contact(last_name="Ailleurs", company_id=make_company().id)
    content = page(login_as("reader"), company, "contacts").one(css="sheet__content")
    (row,) = content.all("tr", data_id=None)
    assert row.one("th").one("a").attributes["href"] == f"/crm/contacts/{contact.id}/"
    assert "Claire Évrard Directrice" in row.text
    assert elsewhere.last_name not in content.text


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"consent": "yes"}, ""),
        ({"consent": "no"}, "Ne souhaite pas l’être"),
        ({"consent": "yes", "do_not_contact_at": utcnow()}, "Ne pas contacter"),
    ],
)
def test_who_refuses_to_be_contacted_is_said_beside_the_name(
    login_as: SignIn, company: Company, told: dict[str, object], shown: str
) -> None:
    contact = make_contact(company_id=company.id, email="c@a.example")
    for name, value in told.items():
        setattr(contact, name, value)
    db.session.commit()
    content = page(login_as("reader"), company, "contacts").one(css="sheet__content")
    (row,) = content.all("tr", data_id=None)
    assert [badge.text for badge in row.one("th").all(css="badge-state")] == [shown][: bool(shown)]


def test_students_and_graduates_of_the_company_are_shown(
    login_as: SignIn, company: Company
) -> None:
    student = account_named("student")
    db.session.add(Post(account_id=student.id, company_id=company.id, title="Stagiaire"))
    db.session.commit()
    text = page(login_as("reader"), company, "contacts").one(css="sheet__content").text
    assert "Student Exemple Étudiant" in text
    assert "Stagiaire" in text


def test_former_contacts_stand_apart(login_as: SignIn, company: Company, admin: Account) -> None:
    former = make_contact(first_name="Paul", last_name="Parti", company_id=company.id)
    base = form_values(former)
    update_contact(former, {**base, "company_id": None}, base=base, by=admin)
    db.session.commit()
    content = page(login_as("reader"), company, "contacts").one(css="sheet__content")
    assert content.all("tr", data_id=None) == []
    (apart,) = [one for one in content.all("section") if "Anciens contacts" in one.text]
    assert "Paul Parti" in apart.text


def test_contacts_in_the_bin_are_not_shown(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    gone = make_contact(last_name="Disparue", company_id=company.id)
    trash(Subject.CONTACT, [gone.id], by=admin)
    db.session.commit()
    shown = page(login_as("reader"), company, "contacts")
    assert "Disparue" not in shown.text
    assert shown.one("nav", css="tabs").all("a")[1].one(css="tabs__tab-count").text == "0"


# ---- establishments (requirement C9)


def test_the_sites_are_listed_and_the_closed_ones_folded_away(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    shop = add_establishment(company, {"trade_name": "Boutique", "city": "Tours"}, by=admin)
    closed = add_establishment(company, {"sign": "Ancien dépôt"}, by=admin)
    closed.closed_on = date(2020, 1, 31)
    db.session.commit()
    reader = login_as("reader")
    content = page(reader, company, "establishments").one(css="sheet__content")
    folded = content.one("details")
    assert "1 établissement fermé" in folded.text
    assert "Ancien dépôt" in folded.text
    assert "fermé le 31/01/2020" in folded.text
    assert "Boutique" not in folded.text
    chosen = page(reader, company, f"establishments?site={shop.id}").one(id="site-title")
    assert chosen.text == "Boutique"


def test_a_site_of_another_company_is_not_shown(login_as: SignIn, company: Company) -> None:
    other = make_company(city="Secretville").head_office
    assert other is not None
    shown = page(login_as("reader"), company, f"establishments?site={other.id}")
    assert "Secretville" not in shown.text
    assert shown.one(id="site-title").text.startswith("Blois")


# ---- tags (requirement C5)


def tags_of(company: Company) -> list[str]:
    db.session.expire_all()
    return [tag.label for tag in company.tags]


@pytest.mark.parametrize("typed", ["Partenaire", "  partenaire ", "PARTENAIRE"])
def test_a_tag_is_added_from_the_sheet(login_as: SignIn, company: Company, typed: str) -> None:
    tag = make_tag("Partenaire")
    answer = login_as("editor").post(f"/crm/companies/{company.id}/tags", data={"tag_text": typed})
    assert answer.status_code == 303
    assert tags_of(company) == ["Partenaire"]
    shown = page(login_as("reader"), company).one(css="sheet__tags")
    assert shown.one("a", css="tag__link").attributes["href"] == f"/crm/companies/?tag={tag.id}"


def test_a_new_tag_is_made_on_the_spot(login_as: SignIn, company: Company) -> None:
    login_as("editor").post(f"/crm/companies/{company.id}/tags", data={"tag_text": "Salon 2026"})
    assert tags_of(company) == ["Salon 2026"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Donnez un libellé"), (" \u200b", "Donnez un libellé"), ("😀", "Donnez un libellé"),
     ("a" * 61, "60 caractères au plus"), ("щ" * 60, "60 caractères au plus")],
)  # fmt: skip
def test_a_label_that_says_nothing_or_too_much_is_refused(
    login_as: SignIn, company: Company, typed: str, said: str
) -> None:
    answer = login_as("editor").post(f"/crm/companies/{company.id}/tags", data={"tag_text": typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert tags_of(company) == []


def test_a_tag_is_taken_off_twice_without_harm(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    tag = make_tag("Partenaire")
    add_to(tag, [company.id], by=admin)
    db.session.commit()
    editor = login_as("editor")
    for _ in range(2):
        answer = editor.post(f"/crm/companies/{company.id}/tags/{tag.id}/remove")
        assert answer.status_code == 303
    assert tags_of(company) == []


def test_a_tag_in_the_bin_is_not_shown(login_as: SignIn, company: Company, admin: Account) -> None:
    tag = make_tag("Fantôme")
    add_to(tag, [company.id], by=admin)
    trash_tag(tag, by=admin)
    db.session.commit()
    assert "Fantôme" not in page(login_as("reader"), company).text


def test_a_reader_is_shown_no_button_that_they_may_not_press(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    add_to(make_tag("Partenaire"), [company.id], by=admin)
    db.session.commit()
    shown = page(login_as("reader"), company)
    links = [link.attributes["href"] for link in shown.all("a", href=None)]
    assert f"/crm/companies/{company.id}/edit" not in links
    assert not shown.all(css="tag__remove")
    assert not shown.all(css="add-link")


def test_the_sheet_and_the_list_agree_on_completeness(login_as: SignIn, company: Company) -> None:
    make_contact(
        company_id=company.id, email="c@a.example", signs_agreements=True, job_title="Directrice"
    )
    reader = login_as("reader")
    sheet = page(reader, company).one(css="completeness__figure").text
    row = parse(reader.get("/crm/companies/").text).one("tr", data_id=str(company.id))
    assert row.one(css="meter__figure").text == sheet


def test_tags_are_of_one_module(login_as: SignIn, company: Company) -> None:
    contact = make_contact()
    editor = login_as("editor")
    editor.post(f"/crm/companies/{company.id}/tags", data={"tag_text": "VIP"})
    editor.post(f"/crm/contacts/{contact.id}/tags", data={"tag_text": "VIP"})
    modules = db.session.query(Tag.module).filter_by(label="VIP").order_by(Tag.module).all()
    assert [module for (module,) in modules] == ["company", "contact"]
    assert [tag.label for tag in db.session.get_one(Contact, contact.id).tags] == ["VIP"]
