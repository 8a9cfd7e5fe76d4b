"""Emptying the bin as a job: of what is over, every day; of what a person chose, when they ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.purging import PART, next_due, purge_chosen, purge_part
from app.core.formats import format_number
from app.extensions import db
from app.history.models import Batch
from app.images import store
from app.images.models import Image
from app.images.operations import forget_unused, has_unused
from app.jobs.daily import Daily, register_daily
from app.jobs.kinds import Kind, May, register
from app.jobs.models import Job
from app.jobs.operations import ask
from app.jobs.work import Work
from app.permissions import Permission, View

EMPTY, PURGE = "empty_bin", "purge"


def ask_purge(batch: Batch, ids: Sequence[int], *, by: Account) -> Job:
    """Have records of a batch removed for good aside."""
    return ask(PURGE, by=by, arguments={"batch": batch.id}, ids=ids)


def _empty(work: Work) -> None:
    while (batch_id := next_due()) is not None:
        work.go_on()
        gone = purge_part(batch_id, by=None)
        work.keep(gone, changed=gone)
    forget_unused()
    work.keep(0, changed=0)
    known = db.session.scalars(select(Image.sha256)).all()
    store.sweep(store.strays(known))


def _is_due() -> bool:
    return next_due() is not None or has_unused()


def _purge(work: Work) -> None:
    for ids in work.parts(PART):
        gone = purge_chosen(work.arguments["batch"], ids, by=work.by)
        left = len(ids) - gone
        work.keep(len(ids), changed=gone, refused={"came_back": left} if left else {})


def _title(_job: Job) -> str:
    return _("Vider la corbeille")


def _purge_title(job: Job) -> str:
    return _("Supprimer définitivement : %(n)s fiches", n=format_number(job.total or 0))


def _never(_job: Job, _may: May) -> bool:
    """Nobody asks for it: see jobs.runner.may_have()."""
    return False


def _allowed(_job: Job, may: May) -> bool:
    return may(Permission.PURGE, View.BIN)


def said(_job: Any, changed: int) -> str:
    """« 12 fiches supprimées définitivement. »"""
    if not changed:
        return _("Rien n’a été supprimé définitivement.")
    if changed == 1:
        return _("1 élément supprimé définitivement.")
    return _("%(n)s éléments supprimés définitivement.", n=format_number(changed))


register(Kind(EMPTY, _empty, _title, _never, said))
register(Kind(PURGE, _purge, _purge_title, _allowed, said))
register_daily(Daily(EMPTY, _is_due))
