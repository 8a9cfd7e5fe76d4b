"""What can be done to a company. Each function keeps the rules, writes the history and
flushes; the caller (a view, a command, an import) commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.companies.completeness import measure
from app.companies.models import Company, Establishment, NoSiren
from app.companies.signals import company_renamed
from app.core.db import utcnow
from app.core.departments import department_of
from app.core.merge import Values, merged_changes
from app.core.phones import phone_search_forms
from app.core.rules import Refused
from app.core.text import fold, folded_once, sort_key
from app.core.web import domain_of
from app.duplicates.keys import company_keys
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import Batch
from app.history.operations import Changes, Named, diff, named, readable_changes, record
from app.images.signals import image_changed
from app.reference.models import Sector

COMPANY_FIELDS = (
    "name", "acronym", "parent_id", "siren", "no_siren_reason", "country", "foreign_number",
    "rna", "legal_form_code", "headcount_code", "headcount_year", "sector_id", "naf_code",
    "naf_nomenclature", "turnover", "share_capital", "website", "phone", "email",
)  # fmt: skip
OWN_FIELDS = (*COMPANY_FIELDS, "description")
SITE_FIELDS = ("siret", "address", "postal_code", "city", "commune_code")
FORM_FIELDS = COMPANY_FIELDS + SITE_FIELDS
# What may be corrected, in the pop-up or where it stands on the sheet.
EDITABLE = OWN_FIELDS + SITE_FIELDS
NUMBERS = ("headcount_year", "turnover", "share_capital")
# Fields that name another record, by their name in the history.
RELATED = {"parent": "parent_id", "sector": "sector_id"}
TOWN = ("postal_code", "city", "country")
DEEPEST_GROUP = 50
# Any number will do, as long as it is always the same: see _check_parent().
PARENTS_LOCK = 4_815_162


def form_values(company: Company) -> dict[str, Any]:
    """What the forms of a company show: EDITABLE, its own fields and its head office's.

    A parent that lies in the bin is not shown; it stays tied unless another one is chosen.
    """
    head = company.head_office
    values = {field: getattr(company, field) for field in OWN_FIELDS}
    parent = db.session.get(Company, company.parent_id) if company.parent_id else None
    if parent is not None and parent.is_trashed:
        values["parent_id"] = None
    return values | {field: getattr(head, field, None) for field in SITE_FIELDS}


def create_company(values: Values, *, by: Account, batch: Batch | None = None) -> Company:
    """Make a company and its head office; Refused when a rule forbids it.

    `values` holds FORM_FIELDS, already parsed; missing ones are empty. `batch` is the deed that
    this is a part of.
    """
    _check(values, company=None)
    now = utcnow()
    company = Company(
        **{field: values[field] for field in OWN_FIELDS if values.get(field) is not None},
        created_at=now, created_by_id=by.id, updated_at=now, updated_by_id=by.id,
    )  # fmt: skip
    with twins_refused(values):
        db.session.add(company)
        db.session.flush()
        place = {k: values.get(k) for k in (*SITE_FIELDS, "country")}
        head = new_site(company, place, is_head_office=True)
    refresh(company)
    record(
        Action.CREATED, subject=Subject.COMPANY, subject_id=company.id, by=by,
        changes=diff({}, _readable({k: values.get(k) for k in OWN_FIELDS})), batch=batch,
    )  # fmt: skip
    given = diff({}, {k: values.get(k) for k in SITE_FIELDS})
    record_site(Action.SITE_ADDED, head, given, by, batch)
    return company


def update_company(company: Company, values: Values, *, base: Values, by: Account) -> Company:
    """Store what the form changed; Stale when others changed the same fields meanwhile.

    `base` is what the form showed when it was opened. The caller has locked the row.
    """
    before = form_values(company)
    changed = merged_changes(base=base, mine=values, theirs=before)
    if not changed:
        return company
    if is_elsewhere(before, changed, TOWN) and before["commune_code"]:
        changed.setdefault("commune_code", None)
    after = before | changed
    _check(after, company=company)
    with twins_refused(after):
        head = company.head_office or new_site(company, {}, is_head_office=True)
        moved = is_elsewhere(before, changed, ("address", "commune_code", *TOWN))
        forgotten = head.forget_position() if moved else {}
        company.updated_at, company.updated_by_id = utcnow(), by.id
        _apply(company, head, changed)
    _record_update(company, head, before, after, by, forgotten)
    refresh(company)
    if changed.keys() & {"name", "acronym", "commune_code", *TOWN}:
        company_renamed.send(company)
    return company


def is_elsewhere(before: Values, changed: Values, fields: Iterable[str]) -> bool:
    """Whether the address is another place, and not the same in another writing: what was
    known of the old one (its position, its commune's code) is then no longer true."""
    return any(fold(changed[k] or "") != fold(before[k] or "") for k in fields if k in changed)


def _apply(company: Company, head: Establishment, changed: Values) -> None:
    """Set the values in an order that the SIRET's key to the SIREN allows."""
    if "siren" in changed:
        # The old SIRETs begin with the old SIREN: they go first, the new one comes after.
        head.siret, head.siren = None, None
        db.session.flush()
    for field in OWN_FIELDS:
        if field in changed:
            setattr(company, field, changed[field])
    db.session.flush()
    for site in company.establishments:
        site.siren = company.siren
    for field in SITE_FIELDS:
        if field in changed:
            setattr(head, field, changed[field])
    if "country" in changed:
        head.country = company.country
    if db.session.is_modified(head):
        head.updated_at = utcnow()


def _record_update(
    company: Company, head: Establishment, before: Values, merged: Values, by: Account,
    forgotten: Changes,
) -> None:  # fmt: skip
    changes = readable_changes(before, merged, _readable)
    own = {k: pair for k, pair in changes.items() if k not in SITE_FIELDS}
    if own:
        record(Action.UPDATED, subject=Subject.COMPANY, subject_id=company.id, by=by, changes=own)
    sites = {k: pair for k, pair in changes.items() if k in SITE_FIELDS}
    if sites:
        record_site(Action.SITE_UPDATED, head, sites, by)
    if forgotten:
        record_site(Action.SITE_PLACED, head, forgotten, by)


def record_site(
    action: Action, site: Establishment, changes: Mapping[str, tuple[Any, Any]], by: Account,
    batch: Batch | None = None,
) -> None:  # fmt: skip
    record(
        action, subject=Subject.COMPANY, subject_id=site.company_id, by=by,
        changes={"establishment": (None, Named(site.id, site.label)), **changes},
        part=(Part.ESTABLISHMENT, site.id), batch=batch,
    )  # fmt: skip


def _readable(values: Values) -> dict[str, Any]:
    """The values as the history keeps them: a related record by its id and its label."""
    readable = {k: v for k, v in values.items() if k not in {"parent_id", "sector_id"}}
    if "parent_id" in values:
        readable["parent"] = named(Company, values["parent_id"])
    if "sector_id" in values:
        readable["sector"] = named(Sector, values["sector_id"])
    return readable


def new_site(company: Company, values: Values, *, is_head_office: bool) -> Establishment:
    country = values.get("country") or company.country
    given = {**values, "siren": company.siren, "country": country}
    site = Establishment(**given, is_head_office=is_head_office)
    company.establishments.append(site)
    return site


# ---- rules


def _check(values: Values, *, company: Company | None) -> None:
    siren, siret = values.get("siren"), values.get("siret")
    if siren and values.get("no_siren_reason"):
        raise Refused("no_siren_reason", _l("Cette entreprise a un SIREN : laissez ce champ vide."))
    if siren:
        _check_siren(siren, company)
    else:
        _check_reason(values, company)
    known = company.head_office if company else None
    check_siret(siret, siren, known=known)
    _check_other_sites(siren, company)
    _check_parent(values.get("parent_id"), company)


def _check_reason(values: Values, company: Company | None) -> None:
    """Without SIREN, the sheet says why (requirement D2); one that never did may stay so."""
    reason = values.get("no_siren_reason")
    if reason is None and (company is None or company.siren or company.no_siren_reason):
        raise Refused("siren", _l("Saisissez le SIREN, ou dites pourquoi l’entreprise n’en a pas."))
    if reason == NoSiren.FOREIGN and (values.get("country") or "FR") == "FR":
        raise Refused("country", _l("Choisissez le pays de cette entreprise étrangère."))


def _check_siren(siren: str, company: Company | None) -> None:
    if company is not None and company.siren == siren:
        return
    own = company.id if company else 0
    other = db.session.scalars(
        select(Company)
        .where(
            Company.siren == siren,
            Company.id != own,
            Company.merged_into_id.is_distinct_from(own),  # What is a part of it already.
        )
        .order_by(Company.trashed_at.is_not(None), Company.id)
    ).first()
    if other is None:
        return
    if other.merged_into_id is not None:
        kept = db.session.get_one(Company, other.merged_into_id)
        message = _l("Ce SIREN est celui d’une fiche fusionnée avec « %(name)s ».", name=kept.name)
        raise Refused("siren", message, kept)
    if other.is_trashed:
        message = _l("Ce SIREN est celui de « %(name)s », à la corbeille.", name=other.name)
    else:
        message = _l("Ce SIREN est déjà celui de « %(name)s ».", name=other.name)
    raise Refused("siren", message, other)


def check_siret(siret: str | None, siren: str | None, *, known: Establishment | None) -> None:
    if not siret:
        return
    if not siren or siret[:9] != siren:
        raise Refused(
            "siret", _l("Le SIRET doit commencer par le SIREN de l’entreprise, puis 5 chiffres.")
        )
    if known is not None and known.siret == siret:
        return
    other = db.session.scalars(
        select(Establishment).where(
            Establishment.siret == siret,
            Establishment.trashed_at.is_(None),
            Establishment.id != (known.id if known else 0),
        )
    ).first()
    if other is not None:
        raise Refused(
            "siret",
            _l("Ce SIRET est déjà celui d’un établissement de « %(name)s ».", name=other.company),
            other.company,
        )


def _check_other_sites(siren: str | None, company: Company | None) -> None:
    """A SIREN cannot change under sites whose SIRETs begin with it."""
    if company is None or company.siren == siren:
        return
    if any(site.siret for site in company.establishments if not site.is_head_office):
        raise Refused(
            "siren",
            _l("D’autres établissements ont un SIRET qui commence par ce SIREN : corrigez-les d’abord."),
        )  # fmt: skip


def _check_parent(parent_id: int | None, company: Company | None) -> None:
    """No company is above itself, however long the way round."""
    if parent_id is None or (company is not None and company.parent_id == parent_id):
        return
    parent = db.session.get(Company, parent_id)
    if parent is None or parent.is_trashed:
        raise Refused(
            "parent_id", _l("Cette société mère n’existe plus : choisissez-en une autre.")
        )
    if db.session.get_bind().dialect.name == "postgresql":
        # One at a time: two people who each put one company under the other make a circle too.
        db.session.execute(select(func.pg_advisory_xact_lock(PARENTS_LOCK)))
    above: int | None = parent_id
    for _step in range(DEEPEST_GROUP):
        if above is None:
            return
        if company is not None and above == company.id:
            raise Refused(
                "parent_id", _l("Une entreprise ne peut pas être sa propre société mère.")
            )
        above = db.session.scalar(select(Company.parent_id).where(Company.id == above))
    raise Refused("parent_id", _l("Cette chaîne de sociétés mères est trop longue."))


@contextmanager
def twins_refused(values: Values) -> Iterator[None]:
    """Write what is inside; a twin that was faster by a moment is refused like one that was
    there before. The savepoint lets the transaction go on, to find the twin and name it."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        raise _refusal(error, values) from error


def _refusal(error: IntegrityError, values: Values) -> Exception:
    cause = str(error.orig)
    if "siret" in cause:
        return Refused("siret", _l("Ce SIRET vient d’être enregistré par une autre personne."))
    if "siren" in cause:
        siren = values.get("siren")
        other = db.session.scalars(
            select(Company).where(Company.siren == siren, Company.trashed_at.is_(None))
        ).first()
        return Refused(
            "siren", _l("Ce SIREN vient d’être enregistré par une autre personne."), other
        )
    return error


# ---- what is kept beside


def refresh(company: Company) -> None:
    """Bring what lists search, sort and count by into line with the company and its sites."""
    live = (site for site in company.establishments if site.trashed_at is None)
    # The head office first, as they are read from the base, whichever it was when they were.
    sites = sorted(live, key=lambda site: not site.is_head_office)
    head = company.head_office
    company.search_text = search_text(company, sites)
    company.duplicate_keys = keys_of(company, sites)
    company.sort_name = sort_key(company.name)
    company.city = head.city if head else None
    company.city_sort = sort_key(company.city) or None if company.city else None
    company.department_code = (
        department_of(head.commune_code, head.postal_code, head.city)
        if head and head.country == "FR"
        else None
    )
    sector = db.session.get(Sector, company.sector_id) if company.sector_id else None
    company.sector_sort = sort_key(sector.label) if sector else None
    company.site_count = sum(site.closed_on is None for site in sites)
    measure(company)
    db.session.flush()


def search_text(company: Company, sites: Iterable[Establishment]) -> str:
    """All that a person may type to find the company, folded, each piece once."""
    pieces: list[str | None] = [
        company.name, company.acronym, company.siren, company.rna, company.foreign_number,
        company.email, domain_of(company.website) if company.website else None,
        *(phone_search_forms(company.phone) if company.phone else ()),
    ]  # fmt: skip
    for site in sites:
        pieces += [site.trade_name, site.sign, site.siret, site.postal_code, site.city, site.email]
        pieces += phone_search_forms(site.phone) if site.phone else ()
    return folded_once(pieces)


def keys_of(company: Company, sites: Sequence[Establishment]) -> str:
    """By what the company's likely doubles are found."""
    rows = (company, *sites)
    return company_keys(
        company.name, company.acronym, next((s.city for s in sites if s.is_head_office), None),
        websites=[row.website for row in rows], emails=[row.email for row in rows],
        phones=[row.phone for row in rows],
    )  # fmt: skip


@image_changed.connect
def _count_logo(record_: object) -> None:
    """An offer shows the logo: its sheet is the more complete with it."""
    if isinstance(record_, Company):
        measure(record_)
        db.session.flush()


def rename_sector(sector: Sector) -> None:
    """A sector's new label changes where its companies stand in the order."""
    db.session.execute(
        update(Company)
        .where(Company.sector_id == sector.id)
        .values(sector_sort=sort_key(sector.label))
    )


def leave_sector(sector: Sector) -> None:
    """Companies of a sector that was removed stand among those without one."""
    db.session.execute(
        update(Company).where(Company.sector_id == sector.id).values(sector_sort=None)
    )
