"""Two tags made one: links, labels, history; and taken apart again."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from app.accounts.models import Account
from app.bin.operations import undo
from app.companies.models import Company
from app.core.db import utcnow
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action
from app.history.models import Batch, HistoryEntry
from app.tags.merging import merge_tags, say_not_same
from app.tags.models import Module, Tag, TagAlias, company_tag
from app.tags.naming import update_tag
from app.tags.offers import alike_tags
from app.tags.operations import (
    add_to,
    aliases_of,
    create_tag,
    ensure_tag,
    find_tag,
    remove_from,
    trash_tag,
    usage,
)
from tests.factories import make_company, make_tag
from tests.security.watch import statements

COMPANY = Module.COMPANY


def links() -> set[tuple[int, int]]:
    rows = db.session.execute(select(company_tag.c.company_id, company_tag.c.tag_id))
    return {(row[0], row[1]) for row in rows}


def told(batch: Batch) -> list[tuple[str, str, int]]:
    lines = select(HistoryEntry).where(HistoryEntry.batch_id == batch.id).order_by(HistoryEntry.id)
    return [(line.action, line.subject_kind, line.subject_id) for line in db.session.scalars(lines)]


@pytest.fixture
def three(admin: Account) -> tuple[Tag, Tag, list[int]]:
    """« Partenaires » on the first two companies, « Partenaire » on the last two."""
    loser, survivor = make_tag("Partenaires"), make_tag("Partenaire")
    ids = [make_company().id for _ in range(3)]
    add_to(loser, ids[:2], by=admin)
    add_to(survivor, ids[1:], by=admin)
    db.session.commit()
    return loser, survivor, ids


def test_a_record_with_both_bears_the_survivor_once(
    admin: Account, three: tuple[Tag, Tag, list[int]]
) -> None:
    loser, survivor, ids = three
    assert usage(loser, survivor) == 3
    batch = merge_tags(loser, survivor, by=admin)
    assert links() == {(identity, survivor.id) for identity in ids}
    assert (batch.item_count, usage(survivor)) == (2, 3)
    assert told(batch) == [
        (Action.TAG_REPLACED, "company", ids[0]),
        (Action.TAG_REMOVED, "company", ids[1]),
        (Action.TAG_MERGED, "tag", survivor.id),
    ]


def test_the_label_and_former_labels_lead_to_the_survivor(
    admin: Account, three: tuple[Tag, Tag, list[int]]
) -> None:
    loser, survivor, _ids = three
    update_tag(loser, label="Partenaires", colour="blue", aliases=["Amis"], by=admin)
    merge_tags(loser, survivor, by=admin)
    for label in ("PARTENAIRES", "amis", "Partenaire"):
        assert ensure_tag(COMPANY, label, by=admin).id == survivor.id


def test_a_merge_is_taken_back_exactly(admin: Account, three: tuple[Tag, Tag, list[int]]) -> None:
    loser, survivor, _ids = three
    update_tag(loser, label="Partenaires", colour="red", aliases=["Amis"], by=admin)
    update_tag(survivor, label="Partenaire", colour="red", aliases=["Copain"], by=admin)
    before = links()
    batch = merge_tags(loser, survivor, by=admin)
    db.session.commit()
    undo(batch, by=admin)
    db.session.commit()
    assert links() == before
    assert (aliases_of(loser), aliases_of(survivor)) == (["Amis"], ["Copain"])
    assert find_tag(COMPANY, "partenaires") == loser
    assert loser.merged_into_id is None


def test_what_was_done_since_stays_when_a_merge_is_taken_back(
    admin: Account, three: tuple[Tag, Tag, list[int]]
) -> None:
    loser, survivor, ids = three
    batch = merge_tags(loser, survivor, by=admin)
    newcomer = make_company().id
    add_to(survivor, [newcomer], by=admin)
    remove_from(survivor, [ids[0]], by=admin)
    undo(batch, by=admin)
    assert links() == {
        (ids[1], loser.id), (ids[1], survivor.id), (ids[2], survivor.id), (newcomer, survivor.id),
    }  # fmt: skip


def test_a_merge_whose_label_was_taken_is_not_taken_back(
    admin: Account, three: tuple[Tag, Tag, list[int]]
) -> None:
    loser, survivor, ids = three
    batch = merge_tags(loser, survivor, by=admin)
    update_tag(survivor, label="Partenaire", colour="blue", aliases=[], by=admin)
    create_tag(COMPANY, "Partenaires", by=admin)
    with pytest.raises(Refused) as refusal:
        undo(batch, by=admin)
    assert "existe de nouveau" in str(refusal.value.message)
    assert links() == {(identity, survivor.id) for identity in ids}


def test_a_chain_of_merges_is_taken_back_from_its_end(admin: Account) -> None:
    first, second, third = (make_tag(label) for label in ("Un", "Deux", "Trois"))
    company = make_company().id
    add_to(first, [company], by=admin)
    inner = merge_tags(first, second, by=admin)
    outer = merge_tags(second, third, by=admin)
    assert links() == {(company, third.id)}
    with pytest.raises(Refused):
        undo(inner, by=admin)
    undo(outer, by=admin)
    assert aliases_of(second) == ["Un"]
    undo(inner, by=admin)
    assert links() == {(company, first.id)}
    assert aliases_of(second) == aliases_of(third) == []


def test_what_cannot_be_merged_is_refused(admin: Account) -> None:
    tag, contact, gone = make_tag("A"), make_tag("B", Module.CONTACT), make_tag("C")
    trash_tag(gone, by=admin)
    for other in (tag, contact, gone):
        with pytest.raises(Refused):
            merge_tags(tag, other, by=admin)


def test_who_adds_a_merged_tag_adds_the_survivor_and_a_deleted_one_is_refused(
    admin: Account, three: tuple[Tag, Tag, list[int]]
) -> None:
    loser, survivor, _ids = three
    merge_tags(loser, survivor, by=admin)
    late = make_company().id
    assert add_to(loser, [late], by=admin) == [late]
    assert (late, survivor.id) in links()
    trash_tag(survivor, by=admin)
    with pytest.raises(Refused):
        add_to(loser, [late], by=admin)


def test_a_label_that_a_tag_in_the_bin_bore_is_merged(admin: Account) -> None:
    binned, loser, survivor = make_tag("Vieux"), make_tag("Ancien"), make_tag("Neuf")
    update_tag(binned, label="Très vieux", colour="blue", by=admin)
    trash_tag(binned, by=admin)
    update_tag(loser, label="Vieux", colour="blue", by=admin)
    merge_tags(loser, survivor, by=admin)
    assert aliases_of(survivor) == ["Ancien", "Vieux"]


def test_a_thousand_records_are_merged_in_few_statements(admin: Account) -> None:
    loser, survivor = make_tag("Avant"), make_tag("Après")
    count = 1_000
    stamp = {"created_by_id": admin.id, "created_at": utcnow(), "updated_at": utcnow()}
    columns = Company.__table__.c
    known = {name: value for name, value in stamp.items() if name in columns}
    company = make_company()
    row = {c.name: getattr(company, c.name) for c in columns if c.name not in {"id", "siren"}}
    db.session.execute(insert(Company.__table__), [row | known for _ in range(count)])
    ids = list(db.session.scalars(select(Company.id)))
    db.session.execute(insert(company_tag), [{"company_id": i, "tag_id": loser.id} for i in ids])
    with statements() as asked:
        batch = merge_tags(loser, survivor, by=admin)
    assert len(asked) < 30
    assert batch.item_count == count + 1
    assert db.session.scalar(select(func.count()).select_from(company_tag)) == count + 1


# ---- tags that look alike


def test_pairs_that_look_alike_are_proposed_until_somebody_says_no(admin: Account) -> None:
    first, second = make_tag("Salon étudiant"), make_tag("Étudiants salons")
    make_tag("Salon etudiant", Module.CONTACT)
    (pair,) = alike_tags()
    assert {pair.first.id, pair.second.id} == {first.id, second.id}
    say_not_same(second, first, by=admin)
    say_not_same(first, second, by=admin)
    assert alike_tags() == []


def test_a_former_label_of_no_tag_is_left(
    admin: Account, three: tuple[Tag, Tag, list[int]]
) -> None:
    loser, survivor, _ids = three
    undo(merge_tags(loser, survivor, by=admin), by=admin)
    assert db.session.scalars(select(TagAlias)).all() == []
