"""The menu « Vues » of a list, and what the list says of the view that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext as _

from app.core.listcolumns import arranged
from app.core.listing import BadQuery, Listing
from app.core.valuecounts import BLANK
from app.listviews.models import SavedView
from app.listviews.queries import essence, listing_of
from app.permissions import Permission


@dataclass(frozen=True)
class ViewLine:
    """One view in the menu; `owner` is '' where it is the person's own."""

    id: int
    name: str
    url: str
    owner: str
    is_shared: bool
    is_default: bool
    is_open: bool


@dataclass(frozen=True)
class ViewsMenu:
    """What _macros/views.html draws. `query` is that of the list as it is shown: the addresses
    of what is done with it carry it."""

    lines: Sequence[ViewLine]
    open: ViewLine | None
    # Whether the list shows something else than the view it came from.
    is_modified: bool
    # Why the view does not show what it was made for; ''.
    problem: str
    may_share: bool
    base_url: str
    all_url: str
    copy_url: str
    query: str

    def url(self, deed: str) -> str:
        """Where « columns » and « views/new » lead."""
        return f"{self.base_url}{deed}?{self.query}"

    def view_url(self, deed: str) -> str:
        """Where « rename », « replace », « share », « start » and « delete » of the open view lead."""
        return self.url(f"views/{self.open.id}/{deed}") if self.open else ""


@dataclass(frozen=True)
class MenuMaker:
    """The menu of a list from the views that the person sees. `list_view` is the list's screen."""

    list_view: Any
    views: Sequence[SavedView]
    opened: SavedView | None
    # The view that the list opens with.
    start: SavedView | None

    def menu(self, listing: Listing, columns: Sequence[str], *, is_lost: bool) -> ViewsMenu:
        lines = [self._line(view) for view in self.views]
        modified, problem = self._state(listing, columns)
        base_url = self.list_view.url_of("list")
        return ViewsMenu(
            lines=lines,
            open=next((line for line in lines if line.is_open), None),
            is_modified=modified,
            problem=_lost() if is_lost else problem,
            may_share=self.list_view.may(Permission.SHARE),
            base_url=base_url,
            all_url=f"{base_url}?view=0" if self.start else base_url,
            copy_url=self._copy_url(listing, columns, modified=modified),
            query=listing.query_string,
        )

    def _line(self, view: SavedView) -> ViewLine:
        own = view.owner_id == g.user.id
        return ViewLine(
            id=view.id,
            name=view.name,
            url=self.list_view.url_of("view_open", pk=view.id),
            owner="" if own else view.owner.full_name,
            is_shared=bool(view.shared_with),
            is_default=view is self.start,
            is_open=view is self.opened,
        )

    def _state(self, listing: Listing, columns: Sequence[str]) -> tuple[bool, str]:
        """Whether the list differs from the open view, and what is wrong with that one."""
        if self.opened is None:
            return False, ""
        try:
            asked = listing_of(self.opened, listing.spec)
        except BadQuery as refusal:
            return True, _broken(str(refusal))
        kept = arranged(self.opened.column_keys, listing.spec.columns)
        modified = essence(asked) != essence(listing) or (bool(kept) and kept != tuple(columns))
        return modified, "" if modified else _gone(asked)

    def _copy_url(self, listing: Listing, columns: Sequence[str], *, modified: bool) -> str:
        """An address that shows others the same: a shared view's own, else all that is asked."""
        if self.opened is not None and self.opened.shared_with and not modified:
            url: str = self.list_view.url_of("view_open", pk=self.opened.id, _external=True)
            return url
        return str(self.list_view.shared_address(listing, columns))


def _lost() -> str:
    return _("La vue de cette adresse n’existe plus, ou n’est plus partagée avec vous.")


def _broken(why: str) -> str:
    return _(
        "Cette vue ne s’ouvre plus telle qu’elle a été enregistrée. %(why)s "
        "Toutes les fiches sont affichées : enregistrez la vue à nouveau, ou supprimez-la.",
        why=why,
    )


def _gone(asked: Listing) -> str:
    """The filter of a view whose value is no longer there, in words; '' where there is none."""
    for key, values in asked.filters:
        facet = asked.spec.facet(key)
        known = {BLANK, *(facet.labels(values) if facet is not None else values)}
        if facet is not None and set(values) - known:
            return _(
                "Un filtre de cette vue porte une valeur qui n’existe plus : %(name)s. "
                "Retirez-le, puis enregistrez la vue.",
                name=str(facet.title),
            )
    return ""
