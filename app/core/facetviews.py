"""The pages of the search blocks: all of them, and one with its search, for lists of any kind.

Beside a list the blocks come as fragments; without JavaScript the same addresses are pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.core.datefacets import DateFacet
from app.core.days import Days, read_day
from app.core.facetblocks import SHOWN_CHOICES, STEPS, DateForm, FacetBlock, FacetBlocks
from app.core.http import wanted_region
from app.core.ids import is_id
from app.core.listing import BadQuery, Listing, ListSpec
from app.core.totals import exact_total
from app.permissions import Permission, method

LIST = method(Permission.LIST)
LONGEST_TEXT = 100


class FacetViews:
    """The search blocks of a generated list. Context of the pages: see the templates."""

    spec: ListSpec
    crm_title: Any
    url_of: Any

    def blocks_of(self, listing: Listing) -> FacetBlocks:
        return FacetBlocks(
            listing,
            list_url=self.url_of("list"),
            facet_url=lambda key: str(self.url_of("facet", key=key)),
        )

    @expose("/facets/")
    @has_access
    @permission_name(LIST)
    def facets(self) -> ResponseReturnValue:
        """All search blocks, as a page of their own."""
        listing = Listing.parse(request.args, self.spec)
        return self._facet_page(listing, self.blocks_of(listing).all(), 200)

    @expose("/facets/<key>")
    @has_access
    @permission_name(LIST)
    def facet(self, key: str) -> ResponseReturnValue:
        """One block: its values that hold the words `in`, `shown` of them at most; or, with the
        dates `from` and `to`, the list within them."""
        facet = self.spec.facet(key) or abort(404)
        own = ("from", "to") if isinstance(facet, DateFacet) else ("in", "shown")
        listing = Listing.parse(_without(own), self.spec)
        if isinstance(facet, DateFacet) and set(own) & set(request.args):
            return self._within_dates(listing, key)
        text = " ".join(request.args.get("in", "").replace("\x00", " ").split())[:LONGEST_TEXT]
        is_fragment = wanted_region() == f"facet-{key}-values"
        usual = SHOWN_CHOICES if is_fragment and not text else STEPS[0]
        block = self.blocks_of(listing).one(key, text=text, shown=_number(usual))
        if is_fragment:
            return render_template("_frames/_facet_values.html", block=block)
        return self._facet_page(listing, [replace(block, folded=False)], 200)

    def _within_dates(self, listing: Listing, key: str) -> ResponseReturnValue:
        first, last = request.args.get("from", ""), request.args.get("to", "")
        days, error = _dates(first, last)
        blocks = self.blocks_of(listing)
        if not error:
            return redirect(blocks.address(listing.with_values(key, [str(days)])), 302)
        block = blocks.with_dates(key, DateForm(first[:10], last[:10], error))
        return self._facet_page(listing, [block], 422)

    def _facet_page(
        self, listing: Listing, blocks: Sequence[FacetBlock], status: int
    ) -> ResponseReturnValue:
        own = self.blocks_of(listing)
        page = render_template(
            "_frames/facets.html",
            list_title=str(self.crm_title),
            title=blocks[0].title if len(blocks) == 1 else _("Filtres"),
            blocks=blocks,
            chips=own.chips(),
            clear_url=own.address(listing.cleared()),
            list_url=own.address(listing),
            total=exact_total(listing),
        )
        return page, status


def _without(names: Sequence[str]) -> MultiDict[str, str]:
    """The list's own part of the address."""
    pairs = request.args.items(multi=True)
    return MultiDict([(name, value) for name, value in pairs if name not in names])


def _number(usual: int) -> int:
    """How many values are asked for."""
    value = request.args.get("shown", str(usual))
    if not is_id(value) or not 1 <= int(value) <= STEPS[-1]:
        raise BadQuery(_l("Le nombre de valeurs demandé n’est pas valable."))
    return int(value)


def _dates(first: str, last: str) -> tuple[Days, str]:
    """The stretch of days that was typed, and what is wrong with it ('' for nothing)."""
    days = Days(read_day(first), read_day(last))
    if not first and not last:
        return days, _("Indiquez au moins une date.")
    if (first and not days.first) or (last and not days.last):
        return days, _("Une date n’est pas valable : indiquez-la de 1970 à 2099.")
    if days.is_backwards:
        return days, _("La date de fin vient avant la date de début : vérifiez-les.")
    return days, ""
