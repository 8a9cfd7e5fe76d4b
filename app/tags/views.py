"""« Gestion des tags »: the list by module, and its pop-ups (requirement G1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from app.core.crmview import CrmInterface, saved
from app.core.facets import Bucket, BucketFacet
from app.core.flashes import flash_undo
from app.core.formats import format_number
from app.core.http import wants_fragment
from app.core.listcolumns import Column
from app.core.listing import ListSpec, sort_on
from app.core.merge import merge
from app.core.popups import PopupViews
from app.extensions import db
from app.permissions import Permission, View, method
from app.tags.forms import COLOUR_NAMES, MODULES, NewTagForm, TagForm
from app.tags.mergeviews import MergeViews
from app.tags.models import Module, Tag
from app.tags.naming import update_tag
from app.tags.offers import bearers
from app.tags.operations import (
    COLOURS,
    aliases_of,
    as_lines,
    create_tag,
    from_lines,
    trash_tag,
    usage,
)
from app.tags.panel import NearPanel, near_panel
from app.tags.queries import bearers_of_each, tag_counts

ADD, EDIT, DELETE = (
    method(permission) for permission in (Permission.ADD, Permission.EDIT, Permission.DELETE)
)


def live() -> list[ColumnElement[bool]]:
    return [Tag.trashed_at.is_(None)]


TAGS = ListSpec(
    kind="tag",
    model=Tag,
    sorts=(
        sort_on("label", Tag.folded, Tag.id),
        sort_on("module", Tag.module, Tag.id),
        sort_on("count", bearers_of_each(), Tag.id),
        sort_on("created", Tag.created_at, Tag.id),
    ),
    default_sort="label",
    facets=(
        BucketFacet(
            "module", _l("Module"),
            (
                Bucket(Module.COMPANY.value, MODULES[0][1], Tag.module == Module.COMPANY.value),
                Bucket(Module.CONTACT.value, MODULES[1][1], Tag.module == Module.CONTACT.value),
            ),
            Tag,
        ),
    ),
    scope=live,
    exact=lambda _digits: [],
    sort_name=Tag.folded,
    text=Tag.folded,
)  # fmt: skip


class TagView(MergeViews, PopupViews):
    """CRM › Gestion des tags."""

    datamodel = CrmInterface(Tag)
    route_base = "/crm/tags"
    class_permission_name = View.TAG.value
    # Tags have no bulk action.
    list_columns = ["label"]
    add_columns = edit_columns = show_columns = search_columns = ["label"]

    spec = TAGS
    crm_title = _l("Gestion des tags")
    search_placeholder = _l("Libellé d’un tag…")
    add_title_text = _l("Ajouter un tag")
    edit_title_text = _l("Modifier le tag")
    list_page_template = "tags/list.html"
    form_template = "tags/form.html"
    crm_columns = (
        Column("label", _l("Libellé"), sort="label", default=True),
        Column("module", _l("Module"), sort="module", default=True),
        Column("count", _l("Fiches"), sort="count", falling_first=True, numeric=True, default=True),
        Column("created", _l("Créé le"), sort="created", falling_first=True, default=True),
        Column("actions", _l("Actions"), css="col-actions", default=True),
    )

    def columns_of(self, keys: Sequence[str]) -> Sequence[Column]:
        """Without « Actions » for those who may do nothing to a tag."""
        shown = super().columns_of(keys)
        may = self.may("can_edit") or self.may("can_delete")
        return shown if may else [column for column in shown if column.key != "actions"]

    def load_rows(self, ids: Sequence[int], _columns: Sequence[Column]) -> Sequence[Tag]:
        tags = {tag.id: tag for tag in db.session.scalars(select(Tag).where(Tag.id.in_(ids)))}
        g.tag_counts = tag_counts(tags.values())
        return [tags[identity] for identity in ids if identity in tags]

    def count_of(self, tag: Tag) -> int:
        """The live records that bear a tag, counted for the whole page at once."""
        return int(g.get("tag_counts", {}).get(tag.id, 0))

    def module_label(self, module: str) -> str:
        return str(dict(MODULES)[module])

    def beside_new(self, form: Any, seen: str | None = None) -> NearPanel:
        return near_panel(form, seen=seen)

    @expose("/near", methods=["POST"])
    @has_access
    @permission_name(ADD)
    def near(self) -> ResponseReturnValue:
        """The tags that the label being typed looks like."""
        return render_template("tags/_near.html", duplicates=near_panel(NewTagForm()))

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name(ADD)
    def new(self) -> ResponseReturnValue:
        form = NewTagForm()
        if not form.is_submitted():
            form.prepare()
            form.module.data = form.module.data or Module.COMPANY.value
            form.colour.data = form.colour.data or COLOURS[0]
            return self.form_page(form, 200)

        def create() -> Tag:
            values = form.values()
            module = Module(values["module"])
            return create_tag(
                module, values["label"], by=g.user, colour=values["colour"] or COLOURS[0]
            )

        return self.added(form, create)

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def edit(self, pk: int) -> ResponseReturnValue:
        tag = self.load(pk, lock=request.method == "POST")
        former = as_lines(aliases_of(tag)) or None
        stored = {"label": tag.label, "colour": tag.colour, "aliases": former}
        form = TagForm(data=stored)

        def update() -> None:
            merged = merge(base=form.base_values(), mine=form.values(), theirs=stored)
            aliases = from_lines(merged.pop("aliases"))
            batch = update_tag(tag, **merged, aliases=aliases, by=g.user)
            if batch is not None:
                said = _("Tag « %(label)s » modifié.", label=tag.label)
                flash_undo(said, url_for("BinView.undo", pk=batch.id))

        return self.edited(form, tag, stored, update)

    def address_of(self, _pk: int) -> str:
        """A tag has no page of its own."""
        return self.url_of("list")

    def show_value(self, field: str, value: Any) -> str:
        return str(dict(COLOUR_NAMES).get(value, value)) if field == "colour" else str(value or "")

    @expose("/<int:pk>/delete", methods=["GET", "POST"])
    @has_access
    @permission_name(DELETE)
    def remove(self, pk: int) -> ResponseReturnValue:
        """Ask, saying how many sheets bear the tag; then put it in the bin."""
        tag = self.load(pk, lock=request.method == "POST")
        if request.method == "GET":
            return render_template(
                "tags/delete.html",
                tag=tag,
                count=usage(tag),
                cancel_url=self.url_of("list"),
                is_fragment=wants_fragment(),
            )
        batch = trash_tag(tag, by=g.user)
        db.session.commit()
        text = _("Tag « %(label)s » supprimé.", label=tag.label)
        flash_undo(text, url_for("BinView.undo", pk=batch.id))
        return saved(self.url_of("list"))

    def shown_count(self, tag: Tag) -> str:
        return format_number(self.count_of(tag))

    def bearers(self, count: int) -> str:
        return bearers(count)
