"""Two tags made one, and taken apart again. The caller commits."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.models import Account
from app.core.db import utcnow
from app.core.rules import Refused
from app.core.sets import among, is_sqlite
from app.core.text import fold
from app.duplicates.models import NotSame
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import Batch, HistoryEntry
from app.history.operations import Named, open_batch, record
from app.history.undoing import Way, register
from app.permissions import Permission, View
from app.tags.models import LINKS, NOT_SAME, Tag, TagAlias
from app.tags.operations import aliases_of, as_lines, from_lines, hold, link, owner_of, record_on

MERGED = "tag_merged"


def merge_tags(loser: Tag, survivor: Tag, *, by: Account) -> Batch:
    """Make one tag of two: the survivor takes the records of the loser (each bears it once), its
    label and its former labels. Refused where they are no two live tags of one module."""
    hold(loser, survivor)
    _check(loser, survivor)
    batch = open_batch(MERGED, subject=Subject.TAG, by=by, label=loser.label)
    moved, had_both = _move_links(loser, survivor)
    batch.item_count = len(moved) + len(had_both)
    old, new = Named(loser.id, loser.label), Named(survivor.id, survivor.label)
    record_on(Action.TAG_REPLACED, loser, moved, (old, new), by, batch)
    record_on(Action.TAG_REMOVED, loser, had_both, (old, None), by, batch)
    before, after = _move_labels(loser, survivor)
    loser.trashed_at, loser.merged_into_id = utcnow(), survivor.id
    db.session.flush()
    record(
        Action.TAG_MERGED, subject=Subject.TAG, subject_id=survivor.id, by=by, batch=batch,
        part=(Part.TAG, loser.id),
        changes={"tag": (old, new), "aliases": (before, after), "count": (None, batch.item_count)},
    )  # fmt: skip
    return batch


def _check(loser: Tag, survivor: Tag) -> None:
    if loser.id == survivor.id:
        raise Refused("into_text", _l("Choisissez un autre tag que celui-ci."))
    if loser.module != survivor.module:
        raise Refused("into_text", _l("Ces deux tags ne sont pas du même module."))
    if loser.trashed_at is not None or survivor.trashed_at is not None:
        raise Refused("into_text", _l("L’un de ces tags vient d’être supprimé ou fusionné."))


def _move_links(loser: Tag, survivor: Tag) -> tuple[list[int], list[int]]:
    """The ids of the records that only the loser marked, and of those that bore both."""
    links, owner = LINKS[loser.module], owner_of(loser.module)
    other = links.alias("other")
    bears = exists().where(other.c[owner.name] == owner, other.c.tag_id == survivor.id)
    moving = update(links).where(links.c.tag_id == loser.id, ~bears).values(tag_id=survivor.id)
    moved = sorted(db.session.scalars(moving.returning(owner)))
    rest = delete(links).where(links.c.tag_id == loser.id).returning(owner)
    return moved, sorted(db.session.scalars(rest))


def _move_labels(loser: Tag, survivor: Tag) -> tuple[str, str]:
    """The loser's labels, present and former, become the survivor's; its former ones, before and
    after, as lines."""
    before = aliases_of(survivor)
    # A tag in the bin may have borne it too: nobody types that one any more.
    same = TagAlias.module == loser.module, TagAlias.folded == loser.folded
    db.session.execute(delete(TagAlias).where(*same))
    db.session.execute(
        update(TagAlias).where(TagAlias.tag_id == loser.id).values(tag_id=survivor.id)
    )
    db.session.add(
        TagAlias(module=loser.module, label=loser.label, folded=loser.folded, tag_id=survivor.id)
    )
    db.session.flush()
    return as_lines(before), as_lines(aliases_of(survivor))


def say_not_same(first: Tag, second: Tag, *, by: Account) -> None:
    """Remember that two tags look alike and are not the same: they are proposed no more."""
    hold(first, second)
    _check(first, second)
    low, high = sorted((first.id, second.id))
    said = {"module": NOT_SAME, "first_id": low, "second_id": high, "said_by_id": by.id}
    statement = (sqlite.insert if is_sqlite() else postgresql.insert)(NotSame)
    db.session.execute(statement.values(said_at=utcnow(), **said).on_conflict_do_nothing())


# ---- taking apart


def unmerge_tags(batch: Batch, *, by: Account) -> None:
    """Take a merge back: the records that only the loser marked bear it again (those that gave
    the survivor up since do not), those that bore both bear both, and its labels are its own.
    Refused where the survivor went, or the label was taken since."""
    line = db.session.scalars(
        select(HistoryEntry).where(
            HistoryEntry.batch_id == batch.id, HistoryEntry.action == Action.TAG_MERGED
        )
    ).one()
    loser, survivor = db.session.get(Tag, line.object_id), db.session.get(Tag, line.subject_id)
    if loser is None or survivor is None:
        raise Refused("batch", _l("L’un de ces tags a été supprimé définitivement."))
    hold(loser, survivor)
    if survivor.trashed_at is not None or loser.merged_into_id != survivor.id:
        raise Refused(
            "batch",
            _l("Le tag « %(label)s » a été supprimé ou fusionné : restaurez-le d’abord.", label=survivor),
        )  # fmt: skip
    _give_labels_back(loser, survivor, line)
    loser.trashed_at, loser.merged_into_id = None, None
    db.session.flush()
    _give_links_back(loser, survivor, batch, by)
    record(
        Action.RESTORED, subject=Subject.TAG, subject_id=loser.id, by=by, batch=batch,
        part=(Part.TAG, survivor.id),
    )  # fmt: skip


def _give_labels_back(loser: Tag, survivor: Tag, line: HistoryEntry) -> None:
    kept = next(value for value in line.values if value.field == "aliases")
    gained = set(from_lines(kept.new_value)) - set(from_lines(kept.old_value))
    folded = {fold(label) for label in gained}
    _free(loser, survivor)
    mine = TagAlias.tag_id == survivor.id, TagAlias.folded.in_(folded)
    db.session.execute(update(TagAlias).where(*mine).values(tag_id=loser.id))
    db.session.expire_all()


def _free(loser: Tag, survivor: Tag) -> None:
    """The loser's label is nobody's any more. Refused where another tag has it."""
    same = Tag.module == loser.module, Tag.folded == loser.folded, Tag.trashed_at.is_(None)
    taken = db.session.scalars(select(Tag).where(*same)).first()
    alias = db.session.scalars(
        select(TagAlias).where(TagAlias.module == loser.module, TagAlias.folded == loser.folded)
    ).first()
    if alias is not None and alias.tag_id != survivor.id:
        taken, alias = taken or (alias.tag if alias.tag.trashed_at is None else None), None
    if taken is not None:
        raise Refused(
            "label",
            _l("Un tag « %(label)s » existe de nouveau : renommez-le d’abord.", label=taken),
            taken,
        )
    if alias is not None:
        db.session.delete(alias)
        db.session.flush()


def _give_links_back(loser: Tag, survivor: Tag, batch: Batch, by: Account) -> None:
    links, owner = LINKS[loser.module], owner_of(loser.module)
    only = _subjects(batch, Action.TAG_REPLACED, loser)
    borne = links.c.tag_id == survivor.id, among(owner, only)
    moving = update(links).where(*borne).values(tag_id=loser.id).returning(owner)
    back = sorted(db.session.scalars(moving))
    both = link(loser, _subjects(batch, Action.TAG_REMOVED, loser))
    old, new = Named(survivor.id, survivor.label), Named(loser.id, loser.label)
    record_on(Action.TAG_REPLACED, loser, back, (old, new), by, batch)
    record_on(Action.TAG_ADDED, loser, both, (None, new), by, batch)


def _subjects(batch: Batch, action: Action, loser: Tag) -> list[int]:
    lines = select(HistoryEntry.subject_id).where(
        HistoryEntry.batch_id == batch.id,
        HistoryEntry.action == action,
        HistoryEntry.subject_kind == Subject(loser.module),
    )
    return list(db.session.scalars(lines))


register(Way(MERGED, whole=unmerge_tags, needs=Permission.EDIT, view=View.TAG))
