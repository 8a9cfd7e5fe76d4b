"""Values of a sheet corrected where they stand (requirements C10, E8)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.crmform import CrmForm
from app.core.inplace import Spots, in_place, narrowed, spot_named
from app.core.popups import PopupViews
from app.permissions import Permission, method


class InPlaceViews(PopupViews):
    """A kind of record whose sheet is corrected value by value."""

    spots: Spots

    def sheet_form(self, stored: dict[str, Any]) -> CrmForm:
        """The form of all fields that are corrected in place, filled with what is stored."""
        raise NotImplementedError

    def stored_values(self, found: Any) -> dict[str, Any]:
        raise NotImplementedError

    def store(self, found: Any, form: CrmForm) -> Any:
        """The one operation that stores what the form changed."""
        raise NotImplementedError

    @expose("/<int:pk>/fields/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name(method(Permission.EDIT))
    def field(self, pk: int, name: str) -> ResponseReturnValue:
        spot = spot_named(self.spots, name)
        found = self.load(pk, lock=request.method == "POST")
        stored = self.stored_values(found)
        form = narrowed(self.sheet_form(stored), spot.names)
        return in_place(
            form, stored, lambda: self.store(found, form),
            back=self.sheet_url(pk, spot.tab), show=self.show_value,
            title=_("Modifier « %(name)s »", name=str(found)),
        )  # fmt: skip

    def sheet_url(self, pk: int, tab: str = "") -> str:
        raise NotImplementedError
