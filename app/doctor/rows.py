"""Checks of rows: those that contradict each other, and what is kept beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Subquery, case, delete, func, select, update
from sqlalchemy.orm import selectinload

from app.accounts import operations as account_operations
from app.accounts.models import Account
from app.companies import operations as company_operations
from app.companies.completeness import STORED
from app.companies.models import Company, Establishment
from app.contacts import operations as contact_operations
from app.contacts.models import Contact
from app.core.ids import parts
from app.doctor.findings import Finding
from app.extensions import db
from app.reference.models import Sector
from app.tags.models import LINKS, Tag

CHUNK = 1_000
COMPANY_KEPT = (
    "search_text", "duplicate_keys", "sort_name", "city", "city_sort", "department_code",
    "sector_sort", "site_count", *STORED,
)  # fmt: skip
CONTACT_KEPT = (
    "search_text", "duplicate_keys", "department_code", "sort_last", "sort_first",
    "sort_company", "sort_function",
)  # fmt: skip


def check_head_offices(fix: bool) -> Finding:
    """Each live company has a head office (the database holds that it has no second one)."""
    has_one = (
        select(Establishment.id)
        .where(
            Establishment.company_id == Company.id,
            Establishment.is_head_office,
            Establishment.trashed_at.is_(None),
        )
        .exists()
    )
    lacking = db.session.scalars(
        select(Company).where(Company.trashed_at.is_(None), ~has_one).order_by(Company.id)
    ).all()
    if fix:
        for company in lacking:
            _give_head_office(company)
    problem = ngettext(
        "%(num)s entreprise sans siège social",
        "%(num)s entreprises sans siège social",
        len(lacking),
    )
    return Finding(_("Sièges sociaux"), problem if lacking else "", fixed=fix)


def _give_head_office(company: Company) -> None:
    """Its first live site, else an empty one, as the form of a new company makes it."""
    live = (site for site in company.establishments if site.trashed_at is None)
    site = next(live, None) or Establishment(
        company_id=company.id, siren=company.siren, country=company.country
    )
    site.is_head_office = True
    db.session.add(site)
    db.session.flush()


def check_strays(fix: bool) -> Finding:
    """Tags on records of the other module, and sites left behind by a company in the bin."""
    count = sum(_stray_tags(module, fix) for module in LINKS) + _sites_left_behind(fix)
    problem = ngettext("%(num)s ligne égarée", "%(num)s lignes égarées", count)
    return Finding(_("Liens entre les fiches"), problem if count else "", fixed=fix)


def _stray_tags(module: str, fix: bool) -> int:
    link = LINKS[module]
    is_wrong = select(Tag.id).where(Tag.id == link.c.tag_id, Tag.module != module).exists()
    count = db.session.scalar(select(func.count()).select_from(link).where(is_wrong)) or 0
    if fix and count:
        db.session.execute(delete(link).where(is_wrong))
    return count


def _sites_left_behind(fix: bool) -> int:
    sites = db.session.scalars(
        select(Establishment)
        .join(Establishment.company)
        .where(Establishment.trashed_at.is_(None), Company.trashed_at.is_not(None))
    ).all()
    for site in sites if fix else ():
        site.trashed_at, site.trash_batch_id = site.company.trashed_at, site.company.trash_batch_id
    db.session.flush()
    return len(sites)


def check_counts(fix: bool) -> Finding:
    """The contacts of each company, and whether one signs or can be written to."""
    found = _contacts_by_company()
    differs = (
        (Company.contact_count != func.coalesce(found.c.number, 0))
        | (Company.has_signatory != (func.coalesce(found.c.signing, 0) > 0))
        | (Company.has_reachable_contact != (func.coalesce(found.c.reachable, 0) > 0))
    )
    wrong = db.session.scalars(
        select(Company.id).outerjoin(found, found.c.company_id == Company.id).where(differs)
    ).all()
    for part in parts(wrong if fix else (), CHUNK):
        contact_operations.recount(part)
    return Finding(_("Compteurs"), _wrong_companies(len(wrong)), fixed=fix)


def _contacts_by_company() -> Subquery:
    return (
        select(
            Contact.company_id,
            func.count().label("number"),
            func.sum(case((Contact.is_signatory, 1), else_=0)).label("signing"),
            func.sum(case((Contact.email.is_not(None), 1), else_=0)).label("reachable"),
        )
        .where(Contact.trashed_at.is_(None), Contact.company_id.is_not(None))
        .group_by(Contact.company_id)
        .subquery()
    )


def check_companies(fix: bool) -> Finding:
    sectors = db.session.scalars(select(Sector)).all()  # Held: refresh() asks for them.
    count = _compare(_companies, Company, COMPANY_KEPT, company_operations.refresh, fix)
    del sectors
    return Finding(_("Textes et clés des entreprises"), _wrong_companies(count), fixed=fix)


def check_contacts(fix: bool) -> Finding:
    count = _compare(_contacts, Contact, CONTACT_KEPT, contact_operations.refresh, fix)
    problem = ngettext("%(num)s contact à recalculer", "%(num)s contacts à recalculer", count)
    return Finding(_("Textes et clés des contacts"), problem if count else "", fixed=fix)


def check_accounts(fix: bool) -> Finding:
    count = _compare(_accounts, Account, ("search_text",), account_operations.refresh, fix)
    problem = ngettext("%(num)s compte à recalculer", "%(num)s comptes à recalculer", count)
    return Finding(_("Textes des comptes"), problem if count else "", fixed=fix)


def _wrong_companies(count: int) -> str:
    problem = ngettext("%(num)s entreprise à recalculer", "%(num)s entreprises à recalculer", count)
    return problem if count else ""


# ---- row by row


# Records of these ids, and what their refresh() asks the session for: held, it costs no query.
Loader = Callable[[Sequence[int]], tuple[Sequence[Any], Sequence[Any]]]


def _companies(ids: Sequence[int]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Live ones: a company in the bin keeps what it was found by, for when it comes back."""
    live = select(Company).where(Company.id.in_(ids), Company.trashed_at.is_(None))
    return db.session.scalars(live.options(selectinload(Company.establishments))).all(), ()


