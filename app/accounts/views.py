"""Signing in and out, tokens, and the forms about one's own account."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.api import SecurityApi as FabSecurityApi
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.schemas import login_post
from flask_appbuilder.security.views import AuthDBView as FabAuthDBView
from flask_appbuilder.security.views import ResetMyPasswordView as FabResetMyPasswordView
from flask_appbuilder.security.views import ResetPasswordView as FabResetPasswordView
from flask_appbuilder.security.views import UserInfoEditView as FabUserInfoEditView
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_jwt_extended import create_access_token, create_refresh_token, jwt_required
from flask_jwt_extended import current_user as token_user
from flask_login import login_user, logout_user
from marshmallow import ValidationError

from app.accounts.forms import (
    NewPasswordForm,
    OwnInformationForm,
    OwnPasswordForm,
    SignInForm,
)
from app.accounts.models import Account
from app.accounts.operations import (
    change_own_information,
    change_own_password,
    end_sessions,
    reset_password,
)
from app.accounts.queries import account_by_id, signed_in
from app.core.http import is_signed_in
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.rules import Refused
from app.extensions import db

EPOCH = "epoch"
# Signing out leaves nothing of the session in the browser, back button included.
CLEAR_SITE_DATA = '"cache", "storage"'


def admit(account: Account) -> None:
    """Sign in, in a session that holds nothing of what came before (but the language)."""
    language = session.get("locale")
    session.clear()
    if language:
        session["locale"] = language
    login_user(account, remember=False)


def leave() -> None:
    """Sign out of this browser."""
    logout_user()
    session.clear()


def farewell(message: str) -> ResponseReturnValue:
    """What a browser that has just been signed out is told."""
    leave()
    flash(message, "success")
    response = make_response(redirect(url_for("AuthDBView.login"), 303))
    response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


class AuthDBView(FabAuthDBView):
    """Sign-in and sign-out; the class keeps FAB's name, which FAB's own addresses use."""

    login_template = "security/login.html"
    title = _l("Se connecter")
    invalid_login_message = _l("Identifiant ou mot de passe incorrect. Vérifiez-les, puis recommencez.")  # fmt: skip

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> ResponseReturnValue:
        if is_signed_in():
            return redirect(self._get_safe_next_url())
        form = SignInForm()
        if form.validate_on_submit():
            sm = self.appbuilder.sm
            account = sm.auth_user_db(form.username.data, form.password.data)
            if account is not None:
                admit(account)
                return redirect(self._get_safe_next_url(), 303)
            flash(str(self.invalid_login_message), "warning")
        page = self.render_template(self.login_template, title=self.title, form=form)
        return make_response(page, 422 if request.method == "POST" else 200)

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> ResponseReturnValue:
        """Sign out; an address that is only opened asks first, since a page elsewhere may open it."""
        if not is_signed_in():
            return redirect(url_for("AuthDBView.login"))
        if request.method == "GET":
            return self.render_template(
                "accounts/logout.html",
                is_fragment=False,
                danger=False,
                cancel_url=self.appbuilder.get_url_for_index,
            )
        return farewell(_("Vous êtes déconnecté."))


def sign_out_everywhere() -> ResponseReturnValue:
    """End every session and token of who asks, this one included."""
    end_sessions(signed_in())
    db.session.commit()
    return farewell(_("Toutes vos sessions sont fermées. Reconnectez-vous pour continuer."))


class SecurityApi(FabSecurityApi):
    """Tokens for programs. They carry the epoch of the account, and end when it moves."""

    @expose("/login", methods=["POST"])
    def login(self) -> ResponseReturnValue:
        if not request.is_json:
            return self.response_400(message="Request payload is not JSON")
        try:
            asked = login_post.load(request.get_json())
        except ValidationError as error:
            return self.response_400(message=error.messages)
        except UnicodeEncodeError:  # Half a character, which FAB's own check cannot read.
            return self.response_400(message="Request payload is not text")
        account = self.appbuilder.sm.auth_user_db(asked["username"], asked["password"])
        if account is None:
            return self.response_401()
        tokens = {"access_token": _access_token(account, fresh=True)}
        if asked.get("refresh"):
            tokens["refresh_token"] = create_refresh_token(
                str(account.id), additional_claims={EPOCH: account.session_epoch}
            )
        return self.response(200, **tokens)

    @expose("/refresh", methods=["POST"])
    @jwt_required(refresh=True)
    def refresh(self) -> ResponseReturnValue:
        return self.response(200, access_token=_access_token(token_user, fresh=False))


def _access_token(account: Account, *, fresh: bool) -> str:
    claims = {EPOCH: account.session_epoch}
    return str(create_access_token(str(account.id), fresh=fresh, additional_claims=claims))


class _OwnForm:
    """What FAB's small forms share: our template, 422 for a refused form, and where to go after."""

    form_template = "accounts/form.html"
    form_hint: Any = None
    submit_label: Any = _l("Enregistrer")

    def send(self, form: Any) -> ResponseReturnValue:
        """Store the form and answer; Refused names the field at fault."""
        raise NotImplementedError

    def cancel_url(self) -> str:
        return url_for("ProfileView.show")

    def check(self) -> None:
        """Abort where the form cannot be shown to who asks."""

    @expose("/form", methods=["GET"])
    @has_access
    def this_form_get(self: Any) -> ResponseReturnValue:
        self.check()
        form = self.form()
        self.form_get(form)
        return self._page(form, 200)

    @expose("/form", methods=["POST"])
    @has_access
    def this_form_post(self: Any) -> ResponseReturnValue:
        self.check()
        form = self.form()
        if form.validate():
            try:
                return self.send(form)
            except Refused as refusal:
                db.session.rollback()
                _refuse(form, refusal)
        return self._page(form, 422)

    def _page(self: Any, form: Any, status: int) -> ResponseReturnValue:
        page = self.render_template(
            self.form_template,
            title=self.form_title,
            form=form,
            view=self,
            is_fragment=False,
            cancel_url=self.cancel_url(),
        )
        return make_response(page, status)


