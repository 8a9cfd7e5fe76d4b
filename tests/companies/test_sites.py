"""Sites of a company: added, closed, opened again, made the head office; who works there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.companies.sites import (
    add_establishment,
    close_establishment,
    make_head_office,
    reopen_establishment,
)
from app.contacts.models import Post
from app.core.rules import Refused
from app.core.submissions import new_key
from app.extensions import db
from tests.conftest import account_named
from tests.factories import make_company, make_contact, siret_of

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company() -> Company:
    return make_company(name="Blois Conseil", city="Blois", postal_code="41000")


@pytest.fixture
def site(company: Company, admin: Account) -> Establishment:
    place = {"trade_name": "Agence", "city": "Tours", "postal_code": "37000", "country": "FR"}
    return add_establishment(company, place, by=admin)


def tab(company: Company, **query: object) -> str:
    parts = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/crm/companies/{company.id}/establishments?{parts}"


def test_a_site_is_added_once_from_the_sheet(login_as: SignIn, company: Company) -> None:
    editor, url = login_as("editor"), f"/crm/companies/{company.id}/sites/new"
    form = {
        "key": new_key(), "base": "{}", "trade_name": "Boutique", "city": "Tours", "country": "FR",
        "siret": siret_of(company.siren or "", 4), "opened_on": "2020-01-31",
    }  # fmt: skip
    answers = [editor.post(url, data=form) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    db.session.refresh(company)
    assert company.site_count == 2
    assert "Boutique" in editor.get(answers[0].location).text
    assert "boutique" in company.search_text


def test_a_site_without_anything_is_refused(login_as: SignIn, company: Company) -> None:
    url = f"/crm/companies/{company.id}/sites/new"
    form = {"key": new_key(), "base": "{}", "country": "FR"}
    answer = login_as("editor").post(url, data=form)
    assert answer.status_code == 422
    assert "Saisissez au moins un nom" in answer.text


def test_a_siret_that_is_taken_is_refused(
    login_as: SignIn, company: Company, site: Establishment, admin: Account
) -> None:
    siret = siret_of(company.siren or "", 5)
    add_establishment(company, {"siret": siret}, by=admin)
    form = {"key": new_key(), "base": "{}", "country": "FR", "siret": siret}
    answer = login_as("editor").post(f"/crm/companies/{company.id}/sites/new", data=form)
    assert answer.status_code == 422
    assert "déjà celui" in answer.text


def test_a_site_closes_and_opens_again(
    company: Company, site: Establishment, admin: Account
) -> None:
    close_establishment(site, date(2024, 5, 31), by=admin)
    assert (site.closed_on, company.site_count) == (date(2024, 5, 31), 1)
    with pytest.raises(Refused):
        close_establishment(site, date(2024, 6, 1), by=admin)
    with pytest.raises(Refused):
        make_head_office(site, by=admin)
    reopen_establishment(site, by=admin)
    assert (site.closed_on, company.site_count) == (None, 2)


def test_a_site_does_not_close_before_it_opened(site: Establishment, admin: Account) -> None:
    site.opened_on = date(2020, 1, 1)
    with pytest.raises(Refused):
        close_establishment(site, date(2019, 12, 31), by=admin)


def test_the_head_office_moves_in_one_deed(
    company: Company, site: Establishment, admin: Account
) -> None:
    contact, former = make_contact(company_id=company.id), company.head_office
    assert former is not None
    make_head_office(site, by=admin)
    db.session.refresh(contact)
    assert (site.is_head_office, former.is_head_office) == (True, False)
    assert (company.city, company.department_code) == ("Tours", "37")
    assert contact.department_code == "37"
    with pytest.raises(Refused):
        close_establishment(site, date(2024, 5, 31), by=admin)
    close_establishment(former, date(2024, 5, 31), by=admin)


def test_the_pop_up_asks_on_which_day(
    login_as: SignIn, company: Company, site: Establishment
) -> None:
    editor, url = login_as("editor"), f"/crm/companies/{company.id}/sites/{site.id}/close"
    assert 'type="date"' in editor.get(url).text
    for wrong in ("", "31/02/2024", "hier"):
        form = {"key": new_key(), "base": "{}", "closed_on": wrong}
        assert editor.post(url, data=form).status_code == 422
    form = {"key": new_key(), "base": "{}", "closed_on": "31/05/2024"}
    assert editor.post(url, data=form).status_code == 303
    assert "1 établissement fermé" in editor.get(tab(company)).text
    assert editor.post(url.replace("close", "reopen")).status_code == 303
    page = editor.get(tab(company, site=site.id)).text
    assert "Établissement rouvert." in page
    assert "fermé" not in page.split("<main")[1]
    assert editor.post(url.replace("close", "head-office")).status_code == 303
    page = editor.get(tab(company, site=site.id)).text
    assert "L’établissement est maintenant le siège social." in page


def test_people_of_a_site_by_category(
    login_as: SignIn, company: Company, site: Establishment
) -> None:
    make_contact(last_name="Ducrm", company_id=company.id, establishment_id=site.id)
    student, graduate = account_named("student"), account_named("graduate")
    for account in (student, graduate):
        db.session.add(Post(account_id=account.id, company_id=company.id, establishment_id=site.id))
    db.session.commit()
    reader = login_as("reader")

    def shown(category: str) -> list[bool]:
        page = reader.get(tab(company, site=site.id, part="contacts", category=category)).text
        main = page.split("<main")[1]
        return [name in main for name in ("Ducrm", student.full_name, graduate.full_name)]

    assert shown("") == [True, True, True]
    assert shown("contact") == [True, False, False]
    assert shown("student") == [False, True, False]
    assert shown("graduate") == [False, False, True]
    assert shown("teacher") == [False, False, False]
    assert shown("zz") == [True, True, True]


def test_a_contact_moves_to_another_site(
    login_as: SignIn, company: Company, site: Establishment
) -> None:
    head = company.head_office
    contact = make_contact(company_id=company.id, establishment_id=head.id if head else None)
    editor, url = login_as("editor"), f"/crm/contacts/{contact.id}/fields/establishment_id"
    assert "Agence" in editor.get(url).text
    base = f'{{"establishment_id": {contact.establishment_id}}}'
    form = {"base": base, "establishment_id": str(site.id)}
    assert editor.post(url, data=form).status_code == 303
    db.session.refresh(contact)
    assert contact.establishment_id == site.id
    assert [post.establishment_id for post in contact.posts] == [site.id]


def test_a_reader_is_offered_nothing(
    login_as: SignIn, company: Company, site: Establishment
) -> None:
    page = login_as("reader").get(tab(company, site=site.id)).text
    for button in ("Ajouter un établissement", "En faire le siège", "Fermer l’établissement"):
        assert button not in page
