"""The bin: a batch goes as one and returns whole, exactly as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Table, func, insert, select

from app.accounts.models import Account
from app.bin.kinds import KEPT_DAYS
from app.bin.operations import restore, trash, undo, what_goes_with
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
TABLES = ("company", "establishment", "contact", "post", "note", "company_tag", "contact_tag", "consent_event")  # fmt: skip
# What a round trip may change: it is an edit like others.
MOVES = {"version"}


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the CRM's tables, but for the columns that count changes."""
    db.session.flush()
    found = {}
    for name in TABLES:
        table: Table = db.metadata.tables[name]
        rows = db.session.execute(select(table).order_by(*table.primary_key)).mappings()
        found[name] = [{k: v for k, v in row.items() if k not in MOVES} for row in rows]
    return found


@pytest.mark.parametrize("subject", [Subject.COMPANY, Subject.CONTACT])
def test_what_returns_is_as_it_was(full: Company, admin: Account, subject: Subject) -> None:
    model = Company if subject is Subject.COMPANY else Contact
    before = everything()
    batch = trash(subject, db.session.scalars(select(model.id)).all(), by=admin)
    db.session.commit()
    assert everything() != before
    restore(batch, by=admin)
    db.session.commit()
    assert everything() == before


def test_sites_go_with_their_company_and_contacts_stay(full: Company, admin: Account) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    db.session.commit()
    sites = db.session.scalars(select(Establishment).where(Establishment.company_id == full.id))
    assert {site.trash_batch_id for site in sites} == {batch.id}
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.is_trashed, contact.company_id) == (False, full.id)
    assert contact.sort_company is None


def test_only_what_is_live_goes_and_has_a_line(full: Company, admin: Account) -> None:
    other = make_company()
    first = trash(Subject.COMPANY, [full.id], by=admin)
    second = trash(Subject.COMPANY, [full.id, other.id, 999_999_999], by=admin)
    assert (first.item_count, second.item_count) == (1, 1)
    lines = db.session.scalars(
        select(HistoryEntry).where(HistoryEntry.action == Action.TRASHED).order_by(HistoryEntry.id)
    )
    assert [(line.subject_id, line.batch_id) for line in lines] == [
        (full.id, first.id), (other.id, second.id)
    ]  # fmt: skip


def test_a_batch_returns_without_what_another_batch_took(full: Company, admin: Account) -> None:
    other = make_company(name="Autre")
    first = trash(Subject.COMPANY, [full.id], by=admin)
    trash(Subject.COMPANY, [other.id], by=admin)
    undo(first, by=admin)
    db.session.commit()
    assert full.trashed_at is None
    assert other.trashed_at is not None


def test_a_batch_returns_once(full: Company, admin: Account) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    undo(batch, by=admin)
    with pytest.raises(Refused) as refusal:
        undo(batch, by=admin)
    assert "déjà été annulée" in str(refusal.value.message)


def test_a_batch_whose_siren_was_taken_does_not_return(full: Company, admin: Account) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    db.session.commit()
    db.session.execute(insert(Company).values(name="Remplaçante", siren=full.siren))
    with pytest.raises(Refused) as refusal:
        undo(batch, by=admin)
    assert "le même SIREN" in str(refusal.value.message)
    assert db.session.scalar(select(Company.trashed_at).where(Company.id == full.id)) is not None


def test_a_contact_whose_account_was_linked_elsewhere_does_not_return(
    full: Company, admin: Account
) -> None:
    contact = db.session.scalars(select(Contact)).one()
    batch = trash(Subject.CONTACT, [contact.id], by=admin)
    make_contact(last_name="Autre").account_id = account_named("graduate").id
    db.session.commit()
    with pytest.raises(Refused) as refusal:
        undo(batch, by=admin)
    assert "compte utilisateur" in str(refusal.value.message)


def test_what_goes_along_is_counted(full: Company, admin: Account) -> None:
    contact = db.session.scalars(select(Contact)).one()
    assert what_goes_with(Subject.COMPANY, [full.id]) == {
        "sites": 3, "contacts": 1, "notes": 2, "accounts": 0
    }  # fmt: skip
    assert what_goes_with(Subject.CONTACT, [contact.id]) == {
        "sites": 0, "contacts": 0, "notes": 1, "accounts": 1
    }  # fmt: skip


# ---- the page


def test_the_page_lists_batches_newest_first_and_restores_one(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    one = trash(Subject.COMPANY, [full.id], by=admin)
    many = trash(Subject.CONTACT, [make_contact().id, make_contact().id], by=admin)
    db.session.commit()
    manager = login_as("manager")
    found = parse(manager.get("/crm/bin/").text).all("tr", data_id=None)
    assert [row.attributes["data-id"] for row in found] == [str(many.id), str(one.id)]
    assert [row.one("th").text for row in found] == [
        "2 contacts Claire Évrard, Claire Évrard",
        "1 entreprise Maison Alba",
    ]
    button = found[1].one("form")
    assert manager.post(button.attributes["action"]).status_code == 303
    db.session.refresh(full)
    assert full.trashed_at is None
    assert len(parse(manager.get("/crm/bin/").text).all("tr", data_id=None)) == 1


def test_a_batch_that_cannot_return_says_why(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    db.session.commit()
    db.session.execute(insert(Company).values(name="Remplaçante", siren=full.siren))
    db.session.commit()
    manager = login_as("manager")
    manager.post(f"/crm/bin/{batch.id}/restore")
    assert (
        "« Remplaçante » porte maintenant le même SIREN"
        in parse(manager.get("/crm/bin/").text).text
    )


def test_batches_stay_thirty_days(full: Company, login_as: SignIn, admin: Account) -> None:
    day = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with time_machine.travel(day, tick=False):
        trash(Subject.COMPANY, [full.id], by=admin)
        db.session.commit()
    manager = login_as("manager")
    for days, shown in ((KEPT_DAYS - 1, True), (KEPT_DAYS + 1, False)):
        with time_machine.travel(day + timedelta(days=days), tick=False):
            text = login_as("manager").get("/crm/bin/").text
        assert ("Maison Alba" in text) is shown
    assert manager.get("/crm/bin/").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("editor", 200), ("reader", 403), ("student", 403)])  # fmt: skip
def test_who_may_open_the_bin(login_as: SignIn, role: str, status: int) -> None:
    assert login_as(role).get("/crm/bin/").status_code == status


def test_a_deletion_is_not_undone_by_who_may_not_restore(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=account_named("editor"))
    db.session.commit()
    assert login_as("editor").post(f"/crm/bin/{batch.id}/undo").status_code == 403
    assert db.session.get_one(Batch, batch.id).undone_at is None
    live = select(func.count()).where(Company.id == full.id, Company.trashed_at.is_(None))
    assert db.session.scalar(live) == 0
