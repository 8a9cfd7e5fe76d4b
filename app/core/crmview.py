"""The base of the generated screens of companies, contacts and tags.

One FAB ModelView each: FAB gives the permissions and the registration;
the rows come from a Listing, since FAB's own list shares its filters between requests, loads
whole relations and trusts every parameter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import LazyString
from sqlalchemy import select

from app.core.closest import ways_out
from app.core.facetviews import FacetViews
from app.core.finding import find
from app.core.http import wanted_region, wants_fragment
from app.core.listcolumns import Column, default_keys
from app.core.listing import Listing, ListSpec
from app.core.listpage import (
    Arrangement,
    BulkAction,
    Button,
    ListPage,
    Pages,
)
from app.core.presets import Preset
from app.core.reasons import Reason
from app.core.text import search_words
from app.core.totals import COUNTED_AT_ONCE, Total, exact_total
from app.extensions import db

LONGEST_TYPED = 100
# The parameter of « Modifier » that holds the query of the list to go back to.
BACK = "back"


class CrmInterface(SQLAInterface):
    """FAB's access to a table, which may never read the whole of it."""

    def get_filters(self, search_columns: Any = None, search_filters: Any = None) -> Any:
        """FAB's filters serve none of our lists; it need not look for one for each column."""
        return super().get_filters(search_columns or [], search_filters or {})

    def query(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("page_size"):
            raise RuntimeError("unpaged load: use a picker or a Listing")
        return super().query(*args, **kwargs)


class CrmModelView(FacetViews, ModelView):
    """List and facets of one kind of record, all through one scoped query."""

    # FAB's own pages of one record and its actions are replaced by those of the subclasses.
    exclude_route_methods = {"add", "show", "delete", "download", "action", "action_post"}

    spec: ListSpec
    crm_title: LazyString
    crm_columns: tuple[Column, ...] = ()
    add_title_text: LazyString
    search_placeholder: LazyString
    list_page_template = ""
    # The macros that draw its cells; '' where the page's template draws whole rows.
    cells_template = ""

    # ---- rights

    def may(self, permission: str) -> bool:
        """Whether the person signed in has a right on this kind of record."""
        return bool(self.appbuilder.sm.has_access(permission, self.class_permission_name))

    def load(self, pk: int, *, lock: bool = False) -> Any:
        """One record within the scope, or 404; `lock` keeps it until the transaction ends."""
        model = self.spec.model
        statement = select(model).where(model.id == pk, *self.spec.scope())
        if lock:
            # Rows that refer to this one may be written meanwhile: its key does not change.
            statement = statement.with_for_update(key_share=True).execution_options(
                populate_existing=True
            )
        found = db.session.scalars(statement).first()
        if found is None:
            abort(404)
        return found

    # ---- the list

    def load_rows(self, ids: Sequence[int], columns: Sequence[Column]) -> Sequence[Any]:
        """The records of a page, with what the cells of the columns need, in the order of the ids."""
        raise NotImplementedError

    def arrange(self, listing: Listing) -> Arrangement:
        """The list as the person has arranged it: its columns, its views."""
        return Arrangement(listing, listing.columns or default_keys(self.crm_columns))

    def columns_of(self, keys: Sequence[str]) -> Sequence[Column]:
        """Columns by their keys, with their headings in the reader's language."""
        found = {column.key: column for column in self.crm_columns}
        return [replace(found[key], label=str(found[key].label)) for key in keys]

    def row_links(self, listing: Listing) -> Mapping[str, tuple[str, str]]:
        """Addresses of the sheets that cells link to, around the id: made once for all rows."""
        return {}

    def reasons(
        self, ids: Sequence[int], words: Sequence[str], shown: Collection[str]
    ) -> Mapping[int, Sequence[Reason]]:
        """Where a search found the rows whose cells (of the columns `shown`) lack its words."""
        return {}

    def list_buttons(self) -> Sequence[Button]:
        """« Ajouter » at the top right, for those who may."""
        if not self.may("can_add"):
            return []
        return [
            Button(str(self.add_title_text), self.url_of("new"), "plus", primary=True, dialog=True)
        ]

    def url_of(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """The list: a whole page, its rows alone, or its search blocks alone."""
        listing = Listing.parse(request.args, self.spec)
        region = wanted_region()
        if region == "facets":
            blocks = self.blocks_of(listing).all()
            return render_template(
                "_frames/_facets.html", blocks=blocks, counted=self._counted(listing)
            )
        arrangement = self.arrange(listing)
        if arrangement.start_url and not request.args and not wants_fragment():
            return redirect(arrangement.start_url, 302)
        listing, columns = arrangement.listing, self.columns_of(arrangement.columns)
        found = find(listing)
        if found.total.number and not found.ids:
            last = -(-exact_total(listing) // listing.size)
            return redirect(self._address(listing.on_page(max(last, 1))), 302)
        rows = self.load_rows(found.ids, columns) if found.ids else []
        page = self._page(arrangement, columns, rows, found.total)
        fragment = "list" if region == "list" else None
        return render_template(self.list_page_template, page=page, fragment=fragment, view=self)

    def _page(
        self, arrangement: Arrangement, columns: Sequence[Column], rows: Sequence[Any], total: Total
    ) -> ListPage:
        listing = arrangement.listing
        return ListPage(
            title=str(self.crm_title),
            kind=self.spec.kind,
            listing=listing,
            columns=columns,
            rows=rows,
            total=total.number,
            is_exact=total.is_exact,
            base_url=self.url_of("list"),
            actions=self.bulk_actions(),
            buttons=self.list_buttons(),
            chips=self.blocks_of(listing).chips(),
            search_placeholder=str(self.search_placeholder),
            cells=self.cells_template,
            links=self.row_links(listing),
            views=arrangement.views,
            reasons=self.reasons(
                [row.id for row in rows], search_words(listing.q), {one.key for one in columns}
            ),
            ways_out=[] if rows else ways_out(listing, self._address),
            addition=None if rows else self._addition(listing.q),
            edit_url=self._edit_url(listing),
        )

    def preset_of(self, q: str) -> Preset | None:
        """What the form « Ajouter » takes from a search that found nothing."""
        return None

    def _addition(self, q: str) -> Button | None:
        preset = self.preset_of(q) if q and self.may("can_add") else None
        if preset is None:
            return None
        return Button(preset.label, self.url_of("new", **preset.values), "plus", dialog=True)

    def _edit_url(self, listing: Listing) -> tuple[str, str] | None:
        """« Modifier » from the list, which brings back to it."""
        if not (self.cells_template and self.may("can_edit")):
            return None
        return around_id(f"{self.endpoint}.edit", **{BACK: listing.query_string})

    def _address(self, listing: Listing) -> str:
        query = listing.query_string
        return f"{self.url_of('list')}?{query}" if query else self.url_of("list")

    def _counted(self, listing: Listing) -> Pages | None:
        """The exact number, for a page that may have stopped counting; the search blocks have
        counted what it found. None where no page can have stopped."""
        number = exact_total(listing)
        if number <= COUNTED_AT_ONCE:
            return None
        left = number - (listing.page - 1) * listing.size
        return Pages(listing, self.url_of("list"), number, max(0, min(listing.size, left)))

    def bulk_actions(self) -> Sequence[BulkAction]:
        """What can be done with the checked rows; none here, and then there are no boxes."""
        return []


def around_id(endpoint: str, **values: Any) -> tuple[str, str]:
    """A record's address before and after its id: one made for each row would take as long as
    the row itself."""
    bare = url_for(endpoint, pk=0)
    before, _id, after = bare.rpartition("0")
    return before, after + url_for(endpoint, pk=0, **values).removeprefix(bare)


def saved(url: str) -> ResponseReturnValue:
    """What a pop-up answers once its form is stored: go to the address."""
    if wants_fragment():
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = url
        return answer
    return redirect(url, 303)
