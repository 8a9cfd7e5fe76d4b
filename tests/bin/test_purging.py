"""The bin is emptied for good: all that is the record's own goes, and nothing that came back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import String, Text, cast, delete, func, select, update
from sqlalchemy.exc import DatabaseError

from app.accounts.models import Account
from app.bin import purging
from app.bin.kinds import KEPT_DAYS
from app.bin.operations import restore, restore_some, trash, undo
from app.bin.purging import FREED_HERE, PAIRS, REMOVED_HERE, WITH_IT, purge_chosen
from app.companies.models import Company, Establishment
from app.contacts.models import Contact, Post
from app.contacts.operations import note_consent
from app.core.rules import Refused
from app.duplicates.models import NotSame
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry, HistoryValue
from app.images.models import Image
from app.jobs.daily import ask_due
from app.jobs.models import Job, State
from app.jobs.runner import Worker
from app.notes.models import Note
from app.notes.operations import edit_note, remove_note, write_note
from app.notes.queries import Owner
from app.tags.models import Tag, company_tag
from app.tags.operations import add_to, trash_tag
from tests.factories import make_company, make_contact, make_tag, stored_image

DAY = datetime(2026, 11, 1, 12, tzinfo=UTC)
OVER = DAY + timedelta(days=KEPT_DAYS, minutes=1)
PURGED_TABLES = {"company", "establishment", "contact", "tag", "note"}
CANARY = "Zxqwvutsr"


def count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def trashed_on_day(subject: Subject, ids: list[int], by: Account) -> Batch:
    with time_machine.travel(DAY, tick=False):
        batch = trash(subject, ids, by=by)
        db.session.commit()
    return batch


def empty(app: Flask, *options: str, at: datetime = OVER) -> str:
    with time_machine.travel(at, tick=False):
        result = app.test_cli_runner().invoke(args=["bin", "empty", *options])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    return " ".join(result.output.split())


def holding(word: str) -> dict[str, int]:
    """Tables with a text that holds the word."""
    found = {}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | Text):
                number = count(table, cast(column, Text).contains(word))
                if number:
                    found[f"{table.name}.{column.name}"] = number
    return found


# ---- what goes


def test_no_table_that_names_a_record_is_forgotten() -> None:
    """A new foreign key must say what becomes of it: by the database itself, or in purging.py."""
    named = {
        f"{key.parent.table.name}.{key.parent.name}": key.ondelete
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in PURGED_TABLES and key.column.name == "id"
    }
    assert set(named) == WITH_IT | REMOVED_HERE | FREED_HERE
    assert {name for name, rule in named.items() if rule == "CASCADE"} == WITH_IT
    # Rows about two records name them by no key.
    two = {"first_id", "second_id", "kept_id", "merged_id"}
    pairs = {table.name for table in db.metadata.sorted_tables if two & {*table.c.keys()}}
    assert pairs == {model.__tablename__ for model in PAIRS}
    # Else a purge would read a whole table for each record.
    for name in named:
        table, column = name.split(".")
        first = {
            index.columns[0].name for index in db.metadata.tables[table].indexes if index.columns
        }
        first |= {next(iter(db.metadata.tables[table].primary_key.columns)).name, "tag_id"}
        assert column in first or table == "tag", name


def test_a_company_goes_with_all_that_is_its_own(
    app: Flask, full: Company, person: Contact, admin: Account
) -> None:
    pk = full.id
    other = make_company(name="Autre")
    db.session.add(NotSame(module="company", first_id=pk, second_id=other.id, said_by_id=admin.id))
    trashed_on_day(Subject.COMPANY, [pk], admin)
    assert empty(app) == "Supprimés définitivement : 1."
    assert count(Company, Company.id == pk) == 0
    for model in (Establishment, Post, NotSame):
        column = getattr(model, "company_id", None) or model.first_id
        assert count(model, column == pk) == 0
    assert count(company_tag, company_tag.c.company_id == pk) == 0
    assert count(Note, Note.contact_id.is_(None)) == 0
    # Who worked there and what belonged to it stay, and know it no more.
    assert (person.company_id, person.establishment_id, person.trashed_at) == (None, None, None)
    daughter = db.session.scalars(select(Company).where(Company.name == "Filiale")).one()
    assert daughter.parent_id is None
    for subject, identity, field in ((Subject.CONTACT, person.id, "company"), (Subject.COMPANY, daughter.id, "parent")):  # fmt: skip
        line = last_line(subject, identity)
        assert (line.action, line.actor_id) == (Action.UPDATED, None)
        values = {value.field: (value.old_value, value.new_value) for value in line.values}
        assert values[field] == ("Maison Alba", None)


def last_line(subject: Subject, identity: int) -> HistoryEntry:
    mine = HistoryEntry.subject_kind == subject, HistoryEntry.subject_id == identity
    return db.session.scalars(
        select(HistoryEntry).where(*mine).order_by(HistoryEntry.id.desc()).limit(1)
    ).one()


def test_nothing_personal_stays_of_a_contact(app: Flask, full: Company, admin: Account) -> None:
    contact = make_contact(
        first_name=CANARY, last_name=CANARY, email=f"{CANARY.lower()}@x.example",
        personal_city=CANARY, description=f"Dit {CANARY}", job_title=CANARY, company_id=full.id,
    )  # fmt: skip
    owner = Owner(Subject.CONTACT, contact.id)
    edit_note(write_note(owner, CANARY, by=admin), owner, f"{CANARY} !", base=CANARY, by=admin)
    note_consent(contact, "yes", means="phone", wording=CANARY, by=admin)
    db.session.commit()
    pk = contact.id
    assert set(holding(CANARY)) >= {"contact.last_name", "history_value.new_value", "note.text"}
    trashed_on_day(Subject.CONTACT, [pk], admin)
    assert "batch.label" in holding(CANARY)
    empty(app)
    assert holding(CANARY) == {}
    assert holding(CANARY.lower()) == {}
    # The lines stay, and one more says what was done.
    mine = HistoryEntry.subject_kind == Subject.CONTACT, HistoryEntry.subject_id == pk
    actions = db.session.scalars(select(HistoryEntry.action).where(*mine)).all()
    assert {Action.CREATED, Action.TRASHED, Action.PURGED} <= set(actions)


def test_the_history_lets_nothing_but_erasure_happen(app: Flask, full: Company) -> None:
    line = select(HistoryEntry.id).where(HistoryEntry.subject_id == full.id).limit(1)
    entry = db.session.scalar(line)
    for statement in (
        delete(HistoryEntry).where(HistoryEntry.id == entry),
        update(HistoryValue).where(HistoryValue.entry_id == entry).values(new_value="autre"),
    ):
        with pytest.raises(DatabaseError), db.session.begin_nested():
            db.session.execute(statement)


def test_what_was_merged_into_a_record_goes_with_it(
    app: Flask, full: Company, admin: Account
) -> None:
    loser, deeper = make_company(name="Absorbée"), make_company(name="Plus tôt")
    trash(Subject.COMPANY, [loser.id, deeper.id], by=admin)
    loser.merged_into_id, deeper.merged_into_id = full.id, loser.id
    loser.trash_batch_id = deeper.trash_batch_id = None
    db.session.commit()
    ids = [full.id, loser.id, deeper.id]
    trashed_on_day(Subject.COMPANY, [full.id], admin)
    empty(app)
    assert count(Company, Company.id.in_(ids)) == 0


def test_a_tag_and_a_note_go_too(app: Flask, full: Company, admin: Account) -> None:
    tag, owner = make_tag("Éphémère"), Owner(Subject.COMPANY, full.id)
    add_to(tag, [full.id], by=admin)
    note = write_note(owner, CANARY, by=admin)
    db.session.commit()
    tag_id, note_id = tag.id, note.id
    with time_machine.travel(DAY, tick=False):
        trash_tag(tag, by=admin)
        remove_note(note, owner, by=admin)
        db.session.commit()
    assert empty(app) == "Supprimés définitivement : 2."
    assert (count(Tag, Tag.id == tag_id), count(Note, Note.id == note_id)) == (0, 0)
    assert holding(CANARY) == {}
    # A tag is nobody's own: what bore it still says so.
    assert count(HistoryValue, HistoryValue.new_value == "Éphémère") > 0


def test_the_id_of_one_that_is_gone_is_never_given_again(
    app: Flask, full: Company, admin: Account
) -> None:
    """Else the history of the first would be shown as the second's."""
    last = make_company(name="Dernière")
    pk = last.id
    trashed_on_day(Subject.COMPANY, [pk], admin)
    empty(app)
    assert make_company(name="Suivante").id > pk


