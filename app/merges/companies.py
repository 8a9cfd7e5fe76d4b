"""Merging two companies: sites, people, notes, tags and subsidiaries follow, and can go back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, select, update

from app.companies.models import Company, Establishment
from app.companies.operations import DEEPEST_GROUP, refresh
from app.contacts.kept import refresh_many
from app.contacts.models import Contact, Post
from app.contacts.operations import recount
from app.core.rules import Refused
from app.core.sets import among, given_rows, put_rows
from app.core.text import fold
from app.extensions import db
from app.merges.fields import COMPANY_GROUPS
from app.merges.ledger import Ledger
from app.notes.models import Note

# Whose work at a site goes with the site.
PEOPLE: dict[str, type[Contact] | type[Post]] = {"contact": Contact, "post": Post}
# What a site that becomes a part of another leaves to it where it has nothing.
SITE_FIELDS = (
    "siret", "trade_name", "sign", "phone", "fax", "email", "website", "opened_on",
)  # fmt: skip
ADDRESS = ("address", "postal_code", "city", "commune_code", "country")
POSITION = (
    "latitude", "longitude", "position_precision",
    "found_latitude", "found_longitude", "found_precision",
)  # fmt: skip
Places = dict[str, dict[int, int | None]]


def follow(kept: Company, merged: Company, values: Mapping[str, Any], ledger: Ledger) -> Any:
    """Bring all that is the merged company's to the one that is kept, whose fields become
    `values`; answer what the ledger does not hold: where people worked."""
    values = dict(values)
    if values["parent_id"] in {kept.id, merged.id}:
        above = merged.parent_id if values["parent_id"] == merged.id else None
        values["parent_id"] = None if above == kept.id else above
    twin = _same_place(kept, merged)
    people = {name: _leave(model, merged.id) for name, model in PEOPLE.items()}
    _put_numbers(kept, merged, values, ledger)
    folded = _fold(twin, merged.id, ledger) if twin else {}
    sites = _carry_sites(kept, merged, set(folded), ledger)
    for name, model in PEOPLE.items():
        _settle(model, kept.id, _at(people[name], folded))
    ledger.put_where(Note, "company_id", merged.id, kept.id)
    ledger.put_where(Company, "parent_id", merged.id, kept.id, Company.id != kept.id)
    ledger.put_where(Company, "merged_into_id", merged.id, kept.id, Company.id != merged.id)
    check_group(kept.id)
    return {"people": {n: list(at.items()) for n, at in people.items()},
            "folded": list(folded.items()), "sites": sites}  # fmt: skip


def _leave(model: Any, company_id: int) -> dict[int, int | None]:
    """People leave the sites of a company, which can then change hands: who was where."""
    there = select(model.id, model.establishment_id).where(model.company_id == company_id)
    at = {row[0]: row[1] for row in db.session.execute(there.order_by(model.id))}
    put_rows(model, model.company_id == company_id, establishment_id=None)
    return at


def _settle(model: Any, company_id: int, at: Mapping[int, int | None]) -> None:
    """People are at a company, each at the site given."""
    if not at:
        return
    table = model.__table__
    given = given_rows(list(at.items()), {"id": Integer(), "site": Integer()})
    version = {"version": table.c.version + 1} if "version" in table.c else {}
    db.session.execute(
        update(table)
        .where(table.c.id == given.c.id)
        .values(company_id=company_id, establishment_id=given.c.site, **version)
    )


def _at(people: Mapping[int, int | None], folded: Mapping[int, int]) -> dict[int, int | None]:
    return {who: folded.get(site, site) if site else None for who, site in people.items()}


# ---- numbers


def _put_numbers(kept: Company, merged: Company, values: dict[str, Any], ledger: Ledger) -> None:
    """The company's fields; SIRETs that do not begin with its SIREN any more are given up first,
    for the database holds that they do."""
    siren = values["siren"]
    for company in (kept, merged):
        for site in company.establishments:
            if site.siret and site.siret[:9] != siren:
                ledger.put(Establishment, [site.id], {"siret": (site.siret, None)})
    had = kept.siren
    mine = [site.id for site in kept.establishments]
    ledger.put_fields(kept, values, [group.fields for group in COMPANY_GROUPS])
    if had is None and siren is not None:  # The database carries on a SIREN that there was.
        ledger.put(Establishment, mine, {"siren": (None, siren)})


# ---- sites


def _same_place(kept: Company, merged: Company) -> tuple[Establishment, Establishment] | None:
    """The two head offices, where they are one place: the merged one's, the kept one's."""
    mine, theirs = kept.head_office, merged.head_office
    if mine is None or theirs is None:
        return None
    if mine.siret and theirs.siret and mine.siret[9:] != theirs.siret[9:]:
        return None
    for field in ("address", "postal_code", "city"):
        one, other = getattr(mine, field), getattr(theirs, field)
        if one and other and fold(one) != fold(other):
            return None
    return theirs, mine


def _fold(
    twin: tuple[Establishment, Establishment], merged_id: int, ledger: Ledger
) -> dict[int, int]:
    """A site becomes a part of another that is the same place: it stays with the merged sheet."""
    theirs, mine = twin
    db.session.refresh(mine)
    db.session.refresh(theirs)
    fields = list(SITE_FIELDS)
    if not (mine.address or mine.postal_code or mine.city):
        fields += [*ADDRESS, *POSITION]
    filled = {
        field: (getattr(mine, field), getattr(theirs, field))
        for field in fields
        if getattr(mine, field) in (None, "") and getattr(theirs, field) not in (None, "")
    }
    if "country" in fields and mine.country != theirs.country:
        filled["country"] = (mine.country, theirs.country)
    ledger.put(Establishment, [mine.id], filled)
    ledger.put_where(Note, "establishment_id", theirs.id, mine.id)
    return {theirs.id: mine.id}


def _carry_sites(kept: Company, merged: Company, staying: set[int], ledger: Ledger) -> list[int]:
    """The sites that go over, in the list of their ids; one head office is enough."""
    going = [site for site in merged.establishments if site.id not in staying]
    heads = [site.id for site in going if site.is_head_office]
    if kept.head_office is not None:
        ledger.put(Establishment, heads, {"is_head_office": (True, False)})
    ids = [site.id for site in going]
    put_rows(
        Establishment, among(Establishment.id, ids),
        company_id=kept.id, siren=select(Company.siren).where(Company.id == kept.id).scalar_subquery(),
        trashed_at=None, trash_batch_id=None,
    )  # fmt: skip
    return ids


def check_group(company_id: int) -> None:
    """Refused where a company would be above itself."""
    above = db.session.scalar(select(Company.parent_id).where(Company.id == company_id))
    for _step in range(DEEPEST_GROUP):
        if above is None:
            return
        if above == company_id:
            break
        above = db.session.scalar(select(Company.parent_id).where(Company.id == above))
    raise Refused(
        "parent_id",
        _l("La fusion mettrait cette entreprise au-dessus d’elle-même : corrigez d’abord la société mère."),
    )  # fmt: skip


# ---- back


def return_all(kept: Company, merged: Company, data: Mapping[str, Any]) -> None:
    """Bring what followed back to the merged company: its sites, who works there now, who came
    from it and is at no other site; then the rest of the ledger, where nothing changed since."""
    sites = _returning(merged, data["sites"], kept.id)
    folded = {int(site): into for site, into in data["folded"]}
    back: Places = {
        name: _going_back(model, kept.id, set(sites), dict(data["people"][name]), folded)
        for name, model in PEOPLE.items()
    }
    for name, model in PEOPLE.items():
        put_rows(model, among(model.id, list(back[name])), establishment_id=None)
    put_rows(
        Establishment, among(Establishment.id, sites),
        company_id=merged.id, siren=merged.siren,
    )  # fmt: skip
    for name, model in PEOPLE.items():
        _settle(model, merged.id, back[name])
    Ledger(data["moves"]).take_back()


def _returning(merged: Company, sites: list[int], kept_id: int) -> list[int]:
    """Sites that can go back: still at the kept company, with no SIRET of another SIREN."""
    here = among(Establishment.id, sites), Establishment.company_id == kept_id
    found = db.session.execute(select(Establishment.id, Establishment.siret).where(*here))
    return [row[0] for row in found if not row[1] or row[1][:9] == merged.siren]


def _going_back(
    model: Any,
    kept_id: int,
    sites: set[int],
    came: Mapping[int, int | None],
    folded: Mapping[int, int],
) -> dict[int, int | None]:
    there = select(model.id, model.establishment_id).where(model.company_id == kept_id)
    back: dict[int, int | None] = {}
    for who, site in db.session.execute(there):
        origin = came.get(who)
        if site in sites or (site is None and who in came and origin not in folded):
            back[who] = site
        elif origin is not None and folded.get(origin) == site:
            back[who] = origin
    return back


def refresh_both(kept: Company, merged: Company) -> None:
    """What lists show and search follows, in both companies and in all who work there."""
    db.session.expire_all()
    for company in (kept, merged):
        refresh(company)
    ids = [kept.id, merged.id]
    people = select(Contact.id).where(among(Contact.company_id, ids))
    refresh_many(list(db.session.scalars(people)))
    recount(ids)
