"""Who may come in and do what: FAB's security manager, with its open doors closed."""

from __future__ import annotations

import hashlib
import math
import re
import time
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, current_app, g, has_request_context, request, session
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_babel import lazy_gettext as _l
from flask_jwt_extended import current_user as token_user
from flask_login import current_user, user_logged_in
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import RateLimiter
from sqlalchemy import func, select, update
from werkzeug.exceptions import SecurityError, TooManyRequests

from app.accounts.admin import AccountAdmin, RoleAdmin
from app.accounts.models import Account
from app.accounts.operations import about, set_password
from app.accounts.passwords import LONGEST, check_password
from app.accounts.queries import account_by_id, roles_of
from app.accounts.views import (
    EPOCH,
    AuthDBView,
    ResetMyPasswordView,
    ResetPasswordView,
    SecurityApi,
    UserInfoEditView,
)
from app.core.admin import SafeInterface
from app.core.db import utcnow
from app.core.errors import InvalidValue
from app.core.ids import is_id
from app.core.text import clean_line, fold
from app.extensions import db

# Failures that are let pass: enough for a bad memory, far too few for a list of passwords.
PER_ACCOUNT = RateLimitItemPerMinute(10, 15)
PER_ADDRESS = RateLimitItemPerMinute(50, 15)

SIGNED_IN_AT = "signed_in_at"
_MEMO = "passerelle.rights"


class Attempts:
    """Counts failed sign-ins by account and by address, whichever door they came to.

    An unknown name is counted like a known one, so that a refusal tells nothing.
    """

    def __init__(self, limiter: RateLimiter, username: str, address: str) -> None:
        self.limiter = limiter
        # The store may be shared or on disk: it need not know who tried.
        name = hashlib.sha256((fold(username) or username.casefold()).encode()).hexdigest()[:32]
        self.account = (PER_ACCOUNT, ("sign-in", "account", name))
        self.address = (PER_ADDRESS, ("sign-in", "address", address))

    def begin(self) -> None:
        """Take one try from the account's; raises TooManyRequests when none is left.

        It is taken before the password is checked: tries sent all at once count too.
        """
        item, key = self.address
        if not self.limiter.test(item, *key):
            self._refuse(item, key)
        item, key = self.account
        if not self.limiter.hit(item, *key):
            self._refuse(item, key)

    def failed(self) -> None:
        item, key = self.address
        self.limiter.hit(item, *key)

    def succeeded(self) -> None:
        item, key = self.account
        self.limiter.clear(item, *key)

    def _refuse(self, item: RateLimitItem, key: tuple[str, ...]) -> None:
        wait = self.limiter.get_window_stats(item, *key).reset_time - time.time()
        raise TooManyRequests(retry_after=max(1, math.ceil(wait)))


