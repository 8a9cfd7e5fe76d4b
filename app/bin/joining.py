"""Bringing back a record whose place another one has: without what was taken, to be merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.clashes import Clash, clashes
from app.bin.kinds import MODELS
from app.bin.operations import restore_some
from app.companies.models import Company, Establishment
from app.companies.operations import record_site, refresh
from app.contacts.association import unlink_account
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch
from app.history.operations import record
from app.tags.models import LINKS, Tag
from app.tags.operations import bulk_add


@dataclass(frozen=True)
class Back:
    """What stood in the way of a record that came back, and the SIRETs that its sites gave up."""

    clash: Clash
    sirets: Sequence[str]


def restore_without(batch: Batch, record_id: int, *, by: Account) -> Back:
    """Bring one record back without the SIREN (and the SIRETs that begin with it) or the account
    that another has; the history keeps what it was. Answers the clash, for the two to be merged,
    and the SIRETs.

    Refused where nothing stands in its way any more, and where it cannot come back at all.
    """
    subject = Subject(batch.subject_kind)
    clash = clashes(subject, [record_id]).get(record_id)
    if clash is None:
        raise Refused("batch", _l("Plus rien n’empêche de restaurer cette fiche : restaurez-la."))
    found, sirets = _held(batch, record_id), list[str]()
    if subject is Subject.COMPANY:
        sirets = [site.siret for site in found.establishments if site.siret is not None]
        _give_up_siren(found, by)
    else:
        unlink_account(found, by=by)
    restore_some(batch, [record_id], by=by)
    if subject is Subject.COMPANY:
        refresh(db.session.get_one(Company, record_id))
        db.session.flush()
    return Back(clash, sirets)


def give_tag(batch: Batch, *, by: Account) -> Batch:
    """Put the tag that has the label now on the records that the one in the bin would mark, as a
    batch that one undo takes back. Refused where no live tag has the label."""
    tag = db.session.scalars(select(Tag).where(Tag.trash_batch_id == batch.id)).first()
    clash = clashes(Subject.TAG, [tag.id]).get(tag.id) if tag is not None else None
    if tag is None or clash is None:
        raise Refused("batch", _l("Plus rien n’empêche de restaurer ce tag : restaurez-le."))
    links = LINKS[tag.module]
    bearers = select(links.c[f"{tag.module}_id"]).where(links.c.tag_id == tag.id)
    live = db.session.get_one(Tag, clash.holder_id)
    return bulk_add(live, list(db.session.scalars(bearers)), by=by)


def _held(batch: Batch, record_id: int) -> Any:
    """The record, locked and read anew; Refused where it is in the bin no more."""
    model = MODELS[Subject(batch.subject_kind)]
    held = select(model).where(model.id == record_id, model.trash_batch_id == batch.id)
    locked = held.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(locked).first()
    if found is None:
        raise Refused("batch", _l("Cette fiche n’est plus à la corbeille."))
    return found


def _give_up_siren(company: Company, by: Account) -> None:
    """The sites first: the database holds that a SIRET begins with the company's SIREN."""
    for site in company.establishments:
        if site.siret is not None:
            _give_up_siret(site, by)
    siren, company.siren = company.siren, None
    db.session.flush()
    record(
        Action.UPDATED, subject=Subject.COMPANY, subject_id=company.id, by=by,
        changes={"siren": (siren, None)},
    )  # fmt: skip


def _give_up_siret(site: Establishment, by: Account) -> None:
    siret, site.siret = site.siret, None
    db.session.flush()
    record_site(Action.SITE_UPDATED, site, {"siret": (siret, None)}, by)