# ---- what stays


def test_what_came_back_or_is_not_over_stays(app: Flask, full: Company, admin: Account) -> None:
    young, back = make_company(name="Récente"), make_company(name="Revenue")
    batch = trashed_on_day(Subject.COMPANY, [full.id, back.id], admin)
    with time_machine.travel(DAY + timedelta(days=1), tick=False):
        trash(Subject.COMPANY, [young.id], by=admin)
        assert restore_some(batch, [back.id], by=admin) == 1
        db.session.commit()
    assert empty(app, "--dry-run") == "À supprimer définitivement : 1."
    assert empty(app) == "Supprimés définitivement : 1."
    assert count(Company, Company.id == back.id, Company.trashed_at.is_(None)) == 1
    assert count(Company, Company.id == young.id) == 1
    assert empty(app) == "Supprimés définitivement : 0."


def test_on_the_last_day_it_can_still_come_back_and_the_next_not(
    app: Flask, full: Company, admin: Account
) -> None:
    batch = trashed_on_day(Subject.COMPANY, [full.id], admin)
    with time_machine.travel(OVER, tick=False), pytest.raises(Refused) as refusal:
        undo(batch, by=admin)
    assert "supprimé définitivement" in str(refusal.value.message)
    with time_machine.travel(DAY + timedelta(days=KEPT_DAYS, minutes=-1), tick=False):
        assert empty(app, at=DAY + timedelta(days=KEPT_DAYS, minutes=-1)) == "Supprimés définitivement : 0."  # fmt: skip
        undo(batch, by=admin)
    assert full.trashed_at is None


