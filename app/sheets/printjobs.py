"""« Imprimer la sélection »: a job that puts the sheets of a selection into one PDF.

A part is a few sheets, in a file of their own that is written before the part counts as done: done
again after a kill, it takes the place of the same file. At the end the parts are bound into the one
file that who asked may fetch, for some days.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import LazyString, force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from reportlab.platypus.doctemplate import LayoutError  # type: ignore[import-untyped]
from sqlalchemy import and_, or_, select

from app.accounts.models import Account
from app.core.binding import bind, bind_parts
from app.core.db import utcnow
from app.core.files import settle, whole_file
from app.core.formats import format_number, in_paris
from app.core.listing import ListSpec
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import VIEWS, Action, Subject
from app.history.operations import record_many
from app.jobs.daily import Daily, register_daily
from app.jobs.kinds import Kind, May, Offered, register
from app.jobs.models import ENDS, Job, State
from app.jobs.operations import ask
from app.jobs.work import Work, reading
from app.permissions import Permission
from app.sheets import printstore
from app.sheets.bulk import GONE, records

log = logging.getLogger(__name__)

KIND, CLEAR = "print", "clear_printed"
MOST_SHEETS = 200
PART = 5
KEPT = timedelta(days=7)
UNPRINTABLE = "unprintable"


@dataclass(frozen=True)
class Printing:
    """How one kind of record is printed: `pdf` takes a record, who prints it, and whether its
    pages are numbered; `stem` begins the file's name."""

    spec: ListSpec
    pdf: Callable[..., bytes]
    stem: str


DECLARED: dict[Subject, Printing] = {}


def declare_printing(subject: Subject, printing: Printing) -> Printing:
    """Make known to the jobs how a kind of record is printed; answer it for the view."""
    DECLARED[subject] = printing
    return printing


def ask_print(subject: Subject, ids: Sequence[int], *, by: Account, back: str) -> Job:
    """Have sheets printed in the language of this request; `back` is the address of the list.
    Refused where they are too many."""
    if len(ids) > MOST_SHEETS:
        raise Refused("ids", _too_many(len(ids)))
    language = str(get_locale() or "fr")
    arguments = {"subject": subject.value, "language": language, "back": back}
    return ask(KIND, by=by, arguments=arguments, ids=ids)


def _too_many(number: int) -> LazyString:
    return _l(
        "On imprime %(most)s fiches au plus à la fois, et la sélection en compte %(n)s. "
        "Réduisez-la, puis recommencez.",
        most=MOST_SHEETS, n=format_number(number),
    )  # fmt: skip


# ---- the work


def _run(work: Work) -> None:
    if not work.done:
        printstore.discard(work.job_id)  # What an older job of this number may have left.
    with force_locale(work.arguments["language"]):
        for ids in work.parts(PART):
            _print_part(work, ids)
        if work.report.changed:
            _bind(work)


def _print_part(work: Work, ids: Sequence[int]) -> None:
    start, subject = work.done, Subject(work.arguments["subject"])
    sheets: dict[int, tuple[str, bytes]] = {}
    left: Counter[str] = Counter()
    for identity in ids:
        work.beat()
        with reading():
            sheet = _sheet(DECLARED[subject], identity, work.by)
        if isinstance(sheet, str):
            left[sheet] += 1
        else:
            sheets[identity] = sheet
    if sheets:
        _store(work, start, list(sheets.values()))
    record_many(Action.PRINTED, subject=subject, subject_ids=list(sheets), by=work.by, changes={})
    work.keep(len(ids), changed=len(sheets), refused=left)


def _sheet(printing: Printing, identity: int, by: Account) -> tuple[str, bytes] | str:
    """A sheet's name and its PDF, or the code of why there is none."""
    model = printing.spec.model
    found: Any = db.session.scalars(
        select(model).where(model.id == identity, *printing.spec.scope())
    ).first()
    if found is None:
        return GONE
    try:
        return str(found), printing.pdf(found, by, numbered=False)
    except (RuntimeError, LayoutError) as error:
        # What it says may quote the sheet: names of people have no place in a log.
        log.error("%s %s cannot be printed: %s", model.__name__, identity, type(error).__name__)  # noqa: TRY400
        return UNPRINTABLE


