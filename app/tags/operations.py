"""What can be done with tags. Operations flush and write the history; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, Table, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core.db import Base, utcnow
from app.core.rules import Refused
from app.core.sets import among, id_rows, is_sqlite
from app.core.text import clean_line, fold
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import Batch, HistoryEntry
from app.history.operations import Named, diff, open_batch, record, record_many
from app.history.undoing import Way, register
from app.permissions import BulkRight, Permission
from app.tags.models import LINKS, Module, Tag, TagAlias

COLOURS = ("blue", "green", "amber", "red", "purple", "teal", "grey")
LONGEST_LABEL = 60
GONE = _l("Ce tag vient d’être supprimé : choisissez-en un autre.")
# Letters of other scripts fold into several of ours: « щ » into shch.
LONGEST_FOLDED = 80


def find_tag(module: Module, label: str) -> Tag | None:
    """The live tag that bears this label, or bore it before."""
    folded = fold(label)
    tag = db.session.scalars(
        select(Tag).where(Tag.module == module, Tag.folded == folded, Tag.trashed_at.is_(None))
    ).first()
    return (
        tag
        or db.session.scalars(
            select(Tag)
            .join(TagAlias, TagAlias.tag_id == Tag.id)
            .where(TagAlias.module == module, TagAlias.folded == folded, Tag.trashed_at.is_(None))
        ).first()
    )


def checked_label(label: str) -> str:
    label = clean_line(label)
    if not fold(label):
        raise Refused("label", _l("Donnez un libellé au tag."))
    if len(label) > LONGEST_LABEL or len(fold(label)) > LONGEST_FOLDED:
        raise Refused("label", _l("Un libellé compte 60 caractères au plus."))
    return label


def create_tag(module: Module, label: str, *, by: Account, colour: str = "blue") -> Tag:
    """Make a tag; Refused where its module has one of that label, now or before."""
    label = checked_label(label)
    if existing := find_tag(module, label):
        raise Refused("label", _l("Le tag « %(label)s » existe déjà.", label=existing), existing)
    tag = Tag(module=module, label=label, folded=fold(label), colour=colour, created_by_id=by.id)
    try:
        with db.session.begin_nested():
            db.session.add(tag)
    except IntegrityError:
        existing = find_tag(module, label)
        message = _l("Le tag « %(label)s » vient d’être créé.", label=label)
        raise Refused("label", message, existing) from None
    made = {"label": label, "module": module.value, "colour": colour}
    record(Action.CREATED, subject=Subject.TAG, subject_id=tag.id, by=by, changes=diff({}, made))
    return tag


def ensure_tag(module: Module, label: str, *, by: Account) -> Tag:
    """The tag of that label, made on the spot where there is none."""
    if existing := find_tag(module, checked_label(label)):
        return existing
    try:
        return create_tag(module, label, by=by)
    except Refused as refusal:
        if isinstance(refusal.existing, Tag):
            return refusal.existing
        raise


def trash_tag(tag: Tag, *, by: Account) -> Batch:
    """Put a tag in the bin: its records keep the link, and show it again if it comes back."""
    hold(tag)
    if tag.trashed_at is not None:
        raise Refused("batch", GONE)
    batch = open_batch("trash_tag", subject=Subject.TAG, by=by, label=tag.label)
    batch.item_count = usage(tag)
    tag.trashed_at, tag.trash_batch_id = utcnow(), batch.id
    db.session.flush()
    record(
        Action.TRASHED, subject=Subject.TAG, subject_id=tag.id, by=by, batch=batch,
        changes={"label": (tag.label, None), "count": (batch.item_count, None)},
    )  # fmt: skip
    return batch


def restore_tag(batch: Batch, *, by: Account) -> None:
    """Bring a tag back from the bin; Refused where its label was taken meanwhile."""
    tag = db.session.scalars(select(Tag).where(Tag.trash_batch_id == batch.id)).first()
    if tag is None:
        raise Refused("batch", _l("Ce tag n’est plus à la corbeille."))
    if other := find_tag(Module(tag.module), tag.label):
        raise Refused(
            "label",
            _l("Un tag « %(label)s » existe de nouveau : renommez-le d’abord.", label=other),
            other,
        )
    tag.trashed_at, tag.trash_batch_id = None, None
    db.session.flush()
    record(Action.RESTORED, subject=Subject.TAG, subject_id=tag.id, by=by, batch=batch)


def usage(*tags: Tag) -> int:
    """How many live records bear one of the tags (of one module), each counted once."""
    module = tags[0].module
    links, there = LINKS[module], records_of(module)
    bearers = select(func.count(func.distinct(there.c.id))).join_from(
        links, there, there.c.id == owner_of(module)
    )
    borne = links.c.tag_id.in_([tag.id for tag in tags]), there.c.trashed_at.is_(None)
    return db.session.scalar(bearers.where(*borne)) or 0


def aliases_of(tag: Tag) -> list[str]:
    """The former labels of a tag, in order."""
    former = select(TagAlias.label).where(TagAlias.tag_id == tag.id).order_by(TagAlias.folded)
    return list(db.session.scalars(former))


def as_lines(labels: Sequence[str]) -> str:
    return "\n".join(labels)


def from_lines(text: str | None) -> list[str]:
    """Labels written one a line, in order, each once whatever its writing."""
    lines: dict[str, str] = {}
    for line in map(clean_line, (text or "").splitlines()):
        lines.setdefault(fold(line), line)
    return [line for folded, line in lines.items() if folded]


def owner_of(module: str) -> Column[int]:
    """The column of a module's links that holds the record."""
    return LINKS[module].c[f"{module}_id"]