def _contacts(ids: Sequence[int]) -> tuple[Sequence[Any], Sequence[Any]]:
    records = db.session.scalars(select(Contact).where(Contact.id.in_(ids))).all()
    companies = {contact.company_id for contact in records}
    sites = {contact.establishment_id for contact in records}
    held = [
        *db.session.scalars(select(Company).where(Company.id.in_(companies - {None}))),
        *db.session.scalars(select(Establishment).where(Establishment.id.in_(sites - {None}))),
    ]
    return records, held


def _accounts(ids: Sequence[int]) -> tuple[Sequence[Any], Sequence[Any]]:
    return db.session.scalars(select(Account).where(Account.id.in_(ids))).all(), ()


def _compare(
    load: Loader, model: Any, kept: Sequence[str], refresh: Callable[[Any], None], fix: bool
) -> int:
    """How many rows keep something else than `refresh` works out; with `fix` they are set."""
    wrong = 0
    for ids in _chunks(model):
        records, held = load(ids)
        for record in records:
            if changes := _changes(record, kept, refresh):
                wrong += 1
                if fix:
                    _store(model, record.id, changes)
        del records, held
        db.session.commit() if fix else db.session.rollback()
    return wrong


def _store(model: Any, identity: int, changes: dict[str, Any]) -> None:
    table = model.__table__
    db.session.execute(update(table).where(table.c.id == identity).values(changes))


def _changes(record: Any, kept: Sequence[str], refresh: Callable[[Any], None]) -> dict[str, Any]:
    """What a record's columns should hold, where they hold something else.

    It is taken out of the session first, so that refreshing what is only looked at never
    reaches the database.
    """
    db.session.expunge(record)
    before = {name: getattr(record, name) for name in kept}
    refresh(record)
    return {name: value for name in kept if (value := getattr(record, name)) != before[name]}


def _chunks(model: Any) -> Iterator[Sequence[int]]:
    last = 0
    while True:
        after = select(model.id).where(model.id > last).order_by(model.id).limit(CHUNK)
        ids = db.session.scalars(after).all()
        if not ids:
            return
        yield ids
        last = ids[-1]
