"""What can be done with the views and the columns of a list. Operations flush; the caller commits.

They are personal settings: only that a view is shared, or no longer, is part of the history.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core.listcolumns import arranged
from app.core.listing import Listing, ListSpec
from app.core.rules import Refused
from app.core.text import clean_line, fold
from app.extensions import db
from app.history.actions import LIST_NUMBERS, Action, Subject
from app.history.operations import record
from app.listviews.models import LONGEST_NAME, ListChoice, SavedView
from app.listviews.queries import SHARED_ROLES, choice_of, count_of, essence, own_names

MOST_VIEWS = 50
LONGEST_STORED = 4000


def create_view(listing: Listing, columns: Sequence[str], name: str, *, by: Account) -> SavedView:
    """Keep a list's search, filters, order and columns under a name, for oneself."""
    module = listing.spec.kind
    if count_of(module, by) >= MOST_VIEWS:
        raise Refused("name", _l("Vous avez déjà 50 vues de cette liste : supprimez-en une."))
    view = SavedView(
        owner_id=by.id, module=module, name=_checked_name(name, module, by.id),
        query=_checked_query(listing), columns=_stored(columns, listing.spec),
    )  # fmt: skip
    _write(view)
    return view


def rename_view(view: SavedView, name: str, *, by: Account) -> None:
    """Give one of one's views another name."""
    _check_owner(view, by)
    view.name = _checked_name(name, view.module, by.id, besides=view.id)
    _write(view)


def replace_view(view: SavedView, listing: Listing, columns: Sequence[str], *, by: Account) -> None:
    """Have one of one's views show what the list shows now."""
    _check_owner(view, by)
    view.query, view.columns = _checked_query(listing), _stored(columns, listing.spec)
    db.session.flush()


def share_view(view: SavedView, roles: Collection[str], *, by: Account) -> None:
    """Share a view with these roles; with none, it is its owner's alone again.

    The caller has checked that `by` may share. Somebody else's view can only be taken back.
    """
    if roles:
        _check_owner(view, by)
    if unknown := sorted(set(roles) - {role.value for role in SHARED_ROLES}):
        raise Refused("roles", _l("Rôle inconnu : « %(name)s ».", name=unknown[0][:40]))
    before, after = view.shared_with, ",".join(role for role in SHARED_ROLES if role in roles)
    if (before or "") == after:
        return
    view.shared_with = after or None
    changes = {"view": (None, view.name), "module": (None, view.module), "roles": (before, after)}
    action = Action.VIEW_SHARED if after else Action.VIEW_UNSHARED
    number = LIST_NUMBERS[view.module]
    record(action, subject=Subject.LIST, subject_id=number, by=by, changes=changes)


def set_default_view(module: str, view: SavedView | None, *, by: Account) -> None:
    """Open the list with this view from now on; with none, as it is."""
    _choice(module, by).view_id = view.id if view is not None else None
    db.session.flush()


def delete_view(view: SavedView, *, by: Account) -> None:
    """Remove one of one's views; whoever opened the list with it sees all records again."""
    _check_owner(view, by)
    if view.shared_with:
        share_view(view, (), by=by)
    db.session.delete(view)
    db.session.flush()


def set_columns(spec: ListSpec, columns: Sequence[str], *, by: Account) -> None:
    """Keep the columns that a person wants to find in a list; () for its original ones."""
    _choice(spec.kind, by).columns = _stored(columns, spec)
    db.session.flush()


def set_export_choice(module: str, choice: str, *, by: Account) -> None:
    """Keep what a person chose for an export, so that the next one begins with it."""
    _choice(module, by).export = choice
    db.session.flush()


def _stored(columns: Sequence[str], spec: ListSpec) -> str:
    return ",".join(arranged(columns, spec.columns))


def _checked_name(name: str, module: str, owner_id: int, besides: int | None = None) -> str:
    name = clean_line(name)
    if not name:
        raise Refused("name", _l("Donnez un nom à la vue."))
    if len(name) > LONGEST_NAME:
        raise Refused("name", _l("Le nom d’une vue compte 80 caractères au plus."))
    if (fold(name) or name) in own_names(module, owner_id, besides):
        raise Refused("name", _taken(name))
    return name


def _taken(name: str) -> LazyString:
    return _l("Vous avez déjà une vue « %(name)s » : choisissez un autre nom.", name=name)


def _checked_query(listing: Listing) -> str:
    query = essence(listing).query_string
    if len(query) > LONGEST_STORED:
        raise Refused("name", _l("Cette liste porte trop de filtres pour être enregistrée."))
    return query


def _write(view: SavedView) -> None:
    """Store it; a twin of the same name may have come meanwhile."""
    try:
        with db.session.begin_nested():
            db.session.add(view)
    except IntegrityError:
        raise Refused("name", _taken(view.name)) from None


def _check_owner(view: SavedView, by: Account) -> None:
    if view.owner_id != by.id:
        raise Refused(
            "", _l("Cette vue n’est pas à vous : enregistrez la vôtre sous un autre nom.")
        )


def _choice(module: str, by: Account) -> ListChoice:
    """The person's line for this list, made where there is none."""
    found = choice_of(module, by)
    if found is not None:
        return found
    made = ListChoice(account_id=by.id, module=module)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # Another tab of theirs has just made it.
        return db.session.get_one(ListChoice, (by.id, module))
    return made
