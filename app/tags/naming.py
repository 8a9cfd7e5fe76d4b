"""Labels of tags, present and former: changed, and taken back. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core.rules import Refused
from app.core.text import fold
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.history.operations import diff, open_batch, record
from app.history.undoing import Way, register
from app.permissions import Permission, View
from app.tags.models import Module, Tag, TagAlias
from app.tags.operations import (
    aliases_of,
    as_lines,
    checked_label,
    find_tag,
    from_lines,
    hold,
)

UPDATED = "tag_updated"
MOST_ALIASES = 50


def update_tag(
    tag: Tag, *, label: str, colour: str, by: Account, aliases: Sequence[str] | None = None
) -> Batch | None:
    """Change a tag's label, colour and former labels (None leaves them); a label that it gives up
    stays as a former one. Answers the batch that takes it back, None where nothing changed.

    Refused where another tag of the module bears one of the labels, or bore it before.
    """
    label, former = checked_label(label), aliases_of(tag)
    _check_free(tag, "label", label)
    wanted = _wanted(tag, label, former if aliases is None else aliases)
    before = {"label": tag.label, "colour": tag.colour, "aliases": as_lines(former)}
    after = {"label": label, "colour": colour, "aliases": as_lines(wanted)}
    changes = diff(before, after)
    if not changes:
        return None
    batch = open_batch(UPDATED, subject=Subject.TAG, by=by, label=label)
    _put(tag, label, colour, former, wanted)
    record(
        Action.UPDATED, subject=Subject.TAG, subject_id=tag.id, by=by, changes=changes, batch=batch
    )
    return batch


def _wanted(tag: Tag, label: str, aliases: Sequence[str]) -> list[str]:
    """The former labels once the tag has this label: the one it gives up among them."""
    labels = {fold(each): each for each in aliases}
    # Another writing of one that is known changes nothing.
    labels |= {fold(each): each for each in aliases_of(tag) if fold(each) in labels}
    if fold(label) != tag.folded:
        labels[tag.folded] = tag.label
    labels.pop(fold(label), None)
    if len(labels) > MOST_ALIASES:
        raise Refused("aliases", _l("Un tag a 50 anciens libellés au plus."))
    for each in labels.values():
        _check_alias(tag, each)
    return [labels[folded] for folded in sorted(labels)]


def _check_alias(tag: Tag, alias: str) -> None:
    try:
        checked_label(alias)
    except Refused as refusal:
        raise Refused("aliases", refusal.message) from refusal
    _check_free(tag, "aliases", alias)


def _check_free(tag: Tag, field: str, label: str) -> None:
    other = find_tag(Module(tag.module), label)
    if other is None or other.id == tag.id:
        return
    if fold(label) == other.folded:
        raise Refused(field, _l("Le tag « %(label)s » existe déjà.", label=other), other)
    message = _l("« %(label)s » est un ancien libellé du tag « %(tag)s ».", label=label, tag=other)
    raise Refused(field, message, other)


def _put(tag: Tag, label: str, colour: str, former: Sequence[str], wanted: Sequence[str]) -> None:
    given_up = {fold(each) for each in former} - {fold(each) for each in wanted}
    known = {fold(each) for each in former}
    _drop([*given_up, *(fold(each) for each in wanted if fold(each) not in known)], tag.module)
    tag.label, tag.folded, tag.colour = label, fold(label), colour
    db.session.add_all(
        TagAlias(module=tag.module, label=each, folded=fold(each), tag_id=tag.id)
        for each in wanted
        if fold(each) not in known
    )
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        raise Refused("label", _l("Le tag « %(label)s » vient d’être créé.", label=label)) from None


def _drop(folded: Sequence[str], module: str) -> None:
    """Former labels go: those of this tag, and those of tags in the bin, that nobody types."""
    gone = TagAlias.module == module, TagAlias.folded.in_(folded)
    db.session.execute(delete(TagAlias).where(*gone))


def take_back(batch: Batch, *, by: Account) -> None:
    """Put label, colour and former labels back. Refused where they were changed since, or
    something took the label."""
    line = db.session.scalars(
        select(HistoryEntry).where(
            HistoryEntry.batch_id == batch.id, HistoryEntry.action == Action.UPDATED
        )
    ).one()
    tag = db.session.get(Tag, line.subject_id)
    if tag is None:
        raise Refused("batch", _l("Ce tag a été supprimé définitivement."))
    hold(tag)
    if tag.trashed_at is not None:
        raise Refused("batch", _l("Ce tag a été supprimé : restaurez-le d’abord."))
    now = {"label": tag.label, "colour": tag.colour, "aliases": as_lines(aliases_of(tag))}
    for value in line.values:
        if now[value.field] != (value.new_value or ""):
            raise Refused("batch", _l("Ce tag a été modifié depuis : corrigez-le vous-même."))
    back = now | {value.field: value.old_value or "" for value in line.values}
    former, wanted = aliases_of(tag), from_lines(back["aliases"])
    _check_free(tag, "label", back["label"])
    for each in wanted:
        _check_free(tag, "label", each)
    _put(tag, back["label"], back["colour"], former, wanted)
    record(
        Action.UPDATED, subject=Subject.TAG, subject_id=tag.id, by=by, batch=batch,
        changes=diff(now, back),
    )  # fmt: skip


register(Way(UPDATED, whole=take_back, needs=Permission.EDIT, view=View.TAG))
