"""The rules about accounts, where no page stands in between."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Account, Category
from app.accounts.operations import (
    AccountValues,
    change_account,
    change_own_password,
    create_account,
    delete_account,
    end_sessions,
    reset_password,
    save_role,
)
from app.accounts.queries import all_roles, has_other_administrator, role_names
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.notes.models import Note
from app.permissions import Role
from tests.accounts.conftest import GOOD_PASSWORD, MakeAccount
from tests.conftest import PASSWORD, account_named
from tests.factories import make_company


def values_of(account: Account, **changed: Any) -> AccountValues:
    given = {
        "username": account.username,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "category": account.category,
        "active": bool(account.active),
        "roles": role_names(account),
        **changed,
    }
    return AccountValues(**given)


def refused(operation: Any, *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        operation(*args, **kwargs)
    return refusal.value


def lines_about(
    account_id: int,
) -> list[tuple[int | None, dict[str, tuple[str | None, str | None]]]]:
    """The history of an account: who, and each field's old and new value."""
    entries = db.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.subject_kind == Subject.ACCOUNT, HistoryEntry.subject_id == account_id)
        .order_by(HistoryEntry.id)
    ).all()
    assert all(entry.action == Action.RIGHTS_CHANGED for entry in entries)
    return [(entry.actor_id, {v.field: (v.old_value, v.new_value) for v in values(entry)}) for entry in entries]  # fmt: skip


def values(entry: HistoryEntry) -> list[HistoryValue]:
    return list(db.session.scalars(select(HistoryValue).where(HistoryValue.entry_id == entry.id)))


def test_new_account_is_whole_and_in_the_history(admin: Account) -> None:
    given = AccountValues(
        "zoe.lang", "zoe.lang@ecole.example", "Zoé", "Lang",
        category=Category.GRADUATE, roles=[Role.ACCOUNT], programme="Master", year=2024, civility="mme",
    )  # fmt: skip
    account = create_account(given, GOOD_PASSWORD, by=admin)
    db.session.refresh(account)
    assert account.search_text == "zoe lang zoe.lang zoe.lang@ecole.example"
    assert account.profile is not None
    assert (account.profile.programme, account.profile.year) == ("Master", 2024)
    ((actor, changes),) = lines_about(account.id)
    assert actor == admin.id
    assert changes["roles"] == (None, "Compte")
    assert changes["programme"] == (None, "Master")
    assert not any(GOOD_PASSWORD in str(pair) or "scrypt" in str(pair) for pair in changes.values())


def test_change_writes_what_changed_and_nothing_else(admin: Account, reader: Account) -> None:
    change_account(reader, values_of(reader, last_name="Durand", roles=[Role.EDITOR]), by=admin)
    ((actor, changes),) = lines_about(reader.id)
    assert actor == admin.id
    assert changes == {
        "last_name": ("Exemple", "Durand"),
        "roles": ("CRM Reader", "CRM Editor"),
    }
    change_account(reader, values_of(reader), by=admin)
    assert len(lines_about(reader.id)) == 1
    assert reader.search_text.startswith("reader durand")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "EDITOR"}, "username"),
        ({"email": "Editor@ecole.example"}, "email"),
        ({"username": "editor@ecole.example"}, "username"),
        ({"roles": []}, "roles"),
        ({"roles": ["Nobody"]}, "roles"),
        ({"roles": [Role.PUBLIC]}, "roles"),
    ],
)
def test_form_that_clashes_is_refused_at_its_field(
    admin: Account, reader: Account, changed: dict[str, Any], field: str
) -> None:
    assert refused(change_account, reader, values_of(reader, **changed), by=admin).field == field


def test_own_email_may_be_the_username(admin: Account, reader: Account) -> None:
    change_account(reader, values_of(reader, username=reader.email), by=admin)
    assert reader.username == reader.email


def test_nobody_changes_their_own_roles(admin: Account, make_account: MakeAccount) -> None:
    make_account("deputy", Role.ADMIN)  # So that it is not a matter of the last one.
    for roles in ([Role.READER], [Role.ADMIN, Role.READER]):
        refusal = refused(change_account, admin, values_of(admin, roles=roles), by=admin)
        assert refusal.field == "roles"
    assert (
        refused(change_account, admin, values_of(admin, active=False), by=admin).field == "active"
    )
    refused(delete_account, admin, by=admin)
    assert role_names(admin) == {Role.ADMIN}


