"""`flask work`: a worker of its own, for production."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from sqlalchemy.exc import InterfaceError, OperationalError

from app.extensions import db
from app.jobs.daily import Looks, ask_due
from app.jobs.runner import Worker

log = logging.getLogger(__name__)

REST_SECONDS = 1.0  # Between two looks at what waits.


@click.command("work")
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@with_appcontext
def work_command(once: bool) -> None:
    """Work the jobs that people have asked for; SIGTERM and Ctrl-C end after the present part."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.append(received))
    if not once:
        click.echo(_("En attente de traitements. Ctrl-C pour arrêter."))
    application: Any = current_app
    work_until(application._get_current_object(), lambda: bool(asked), once=once)


def work_until(app: Flask, stopping: Callable[[], bool], *, once: bool = False) -> None:
    """Do job after job until told to stop; with `once`, until nothing waits."""
    worker, looks = Worker(stopping), Looks()
    while not stopping():
        if _done(app, worker.work):
            continue
        if looks.are_due() and _done(app, _asked_of_the_day):
            continue
        if once:
            return
        time.sleep(REST_SECONDS)


def _asked_of_the_day() -> bool:
    """Whether something was to be done that is done every day."""
    asked = ask_due()
    db.session.commit()
    return bool(asked)


def _done(app: Flask, do: Callable[[], bool]) -> bool:
    with app.app_context():
        try:
            return do()
        except (OperationalError, InterfaceError) as error:
            log.warning("the base does not answer: %s", error.orig)
            db.session.remove()
            time.sleep(REST_SECONDS)
            return False
