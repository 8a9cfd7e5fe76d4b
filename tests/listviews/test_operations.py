"""Views and columns: who may do what with them, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from app.accounts.models import Account
from app.companies.queries import COMPANIES
from app.contacts.queries import CONTACTS
from app.core.listing import BadQuery, Listing
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action
from app.history.models import HistoryEntry, HistoryValue
from app.listviews import operations
from app.listviews.models import ListChoice, SavedView
from app.listviews.operations import (
    MOST_VIEWS,
    create_view,
    delete_view,
    rename_view,
    replace_view,
    set_columns,
    set_default_view,
    share_view,
)
from app.listviews.queries import choice_of, listing_of, view_by_id, views_of
from app.permissions import Role
from tests.conftest import account_named
from tests.listviews.asking import ALL, make_view, shared_view

BLOIS = Listing(COMPANIES).with_values("city", ["Blois", "Tours"])


def names(person: Account) -> list[str]:
    return [view.name for view in views_of("company", person)]


def lines() -> list[tuple[str, dict[str, tuple[str | None, str | None]]]]:
    """The lines of the history about views, with their values."""
    found = []
    for entry in db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)):
        if entry.action in {Action.VIEW_SHARED, Action.VIEW_UNSHARED}:
            values = db.session.scalars(
                select(HistoryValue).where(HistoryValue.entry_id == entry.id)
            )
            changes = {value.field: (value.old_value, value.new_value) for value in values}
            found.append((str(entry.action), changes))
    return found


# ---- what a view keeps


def test_a_view_keeps_search_filters_order_and_columns(editor: Account) -> None:
    listing = BLOIS.searching("bois").sorted_by("-city").sized(50).on_page(3).in_view(7)
    view = create_view(listing, ("name", "siren"), "Bois de Blois", by=editor)
    asked = listing_of(view, COMPANIES)
    assert (asked.q, asked.sort, asked.values("city")) == ("bois", "-city", ("Blois", "Tours"))
    assert (asked.page, asked.size, asked.view) == (1, 25, None)
    assert view.column_keys == ("name", "siren")


def test_what_the_list_no_longer_knows_is_said(editor: Account) -> None:
    view = make_view("Ancienne", editor)
    view.query = "former=1"
    with pytest.raises(BadQuery):
        listing_of(view, COMPANIES)


def test_replacing_a_view_keeps_its_name(editor: Account) -> None:
    view = make_view("Blois", editor)
    replace_view(view, BLOIS, ("name", "city"), by=editor)
    assert listing_of(view, COMPANIES) == BLOIS
    assert (view.name, view.columns) == ("Blois", "name,city")


# ---- names and limits


@pytest.mark.parametrize("name", ["Été à Blois", "  ETE  a blois ", "été à Blois"])
def test_a_name_is_ones_own_only_once_in_a_list(
    editor: Account, reader: Account, name: str
) -> None:
    make_view("Été à Blois", editor)
    with pytest.raises(Refused, match="name"):
        create_view(BLOIS, ALL, name, by=editor)
    create_view(Listing(CONTACTS), ALL, name, by=editor)
    create_view(BLOIS, ALL, name, by=reader)


def test_a_view_can_be_given_its_own_name_in_other_letters(editor: Account) -> None:
    view = make_view("été", editor)
    make_view("Hiver", editor)
    rename_view(view, "Été", by=editor)
    assert view.name == "Été"
    with pytest.raises(Refused):
        rename_view(view, "HIVER", by=editor)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 81])
def test_a_name_says_something_and_is_not_long(editor: Account, name: str) -> None:
    view = make_view("Blois", editor)
    with pytest.raises(Refused):
        create_view(BLOIS, ALL, name, by=editor)
    with pytest.raises(Refused):
        rename_view(view, name, by=editor)


@pytest.mark.parametrize("name", ["😀", "—", "<b>gras</b>", "日本", "x" * 80])
def test_a_name_may_be_anything_that_can_be_read(editor: Account, name: str) -> None:
    assert make_view(name, editor).name == name
    with pytest.raises(Refused):
        create_view(BLOIS, ALL, name, by=editor)


def test_the_number_of_views_has_a_limit(editor: Account) -> None:
    for number in range(MOST_VIEWS):
        create_view(BLOIS, ALL, f"Vue {number}", by=editor)
    with pytest.raises(Refused) as refusal:
        create_view(BLOIS, ALL, "Une de trop", by=editor)
    assert str(MOST_VIEWS) in str(refusal.value.message)


def test_a_list_with_too_many_filters_is_not_kept(editor: Account) -> None:
    view = make_view("Blois", editor)
    long = Listing(COMPANIES).with_values("city", [f"Ville de {n:0100}" for n in range(50)])
    with pytest.raises(Refused):
        create_view(long, ALL, "Toutes les villes", by=editor)
    with pytest.raises(Refused):
        replace_view(view, long, ALL, by=editor)


# ---- who sees and who changes


def test_a_view_is_its_owners_until_it_is_shared(editor: Account, reader: Account) -> None:
    view = make_view("Privée", editor)
    assert (names(editor), names(reader)) == (["Privée"], [])
    assert view_by_id(view.id, "company", reader) is None
    assert view_by_id(view.id, "contact", editor) is None


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR, Role.MANAGER, Role.ADMIN])
def test_a_shared_view_is_seen_by_its_roles_only(role: Role, manager: Account) -> None:
    make_view("À voir", manager, shared=(role,))
    cast = {
        "reader": Role.READER,
        "editor": Role.EDITOR,
        "manager": Role.MANAGER,
        "admin": Role.ADMIN,
    }
    seen = {name for name in cast if names(account_named(name))}
    assert seen == {name for name, own in cast.items() if own == role} | {"manager"}
    assert names(account_named("student")) == []


def test_a_role_of_the_school_named_like_part_of_ours_sees_nothing(
    manager: Account, graduate_with_role: Account
) -> None:
    shared_view("À voir", manager)
    assert names(graduate_with_role) == []


@pytest.fixture
def graduate_with_role(app: Any) -> Account:
    from flask_appbuilder.security.sqla.models import Role as RoleRow

    account = account_named("graduate")
    account.roles = [RoleRow(name="CRM"), RoleRow(name="%")]
    db.session.commit()
    return account


DEEDS = [
    lambda view, by: rename_view(view, "Autre", by=by),
    lambda view, by: replace_view(view, BLOIS, ALL, by=by),
    lambda view, by: share_view(view, (Role.ADMIN,), by=by),
    lambda view, by: delete_view(view, by=by),
]


@pytest.mark.parametrize("deed", DEEDS, ids=["rename", "replace", "share", "delete"])
def test_only_its_owner_changes_a_view(deed: Any, manager: Account, admin: Account) -> None:
    view = shared_view("À moi", manager)
    with pytest.raises(Refused):
        deed(view, admin)
    deed(view, manager)


def test_ones_own_views_come_first_by_name(manager: Account, reader: Account) -> None:
    for name in ("Zones", "Été", "Eaux"):
        make_view(name, reader)
    shared_view("Alpes", manager)
    assert names(reader) == ["Eaux", "Été", "Zones", "Alpes"]


# ---- sharing is part of the history


def test_sharing_and_taking_back_write_a_line_each(manager: Account, admin: Account) -> None:
    view = make_view("Blois", manager)
    share_view(view, (Role.READER, Role.EDITOR), by=manager)
    share_view(view, (Role.EDITOR, Role.READER), by=manager)  # The same: nothing to say.
    share_view(view, (Role.READER,), by=manager)
    share_view(view, (), by=admin)
    both, one = "CRM Editor,CRM Reader", "CRM Reader"
    about = {"view": (None, "Blois"), "module": (None, "company")}
    assert lines() == [
        ("view_shared", {**about, "roles": (None, both)}),
        ("view_shared", {**about, "roles": (both, one)}),
        ("view_unshared", {**about, "roles": (one, None)}),
    ]


def test_deleting_a_shared_view_says_that_it_is_no_longer_shared(manager: Account) -> None:
    delete_view(shared_view("Blois", manager), by=manager)
    assert [action for action, _values in lines()] == ["view_shared", "view_unshared"]


def test_what_one_does_for_oneself_leaves_no_line(editor: Account) -> None:
    before = len(list(db.session.scalars(select(HistoryEntry.id))))
    view = make_view("Blois", editor)
    rename_view(view, "Tours", by=editor)
    set_default_view("company", view, by=editor)
    set_columns(COMPANIES, ("name", "siren"), by=editor)
    delete_view(view, by=editor)
    assert len(list(db.session.scalars(select(HistoryEntry.id)))) == before


def test_a_role_that_is_none_is_refused(manager: Account) -> None:
    view = make_view("Blois", manager)
    for role in (Role.PUBLIC.value, Role.ACCOUNT.value, "x"):
        with pytest.raises(Refused):
            share_view(view, (role,), by=manager)
    assert view.shared_with is None


# ---- how a person arranges a list


def test_each_person_and_list_has_its_columns(editor: Account, reader: Account) -> None:
    set_columns(COMPANIES, ("siren", "name", "city"), by=editor)
    set_columns(COMPANIES, ("name", "city", "siren"), by=editor)
    chosen = choice_of("company", editor)
    assert chosen is not None
    assert chosen.column_keys == ("name", "city", "siren")
    assert choice_of("contact", editor) is None
    assert choice_of("company", reader) is None
    set_columns(COMPANIES, (), by=editor)
    assert chosen.column_keys == ()


def test_a_view_that_opens_first_is_forgotten_with_it(manager: Account, reader: Account) -> None:
    view = shared_view("Blois", manager)
    set_default_view("company", view, by=reader)
    delete_view(view, by=manager)
    db.session.expire_all()
    chosen = choice_of("company", reader)
    assert chosen is not None
    assert chosen.view_id is None


def test_an_account_that_goes_takes_its_views_along(editor: Account, reader: Account) -> None:
    view = make_view("Blois", editor)
    set_default_view("company", view, by=editor)
    set_default_view("company", view, by=reader)
    db.session.commit()
    identity = editor.id
    db.session.execute(delete(Account.__table__.metadata.tables["ab_user_role"]).where(
        Account.__table__.metadata.tables["ab_user_role"].c.user_id == identity
    ))  # fmt: skip
    db.session.execute(delete(Account).where(Account.id == identity))
    db.session.expire_all()
    assert (
        list(db.session.scalars(select(SavedView.id).where(SavedView.owner_id == identity))) == []
    )
    kept = [(one.account_id, one.view_id) for one in db.session.scalars(select(ListChoice))]
    assert kept == [(reader.id, None)]


def test_a_twin_that_came_meanwhile_is_said_at_the_name(
    editor: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_view("Blois", editor)
    monkeypatch.setattr(operations, "own_names", lambda *_args: set())
    with pytest.raises(Refused, match="name"):
        create_view(BLOIS, ALL, "Blois", by=editor)
    assert names(editor) == ["Blois"]
