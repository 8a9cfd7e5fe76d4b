"""Bringing the reference tables to what the files of this release say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import Base
from app.core.text import fold, sort_key
from app.extensions import db
from app.reference import lists
from app.reference.models import (
    Commune,
    CommunePostalCode,
    Country,
    Department,
    HeadcountBand,
    LegalForm,
    NafCode,
    Sector,
)
from app.reference.queries import retired_labels

Row = dict[str, Any]


def sync_reference() -> dict[str, int]:
    """Bring every reference table to the files' state, and say how many rows each one took.

    Only lines that are new or differ are written, so a second run writes nothing. A code that
    has left its list stays in the table: records may bear it. Sectors are the school's own:
    they are filled in once, when the table is empty. Flushes; the caller commits.
    """
    db.session.flush()  # What follows goes round the session's own bookkeeping.
    communes = list(lists.communes())
    written = {
        "naf_code": _upsert(NafCode, _naf_rows(), ("nomenclature", "code")),
        "legal_form": _upsert(LegalForm, (form._asdict() for form in lists.legal_forms())),
        "headcount_band": _upsert(HeadcountBand, _headcount_rows()),
        "sector": _fill_sectors(),
        "department": _upsert(Department, (entry._asdict() for entry in lists.departments())),
        "commune": _upsert(Commune, map(_commune_row, communes)),
        "commune_postal_code": _sync_postal_codes(communes),
        "country": _upsert(Country, _country_rows()),
    }
    db.session.expire_all()
    retired_labels.cache_clear()
    return written


def _folded(*pieces: str) -> str:
    """Each piece on its own: folded together, two postal codes would run into one number."""
    return " ".join(filter(None, map(fold, pieces)))


def _naf_rows() -> Iterable[Row]:
    for entry in lists.naf_entries():
        yield {
            "nomenclature": entry.nomenclature,
            "code": entry.code,
            "label": entry.label,
            "section": entry.section,
            "search_text": _folded(entry.code, entry.label, entry.division_label),
        }


def _headcount_rows() -> Iterable[Row]:
    for position, entry in enumerate(lists.headcount_bands()):
        yield entry._asdict() | {"position": position}


def _commune_row(entry: lists.CommuneEntry) -> Row:
    row = entry._asdict()
    row["search_text"] = _folded(entry.name, *row.pop("postal_codes"), entry.code_insee)
    row["sort_name"] = sort_key(entry.name)
    return row


def _country_rows() -> Iterable[Row]:
    for entry in lists.countries():
        yield entry._asdict() | {"sort_name": sort_key(entry.name)}


def _fill_sectors() -> int:
    if db.session.scalar(select(Sector.id).limit(1)) is not None:
        return 0
    rows = [
        {"code": entry.code, "label": entry.label, "sort_name": sort_key(entry.label)}
        for entry in lists.sectors()
    ]
    return _upsert(Sector, rows, ("code",))


def _sync_postal_codes(communes: list[lists.CommuneEntry]) -> int:
    """No record bears a link, so one that is no longer true goes: a form would offer it."""
    wanted = {(code, commune.code_insee) for commune in communes for code in commune.postal_codes}
    link = CommunePostalCode
    known = {
        (code, insee)
        for code, insee in db.session.execute(select(link.postal_code, link.code_insee))
    }
    for code, insee in known - wanted:  # A handful in a year.
        db.session.execute(delete(link).where(link.postal_code == code, link.code_insee == insee))
    missing = [{"postal_code": code, "code_insee": insee} for code, insee in sorted(wanted - known)]
    return _upsert(link, missing) + len(known - wanted)


def _upsert(model: type[Base], rows: Iterable[Row], key: tuple[str, ...] = ()) -> int:
    """Insert or update the rows that the table does not hold as they are; how many."""
    wanted = list(rows)
    table: Table = model.__table__
    key = key or tuple(column.name for column in table.primary_key)
    known = _known_rows(table, key, wanted)
    changed = [row for row in wanted if known.get(_key_of(row, key)) != row]
    if changed:
        db.session.execute(_upsert_statement(table, key, list(changed[0])), changed)
    return len(changed)


def _key_of(row: Row, key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in key)


def _known_rows(
    table: Table, key: tuple[str, ...], wanted: list[Row]
) -> dict[tuple[Any, ...], Row]:
    if not wanted:
        return {}
    columns = [table.c[name] for name in wanted[0]]
    found = [dict(row) for row in db.session.execute(select(*columns)).mappings()]
    return {_key_of(row, key): row for row in found}


def _upsert_statement(
    table: Table, key: tuple[str, ...], names: list[str]
) -> sqlite.Insert | postgresql.Insert:
    engine = db.session.get_bind().dialect.name
    insert = postgresql.insert(table) if engine == "postgresql" else sqlite.insert(table)
    values = {name: insert.excluded[name] for name in names if name not in key}
    if not values:
        return insert.on_conflict_do_nothing(index_elements=key)
    return insert.on_conflict_do_update(index_elements=key, set_=values)