@pytest.mark.parametrize("roles", [[Role.ADMIN], [Role.READER], [Role.ACCOUNT, Role.READER]])
def test_only_administrators_give_roles(
    manager: Account, make_account: MakeAccount, roles: list[str]
) -> None:
    student = make_account("eleve")
    manager.roles = [*manager.roles, *student.roles]  # type: ignore[attr-defined]
    assert (
        refused(change_account, student, values_of(student, roles=roles), by=manager).field
        == "roles"
    )
    given = AccountValues("zoe", "zoe@ecole.example", "Zoé", "Lang", roles=roles)
    assert refused(create_account, given, GOOD_PASSWORD, by=manager).field == "roles"


def test_who_is_no_administrator_touches_nobody_mightier(
    manager: Account, admin: Account, editor: Account
) -> None:
    for mightier in (admin, editor):
        refused(change_account, mightier, values_of(mightier, email="x@ecole.example"), by=manager)
        refused(reset_password, mightier, GOOD_PASSWORD, by=manager)
        refused(delete_account, mightier, by=manager)


def test_who_is_no_administrator_makes_accounts_without_crm(manager: Account) -> None:
    given = AccountValues("zoe", "zoe@ecole.example", "Zoé", "Lang", roles=[Role.ACCOUNT])
    assert role_names(create_account(given, GOOD_PASSWORD, by=manager)) == {Role.ACCOUNT}


def test_last_active_administrator_stays(admin: Account, make_account: MakeAccount) -> None:
    deputy = make_account("deputy", Role.ADMIN, active=False)
    assert not has_other_administrator(admin.id)
    for changed in ({"active": False}, {"roles": [Role.READER]}):
        refused(change_account, admin, values_of(admin, **changed), by=None)
    refused(delete_account, admin, by=None)
    change_account(deputy, values_of(deputy, active=True), by=admin)
    assert has_other_administrator(admin.id)
    change_account(admin, values_of(admin, roles=[Role.READER]), by=deputy)
    assert role_names(admin) == {Role.READER}
    refused(change_account, deputy, values_of(deputy, active=False), by=None)


def test_account_that_left_traces_is_not_deleted(admin: Account, editor: Account) -> None:
    company = make_company()
    db.session.add(Note(company_id=company.id, text="Vue au forum", author_id=editor.id))
    db.session.flush()
    refusal = refused(delete_account, editor, by=admin)
    assert "Désactivez-le" in str(refusal.message)
    db.session.expire_all()
    assert db.session.get(Account, editor.id) is not None
    assert role_names(account_named("editor")) == {Role.EDITOR}


def test_account_without_traces_goes_with_its_profile(
    admin: Account, make_account: MakeAccount
) -> None:
    account = make_account("passage", programme="Master", year=2020)
    account_id = account.id
    delete_account(account, by=admin)
    db.session.commit()
    assert db.session.get(Account, account_id) is None
    created, deleted = lines_about(account_id)
    assert created[1]["username"] == (None, "passage")
    assert deleted == (admin.id, {**{name: (pair[1], None) for name, pair in created[1].items()}})


def test_changing_ones_password_asks_for_the_present_one(reader: Account) -> None:
    assert refused(change_own_password, reader, "non", GOOD_PASSWORD).field == "current"
    assert refused(change_own_password, reader, PASSWORD, PASSWORD).field == "password"
    assert refused(change_own_password, reader, PASSWORD, "reader reader").field == "password"
    change_own_password(reader, PASSWORD, GOOD_PASSWORD)
    ((actor, changes),) = lines_about(reader.id)
    assert actor == reader.id
    assert set(changes) == {"password"}
    assert not any(text in str(changes) for text in (PASSWORD, GOOD_PASSWORD, "scrypt"))


def test_ending_sessions_moves_the_epoch(reader: Account) -> None:
    before = reader.session_epoch
    end_sessions(reader)
    end_sessions(reader)
    assert reader.session_epoch == before + 2


def test_roles_of_the_product_are_fixed(admin: Account) -> None:
    for role in all_roles():
        refused(save_role, role, "Autre", [], by=admin)
    new = type(all_roles()[0])()
    for taken in ("Admin", "crm reader", "PUBLIC"):
        assert refused(save_role, new, taken, [], by=admin).field == "name"


def test_only_administrators_make_roles(manager: Account) -> None:
    new = type(all_roles()[0])()
    refused(save_role, new, "Secrétariat", [], by=manager)
