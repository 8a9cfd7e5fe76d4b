"""Whether a contact wishes to be contacted by the school (requirement E8): asked, answered,
noted with its means and wording. No other form touches it."""

from __future__ import annotations

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.contacts.forms import ConsentForm
from app.contacts.models import Consent, Contact
from app.contacts.operations import forbid_contact, note_consent
from app.core.crmview import saved
from app.core.deeds import done_once
from app.core.http import wants_fragment
from app.extensions import db
from app.permissions import Permission, method
from app.sheets.views import SheetViews

EDIT = method(Permission.EDIT)


class ConsentViews(SheetViews):
    """The person's choice, on their sheet."""

    @expose("/<int:pk>/consent", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def consent(self, pk: int) -> ResponseReturnValue:
        """« Noter le choix de la personne »."""
        contact: Contact = self.load(pk, lock=request.method == "POST")
        form = ConsentForm()
        if not form.is_submitted():
            form.prepare()
            form.wording.data = form.usual_wording()
            return self._consent_page(contact, form, 200)
        url = self.sheet_url(pk)

        def note() -> str:
            note_consent(
                contact, Consent(form.consent.data), means=form.means.data,
                wording=form.wording.data or "", by=g.user,
            )  # fmt: skip
            return url

        return (
            self._consent_page(contact, form, 422) if done_once(form, note) is None else saved(url)
        )

    def _consent_page(
        self, contact: Contact, form: ConsentForm, status: int
    ) -> ResponseReturnValue:
        page = render_template(
            "contacts/consent_form.html", form=form, contact=contact,
            is_fragment=wants_fragment(), cancel_url=self.sheet_url(contact.id),
        )  # fmt: skip
        return page, status

    @expose("/<int:pk>/do-not-contact", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def do_not_contact(self, pk: int) -> ResponseReturnValue:
        """« Ne pas contacter », which wins over any consent, or the end of it."""
        forbid_contact(self.load(pk, lock=True), request.form.get("forbid") == "1", by=g.user)
        db.session.commit()
        return redirect(self.sheet_url(pk), 303)
