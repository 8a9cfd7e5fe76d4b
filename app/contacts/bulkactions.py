"""What can be done with checked contacts: where they work and as what. Consent is each person's
own answer: it is noted on their sheet, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.companies.queries import live_sites
from app.contacts import bulk
from app.contacts.forms import company_field, site_field, site_label
from app.contacts.operations import check_place
from app.core.fields import LineField
from app.history.actions import Subject
from app.history.models import Batch
from app.history.operations import open_batch
from app.permissions import BulkRight
from app.sheets.bulk import Bulk, ValueForm, Values, declare, sheets_changed, will_change

CONTACT = Subject.CONTACT


class PlaceForm(ValueForm):
    asked, names = "company_id", ("company_id", "establishment_id", "clear")

    company_id = company_field()
    establishment_id = site_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clear.label.text = _l("Détacher de leur entreprise")
        sites = live_sites(self.company_id.data) if self.company_id.data else []
        offered = [(site.id, site_label(site)) for site in sites if not site.closed_on]
        self.establishment_id.choices = [("", self.establishment_id.blank), *offered]


class FunctionForm(ValueForm):
    asked, names = "job_function", ("job_function", "clear")

    job_function = LineField(_l("Fonction"), longest=120)


class DepartmentForm(ValueForm):
    asked, names = "department", ("department", "clear")

    department = LineField(_l("Service / département"), longest=120)


def _text(
    name: str, label: LazyString, short: LazyString, icon: str, form: type[ValueForm]
) -> Bulk:
    """An action that gives contacts one text, or erases it."""

    def value(values: Values) -> str | None:
        return None if values["clear"] else values[form.asked]

    def begin(_values: Values, _ids: Sequence[int], by: Account) -> Batch:
        return open_batch(name, subject=CONTACT, by=by)

    def act(ids: Sequence[int], values: Values, by: Account, batch: Batch) -> None:
        bulk.set_text(ids, value(values), by=by, batch=batch)

    def foreseen(ids: Sequence[int], values: Values, _by: Account) -> str:
        return will_change(bulk.changing(name, ids, (value(values),)), len(ids))

    def said(changed: int, _values: Values) -> str:
        return f"{short}\u00a0: {sheets_changed(changed)}"

    return Bulk(
        name, BulkRight.SET_FIELDS, label, icon, form, begin, act, foreseen, said, short=short
    )


def _place(values: Values) -> tuple[int | None, int | None]:
    if values["clear"]:
        return None, None
    return values["company_id"], values["establishment_id"]


def _begin_assigning(values: Values, _ids: Sequence[int], by: Account) -> Batch:
    company_id, site_id = _place(values)
    check_place({"company_id": company_id, "establishment_id": site_id})
    return open_batch(bulk.SET_COMPANY, subject=CONTACT, by=by)


def _assign(ids: Sequence[int], values: Values, by: Account, batch: Batch) -> None:
    bulk.assign(ids, *_place(values), by=by, batch=batch)


def _foreseen_assigning(ids: Sequence[int], values: Values, _by: Account) -> str:
    return will_change(bulk.changing(bulk.SET_COMPANY, ids, _place(values)), len(ids))


def _said_assigned(changed: int, _values: Values) -> str:
    return f"{_l('Entreprise')}\u00a0: {sheets_changed(changed)}"


ACTIONS = declare(
    CONTACT,
    Bulk(
        bulk.SET_COMPANY, BulkRight.ASSIGN, _l("Rattacher à une entreprise"), "building", PlaceForm,
        _begin_assigning, _assign, _foreseen_assigning, _said_assigned, short=_l("Entreprise"),
        hint=_l("Le poste actuel est clos aujourd’hui, et un nouveau commence, comme lorsqu’on modifie une fiche."),
    ),
    _text("set_function", _l("Modifier la fonction"), _l("Fonction"), "briefcase", FunctionForm),
    _text(
        "set_department", _l("Modifier le service"), _l("Service / département"), "users-group",
        DepartmentForm,
    ),
)  # fmt: skip
