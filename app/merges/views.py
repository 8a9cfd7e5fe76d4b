"""« Fusionner avec… » : two sheets side by side, field by field, and what follows (requirement L)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.core.flashes import flash_undo
from app.core.picks import Pick
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import VIEWS, Subject
from app.merges.fields import BOTH, GROUPS, KEPT, MERGED, Group, is_open
from app.merges.operations import MODULES, AlreadyMerged, GoneError, hold, merge_sheets
from app.merges.queries import Follows, candidates, what_follows
from app.merges.words import shown
from app.permissions import Permission, View, method
from app.sheets.addresses import merge_url, sheet_url

MERGE = method(Permission.MERGE)
PICTURES = {"logo_id": "CompanyView.picture", "photo_id": "ContactView.picture"}
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Row:
    """A group of fields as the page shows it: both sides' text, what is taken, whether one may
    choose, and what the person did choose ('' where nothing yet)."""

    group: Group
    kept: str
    merged: str
    is_open: bool
    choice: str
    error: str = ""

    @property
    def picture(self) -> str | None:
        return PICTURES.get(self.group.name)


class MergeView(BaseView):
    """The addresses of the lists, so that a pair is one address: /crm/companies/1/merge/2/."""

    route_base = "/crm"
    class_permission_name = View.MERGE.value

    @expose("/companies/<int:pk>/merge/")
    @has_access
    @permission_name(MERGE)
    def company_with(self, pk: int) -> ResponseReturnValue:
        return self._with(Subject.COMPANY, pk)

    @expose("/contacts/<int:pk>/merge/")
    @has_access
    @permission_name(MERGE)
    def contact_with(self, pk: int) -> ResponseReturnValue:
        return self._with(Subject.CONTACT, pk)

    @expose("/companies/<int:pk>/merge/<int:other_id>/", methods=["GET", "POST"])
    @has_access
    @permission_name(MERGE)
    def company(self, pk: int, other_id: int) -> ResponseReturnValue:
        return self._pair(Subject.COMPANY, pk, other_id)

    @expose("/contacts/<int:pk>/merge/<int:other_id>/", methods=["GET", "POST"])
    @has_access
    @permission_name(MERGE)
    def contact(self, pk: int, other_id: int) -> ResponseReturnValue:
        return self._pair(Subject.CONTACT, pk, other_id)

    def _check(self, subject: Subject) -> None:
        """Merging changes sheets: it takes the right to correct them too."""
        if not cast(Any, self.appbuilder).sm.has_access(Permission.EDIT, VIEWS[subject]):
            abort(403)

    # ---- which other sheet

    def _with(self, subject: Subject, pk: int) -> ResponseReturnValue:
        """Look for the other sheet: likely doubles first, then by words."""
        self._check(subject)
        record_ = _live(subject, pk)
        q = request.args.get("q", "").strip()[:LONGEST_QUERY]
        found: Sequence[Pick] = [one for one in candidates(subject, pk, q) if one.id != str(pk)]
        return render_template(
            "merges/with.html", record=record_, q=q, found=found, sheet_url=sheet_url(subject, pk),
            merge_url=partial(merge_url, subject, pk),
        )  # fmt: skip

    # ---- the two

    def _pair(self, subject: Subject, pk: int, other_id: int) -> ResponseReturnValue:
        self._check(subject)
        if pk == other_id:
            abort(404)
        if request.method == "GET":
            kept, merged = _live(subject, pk), _live(subject, other_id)
            return self._page(subject, kept, merged, {}, 200)
        try:
            held = hold(subject, (pk, other_id))
        except AlreadyMerged as already:
            return self._already(subject, pk, other_id, already.into)
        except GoneError:
            abort(404)
        kept, merged = held[pk], held[other_id]
        if request.form.get("versions") != _versions(kept, merged):
            db.session.rollback()
            message = _(
                "Une des deux fiches vient de changer : vérifiez les valeurs, puis recommencez."
            )
            return self._page(subject, _live(subject, pk), _live(subject, other_id),
                              request.form, 409, message)  # fmt: skip
        try:
            batch = merge_sheets(subject, kept, merged, request.form, by=g.user)
            said = _("« %(merged)s » est fusionnée dans cette fiche.", merged=str(merged))
            undo_url = url_for("BinView.undo", pk=batch.id)
            db.session.commit()
        except Refused as refusal:
            error = refusal.field, str(refusal.message)
            db.session.rollback()
            return self._page(subject, _live(subject, pk), _live(subject, other_id),
                              request.form, 422, error[1], {error[0]: error[1]})  # fmt: skip
        flash_undo(said, undo_url)
        return redirect(sheet_url(subject, pk), 303)

    def _already(self, subject: Subject, pk: int, other_id: int, into: int) -> ResponseReturnValue:
        """Somebody was faster, or the button was pressed twice: the sheet that there is now."""
        db.session.rollback()
        if into not in {pk, other_id}:
            abort(409)
        flash(_("Ces deux fiches sont déjà fusionnées."), "info")
        return redirect(sheet_url(subject, into), 303)

    def _page(
        self, subject: Subject, kept: Any, merged: Any, choices: Mapping[str, str], status: int,
        message: str = "", errors: Mapping[str, str] | None = None,
    ) -> ResponseReturnValue:  # fmt: skip
        rows = [_row(subject, group, kept, merged, choices, errors or {})
                for group in GROUPS[subject]]  # fmt: skip
        follows: Sequence[Follows] = what_follows(subject, merged.id)
        page = render_template(
            "merges/pair.html", subject=subject, kept=kept, merged=merged, message=message,
            open_rows=[row for row in rows if row.is_open],
            same_rows=[row for row in rows if not row.is_open and (row.kept or row.merged)],
            follows=follows, versions=_versions(kept, merged), KEPT=KEPT, MERGED=MERGED, BOTH=BOTH,
            swap_url=merge_url(subject, merged.id, kept.id),
            kept_url=sheet_url(subject, kept.id), merged_url=sheet_url(subject, merged.id),
        )  # fmt: skip
        return page, status


def _live(subject: Subject, pk: int) -> Any:
    """A live sheet, else 404; one that was merged leads to the page of the one it is a part of."""
    model = MODULES[subject].model
    found = db.session.scalars(select(model).where(model.id == pk)).first()
    if found is not None and found.merged_into_id is not None:
        abort(redirect(sheet_url(subject, found.merged_into_id), 302))
    if found is None or found.is_trashed:
        abort(404)
    return found


def _versions(kept: Any, merged: Any) -> str:
    return f"{kept.id}.{kept.version}-{merged.id}.{merged.version}"


def _row(
    subject: Subject, group: Group, kept: Any, merged: Any,
    choices: Mapping[str, str], errors: Mapping[str, str],
) -> Row:  # fmt: skip
    can_choose = is_open(group, kept, merged)
    choice = choices.get(group.name, "")
    if choice not in {KEPT, MERGED, *([BOTH] if group.both else [])}:
        choice = "" if group.must else BOTH if group.both else KEPT
    return Row(
        group, shown(subject, group, kept), shown(subject, group, merged), can_choose, choice,
        errors.get(group.name, ""),
    )  # fmt: skip
