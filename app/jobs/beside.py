"""A worker beside a server on one machine: started with it, started again if it dies, gone with it.

The server's process forks a keeper before it opens its port; the keeper forks the worker, waits for
it, and forks another when it was killed. Each of the two watches its parent, so that nothing stays
when the server itself is killed.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from flask import Flask

from app.jobs.cli import work_until

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
# What a part may still take when the server ends.
PATIENCE_SECONDS = 10.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Beside:
    """`with Beside(app): serve()`"""

    def __init__(self, app: Flask) -> None:
        self.app, self.owner = app, os.getpid()

    def __enter__(self) -> Self:
        self.keeper = _forked(self._keep)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if os.getpid() == self.owner:  # The server's own children leave through here too.
            _end(self.keeper)

    def _keep(self, stopping: Callable[[], bool]) -> None:
        while not stopping():
            worker = _forked(lambda ends: work_until(self.app, ends))
            while _is_alive(worker) and not stopping():
                time.sleep(LOOK_SECONDS)
            if stopping():
                _end(worker)
            else:
                log.error("the worker of the jobs has ended: another one starts")
                time.sleep(LOOK_SECONDS)


def _forked(run: Callable[[Callable[[], bool]], None]) -> int:
    """A child that runs until it is told to stop, or its parent has ended; its process id."""
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        run(_stopping(parent))
        status = 0
    except BaseException:
        log.exception("the worker of the jobs has failed")
    finally:
        os._exit(status)  # Nothing of the server's own is run at this exit.


def _stopping(parent: int) -> Callable[[], bool]:
    """Ctrl-C reaches the whole group of processes: it is the server that tells when to stop."""
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGTERM:
            told.append(number)

    for number in SIGNALS:
        signal.signal(number, tell)
    return lambda: bool(told) or os.getppid() != parent


def _is_alive(process: int) -> bool:
    try:
        ended, _status = os.waitpid(process, os.WNOHANG)
    except ChildProcessError:
        return False
    return ended == 0


def _end(process: int) -> None:
    """Let a child end its part, then make it end. The server may have seen to it already."""
    limit = time.monotonic() + PATIENCE_SECONDS
    try:
        os.kill(process, signal.SIGTERM)
        while _is_alive(process):
            if time.monotonic() > limit:
                os.kill(process, signal.SIGKILL)
            time.sleep(LOOK_SECONDS / 10)
    except ProcessLookupError:
        return
