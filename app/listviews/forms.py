"""The pop-ups of saved views."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField

from app.accounts.queries import ROLE_LABELS
from app.core.crmform import CrmForm
from app.core.fields import CheckField, LineField
from app.listviews.models import LONGEST_NAME
from app.listviews.queries import SHARED_ROLES


def _roles() -> list[tuple[str, LazyString]]:
    return [(role.value, ROLE_LABELS[role]) for role in SHARED_ROLES]


class NameForm(CrmForm):
    """The name of a view."""

    names = ("name",)

    name = LineField(_l("Nom de la vue"), longest=LONGEST_NAME, required=True)


class NewViewForm(NameForm):
    """A view that is about to be saved."""

    start = CheckField(_l("L’ouvrir chaque fois que j’arrive sur la liste"))


class ShareForm(CrmForm):
    """The roles that a view is shared with; the operation refuses those that there are not."""

    roles = SelectMultipleField(_l("Visible par"), choices=_roles, validate_choice=False)
