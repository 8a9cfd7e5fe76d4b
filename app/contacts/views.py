"""The screens of contacts: list, pop-ups, sheet with its tabs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts import matches, presets, queries
from app.contacts.accountviews import AccountViews
from app.contacts.bulkactions import ACTIONS
from app.contacts.columns import COLUMNS
from app.contacts.consentviews import ConsentViews
from app.contacts.export import CONTACT_EXPORT
from app.contacts.forms import MEANS, ContactForm, ContactSheetForm, show_value
from app.contacts.models import Contact
from app.contacts.operations import (
    EDITABLE,
    RELATED,
    SWITCHES,
    form_values,
    update_contact,
)
from app.contacts.placeviews import PlaceViews
from app.contacts.printing import contact_pdf
from app.core.crmform import CrmForm
from app.core.crmview import CrmInterface, around_id
from app.core.http import wants_fragment
from app.core.inplace import Spot, single
from app.core.listcolumns import Column
from app.core.listing import Listing
from app.core.picks import picked, typed
from app.core.presets import Preset
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from app.history.takeback import Change, change_of
from app.notes.queries import Owner
from app.permissions import Permission, View, method
from app.places.map import map_panel
from app.sheets.actions import tag_actions, trash_action
from app.sheets.bulk import declare
from app.sheets.printjobs import Printing, declare_printing
from app.sheets.tabs import Tab
from app.tags.models import Module

SHOW, ADD, EDIT, LIST = (
    method(permission)
    for permission in (Permission.SHOW, Permission.ADD, Permission.EDIT, Permission.LIST)
)


class ContactView(AccountViews, ConsentViews, PlaceViews):
    """CRM › Contacts."""

    datamodel = CrmInterface(Contact)
    route_base = "/crm/contacts"
    class_permission_name = View.CONTACT.value
    list_columns = ["last_name"]
    add_columns = edit_columns = show_columns = search_columns = ["last_name"]

    spec = queries.CONTACTS
    subject = Subject.CONTACT
    bulks = (
        *declare(Subject.CONTACT, *tag_actions(Module.CONTACT)), *ACTIONS,
        *declare(Subject.CONTACT, trash_action(Subject.CONTACT)),
    )  # fmt: skip
    crm_title = _l("Contacts")
    export_spec = CONTACT_EXPORT
    printing = declare_printing(Subject.CONTACT, Printing(spec, contact_pdf, "fiches-contacts"))
    export_title = _l("Exporter tous les contacts")
    search_placeholder = _l("Nom, prénom, entreprise, fonction, e-mail, téléphone…")
    add_title_text = _l("Ajouter un contact")
    edit_title_text = _l("Modifier le contact")
    list_page_template = "contacts/list.html"
    form_template = "contacts/form.html"
    cells_template = "contacts/_cells.html"
    crm_columns = COLUMNS

    def load_rows(
        self, ids: Sequence[int], columns: Sequence[Column]
    ) -> Sequence[queries.ContactRow]:
        return queries.ROWS.rows(ids, columns)

    def reasons(
        self, ids: Sequence[int], words: Sequence[str], shown: Collection[str]
    ) -> matches.Found:
        return matches.reasons(ids, words, shown)

    def preset_of(self, q: str) -> Preset | None:
        return presets.preset_of(q)

    def row_links(self, listing: Listing) -> Mapping[str, tuple[str, str]]:
        return {
            "sheet": around_id("ContactView.sheet", list=listing.query_string),
            "company": around_id("CompanyView.sheet"),
        }

    @expose("/pick")
    @has_access
    @permission_name(LIST)
    def pick(self) -> ResponseReturnValue:
        """Contacts for a picker, as JSON."""
        return picked(queries.pick_contacts(typed()))

    # ---- pop-ups

    @expose("/site-field")
    @has_access
    @permission_name(LIST)
    def site_field(self) -> ResponseReturnValue:
        """The drop-down of sites under the company, once another company is chosen."""
        form = ContactForm(formdata=None)
        self.preset_company(form)
        return render_template("contacts/_site_field.html", form=form)

    def show_value(self, field: str, value: Any) -> str:
        return show_value(field, value)

    spots = (
        single("description")
        | single(
            "email", "phone", "mobile", "job_title", "job_function", "department",
            "signs_agreements", "personal_email", "personal_phone", tab="coordinates",
        )
        | {
            "name": Spot(("civility", "first_name", "last_name")),
            "company_id": Spot(("company_id", "establishment_id"), "coordinates"),
            "establishment_id": Spot(("establishment_id",), "coordinates"),
            "personal_address": Spot(
                (
                    "personal_address", "personal_postal_code", "personal_city",
                    "personal_country",
                ),
                "coordinates",
            ),
        }
    )  # fmt: skip

    def stored_values(self, found: Contact) -> dict[str, Any]:
        return form_values(found)

    def sheet_form(self, stored: dict[str, Any]) -> ContactSheetForm:
        form = ContactSheetForm(data=stored)
        if "company_id" not in request.form:  # The sites offered are those of the company stored.
            form.company_id.data = stored["company_id"]
            form.follow()
        return form

    def store(self, found: Contact, form: CrmForm) -> Contact:
        return update_contact(found, form.values(), base=form.base_values(), by=g.user)

    # ---- the history

    def changed_by(self, entry: HistoryEntry) -> Change:
        if entry.action != Action.UPDATED:
            return {}
        return change_of(entry.values, fields=EDITABLE, related=RELATED, switches=SWITCHES)

    def stored_now(self, found: Contact, entry: HistoryEntry) -> Mapping[str, Any]:
        return form_values(found)

    def put_back(
        self,
        found: Contact,
        entry: HistoryEntry,
        values: Mapping[str, Any],
        base: Mapping[str, Any],
    ) -> Contact:
        return update_contact(found, values, base=base, by=g.user)

    # ---- the sheet

    @expose("/<int:pk>/")
    @expose("/<int:pk>/<any(coordinates, history, relations):tab>")
    @has_access
    @permission_name(SHOW)
    def sheet(self, pk: int, tab: str = "") -> ResponseReturnValue:
        contact = queries.for_sheet(pk)
        if contact is None:
            self.gone(pk)
        return render_template(
            f"contacts/sheet_{tab or 'informations'}.html",
            view=self,
            contact=contact,
            company=contact.live_company,
            site=contact.establishment if contact.live_company else None,
            tabs=self._tabs(contact, tab),
            **self.way(contact.id, tab),
            **self._tab_content(contact, tab),
        )

    def _tab_content(self, contact: Contact, tab: str) -> dict[str, Any]:
        if tab == "relations":
            company = contact.live_company
            if company is None:
                return {"others": [], "accounts": []}
            others = [other for other in queries.contacts_of(company.id) if other.id != contact.id]
            return {"others": others, "accounts": queries.account_posts_of(company.id)}
        if tab == "history":
            return self.history_context(contact.id)
        if tab == "coordinates":
            return {}
        return {
            **self.notes_context(Owner(self.subject, contact.id)),
            "consents": queries.consent_events(contact.id),
            "means": MEANS,
        }

    def _tabs(self, contact: Contact, tab: str) -> list[Tab]:
        company, relations = contact.live_company, None
        if company is not None:
            relations = company.contact_count - 1 + queries.account_post_count(company.id)
        parts = (
            ("", _("Informations"), "info-circle", None),
            ("coordinates", _("Coordonnées"), "address-book", None),
            ("history", _("Historique des actions"), "history", None),
            ("relations", _("Relations dans l’entreprise"), "sitemap", relations),
        )
        return self.tabs_of(contact.id, tab, parts)

    @expose("/<int:pk>/map")
    @has_access
    @permission_name(SHOW)
    def map(self, pk: int) -> ResponseReturnValue:
        """« Voir sur la carte »: the site where the contact works, never their home."""
        contact = queries.for_sheet(pk)
        if contact is None:
            self.gone(pk)
        company = contact.live_company
        site = contact.establishment if company is not None else None
        panel = map_panel(contact.full_name, site, contact_id=contact.id)
        return render_template("places/map.html", is_fragment=wants_fragment(), **panel)
