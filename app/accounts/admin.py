"""FAB's screens of users and roles, in French, and through our operations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.security.sqla.models import PermissionView
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.views import RoleModelView, UserDBModelView
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.forms import AccountForm, AccountSearch, NewAccountForm, RoleForm
from app.accounts.models import Account
from app.accounts.operations import (
    AccountValues,
    change_account,
    create_account,
    delete_account,
    delete_role,
    save_role,
)
from app.accounts.queries import (
    BUILT_IN_ROLES,
    CIVILITIES,
    category_label,
    right_label,
    role_label,
    role_labels,
    role_names,
    signed_in,
)
from app.core.admin import SafeModelView
from app.core.formats import format_datetime, format_number
from app.extensions import db

PERSON = [
    "profile.civility",
    "first_name",
    "last_name",
    "email",
    "category",
    "profile.programme",
    "profile.year",
]
ACTIVITY = ["last_login", "login_count", "fail_login_count", "created_on", "changed_on"]
EDITED = [
    "first_name",
    "last_name",
    "username",
    "email",
    "category",
    "civility",
    "programme",
    "year",
    "active",
    "roles",
]


def yes_or_no(value: Any) -> str:
    return _("Oui") if value else _("Non")


def moment(value: datetime | None) -> str:
    """FAB's instants have no zone; they are UTC, as those of our own tables."""
    return format_datetime(value.replace(tzinfo=UTC)) if value is not None else _("Jamais")


def count(value: int | None) -> str:
    return format_number(value or 0)


def civility(value: str | None) -> str:
    return str(CIVILITIES.get(value or "", ""))


class AccountAdmin(SafeModelView, UserDBModelView):
    """The accounts: list, search, add, change, close, delete."""

    # Rights keep the name that FAB gives to its own screen.
    class_permission_name = "UserDBModelView"
    # Own password and own name have pages of their own, see views.py.
    resetmypassword = None
    userinfoedit = None

    list_title = _l("Comptes")
    show_title = _l("Compte")
    add_title = _l("Ajouter un compte")
    edit_title = _l("Modifier un compte")
    label_columns = {
        "first_name": _l("Prénom"),
        "last_name": _l("Nom"),
        "username": _l("Identifiant"),
        "email": _l("E-mail"),
        "category": _l("Catégorie"),
        "active": _l("Actif"),
        "roles": _l("Rôles"),
        "profile.civility": _l("Civilité"),
        "profile.programme": _l("Programme"),
        "profile.year": _l("Année"),
        "last_login": _l("Dernière connexion"),
        "login_count": _l("Connexions"),
        "fail_login_count": _l("Échecs depuis la dernière connexion"),
        "created_on": _l("Créé le"),
        "changed_on": _l("Modifié le"),
        "search_text": _l("Nom, identifiant ou e-mail"),
    }
    formatters_columns = {
        "category": category_label,
        "active": yes_or_no,
        "roles": role_labels,
        "profile.civility": civility,
        "last_login": moment,
        "login_count": count,
        "fail_login_count": count,
        "created_on": moment,
        "changed_on": moment,
    }
    list_columns = ["last_name", "first_name", "username", "email", "category", "roles", "active"]
    order_columns = ["last_name", "first_name", "username", "email", "category", "active"]
    base_order = ("last_name", "asc")
    search_columns = ["search_text", "category", "roles", "active"]
    search_form = AccountSearch
    show_fieldsets = [
        (_l("Personne"), {"fields": PERSON}),
        (_l("Compte"), {"fields": ["username", "active", "roles"]}),
        (_l("Activité"), {"fields": ACTIVITY}),
    ]
    edit_columns = EDITED
    add_columns = [*edit_columns, "password", "conf_password"]
    add_form = NewAccountForm
    edit_form = AccountForm

    def values_of(self, item: Account) -> dict[str, Any]:
        profile = item.profile
        return {
            "first_name": item.first_name,
            "last_name": item.last_name,
            "username": item.username,
            "email": item.email,
            "category": item.category,
            "active": bool(item.active),
            "roles": sorted(role_names(item)),
            "civility": profile.civility if profile else None,
            "programme": profile.programme if profile else None,
            "year": profile.year if profile else None,
        }

    def create(self, values: dict[str, Any]) -> None:
        values.pop("conf_password")
        password = values.pop("password")
        create_account(AccountValues(**values), password, by=signed_in())

    def change(self, item: Account, values: dict[str, Any]) -> None:
        change_account(item, AccountValues(**values), by=signed_in())

    def remove(self, item: Account) -> None:
        delete_account(item, by=signed_in())

    def links_of(self, item: Account) -> list[tuple[str, str]]:
        """A new password, for who may give one to this account."""
        if item.id == signed_in().id:
            return [(_("Changer mon mot de passe"), url_for("ResetMyPasswordView.this_form_get"))]
        if not self.appbuilder.sm.has_access("resetpasswords", self.class_permission_name):
            return []
        address = url_for("ResetPasswordView.this_form_get", pk=item.id)
        return [(_("Donner un nouveau mot de passe"), address)]

    @expose("/userinfo/")
    @has_access
    def userinfo(self) -> ResponseReturnValue:
        """FAB's page of one's own account: ours is the profile."""
        return redirect(url_for("ProfileView.show"))

    @action("resetpasswords", _l("Donner un nouveau mot de passe"), multiple=False)
    def resetpasswords(self, item: Account) -> ResponseReturnValue:
        return redirect(url_for("ResetPasswordView.this_form_get", pk=item.id), 303)


class RoleAdmin(SafeModelView, RoleModelView):
    """The roles: the product's own are shown, the school's own can be changed."""

    class_permission_name = "RoleModelView"
    # A copy of a role whose rights are patterns in the code would have no right.
    copy_role = None

    list_title = _l("Rôles")
    show_title = _l("Rôle")
    add_title = _l("Ajouter un rôle")
    edit_title = _l("Modifier un rôle")
    label_columns = {"name": _l("Nom"), "permissions": _l("Droits")}
    formatters_columns = {"name": role_label}
    list_columns = ["name"]
    show_columns = ["name", "permissions"]
    edit_columns = ["name", "permissions"]
    add_columns = edit_columns
    order_columns = ["name"]
    base_order = ("name", "asc")
    search_columns = ["name"]
    add_form = RoleForm
    edit_form = RoleForm

    def values_of(self, item: RoleRow) -> dict[str, Any]:
        return {"name": item.name, "permissions": sorted(right.id for right in item.permissions)}

    def create(self, values: dict[str, Any]) -> None:
        self.change(RoleRow(), values)

    def change(self, item: RoleRow, values: dict[str, Any]) -> None:
        chosen = select(PermissionView).where(PermissionView.id.in_(values["permissions"]))
        save_role(item, values["name"], list(db.session.scalars(chosen)), by=signed_in())

    def remove(self, item: RoleRow) -> None:
        delete_role(item, by=signed_in())

    def is_fixed(self, item: RoleRow) -> bool:
        return item.name in BUILT_IN_ROLES

    def _get_show_widget(self, pk: Any, item: RoleRow, **kwargs: Any) -> Any:
        widgets = super()._get_show_widget(pk, item, **kwargs)
        arguments = widgets["show"].template_args
        if self.is_fixed(item):
            sentence = _("Rôle de Passerelle : ses droits sont fixés par l’application.")
            arguments["value_columns"] = [item.name, sentence]
        else:
            rights = sorted(
                right_label(right.view_menu.name, right.permission.name)
                for right in item.permissions
            )
            arguments["value_columns"] = [item.name, "\n".join(rights)]
        return widgets