class PasserelleSecurityManager(SecurityManager):
    """Limits on sign-ins, sessions that can be ended, rights worked out without SQL."""

    user_model = Account
    userdbmodelview = AccountAdmin
    rolemodelview = RoleAdmin
    authdbview = AuthDBView
    security_api = SecurityApi
    resetmypasswordview = ResetMyPasswordView
    resetpasswordview = ResetPasswordView
    userinfoeditview = UserInfoEditView
    userstatschartview = None

    def __init__(self, appbuilder: AppBuilder) -> None:
        # A function, where the settings hold its name: FAB calls the setting as it is.
        current_app.config["FAB_PASSWORD_COMPLEXITY_VALIDATOR"] = check_password
        # FAB's change events have no listener here, and use what Python 3.12 deprecates.
        current_app.config["FAB_SECURITY_SIGNALS_ENABLED"] = False
        super().__init__(appbuilder)
        self.userdbmodelview.datamodel = SafeInterface(Account, load=("roles",))
        self.rolemodelview.datamodel = SafeInterface(RoleRow)
        app: Flask = cast(Any, current_app)._get_current_object()
        # By application: tests make several in one process.
        user_logged_in.connect(_mark_session, sender=app)
        app.register_error_handler(SecurityError, _refuse_host)

    def register_views(self) -> None:
        """Sign-in, tokens, own password and name, users and roles; FAB's other pages stay out."""
        builder = self.appbuilder
        builder.add_api(self.security_api)
        builder.add_view_no_menu(self.userinfoeditview())
        builder.add_view_no_menu(self.resetpasswordview())
        builder.add_view_no_menu(self.resetmypasswordview())
        self.auth_view = self.authdbview()
        builder.add_view_no_menu(self.auth_view)
        if self.is_auth_limited:
            limit = self.limiter.limit(
                self.auth_rate_limit, methods=["POST"], exempt_when=_is_signing_out
            )
            limit(self.auth_view.blueprint)
        self.user_view = builder.add_view(
            self.userdbmodelview,
            "List Users",
            icon="users",
            label=_l("Comptes"),
            category="Security",
            category_label=_l("Sécurité"),
        )
        builder.add_view(
            self.rolemodelview,
            "List Roles",
            icon="shield",
            label=_l("Rôles"),
            category="Security",
        )

    # ---- signing in

    def auth_user_db(self, username: str, password: str) -> Account | None:
        """The account of these credentials, or None; TooManyRequests after too many failures.

        Every door comes through here: the form and the API.
        """
        try:
            username = clean_line(username).lower()
            password.encode()
        except (InvalidValue, UnicodeEncodeError):
            return None
        attempts = self._attempts(username)
        attempts.begin()
        user = super().auth_user_db(username, password[: LONGEST + 1])
        if user is None:
            attempts.failed()
        else:
            attempts.succeeded()
        return cast(Account | None, user)

    def _attempts(self, username: str) -> Attempts:
        return Attempts(self.limiter.limiter, username, request.remote_addr or "")

    def update_user_auth_stat(self, user: Account, success: bool = True) -> None:
        """Count a sign-in in one statement (FAB compares and merges the whole account)."""
        count = Account.login_count if success else Account.fail_login_count
        values: dict[Any, Any] = {count: func.coalesce(count, 0) + 1}
        if success:
            values |= {
                Account.last_login: utcnow().replace(tzinfo=None),
                Account.fail_login_count: 0,
            }
        db.session.execute(update(Account).where(Account.id == user.id).values(values))
        db.session.commit()
        (self.on_user_login if success else self.on_user_login_failed)(user)

    # ---- sessions and tokens

    def load_user(self, pk: int | str) -> Account | None:
        """The account of a session that still holds: FAB's own outlive a password change."""
        user = self._active_account(pk)
        if user is None or session.get(EPOCH) != user.session_epoch or _is_too_old():
            return None
        return user

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Account | None:
        """The account of a token that still holds; refresh tokens come here too."""
        user = self._active_account(jwt_data["sub"])
        if user is None or jwt_data.get(EPOCH) != user.session_epoch:
            return None
        g.user = user
        return user

    def _active_account(self, pk: int | str) -> Account | None:
        text = str(pk)
        user = account_by_id(int(text)) if is_id(text) else None
        return user if user is not None and user.is_active else None

    # ---- passwords

    def reset_password(self, userid: int, password: str) -> None:
        """FAB's door to a new password (its command line): our rules, our history."""
        account = account_by_id(userid)
        if account is not None:
            check_password(password, about=about(account))
            set_password(account, password, by=None)
            db.session.commit()

    def add_user(
        self,
        username: str,
        first_name: str,
        last_name: str,
        email: str,
        role: Any = None,
        password: str = "",
        hashed_password: str = "",
        **kwargs: Any,
    ) -> Any:
        """FAB's door to a new account (its command line)."""
        if password:
            check_password(password, about=(username, first_name, last_name, email))
        return super().add_user(
            username, first_name, last_name, email, role, password, hashed_password, **kwargs
        )

    # ---- rights

    def get_user_roles(self, user: Account | None = None) -> list[RoleRow]:
        """The roles of an account; groups, which have no screen here, give none."""
        return roles_of(user) if user is not None and user.is_authenticated else []

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is: the visitors' role is empty and nobody can edit it."""
        return False

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether who asks has a right. Worked out once per request and person."""
        user = self._who_asks()
        if user is None or not user.is_active:
            return False
        memo = _memo()
        key = (user.id, permission_name, view_name)
        if key not in memo:
            memo[key] = self._has_view_access(user, permission_name, view_name)
        return bool(memo[key])

    def may(self, account: Account, permission_name: str, view_name: str) -> bool:
        """Whether an account has a right, whoever asks: for what is done later on its behalf."""
        return bool(account.is_active) and bool(
            self._has_view_access(account, permission_name, view_name)
        )

    def _who_asks(self) -> Account | None:
        # Most requests bear no token: to ask after it all the same would raise and catch each time.
        if "_jwt_extended_jwt_user" in g and token_user:
            return cast(Account, token_user)
        # The account itself: each attribute asked of the proxy would look for it again.
        here: Any = cast(Any, current_user)._get_current_object()
        return cast(Account, here) if here is not None and here.is_authenticated else None

    def _has_access_builtin_roles(
        self, role: RoleRow, permission_name: str, view_name: str
    ) -> bool:
        return any(
            re.fullmatch(view, view_name) and re.fullmatch(permission, permission_name)
            for view, permission in self.builtin_roles.get(role.name, [])
        )

    def exist_permission_on_roles(
        self, view_name: str, permission_name: str, role_ids: list[int]
    ) -> bool:
        """Whether one of the school's own roles has a right; they are read once per request."""
        memo, key = _memo(), ("roles", *sorted(role_ids))
        if key not in memo:
            memo[key] = _rights_of_roles(role_ids)
        return (permission_name, view_name) in memo[key]


def _rights_of_roles(role_ids: list[int]) -> set[tuple[str, str]]:
    statement = (
        select(Permission.name, ViewMenu.name)
        .select_from(RoleRow)
        .join(RoleRow.permissions)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .where(RoleRow.id.in_(role_ids))
    )
    return {(permission, view) for permission, view in db.session.execute(statement)}


def _memo() -> dict[Any, Any]:
    """What was worked out during this request; it lives in the request, so dies with it."""
    if not has_request_context():
        return {}
    memo: dict[Any, Any] = request.environ.setdefault(_MEMO, {})
    return memo


def _mark_session(_app: Flask, user: Account, **_extra: Any) -> None:
    """What the session must hold for load_user to accept it."""
    session.permanent = True
    session[EPOCH] = user.session_epoch
    session[SIGNED_IN_AT] = int(utcnow().timestamp())


def _is_too_old() -> bool:
    """Whether the session has lasted its hours, however often it was used meanwhile."""
    lifetime: timedelta = current_app.permanent_session_lifetime
    now = utcnow().timestamp()
    return bool(now - session.get(SIGNED_IN_AT, now) > lifetime.total_seconds())


def _refuse_host(_error: SecurityError) -> Response:
    """A host that is not ours gets no page: no address can be made for it."""
    return Response("Bad Request\n", 400, mimetype="text/plain")


def _is_signing_out() -> bool:
    return (request.endpoint or "").endswith(".logout")
