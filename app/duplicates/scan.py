"""« Chercher les doublons »: a job that compares the records of a whole module.

The pairs worth comparing are found anew each time the job is taken up (blocking.py: seconds); the
rules then score them part by part. A part is the pairs whose first id lies between two: what the
last scan had kept there is replaced, so a part may be done again, and a pair whose records have
changed is scored anew or goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.formats import format_number
from app.core.rules import Refused
from app.core.sets import is_sqlite
from app.duplicates.blocking import Candidates, candidates
from app.duplicates.modules import MODULES
from app.duplicates.rules import SHOWN, Likeness
from app.duplicates.shelf import Shelf
from app.duplicates.storing import store
from app.extensions import db
from app.jobs.kinds import Kind, May, register
from app.jobs.models import ENDS, Job
from app.jobs.operations import ask
from app.jobs.work import Work, reading
from app.permissions import Permission, View

KIND = "scan_duplicates"
# Of two people who ask at once one is refused; any number that nothing else takes.
ASKING_LOCK = 2_026_112_7
PART = 20_000
LAST = 2**31 - 1
_STREAMED = 10_000


def ask_scan(module: str, *, by: Account | None) -> Job:
    """Have a module scanned; Refused while it is being scanned already."""
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(ASKING_LOCK)))
    if running(module) is not None:
        raise Refused("scan", _l("Une recherche de doublons est déjà en cours."))
    scanned = MODULES[module]
    job = ask(KIND, by=by, arguments={"module": module})
    live = select(func.count()).select_from(scanned.model).where(*scanned.live())
    job.total = db.session.scalar(live) or 0
    job.arguments = {"module": module, "records": job.total}
    db.session.flush()
    return job


def running(module: str) -> Job | None:
    """The scan that waits or is being done."""
    return db.session.scalars(_scans(module).where(Job.state.not_in(ENDS))).first()


def last(module: str) -> Job | None:
    """The latest scan that has ended."""
    return db.session.scalars(_scans(module).where(Job.state.in_(ENDS))).first()


def _scans(module: str) -> Any:
    about = Job.arguments["module"].as_string() == module
    return select(Job).where(Job.kind == KIND, about).order_by(Job.id.desc()).limit(1)


# ---- the work


def _run(work: Work) -> None:
    module = work.arguments["module"]
    with reading():
        found = _candidates(module)
    work.memo["left_out"] = found.left_out
    shelf = Shelf(MODULES[module].facts)
    for after, upto, pairs in _parts(found, work.memo.get("after", 0)):
        work.go_on()
        with reading():
            scored = _scored(module, shelf, pairs)
        kept = store(module, after, upto, scored)
        work.memo["after"] = upto
        work.memo["pairs"] = work.memo.get("pairs", 0) + kept.pairs
        work.keep(_dealt_with(work, found, upto), changed=kept.new)


def _candidates(module: str) -> Candidates:
    scanned = MODULES[module]
    if module == "contact":
        return candidates(_contacts())
    siren = Company.siren.is_not(None)
    columns = Company.id, Company.duplicate_keys, siren
    statement = select(*columns).where(*scanned.live()).order_by(Company.id)
    rows = db.session.execute(statement.execution_options(yield_per=_STREAMED))
    return candidates(((row[0], row[1], row[2]) for row in rows), _same_numbers())


def _contacts() -> Iterator[tuple[int, str, bool]]:
    """Contacts with their company among their keys: colleagues are compared, whatever their names."""
    columns = Contact.id, Contact.duplicate_keys, Contact.company_id
    statement = select(*columns).where(*MODULES["contact"].live()).order_by(Contact.id)
    for row in db.session.execute(statement.execution_options(yield_per=_STREAMED)):
        place = f" {row[2]:08x}" if row[2] else ""
        yield row[0], f"{row[1]}{place}".strip(), False


def _same_numbers() -> Iterator[tuple[int, int]]:
    """Companies with one number: a SIREN inside the other's SIRET, the RNA number of both."""
    other = aliased(Company)
    inside = (
        select(Company.id, other.id)
        .join(Establishment, Establishment.company_id == Company.id)
        .join(other, func.substr(Establishment.siret, 1, 9) == other.siren)
        .where(Company.siren.is_(None), Establishment.trashed_at.is_(None))
    )
    same = select(Company.id, other.id).join(
        other, (other.rna == Company.rna) & (other.id > Company.id)
    )
    for statement in (inside, same):
        live = other.trashed_at.is_(None), *MODULES["company"].live()
        for first, second in db.session.execute(statement.where(*live)):
            yield min(first, second), max(first, second)


def _parts(found: Candidates, after: int) -> Iterator[tuple[int, int, Any]]:
    """(after, up to, pairs): the pairs whose first id lies after one and up to another, all of a
    first id in one part; the last part goes to the end."""
    pairs = found.pairs[np.searchsorted(found.pairs, np.uint64((after + 1) << 32)) :]
    while True:
        upto = int(pairs[PART - 1] >> np.uint64(32)) if len(pairs) > PART else LAST
        cut = int(np.searchsorted(pairs, np.uint64((upto + 1) << 32)))
        yield after, upto, pairs[:cut]
        pairs, after = pairs[cut:], upto
        if upto == LAST:
            return


def _scored(module: str, shelf: Shelf, pairs: Any) -> dict[tuple[int, int], Likeness]:
    compare, found = MODULES[module].compare, {}
    couples = [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]
    facts = shelf.facts({identity for couple in couples for identity in couple})
    for first, second in couples:
        if first in facts and second in facts:
            likeness = compare(facts[first], facts[second])
            if likeness is not None and likeness.score >= SHOWN:
                found[first, second] = likeness
    return found


def _dealt_with(work: Work, found: Candidates, upto: int) -> int:
    """How many more records are dealt with: all of them at the end, whatever came meanwhile."""
    records = work.arguments["records"]
    now = records if upto == LAST else int(np.searchsorted(found.ids, np.uint32(upto), "right"))
    return int(max(0, min(now, records) - work.done))


# ---- how it reads


def _title(job: Job) -> str:
    name = str(MODULES[job.arguments["module"]].name)
    return _("Chercher les doublons\u00a0: %(module)s", module=name)


def _allowed(job: Job, may: May) -> bool:
    view = MODULES[job.arguments["module"]].view
    return may(Permission.SCAN, View.DUPLICATE) and may(Permission.LIST, view)


def _said(job: Job, new: int) -> str:
    parts = [pairs_said(job.memo.get("pairs", 0)), _new_said(new)]
    left_out = job.memo.get("left_out", 0)
    if left_out == 1:
        parts.append(_("1 indice commun à trop de fiches n’a pas servi à les rapprocher."))
    elif left_out:
        parts.append(
            _(
                "%(n)s indices communs à trop de fiches n’ont pas servi à les rapprocher.",
                n=format_number(left_out),
            )
        )
    return " ".join(parts)


def pairs_said(number: int) -> str:
    """« 12 paires de fiches ressemblantes. »"""
    if not number:
        return _("Aucune paire de fiches ressemblantes.")
    if number == 1:
        return _("1 paire de fiches ressemblantes.")
    return _("%(n)s paires de fiches ressemblantes.", n=format_number(number))


def _new_said(number: int) -> str:
    if not number:
        return _("Aucune n’est nouvelle.")
    if number == 1:
        return _("1 est nouvelle.")
    return _("%(n)s sont nouvelles.", n=format_number(number))


register(Kind(KIND, _run, _title, _allowed, _said))
