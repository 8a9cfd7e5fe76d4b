"""The job of `flask places locate`: ask about the addresses of many sites, a few at a time."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.core.formats import format_number
from app.core.rules import Refused
from app.extensions import db
from app.jobs.kinds import Kind, May, register
from app.jobs.models import Job
from app.jobs.operations import ask
from app.jobs.work import Work
from app.permissions import Permission, View
from app.places.addresses import believable, question_of
from app.places.geocoder import Geocoder, Hit, NoAnswer, geocoder
from app.places.operations import Changed, place_found, seen_of
from app.places.queries import site_on_map

KIND = "locate"
# A part must end well before another worker takes its own for dead, however slow the service.
PART = 5

Answers = dict[int, tuple[str, tuple[Hit, ...]]]


def ask_locating(ids: Sequence[int], *, by: Account) -> Job:
    """Have the positions of sites found aside."""
    return ask(KIND, by=by, arguments={}, ids=ids)


def _run(work: Work) -> None:
    client = geocoder()
    if client is None:
        raise Refused("geocoder", _l("Aucun service d’adresses n’est réglé."))
    for ids in work.parts(PART):
        answers = _asked(client, ids)
        placed = sum(_placed(site_id, *answers[site_id], work.by) for site_id in answers)
        work.keep(len(ids), changed=placed, unchanged=len(ids) - placed)


def _asked(client: Geocoder, ids: Sequence[int]) -> Answers:
    """What the service says of each site's address, and what the site was then."""
    questions = {}
    for site_id in ids:
        site = site_on_map(site_id)
        question = question_of(site) if site is not None else None
        if site is not None and question is not None:
            questions[site_id] = seen_of(site), question
    db.session.close()  # Nobody waits for this transaction while the service is asked.
    try:
        return {key: (seen, client.search(question)) for key, (seen, question) in questions.items()}
    except NoAnswer as failure:
        raise Refused("geocoder", _l("Le service d’adresses ne répond pas.")) from failure


def _placed(site_id: int, seen: str, hits: tuple[Hit, ...], by: Account) -> bool:
    """Whether the site got another position; one that somebody changed meanwhile is left alone."""
    site = site_on_map(site_id, lock=True)
    found = believable(site, hits) if site is not None else None
    if site is None or found is None:
        return False
    before = site.position_values
    try:
        place_found(site, found, seen=seen, by=by)
    except Changed:
        return False
    return site.position_values != before


def _title(job: Job) -> str:
    return _("Situer les adresses\u00a0: %(n)s", n=format_number(job.total or 0))


def _allowed(_job: Job, may: May) -> bool:
    return may(Permission.EDIT.value, View.COMPANY.value)


def _said(_job: Job, changed: int) -> str:
    if changed < 2:
        return _("%(n)s établissement situé.", n=format_number(changed))
    return _("%(n)s établissements situés.", n=format_number(changed))


register(Kind(KIND, _run, _title, _allowed, _said))
