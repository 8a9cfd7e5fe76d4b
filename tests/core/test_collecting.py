"""What stays for the life of a server is not looked through again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from app import serving
from app.core.collecting import YOUNG


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Worker:
    """gunicorn's, as far as its hook looks at it."""

    class app:
        @staticmethod
        def wsgi() -> object:
            return type("Application", (), {"extensions": {}})


def test_a_server_s_process_leaves_out_what_was_there_when_it_began() -> None:
    serving.post_worker_init(Worker)
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == YOUNG
    assert gc.isenabled()  # Cycles that pages leave behind still go.
