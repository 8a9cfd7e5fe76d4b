"""« Associer à un compte utilisateur », on a contact's sheet (requirements E2, E3)."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.accounts.models import Account
from app.contacts.association import accounts_found, link_account, suggestions, unlink_account
from app.contacts.models import Contact
from app.core.crmview import saved
from app.core.flashes import flash_undo
from app.core.http import wanted_region, wants_fragment
from app.core.ids import is_id
from app.core.listing import LONGEST_QUERY
from app.core.rules import Refused
from app.extensions import db
from app.permissions import Permission, method
from app.sheets.views import SheetViews

EDIT = method(Permission.EDIT)


class AccountViews(SheetViews):
    """The account of a contact: likely ones first, found by typing, never tied by itself."""

    @expose("/<int:pk>/account", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def account(self, pk: int) -> ResponseReturnValue:
        contact: Contact = self.load(pk, lock=request.method == "POST")
        if request.method == "GET":
            return self._account_page(contact, 200)
        chosen = request.form.get("account", "")
        account = db.session.get(Account, int(chosen)) if is_id(chosen) else None
        if account is None:
            return self._account_page(
                contact, 422, _("Choisissez un compte parmi les propositions.")
            )
        try:
            link_account(contact, account, by=g.user)
        except Refused as refusal:
            message, holder = str(refusal.message), refusal.existing
            holder_id = holder.id if holder is not None else None
            db.session.rollback()
            return self._account_page(self.load(pk), 422, message, holder_id)
        db.session.commit()
        return saved(self.sheet_url(pk))

    def _account_page(
        self, contact: Contact, status: int, error: str = "", holder_id: int | None = None
    ) -> ResponseReturnValue:
        q = request.args.get("q", "").strip()[:LONGEST_QUERY]
        found = accounts_found(q) if q else suggestions(contact)
        found_template = "contacts/_accounts_found.html"
        page_template = "contacts/account.html"
        page = render_template(
            found_template if wanted_region() == "accounts-found" else page_template,
            contact=contact, q=q, found=found, error=error, is_fragment=wants_fragment(),
            holder_url=self.url_of("sheet", pk=holder_id) if holder_id else None,
            cancel_url=self.sheet_url(contact.id),
        )  # fmt: skip
        return page, status

    @expose("/<int:pk>/account/unlink", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def unlink(self, pk: int) -> ResponseReturnValue:
        batch = unlink_account(self.load(pk, lock=True), by=g.user)
        undo_url = url_for("BinView.undo", pk=batch.id) if batch is not None else None
        db.session.commit()
        if undo_url:
            flash_undo(_("Compte dissocié."), undo_url)
        return redirect(self.sheet_url(pk), 303)
