"""Trigram indexes for search, and a history that nobody can alter.

Revision: 0002, after 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEARCHED = ("company", "contact")

# SQLite: an FTS5 index over each table's own search text, kept in step by triggers.
SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE {t}_search USING fts5("
    "search_text, content='{t}', content_rowid='id', tokenize='trigram', detail='full')",
    "CREATE TRIGGER {t}_search_insert AFTER INSERT ON {t} BEGIN "
    "INSERT INTO {t}_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER {t}_search_delete AFTER DELETE ON {t} BEGIN "
    "INSERT INTO {t}_search({t}_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER {t}_search_update AFTER UPDATE OF search_text ON {t} "
    "WHEN old.search_text IS NOT new.search_text BEGIN "
    "INSERT INTO {t}_search({t}_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text); "
    "INSERT INTO {t}_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "INSERT INTO {t}_search({t}_search) VALUES ('rebuild')",
)
# The keys that likely doubles share (app/duplicates/keys.py): whole words, whose place is nothing.
SQLITE_KEYS = (
    "CREATE VIRTUAL TABLE {t}_search_keys USING fts5("
    "duplicate_keys, content='{t}', content_rowid='id', tokenize='ascii', detail='none', "
    "columnsize=0)",
    "CREATE TRIGGER {t}_search_keys_insert AFTER INSERT ON {t} BEGIN "
    "INSERT INTO {t}_search_keys(rowid, duplicate_keys) VALUES (new.id, new.duplicate_keys); END",
    "CREATE TRIGGER {t}_search_keys_delete AFTER DELETE ON {t} BEGIN "
    "INSERT INTO {t}_search_keys({t}_search_keys, rowid, duplicate_keys) "
    "VALUES ('delete', old.id, old.duplicate_keys); END",
    "CREATE TRIGGER {t}_search_keys_update AFTER UPDATE OF duplicate_keys ON {t} "
    "WHEN old.duplicate_keys IS NOT new.duplicate_keys BEGIN "
    "INSERT INTO {t}_search_keys({t}_search_keys, rowid, duplicate_keys) "
    "VALUES ('delete', old.id, old.duplicate_keys); "
    "INSERT INTO {t}_search_keys(rowid, duplicate_keys) VALUES (new.id, new.duplicate_keys); END",
    "INSERT INTO {t}_search_keys({t}_search_keys) VALUES ('rebuild')",
)
POSTGRES_KEYS = (
    "CREATE INDEX ix_{t}_duplicate_keys ON {t} USING gin (string_to_array(duplicate_keys, ' '))"
)
POSTGRES_SEARCH = "CREATE INDEX ix_{t}_search_trigram ON {t} USING gin (search_text gin_trgm_ops)"

# An erasure may blank a value and date the blanking; nothing else may touch the history.
ONLY_ERASED = (
    "NEW.old_value IS NULL AND NEW.new_value IS NULL AND NEW.erased_at IS NOT NULL "
    "AND NEW.id = OLD.id AND NEW.entry_id = OLD.entry_id AND NEW.field = OLD.field "
    "AND COALESCE(NEW.old_ref, OLD.old_ref, 0) = COALESCE(OLD.old_ref, 0) "
    "AND COALESCE(NEW.new_ref, OLD.new_ref, 0) = COALESCE(OLD.new_ref, 0)"
)
SQLITE_HISTORY = (
    "CREATE TRIGGER history_entry_no_update BEFORE UPDATE ON history_entry "
    "BEGIN SELECT RAISE(ABORT, 'the history cannot be altered'); END",
    "CREATE TRIGGER history_entry_no_delete BEFORE DELETE ON history_entry "
    "BEGIN SELECT RAISE(ABORT, 'the history cannot be altered'); END",
    "CREATE TRIGGER history_value_no_delete BEFORE DELETE ON history_value "
    "BEGIN SELECT RAISE(ABORT, 'the history cannot be altered'); END",
    "CREATE TRIGGER history_value_no_update BEFORE UPDATE ON history_value "
    f"WHEN NOT ({ONLY_ERASED}) "
    "BEGIN SELECT RAISE(ABORT, 'the history cannot be altered'); END",
)
POSTGRES_HISTORY = (
    "CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the history cannot be altered'; END $$",
    "CREATE FUNCTION refuse_value_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF {ONLY_ERASED} THEN RETURN NEW; END IF; "
    "RAISE EXCEPTION 'the history cannot be altered'; END $$",
    "CREATE TRIGGER history_entry_no_change BEFORE UPDATE OR DELETE ON history_entry "
    "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER history_entry_no_truncate BEFORE TRUNCATE ON history_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER history_value_no_update BEFORE UPDATE ON history_value "
    "FOR EACH ROW EXECUTE FUNCTION refuse_value_change()",
    "CREATE TRIGGER history_value_no_delete BEFORE DELETE ON history_value "
    "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "CREATE TRIGGER history_value_no_truncate BEFORE TRUNCATE ON history_value "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            for statement in (*SQLITE_SEARCH, *SQLITE_KEYS):
                op.execute(statement.format(t=table))
        for statement in SQLITE_HISTORY:
            op.execute(statement)
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for table in SEARCHED:
        op.execute(POSTGRES_SEARCH.format(t=table))
        op.execute(POSTGRES_KEYS.format(t=table))
    for statement in POSTGRES_HISTORY:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            for event in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_search_{event}")
                op.execute(f"DROP TRIGGER {table}_search_keys_{event}")
            op.execute(f"DROP TABLE {table}_search")
            op.execute(f"DROP TABLE {table}_search_keys")
        for name in ("entry_no_update", "entry_no_delete", "value_no_delete", "value_no_update"):
            op.execute(f"DROP TRIGGER history_{name}")
        return
    for table in SEARCHED:
        op.execute(f"DROP INDEX ix_{table}_search_trigram")
        op.execute(f"DROP INDEX ix_{table}_duplicate_keys")
    for name in ("no_change", "no_truncate"):
        op.execute(f"DROP TRIGGER history_entry_{name} ON history_entry")
    for name in ("no_update", "no_delete", "no_truncate"):
        op.execute(f"DROP TRIGGER history_value_{name} ON history_value")
    op.execute("DROP FUNCTION refuse_history_change()")
    op.execute("DROP FUNCTION refuse_value_change()")
