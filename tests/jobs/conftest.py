"""Kinds of jobs for the tests, and what to see of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from app.extensions import db
from app.jobs.kinds import KINDS, Kind, May, register
from app.jobs.models import Job
from app.jobs.operations import ask
from app.jobs.work import Work
from tests.conftest import account_named

Run = Callable[[Work], None]
Allowed = Callable[[Job, May], bool]


class Counting:
    """What a job did: the parts that were stored, in their order."""

    def __init__(self) -> None:
        self.parts: list[Sequence[int]] = []

    def __call__(self, work: Work) -> None:
        for ids in work.parts(3):
            self.parts.append(list(ids))
            work.keep(len(ids), changed=len(ids) - 1, unchanged=1)


Register = Callable[..., None]


@pytest.fixture
def kind() -> Iterator[Register]:
    """kind(run): what the kind « test » does."""
    before = dict(KINDS)

    def made(run: Run, allowed: Allowed = lambda _job, _may: True, **more: object) -> None:
        register(
            Kind("test", run, lambda _job: "Essai", allowed, lambda _job, n: f"{n} faites.", **more)  # type: ignore[arg-type]
        )

    yield made
    KINDS.clear()
    KINDS.update(before)


def asked(ids: Sequence[int] = range(1, 8), by: str = "editor") -> int:
    job = ask("test", by=account_named(by), arguments={}, ids=list(ids))
    db.session.commit()
    return job.id


def job_of(pk: int) -> Job:
    return db.session.get_one(Job, pk, populate_existing=True)