def _refuse(form: Any, refusal: Refused) -> None:
    errors = form[refusal.field].errors if refusal.field in form else form.form_errors
    message = str(refusal.message)
    if refusal.field in form:
        form[refusal.field].errors = [*errors, message]
    else:
        form.form_errors.append(message)


class ResetMyPasswordView(_OwnForm, FabResetMyPasswordView):
    form = OwnPasswordForm
    form_title = _l("Changer mon mot de passe")
    form_hint = _l("Vos autres sessions seront fermées.")
    fields = ("current", "password", "conf_password")

    def send(self, form: Any) -> ResponseReturnValue:
        account = signed_in()
        change_own_password(account, form.current.data, form.password.data)
        db.session.commit()
        admit(account)
        flash(_("Votre mot de passe est changé ; vos autres sessions sont fermées."), "success")
        return redirect(url_for("ProfileView.show"), 303)


class ResetPasswordView(_OwnForm, FabResetPasswordView):
    """A new password for the account that `pk` names."""

    form = NewPasswordForm
    form_title = _l("Donner un nouveau mot de passe")
    form_hint = _l("Les sessions de ce compte seront fermées.")
    fields = ("password", "conf_password")

    def check(self) -> None:
        pk = request.args.get("pk", "")
        if not is_id(pk):
            raise BadQuery(_l("L’adresse ne dit pas de quel compte il s’agit."))
        account = account_by_id(int(pk))
        if account is None:
            abort(404)
        if account.id == signed_in().id:
            abort(403)  # One's own asks for the present one.
        g.account = account

    def cancel_url(self) -> str:
        return url_for("AccountAdmin.show", pk=g.account.id)

    def send(self, form: Any) -> ResponseReturnValue:
        reset_password(g.account, form.password.data, by=signed_in())
        db.session.commit()
        flash(_("Le mot de passe de %(name)s est changé.", name=g.account.full_name), "success")
        return redirect(self.cancel_url(), 303)


class UserInfoEditView(_OwnForm, FabUserInfoEditView):
    form = OwnInformationForm
    form_title = _l("Modifier mes informations")
    fields = ("first_name", "last_name")

    def form_get(self, form: Any) -> None:
        form.process(obj=signed_in())

    def send(self, form: Any) -> ResponseReturnValue:
        change_own_information(signed_in(), form.first_name.data, form.last_name.data)
        db.session.commit()
        flash(_("Vos informations sont enregistrées."), "success")
        return redirect(url_for("ProfileView.show"), 303)
