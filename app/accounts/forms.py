"""Forms about accounts: those of the generated screens, and those of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.models import Category
from app.accounts.passwords import LONGEST, SHORTEST
from app.accounts.queries import CATEGORIES, CIVILITIES, all_roles, right_label, role_label
from app.core.admin import AdminForm
from app.core.db import utcnow
from app.core.fields import CheckField, ChoiceField, LineField, email_field, year_field
from app.extensions import db

FIRST_YEAR = 1950
_REQUIRED = _l("Ce champ est obligatoire.")


class _Boxes(SelectMultipleField):
    """Several choices, each with its box; read afresh for each form."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = CheckboxInput()

    def __init__(self, label: Any, *, options: Callable[[], list[tuple[Any, str]]], **kwargs: Any) -> None:  # fmt: skip
        super().__init__(label, choices=options, validate_choice=True, **kwargs)


def _role_choices() -> list[tuple[str, str]]:
    return [(role.name, role_label(role.name)) for role in all_roles()]


def _permission_choices() -> list[tuple[int, str]]:
    """Rights that a role of the school's own can be given, by what they are about."""
    statement = (
        select(PermissionView.id, ViewMenu.name, Permission.name)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .join(Permission, PermissionView.permission_id == Permission.id)
        # The product's own roles are stored as patterns, which are no rights of their own;
        # and our menu asks for the right to the page itself.
        .where(~ViewMenu.name.startswith("^"), ~Permission.name.startswith("^"))
        .where(Permission.name != "menu_access")
    )
    rows = db.session.execute(statement)
    return sorted(
        ((key, right_label(view, right)) for key, view, right in rows), key=lambda pair: pair[1]
    )


def _choices_of(labels: dict[str, Any]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(str(value), str(label)) for value, label in labels.items()]


def _new_password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        description=_l(
            "%(count)s caractères au moins ; quelques mots sans rapport entre eux conviennent.",
            count=SHORTEST,
        ),
        validators=[InputRequired(_REQUIRED), Length(max=LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )


def _repeated_password() -> PasswordField:
    return PasswordField(
        _l("Nouveau mot de passe, une seconde fois"),
        validators=[
            InputRequired(_REQUIRED),
            EqualTo("password", _l("Les deux mots de passe diffèrent.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class AccountForm(AdminForm):
    """An account, as an administrator sees it."""

    first_name = LineField(_l("Prénom"), longest=64, required=True)
    last_name = LineField(_l("Nom"), longest=64, required=True)
    username = LineField(
        _l("Identifiant"),
        longest=64,
        required=True,
        description=_l("Lettres, chiffres et . _ - @ ; il sert à se connecter."),
        validators=[Regexp(r"[\w.@+-]{2,64}$", message=_l("Seuls les lettres, les chiffres et . _ - @ sont possibles."))],
    )  # fmt: skip
    email = email_field(_l("E-mail"), required=True, description=_l("Il sert aussi à se connecter."))  # fmt: skip
    category = ChoiceField(
        _l("Catégorie"), options=_choices_of(CATEGORIES), blank=None, default=Category.STAFF
    )
    civility = ChoiceField(_l("Civilité"), options=_choices_of(CIVILITIES), blank=_l("Non renseigné"))  # fmt: skip
    programme = LineField(_l("Programme"), longest=120)
    year = year_field(
        _l("Année"),
        first=FIRST_YEAR,
        last=utcnow().year + 10,
        description=_l("Année d’obtention du diplôme, prévue ou réelle."),
    )
    active = CheckField(_l("Compte actif"), default=True, description=_l("Un compte inactif ne peut pas se connecter."))  # fmt: skip
    roles = _Boxes(_l("Rôles"), options=_role_choices)


class NewAccountForm(AccountForm):
    password = _new_password(_l("Mot de passe"))
    conf_password = _repeated_password()


class AccountSearch(FlaskForm):
    """The search form over the list of accounts; its fields are FAB's search columns."""

    search_text = StringField(_l("Nom, identifiant ou e-mail"))
    category = ChoiceField(_l("Catégorie"), options=_choices_of(CATEGORIES), blank=_l("Toutes"))
    roles = SelectField(_l("Rôle"), validate_choice=False)
    active = SelectField(_l("État"), choices=[("", _l("Tous")), ("y", _l("Actif")), ("n", _l("Inactif"))])  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(str(role.id), role_label(role.name)) for role in all_roles()]
        self.roles.choices = [("", str(_l("Tous"))), *roles]


class RoleForm(AdminForm):
    """One of the school's own roles."""

    name = LineField(_l("Nom"), longest=64, required=True)
    permissions = _Boxes(_l("Droits"), options=_permission_choices, coerce=int)


class SignInForm(DynamicForm):
    username = StringField(_l("Identifiant"), validators=[InputRequired(_REQUIRED), Length(max=320)])  # fmt: skip
    password = PasswordField(_l("Mot de passe"), validators=[InputRequired(_REQUIRED)])


class NewPasswordForm(DynamicForm):
    """A new password for somebody else."""

    password = _new_password(_l("Nouveau mot de passe"))
    conf_password = _repeated_password()


class OwnPasswordForm(NewPasswordForm):
    """A new password for oneself."""

    current = PasswordField(
        _l("Mot de passe actuel"),
        validators=[InputRequired(_REQUIRED)],
        render_kw={"autocomplete": "current-password"},
    )


class OwnInformationForm(DynamicForm):
    first_name = LineField(_l("Prénom"), longest=64, required=True)
    last_name = LineField(_l("Nom"), longest=64, required=True)
