"""Making and changing accounts: the rules that no door goes round. Flush, never commit.

`by` is who does it; None is the command line, which stands above the rules about rights.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask import current_app
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_appbuilder.security.manager import BaseSecurityManager
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, event, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from app.accounts.models import Account, Category, Profile
from app.accounts.passwords import check_password
from app.accounts.queries import (
    BUILT_IN_ROLES,
    has_other_administrator,
    is_administrator,
    is_taken,
    role_names,
    roles_of,
)
from app.core.db import utcnow
from app.core.rules import Refused
from app.core.text import fold
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.operations import diff, record
from app.permissions import Role

# What the history says of a password: that it changed.
_HIDDEN = "••••••••"
SEARCH_LENGTH = 400


@dataclass(frozen=True)
class AccountValues:
    """What the form of an account holds; `roles` are names."""

    username: str
    email: str
    first_name: str
    last_name: str
    category: str = Category.STAFF
    active: bool = True
    roles: Collection[str] = ()
    civility: str | None = None
    programme: str | None = None
    year: int | None = None


_PROFILE = ("civility", "programme", "year")
_OWN = tuple(
    field.name for field in fields(AccountValues) if field.name not in (*_PROFILE, "roles")
)


@event.listens_for(Account, "before_insert")
@event.listens_for(Account, "before_update")
def _before_write(_mapper: Any, _connection: Any, account: Account) -> None:
    """FAB's own commands make accounts too, hence here and not in each operation."""
    refresh(account)


def refresh(account: Account) -> None:
    """Bring what searches look in into line with the account."""
    words = f"{account.first_name} {account.last_name} {account.username} {account.email}"
    account.search_text = fold(words)[:SEARCH_LENGTH]


def create_account(
    values: AccountValues, password: str, *, by: Account | None, any_password: bool = False
) -> Account:
    """A new account. Refused names the field at fault. `any_password` is for the demonstration,
    which answers to localhost and whose password is the choice of the one who starts it."""
    roles = _checked_roles(values.roles, {Role.ACCOUNT}, by)
    _check_identity(values, None)
    now = utcnow().replace(tzinfo=None)  # FAB's columns have no zone: UTC, as everywhere.
    account = Account(created_on=now, changed_on=now, session_epoch=0)
    account.created_by_fk = account.changed_by_fk = by.id if by is not None else None
    _write(account, values)
    account.roles = roles
    account.password = hashed(password if any_password else _checked_password(password, account))
    db.session.add(account)
    db.session.flush()
    _write_profile(account, values)
    _record(account, {name: (None, value) for name, value in _shown(account).items()}, by)
    return account


def change_account(account: Account, values: AccountValues, *, by: Account | None) -> None:
    """Store the form of an account. Changing roles or closing it ends its sessions."""
    _check_may_manage(account, by)
    roles = _new_roles(account, values, by)
    _check_identity(values, account.id)
    _check_stays_administered(account, values, by)
    before = _shown(account)
    loses = role_names(account) != set(values.roles) or (account.active and not values.active)
    _write(account, values)
    account.roles = roles
    _write_profile(account, values)
    account.changed_on = utcnow().replace(tzinfo=None)
    account.changed_by_fk = by.id if by is not None else None
    if loses:
        end_sessions(account)
    db.session.flush()
    _record(account, diff(before, _shown(account)), by)


def change_own_information(account: Account, first_name: str, last_name: str) -> None:
    """What everyone may change of their own account."""
    before = _shown(account)
    account.first_name, account.last_name = first_name, last_name
    db.session.flush()
    _record(account, diff(before, _shown(account)), account)


def set_key_shortcuts(account: Account, *, on: bool) -> None:
    """A taste of the person's own: no part of the history."""
    account.key_shortcuts = on
    db.session.flush()


