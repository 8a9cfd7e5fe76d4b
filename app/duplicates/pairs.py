"""Reading the pairs that a scan has found, and what a page shows of them. All through the scope of
the lists: a pair of which a record is in the bin, or merged, is shown to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.matching import holds
from app.core.paging import PageAsked
from app.core.text import search_words
from app.duplicates.models import DuplicatePair, NotSame
from app.duplicates.modules import MODULES
from app.duplicates.queries import live_rows
from app.duplicates.rules import LIKELY, SHOWN
from app.extensions import db

# The most pairs found different that the fold shows.
MOST_APART = 50
SCORES = (SHOWN, 65, LIKELY, 95)


@dataclass(frozen=True, kw_only=True)
class Asked(PageAsked):
    """What an address asks: a module, words of a name, the least score, the record that is one of
    the two (0: any); the page."""

    sizes = (20, 50, 100)

    module: str = "company"
    least: int = SHOWN
    of: int = 0
    size: int = 20

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Asked:
        """Read an address; BadQuery where it holds what the page does not know."""
        module, least = args.get("module") or "company", args.get("least") or str(SHOWN)
        of = args.get("of") or "0"
        known = module in MODULES and least in map(str, SCORES) and (of == "0" or is_id(of))
        if not known:
            raise BadQuery(_l("L’adresse de la page des doublons n’est pas valable."))
        return cls.read(args, module=module, least=int(least), of=int(of))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.of or self.least != SHOWN)


@dataclass(frozen=True)
class Shown:
    """A pair with its two records."""

    pair: DuplicatePair | NotSame
    first: Any
    second: Any


@dataclass(frozen=True)
class Found:
    rows: Sequence[Shown]
    total: int


def pairs(asked: Asked) -> Found:
    """The pairs nobody has judged, the likeliest first."""
    conditions = [*_open(asked.module), DuplicatePair.score >= asked.least]
    if words := search_words(asked.q):
        conditions.append(_named(asked.module, words))
    if asked.of:
        conditions.append(_is_of(asked.of))
    total = db.session.scalar(select(func.count()).select_from(DuplicatePair).where(*conditions))
    order = DuplicatePair.score.desc(), DuplicatePair.first_id, DuplicatePair.second_id
    statement = select(DuplicatePair).where(*conditions).order_by(*order)
    page = statement.limit(asked.size).offset((asked.page - 1) * asked.size)
    return Found(_shown(asked.module, db.session.scalars(page).all()), total or 0)


@dataclass(frozen=True)
class Doubles:
    """How many open pairs a record is in, and the other record of the likeliest of them."""

    count: int
    other_id: int


def doubles_of(module: str, identity: int) -> Doubles | None:
    """The open pairs of a live record, in one statement; None where there are none."""
    found = db.session.execute(_doubles(module), {"identity": identity}).first()
    return Doubles(*found) if found is not None else None


@cache
def _doubles(module: str) -> Select[int, int]:
    """(how many, the likeliest): made once, every sheet asks for it."""
    identity = bindparam("identity", type_=Integer)
    other = case(
        (DuplicatePair.first_id == identity, DuplicatePair.second_id), else_=DuplicatePair.first_id
    )
    return (
        select(func.count().over(), other)
        .where(*_open(module), _is_of(identity))
        .order_by(DuplicatePair.score.desc(), DuplicatePair.id)
        .limit(1)
    )


def _is_of(identity: int | BindParameter[int]) -> ColumnElement[bool]:
    return or_(DuplicatePair.first_id == identity, DuplicatePair.second_id == identity)


def apart(module: str) -> Sequence[tuple[Shown, Account]]:
    """The latest pairs that a person found different, and who."""
    statement = (
        select(NotSame, Account)
        .join(Account, Account.id == NotSame.said_by_id)
        .where(NotSame.module == module, *_both_live(module, NotSame))
        .order_by(NotSame.id.desc())
        .limit(MOST_APART)
    )
    found = db.session.execute(statement).all()
    shown = _shown(module, [row[0] for row in found])
    people = {row[0].id: row[1] for row in found}
    return [(one, people[one.pair.id]) for one in shown]


def are_live(module: str, ids: Sequence[int]) -> bool:
    """Whether these are two records that the lists show."""
    return len(live_rows(module, ids)) == 2


def _open(module: str) -> list[ColumnElement[bool]]:
    judged = select(NotSame.id).where(
        NotSame.module == DuplicatePair.module,
        NotSame.first_id == DuplicatePair.first_id,
        NotSame.second_id == DuplicatePair.second_id,
    )
    mine = DuplicatePair.module == module
    return [mine, *_both_live(module, DuplicatePair), ~exists(judged)]


def _both_live(module: str, pair: Any) -> list[ColumnElement[bool]]:
    return [_is_record(module, place) for place in (pair.first_id, pair.second_id)]


def _is_record(module: str, place: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    compared = MODULES[module]
    own = select(compared.model.id).where(compared.model.id == place, *compared.live())
    return exists(own.where(*conditions))


def _named(module: str, words: Sequence[str]) -> ColumnElement[bool]:
    """Pairs of which one record's text holds every word."""
    text = [holds(MODULES[module].model.search_text, word) for word in words]
    return or_(
        _is_record(module, DuplicatePair.first_id, and_(*text)),
        _is_record(module, DuplicatePair.second_id, and_(*text)),
    )


def _shown(module: str, found: Sequence[Any]) -> list[Shown]:
    """The pairs with their records, in three statements whatever their number."""
    ids = {identity for pair in found for identity in (pair.first_id, pair.second_id)}
    more = joinedload(Contact.company) if module == "contact" else selectinload(Company.tags)
    rows = live_rows(module, ids, more)
    return [
        Shown(pair, rows[pair.first_id], rows[pair.second_id])
        for pair in found
        if pair.first_id in rows and pair.second_id in rows
    ]