def test_a_restored_batch_is_not_purged_by_hand(full: Company, admin: Account) -> None:
    batch, pk = trash(Subject.COMPANY, [full.id], by=admin), full.id
    restore(batch, by=admin)
    assert purge_chosen(batch.id, [pk], by=admin) == 0
    assert count(Company, Company.id == pk) == 1


# ---- in parts, every day


def test_it_goes_on_where_it_was_killed(
    app: Flask, full: Company, admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "PART", 2)
    ids = [make_company().id for _ in range(5)]
    batch = trashed_on_day(Subject.COMPANY, ids, admin)
    with time_machine.travel(OVER, tick=False):
        assert purging.purge_part(batch.id, by=None) == 2
        db.session.commit()
        assert purging.purge_part(batch.id, by=None) == 2
        db.session.rollback()  # Killed before this part was stored.
    assert count(Company, Company.id.in_(ids)) == 3
    assert empty(app) == "Supprimés définitivement : 3."
    assert db.session.get_one(Batch, batch.id).purged_at is not None


def test_the_workers_empty_it_once_a_day(app: Flask, full: Company, admin: Account) -> None:
    image = stored_image()
    image.used_at, full.logo_id = DAY - timedelta(days=1), image.id
    db.session.commit()
    assert ask_due() == []
    trashed_on_day(Subject.COMPANY, [full.id], admin)
    with time_machine.travel(OVER, tick=False):
        (asked,) = ask_due()
        job_id, pk = asked.id, full.id
        db.session.commit()
        assert ask_due() == []
        while Worker().work():
            pass
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.report, job.asked_by_id) == (State.DONE, {"changed": 1}, None)
    assert count(Company, Company.id == pk) == 0
    assert count(Image) == 0