def delete_account(account: Account, *, by: Account | None) -> None:
    """Remove an account that has left no trace; one that has can only be closed."""
    _check_may_manage(account, by)
    if by is not None and by.id == account.id:
        raise Refused("", _l("Vous ne pouvez pas supprimer votre propre compte."))
    if account.active and is_administrator(account) and not has_other_administrator(account.id):
        raise Refused("", _last_administrator())
    before, account_id = _shown(account), account.id
    db.session.expunge(account)
    try:
        with db.session.begin_nested():
            db.session.execute(delete(Account).where(Account.id == account_id))
    except IntegrityError:
        raise Refused(
            "",
            _l(
                "Ce compte a laissé des traces (historique, notes, contact associé) : "
                "il ne peut pas être supprimé. Désactivez-le, il ne pourra plus se connecter."
            ),
        ) from None
    changes = {name: (value, None) for name, value in before.items() if value is not None}
    record(Action.RIGHTS_CHANGED, subject=Subject.ACCOUNT, subject_id=account_id, by=by, changes=changes)  # fmt: skip


def change_own_password(account: Account, current: str, new: str) -> None:
    """Replace one's password, knowing the present one; all sessions end."""
    if not check_password_hash(account.password or "", current):
        raise Refused("current", _l("Ce n’est pas votre mot de passe actuel."))
    if current == new:
        raise Refused("password", _l("Le nouveau mot de passe est le même que l’actuel."))
    set_password(account, new, by=account)


def reset_password(account: Account, new: str, *, by: Account | None) -> None:
    """Give somebody else a new password; all their sessions end."""
    _check_may_manage(account, by)
    set_password(account, new, by=by)


def set_password(account: Account, new: str, *, by: Account | None) -> None:
    account.password = hashed(_checked_password(new, account))
    end_sessions(account)
    _record(account, {"password": (_HIDDEN, _HIDDEN)}, by)


def end_sessions(account: Account) -> None:
    """End every session and token of an account: they carry the epoch that they began in."""
    account.session_epoch = Account.session_epoch + 1
    db.session.flush()


def hashed(password: str) -> str:
    return generate_password_hash(
        password,
        method=current_app.config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"),
        salt_length=current_app.config.get("FAB_PASSWORD_HASH_SALT_LENGTH", 16),
    )


def sync_security() -> None:
    """Make the rows of roles and rights that the code knows; those that exist stay.

    FAB, whose part this is, commits row by row.
    """
    builder = current_app.appbuilder  # type: ignore[attr-defined]
    BaseSecurityManager.create_db(builder.sm)
    builder.add_permissions(update_perms=True)


def about(account: Account) -> tuple[str | None, ...]:
    """What a password of this account must not contain."""
    school = current_app.config.get("SCHOOL")
    return (account.username, account.email, account.first_name, account.last_name, school)


def save_role(role: RoleRow, name: str, permissions: Collection[Any], *, by: Account) -> None:
    """Store one of the school's own roles; those of the product are fixed by the code."""
    _check_role_is_free(role, by)
    if any(name.casefold() == built_in.casefold() for built_in in BUILT_IN_ROLES):
        raise Refused("name", _l("Ce nom est celui d’un rôle de Passerelle : choisissez-en un autre."))  # fmt: skip
    role.name, role.permissions = name, list(permissions)
    db.session.add(role)
    db.session.flush()


def delete_role(role: RoleRow, *, by: Account) -> None:
    _check_role_is_free(role, by)
    if role.user:
        raise Refused("", _l("Des comptes ont ce rôle : retirez-le-leur, puis supprimez-le."))
    db.session.delete(role)
    db.session.flush()


def _check_role_is_free(role: RoleRow, by: Account) -> None:
    if not is_administrator(by):
        raise Refused("", _only_administrators())
    if role.name in BUILT_IN_ROLES:
        raise Refused("", _l("Ce rôle est fixé par Passerelle : il ne se modifie ni ne se supprime."))  # fmt: skip


def _only_administrators() -> Any:
    return _l("Seul un administrateur peut donner ou retirer des rôles.")


def _last_administrator() -> Any:
    return _l("C’est le dernier administrateur actif : donnez d’abord ce rôle à un autre compte.")


