"""Tags: one label once in its module whatever its writing, and former labels that still lead to it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.bin.operations import undo
from app.companies.models import Company
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from app.tags.models import Module, Tag, TagAlias
from app.tags.naming import update_tag
from app.tags.offers import pick_tags
from app.tags.operations import (
    add_to,
    bulk_add,
    create_tag,
    ensure_tag,
    find_tag,
    remove_from,
    trash_tag,
    usage,
)
from app.tags.queries import tag_counts
from tests.factories import make_company, make_contact, make_tag

COMPANY, CONTACT = Module.COMPANY, Module.CONTACT
SAME = ["Salon d’été", "SALON D'ETE", "  salon   d’Été ", "salon d´ete", "Salon-d-été"]


def lines(action: Action) -> list[HistoryEntry]:
    return list(db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == action)))


def labels(company: Company) -> list[str]:
    db.session.expire_all()
    return [tag.label for tag in company.tags]


@pytest.mark.parametrize("writing", SAME)
def test_a_label_is_unique_whatever_its_writing(admin: Account, writing: str) -> None:
    known = make_tag(SAME[0])
    with pytest.raises(Refused) as refusal:
        create_tag(COMPANY, writing, by=admin)
    assert refusal.value.existing is known
    assert ensure_tag(COMPANY, writing, by=admin) is known
    assert find_tag(COMPANY, writing) is known


def test_each_module_has_its_own_labels(admin: Account) -> None:
    company_tag = make_tag("VIP")
    assert find_tag(CONTACT, "VIP") is None
    assert make_tag("VIP", CONTACT).id != company_tag.id


@pytest.mark.parametrize("label", ["", "  ", "\u200b", "—", "😀", "\x00"])
def test_a_label_that_says_nothing_is_refused(admin: Account, label: str) -> None:
    with pytest.raises(Refused):
        create_tag(COMPANY, label, by=admin)


@pytest.mark.parametrize("label", ["a" * 61, "щ" * 60, "北" * 60])
def test_a_label_that_no_column_holds_is_refused(admin: Account, label: str) -> None:
    with pytest.raises(Refused):
        create_tag(COMPANY, label, by=admin)


@pytest.mark.parametrize("label", ["a" * 60, "Éé" * 30, "Москва", "北京", "C++", "100 %", "R&D"])
def test_a_label_of_any_script_is_kept_as_typed(admin: Account, label: str) -> None:
    assert create_tag(COMPANY, label, by=admin).label == label
    assert find_tag(COMPANY, label) is not None


# ---- former labels


def test_a_former_label_gives_the_tag(admin: Account) -> None:
    tag = make_tag("Partenaire")
    update_tag(tag, label="Partenaire actif", colour="green", by=admin)
    for label in ("partenaire", "PARTENAIRE ACTIF"):
        assert ensure_tag(COMPANY, label, by=admin) is tag
    with pytest.raises(Refused):
        create_tag(COMPANY, "Partenaire", by=admin)


def test_a_tag_may_take_its_former_label_back(admin: Account) -> None:
    tag = make_tag("Partenaire")
    update_tag(tag, label="Ami", colour="blue", by=admin)
    update_tag(tag, label="Partenaire", colour="blue", by=admin)
    assert tag.label == "Partenaire"
    assert db.session.scalars(select(TagAlias.folded)).all() == ["ami"]


def test_another_writing_of_the_label_keeps_no_former_one(admin: Account) -> None:
    tag = make_tag("partenaire")
    update_tag(tag, label="PARTENAIRE", colour="blue", by=admin)
    assert tag.label == "PARTENAIRE"
    assert db.session.scalars(select(TagAlias)).all() == []


def test_the_label_of_another_tag_is_refused_even_a_former_one(admin: Account) -> None:
    first, second = make_tag("Un"), make_tag("Deux")
    update_tag(first, label="Premier", colour="blue", by=admin)
    for label in ("UN", "premier"):
        with pytest.raises(Refused):
            update_tag(second, label=label, colour="blue", by=admin)
    assert second.label == "Deux"


def test_a_change_bears_old_and_new_values_and_no_change_no_line(admin: Account) -> None:
    tag = make_tag("Partenaire")
    update_tag(tag, label="Partenaire", colour="blue", by=admin)
    assert lines(Action.UPDATED) == []
    update_tag(tag, label="Ami", colour="green", by=admin)
    (line,) = lines(Action.UPDATED)
    assert (line.subject_kind, line.subject_id) == (Subject.TAG, tag.id)
    assert {v.field: (v.old_value, v.new_value) for v in line.values} == {
        "label": ("Partenaire", "Ami"),
        "colour": ("blue", "green"),
        "aliases": (None, "Partenaire"),
    }


# ---- links


def test_only_records_that_changed_are_answered_and_have_a_line(admin: Account) -> None:
    tag, first, second = make_tag("A"), make_company(), make_company()
    assert add_to(tag, [first.id], by=admin) == [first.id]
    assert add_to(tag, [second.id, first.id, second.id], by=admin) == [second.id]
    assert [line.subject_id for line in lines(Action.TAG_ADDED)] == [first.id, second.id]
    assert remove_from(tag, [first.id], by=admin) == [first.id]
    assert remove_from(tag, [first.id], by=admin) == []
    assert len(lines(Action.TAG_REMOVED)) == 1


def test_nothing_to_tag_is_no_error(admin: Account) -> None:
    tag = make_tag("A")
    assert add_to(tag, [], by=admin) == []
    assert remove_from(tag, [], by=admin) == []


def test_tags_of_contacts_go_on_contacts(admin: Account) -> None:
    contact = make_contact()
    add_to(make_tag("VIP", CONTACT), [contact.id], by=admin)
    db.session.expire_all()
    assert [tag.label for tag in contact.tags] == ["VIP"]
    assert lines(Action.TAG_ADDED)[0].subject_kind == Subject.CONTACT


def test_the_count_of_a_tag_is_that_of_its_links(admin: Account) -> None:
    tag, other = make_tag("A"), make_tag("B", CONTACT)
    add_to(tag, [make_company().id, make_company().id], by=admin)
    assert (usage(tag), usage(other)) == (2, 0)
    assert tag_counts([tag, other]) == {tag.id: 2}


# ---- the bin


def test_a_deleted_tag_comes_back_on_the_same_records(admin: Account) -> None:
    tag, company = make_tag("Partenaire"), make_company()
    add_to(tag, [company.id], by=admin)
    batch = trash_tag(tag, by=admin)
    db.session.commit()
    assert labels(company) == []
    assert find_tag(COMPANY, "Partenaire") is None
    assert pick_tags(COMPANY, "parten") == []
    undo(batch, by=admin)
    db.session.commit()
    assert labels(company) == ["Partenaire"]
    assert [line.subject_kind for line in lines(Action.RESTORED)] == [Subject.TAG]


def test_a_deleted_tag_whose_label_was_taken_does_not_come_back(admin: Account) -> None:
    batch = trash_tag(make_tag("Partenaire"), by=admin)
    make_tag("partenaire")
    with pytest.raises(Refused) as refusal:
        undo(batch, by=admin)
    assert "existe de nouveau" in str(refusal.value.message)
    live = select(func.count()).select_from(Tag).where(Tag.trashed_at.is_(None))
    assert db.session.scalar(live) == 1


def test_a_deleted_tag_whose_label_became_a_former_one_does_not_come_back(admin: Account) -> None:
    batch = trash_tag(make_tag("Partenaire"), by=admin)
    update_tag(make_tag("partenaire"), label="Ami", colour="blue", by=admin)
    with pytest.raises(Refused):
        undo(batch, by=admin)


def test_the_batch_counts_what_really_changed(admin: Account) -> None:
    tag, company = make_tag("A"), make_company()
    add_to(tag, [company.id], by=admin)
    batch = bulk_add(tag, [company.id, make_company().id], by=admin)
    assert (batch.item_count, batch.label, batch.kind) == (1, "A", "tag_added")


# ---- the picker


def test_near_labels_are_offered_those_that_begin_so_first(admin: Account) -> None:
    for label in ("Été 2026", "Forum été", "Hiver"):
        make_tag(label)
    make_tag("Été contact", CONTACT)
    assert [pick.label for pick in pick_tags(COMPANY, "ete")] == ["Été 2026", "Forum été"]
    assert [pick.label for pick in pick_tags(COMPANY, "")] == ["Été 2026", "Forum été", "Hiver"]
    assert pick_tags(COMPANY, "%") == []
