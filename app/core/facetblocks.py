"""The search blocks and the chips of a list as their templates read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.core.counting import Counts, facet_counts
from app.core.datefacets import DateFacet
from app.core.days import FIRST_DAY, LAST_DAY, Days
from app.core.facets import Facet, OpenFacet
from app.core.facetvalues import Counted, block_values, found_values, value_labels
from app.core.listing import Listing
from app.core.valuecounts import BLANK, ValueCounts

# Values of a block beside the list; then of one that was opened, and opened further.
SHOWN_CHOICES = 6
STEPS = (50, 200)


@dataclass(frozen=True)
class Chip:
    """A filter in force."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True)
class Choice:
    """A value of a block. A count of 0: records have it, but none under the present query."""

    value: str
    label: str
    count: int
    selected: bool
    toggle_url: str


@dataclass(frozen=True)
class DateForm:
    """A person's own from–to dates, as they were typed; `error` is what is wrong with them."""

    first: str = ""
    last: str = ""
    error: str = ""
    least: str = FIRST_DAY.isoformat()
    most: str = LAST_DAY.isoformat()


@dataclass(frozen=True)
class FacetBlock:
    """A search block."""

    key: str
    title: str
    # The block's own address, and the list's query for its forms.
    url: str
    pairs: Sequence[tuple[str, str]]
    choices: Sequence[Choice]
    clear_url: str
    folded: bool
    dates: DateForm | None = None
    # How many values are not shown, and where more are; '' where only searching shows them.
    more: int = 0
    more_url: str = ""
    searchable: bool = False
    # What was searched in it, and whether so many values were found that some are left out.
    text: str = ""
    cut: bool = False

    @property
    def chosen(self) -> int:
        return sum(choice.selected for choice in self.choices)


class FacetBlocks:
    """The blocks of one listing; `list_url` is the list's address, `facet_url` a block's."""

    def __init__(self, listing: Listing, *, list_url: str, facet_url: Callable[[str], str]) -> None:
        self._listing, self._list_url, self._facet_url = listing, list_url, facet_url

    def address(self, listing: Listing) -> str:
        query = listing.query_string
        return f"{self._list_url}?{query}" if query else self._list_url

    def chips(self) -> list[Chip]:
        found = []
        for key, values in self._listing.filters:
            facet = self._facet(key)
            labels = value_labels(facet, values)
            found += [
                Chip(str(facet.title), labels[value], self._toggle_url(key, value))
                for value in values
            ]
        return found

    def _facet(self, key: str) -> Facet:
        facet = self._listing.spec.facet(key)
        if facet is None:
            raise KeyError(key)
        return facet

    def _toggle_url(self, key: str, value: str) -> str:
        return self.address(self._listing.toggled(key, value))

    def all(self) -> list[FacetBlock]:
        """Every block, with the most frequent values of each."""
        facets = self._listing.spec.facets
        counts = facet_counts(self._listing)
        whole = self._whole([facet.key for facet in facets])
        return [self._block(facet, counts[facet.key], whole.get(facet.key)) for facet in facets]

    def one(self, key: str, *, text: str = "", shown: int = SHOWN_CHOICES) -> FacetBlock:
        """A block alone: of the values whose label holds the words, at most so many."""
        counts, whole = facet_counts(self._listing, [key])[key], self._whole([key]).get(key)
        return self._block(self._facet(key), counts, whole, text, shown)

    def with_dates(self, key: str, form: DateForm) -> FacetBlock:
        """A block of dates with what was typed, and what is wrong with it."""
        return replace(self.one(key), dates=form, folded=False)

    def _whole(self, keys: Sequence[str]) -> Counts:
        """Counts over the whole list, of those blocks whose values are in the base."""
        spec = self._listing.spec
        opened = {facet.key for facet in spec.facets if isinstance(facet, OpenFacet)}
        wanted = [key for key in keys if key in opened]
        return facet_counts(Listing(spec), wanted) if wanted else {}

    def _block(
        self, facet: Facet, counts: ValueCounts, whole: ValueCounts | None,
        text: str = "", shown: int = SHOWN_CHOICES,
    ) -> FacetBlock:  # fmt: skip
        if whole is not None:
            return self._open(facet, Counted(counts, whole), text, shown)
        block = self._bare(facet, counts, [value for value, _count in counts])
        return replace(block, dates=self._date_form(facet))

    def _open(self, facet: Facet, counted: Counted, text: str, shown: int) -> FacetBlock:
        """A block whose values are in the base: some of them, and where the others are."""
        found, cut = found_values(facet, counted.whole, text) if text else ([], False)
        among = counted.among(found) if text else counted
        values = block_values(facet, among, shown)
        more = among.others(values)
        block = self._bare(
            facet, counted.present, values if text else self._kept(facet, counted, values)
        )
        return replace(
            block,
            more=more,
            more_url=self._more_url(facet.key, text, shown) if more else "",
            searchable=counted.number > SHOWN_CHOICES and len(values) < counted.number,
            text=text,
            cut=cut,
        )

    def _kept(self, facet: Facet, counted: Counted, values: Sequence[str]) -> list[str]:
        """The values that show whatever their number: the chosen ones, and « none » last."""
        chosen = [v for v in self._listing.values(facet.key) if v not in values and v != BLANK]
        has_blank = facet.blank is not None and (
            counted.whole.of(BLANK) or BLANK in self._listing.values(facet.key)
        )
        return [*values, *chosen, *([BLANK] if has_blank else [])]

    def _bare(self, facet: Facet, counts: ValueCounts, values: Sequence[str]) -> FacetBlock:
        chosen, labels = self._listing.values(facet.key), value_labels(facet, values)
        return FacetBlock(
            facet.key,
            str(facet.title),
            url=self._facet_url(facet.key),
            pairs=self._listing.on_page(1).args(),
            choices=[
                Choice(each, labels[each], counts.of(each), each in chosen, self._toggle_url(facet.key, each))
                for each in values
            ],
            clear_url=self.address(self._listing.with_values(facet.key, ())) if chosen else "",
            folded=facet.folded and not chosen,
        )  # fmt: skip

    def _more_url(self, key: str, text: str, shown: int) -> str:
        """The block with more of its values; '' where no page shows so many."""
        step = next((step for step in STEPS if step > shown), None)
        if step is None:
            return ""
        asked = [("in", text)] if text else []
        query = urlencode([*self._listing.on_page(1).args(), *asked, ("shown", str(step))])
        return f"{self._facet_url(key)}?{query}"

    def _date_form(self, facet: Facet) -> DateForm | None:
        """The dates of the own stretch that is chosen, if one is."""
        if not isinstance(facet, DateFacet):
            return None
        own = [days for value in self._listing.values(facet.key) if (days := Days.read(value))]
        if len(own) != 1:
            return DateForm()
        return DateForm(str(own[0].first or ""), str(own[0].last or ""))
