"""What can be done with checked companies: fields that several sheets can share, verification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.companies import bulk
from app.companies.forms import NOMENCLATURES
from app.companies.queries import company_name
from app.core.db import utcnow
from app.core.fields import ChoiceField, CodePickField, NafField, PickField, year_field
from app.core.formats import format_number
from app.history.actions import Subject
from app.history.models import Batch
from app.history.operations import open_batch
from app.permissions import BulkRight
from app.reference.queries import (
    headcount_choices,
    legal_form_choices,
    legal_form_label,
    naf_label,
    sector_choices,
)
from app.sheets.bulk import (
    Bulk,
    BulkForm,
    Group,
    ValueForm,
    Values,
    declare,
    sheets_changed,
    will_change,
)

COMPANY = Subject.COMPANY
Row = Callable[[Values], tuple[Any, ...]]


class SectorForm(ValueForm):
    asked, names = "sector_id", ("sector_id", "clear")

    sector_id = ChoiceField(
        _l("Secteur d’activité"), options=sector_choices, coerce=int, blank=_l("Choisissez…")
    )


class HeadcountForm(ValueForm):
    asked, names = "headcount_code", ("headcount_code", "headcount_year", "clear")

    headcount_code = ChoiceField(_l("Effectif"), options=headcount_choices, blank=_l("Choisissez…"))
    headcount_year = year_field(_l("Année de l’effectif"), first=1980, last=utcnow().year + 1)


class LegalFormForm(ValueForm):
    asked, names = "legal_form_code", ("legal_form_code", "clear")

    legal_form_code = CodePickField(
        _l("Forme juridique"), name_of=legal_form_label, codes=lambda: dict(legal_form_choices()),
        source="PickView.legal_form", placeholder=_l("SAS, association, 5710…"),
    )  # fmt: skip


class NafForm(ValueForm):
    asked, names = "naf_code", ("naf_code", "naf_nomenclature", "clear")

    naf_code = NafField(
        _l("Code NAF"), nomenclature="naf_nomenclature", name_of=naf_label,
        placeholder=_l("Code ou activité : 62.01Z, conseil…"),
    )  # fmt: skip
    naf_nomenclature = ChoiceField(
        _l("Nomenclature NAF"), options=lambda: NOMENCLATURES, blank=None, default="rev2"
    )


class ParentForm(ValueForm):
    asked, names = "parent_id", ("parent_id", "clear")

    parent_id = PickField(
        _l("Société mère"), name_of=company_name, source="CompanyView.pick",
        placeholder=_l("Chercher une entreprise…"),
    )  # fmt: skip


def _setting(
    name: str, label: LazyString, short: LazyString, icon: str, form: type[ValueForm]
) -> Bulk:
    """An action that gives companies the value of one field, or erases it."""
    columns = [one for one in form.names if one != "clear"]

    def row(values: Values) -> tuple[Any, ...]:
        return tuple(None if values["clear"] else values[column] for column in columns)

    def begin(values: Values, _ids: Sequence[int], by: Account) -> Batch:
        bulk.check_values(name, row(values))
        return open_batch(name, subject=COMPANY, by=by)

    def act(ids: Sequence[int], values: Values, by: Account, batch: Batch) -> bulk.Refusals:
        return bulk.set_fields(ids, row(values), by=by, batch=batch)

    def foreseen(ids: Sequence[int], values: Values, _by: Account) -> str:
        return will_change(bulk.changing(name, ids, row(values)), len(ids))

    def said(changed: int, _values: Values) -> str:
        return f"{short}\u00a0: {sheets_changed(changed)}"

    return Bulk(
        name, BulkRight.SET_FIELDS, label, icon, form, begin, act, foreseen, said, short=short
    )


def _verification(name: str, label: LazyString, short: LazyString, icon: str) -> Bulk:
    is_on = name == "verify"

    def begin(_values: Values, _ids: Sequence[int], by: Account) -> Batch:
        return open_batch(name, subject=COMPANY, by=by)

    def act(ids: Sequence[int], _values: Values, by: Account, batch: Batch) -> bulk.Refusals:
        if is_on:
            return bulk.verify(ids, by=by, batch=batch)
        return bulk.set_fields(ids, (None, None), by=by, batch=batch)

    def foreseen(ids: Sequence[int], _values: Values, by: Account) -> str:
        changing = (
            len(bulk.unverified(ids, by=by)) if is_on else bulk.changing(name, ids, (None, None))
        )
        return _will_be_marked(changing) if is_on else _will_be_unmarked(changing)

    return Bulk(
        name, BulkRight.VERIFY, label, icon, BulkForm, begin, act, foreseen,
        _said_verified if is_on else _said_unverified, group=Group.VERIFY, short=short,
        hint=_l("La fiche dira : vérifiée aujourd’hui, par vous.") if is_on else None,
    )  # fmt: skip


def _will_be_marked(number: int) -> str:
    if not number:
        return _("Aucune fiche ne changera : vous les avez toutes vérifiées aujourd’hui.")
    if number == 1:
        return _("1 fiche sera marquée comme vérifiée.")
    return _("%(n)s fiches seront marquées comme vérifiées.", n=format_number(number))


def _will_be_unmarked(number: int) -> str:
    if not number:
        return _("Aucune fiche ne changera : aucune n’est vérifiée.")
    if number == 1:
        return _("1 fiche ne sera plus marquée comme vérifiée.")
    return _("%(n)s fiches ne seront plus marquées comme vérifiées.", n=format_number(number))


def _said_verified(changed: int, _values: Values) -> str:
    if not changed:
        return _("Aucune fiche n’a changé.")
    if changed == 1:
        return _("1 fiche marquée comme vérifiée.")
    return _("%(n)s fiches marquées comme vérifiées.", n=format_number(changed))


def _said_unverified(changed: int, _values: Values) -> str:
    if not changed:
        return _("Aucune fiche n’a changé.")
    if changed == 1:
        return _("1 fiche n’est plus marquée comme vérifiée.")
    return _("%(n)s fiches ne sont plus marquées comme vérifiées.", n=format_number(changed))


ACTIONS = declare(
    COMPANY,
    _setting("set_sector", _l("Modifier le secteur"), _l("Secteur d’activité"), "briefcase", SectorForm),
    _setting("set_headcount", _l("Modifier l’effectif"), _l("Effectif"), "users", HeadcountForm),
    _setting(
        "set_legal_form", _l("Modifier la forme juridique"), _l("Forme juridique"), "certificate",
        LegalFormForm,
    ),
    _setting("set_naf", _l("Modifier le code NAF"), _l("Code NAF"), "hash", NafForm),
    _setting("set_parent", _l("Modifier la société mère"), _l("Société mère"), "sitemap", ParentForm),
    _verification(
        "verify", _l("Marquer comme vérifiées"), _l("Marquer comme vérifiées"), "shield-check"
    ),
    _verification(
        "unverify", _l("Marquer comme non vérifiées"), _l("Marquer comme non vérifiées"), "shield"
    ),
)  # fmt: skip
