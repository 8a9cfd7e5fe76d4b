"""The migrations, up and down, on an empty base and on one with something in every table."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.command import check, downgrade, upgrade
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, Table, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from app import create_app
from app.core.db import utcnow
from app.extensions import db
from app.history.models import HistoryEntry, HistoryValue
from tests.conftest import CAST, add_account, database_url, settings
from tests.filled import empty_tables, fill

pytestmark = pytest.mark.own_database
FOLDER = Path(__file__).parents[1] / "migrations"
# The change log is about what was written since it was made: a step down ends it, and that is all.
LOG = "list_change"
Dump = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def base(tmp_path: Path, worker_id: str) -> Iterator[Flask]:
    """An application on an empty database of its own."""
    own = create_app(settings(database_url(tmp_path, f"migrations_{worker_id}"), tmp_path))
    with own.app_context():
        yield own
        db.session.remove()
        db.engine.dispose()


def config() -> Config:
    made = Config(str(FOLDER / "alembic.ini"))
    made.set_main_option("script_location", str(FOLDER))
    return made


def migrate(step: Any, revision: str) -> None:
    """Up or down, as the command does it."""
    db.session.remove()
    with warnings.catch_warnings():
        # SQLite tells nothing of its indexes on expressions, and Alembic says so.
        warnings.simplefilter("ignore")
        step(config(), revision)


def revisions() -> list[str]:
    """All revisions, the first one first."""
    script = ScriptDirectory.from_config(config())
    return [found.revision for found in reversed(list(script.walk_revisions()))]


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def ours() -> set[str]:
    return set(db.metadata.tables)


def dump() -> Dump:
    """Every row of every table of the models, in the order of its columns."""
    found: Dump = {}
    db.session.remove()
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    del found[LOG]
    return found


def fill_base() -> None:
    from app.accounts.operations import sync_security

    sync_security()
    for username, (role, category) in CAST.items():
        add_account(username, role, category)
    db.session.commit()
    fill()
    assert empty_tables() == []


def test_there_is_one_head_and_one_beginning(base: Flask) -> None:
    script = ScriptDirectory.from_config(config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_up_down_and_up_again_on_an_empty_base(base: Flask) -> None:
    migrate(upgrade, "head")
    assert ours() <= tables()
    migrate(downgrade, "base")
    assert tables() <= {"alembic_version"}
    migrate(upgrade, "head")
    assert ours() <= tables()


def test_each_step_can_be_taken_back_alone(base: Flask) -> None:
    for revision in revisions():
        migrate(upgrade, revision)
        before = tables()
        migrate(downgrade, "-1")
        migrate(upgrade, revision)
        assert tables() == before


def test_down_and_up_on_a_filled_base(base: Flask) -> None:
    migrate(upgrade, "head")
    fill_base()
    migrate(downgrade, "base")
    assert tables() <= {"alembic_version"}
    migrate(upgrade, "head")
    assert set(empty_tables()) == ours() - {LOG}


def test_one_step_down_and_up_loses_nothing(base: Flask) -> None:
    migrate(upgrade, "head")
    fill_base()
    before = dump()
    migrate(downgrade, "-1")
    migrate(upgrade, "head")
    assert dump() == before
    assert found("chocolaterie") == 1


def found(word: str) -> int:
    """How many companies the list's search finds: its index must be as full as its table."""
    from app.companies.queries import COMPANIES
    from app.core.listing import Listing

    return Listing(COMPANIES, q=word).count()


def test_the_models_have_the_tables_that_the_migrations_made(base: Flask) -> None:
    migrate(upgrade, "head")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # As in migrate().
        check(config())  # Raises when there is a difference.
    extra = tables() - ours() - {"alembic_version"}
    assert all("_search" in name for name in extra)


def columns(table: str) -> dict[str, bool]:
    return {
        column["name"]: bool(column["nullable"]) for column in inspect(db.engine).get_columns(table)
    }


def test_columns_are_those_of_the_models(base: Flask) -> None:
    """Alembic's comparison is known to leave out what a dialect does not tell: names and nulls
    are compared here once more, one by one."""
    migrate(upgrade, "head")
    wanted = {
        table.name: {column.name: bool(column.nullable) for column in table.columns}
        for table in db.metadata.sorted_tables
    }
    assert {name: columns(name) for name in wanted} == wanted


def checks(table: Table) -> set[str]:
    """Names as the convention makes them; it does not reach a table that FAB declared first."""
    names = {str(r.name) for r in table.constraints if isinstance(r, CheckConstraint) and r.name}
    return {name if name.startswith("ck_") else f"ck_{table.name}_{name}" for name in names}


def test_the_rules_of_the_models_are_in_the_database(base: Flask) -> None:
    """Checks, unique keys and indexes by name: Alembic compares no checks at all."""
    migrate(upgrade, "head")
    there = inspect(db.engine)
    missing = set()
    for table in db.metadata.sorted_tables:
        kept = {str(rule["name"]) for rule in there.get_check_constraints(table.name)}
        missing |= {(table.name, name) for name in checks(table) - kept}
        missing |= {(table.name, name) for name in indexes(table) - stored_indexes(table.name)}
    assert not missing


def indexes(table: Table) -> set[str]:
    """FAB's own tables have none that count; some of ours are for one database only."""
    here = db.engine.dialect.name
    return {
        str(index.name)
        for index in table.indexes
        if not table.name.startswith("ab_")
        and (index._ddl_if is None or index._ddl_if.dialect == here)
    }


def stored_indexes(table: str) -> set[str]:
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = :t"
        if db.engine.dialect.name == "sqlite"
        else "SELECT indexname FROM pg_indexes WHERE tablename = :t"
    )
    with db.engine.connect() as connection:
        return set(connection.scalars(text(statement), {"t": table}))


def test_the_history_cannot_be_altered(base: Flask) -> None:
    migrate(upgrade, "head")
    fill_base()
    for statement in (
        update(HistoryEntry).values(action="created"),
        HistoryEntry.__table__.delete(),
        update(HistoryValue).values(new_value="autre"),
        HistoryValue.__table__.delete(),
        update(HistoryValue).values(old_value=None, new_value=None),
    ):
        with pytest.raises(DatabaseError, match="the history cannot be altered"):
            db.session.execute(statement, execution_options={"synchronize_session": False})
        db.session.rollback()


def test_an_erasure_may_blank_a_value_and_date_it(base: Flask) -> None:
    migrate(upgrade, "head")
    fill_base()
    value = db.session.scalars(
        select(HistoryValue).where(HistoryValue.new_value.is_not(None))
    ).first()
    assert value is not None
    value.old_value = value.new_value = None
    value.erased_at = utcnow()
    db.session.commit()
    assert value.erased_at is not None


def test_the_whole_history_cannot_be_emptied_at_once(base: Flask) -> None:
    """TRUNCATE and INSERT OR REPLACE go round triggers on rows, unless they are held too."""
    migrate(upgrade, "head")
    fill_base()
    ways = (
        ["INSERT OR REPLACE INTO history_entry SELECT * FROM history_entry"]
        if db.engine.dialect.name == "sqlite"
        else ["TRUNCATE history_value", "TRUNCATE history_entry CASCADE"]
    )
    for statement in ways:
        with pytest.raises(DatabaseError, match="the history cannot be altered"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_the_suite_runs_on_the_database_that_it_was_given(base: Flask) -> None:
    wanted = "postgresql" if os.environ.get("PASSERELLE_TEST_DATABASE_URL") else "sqlite"
    assert db.engine.dialect.name == wanted
