"""The first page, one's own profile, and a profile as the staff sees it."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, IndexView, expose, has_access
from flask_babel import gettext as _

from app.accounts.models import Account
from app.accounts.operations import set_key_shortcuts
from app.accounts.queries import account_by_id, category_label, signed_in
from app.accounts.views import sign_out_everywhere
from app.contacts.models import Contact, Post
from app.core.http import is_signed_in, wants_fragment
from app.core.listing import BadQuery
from app.extensions import db
from app.home.queries import (
    company_count,
    contact_count,
    contact_of,
    posts_of,
    recent_companies,
    recent_contacts,
)
from app.permissions import Permission, View


class HomeView(IndexView):
    """/: the CRM at a glance for the staff, their profile for the others."""

    class_permission_name = View.HOME

    @expose("/")
    def index(self) -> ResponseReturnValue:
        if not is_signed_in():
            return redirect(url_for("AuthDBView.login"))
        sees_companies = self._may(Permission.LIST, View.COMPANY)
        sees_contacts = self._may(Permission.LIST, View.CONTACT)
        if not (sees_companies or sees_contacts):
            return redirect(url_for("ProfileView.show"))
        return self.render_template(
            "home/index.html",
            companies=self._companies() if sees_companies else None,
            contacts=self._contacts() if sees_contacts else None,
        )

    def _may(self, permission: Permission, view: View) -> bool:
        return bool(self.appbuilder.sm.has_access(permission, view))

    def _companies(self) -> dict[str, Any]:
        return {
            "count": company_count(),
            "recent": recent_companies(),
            "may_add": self._may(Permission.ADD, View.COMPANY),
        }

    def _contacts(self) -> dict[str, Any]:
        return {
            "count": contact_count(),
            "recent": recent_contacts(),
            "may_add": self._may(Permission.ADD, View.CONTACT),
        }


class ProfileView(BaseView):
    """One's own profile: what the school knows, and one's sessions."""

    route_base = "/profile"
    class_permission_name = View.PROFILE
    default_view = "show"

    @expose("/")
    @has_access
    def show(self) -> ResponseReturnValue:
        _refuse_arguments()
        account = signed_in()
        return self.render_template("accounts/profile.html", **_shown(account))

    @expose("/shortcuts", methods=["POST"])
    @has_access
    def shortcuts(self) -> ResponseReturnValue:
        """Switch the one-letter shortcuts on or off."""
        asked = request.form.get("on")
        if asked not in {"0", "1"}:
            abort(400)
        set_key_shortcuts(signed_in(), on=asked == "1")
        db.session.commit()
        if wants_fragment():
            return "", 204
        return redirect(url_for(".show", _anchor="shortcuts-title"), 303)

    @expose("/sign-out-everywhere", methods=["POST"])
    @has_access
    def sign_out_everywhere(self) -> ResponseReturnValue:
        return sign_out_everywhere()


class AccountView(BaseView):
    """Somebody's profile, for the staff of the CRM."""

    route_base = "/accounts"
    class_permission_name = View.ACCOUNT
    default_view = "show"

    @expose("/<int:pk>/")
    @has_access
    def show(self, pk: int) -> ResponseReturnValue:
        _refuse_arguments()
        account = account_by_id(pk) if pk < 2**31 else None
        if account is None:
            abort(404)
        return self.render_template(
            "accounts/account.html",
            **_shown(account),
            contact=self._contact(account),
            may_open_companies=self._may(View.COMPANY),
            edit_url=self._edit_url(account),
        )

    def _may(self, view: View) -> bool:
        return bool(self.appbuilder.sm.has_access(Permission.SHOW, view))

    def _contact(self, account: Account) -> Contact | None:
        return contact_of(account) if self._may(View.CONTACT) else None

    def _edit_url(self, account: Account) -> str | None:
        if not self.appbuilder.sm.has_access("can_edit", "UserDBModelView"):
            return None
        return url_for("AccountAdmin.edit", pk=account.id)


def _shown(account: Account) -> dict[str, Any]:
    posts: list[Post] = list(posts_of(account))
    return {
        "account": account,
        "profile": account.profile,
        "category": category_label(account.category),
        "current_posts": [post for post in posts if post.is_current],
        "past_posts": [post for post in posts if not post.is_current],
    }


def _refuse_arguments() -> None:
    if request.args:
        raise BadQuery(_("Cette page ne prend pas de paramètre."))
