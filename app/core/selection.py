"""Checked rows, or 'all N results': what a bulk action works on."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.core.ids import PART, is_id
from app.core.listing import BadQuery, Listing, ListSpec
from app.extensions import db

MOST_IDS = 20_000


class SelectionChanged(Exception):
    """The records that match are no longer as many as the person confirmed."""

    def __init__(self, confirmed: int, found: int) -> None:
        super().__init__(f"{confirmed} confirmed, {found} found")
        self.confirmed = confirmed
        self.found = found


@dataclass(frozen=True)
class Selection:
    """The ids chosen, in the list's order, all of them within the reader's scope."""

    ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


def read_selection(
    form: MultiDict[str, str], args: MultiDict[str, str], spec: ListSpec
) -> Selection:
    """The selection that a bulk form posts to the list's own address.

    Either `ids` (repeated, or numbers separated by commas), or `all=1` with `count`, the
    number that was confirmed, and `except`, the ids unchecked since; `args` is the list's query.
    Everything is read again through the list's scope: SelectionChanged where the numbers differ.
    """
    listing = Listing.parse(args, spec)
    return _all_results(form, listing) if form.get("all") == "1" else _checked(form, listing)


def confirmed_results(form: MultiDict[str, str], listing: Listing) -> int | None:
    """How many « all results » are, for whoever need not have their ids; None where the form
    names certain rows, or leaves some out. SelectionChanged as above."""
    if form.get("all") != "1" or _numbers(form, "except"):
        return None
    found, confirmed = listing.count(), _whole(form.get("count", ""))
    if found != confirmed:
        raise SelectionChanged(confirmed, found)
    return found


def _all_results(form: MultiDict[str, str], listing: Listing) -> Selection:
    ids, confirmed = listing.all_ids(), _whole(form.get("count", ""))
    if left_out := set(_numbers(form, "except")):
        ids = tuple(identity for identity in ids if identity not in left_out)
    if len(ids) != confirmed:
        raise SelectionChanged(confirmed, len(ids))
    if not ids:
        raise BadQuery(_l("Cochez d’abord au moins une ligne."))
    return Selection(ids)


def _numbers(form: MultiDict[str, str], name: str) -> list[int]:
    """The ids that a form gives under a name, each once."""
    raw = [part for value in form.getlist(name) for part in value.split(",") if part]
    chosen = list(dict.fromkeys(_whole(part) for part in raw))
    if len(chosen) > MOST_IDS:
        raise BadQuery(_l("La sélection est trop grande : choisissez « tous les résultats »."))
    return chosen


def _checked(form: MultiDict[str, str], listing: Listing) -> Selection:
    chosen = _numbers(form, "ids")
    if not chosen:
        raise BadQuery(_l("Cochez d’abord au moins une ligne."))
    ids = _in_order(listing, chosen)
    if len(ids) != len(chosen):
        raise SelectionChanged(len(chosen), len(ids))
    return Selection(ids)


def _in_order(listing: Listing, chosen: list[int]) -> tuple[int, ...]:
    """The chosen records that are within the scope, in the list's order."""
    model = listing.spec.model
    if len(chosen) <= PART:
        statement = select(model.id).where(model.id.in_(chosen), *listing.spec.scope())
        return tuple(db.session.scalars(statement.order_by(*listing.order())))
    wanted = set(chosen)
    ordered = select(model.id).where(*listing.spec.scope()).order_by(*listing.order())
    return tuple(identity for identity in db.session.scalars(ordered) if identity in wanted)


def _whole(value: str) -> int:
    if not is_id(value):
        raise BadQuery(_l("La sélection contient un numéro qui n’est pas valable."))
    return int(value)
