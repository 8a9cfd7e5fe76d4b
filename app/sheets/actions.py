"""What can be done with checked companies and contacts alike: tags, the bin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from app.accounts.models import Account
from app.bin.operations import open_trash, trash, what_goes_with
from app.core.formats import format_number
from app.core.rules import Refused
from app.history.actions import Subject
from app.history.models import Batch
from app.history.operations import open_batch
from app.permissions import BulkRight
from app.sheets.bulk import Bulk, BulkForm, Group, Values, records
from app.tags.models import Module, Tag
from app.tags.operations import bearing, bulk_add, bulk_remove, ensure_tag, find_tag, standing

LONGEST_TYPED = 100


class TagField(Field):
    """The label of a tag, as it is written in the box of the searching picker."""

    widget = TextInput()
    drawn_as = "tag"

    def __init__(self, label: Any = None, *, creates: bool, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.creates = creates
        self.flags.required = True  # type: ignore[attr-defined]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        # A text of any length would be quoted in the answer.
        typed = formdata.get(f"{self.name}_text", "") if formdata else ""
        self.data = typed.strip()[:LONGEST_TYPED]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """The label counts; the id beside it is the picker's own."""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            raise ValidationError(str(_l("Choisissez un tag.")))


class AddTagForm(BulkForm):
    names = ("tag",)

    tag = TagField(
        _l("Tag"), creates=True,
        description=_l("Tapez quelques lettres. Un tag qui n’existe pas encore peut être créé."),
    )  # fmt: skip


class RemoveTagForm(BulkForm):
    names = ("tag",)

    tag = TagField(
        _l("Tag"), creates=False, description=_l("Tapez quelques lettres du tag à retirer.")
    )


def tag_actions(module: Module) -> tuple[Bulk, Bulk]:
    """« Ajouter un tag » and « Retirer un tag » of one module."""
    return _adding(module), _removing(module)


def _adding(module: Module) -> Bulk:
    def begin(values: Values, _ids: Sequence[int], by: Account) -> Batch:
        return _begin("tag_added", ensure_tag(module, values["tag"], by=by), values, by)

    def foreseen(ids: Sequence[int], values: Values, _by: Account) -> str:
        tag = find_tag(module, values["tag"])
        bearers = bearing(tag, ids) if tag is not None else 0
        return _will_be_tagged(len(ids), bearers, is_new=tag is None)

    return Bulk(
        "add_tag", BulkRight.ADD_TAG, _l("Ajouter un tag"), "tag", AddTagForm, begin, _add,
        foreseen, _said_added, group=Group.FIRST,
    )  # fmt: skip


def _removing(module: Module) -> Bulk:
    def begin(values: Values, _ids: Sequence[int], by: Account) -> Batch:
        tag = find_tag(module, values["tag"])
        if tag is None:
            label = values["tag"]
            raise Refused("tag", _l("Le tag « %(label)s » n’existe pas.", label=label))
        return _begin("tag_removed", tag, values, by)

    def foreseen(ids: Sequence[int], values: Values, _by: Account) -> str:
        tag = find_tag(module, values["tag"])
        return _will_be_untagged(bearing(tag, ids) if tag is not None else 0)

    return Bulk(
        "remove_tag", BulkRight.REMOVE_TAG, _l("Retirer un tag"), "tag-off", RemoveTagForm, begin,
        _remove, foreseen, _said_removed, group=Group.FIRST,
    )  # fmt: skip


def _begin(kind: str, tag: Tag, values: Values, by: Account) -> Batch:
    values |= {"tag": tag.id, "label": tag.label}
    return open_batch(kind, subject=Subject(tag.module), by=by, label=tag.label)


def _tag(values: Values) -> Tag:
    """The tag of a deed that may have waited: the survivor, where it was merged meanwhile."""
    return standing(values["tag"])


def _add(ids: Sequence[int], values: Values, by: Account, batch: Batch) -> None:
    bulk_add(_tag(values), ids, by=by, batch=batch)


