"""Reading saved views: who sees which, what each shows, and how a person has arranged a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from urllib.parse import parse_qsl

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from app.accounts.models import Account
from app.accounts.queries import role_names
from app.core.listing import DEFAULT_SIZE, Listing, ListSpec
from app.core.text import fold, sort_key
from app.extensions import db
from app.listviews.models import ListChoice, SavedView
from app.permissions import Role

# The roles that a view can be shared with: those of the product that see the lists.
SHARED_ROLES = (Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.READER)


def essence(listing: Listing) -> Listing:
    """What a view keeps of a list besides its columns: search, filters and order.

    Two lists that show the same records in the same order have the same essence.
    """
    filters = tuple((key, tuple(sorted(values))) for key, values in listing.filters)
    sort = "" if listing.sort == listing.spec.default_sort and not listing.q else listing.sort
    return replace(
        listing, page=1, size=DEFAULT_SIZE, columns=(), view=None, filters=filters, sort=sort
    )


def listing_of(view: SavedView, spec: ListSpec) -> Listing:
    """The list that a view shows; BadQuery where the list no longer knows what it asks for."""
    return Listing.parse(MultiDict(parse_qsl(view.query, keep_blank_values=True)), spec)


def visible_to(person: Account) -> ColumnElement[bool]:
    """A person's own views, and those shared with a role of theirs."""
    return _owned_or_shared(person.id, _roles(person))


def _roles(person: Account) -> tuple[str, ...]:
    """Only the product's own roles: a school's role may be called by a part of their names."""
    return tuple(role.value for role in SHARED_ROLES if role.value in role_names(person))


def _owned_or_shared(owner: int | BindParameter[int], roles: Iterable[str]) -> ColumnElement[bool]:
    shared = [SavedView.shared_with.contains(role, autoescape=True) for role in roles]
    return or_(SavedView.owner_id == owner, *shared)


def views_of(module: str, person: Account) -> list[SavedView]:
    """The views of a list that a person sees, theirs first, each group by name."""
    asked = {"module": module, "person": person.id}
    found = db.session.scalars(_views(_roles(person)), asked)
    return sorted(
        found, key=lambda view: (view.owner_id != person.id, sort_key(view.name), view.id)
    )


@cache
def _views(roles: tuple[str, ...]) -> Select[SavedView]:
    """Made once: every list asks for it."""
    return (
        select(SavedView)
        .where(
            SavedView.module == bindparam("module"),
            _owned_or_shared(bindparam("person", type_=Integer), roles),
        )
        .options(joinedload(SavedView.owner).load_only(Account.first_name, Account.last_name))
    )


def view_by_id(pk: int, module: str, person: Account, *, lock: bool = False) -> SavedView | None:
    """A view of a list that the person sees; `lock` keeps it until the transaction ends."""
    statement = select(SavedView).where(
        SavedView.id == pk, SavedView.module == module, visible_to(person)
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).first()


def choice_of(module: str, person: Account) -> ListChoice | None:
    """How the person has arranged the list; None where they have not."""
    return db.session.get(ListChoice, (person.id, module))


def count_of(module: str, person: Account) -> int:
    """How many views of a list a person owns."""
    statement = select(func.count()).where(
        SavedView.owner_id == person.id, SavedView.module == module
    )
    return db.session.scalar(statement) or 0


def own_names(module: str, person_id: int, besides: int | None = None) -> set[str]:
    """The names of a person's views of a list, folded."""
    names: Sequence[tuple[int, str]] = [
        (row[0], row[1])
        for row in db.session.execute(
            select(SavedView.id, SavedView.name).where(
                SavedView.owner_id == person_id, SavedView.module == module
            )
        )
    ]
    return {fold(name) or name for pk, name in names if pk != besides}
