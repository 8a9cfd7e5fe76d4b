"""Reading tags: labels, counts, those that a person may mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import g
from sqlalchemy import Column, ColumnElement, Select, Table, case, func, select, union_all

from app.core.db import Base
from app.core.records import IDS
from app.extensions import db
from app.tags.models import LINKS, Module, Tag


def live_tags(module: Module) -> dict[str, Tag]:
    """The module's tags by id as text, by label; read once a request."""
    store = g.setdefault("live_tags", {})
    if module not in store:
        tags = db.session.scalars(
            select(Tag).where(Tag.module == module, Tag.trashed_at.is_(None)).order_by(Tag.folded)
        )
        store[module] = {str(tag.id): tag for tag in tags}
    return dict(store[module])


def live_ids(module: Module) -> Select[int]:
    """The ids of the module's tags, as a statement."""
    return select(Tag.id).where(Tag.module == module, Tag.trashed_at.is_(None))


def labels(module: Module) -> Callable[[Iterable[str]], dict[str, str]]:
    """How ids of a module's tags read, for a search block."""

    def read(_values: Iterable[str]) -> dict[str, str]:
        return {identity: tag.label for identity, tag in live_tags(module).items()}

    return read


def tags_of_rows(module: Module) -> Select[Any]:
    """The live tags of records whose ids are core.records.IDS: the record's id, label, colour."""
    links = LINKS[module]
    owner = _owner(links)
    return (
        select(owner, Tag.label, Tag.colour)
        .join_from(links, Tag, Tag.id == links.c.tag_id)
        .where(owner.in_(IDS), Tag.trashed_at.is_(None))
        .order_by(Tag.folded)
    )


def tag_counts(tags: Iterable[Tag]) -> dict[int, int]:
    """Live records that bear each tag, in one statement for both modules; without those that
    none bears."""
    ids = [tag.id for tag in tags]
    counted = [
        select(links.c.tag_id, func.count().label("bearers"))
        .join_from(links, there := Base.metadata.tables[module], there.c.id == _owner(links))
        .where(links.c.tag_id.in_(ids), there.c.trashed_at.is_(None))
        .group_by(links.c.tag_id)
        for module, links in LINKS.items()
    ]
    return {row[0]: row[1] for row in db.session.execute(union_all(*counted))}


def bearers_of_each() -> ColumnElement[int]:
    """How many live records bear each tag, as a column of a list of tags."""
    counted = []
    for module, links in LINKS.items():
        there = Base.metadata.tables[module]
        number = (
            select(func.count())
            .select_from(links.join(there, there.c.id == _owner(links)))
            .where(links.c.tag_id == Tag.id, there.c.trashed_at.is_(None))
            .correlate(Tag)
            .scalar_subquery()
        )
        counted.append((Tag.module == str(module), number))
    return case(*counted, else_=0)


def _owner(links: Table) -> Column[Any]:
    return next(column for column in links.c if column.name != "tag_id")
