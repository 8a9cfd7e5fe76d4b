"""FAB's generated screens (users, roles, reference tables), made safe to leave open.

FAB shares the filters of a screen between requests, trusts every parameter of the address,
commits by itself and forgets a form that the database refuses. Here an address is read once
and refused where it is wrong, and a form goes through an operation.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import abort, flash, has_request_context, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.models.filters import BaseFilter, Filters
from flask_appbuilder.widgets import FormWidget, ListWidget, SearchWidget, ShowWidget
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField

from app.core.adminlist import LONGEST_VALUE, PAGE_SIZES, AdminListing, SafeInterface
from app.core.http import allow_style_attributes, is_signed_in
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.rules import Refused
from app.extensions import db

__all__ = ["AdminForm", "SafeInterface", "SafeModelView", "fingerprint"]

_FILTERS = "passerelle.admin-filters"


class _Rendered:
    """A part of a page; FAB hands it out as plain text, though its template has escaped it."""

    def __call__(self, **kwargs: Any) -> Markup:
        return Markup(super().__call__(**kwargs))  # type: ignore[misc]  # noqa: S704


class ListPart(_Rendered, ListWidget):
    pass


class SearchPart(_Rendered, SearchWidget):
    pass


class FormPart(_Rendered, FormWidget):
    pass


class ShowPart(_Rendered, ShowWidget):
    pass


class AdminForm(FlaskForm):
    """A form of a generated screen; `seen` says what its record was when it was opened."""

    seen = HiddenField()

    def refuse(self, refusal: Refused) -> None:
        """Say a rule's refusal at its field, else above the form."""
        if refusal.field in self._fields:
            field = self[refusal.field]
            field.errors = [*field.errors, str(refusal.message)]
        else:
            self.form_errors.append(str(refusal.message))

    def values(self) -> dict[str, Any]:
        kept = self.data
        for name in ("seen", "csrf_token"):
            kept.pop(name, None)
        return kept


