"""Profiles (H2) and the first page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Profile
from app.contacts.models import Post
from app.core.db import utcnow
from app.extensions import db
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.security.pages import form_with
from tests.security.watch import statements

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def student_at_work() -> int:
    """The student of the cast, with a profile, a present post, a past one, and one in the bin."""
    student = account_named("student")
    db.session.add(Profile(account_id=student.id, programme="Programme Grande École", year=2027))
    for name, ended in (("Maison Présente", None), ("Maison Passée", date(2025, 8, 31)), ("Maison Jetée", None)):  # fmt: skip
        company = make_company(name=name, description="Secret du CRM", phone="+33123456789")
        db.session.add(
            Post(account_id=student.id, company_id=company.id, title="Stagiaire", started_on=date(2025, 3, 1), ended_on=ended)
        )  # fmt: skip
    company.trashed_at = utcnow()
    db.session.commit()
    return student.id


def test_own_profile_shows_what_the_school_knows(login_as: SignIn, student_at_work: int) -> None:
    page = login_as("student").get("/profile/").text
    for shown in (
        "Étudiant",
        "Programme Grande École",
        "2027",
        "student@ecole.example",
        "Maison Présente",
        "Maison Passée",
        "Stagiaire",
    ):
        assert shown in page
    for link in ("/userinfoeditview/form", "/resetmypassword/form", "/profile/sign-out-everywhere"):
        assert link in page


def test_own_profile_tells_nothing_of_the_crm(login_as: SignIn, student_at_work: int) -> None:
    page = login_as("student").get("/profile/").text
    for hidden in ("Maison Jetée", "Secret du CRM", "01 23", "/crm/"):
        assert hidden not in page


@pytest.mark.parametrize("username", ["student", "graduate"])
def test_account_without_crm_has_its_profile_and_no_more(login_as: SignIn, username: str) -> None:
    person = login_as(username)
    assert person.get("/").location == "/profile/"
    company, contact = make_company(), make_contact()
    for path in ("/crm/companies/", "/crm/contacts/", "/crm/tags/", "/crm/bin/", f"/crm/companies/{company.id}/",
                 f"/crm/contacts/{contact.id}/", f"/accounts/{account_named(username).id}/", "/accounts/1/"):  # fmt: skip
        assert person.get(path).status_code == 403, path


@pytest.mark.parametrize("username", ["admin", "manager", "editor", "reader"])
def test_staff_open_a_profile(login_as: SignIn, student_at_work: int, username: str) -> None:
    contact = make_contact(last_name="Jumelle")
    contact.account_id = student_at_work
    db.session.commit()
    page = login_as(username).get(f"/accounts/{student_at_work}/").text
    for shown in ("Étudiant", "Programme Grande École", "Maison Présente", f"/crm/contacts/{contact.id}/"):  # fmt: skip
        assert shown in page
    assert "Maison Jetée" not in page
    assert ("/users/edit/" in page) == (username == "admin")


def test_contact_in_the_bin_is_not_offered(login_as: SignIn, student_at_work: int) -> None:
    contact = make_contact()
    contact.account_id, contact.trashed_at = student_at_work, utcnow()
    db.session.commit()
    assert f"/crm/contacts/{contact.id}/" not in login_as("reader").get(f"/accounts/{student_at_work}/").text  # fmt: skip


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 20])
def test_profile_of_nobody(login_as: SignIn, pk: str) -> None:
    assert login_as("reader").get(f"/accounts/{pk}/").status_code == 404


def test_stranger_signs_in_first(client: FlaskClient) -> None:
    for path in ("/", "/profile/", "/accounts/1/"):
        assert client.get(path).location.startswith(("/login/", "http://localhost/login/"))
    assert client.post("/profile/sign-out-everywhere").status_code == 302


def test_own_name_is_changed_and_nothing_else(login_as: SignIn) -> None:
    person, student = login_as("student"), account_named("student")
    page = person.get("/userinfoeditview/form").text
    sent = form_with(page, "first_name", first_name="Ève", last_name=" O’Neill ", email="x@y.fr", category="staff")  # fmt: skip
    assert person.post("/userinfoeditview/form", data=sent).location == "/profile/"
    db.session.refresh(student)
    assert (student.first_name, student.last_name) == ("Ève", "O’Neill")
    assert (student.email, student.category) == ("student@ecole.example", "student")
    assert student.search_text.startswith("eve o neill")
    answer = person.post("/userinfoeditview/form", data={"first_name": "", "last_name": "x" * 65})
    assert answer.status_code == 422
    assert 'id="first_name-error"' in answer.text
    assert 'id="last_name-error"' in answer.text


def test_first_page_counts_live_records_and_shows_the_latest(login_as: SignIn) -> None:
    make_company(name="Visible SA")
    thrown = make_company(name="Jetée SA")
    thrown.trashed_at = utcnow()
    make_contact(first_name="Aline", last_name="Récente")
    db.session.commit()
    page = login_as("editor").get("/").text
    for shown in ("Visible SA", "Aline Récente", "/crm/companies/new", "/crm/contacts/new"):
        assert shown in page
    assert "Jetée SA" not in page


def test_reader_is_not_offered_what_they_may_not_do(login_as: SignIn) -> None:
    page = login_as("reader").get("/").text
    assert "/crm/companies/" in page
    assert "/new" not in page


@pytest.mark.parametrize(("path", "most"), [("/", 8), ("/profile/", 4), ("/accounts/1/", 6)])
def test_page_costs_few_statements(login_as: SignIn, path: str, most: int) -> None:
    person = login_as("admin")
    with statements() as seen:
        assert person.get(path).status_code == 200
    assert len(seen) <= most, seen
