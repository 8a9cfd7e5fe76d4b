"""How a job reads: its state, how far it is, and its report, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.formats import format_number
from app.jobs.kinds import KINDS
from app.jobs.models import Job, State
from app.jobs.report import Report

STATES: Mapping[str, LazyString] = {
    State.WAITING: _l("En attente"),
    State.RUNNING: _l("En cours"),
    State.DONE: _l("Terminé"),
    State.FAILED: _l("Interrompu"),
    State.CANCELLED: _l("Arrêté"),
}
ENDINGS: Mapping[str, LazyString] = {
    "forbidden": _l("Votre compte n’a plus le droit de faire cette action : elle s’est arrêtée."),
    "failed": _l("Une erreur est survenue. Ce qui est compté ci-dessous est fait, le reste ne l’est pas."),
    "refused": _l("L’action n’est plus possible, et s’est arrêtée."),
    "given_up": _l("Le traitement a été interrompu plusieurs fois au même endroit et s’est arrêté."),
    "unknown": _l("Cette version de Passerelle ne connaît pas ce traitement."),
}  # fmt: skip


def state_words(job: Job) -> str:
    """« En cours »; a job that is told to stop says so."""
    if job.state == State.RUNNING and job.cancel_asked_at is not None:
        return _("Arrêt demandé")
    return str(STATES[job.state])


def title_of(job: Job) -> str:
    kind = KINDS.get(job.kind)
    return kind.title(job) if kind is not None else _("Traitement")


def progress_words(job: Job) -> str:
    """« 4 000 sur 12 000 »"""
    done = format_number(job.done)
    if job.total is None:
        return done
    return _("%(done)s sur %(total)s", done=done, total=format_number(job.total))


# Why records of a selection were left alone, by the code that the operations give.
REASONS: Mapping[str, tuple[LazyString, LazyString]] = {
    "gone": (_l("1 fiche supprimée entre-temps."), _l("%(n)s fiches supprimées entre-temps.")),
    "changed_since": (
        _l("1 fiche modifiée depuis, laissée telle quelle."),
        _l("%(n)s fiches modifiées depuis, laissées telles quelles."),
    ),
    "came_back": (
        _l("1 fiche n’était plus à la corbeille."),
        _l("%(n)s fiches n’étaient plus à la corbeille."),
    ),
    "taken": (
        _l("1 fiche reste à la corbeille : une autre a pris son SIREN, son SIRET ou son compte."),
        _l(
            "%(n)s fiches restent à la corbeille : d’autres ont pris leur SIREN, leur SIRET ou leur compte."
        ),
    ),
    "unprintable": (
        _l("1 fiche n’a pas pu être mise en page."),
        _l("%(n)s fiches n’ont pas pu être mises en page."),
    ),
    "loop": (
        _l("1 entreprise refusée : elle serait sa propre société mère."),
        _l("%(n)s entreprises refusées : elles seraient leur propre société mère."),
    ),
}
OTHER = _l("1 fiche refusée."), _l("%(n)s fiches refusées.")


def reason(code: str, number: int) -> str:
    """« 2 fiches supprimées entre-temps. »"""
    one, many = REASONS.get(code, OTHER)
    return str(one) if number < 2 else str(many) % {"n": format_number(number)}


def report_lines(job: Job) -> list[str]:
    """The report, a sentence a line: what ended the job early, what changed, what did not."""
    kind, report = KINDS.get(job.kind), Report.read(job.report)
    lines = [str(ENDINGS[report.why])] if report.why in ENDINGS else []
    lines += [report.message] if report.message else []
    if kind is not None:
        lines.append(kind.said(job, report.changed))
    if report.unchanged:
        lines.append(_unchanged(report.unchanged))
    lines += [reason(code, number) for code, number in report.refused.items()]
    if left := (job.total or 0) - job.done:
        lines.append(_left(left))
    return lines


def _unchanged(number: int) -> str:
    if number == 1:
        return _("1 fiche n’avait pas à changer.")
    return _("%(n)s fiches n’avaient pas à changer.", n=format_number(number))


def _left(number: int) -> str:
    if number == 1:
        return _("1 fiche n’a pas été traitée.")
    return _("%(n)s fiches n’ont pas été traitées.", n=format_number(number))
