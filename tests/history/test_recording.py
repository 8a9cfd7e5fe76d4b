"""Every operation writes its line: who, what, which record, old and new values, which batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.bin.operations import trash, undo
from app.companies import operations as companies
from app.companies import sites
from app.companies.models import Company
from app.contacts import operations as contacts
from app.contacts.models import Consent, Contact
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.history.operations import Named, diff, open_batch, record, record_many
from app.tags.models import Tag
from app.tags.naming import update_tag
from app.tags.operations import add_to, bulk_add, bulk_remove, trash_tag
from tests.factories import make_company, make_contact, make_tag

Line = tuple[str, str, int]


def lines_after(first: int) -> list[Line]:
    statement = select(HistoryEntry).where(HistoryEntry.id > first).order_by(HistoryEntry.id)
    return [(e.action, e.subject_kind, e.subject_id) for e in db.session.scalars(statement)]


def newest() -> int:
    return db.session.scalar(select(func.max(HistoryEntry.id))) or 0


def changes(entry: HistoryEntry) -> dict[str, tuple[str | None, str | None]]:
    return {value.field: (value.old_value, value.new_value) for value in entry.values}


class Scene:
    """A company, a contact who works there, and a tag on the company."""

    def __init__(self, by: Account) -> None:
        self.by = by
        self.company: Company = make_company(name="Alba", city="Blois")
        self.other: Company = make_company(name="Brio")
        self.contact: Contact = make_contact(company_id=self.company.id)
        self.tag: Tag = make_tag("Partenaire")
        add_to(self.tag, [self.company.id], by=by)
        db.session.commit()

    def edit_company(self, **values: Any) -> None:
        base = companies.form_values(self.company)
        companies.update_company(self.company, {**base, **values}, base=base, by=self.by)

    def edit_contact(self, **values: Any) -> None:
        base = contacts.form_values(self.contact)
        contacts.update_contact(self.contact, {**base, **values}, base=base, by=self.by)


COMPANY, CONTACT, TAG = Subject.COMPANY, Subject.CONTACT, Subject.TAG
# What is done → the lines it writes: action, kind of the record, its name in the scene.
DEEDS: dict[str, tuple[Callable[[Scene], object], list[tuple[Action, Subject, str]]]] = {
    "edit a company": (lambda s: s.edit_company(name="B"), [(Action.UPDATED, COMPANY, "company")]),
    "edit its head office": (
        lambda s: s.edit_company(city="Tours"), [(Action.SITE_UPDATED, COMPANY, "company")]
    ),
    "add a site": (
        lambda s: sites.add_establishment(s.company, {"city": "Tours"}, by=s.by),
        [(Action.SITE_ADDED, COMPANY, "company")],
    ),
    "edit a contact": (
        lambda s: s.edit_contact(last_name="B"), [(Action.UPDATED, CONTACT, "contact")]
    ),
    "move a contact": (
        lambda s: s.edit_contact(company_id=s.other.id),
        [(Action.UPDATED, CONTACT, "contact"), (Action.CONTACT_DETACHED, COMPANY, "company"),
         (Action.CONTACT_ATTACHED, COMPANY, "other")],
    ),
    "note consent": (
        lambda s: contacts.note_consent(s.contact, Consent.YES, means="phone", wording="", by=s.by),
        [(Action.CONSENT_NOTED, CONTACT, "contact")],
    ),
    "add a tag": (lambda s: add_to(s.tag, [s.other.id], by=s.by), [(Action.TAG_ADDED, COMPANY, "other")]),
    "add a tag to many": (
        lambda s: bulk_add(s.tag, [s.company.id, s.other.id], by=s.by),
        [(Action.TAG_ADDED, COMPANY, "other")],
    ),
    "remove a tag from many": (
        lambda s: bulk_remove(s.tag, [s.company.id, s.other.id], by=s.by),
        [(Action.TAG_REMOVED, COMPANY, "company")],
    ),
    "make a tag": (lambda _s: make_tag("Neuf"), [(Action.CREATED, TAG, "")]),
    "rename a tag": (
        lambda s: update_tag(s.tag, label="B", colour="red", by=s.by), [(Action.UPDATED, TAG, "tag")]
    ),
    "delete a tag": (lambda s: trash_tag(s.tag, by=s.by), [(Action.TRASHED, TAG, "tag")]),
    "delete a company": (
        lambda s: trash(COMPANY, [s.company.id], by=s.by), [(Action.TRASHED, COMPANY, "company")]
    ),
    "delete a contact": (
        lambda s: trash(CONTACT, [s.contact.id], by=s.by), [(Action.TRASHED, CONTACT, "contact")]
    ),
    "restore a company": (
        lambda s: undo(trash(COMPANY, [s.company.id], by=s.by), by=s.by),
        [(Action.TRASHED, COMPANY, "company"), (Action.RESTORED, COMPANY, "company")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_each_deed_writes_its_lines_under_its_doer(
    admin: Account, editor: Account, deed: str
) -> None:
    scene = Scene(editor)
    do, expected = DEEDS[deed]
    first = newest()
    do(scene)
    db.session.flush()
    got = lines_after(first)
    assert [line[:2] for line in got] == [line[:2] for line in expected]
    for line, (_action, _kind, name) in zip(got, expected, strict=True):
        assert not name or line[2] == getattr(scene, name).id
    doers = set(db.session.scalars(select(HistoryEntry.actor_id).where(HistoryEntry.id > first)))
    assert doers <= {editor.id, admin.id}


def test_a_new_company_s_lines_bear_what_was_given(editor: Account) -> None:
    company = make_company(by=editor, name="Alba", city="Blois", turnover=5)
    created, site = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
    assert (created.action, created.actor_id) == (Action.CREATED, editor.id)
    given = changes(created)
    assert (given["name"], given["turnover"]) == ((None, "Alba"), (None, "5"))
    assert "acronym" not in given
    assert (site.action, site.object_kind) == (Action.SITE_ADDED, Part.ESTABLISHMENT)
    assert changes(site)["city"] == (None, "Blois")
    assert site.subject_id == company.id


def test_a_related_record_is_kept_by_id_and_by_the_name_it_had(admin: Account) -> None:
    scene = Scene(admin)
    scene.edit_company(parent_id=scene.other.id)
    value = db.session.scalars(select(HistoryValue).where(HistoryValue.field == "parent")).one()
    assert (value.new_value, value.new_ref, value.old_ref) == ("Brio", scene.other.id, None)
    scene.other.name = "Autre nom"
    db.session.commit()
    assert value.new_value == "Brio"


def test_a_refused_deed_leaves_no_line(admin: Account) -> None:
    scene = Scene(admin)
    first = newest()
    with pytest.raises(Refused):
        scene.edit_company(siren=scene.other.siren)
    db.session.rollback()
    assert lines_after(first) == []


# ---- the writer itself


def test_values_are_stored_as_text_and_blanks_as_none(admin: Account) -> None:
    given = {"a": (None, ""), "b": (True, False), "c": (0, 12), "d": ("x", Named(7, "Sept"))}
    entry = record(Action.UPDATED, subject=COMPANY, subject_id=1, by=admin, changes=given)
    assert changes(entry) == {
        "a": (None, None), "b": ("1", "0"), "c": ("0", "12"), "d": ("x", "Sept")
    }  # fmt: skip


def test_only_fields_that_differ_are_changes() -> None:
    assert diff({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None, "d": 4}) == {
        "b": (2, 3), "d": (None, 4)
    }  # fmt: skip


def test_many_lines_are_written_at_once(admin: Account) -> None:
    batch = open_batch("tag_added", subject=COMPANY, by=admin)
    pair = {"tag": (None, Named(1, "A"))}
    count = record_many(
        Action.TAG_ADDED, subject=COMPANY, subject_ids=range(1, 1201), by=admin, changes=pair,
        batch=batch, part=(Part.TAG, 1),
    )  # fmt: skip
    entries = db.session.scalars(
        select(HistoryEntry).where(HistoryEntry.batch_id == batch.id)
    ).all()
    assert count == len(entries) == 1200
    assert {entry.subject_id for entry in entries} == set(range(1, 1201))
    assert changes(entries[-1]) == {"tag": (None, "A")}
    assert record_many(
        Action.TAG_ADDED, subject=COMPANY, subject_ids=[], by=admin, changes=pair, batch=batch
    ) == 0  # fmt: skip
