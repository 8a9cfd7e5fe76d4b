"""What can be done to a company's sites: the same rules as operations.py, which it builds on."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.companies.operations import (
    TOWN,
    check_siret,
    is_elsewhere,
    new_site,
    record_site,
    refresh,
    twins_refused,
)
from app.companies.signals import company_renamed, site_changed
from app.core.db import utcnow
from app.core.merge import Values, merged_changes
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.history.operations import diff, open_batch
from app.history.undoing import Way, register
from app.permissions import Permission

CLOSED = "site_closed"
PLACE = ("address", "postal_code", "city", "commune_code", "country")
NAMES = ("trade_name", "sign")
DETAILS = (
    *NAMES, "siret", "phone", "fax", "email", "website", *PLACE, "opened_on",
)  # fmt: skip
DAYS = ("opened_on", "closed_on")


def site_values(site: Establishment) -> dict[str, Any]:
    """What the forms of a site show; a day as YYYY-MM-DD."""
    values = {field: getattr(site, field) for field in (*DETAILS, "closed_on")}
    return values | {field: values[field].isoformat() for field in DAYS if values[field]}


def _stored(values: Values) -> dict[str, Any]:
    days = {k: date.fromisoformat(str(values[k])) for k in DAYS if values.get(k)}
    return {**values, **days}


def add_establishment(
    company: Company, values: Values, *, by: Account, batch: Batch | None = None
) -> Establishment:
    """Add a site to a company, its first one as the head office; Refused when its SIRET is
    taken or not of this company. `values` holds DETAILS, already parsed; days as YYYY-MM-DD."""
    check_siret(values.get("siret"), company.siren, known=None)
    _check_named(values)
    with twins_refused(values):
        is_first = company.head_office is None
        site = new_site(company, _stored(values), is_head_office=is_first)
    refresh(company)
    given = {k: v for k, v in values.items() if v is not None}
    record_site(Action.SITE_ADDED, site, diff({}, given), by, batch)
    return site


def _check_named(values: Values) -> None:
    """A site without a name, a SIRET or a town would be a line that says nothing."""
    if not any(values.get(k) for k in ("trade_name", "sign", "siret", "city")):
        raise Refused(
            "trade_name", _l("Saisissez au moins un nom, un SIRET ou la ville de l’établissement.")
        )


def update_establishment(
    site: Establishment, values: Values, *, base: Values, by: Account
) -> Establishment:
    """Store what the form changed; Stale when others changed the same fields meanwhile.

    `base` is what the form showed when it was opened. The caller has locked the company's row.
    """
    before = site_values(site)
    changed = merged_changes(base=base, mine=values, theirs=before)
    if not changed:
        return site
    if is_elsewhere(before, changed, TOWN) and before["commune_code"]:
        changed.setdefault("commune_code", None)
    company = site.company
    _check(before | changed, changed, site)
    with twins_refused(before | changed):
        forgotten = site.forget_position() if is_elsewhere(before, changed, PLACE) else {}
        _put(site, changed)
        company.updated_at, company.updated_by_id = utcnow(), by.id
        db.session.flush()
    record_site(Action.SITE_UPDATED, site, diff(before, before | changed), by)
    if forgotten:
        record_site(Action.SITE_PLACED, site, forgotten, by)
    _follow(site, changed)
    return site


def _put(site: Establishment, changed: Values) -> None:
    for field, value in _stored(changed).items():
        setattr(site, field, value)
    site.updated_at = utcnow()


def _check(after: Values, changed: Values, site: Establishment) -> None:
    if "siret" in changed:
        check_siret(after["siret"], site.company.siren, known=site)
    if not after.get("country"):
        raise Refused("country", _l("Choisissez le pays."))
    if after["opened_on"] and after["closed_on"] and after["closed_on"] < after["opened_on"]:
        raise Refused("opened_on", _l("L’établissement a fermé avant cette date."))


def _follow(site: Establishment, changed: Values) -> None:
    """What is found and sorted by follows: the company's, and that of who works at the site."""
    refresh(site.company)
    if changed.keys() & {*PLACE, *NAMES}:
        if site.is_head_office:
            company_renamed.send(site.company)
        else:
            site_changed.send(site)


def close_establishment(site: Establishment, on: date, *, by: Account) -> Batch:
    """Close a site on a day; it stays, with those who worked there; the batch opens it again.
    Refused for a head office."""
    if site.is_head_office:
        raise Refused(
            "closed_on", _l("Un siège ne se ferme pas : désignez d’abord un autre siège.")
        )
    if site.closed_on is not None:
        raise Refused("closed_on", _l("Cet établissement est déjà fermé."))
    if site.opened_on and on < site.opened_on:
        raise Refused("closed_on", _l("L’établissement n’était pas encore ouvert à cette date."))
    batch = open_batch(CLOSED, subject=Subject.COMPANY, by=by)
    batch.item_count = 1
    _set(site, {"closed_on": on}, by=by, batch=batch)
    return batch


def undo_closing(batch: Batch, *, by: Account) -> None:
    """Open a site again; Refused where it is open, was closed on another day since, or has gone."""
    line = db.session.scalars(select(HistoryEntry).where(HistoryEntry.batch_id == batch.id)).one()
    day = next((value.new_value for value in line.values if value.field == "closed_on"), None)
    held = select(Establishment).where(Establishment.id == line.object_id).with_for_update()
    site = db.session.scalars(held.execution_options(populate_existing=True)).first()
    if site is None or site.trashed_at is not None:
        raise Refused("batch", _l("Cet établissement n’existe plus."))
    if site.closed_on is None or site.closed_on.isoformat() != day:
        raise Refused("batch", _l("L’établissement a changé entre-temps : rien n’a été annulé."))
    reopen_establishment(site, by=by)


def reopen_establishment(site: Establishment, *, by: Account) -> Establishment:
    """Take a closing back; nothing happens to a site that is open."""
    return _set(site, {"closed_on": None}, by=by) if site.closed_on is not None else site


def make_head_office(site: Establishment, *, by: Account) -> Establishment:
    """Make a site the head office; the one that was steps down in the same deed."""
    if site.closed_on is not None:
        raise Refused("site", _l("Un établissement fermé ne peut pas être le siège."))
    if site.is_head_office:
        return site
    former = site.company.head_office
    if former is not None:  # First: a company never has two.
        _set(former, {"is_head_office": False}, by=by)
    _set(site, {"is_head_office": True}, by=by)
    company_renamed.send(site.company)
    return site


def _set(
    site: Establishment, changed: dict[str, Any], *, by: Account, batch: Batch | None = None
) -> Establishment:
    changes = {field: (getattr(site, field), value) for field, value in changed.items()}
    for field, value in changed.items():
        setattr(site, field, value)
    site.updated_at = utcnow()
    site.company.updated_at, site.company.updated_by_id = utcnow(), by.id
    db.session.flush()
    record_site(Action.SITE_UPDATED, site, changes, by, batch)
    refresh(site.company)
    return site


register(Way(CLOSED, whole=undo_closing, needs=Permission.EDIT))
