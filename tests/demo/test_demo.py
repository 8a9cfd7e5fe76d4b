"""The demonstration: what an empty base is filled with, and what it must never hold."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number
from werkzeug.security import check_password_hash

from app import create_app
from app.accounts.models import Account, Category
from app.accounts.queries import role_names
from app.companies.models import Company, Establishment
from app.contacts.models import Consent, ConsentEvent, Contact, Post
from app.core.db import utcnow
from app.core.rules import Refused
from app.demo import files
from app.demo.accounts import NO_PASSWORD, SHOWN, _create
from app.demo.load import is_empty
from app.demo.people import Person, inventor
from app.doctor import examine
from app.extensions import db
from app.history.actions import Action
from app.history.models import HistoryEntry
from app.notes.models import Note
from app.tags.models import Module, Tag
from tests.conftest import database_url, migrate, settings

PASSWORD = "Pont-levis 42 de Blois"
FICTION = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)[0-9]{4}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """An application over a base of its own, loaded by the command."""
    folder = tmp_path_factory.mktemp("demo")
    application = create_app(settings(database_url(folder, f"demo_{worker_id}"), folder))
    migrate(application)
    result = application.test_cli_runner().invoke(args=["demo", "load", "--password", PASSWORD])
    assert result.exit_code == 0, result.output
    application.config["LOADED"] = result.output
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def context(demo: Flask) -> Iterator[None]:
    with demo.app_context():
        yield


def count(model: type, *conditions: object) -> int:
    statement = select(func.count()).select_from(model).where(*conditions)  # type: ignore[arg-type]
    return db.session.scalar(statement) or 0


def test_the_accounts_and_their_password_are_announced(demo: Flask) -> None:
    said = demo.config["LOADED"]
    assert all(account.username in said for account in SHOWN)
    assert said.count(PASSWORD) == 1


@pytest.mark.parametrize("shown", SHOWN, ids=lambda account: account.username)
def test_each_announced_account_signs_in_with_its_role(demo: Flask, shown: object) -> None:
    username, role = shown.username, shown.role  # type: ignore[attr-defined]
    page = demo.test_client().post("/login/", data={"username": username, "password": PASSWORD})
    assert page.status_code in {302, 303}
    assert "/login" not in page.headers["Location"]
    account = db.session.scalars(select(Account).where(Account.username == username)).one()
    assert role_names(account) == {role}


def test_nobody_else_can_sign_in(demo: Flask) -> None:
    known = {account.username for account in SHOWN}
    others = db.session.scalars(select(Account).where(Account.username.not_in(known))).all()
    assert {account.password for account in others} == {NO_PASSWORD}
    assert {account.category for account in others} >= set(Category) - {Category.STAFF}


def test_everything_that_the_base_keeps_beside_is_right(demo: Flask) -> None:
    assert [finding for finding in examine() if finding.problem] == []


def test_every_screen_has_something_to_show(demo: Flask) -> None:
    assert count(Company, Company.trashed_at.is_(None)) > 2_900
    assert count(Establishment) > 3_000
    assert count(Contact) == 2_500
    assert count(Company, Company.parent_id.is_not(None)) > 10
    assert count(Company, Company.verified_at.is_not(None)) > 50
    assert count(Company, Company.completeness == 92) > 0  # All but the logo.
    assert count(Company, Company.site_count > 1) > 5
    assert count(Post, Post.ended_on.is_not(None)) > 300
    assert count(Post, Post.account_id.is_not(None)) > 100
    assert count(Contact, Contact.account_id.is_not(None)) > 20
    assert {tag.module for tag in db.session.scalars(select(Tag))} == set(Module)
    assert 20 < count(Company, Company.logo_id.is_not(None)) < 200
    assert 20 < count(Contact, Contact.photo_id.is_not(None)) < 200
    for owner in (Note.company_id, Note.establishment_id, Note.contact_id):
        assert count(Note, owner.is_not(None)) > 0
    for model in (Company, Contact, Tag):
        assert count(model, model.trashed_at.is_not(None)) > 0


def test_each_answer_about_consent_has_its_log(demo: Flask) -> None:
    states = set(db.session.scalars(select(Contact.consent).distinct()))
    assert states == set(Consent)
    answered = count(Contact, Contact.consent != Consent.UNKNOWN)
    assert count(ConsentEvent) == answered
    logged = select(Contact.id).join(ConsentEvent, ConsentEvent.contact_id == Contact.id)
    assert (
        len(db.session.scalars(logged.where(ConsentEvent.consent == Contact.consent)).all())
        == answered
    )


def test_each_sheet_has_its_creation_in_the_history(demo: Flask) -> None:
    for model, kind in ((Company, "company"), (Contact, "contact"), (Tag, "tag")):
        created = count(
            HistoryEntry, HistoryEntry.subject_kind == kind, HistoryEntry.action == Action.CREATED
        )
        assert created == count(model)
    actions = set(db.session.scalars(select(HistoryEntry.action).distinct()))
    assert actions >= {Action.UPDATED, Action.TAG_ADDED, Action.PRINTED, Action.NOTE_ADDED}


def test_no_contact_joins_a_company_before_its_sheet_exists(demo: Flask) -> None:
    early = select(Contact.id).join(Contact.company).where(Contact.created_at < Company.created_at)
    assert db.session.scalars(early).all() == []


def test_the_history_stands_in_the_order_of_time_and_ends_now(demo: Flask) -> None:
    sheets = HistoryEntry.subject_kind.in_(["company", "contact"])
    moments = db.session.scalars(
        select(HistoryEntry.at).where(sheets).order_by(HistoryEntry.id)
    ).all()
    assert list(moments) == sorted(moments)
    assert moments[-1] <= utcnow()


def test_no_invented_person_can_be_reached(demo: Flask) -> None:
    for contact in db.session.scalars(select(Contact)):
        emails = [each for each in (contact.email, contact.personal_email) if each]
        phones = [each for each in (contact.phone, contact.mobile, contact.personal_phone) if each]
        assert all(email.endswith(".example") for email in emails)
        assert all(FICTION.fullmatch(phone) for phone in phones)


def test_a_new_record_takes_an_id_that_is_free(demo: Flask) -> None:
    """On PostgreSQL the counters must know of the ids that the demonstration chose."""
    company = Company(name="Nouvelle", country="FR")
    db.session.add_all(
        [company, Contact(last_name="Nouveau"), Tag(module="company", label="N", folded="n")]
    )
    db.session.flush()
    assert company.id > 3_000
    db.session.rollback()


def test_a_base_in_use_is_left_alone(demo: Flask) -> None:
    before = count(Account)
    assert not is_empty()
    result = demo.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code != 0
    assert "base vide" in result.output
    assert count(Account) == before


@pytest.fixture
def an_account() -> Iterator[Callable[[str], Account]]:
    """Makes an account of the demonstration, which is gone again afterwards."""
    shown = replace(SHOWN[2], username="essai", person=Person("mme", "Ondine", "Essai"))
    yield lambda password: _create(shown, password, inventor("accounts", utcnow()))
    db.session.rollback()


def test_the_one_who_starts_the_demonstration_chooses_any_password(
    demo: Flask, an_account: Callable[[str], Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(demo.config, "DEMO", True)
    assert check_password_hash(an_account("demo").password, "demo")


def test_on_a_base_to_be_put_into_service_it_must_resist(
    an_account: Callable[[str], Account],
) -> None:
    with pytest.raises(Refused):
        an_account("demo")


def test_the_register_s_identifiers_are_valid_and_each_company_has_one_head_office() -> None:
    companies, sites = files.companies(), files.sites()
    assert len({company.siren for company in companies}) == len(companies)
    assert all(siren_number.is_valid(company.siren) for company in companies)
    assert all(siret_number.is_valid(site.siret) for site in sites if site.siret)
    assert all(site.siret.startswith(site.siren) for site in sites if site.siret)
    heads = [site.siren for site in sites if site.is_head_office]
    assert sorted(heads) == sorted(company.siren for company in companies)


def test_no_masked_value_came_along() -> None:
    for name in ("companies.csv", "establishments.csv"):
        assert "[ND]" not in (files.DATA / name).read_text(encoding="utf-8")
