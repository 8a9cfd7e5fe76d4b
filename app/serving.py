"""gunicorn's settings for the product: `gunicorn --config python:app.serving "app:create_app()"`.

Where `run.py` serves from one process, this makes as many as the machine has cores: a page keeps
one busy for some ten milliseconds. Options of the command line and WEB_CONCURRENCY come first.
"""

from __future__ import annotations

import os
from typing import Any

from app.core.collecting import spare_what_stays

# A process does one thing at a time in Python; its threads wait for the base and for slow browsers.
workers = int(os.environ.get("WEB_CONCURRENCY", os.cpu_count() or 1))
worker_class = "gthread"
threads = 4


def post_worker_init(worker: Any) -> None:
    """Before the first page: what stays is left out of the garbage collection, and the columns of
    the search blocks are read aside."""
    spare_what_stays()
    memory = worker.app.wsgi().extensions.get("facet_memory")
    if memory is not None:
        memory.start()