def records_of(module: str) -> Table:
    """The table of a module's records, known by its name only: tags lie below them."""
    found: Table = Base.metadata.tables[module]
    return found


def hold(*tags: Tag) -> None:
    """Keep tags as they are until the transaction ends, and read them anew; in order of id, so
    that two people who merge the same pair wait for each other."""
    ids = sorted({tag.id for tag in tags})
    held = select(Tag).where(Tag.id.in_(ids)).order_by(Tag.id).with_for_update()
    db.session.flush()
    db.session.scalars(held.execution_options(populate_existing=True)).all()


def standing(identity: int) -> Tag:
    """The live tag that an id means, kept alive until the transaction ends: the survivor where
    it was merged meanwhile. Refused where it was deleted."""
    known = select(Tag).execution_options(populate_existing=True)
    keeping = known.with_for_update(read=True, key_share=True)
    db.session.flush()
    tag = db.session.scalars(keeping.where(Tag.id == identity)).first()
    while tag is not None and tag.merged_into_id is not None:
        tag = db.session.scalars(keeping.where(Tag.id == tag.merged_into_id)).first()
    if tag is None or tag.trashed_at is not None:
        raise Refused("tag", GONE)
    return tag


def add_to(tag: Tag, ids: Sequence[int], *, by: Account, batch: Batch | None = None) -> list[int]:
    """Put a tag on records of its module; return the ids that did not bear it before. Whoever adds
    a tag while it is merged adds the survivor; Refused where it was deleted."""
    tag = standing(tag.id)
    fresh = link(tag, sorted(set(ids)))
    record_on(Action.TAG_ADDED, tag, fresh, (None, Named(tag.id, tag.label)), by, batch)
    return fresh


def link(tag: Tag, ids: Sequence[int]) -> list[int]:
    """Link a tag to the ids that are not yet, of records that are still there; in order of id, so
    that two people who tag the same rows at once wait for each other. Answers the ids that this
    call linked."""
    links, given = LINKS[tag.module], id_rows(ids)
    owner, there = owner_of(tag.module), records_of(tag.module)
    is_linked = select(owner).where(owner == given.c.id, links.c.tag_id == tag.id).exists()
    known = select(given.c.id, literal(tag.id)).join_from(given, there, there.c.id == given.c.id)
    rows = known.where(~is_linked).order_by(given.c.id)
    statement = (sqlite.insert if is_sqlite() else postgresql.insert)(links)
    filled = statement.from_select([owner.name, "tag_id"], rows).on_conflict_do_nothing()
    return sorted(db.session.scalars(filled.returning(owner)))


