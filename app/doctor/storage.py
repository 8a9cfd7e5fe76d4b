"""Checks of the database itself, and of what an installation comes with."""

from __future__ import annotations

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Insert, column, func, insert, select, text
from sqlalchemy import table as table_clause
from sqlalchemy.exc import DatabaseError

from app.accounts.operations import sync_security
from app.doctor.findings import Finding, dialect
from app.extensions import db
from app.images import store
from app.images.decoding import Size, smaller
from app.images.models import Image
from app.permissions import ROLES
from app.reference import models as reference
from app.reference.operations import sync_reference

SEARCHED = ("company", "contact")
# SQLite's indexes, over the search texts and over the keys of likely doubles.
SEARCHES = tuple(f"{table}_{part}" for table in SEARCHED for part in ("search", "search_keys"))
# PostgreSQL's: what makes each again.
GIN = {
    **{f"ix_{table}_search_trigram": (table, "search_text gin_trgm_ops") for table in SEARCHED},
    **{
        f"ix_{table}_duplicate_keys": (table, "string_to_array(duplicate_keys, ' ')")
        for table in SEARCHED
    },
}
REFERENCE = (
    reference.NafCode, reference.LegalForm, reference.HeadcountBand, reference.Sector,
    reference.Department, reference.Commune, reference.CommunePostalCode, reference.Country,
)  # fmt: skip
LOGGED = ("company", "contact", "company_tag", "contact_tag")
ROW_EVENTS = ("insert", "update", "delete")
LOG_TRIGGERS = {f"{table}_log_{event}" for table in LOGGED for event in (*ROW_EVENTS, "owner")}
# Those of the migrations, by engine: search (SQLite), history, log of changes.
TRIGGERS = {
    "sqlite": {
        *(f"{index}_{event}" for index in SEARCHES for event in ROW_EVENTS),
        *(f"history_{row}_no_{event}" for row in ("entry", "value") for event in ROW_EVENTS[1:]),
        *LOG_TRIGGERS,
    },
    "postgresql": {
        "history_entry_no_change", "history_entry_no_truncate",
        "history_value_no_update", "history_value_no_delete", "history_value_no_truncate",
        *LOG_TRIGGERS, *(f"{table}_log_truncate" for table in LOGGED),
    },
}  # fmt: skip


def check_schema() -> Finding:
    title = _("Schéma")
    folder = Path(current_app.root_path).parent / "migrations"
    head = ScriptDirectory(str(folder)).get_current_head()
    current = MigrationContext.configure(db.session.connection()).get_current_revision()
    if current == head:
        return Finding(title)
    found = current or _("aucune révision")
    problem = _("révision %(head)s attendue, %(found)s trouvée. Lancez « flask db upgrade ».",
                head=head, found=found)  # fmt: skip
    return Finding(title, problem)


def check_file(_fix: bool) -> Finding:
    """SQLite's own verification of its file and of the links between rows."""
    title = _("Fichier de la base")
    if dialect() != "sqlite":
        return Finding(title)
    said = db.session.scalars(text("PRAGMA integrity_check(5)")).all()
    if said != ["ok"]:
        return Finding(
            title, _("abîmé (%(said)s). Restaurez une sauvegarde.", said="; ".join(said))
        )
    broken = db.session.execute(text("PRAGMA foreign_key_check")).all()
    tables = ", ".join(sorted({str(row[0]) for row in broken}))
    problem = ngettext(
        "%(num)s ligne renvoie à une ligne absente (%(tables)s)",
        "%(num)s lignes renvoient à une ligne absente (%(tables)s)",
        len(broken),
        tables=tables,
    )
    return Finding(title, problem if broken else "")


def check_triggers(_fix: bool) -> Finding:
    """Those that keep the search and the counts in step, and the history as it was written."""
    if dialect() == "sqlite":
        statement = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        statement = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    missing = TRIGGERS[dialect()] - set(db.session.scalars(text(statement)))
    problem = _("absents\u00a0: %(names)s. Restaurez une sauvegarde, ou recréez-les d’après les migrations.",
                names=", ".join(sorted(missing)))  # fmt: skip
    return Finding(_("Déclencheurs de la base"), problem if missing else "")


def check_search_index(fix: bool) -> Finding:
    """The indexes say what the search texts and the keys of likely doubles say."""
    is_sound, repair, names = (
        (_fts_is_sound, _rebuild_fts, SEARCHES)
        if dialect() == "sqlite"
        else (_gin_is_sound, _rebuild_gin, tuple(GIN))
    )
    wrong = [name for name in names if not is_sound(name)]
    if fix:
        for name in wrong:
            repair(name)
    problem = _("à reconstruire (%(tables)s)", tables=", ".join(wrong))
    return Finding(_("Index de recherche"), problem if wrong else "", fixed=fix)


def _fts_is_sound(name: str) -> bool:
    """FTS5's own check, against the table that it indexes (rank 1: sqlite.org/fts5.html)."""
    try:
        with db.session.begin_nested():
            db.session.execute(_fts_command(name, "integrity-check", rank=1))
    except DatabaseError:
        return False
    return True


def _rebuild_fts(name: str) -> None:
    db.session.execute(_fts_command(name, "rebuild"))


def _fts_command(name: str, command: str, rank: int | None = None) -> Insert:
    """An order to an FTS5 table: an insert into the column that bears its own name."""
    index = table_clause(name, column(name), column("rank"))
    values = {name: command} if rank is None else {name: command, "rank": rank}
    return insert(index).values(values)


def _gin_is_sound(name: str) -> bool:
    statement = text(
        "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE relname = :name AND pg_table_is_visible(indexrelid)"
    )
    return bool(db.session.scalar(statement, {"name": name}))


def _rebuild_gin(name: str) -> None:
    table, indexed = GIN[name]
    db.session.execute(text("SET LOCAL statement_timeout = 0"))  # A million rows take minutes.
    db.session.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    db.session.execute(text(f"DROP INDEX IF EXISTS {name}"))
    db.session.execute(text(f"CREATE INDEX {name} ON {table} USING gin ({indexed})"))


def check_reference(fix: bool) -> Finding:
    empty = [
        model.__tablename__
        for model in REFERENCE
        if db.session.scalar(select(func.count()).select_from(model)) == 0
    ]
    if empty and fix:
        sync_reference()
    problem = _("vides (%(tables)s)", tables=", ".join(empty))
    return Finding(_("Listes de référence"), problem if empty else "", fixed=fix)


def check_roles(fix: bool) -> Finding:
    missing = set(ROLES) - set(db.session.scalars(select(RoleRow.name)))
    if missing and fix:
        sync_security()
    problem = _("absents (%(names)s)", names=", ".join(sorted(missing)))
    return Finding(_("Rôles"), problem if missing else "", fixed=fix)


def check_images(fix: bool) -> Finding:
    """Each picture has its files; a small one that is lost is made again from the large one."""
    lost = [sha256 for sha256 in db.session.scalars(select(Image.sha256)) if store.missing(sha256)]
    mended = sum(_mend_image(sha256) for sha256 in lost) if fix else 0
    problem = ngettext(
        "%(num)s image a perdu un fichier. Restaurez une sauvegarde du dossier des images.",
        "%(num)s images ont perdu un fichier. Restaurez une sauvegarde du dossier des images.",
        len(lost),
    )
    return Finding(_("Logos et photos"), problem if lost else "", fixed=mended == len(lost))


def _mend_image(sha256: str) -> bool:
    large = store.read(sha256, Size.LARGE)
    if large is not None:
        store.mend(sha256, Size.SMALL, smaller(large))
    return large is not None
