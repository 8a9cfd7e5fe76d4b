"""Reading accounts: who is signed in, who has which role, how an account reads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import cast

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.accounts.models import Account, Category
from app.extensions import db
from app.permissions import ROLES, Permission, Role, View

CATEGORIES: dict[str, LazyString] = {
    Category.STUDENT: _l("Étudiant"),
    Category.GRADUATE: _l("Diplômé"),
    Category.TEACHER: _l("Enseignant"),
    Category.RECRUITER: _l("Recruteur"),
    Category.STAFF: _l("Personnel de l’école"),
}

CIVILITIES: dict[str, LazyString] = {"mme": _l("Mme"), "m": _l("M.")}

ROLE_LABELS: dict[str, LazyString] = {
    Role.ADMIN: _l("Administrateur"),
    Role.MANAGER: _l("Gestionnaire du CRM"),
    Role.EDITOR: _l("Éditeur du CRM"),
    Role.READER: _l("Lecteur du CRM"),
    Role.ACCOUNT: _l("Compte sans CRM"),
    Role.PUBLIC: _l("Visiteur non connecté"),
}

# What the rights of the school's own roles are about, and what they allow.
VIEW_LABELS: dict[str, LazyString] = {
    View.COMPANY: _l("Entreprises"),
    View.CONTACT: _l("Contacts"),
    View.TAG: _l("Tags"),
    View.BIN: _l("Corbeille"),
    View.PICK: _l("Listes de choix"),
    View.HOME: _l("Accueil"),
    View.PROFILE: _l("Mon profil"),
    View.ACCOUNT: _l("Profils"),
    View.JOB: _l("Traitements"),
    "UserDBModelView": _l("Comptes"),
    "RoleModelView": _l("Rôles"),
    "ResetPasswordView": _l("Mots de passe des comptes"),
    "ResetMyPasswordView": _l("Mon mot de passe"),
    "UserInfoEditView": _l("Mes informations"),
    "SectorAdmin": _l("Secteurs d’activité"),
    "NafCodeAdmin": _l("Codes NAF"),
    "LegalFormAdmin": _l("Formes juridiques"),
    "HeadcountBandAdmin": _l("Tranches d’effectif"),
    "DepartmentAdmin": _l("Départements"),
    "CountryAdmin": _l("Pays"),
}

RIGHT_LABELS: dict[str, LazyString] = {
    Permission.LIST: _l("voir la liste"),
    Permission.SHOW: _l("ouvrir"),
    Permission.ADD: _l("ajouter"),
    Permission.EDIT: _l("modifier"),
    Permission.DELETE: _l("supprimer"),
    Permission.TAG: _l("ajouter et retirer des tags"),
    Permission.EXPORT: _l("exporter"),
    Permission.PRINT: _l("imprimer"),
    Permission.RESTORE: _l("restaurer"),
    Permission.CANCEL: _l("arrêter"),
    Permission.SEE_ALL: _l("voir ceux de tout le monde"),
    Permission.SHARE: _l("partager une vue de la liste"),
    Permission.HISTORY: _l("lire l’historique de la liste"),
    "can_this_form_get": _l("ouvrir le formulaire"),
    "can_this_form_post": _l("envoyer le formulaire"),
    "can_sign_out_everywhere": _l("fermer ses sessions"),
    "can_shortcuts": _l("régler ses raccourcis clavier"),
    "can_userinfo": _l("voir son propre compte"),
    "resetpasswords": _l("donner un nouveau mot de passe"),
    "add_tag": _l("ajouter un tag à une sélection"),
    "remove_tag": _l("retirer un tag d’une sélection"),
    "export": _l("exporter une sélection"),
    "set_fields": _l("modifier un champ d’une sélection"),
    "verify": _l("marquer une sélection comme vérifiée, ou non"),
    "assign": _l("rattacher une sélection à une entreprise"),
    "trash": _l("mettre une sélection à la corbeille"),
}

# Roles whose rights are fixed by the code, or must stay empty: nobody edits them.
BUILT_IN_ROLES = frozenset({*ROLES, Role.PUBLIC})


def signed_in() -> Account:
    """The account that is signed in; only for views that ask for a sign-in."""
    return cast(Account, current_user._get_current_object())


def account_by_id(account_id: int) -> Account | None:
    """An account with its roles, in one statement."""
    return db.session.get(Account, account_id, options=_with_roles())


@cache
def _with_roles() -> tuple[ORMOption, ...]:
    """Made once: every page asks for it."""
    return (joinedload(Account.roles),)


def roles_of(account: Account) -> list[RoleRow]:
    return list(account.roles)


def role_names(account: Account) -> set[str]:
    return {role.name for role in roles_of(account)}


def role_label(name: str) -> str:
    """How a role reads: the product's own in the reader's language, the school's as it named it."""
    return str(ROLE_LABELS.get(name, name))


def role_labels(roles: Iterable[RoleRow]) -> str:
    return ", ".join(sorted(role_label(role.name) for role in roles))


def category_label(category: str | None) -> str:
    return str(CATEGORIES.get(category or "", category or ""))


def right_label(view: str, right: str) -> str:
    """« Entreprises · voir la liste »; the code's own names where they have no label."""
    return f"{VIEW_LABELS.get(view, view)} · {RIGHT_LABELS.get(right, right)}"


def is_administrator(account: Account) -> bool:
    return Role.ADMIN in role_names(account)


def has_other_administrator(account_id: int) -> bool:
    """Whether an active administrator remains besides this account.

    The administrator's role is locked until the transaction ends: two administrators who
    demote each other at the same instant wait for each other.
    """
    role_id = db.session.scalar(
        select(RoleRow.id).where(RoleRow.name == Role.ADMIN).with_for_update()
    )
    links = assoc_user_role.c
    statement = (
        select(Account.id)
        .join(assoc_user_role, links.user_id == Account.id)
        .where(links.role_id == role_id, Account.active.is_(True), Account.id != account_id)
    )
    return db.session.scalar(statement.limit(1)) is not None


def all_roles() -> list[RoleRow]:
    """Roles that an account can be given, the product's own first."""
    statement = select(RoleRow).where(RoleRow.name != Role.PUBLIC)
    order = [str(role) for role in Role]
    return sorted(
        db.session.scalars(statement),
        key=lambda role: (order.index(role.name) if role.name in order else len(order), role.name),
    )


def is_taken(column: str, value: str, besides: int | None) -> bool:
    """Whether another account has this username or e-mail, whatever the case."""
    field = getattr(Account, column)
    statement = select(Account.id).where(func.lower(field) == value.lower())
    if besides is not None:
        statement = statement.where(Account.id != besides)
    return db.session.scalar(statement.limit(1)) is not None