def remove_from(
    tag: Tag, ids: Sequence[int], *, by: Account, batch: Batch | None = None
) -> list[int]:
    """Take a tag off records of its module; return the ids that bore it."""
    links, bearers = LINKS[tag.module], _bearers(tag, ids)
    borne = links.c.tag_id == tag.id, among(owner_of(tag.module), bearers)
    db.session.execute(delete(links).where(*borne))
    record_on(Action.TAG_REMOVED, tag, bearers, (Named(tag.id, tag.label), None), by, batch)
    return bearers


def _bearers(tag: Tag, ids: Sequence[int]) -> list[int]:
    """Those of the ids that bear the tag. Locks them on PostgreSQL, in order of id, so that
    two people who untag the same rows at once wait for each other."""
    links, owner = LINKS[tag.module], owner_of(tag.module)
    bearing = select(owner).where(links.c.tag_id == tag.id, among(owner, ids)).order_by(owner)
    return list(db.session.scalars(bearing.with_for_update()))


def bearing(tag: Tag, ids: Sequence[int]) -> int:
    """How many of the ids bear the tag."""
    links = LINKS[tag.module]
    borne = links.c.tag_id == tag.id, among(owner_of(tag.module), ids)
    return db.session.scalar(select(func.count()).select_from(links).where(*borne)) or 0


def record_on(
    action: Action,
    tag: Tag,
    ids: Sequence[int],
    pair: tuple[Named | None, Named | None],
    by: Account,
    batch: Batch | None,
) -> None:
    subject, part, changes = Subject(tag.module), (Part.TAG, tag.id), {"tag": pair}
    record_many(
        action, subject=subject, subject_ids=ids, by=by, changes=changes, batch=batch, part=part
    )


def bulk_add(tag: Tag, ids: Sequence[int], *, by: Account, batch: Batch | None = None) -> Batch:
    """Put a tag on a selection, as one batch that one undo takes back; with `batch`, on one
    more part of it."""
    batch = batch or open_batch("tag_added", subject=Subject(tag.module), by=by, label=tag.label)
    batch.item_count += len(add_to(tag, ids, by=by, batch=batch))
    db.session.flush()
    return batch


def bulk_remove(tag: Tag, ids: Sequence[int], *, by: Account, batch: Batch | None = None) -> Batch:
    """Take a tag off a selection, as one batch that one undo takes back; with `batch`, off one
    more part of it."""
    batch = batch or open_batch("tag_removed", subject=Subject(tag.module), by=by, label=tag.label)
    batch.item_count += len(remove_from(tag, ids, by=by, batch=batch))
    db.session.flush()
    return batch


def undo_links(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    """Take back what bulk_add() or bulk_remove() did to some records; answer to how many.
    Refused while the tag lies in the bin."""
    line = HistoryEntry.batch_id == batch.id, HistoryEntry.object_kind == Part.TAG
    identity = db.session.scalar(select(HistoryEntry.object_id).where(*line).limit(1))
    tag = db.session.get(Tag, identity) if identity is not None else None
    if tag is None or tag.trashed_at is not None:
        raise Refused("batch", _l("Ce tag a été supprimé : restaurez-le d’abord."))
    back = remove_from if batch.kind == "tag_added" else add_to
    return len(back(tag, ids, by=by))


register(Way("trash_tag", whole=restore_tag, needs=Permission.DELETE))
register(Way("tag_added", in_parts=undo_links, needs=BulkRight.ADD_TAG))
register(Way("tag_removed", in_parts=undo_links, needs=BulkRight.REMOVE_TAG))
