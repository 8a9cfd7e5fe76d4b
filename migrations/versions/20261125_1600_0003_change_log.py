"""A log of which records were written, for the counts that are kept in memory.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The column that says whose record a row is of.
OWNERS = {
    "company": "id",
    "contact": "id",
    "company_tag": "company_id",
    "contact_tag": "contact_id",
}

# SQLite: a ring. Commits come in the order of seq, so a reader has missed nothing as long as the
# last row that it read is still there. event: (when it fires, whose id is written)
SQLITE_TRIGGERS = {
    "insert": ("AFTER INSERT ON {t}", "new"),
    "delete": ("AFTER DELETE ON {t}", "old"),
    "update": ("AFTER UPDATE ON {t}", "new"),
    "owner": ("AFTER UPDATE OF {owner} ON {t} WHEN old.{owner} <> new.{owner}", "old"),
}
SQLITE = tuple(
    f"CREATE TRIGGER {{t}}_log_{event} {fires} BEGIN "
    f"INSERT INTO list_change (kind, record_ids, mark) VALUES ('{{t}}', {row}.{{owner}}, random()); "
    "DELETE FROM list_change WHERE seq = last_insert_rowid() - 50000; END"
    for event, (fires, row) in SQLITE_TRIGGERS.items()
)

# PostgreSQL: one row a statement. Transactions do not commit in the order of seq: the reader goes
# by xid. What may be gone is written down in row 0, whose lock lets one writer at a time prune
# and no other wait.
POSTGRES_PRUNE = """
CREATE FUNCTION prune_list_change(newest bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE horizon bigint;
BEGIN
  PERFORM 1 FROM list_change WHERE seq = 0 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT xid INTO horizon FROM list_change
    WHERE seq > 0 AND seq <= newest - 10000 ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE list_change SET xid = greatest(xid, horizon) WHERE seq = 0;
  DELETE FROM list_change WHERE seq > 0 AND xid < horizon;
END $$
"""
POSTGRES_LOG = """
CREATE FUNCTION log_{t}_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids integer[];
  number bigint;
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    SELECT array_agg({owner}) INTO ids FROM touched;
    IF ids IS NULL THEN RETURN NULL; END IF;
  END IF;
  INSERT INTO list_change (kind, record_ids, xid, mark)
    VALUES ('{t}', ids, pg_current_xact_id()::text::bigint, (random() * 9e15)::bigint)
    RETURNING seq INTO number;
  IF number % 256 = 0 THEN PERFORM prune_list_change(number); END IF;
  RETURN NULL;
END $$
"""
# A table seen through « touched »; two triggers for an update, since a link may change owner.
POSTGRES_TRIGGERS = (
    "CREATE TRIGGER {t}_log_insert AFTER INSERT ON {t} REFERENCING NEW TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION log_{t}_change()",
    "CREATE TRIGGER {t}_log_delete AFTER DELETE ON {t} REFERENCING OLD TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION log_{t}_change()",
    "CREATE TRIGGER {t}_log_update AFTER UPDATE ON {t} REFERENCING NEW TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION log_{t}_change()",
    "CREATE TRIGGER {t}_log_owner AFTER UPDATE ON {t} REFERENCING OLD TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION log_{t}_change()",
    "CREATE TRIGGER {t}_log_truncate AFTER TRUNCATE ON {t} "
    "FOR EACH STATEMENT EXECUTE FUNCTION log_{t}_change()",
)


def upgrade() -> None:
    op.create_table(
        "list_change",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), nullable=False
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("record_ids", sa.ARRAY(sa.Integer).with_variant(sa.Integer, "sqlite")),
        sa.Column("xid", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_list_change")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    # On SQLite seq says all: no row goes into the index.
    op.create_index("ix_list_change_xid", "list_change", ["xid"], sqlite_where=sa.text("xid > 0"))
    if not sqlite:
        op.execute(POSTGRES_PRUNE)
    mark = "random()" if sqlite else "(random() * 9e15)::bigint"
    op.execute(f"INSERT INTO list_change (seq, kind, mark) VALUES (0, '', {mark})")
    for table, owner in OWNERS.items():
        for statement in SQLITE if sqlite else (POSTGRES_LOG, *POSTGRES_TRIGGERS):
            op.execute(statement.format(t=table, owner=owner))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in OWNERS:
        for event in ("insert", "delete", "update", "owner", *(() if sqlite else ("truncate",))):
            on = "" if sqlite else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_log_{event}{on}")
        if not sqlite:
            op.execute(f"DROP FUNCTION log_{table}_change()")
    if not sqlite:
        op.execute("DROP FUNCTION prune_list_change(bigint)")
    op.drop_table("list_change")
