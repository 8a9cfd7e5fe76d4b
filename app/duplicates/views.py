"""« Fiches ressemblantes », asked for while one types in the form of a new record. It is posted:
what is typed stands in no address and in no log."""

from __future__ import annotations

import time
from typing import Any, cast

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from app.companies.forms import CompanyForm
from app.contacts.forms import ContactForm
from app.duplicates.panel import Panel, company_panel, contact_panel
from app.permissions import Permission, View, method

ADD = method(Permission.ADD)
# Nobody types so fast for so long; a program that reads the base through this door does.
PER_PERSON = RateLimitItemPerMinute(120)


class _DuplicateView(BaseView):
    """The candidates of what a form says, as the part of the page that shows them."""

    def panel(self) -> Panel:
        raise NotImplementedError

    @expose("/duplicates", methods=["POST"])
    @has_access
    @permission_name(ADD)
    def live(self) -> ResponseReturnValue:
        self._count()
        return render_template("duplicates/_candidates.html", duplicates=self.panel())

    def _security(self) -> Any:
        return cast(Any, self.appbuilder).sm

    def _count(self) -> None:
        limiter, key = self._security().limiter.limiter, ("duplicates", str(g.user.id))
        if not limiter.hit(PER_PERSON, *key):
            wait = limiter.get_window_stats(PER_PERSON, *key).reset_time - time.time()
            raise TooManyRequests(retry_after=max(1, round(wait)))


class CompanyDuplicateView(_DuplicateView):
    route_base = "/crm/companies"
    class_permission_name = View.COMPANY.value

    def panel(self) -> Panel:
        step = "company" if request.args.get("step") == "company" else ""
        return company_panel(CompanyForm(prefix=step), may=self._security().has_access, step=step)


class ContactDuplicateView(_DuplicateView):
    route_base = "/crm/contacts"
    class_permission_name = View.CONTACT.value

    def panel(self) -> Panel:
        return contact_panel(ContactForm(), may=self._security().has_access)
