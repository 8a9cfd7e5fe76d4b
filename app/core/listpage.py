"""One page of a list as its template reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from markupsafe import Markup, escape

from app.core.closest import WayOut
from app.core.facetblocks import Chip
from app.core.listcolumns import Column
from app.core.listing import PAGE_SIZES, Listing
from app.core.reasons import Reason
from app.core.text import search_words


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    icon: str = ""
    primary: bool = False
    dialog: bool = False
    method: str = "get"
    # Whether its address goes along with the list's columns and view (static/js/export.js).
    follows_list: bool = False


@dataclass(frozen=True)
class BulkAction:
    """An action on the checked rows, as the bar shows it."""

    name: str
    label: str
    icon: str
    url: str
    # The part of the bar, and its name where it has one.
    group: str = ""
    group_label: str = ""
    danger: bool = False
    # The number of rows without which it cannot be, and what is said otherwise: such an action asks
    # nothing in a pop-up, its address answers a page.
    exactly: int = 0
    otherwise: str = ""


@dataclass(frozen=True)
class Arrangement:
    """A list as the person who asks has arranged it."""

    # What was asked; links of the page are made from it.
    listing: Listing
    # Keys of the columns that show.
    columns: tuple[str, ...]
    # What the macros of _macros/views.html draw; None for a list without views.
    views: Any = None
    # Where a list asked without any parameter leads, '' where it is shown as it is.
    start_url: str = ""


class Paged(Protocol):
    """What asks for a page of a list, and for its other pages: a Listing, or a PageAsked."""

    @property
    def page(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def query_string(self) -> str: ...
    def on_page(self, page: int) -> Paged: ...
    def sized(self, size: int) -> Paged: ...


@dataclass
class Pages:
    """Where one is among the pages of a list: what the macro of the pages reads."""

    listing: Paged
    base_url: str
    total: int
    row_count: int
    # Whether there are no more than `total`.
    is_exact: bool = True
    sizes: Sequence[int] = PAGE_SIZES

    @property
    def first(self) -> int:
        return (self.listing.page - 1) * self.listing.size + 1 if self.row_count else 0

    @property
    def last(self) -> int:
        return self.first + self.row_count - 1 if self.row_count else 0

    @property
    def page_count(self) -> int:
        """The last page; where the total is not exact, the last that is sure to be there."""
        known = self.total if self.is_exact else max(self.total + 1, self.last)
        return max(1, -(-known // self.listing.size))

    @property
    def has_next(self) -> bool:
        if self.is_exact or self.last <= self.total:
            return self.listing.page < self.page_count
        return self.row_count == self.listing.size

    def address(self, listing: Paged) -> str:
        query = listing.query_string
        return f"{self.base_url}?{query}" if query else self.base_url

    def url(self, page: int | None = None, size: int | None = None) -> str:
        listing = self.listing if size is None else self.listing.sized(size)
        return self.address(listing if page is None else listing.on_page(page))


@dataclass
class ListPage:
    """One page of a list, as its template reads it."""

    title: str
    kind: str
    listing: Listing
    columns: Sequence[Column]
    rows: Sequence[Any]
    # `total` records are found; where it is not exact, there are more.
    total: int
    base_url: str
    actions: Sequence[BulkAction]
    buttons: Sequence[Button]
    chips: Sequence[Chip]
    search_placeholder: str
    is_exact: bool = True
    # The template whose macros draw the cells, one a column; '' where the list draws its own rows.
    cells: str = ""
    # Addresses of the sheets that the cells link to: what stands before a record's id, and after.
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # The saved views of the list: see Arrangement.
    views: Any = None
    # By a row's id, where the search found it when its cells do not show all the words.
    reasons: Mapping[int, Sequence[Reason]] = field(default_factory=dict)
    # Where nothing is found: what to leave out, and the link that adds what was searched.
    ways_out: Sequence[WayOut] = ()
    addition: Button | None = None
    # A record's « Modifier », before and after its id; None for who may not.
    edit_url: tuple[str, str] | None = None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The folded words of the search, for the filter `mark`; () where there is none."""
        return tuple(search_words(self.listing.q))

    @property
    def headings(self) -> dict[str, Markup]:
        """The columns' headings by their keys, as HTML: each is written once a row."""
        return {column.key: escape(column.label) for column in self.columns}

    @property
    def has_facets(self) -> bool:
        return bool(self.listing.spec.facets)

    @cached_property
    def pages(self) -> Pages:
        """Where one is among the list's pages."""
        return Pages(self.listing, self.base_url, self.total, len(self.rows), self.is_exact)

    @property
    def empty(self) -> str | None:
        if self.rows:
            return None
        return "no_match" if self.listing.q or self.listing.filters else "nothing"

    @property
    def query_string(self) -> str:
        return self.listing.query_string

    def address(self, listing: Listing) -> str:
        return self.pages.address(listing)

    def url(self, page: int | None = None, size: int | None = None) -> str:
        return self.pages.url(page, size)

    @property
    def facets_url(self) -> str:
        """The search blocks as a page, for those without JavaScript."""
        query = self.listing.on_page(1).query_string
        return f"{self.base_url}facets/" + (f"?{query}" if query else "")

    @property
    def clear_url(self) -> str:
        return self.address(self.listing.cleared())

    def sort_state(self, column: Column) -> str | None:
        active = self.listing.active_sort
        if column.sort is None or active.removeprefix("-") != column.sort:
            return None
        return "descending" if active.startswith("-") else "ascending"

    def sort_url(self, column: Column) -> str:
        state, key = self.sort_state(column), str(column.sort)
        falling = state == "ascending" if state else column.falling_first
        return self.address(self.listing.sorted_by(f"-{key}" if falling else key))