def _remove(ids: Sequence[int], values: Values, by: Account, batch: Batch) -> None:
    bulk_remove(_tag(values), ids, by=by, batch=batch)


def _will_be_tagged(selected: int, bearers: int, *, is_new: bool) -> str:
    fresh = selected - bearers
    if is_new:
        return (
            _("Le tag sera créé, et ajouté à 1 fiche.")
            if fresh == 1
            else _("Le tag sera créé, et ajouté à %(n)s fiches.", n=format_number(fresh))
        )
    if not fresh:
        return _("Aucune fiche ne changera : toutes ont déjà ce tag.")
    first = (
        _("1 fiche recevra le tag")
        if fresh == 1
        else _("%(n)s fiches recevront le tag", n=format_number(fresh))
    )
    if not bearers:
        return f"{first}."
    rest = _("1 l’a déjà") if bearers == 1 else _("%(n)s l’ont déjà", n=format_number(bearers))
    return f"{first}\u202f; {rest}."


def _will_be_untagged(bearers: int) -> str:
    if not bearers:
        return _("Aucune fiche de la sélection ne porte ce tag.")
    if bearers == 1:
        return _("1 fiche perdra le tag.")
    return _("%(n)s fiches perdront le tag.", n=format_number(bearers))


def _said_added(changed: int, values: Values) -> str:
    label = values["label"]
    if not changed:
        return _("Aucune fiche n’a changé pour le tag « %(label)s ».", label=label)
    if changed == 1:
        return _("Tag « %(label)s » ajouté à 1 fiche.", label=label)
    return _("Tag « %(label)s » ajouté à %(n)s fiches.", label=label, n=format_number(changed))


def _said_removed(changed: int, values: Values) -> str:
    label = values["label"]
    if not changed:
        return _("Aucune fiche n’a changé pour le tag « %(label)s ».", label=label)
    if changed == 1:
        return _("Tag « %(label)s » retiré de 1 fiche.", label=label)
    return _("Tag « %(label)s » retiré de %(n)s fiches.", label=label, n=format_number(changed))


# ---- the bin


def trash_action(subject: Subject) -> Bulk:
    """« Supprimer »: to the bin, whence the batch comes back whole."""

    def begin(_values: Values, ids: Sequence[int], by: Account) -> Batch:
        return open_trash(subject, ids, by=by)

    def act(ids: Sequence[int], _values: Values, by: Account, batch: Batch) -> None:
        trash(subject, ids, by=by, batch=batch)

    def foreseen(ids: Sequence[int], _values: Values, _by: Account) -> str:
        goes = sentence_of(subject, len(ids), what_goes_with(subject, ids))
        return _("Seront supprimés ou détachés : %(what)s.", what=goes)

    return Bulk(
        "trash", BulkRight.TRASH, _l("Supprimer"), "trash", BulkForm, begin, act, foreseen,
        _said_trashed, group=Group.LAST, is_dangerous=True,
        hint=_l("Les fiches vont à la corbeille, où elles restent 30 jours et d’où elles reviennent entières."),
    )  # fmt: skip


def _said_trashed(changed: int, _values: Values) -> str:
    if not changed:
        return _("Aucune fiche n’a été supprimée.")
    if changed == 1:
        return _("1 fiche mise à la corbeille.")
    return _("%(n)s fiches mises à la corbeille.", n=format_number(changed))


def sentence_of(subject: Subject, number: int, counts: dict[str, int]) -> str:
    """« 3 entreprises, 12 établissements, 41 contacts détachés, 5 notes »."""
    words = {
        "sites": (_("établissement"), _("établissements")),
        "contacts": (_("contact détaché"), _("contacts détachés")),
        "notes": (_("note"), _("notes")),
        "accounts": (_("lien avec un compte"), _("liens avec un compte")),
    }
    parts = [records(subject, number)]
    parts += [_count(count, words[key]) for key, count in counts.items() if count]
    return ", ".join(parts)


def _count(number: int, noun: tuple[str, str]) -> str:
    return f"{format_number(number)} {noun[0] if number < 2 else noun[1]}"
