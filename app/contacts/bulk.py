"""What can be done to many contacts at once: as one contact's form does it, in a few statements, as
one batch that one undo takes back. Consent is nobody's to change in bulk, and is not here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Table,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.contacts.kept import refresh_many
from app.contacts.models import Contact, Post, written_name
from app.contacts.operations import check_place, recount
from app.core.db import utcnow
from app.core.formats import in_paris
from app.core.sets import among
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.bulk import LINE, Field, Reference, Setting, rows_before, set_values
from app.history.models import Batch
from app.history.operations import write_lines, write_values
from app.history.undoing import Way, register
from app.permissions import BulkRight

TABLE: Table = Contact.__table__
POST: Table = Post.__table__
COMPANY: Table = Company.__table__
SITE: Table = Establishment.__table__
SET_FUNCTION, SET_COMPANY = "set_function", "set_company"
# What companies count of their contacts depends on these.
COUNTED = (SET_FUNCTION, SET_COMPANY)


def _site_label() -> ColumnElement[str]:
    """What tells a site apart, as Establishment.label says it."""
    owner = select(COMPANY.c.name).where(COMPANY.c.id == SITE.c.company_id).scalar_subquery()
    return func.coalesce(SITE.c.trade_name, SITE.c.sign, SITE.c.city, owner)


def _setting(*fields: Field) -> Setting:
    return Setting(Subject.CONTACT, TABLE, fields)


# By the kind of the batch, which is also the name of the action.
SETTINGS: dict[str, Setting] = {
    SET_FUNCTION: _setting(Field("job_function", TABLE.c.job_function)),
    "set_department": _setting(Field("department", TABLE.c.department)),
    SET_COMPANY: _setting(
        Field("company", TABLE.c.company_id, Reference(COMPANY.c.id, COMPANY.c.name)),
        Field("establishment", TABLE.c.establishment_id, Reference(SITE.c.id, _site_label())),
    ),
}


def set_text(ids: Sequence[int], text: str | None, *, by: Account, batch: Batch) -> None:
    """Give contacts a function or a department (the batch's kind says which); None empties it."""
    rows = [(identity, text) for identity in ids]
    changed = set_values(SETTINGS[batch.kind], rows, by=by, batch=batch)
    _follow(changed)
    refresh_many(changed)
    if batch.kind in COUNTED:
        recount(_companies(changed).values())
    batch.item_count += len(changed)
    db.session.flush()


def assign(
    ids: Sequence[int], company_id: int | None, site_id: int | None, *, by: Account, batch: Batch
) -> None:
    """Place contacts at a company, and at one of its sites; with None they are at none.

    As for one contact: who was elsewhere has that post closed and one opened here; who was here
    already has the site corrected. Refused where the company or the site is no more.
    """
    check_place({"company_id": company_id, "establishment_id": site_id})
    before = _companies(ids)
    rows = [(identity, company_id, site_id) for identity in ids]
    changed = set_values(SETTINGS[SET_COMPANY], rows, by=by, batch=batch)
    moved = [identity for identity in changed if before.get(identity) != company_id]
    _follow(changed)
    _close_posts(moved, by, batch)
    if company_id is not None:
        _open_posts(moved, by, batch)
    refresh_many(changed)
    recount([company_id, *(before.get(identity) for identity in changed)])
    batch.item_count += len(changed)
    db.session.flush()


def changing(kind: str, ids: Sequence[int], values: Sequence[Any]) -> int:
    """How many contacts the action would change."""
    return SETTINGS[kind].changing([(identity, *values) for identity in ids])


def _companies(ids: Sequence[int]) -> Mapping[int, int | None]:
    """The company of each live contact; they are kept until the transaction ends."""
    live = select(TABLE.c.id, TABLE.c.company_id).where(
        among(TABLE.c.id, ids), TABLE.c.trashed_at.is_(None)
    )
    held = live.order_by(TABLE.c.id).with_for_update(key_share=True)
    return {row.id: row.company_id for row in db.session.execute(held)}


# ---- posts


def _current(ids: Sequence[int]) -> Select[Any]:
    """Ids of the posts that contacts hold now: of several, the latest."""
    open_ = among(POST.c.contact_id, ids), POST.c.ended_on.is_(None)
    return select(func.max(POST.c.id)).where(*open_).group_by(POST.c.contact_id)


def _follow(ids: Sequence[int]) -> None:
    """Correct the post at the company where a contact already was, as the contact now says."""
    db.session.execute(
        update(POST)
        .where(
            POST.c.id.in_(_current(ids)),
            TABLE.c.id == POST.c.contact_id,
            TABLE.c.company_id == POST.c.company_id,
        )
        .values(
            establishment_id=TABLE.c.establishment_id, title=TABLE.c.job_title,
            function=TABLE.c.job_function, department=TABLE.c.department,
        )
    )  # fmt: skip


def _close_posts(ids: Sequence[int], by: Account, batch: Batch) -> None:
    posts = list(db.session.scalars(_current(ids)))
    today = in_paris(utcnow()).date()
    ended = case((POST.c.started_on > today, POST.c.started_on), else_=literal(today, Date))
    these = among(POST.c.id, posts)
    closing = update(POST).where(these).values(ended_on=ended, closed_batch_id=batch.id)
    db.session.execute(closing)
    _tell_companies(Action.CONTACT_DETACHED, these, by, batch)


def _open_posts(ids: Sequence[int], by: Account, batch: Batch) -> None:
    """Posts where the contacts now are; since today where another has just been closed."""
    today = literal(in_paris(utcnow()).date(), Date)
    closed = select(POST.c.id).where(
        POST.c.closed_batch_id == batch.id, POST.c.contact_id == TABLE.c.id
    )
    given = select(
        TABLE.c.id, TABLE.c.company_id, TABLE.c.establishment_id, TABLE.c.job_title,
        TABLE.c.job_function, TABLE.c.department,
        case((closed.exists(), today), else_=cast(null(), Date)), literal(batch.id),
    ).where(among(TABLE.c.id, ids))  # fmt: skip
    columns = [
        "contact_id", "company_id", "establishment_id", "title", "function", "department",
        "started_on", "opened_batch_id",
    ]  # fmt: skip
    db.session.execute(insert(POST).from_select(columns, given.order_by(TABLE.c.id)))
    mine = among(POST.c.contact_id, ids), POST.c.opened_batch_id == batch.id
    _tell_companies(Action.CONTACT_ATTACHED, mine[0] & mine[1], by, batch)


def _tell_companies(
    action: Action, posts: ColumnElement[bool], by: Account, batch: Batch | None
) -> None:
    """The line that each company of these posts has of it."""
    about = select(POST.c.company_id, POST.c.contact_id).where(posts).order_by(POST.c.id)
    lines = write_lines(
        action, about, subject=Subject.COMPANY, by=by, batch=batch, part=Part.CONTACT
    )
    name = written_name(TABLE.c)
    nothing, nobody = cast(null(), String), cast(null(), Integer)
    told: list[ColumnElement[Any]] = [nothing, name, nobody, TABLE.c.id]
    if action is Action.CONTACT_DETACHED:
        told = [name, nothing, TABLE.c.id, nobody]
    write_values(
        select(LINE.c.id, literal("contact"), *told)
        .join(TABLE, TABLE.c.id == LINE.c.object_id)
        .where(among(LINE.c.id, lines))
    )


# ---- taking back


def take_back(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    """Bring contacts of a batch back to what they held, unless it has changed since; answer
    how many. The posts that the batch opened go, those that it closed are open again."""
    setting, before = SETTINGS[batch.kind], _companies(ids)
    restored = set_values(setting, rows_before(setting, batch, ids), by=by, batch=None)
    if batch.kind == SET_COMPANY:
        _reopen_posts(restored, by, batch)
    _follow(restored)
    refresh_many(restored)
    if batch.kind in COUNTED:
        after = _companies(restored)
        recount([*(before.get(identity) for identity in restored), *after.values()])
    return len(restored)


def _reopen_posts(ids: Sequence[int], by: Account, batch: Batch) -> None:
    here = among(POST.c.contact_id, ids)
    opened = here & (POST.c.opened_batch_id == batch.id) & POST.c.ended_on.is_(None)
    _tell_companies(Action.CONTACT_DETACHED, opened, by, None)
    db.session.execute(delete(POST).where(opened))
    closed = here & (POST.c.closed_batch_id == batch.id)
    _tell_companies(Action.CONTACT_ATTACHED, closed, by, None)
    db.session.execute(update(POST).where(closed).values(ended_on=None, closed_batch_id=None))


for kind in SETTINGS:
    needs = BulkRight.ASSIGN if kind == SET_COMPANY else BulkRight.SET_FIELDS
    register(Way(kind, in_parts=take_back, needs=needs))
