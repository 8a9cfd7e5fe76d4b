"""A worker in a process of its own that is killed (kill -9) at a point of its job, and the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask

from app.extensions import db

PATIENCE = 60.0
Process = subprocess.Popen[bytes]
# `stuck(after)` wraps what does a part: the part that `after` others precede is done and not
# committed, the process says so by a file and does nothing more.
_WORKER = """
import sys, time
from pathlib import Path
from app import create_app
from app.extensions import db
from app.jobs.runner import Worker
from tests.conftest import settings

url, folder, begun, code = sys.argv[1:]

def stuck(do, after):
    parts = []
    def doing(*given, **named):
        result = do(*given, **named)
        parts.append(given)
        if begun and len(parts) > after:
            db.session.flush()
            Path(begun).touch()
            time.sleep(600)
        return result
    return doing

exec(code)
with create_app(settings(url, Path(folder))).app_context():
    assert Worker().work()
"""


def worker(product: Flask, code: str, begun: Path | None = None) -> Process:
    """A process that does the job that waits, after this code; stuck() holds where `begun` is."""
    url = db.engine.url.render_as_string(hide_password=False)
    given = [url, str(product.config["DATA_FOLDER"]), str(begun or ""), code]
    db.session.commit()  # What is open here would keep the other process waiting.
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, *given], stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip


def kill(process: Process, begun: Path) -> None:
    """Wait until it is stuck, then SIGKILL."""
    end = time.monotonic() + PATIENCE
    while not begun.exists():
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def ended(process: Process) -> None:
    _out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said.decode()
