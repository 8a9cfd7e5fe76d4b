"""The pop-ups « Ajouter » and « Modifier » of a contact, in which the company and its site can be
made too, by those who may add them (requirements E5, F1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, g, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.companies.forms import CompanyForm
from app.companies.queries import company_name
from app.contacts.forms import ContactForm
from app.contacts.models import Contact
from app.contacts.operations import form_values
from app.contacts.within import create_contact_within, update_contact_within
from app.core.crmform import CrmForm
from app.core.ids import is_id
from app.core.presets import preset
from app.duplicates.panel import Panel, company_panel, contact_edit_panel, contact_panel
from app.permissions import Permission, View, method
from app.sheets.views import SheetViews

# By the box of a step: its fields, and the right that it takes on companies.
STEPS = {"new_company": ("company", Permission.ADD), "new_site": ("site", Permission.EDIT)}
# The button « Utiliser cette entreprise », whose value is the company's id.
USE = "use_company"


class PlaceViews(SheetViews):
    """A kind of record that works somewhere."""

    def beside_new(self, form: CrmForm | None, seen: str | None = None) -> Panel:
        """The likely doubles of the contact. Saving waits for those of the company that is made
        with it too."""
        panel = contact_panel(form, may=self.appbuilder.sm.has_access, seen=seen)
        if seen is None or not self._company_waits(form):
            return panel
        return replace(panel, is_question=True)

    def beside_edited(self, form: CrmForm, found: Contact, seen: str) -> Panel | None:
        panel = contact_edit_panel(form, found.id, may=self.appbuilder.sm.has_access, seen=seen)
        if not self._company_waits(form):
            return panel
        return panel or Panel("", "", is_question=True)

    def _company_waits(self, form: CrmForm | None) -> bool:
        """Whether saving waits for a likely double of the company that is made within."""
        if not isinstance(form, ContactForm) or not form.makes("new_company"):
            return False
        g.beside_company = self._beside_company(request.form.get("company-confirmed", ""))
        return bool(g.beside_company.is_question)

    def _beside_company(self, seen: str | None = None) -> Panel:
        typed = CompanyForm(prefix="company")
        return company_panel(typed, may=self.appbuilder.sm.has_access, seen=seen, step="company")

    def form_context(self, form: ContactForm) -> dict[str, Any]:
        if "beside_company" in g:
            return {"beside_company": g.beside_company}
        if form.makes("new_company"):
            return {"beside_company": self._beside_company()}
        may = self.appbuilder.sm.has_access
        return {"beside_company": company_panel(may=may, step="company")}

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name(method(Permission.ADD))
    def new(self) -> ResponseReturnValue:
        form = self._form()
        if not form.is_submitted():
            form.prepare()
            self.preset_company(form)
            preset(form, ("first_name", "last_name", "email"), request.args)
            return self.form_page(form, 200)
        if USE in request.form:
            return self._use_company(form)
        return self.added(
            form, lambda: create_contact_within(form.values(), form.place(), by=g.user)
        )

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name(method(Permission.EDIT))
    def edit(self, pk: int) -> ResponseReturnValue:
        contact = self.load(pk, lock=request.method == "POST")
        stored = form_values(contact)
        form = self._form(stored)
        if USE in request.form:
            return self._use_company(form, contact)
        return self.edited(
            form, contact, stored,
            lambda: update_contact_within(
                contact, form.values(), form.place(), base=form.base_values(), by=g.user
            ),
        )  # fmt: skip

    def preset_company(self, form: ContactForm) -> None:
        """Opened from a company's sheet, the form already says the company."""
        company_id = request.args.get("company_id", "")
        if is_id(company_id) and company_name(int(company_id)):
            form.company_id.data = int(company_id)
            form.follow()

    def _form(self, stored: dict[str, Any] | None = None) -> ContactForm:
        """The contact's form, with the steps that the person may take; 403 for one they took
        and may not."""
        form = ContactForm(data=stored)
        for switch, (step, right) in STEPS.items():
            if not self.appbuilder.sm.has_access(right, View.COMPANY):
                if form[switch].data:
                    abort(403)
                del form[switch], form[step]
        return form

    def _use_company(self, form: ContactForm, contact: Any = None) -> ResponseReturnValue:
        """The company that exists already takes the place of the one that was to be made; all
        that was typed stays, and nothing is saved yet."""
        chosen = request.form[USE]
        name = company_name(int(chosen)) if is_id(chosen) else ""
        if not name:
            abort(400)
        form.use_company(int(chosen))
        return self.form_page(form, 422, contact, used=name)