def _check_may_manage(account: Account, by: Account | None) -> None:
    """Who is not an administrator touches nobody who has a right that they lack themselves.

    Else a new e-mail or password would be a way into a mightier account.
    """
    if by is None or is_administrator(by) or role_names(account) <= role_names(by):
        return
    raise Refused("", _l("Ce compte a des droits que vous n’avez pas : demandez à un administrateur."))  # fmt: skip


def _new_roles(account: Account, values: AccountValues, by: Account | None) -> list[RoleRow]:
    if set(values.roles) == role_names(account):
        return roles_of(account)
    if by is not None and by.id == account.id:
        raise Refused("roles", _l("Vous ne pouvez pas changer vos propres rôles : demandez à un autre administrateur."))  # fmt: skip
    return _checked_roles(values.roles, set(), by)


def _checked_roles(names: Collection[str], free: set[str], by: Account | None) -> list[RoleRow]:
    """The rows of these roles; `free` are those that who is no administrator may give too."""
    if by is not None and not is_administrator(by) and not set(names) <= free:
        raise Refused("roles", _only_administrators())
    if not names or Role.PUBLIC in names:
        raise Refused("roles", _l("Choisissez au moins un rôle."))
    rows = list(db.session.scalars(select(RoleRow).where(RoleRow.name.in_(list(names)))))
    if len(rows) != len(set(names)):
        raise Refused("roles", _l("Un de ces rôles n’existe plus : rechargez la page."))
    return rows


def _check_identity(values: AccountValues, account_id: int | None) -> None:
    if "@" in values.username and values.username.lower() != values.email.lower():
        raise Refused("username", _l("L’identifiant ne peut pas être l’adresse e-mail d’une autre personne."))  # fmt: skip
    if is_taken("username", values.username, account_id):
        raise Refused("username", _l("Cet identifiant est déjà pris : choisissez-en un autre."))
    if is_taken("email", values.email, account_id):
        raise Refused("email", _l("Un autre compte a déjà cette adresse e-mail."))
    if is_taken("username", values.email, account_id):
        raise Refused("email", _l("Cette adresse est l’identifiant d’un autre compte."))


def _check_stays_administered(account: Account, values: AccountValues, by: Account | None) -> None:
    if account.active and not values.active and by is not None and by.id == account.id:
        raise Refused("active", _l("Vous ne pouvez pas désactiver votre propre compte."))
    if not (account.active and is_administrator(account)):
        return
    if values.active and Role.ADMIN in values.roles:
        return
    if not has_other_administrator(account.id):
        raise Refused("active" if not values.active else "roles", _last_administrator())


def _checked_password(password: str, account: Account) -> str:
    try:
        check_password(password, about=about(account))
    except PasswordComplexityValidationError as error:
        raise Refused("password", str(error)) from None
    return password


def _write(account: Account, values: AccountValues) -> None:
    for name in _OWN:
        setattr(account, name, getattr(values, name))


def _write_profile(account: Account, values: AccountValues) -> None:
    wanted = {name: getattr(values, name) for name in _PROFILE}
    if account.profile is None:
        if any(wanted.values()):
            account.profile = Profile(account_id=account.id, **wanted)
        return
    for name, value in wanted.items():
        setattr(account.profile, name, value)


def _shown(account: Account) -> dict[str, Any]:
    """What the history keeps of an account."""
    shown: dict[str, Any] = {name: getattr(account, name) for name in _OWN}
    shown["roles"] = ", ".join(sorted(role_names(account)))
    for name in _PROFILE:
        shown[name] = getattr(account.profile, name) if account.profile is not None else None
    return shown


def _record(account: Account, changes: Mapping[str, Any], by: Account | None) -> None:
    told = {
        name: pair for name, pair in changes.items() if pair[0] != pair[1] or name == "password"
    }
    if told:
        record(Action.RIGHTS_CHANGED, subject=Subject.ACCOUNT, subject_id=account.id, by=by, changes=told)  # fmt: skip
