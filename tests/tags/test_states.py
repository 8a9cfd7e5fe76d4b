"""Whatever is done to tags in whatever order, they are what a dictionary says they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import undo
from app.core.rules import Refused
from app.core.text import fold
from app.extensions import db
from app.history.models import Batch
from app.tags.merging import merge_tags
from app.tags.models import Module, Tag, company_tag
from app.tags.naming import update_tag
from app.tags.operations import add_to, aliases_of, create_tag, remove_from, trash_tag
from tests.factories import make_company

LABELS = st.sampled_from(["Un", "un", "Deux", "Trois", "Quatre"])
PICKS = st.integers(0, 30)


@dataclass(frozen=True)
class Known:
    """What a live tag is: its label, its former ones, the places of the companies that bear it."""

    label: str
    former: frozenset[str] = frozenset()
    bearers: frozenset[int] = frozenset()

    @property
    def labels(self) -> frozenset[str]:
        return self.former | {fold(self.label)}


@dataclass
class Done:
    """A deed that can be taken back at once: its batch, and the tags as they were before it."""

    batch: Batch
    before: dict[int, Known] = field(default_factory=dict)


class Tags(RuleBasedStateMachine):
    by: Account
    companies: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.outer = db.session.begin_nested()
        self.known: dict[int, Known] = {}
        self.last: Done | None = None

    def teardown(self) -> None:
        self.outer.rollback()
        db.session.expire_all()

    def taken(self, label: str, but: int = 0) -> bool:
        return any(fold(label) in one.labels for key, one in self.known.items() if key != but)

    def chosen(self, pick: int) -> Tag | None:
        keys = sorted(self.known)
        return db.session.get(Tag, keys[pick % len(keys)]) if keys else None

    @rule(label=LABELS)
    def create(self, label: str) -> None:
        if self.taken(label):
            with pytest.raises(Refused):
                create_tag(Module.COMPANY, label, by=self.by)
            return
        self.known[create_tag(Module.COMPANY, label, by=self.by).id] = Known(label)
        self.last = None

    @rule(pick=PICKS, label=LABELS)
    def rename(self, pick: int, label: str) -> None:
        tag = self.chosen(pick)
        if tag is None:
            return
        if self.taken(label, but=tag.id):
            with pytest.raises(Refused):
                update_tag(tag, label=label, colour="blue", by=self.by)
            return
        was = self.known[tag.id]
        batch = update_tag(tag, label=label, colour="blue", by=self.by)
        if batch is not None:
            self.last = Done(batch, dict(self.known))
        self.known[tag.id] = replace(was, label=label, former=was.labels - {fold(label)})

    @rule(one=PICKS, other=PICKS)
    def merge(self, one: int, other: int) -> None:
        loser, survivor = self.chosen(one), self.chosen(other)
        if loser is None or survivor is None:
            return
        if loser.id == survivor.id:
            with pytest.raises(Refused):
                merge_tags(loser, survivor, by=self.by)
            return
        self.last = Done(merge_tags(loser, survivor, by=self.by), dict(self.known))
        gone, kept = self.known.pop(loser.id), self.known[survivor.id]
        self.known[survivor.id] = replace(
            kept, former=kept.former | gone.labels, bearers=kept.bearers | gone.bearers
        )

    @rule(pick=PICKS)
    def delete(self, pick: int) -> None:
        tag = self.chosen(pick)
        if tag is not None:
            self.last = Done(trash_tag(tag, by=self.by), dict(self.known))
            del self.known[tag.id]

    @rule(pick=PICKS, place=st.integers(0, 2), adds=st.booleans())
    def mark(self, pick: int, place: int, adds: bool) -> None:
        tag = self.chosen(pick)
        if tag is None:
            return
        (add_to if adds else remove_from)(tag, [self.companies[place]], by=self.by)
        was = self.known[tag.id]
        bearers = was.bearers | {place} if adds else was.bearers - {place}
        self.known[tag.id] = replace(was, bearers=bearers)
        self.last = None

    @rule()
    def take_back(self) -> None:
        if self.last is not None:
            undo(self.last.batch, by=self.by)
            self.known, self.last = self.last.before, None

    @invariant()
    def the_base_is_as_the_dictionary_says(self) -> None:
        db.session.flush()
        rows = db.session.execute(select(company_tag.c.tag_id, company_tag.c.company_id))
        links: dict[int, set[int]] = {}
        for tag_id, company_id in rows:
            links.setdefault(tag_id, set()).add(self.companies.index(company_id))
        live = db.session.scalars(select(Tag).where(Tag.trashed_at.is_(None)))
        found: dict[int, Any] = {
            tag.id: Known(
                tag.label,
                frozenset(map(fold, aliases_of(tag))),
                frozenset(links.get(tag.id, ())),
            )
            for tag in live
        }
        assert found == self.known


@pytest.fixture
def ready(admin: Account) -> Iterator[None]:
    Tags.by, Tags.companies = admin, [make_company().id for _ in range(3)]
    yield
    db.session.rollback()


def test_tags_are_what_was_done_to_them(ready: None) -> None:
    run_state_machine_as_test(
        Tags,
        settings=settings(
            max_examples=20, stateful_step_count=12, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
