"""« Doublons »: the pairs of records that may be the same, and having them looked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.listpage import Pages
from app.core.rules import Refused
from app.duplicates import pairs, scan
from app.duplicates.modules import MODULES
from app.duplicates.operations import set_apart, take_up
from app.duplicates.rules import AGAINST, Reason
from app.duplicates.words import said
from app.extensions import db
from app.jobs import words as job_words
from app.jobs.notices import follow
from app.permissions import Permission, View, method
from app.sheets.addresses import merge_url

LIST, EDIT, SCAN = map(method, (Permission.LIST, Permission.EDIT, Permission.SCAN))


class PairView(BaseView):
    """Administration › CRM › Doublons. A module shows to who may see its list, and its pairs are
    judged by who may change its records."""

    route_base = "/crm/duplicates"
    class_permission_name = View.DUPLICATE.value
    default_view = "list"

    @expose("/")
    @has_access
    @permission_name(LIST)
    def list(self) -> ResponseReturnValue:
        asked = pairs.Asked.parse(request.args)
        self._need(asked.module, Permission.LIST)
        found = pairs.pairs(asked)
        url = url_for("PairView.list")
        pages = Pages(asked, url, found.total, len(found.rows), sizes=asked.sizes)
        may_judge = self._may(Permission.EDIT) and self._may(Permission.EDIT, asked.module)
        return render_template(
            "duplicates/pairs.html", asked=asked, found=found, pages=pages, scores=pairs.SCORES,
            running=scan.running(asked.module), last=scan.last(asked.module), job_words=job_words,
            apart=pairs.apart(asked.module) if may_judge else (), reasons=reasons,
            merge_url=merge_url, may_judge=may_judge,
            may_merge=may_judge and bool(self.appbuilder.sm.has_access(Permission.MERGE, View.MERGE)), may_scan=self._may(Permission.SCAN),
            modules=[name for name in MODULES if self._may(Permission.LIST, name)],
        )  # fmt: skip

    @expose("/<any(company, contact):module>/scan", methods=["POST"])
    @has_access
    @permission_name(SCAN)
    def scan(self, module: str) -> ResponseReturnValue:
        self._need(module, Permission.LIST)
        try:
            job = scan.ask_scan(module, by=g.user)
            db.session.commit()
        except Refused as refusal:
            self._give_up(refusal)
        else:
            follow(job, session)
            flash(_("La recherche commence\u00a0: vous pouvez quitter cette page."), "success")
        return redirect(url_for("PairView.list", module=module), 303)

    @expose(
        "/<any(company, contact):module>/<int:first>/<int:second>/<any(apart, together):way>",
        methods=["POST"],
    )
    @has_access
    @permission_name(EDIT)
    def judge(self, module: str, first: int, second: int, way: str) -> ResponseReturnValue:
        """« Ce ne sont pas les mêmes », and taking that back."""
        self._need(module, Permission.EDIT)
        if not pairs.are_live(module, (first, second)):
            abort(404)
        try:
            text = self._judged(module, (first, second), way)
            db.session.commit()
        except Refused as refusal:
            self._give_up(refusal)
        else:
            flash(text, "success")
        return redirect(_back(module), 303)

    @staticmethod
    def _judged(module: str, ids: tuple[int, int], way: str) -> str:
        if way == "apart":
            set_apart(module, ids, by=g.user)
            return _(
                "Paire écartée\u00a0: elle reste dans «\u00a0Paires écartées\u00a0», d’où elle se reprend."
            )
        if not take_up(module, ids):
            raise Refused("pair", _("Cette paire est déjà reprise."))
        return _("La paire est de nouveau proposée.")

    # ---- what all of them do

    def _may(self, right: Permission, module: str = "") -> bool:
        view = MODULES[module].view if module else View.DUPLICATE
        return bool(self.appbuilder.sm.has_access(right.value, view.value))

    def _need(self, module: str, right: Permission) -> None:
        if not self._may(right, module):
            abort(403)

    @staticmethod
    def _give_up(refusal: Refused) -> None:
        message = str(refusal.message)
        db.session.rollback()
        flash(message, "info")


def reasons(pair: Any) -> list[tuple[str, bool]]:
    """Why two records may be the same, and (True) what speaks against it."""
    read = [Reason.from_json(stored) for stored in pair.reasons]
    return [(said(reason), reason.code in AGAINST) for reason in read]


def _back(module: str) -> str:
    """The page of pairs that the person was on, with what it asked."""
    here, home = urlsplit(request.referrer or ""), url_for("PairView.list")
    if here.netloc == request.host and here.path == home and here.query:
        return f"{home}?{here.query}"
    return url_for("PairView.list", module=module)