def fingerprint(values: Mapping[str, Any]) -> str:
    """A short mark of what a record holds, to tell that it has changed since."""
    text = repr(sorted((name, str(value)) for name, value in values.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class SafeModelView(ModelView):
    """A generated screen. Subclasses say what a form stores: `values_of`, `create`, `change`,
    `remove`; those without an add_form or edit_form class only show."""

    exclude_route_methods: Collection[str] = {"download"}
    page_size = PAGE_SIZES[0]
    list_widget = ListPart
    search_widget = SearchPart
    add_widget = FormPart
    edit_widget = FormPart
    show_widget = ShowPart

    # ---- what subclasses say

    def values_of(self, item: Any) -> dict[str, Any]:
        """What the edit form shows of a record, by field."""
        raise NotImplementedError

    def create(self, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def change(self, item: Any, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def remove(self, item: Any) -> None:
        raise NotImplementedError

    def is_fixed(self, item: Any) -> bool:
        """Whether a record can be neither changed nor deleted."""
        return False

    def links_of(self, item: Any) -> Sequence[tuple[str, str]]:
        """Labels and addresses of further pages about a record."""
        return ()

    # ---- filters of this request only

    @property
    def _filters(self) -> Filters:
        prototype: Filters = self.__dict__["_filters_prototype"]
        if not has_request_context():
            return prototype
        # In the request itself: `g` lives as long as the application's context, which may be shared.
        store: dict[int, Filters] = request.environ.setdefault(_FILTERS, {})
        if id(self) not in store:
            own = copy.copy(prototype)
            own.clear_filters()
            store[id(self)] = own
        return store[id(self)]

    @_filters.setter
    def _filters(self, value: Filters) -> None:
        self.__dict__["_filters_prototype"] = value

    def search_filters_of(self, column: str) -> Sequence[BaseFilter]:
        return tuple(self._filters.get_search_filters().get(column) or ())

    # ---- pages

    def render_template(self, template: str, **kwargs: Any) -> Any:
        allow_style_attributes()
        return super().render_template(template, view=self, **kwargs)

    def update_redirect(self) -> None:
        """FAB keeps the last addresses in the cookie, which long ones overflow; nothing needs them."""

    def list_url(self) -> str:
        return url_for(f"{self.endpoint}.list")

    def back(self) -> ResponseReturnValue:
        return redirect(self.list_url(), 303)

    @expose("/list/")
    @has_access
    def list(self) -> ResponseReturnValue:
        widgets = self._list()
        return self.render_template(self.list_template, title=self.list_title, widgets=widgets)

    def _list(self, **kwargs: Any) -> Any:
        asked = AdminListing.parse(request.args, self)
        for column, index, values in asked.filters:
            self._filters.add_filter_index(column, index, values)
        widgets = self._get_list_widget(
            filters=self._filters,
            order_column=asked.order[0],
            order_direction=asked.order[1],
            page=asked.page,
            page_size=asked.size,
            view=self,
            **kwargs,
        )
        return self._get_search_widget(form=self._search_form(asked), widgets=widgets)

    def _search_form(self, asked: AdminListing) -> Any:
        """The search form holding what is searched for; its fields bear FAB's parameter names."""
        given = {column: values[0] for column, index, values in asked.filters if index == 0}
        form = self.search_form(formdata=None, data=given)
        for column in self.search_columns:
            form[column].name = f"_flt_0_{column}"
        return form

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> ResponseReturnValue:
        self._refuse_arguments()
        item = self.find(pk)
        return self.render_template(
            self.show_template,
            pk=pk,
            item=item,
            title=self.show_title,
            widgets=self._get_show_widget(pk, item),
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        self._refuse_arguments()
        form = self.add_form()
        if self._sent(form) and self._try(form, self.create, form.values()):
            flash(str(_l("C’est ajouté.")), "success")
            return self.back()
        widgets = self._get_add_widget(form=form)
        return self._form_page(self.add_template, self.add_title, form, widgets)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> ResponseReturnValue:
        self._refuse_arguments()
        item = self.find(pk)
        if self.is_fixed(item):
            abort(403)
        if request.method == "POST":
            self._lock(item)
        stored = self.values_of(item)
        form = self.edit_form(data=stored | {"seen": fingerprint(stored)})
        if self._sent(form):
            if form.seen.data != fingerprint(stored):
                return self._changed_meanwhile(form, stored)
            if self._try(form, self.change, item, form.values()):
                flash(str(_l("C’est enregistré.")), "success")
                return self.back()
        return self._edit_page(form)

    def _lock(self, item: Any) -> None:
        """Keep the row until the transaction ends, and read it as it is now."""
        key = self.datamodel.get_pk()
        row = select(key).where(key == self.datamodel.get_pk_value(item)).with_for_update()
        db.session.execute(row)
        db.session.refresh(item)

    def _edit_page(self, form: Any) -> Any:
        widgets = self._get_edit_widget(form=form)
        return self._form_page(self.edit_template, self.edit_title, form, widgets)

    def _changed_meanwhile(self, form: Any, stored: dict[str, Any]) -> ResponseReturnValue:
        """Nothing is stored; what was typed stays, and saving it again is then a choice."""
        form.seen.raw_data = None
        form.seen.data = fingerprint(stored)
        message = _l(
            "Une autre personne a modifié cet enregistrement entre-temps : rien n’a été enregistré. "
            "Vérifiez votre saisie, puis enregistrez à nouveau pour remplacer la sienne."
        )
        form.form_errors.append(str(message))
        page = self._edit_page(form)
        page.status_code = 409
        return page

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> ResponseReturnValue:
        self._refuse_arguments()
        item = self.find(pk)
        if self.is_fixed(item):
            abort(403)
        try:
            self.remove(item)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal.message), "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk), 303)
        flash(str(_l("C’est supprimé.")), "success")
        return self.back()

    # ---- actions

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> ResponseReturnValue:
        return self._act(name, [pk], single=True)

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> ResponseReturnValue:
        pks = request.form.getlist("rowid")
        return self._act(request.form.get("action", ""), pks, single=False)

    def _act(self, name: str, pks: Sequence[str], *, single: bool) -> ResponseReturnValue:
        """Do an action on the records asked, all within base_filters, or on none."""
        known = self.actions.get(name)
        right = self.get_action_permission_name(name) if known else ""
        if known is None or not self.appbuilder.sm.has_access(right, self.class_permission_name):
            return abort(403) if is_signed_in() else redirect(self.appbuilder.get_url_for_login)
        if not pks or len(pks) > PAGE_SIZES[-1]:
            abort(400)
        items = [self.find(pk) for pk in dict.fromkeys(pks)]
        answer: ResponseReturnValue | None = known.func(items[0] if single else items)
        return self.back() if answer is None else answer

    # ---- parts

    def find(self, pk: str) -> Any:
        """The record within base_filters, or 404."""
        item = self.datamodel.get(pk, self._base_filters) if self._is_key(pk) else None
        if item is None:
            abort(404)
        return item

    def _is_key(self, pk: str) -> bool:
        if self.datamodel.is_integer(self.datamodel.get_pk_name()):
            return is_id(pk)
        return pk.isprintable() and len(pk) <= LONGEST_VALUE

    def _refuse_arguments(self) -> None:
        if request.args:
            name = next(iter(request.args))[:40]
            raise BadQuery(_l("Paramètre inconnu : « %(name)s ».", name=name))

    def _sent(self, form: Any) -> bool:
        return request.method == "POST" and bool(form.validate())

    def _try(self, form: Any, operation: Any, *values: Any) -> bool:
        """Run an operation and commit; where a rule or the database refuses, say so in the form."""
        try:
            operation(*values)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal)
            return False
        except IntegrityError:
            db.session.rollback()
            form.form_errors.append(str(_l("Une de ces valeurs vient d’être prise : changez-la.")))
            return False
        return True

    def _form_page(self, template: str, title: Any, form: Any, widgets: Any) -> Any:
        page = self.render_template(template, title=title, widgets=widgets, form=form)
        return make_response(page, 422 if request.method == "POST" else 200)