def _store(work: Work, start: int, sheets: Sequence[tuple[str, bytes]]) -> None:
    with whole_file(printstore.part_of(work.job_id, start)) as file:
        bind(sheets, file)
    settle(printstore.folder_of(work.job_id))
    # Stored by keep(), with the part: which of them hold something.
    work.memo["parts"] = [*work.memo.get("parts", []), start]


def _bind(work: Work) -> None:
    """The whole, unless it was made before a kill."""
    whole = printstore.file_of(work.job_id)
    if not whole.is_file():
        db.session.rollback()  # Nobody waits for the base while this goes on.
        parts = [printstore.part_of(work.job_id, start) for start in work.memo["parts"]]
        title = records(Subject(work.arguments["subject"]), work.report.changed)
        with whole_file(whole) as file:
            bind_parts(parts, file, title=title, beat=work.beat)
        settle(whole.parent)
    printstore.drop_parts(work.job_id)


# ---- how it reads


def _title(job: Job) -> str:
    """« Imprimer : 12 entreprises »"""
    what = records(Subject(job.arguments["subject"]), job.total or 0)
    return _("Imprimer\u00a0: %(what)s", what=what)


def _allowed(job: Job, may: May) -> bool:
    return may(Permission.PRINT, VIEWS[job.arguments["subject"]].value)


def _said(_job: Job, printed: int) -> str:
    if not printed:
        return _("Aucune fiche imprimée.")
    if printed == 1:
        return _("1 fiche imprimée.")
    return _("%(n)s fiches imprimées.", n=format_number(printed))


def _stopped(job: Job) -> None:
    printstore.discard(job.id)


def _offers(job: Job) -> Offered | None:
    """The file of a job that has printed something."""
    if job.state != State.DONE or job.ended_at is None or not (job.report or {}).get("changed"):
        return None
    stem = DECLARED[Subject(job.arguments["subject"])].stem
    return Offered(
        path=printstore.file_of(job.id), name=f"{stem}-{in_paris(job.ended_at):%Y-%m-%d}.pdf",
        label=_("Télécharger le PDF"), media="application/pdf", until=job.ended_at + KEPT,
    )  # fmt: skip


# ---- every day, the files that are no longer to be fetched go


def over() -> list[int]:
    """Jobs whose files nobody can fetch: those that are being done, and those that were done
    lately, keep theirs."""
    left = printstore.job_ids()
    if not left:
        return []
    lately = and_(Job.state == State.DONE, Job.ended_at > utcnow() - KEPT)
    kept = select(Job.id).where(Job.id.in_(left), or_(Job.state.not_in(ENDS), lately))
    keeping = set(db.session.scalars(kept))
    return [job_id for job_id in left if job_id not in keeping]


def _clear(work: Work) -> None:
    gone = over()
    for job_id in gone:
        printstore.discard(job_id)
    work.keep(len(gone), changed=len(gone))


def _clear_title(_job: Job) -> str:
    return _("Supprimer les anciens PDF")


def _never(_job: Job, _may: May) -> bool:
    """Nobody asks for it: see jobs.runner.may_have()."""
    return False


def _said_cleared(_job: Job, gone: int) -> str:
    """What was printed for one job is one file to who reads this."""
    if not gone:
        return _("Aucun PDF supprimé.")
    if gone == 1:
        return _("1 PDF supprimé.")
    return _("%(n)s PDF supprimés.", n=format_number(gone))


register(Kind(KIND, _run, _title, _allowed, _said, _stopped, _offers))
register(Kind(CLEAR, _clear, _clear_title, _never, _said_cleared))
register_daily(Daily(CLEAR, lambda: bool(over())))
