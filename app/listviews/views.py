"""The screens of a list's columns and saved views, which the lists of companies and of contacts
inherit (requirement M)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.crmform import CrmForm
from app.core.crmview import CrmModelView, saved
from app.core.deeds import done_once, done_to
from app.core.http import wants_fragment
from app.core.listcolumns import MOST_COLUMNS, arranged, default_keys
from app.core.listing import BadQuery, Listing
from app.core.listpage import Arrangement
from app.extensions import db
from app.listviews.forms import NameForm, NewViewForm, ShareForm
from app.listviews.menu import MenuMaker
from app.listviews.models import SavedView
from app.listviews.operations import (
    create_view,
    delete_view,
    rename_view,
    replace_view,
    set_columns,
    set_default_view,
    share_view,
)
from app.listviews.queries import choice_of, listing_of, view_by_id, views_of
from app.permissions import Permission, method

LIST, SHARE = method(Permission.LIST), method(Permission.SHARE)


class ViewsOfList(CrmModelView):
    """A list whose columns and views each person arranges."""

    # ---- the list as it is arranged

    def arrange(self, listing: Listing) -> Arrangement:
        """The columns asked for, else those of the view, of the person, of the list."""
        choice = choice_of(self.spec.kind, g.user)
        views = views_of(self.spec.kind, g.user)
        by_id = {view.id: view for view in views}
        start = by_id.get((choice.view_id if choice else None) or 0)
        opened = by_id.get(listing.view or 0)
        is_lost = bool(listing.view) and opened is None
        if opened is None:
            # Where a view opens first, the whole list must say that it is none of them.
            listing = listing.in_view(0 if start else None)
        usual = (
            (arranged(opened.column_keys, self.crm_columns) if opened else ())
            or (arranged(choice.column_keys, self.crm_columns) if choice else ())
            or default_keys(self.crm_columns)
        )
        columns = listing.columns or usual
        if columns == usual:
            listing = listing.showing(())  # What shows anyway is not said again in each link.
        menu = MenuMaker(self, views, opened, start).menu(listing, columns, is_lost=is_lost)
        return Arrangement(listing, columns, menu, self.view_address(start) if start else "")

    def view_address(self, view: SavedView) -> str:
        """The list as a view shows it; all records where the view is broken, and the list says so."""
        try:
            listing = listing_of(view, self.spec)
        except BadQuery:
            listing = Listing(self.spec)
        return self._address(listing.in_view(view.id))

    def shown(self) -> Arrangement:
        """The list that the address is about."""
        return self.arrange(Listing.parse(request.args, self.spec))

    def shared_address(self, listing: Listing, columns: Sequence[str]) -> str:
        """The list as it is shown, for somebody else: whole, with its columns."""
        asked = listing.showing(columns).in_view(None).on_page(1)
        return f"{self.url_of('list', _external=True)}?{asked.query_string}"

    # ---- columns

    @expose("/columns", methods=["GET", "POST"])
    @has_access
    @permission_name(LIST)
    def choose_columns(self) -> ResponseReturnValue:
        """The pop-up « Colonnes »: which ones show, and in which order."""
        shown = self.shown()
        if request.method == "GET":
            return self._columns_page(shown, self._in_order(shown.columns), shown.columns)
        order, checked = (request.form.getlist(name) for name in ("order", "columns"))
        if "move" in request.form:  # Without a script, each step comes back here.
            order = moved(order, request.form["move"])
            return self._columns_page(shown, self._in_order(order), checked)
        if "reset" in request.form:
            return self._original_columns(shown)
        if len({self.crm_columns[0].key, *checked}) > MOST_COLUMNS:
            return self._columns_page(shown, self._in_order(order), checked, is_too_many=True)
        keys = self._posted_columns(checked)
        if "keep" in request.form:
            set_columns(self.spec, keys, by=g.user)
            db.session.commit()
        return saved(self._address(shown.listing.showing(keys)))

    def _original_columns(self, shown: Arrangement) -> ResponseReturnValue:
        """« Revenir aux colonnes d’origine »; a view that is open would bring its own."""
        set_columns(self.spec, (), by=g.user)
        db.session.commit()
        original = default_keys(self.crm_columns) if shown.listing.view else ()
        return saved(self._address(shown.listing.showing(original)))

    def _posted_columns(self, checked: Sequence[str]) -> tuple[str, ...]:
        asked = ",".join([self.crm_columns[0].key, *checked])
        return Listing.parse(MultiDict({"columns": asked}), self.spec).columns

    def _in_order(self, first: Sequence[str]) -> tuple[str, ...]:
        """All columns, these first."""
        all_keys = [column.key for column in self.crm_columns]
        known = [key for key in dict.fromkeys([*all_keys[:1], *first]) if key in all_keys]
        return (*known, *(key for key in all_keys if key not in known))

    def _columns_page(
        self,
        shown: Arrangement,
        order: Sequence[str],
        checked: Sequence[str],
        *,
        is_too_many: bool = False,
    ) -> ResponseReturnValue:
        page = render_template(
            "listviews/columns.html",
            columns=self.columns_of(order),
            checked={order[0], *checked},
            in_view=bool(shown.listing.view),
            keep="keep" in request.form or (request.method == "GET" and not shown.listing.view),
            most=MOST_COLUMNS,
            is_too_many=is_too_many,
            cancel_url=self._address(shown.listing),
            is_fragment=wants_fragment(),
        )
        return page, 422 if is_too_many else 200

    # ---- views

    def seen_view(self, pk: int, *, own: bool = False) -> SavedView:
        """A view that the person sees, else 404; `own` one of theirs, else 403."""
        lock = request.method == "POST"
        view = view_by_id(pk, self.spec.kind, g.user, lock=lock)
        if view is None:
            abort(404)
        if own and view.owner_id != g.user.id:
            abort(403)
        return view

    @expose("/views/<int:pk>")
    @has_access
    @permission_name(LIST)
    def view_open(self, pk: int) -> ResponseReturnValue:
        """The lasting address of a view: the list as it shows it today."""
        return redirect(self.view_address(self.seen_view(pk)), 302)

    @expose("/views/new", methods=["GET", "POST"])
    @has_access
    @permission_name(LIST)
    def view_new(self) -> ResponseReturnValue:
        """« Enregistrer sous… »: the list as it is shown, under a name."""
        shown, form = self.shown(), NewViewForm()

        def create() -> str:
            view = create_view(shown.listing, shown.columns, form.name.data or "", by=g.user)
            if form.start.data:
                set_default_view(self.spec.kind, view, by=g.user)
            return self.view_address(view)

        return self._answer(form, "name", _("Enregistrer la vue"), shown, create, once=True)

    @expose("/views/<int:pk>/rename", methods=["GET", "POST"])
    @has_access
    @permission_name(LIST)
    def view_rename(self, pk: int) -> ResponseReturnValue:
        view, shown = self.seen_view(pk, own=True), self.shown()
        form = NameForm(data={"name": view.name})

        def rename() -> str:
            rename_view(view, form.name.data or "", by=g.user)
            return self._address(shown.listing)

        return self._answer(form, "name", _("Renommer la vue"), shown, rename)

    @expose("/views/<int:pk>/share", methods=["GET", "POST"])
    @has_access
    @permission_name(SHARE)
    def view_share(self, pk: int) -> ResponseReturnValue:
        """Who sees a view. Somebody else's can be taken back, when its owner is gone for one."""
        view, shown = self.seen_view(pk), self.shown()
        form = ShareForm(data={"roles": view.roles})

        def share() -> str:
            share_view(view, form.roles.data or (), by=g.user)
            return self._address(shown.listing)

        return self._answer(form, "share", _("Partager la vue"), shown, share, view=view)

    @expose("/views/<int:pk>/replace", methods=["POST"])
    @has_access
    @permission_name(LIST)
    def view_replace(self, pk: int) -> ResponseReturnValue:
        """« Enregistrer »: the view shows from now on what the list shows."""
        view, shown = self.seen_view(pk, own=True), self.shown()
        replace_view(view, shown.listing, shown.columns, by=g.user)
        db.session.commit()
        return redirect(self.view_address(view), 303)

    @expose("/views/<int:pk>/start", methods=["POST"])
    @has_access
    @permission_name(LIST)
    def view_start(self, pk: int) -> ResponseReturnValue:
        """Open the list with this view from now on, or (off=1) no longer."""
        view, shown = self.seen_view(pk), self.shown()
        set_default_view(self.spec.kind, None if request.form.get("off") else view, by=g.user)
        db.session.commit()
        return redirect(self._address(shown.listing), 303)

    @expose("/views/<int:pk>/delete", methods=["GET", "POST"])
    @has_access
    @permission_name(LIST)
    def view_delete(self, pk: int) -> ResponseReturnValue:
        """Ask, then remove the view; the list stays as it is shown."""
        view, shown = self.seen_view(pk, own=True), self.shown()
        if request.method == "GET":
            return render_template(
                "listviews/delete.html",
                saved_view=view,
                cancel_url=self._address(shown.listing),
                is_fragment=wants_fragment(),
            )
        delete_view(view, by=g.user)
        db.session.commit()
        return saved(self._address(shown.listing.showing(shown.columns).in_view(0)))

    def _answer(
        self,
        form: CrmForm,
        template: str,
        title: str,
        shown: Arrangement,
        do: Callable[[], str],
        *,
        once: bool = False,
        **more: Any,
    ) -> ResponseReturnValue:
        """Show a form, or do what it asks and go where that leads; `once` makes one of a double
        click."""
        if not form.is_submitted():
            form.prepare()
            return self._form_page(form, template, title, shown, 200, **more)
        url = done_once(form, do) if once else done_to(form, do)
        if url is None:
            return self._form_page(form, template, title, shown, 422, **more)
        return saved(url or self._address(shown.listing))

    def _form_page(
        self, form: CrmForm, template: str, title: str, shown: Arrangement, status: int, **more: Any
    ) -> ResponseReturnValue:
        page = render_template(
            f"listviews/{template}.html",
            form=form,
            form_title=title,
            cancel_url=self._address(shown.listing),
            error_message=_("La vue n’est pas enregistrée : corrigez ce point.")
            if status == 422
            else None,
            is_fragment=wants_fragment(),
            **more,
        )
        return page, status


def moved(order: Sequence[str], step: str) -> list[str]:
    """An order of columns after « city:up » or « city:down »; BadQuery for anything else."""
    keys, (key, _colon, way) = list(order), step.partition(":")
    if key not in keys or way not in {"up", "down"}:
        raise BadQuery(_("Le formulaire est incomplet : rouvrez-le, puis recommencez."))
    place = keys.index(key)
    # The first column stays where it is.
    other = min(max(place + (-1 if way == "up" else 1), 1), len(keys) - 1)
    keys.insert(other, keys.pop(place))
    return keys
