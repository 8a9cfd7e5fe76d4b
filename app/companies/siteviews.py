"""The screens of a company's sites, on its sheet (requirements C9–C11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.companies.forms import CloseForm, SiteForm, show_value
from app.companies.models import Company, Establishment
from app.companies.operations import EDITABLE, NUMBERS, RELATED, form_values, update_company
from app.companies.sites import (
    DETAILS,
    add_establishment,
    close_establishment,
    make_head_office,
    reopen_establishment,
    site_values,
    update_establishment,
)
from app.contacts.queries import PEOPLE, people_at
from app.core.crmform import CrmForm
from app.core.crmview import saved
from app.core.db import utcnow
from app.core.deeds import done_once, done_to
from app.core.flashes import flash_undo
from app.core.formats import in_paris
from app.core.http import wants_fragment
from app.core.ids import is_id
from app.core.inplace import Spot, in_place, narrowed, single, spot_named
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action
from app.history.models import HistoryEntry
from app.history.takeback import Change, change_of
from app.notes.queries import Owner
from app.permissions import Permission, method
from app.sheets.tabs import Tab
from app.sheets.travel import kept
from app.sheets.views import SheetViews

EDIT = method(Permission.EDIT)
SPOTS = single(
    "trade_name", "sign", "siret", "phone", "fax", "email", "website", "opened_on"
) | {"address": Spot(("address", "postal_code", "city", "country", "commune_code"))}  # fmt: skip


class SiteViews(SheetViews):
    """What is done to the sites of a company."""

    def site_url(self, company_id: int, site_id: int, part: str = "") -> str:
        """The tab of the sites, with one of them open."""
        parts = {"part": part} if part else {}
        return self.url_of(
            "sheet", pk=company_id, tab="establishments", site=site_id, **parts, **kept()
        )

    def load_site(self, pk: int, site_id: int) -> Establishment:
        """A live site of a live company, whose row is kept where something is posted; or 404."""
        company: Company = self.load(pk, lock=request.method == "POST")
        site = next((site for site in company.establishments if site.id == site_id), None)
        if site is None or site.trashed_at is not None:
            abort(404)
        return site

    # ---- the history, which tells the sites' changes too

    def changed_by(self, entry: HistoryEntry) -> Change:
        if entry.action == Action.UPDATED:
            return change_of(entry.values, fields=EDITABLE, related=RELATED, numbers=NUMBERS)
        if entry.action == Action.SITE_UPDATED:
            values = [value for value in entry.values if value.field != "establishment"]
            return change_of(values, fields=DETAILS, related={})
        return {}

    def stored_now(self, found: Company, entry: HistoryEntry) -> Mapping[str, Any]:
        site = self._site_of(found, entry)
        return form_values(found) if site is None else site_values(site)

    def put_back(
        self,
        found: Company,
        entry: HistoryEntry,
        values: Mapping[str, Any],
        base: Mapping[str, Any],
    ) -> Any:
        site = self._site_of(found, entry)
        if site is None:
            return update_company(found, values, base=base, by=g.user)
        return update_establishment(site, values, base=base, by=g.user)

    @staticmethod
    def _site_of(company: Company, entry: HistoryEntry) -> Establishment | None:
        """The site that a line is about, None for the company itself; 404 where it is gone."""
        if entry.action != Action.SITE_UPDATED:
            return None
        sites = (site for site in company.establishments if site.trashed_at is None)
        return next((site for site in sites if site.id == entry.object_id), None) or abort(404)

    # ---- what the tab shows

    def sites_context(self, company: Company) -> dict[str, Any]:
        """The sites, the one that is open, and the part of it that is shown."""
        sites = [site for site in company.establishments if site.trashed_at is None]
        chosen = request.args.get("site", "")
        site = next((site for site in sites if str(site.id) == chosen), None)
        site = site or company.head_office or next(iter(sites), None)
        part = request.args.get("part", "")
        context: dict[str, Any] = {"sites": sites, "site": site, "part": part}
        if site is None:
            return context
        context["parts"] = self._parts(site, part)
        if part == "notes":
            context |= self.notes_context(Owner(self.subject, company.id, site.id))
        elif part == "contacts":
            category = request.args.get("category", "")
            context |= {"category": category, "categories": PEOPLE}
            context |= people_at(site.id, category if category in PEOPLE else "")
        return context

    def _parts(self, site: Establishment, current: str) -> list[Tab]:
        labels = (("", _("Détails")), ("notes", _("Notes")), ("contacts", _("Contacts")))
        return [
            Tab(key, label, "", self.site_url(site.company_id, site.id, key), None, key == current)
            for key, label in labels
        ]

    def owner_named(self, pk: int) -> Owner:
        """Notes are the company's, or those of the site that the address names."""
        site_id = request.args.get("site", "")
        if not site_id:
            return super().owner_named(pk)
        if not is_id(site_id):
            abort(404)
        return Owner(self.subject, pk, self.load_site(pk, int(site_id)).id)

    def notes_url(self, owner: Owner) -> str:
        if owner.site_id is None:
            return super().notes_url(owner)
        return self.site_url(owner.id, owner.site_id, "notes")

    # ---- what is done

    @expose("/<int:pk>/sites/<int:site_id>/fields/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def site_field(self, pk: int, site_id: int, name: str) -> ResponseReturnValue:
        names = spot_named(SPOTS, name).names
        site = self.load_site(pk, site_id)
        if site.is_head_office:  # Its country is the company's.
            names = tuple(field for field in names if field != "country")
        stored = site_values(site)
        form = narrowed(SiteForm(data=stored), names)
        return in_place(
            form, stored,
            lambda: update_establishment(site, form.values(), base=form.base_values(), by=g.user),
            back=self.site_url(pk, site_id), show=show_value,
            title=_("Modifier « %(name)s »", name=site.label),
        )  # fmt: skip

    @expose("/<int:pk>/sites/new", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def add_site(self, pk: int) -> ResponseReturnValue:
        """« Ajouter un établissement »."""
        company: Company = self.load(pk, lock=request.method == "POST")
        form = SiteForm()
        if not form.is_submitted():
            form.prepare()
            form.country.data = company.country
            return self._site_page(form, company, 200)

        def add() -> str:
            return self.site_url(pk, add_establishment(company, form.values(), by=g.user).id)

        url = done_once(form, add)
        if url is None:
            return self._site_page(form, self.load(pk), 422)
        return saved(url or self.sheet_url(pk, "establishments"))

    def _site_page(self, form: SiteForm, company: Company, status: int) -> ResponseReturnValue:
        page = render_template(
            "companies/site_form.html", form=form, company=company, is_fragment=wants_fragment(),
            cancel_url=self.sheet_url(company.id, "establishments"),
        )  # fmt: skip
        return page, status

    @expose("/<int:pk>/sites/<int:site_id>/close", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def close_site(self, pk: int, site_id: int) -> ResponseReturnValue:
        """« Fermer l’établissement »: on which day."""
        site, form = self.load_site(pk, site_id), CloseForm()
        if not form.is_submitted():
            form.prepare()
            form.closed_on.data = in_paris(utcnow()).date().isoformat()
            return self._close_page(form, site, 200)

        def close() -> str:
            batch = close_establishment(site, date.fromisoformat(form.closed_on.data), by=g.user)
            return url_for("BinView.undo", pk=batch.id)

        undo_url = done_to(form, close)
        if undo_url is None:
            return self._close_page(form, self.load_site(pk, site_id), 422)
        flash_undo(_("Établissement fermé."), undo_url)
        return saved(self.site_url(pk, site_id))

    def _close_page(self, form: CrmForm, site: Establishment, status: int) -> ResponseReturnValue:
        page = render_template(
            "companies/site_close.html", form=form, site=site, is_fragment=wants_fragment(),
            cancel_url=self.site_url(site.company_id, site.id),
        )  # fmt: skip
        return page, status

    @expose("/<int:pk>/sites/<int:site_id>/reopen", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def reopen_site(self, pk: int, site_id: int) -> ResponseReturnValue:
        return self._done_to_site(pk, site_id, reopen_establishment, _("Établissement rouvert."))

    @expose("/<int:pk>/sites/<int:site_id>/head-office", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def choose_head_office(self, pk: int, site_id: int) -> ResponseReturnValue:
        return self._done_to_site(
            pk, site_id, make_head_office, _("L’établissement est maintenant le siège social.")
        )

    def _done_to_site(
        self, pk: int, site_id: int, do: Callable[..., Establishment], told: str
    ) -> ResponseReturnValue:
        try:
            do(self.load_site(pk, site_id), by=g.user)
        except Refused as refusal:
            message = str(refusal.message)
            db.session.rollback()
            flash(message, "danger")
        else:
            db.session.commit()
            flash(told, "success")
        return redirect(self.site_url(pk, site_id), 303)
