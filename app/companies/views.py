"""The screens of companies: list, pop-ups, sheet with its tabs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.companies import matches, presets, queries
from app.companies.bulk import verify
from app.companies.bulkactions import ACTIONS
from app.companies.columns import COLUMNS
from app.companies.completeness import completeness
from app.companies.export import COMPANY_EXPORT
from app.companies.forms import CompanyForm, CompanySheetForm, show_value
from app.companies.group import group_of
from app.companies.models import Company
from app.companies.operations import (
    create_company,
    form_values,
    leave_sector,
    rename_sector,
    update_company,
)
from app.companies.printing import company_pdf
from app.companies.siteviews import SiteViews
from app.contacts.queries import (
    account_post_count,
    account_posts_of,
    contacts_of,
    former_posts_of,
    half_signatory_of,
)
from app.core.crmform import CrmForm
from app.core.crmview import CrmInterface, around_id
from app.core.db import utcnow
from app.core.http import wants_fragment
from app.core.inplace import Spot, single
from app.core.listcolumns import Column
from app.core.listing import Listing
from app.core.picks import picked, typed
from app.core.presets import Preset, preset
from app.duplicates.panel import Panel, company_edit_panel, company_panel
from app.extensions import db
from app.history.actions import Subject
from app.history.operations import open_batch
from app.notes.queries import Owner
from app.permissions import Permission, View, method
from app.places.map import map_panel
from app.reference.models import Sector
from app.reference.signals import sector_removed, sector_renamed
from app.sheets.actions import tag_actions, trash_action
from app.sheets.bulk import declare
from app.sheets.bulkviews import flash_batch
from app.sheets.printjobs import Printing, declare_printing
from app.sheets.tabs import Tab
from app.sheets.views import SheetViews
from app.tags.models import Module

SHOW, ADD, EDIT, LIST = (
    method(permission)
    for permission in (Permission.SHOW, Permission.ADD, Permission.EDIT, Permission.LIST)
)


class CompanyView(SiteViews, SheetViews):
    """CRM › Entreprises."""

    datamodel = CrmInterface(Company)
    route_base = "/crm/companies"
    class_permission_name = View.COMPANY.value
    list_columns = ["name"]
    add_columns = edit_columns = show_columns = search_columns = ["name"]

    spec = queries.COMPANIES
    subject = Subject.COMPANY
    bulks = (
        *declare(Subject.COMPANY, *tag_actions(Module.COMPANY)), *ACTIONS,
        *declare(Subject.COMPANY, trash_action(Subject.COMPANY)),
    )  # fmt: skip
    crm_title = _l("Entreprises")
    export_spec = COMPANY_EXPORT
    printing = declare_printing(Subject.COMPANY, Printing(spec, company_pdf, "fiches-entreprises"))
    export_title = _l("Exporter toutes les entreprises")
    search_placeholder = _l("Nom, sigle, SIREN, SIRET, ville, e-mail, téléphone…")
    add_title_text = _l("Ajouter une entreprise")
    edit_title_text = _l("Modifier l’entreprise")
    list_page_template = "companies/list.html"
    form_template = "companies/form.html"
    cells_template = "companies/_cells.html"
    crm_columns = COLUMNS

    def load_rows(
        self, ids: Sequence[int], columns: Sequence[Column]
    ) -> Sequence[queries.CompanyRow]:
        return queries.ROWS.rows(ids, columns)

    def reasons(
        self, ids: Sequence[int], words: Sequence[str], shown: Collection[str]
    ) -> matches.Found:
        return matches.reasons(ids, words, shown)

    def preset_of(self, q: str) -> Preset | None:
        return presets.preset_of(q)

    def row_links(self, listing: Listing) -> Mapping[str, tuple[str, str]]:
        return {"sheet": around_id("CompanyView.sheet", list=listing.query_string)}

    @expose("/pick")
    @has_access
    @permission_name(LIST)
    def pick(self) -> ResponseReturnValue:
        """Companies for a picker, as JSON."""
        return picked(queries.pick_companies(typed()))

    # ---- pop-ups

    def beside_new(self, form: CrmForm | None, seen: str | None = None) -> Panel:
        return company_panel(form, may=self.appbuilder.sm.has_access, seen=seen)

    def beside_edited(self, form: CrmForm, found: Company, seen: str) -> Panel | None:
        return company_edit_panel(form, found.id, may=self.appbuilder.sm.has_access, seen=seen)

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name(ADD)
    def new(self) -> ResponseReturnValue:
        form = CompanyForm()
        if not form.is_submitted():
            form.prepare()
            form.country.data, form.naf_nomenclature.data = "FR", "rev2"
            preset(form, ("name", "siren", "siret"), request.args)
            return self.form_page(form, 200)
        return self.added(form, lambda: create_company(form.values(), by=g.user))

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def edit(self, pk: int) -> ResponseReturnValue:
        company = self.load(pk, lock=request.method == "POST")
        stored = form_values(company)
        form = CompanyForm(data=stored)

        def update() -> None:
            update_company(company, form.values(), base=form.base_values(), by=g.user)

        return self.edited(form, company, stored, update)

    def show_value(self, field: str, value: Any) -> str:
        return show_value(field, value)

    spots = single(
        "name", "acronym", "rna", "foreign_number", "legal_form_code", "sector_id", "turnover",
        "share_capital", "website", "phone", "email", "parent_id", "description",
    ) | {
        "siren": Spot(("siren", "siret", "no_siren_reason")),
        "siret": Spot(("siret",)),
        "naf_code": Spot(("naf_code", "naf_nomenclature")),
        "headcount_code": Spot(("headcount_code", "headcount_year")),
        "address": Spot(("address", "postal_code", "city", "country", "commune_code")),
    }  # fmt: skip

    def stored_values(self, found: Company) -> dict[str, Any]:
        return form_values(found)

    def sheet_form(self, stored: dict[str, Any]) -> CompanySheetForm:
        return CompanySheetForm(data=stored)

    def store(self, found: Company, form: CrmForm) -> Company:
        return update_company(found, form.values(), base=form.base_values(), by=g.user)

    # ---- the sheet

    @expose("/<int:pk>/")
    @expose("/<int:pk>/<any(contacts, establishments, history):tab>")
    @has_access
    @permission_name(SHOW)
    def sheet(self, pk: int, tab: str = "") -> ResponseReturnValue:
        company = queries.with_sites(pk)
        if company is None:
            self.gone(pk)
        return render_template(
            f"companies/sheet_{tab or 'informations'}.html",
            view=self,
            company=company,
            head=company.head_office,
            complete=completeness(company),
            signer=None if company.has_signatory else half_signatory_of(company.id),
            verified_long_ago=self._is_aged(company),
            tabs=self._tabs(company, tab),
            **self.way(company.id, tab),
            **self._tab_content(company, tab),
        )

    def _tab_content(self, company: Company, tab: str) -> dict[str, Any]:
        if tab == "contacts":
            return {
                "contacts": contacts_of(company.id),
                "former": former_posts_of(company.id),
                "accounts": account_posts_of(company.id),
            }
        if tab == "establishments":
            return self.sites_context(company)
        if tab == "history":
            return self.history_context(company.id)
        return {**self.notes_context(Owner(self.subject, company.id)), "group": group_of(company)}

    def _tabs(self, company: Company, tab: str) -> list[Tab]:
        people = company.contact_count + account_post_count(company.id)
        parts = (
            ("", _("Informations"), "info-circle", None),
            ("contacts", _("Contacts"), "users", people),
            ("establishments", _("Établissements"), "building-store", company.site_count),
            ("history", _("Historique des actions"), "history", None),
        )
        return self.tabs_of(company.id, tab, parts)

    @staticmethod
    def _is_aged(company: Company) -> bool:
        """Whether it is so long ago that the sheet was verified that it should be again."""
        days = timedelta(days=current_app.config.get("VERIFIED_DAYS", 365))
        return company.verified_at is not None and company.verified_at < utcnow() - days

    @expose("/<int:pk>/verify", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def verify_sheet(self, pk: int) -> ResponseReturnValue:
        """« Marquer comme vérifiée », in one click."""
        self.load(pk, lock=True)
        batch = open_batch("verify", subject=Subject.COMPANY, by=g.user)
        verify([pk], by=g.user, batch=batch)
        db.session.commit()
        flash_batch(_("Fiche vérifiée."), batch)
        return redirect(self.sheet_url(pk), 303)

    @expose("/<int:pk>/map")
    @has_access
    @permission_name(SHOW)
    def map(self, pk: int) -> ResponseReturnValue:
        """« Voir sur la carte »: the head office on the outline of France."""
        company = queries.with_sites(pk)
        if company is None:
            self.gone(pk)
        panel = map_panel(company.name, company.head_office)
        return render_template("places/map.html", is_fragment=wants_fragment(), **panel)


@sector_renamed.connect
def _follow_sector(sector: Sector) -> None:
    rename_sector(sector)


@sector_removed.connect
def _forget_sector(sector: Sector) -> None:
    leave_sector(sector)
