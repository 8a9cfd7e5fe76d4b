"""The database itself refuses to alter the history; an erasure may blank a value, no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.accounts.models import Account
from app.extensions import db
from app.history.models import HistoryEntry, HistoryValue
from tests.factories import make_company

UTTERED = "the history cannot be altered"


@pytest.fixture(autouse=True)
def written(admin: Account) -> Iterator[None]:
    make_company(name="Alba", city="Blois")
    before = counts()
    assert min(before) > 0
    yield
    assert counts() == before


def counts() -> list[int]:
    return [
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (HistoryEntry, HistoryValue)
    ]


ERASE = (
    "UPDATE history_value SET old_value = NULL, new_value = NULL, erased_at = '2026-01-01 00:00:00'"
)
ALTERATIONS = [
    "UPDATE history_entry SET action = 'updated'",
    "UPDATE history_entry SET actor_id = NULL",
    "UPDATE history_entry SET subject_id = subject_id",
    "DELETE FROM history_entry",
    "DELETE FROM history_entry WHERE id = (SELECT max(id) FROM history_entry)",
    "DELETE FROM history_value",
    "UPDATE history_value SET new_value = 'autre'",
    "UPDATE history_value SET new_value = NULL",
    "UPDATE history_value SET field = 'autre'",
    "UPDATE history_value SET erased_at = '2026-01-01 00:00:00'",
    f"{ERASE}, field = 'x'",
    f"{ERASE}, entry_id = 999",
    f"{ERASE}, new_ref = 5",
    f"{ERASE}, old_ref = 5",
    "WITH gone AS (SELECT 1) DELETE FROM history_entry",
]
TWIN = (
    "INSERT INTO history_entry (id, at, action, subject_kind, subject_id)"
    " SELECT id, at, 'x', subject_kind, subject_id FROM history_entry WHERE true"
)
UPSERT = f"{TWIN} ON CONFLICT (id) DO UPDATE SET action = excluded.action"
SQLITE = [
    UPSERT,
    TWIN.replace("INSERT", "INSERT OR REPLACE"),
    TWIN.replace("INSERT", "REPLACE"),
    "REPLACE INTO history_value (id, entry_id, field) SELECT id, entry_id, 'x' FROM history_value",
    "UPDATE OR REPLACE history_entry SET id = id + 1",
    "UPDATE OR IGNORE history_entry SET action = 'x'",
]
POSTGRESQL = [
    UPSERT,
    "TRUNCATE history_entry CASCADE",
    "TRUNCATE history_value",
    "MERGE INTO history_entry h USING history_entry s ON h.id = s.id WHEN MATCHED THEN DELETE",
]


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError) as refusal, db.session.begin_nested():
        db.session.execute(text(statement))
    assert UTTERED in str(refusal.value.orig)


@pytest.mark.parametrize("statement", ALTERATIONS)
def test_the_database_refuses(statement: str) -> None:
    refused(statement)


@pytest.mark.parametrize("statement", SQLITE)
def test_sqlite_refuses_its_own_ways_too(statement: str) -> None:
    if db.session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's own statement")
    refused(statement)


@pytest.mark.parametrize("statement", POSTGRESQL)
def test_postgresql_refuses_its_own_ways_too(statement: str) -> None:
    if db.session.get_bind().dialect.name != "postgresql":
        pytest.skip("PostgreSQL's own statement")
    refused(statement)


def test_an_account_with_history_cannot_be_deleted(admin: Account) -> None:
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(text("DELETE FROM ab_user WHERE id = :id"), {"id": admin.id})


def test_an_erasure_blanks_a_value_and_says_when() -> None:
    db.session.execute(text(f"{ERASE} WHERE field = 'name'"))
    value = db.session.scalars(select(HistoryValue).where(HistoryValue.field == "name")).one()
    assert (value.old_value, value.new_value) == (None, None)
    assert value.erased_at is not None
