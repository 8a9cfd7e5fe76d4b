"""An action on a selection as data: the bar, its pop-up, the request and the job all read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from wtforms import HiddenField

from app.accounts.models import Account
from app.bin.kinds import MODELS
from app.core.fields import CheckField
from app.core.formats import format_number
from app.core.sets import among
from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch

# What the form says, as it is kept with a job: numbers, texts, None.
Values = dict[str, Any]
GONE = "gone"


class Group(StrEnum):
    """Where an action stands: in the bar itself, or under « Plus » with those of its kind."""

    FIRST = "first"
    EDIT = "edit"
    VERIFY = "verify"
    LAST = "last"


GROUPS: Mapping[Group, LazyString] = {
    Group.EDIT: _l("Modifier"),
    Group.VERIFY: _l("Vérification"),
}


class BulkForm(FlaskForm):
    """What an action asks. `names` are the fields drawn, in their order."""

    key = HiddenField()

    names: tuple[str, ...] = ()

    def prepare(self) -> None:
        self.key.data = new_key()

    def values(self) -> Values:
        return {name: self[name].data for name in self.names}

    def refuse(self, name: str, message: str) -> None:
        """Say a rule's refusal at its field, else at the first."""
        if not self.names:
            self.form_errors.append(message)
            return
        field_ = self[name if name in self.names else self.names[0]]
        field_.errors = [*field_.errors, message]


class ValueForm(BulkForm):
    """A value to give, or « Effacer »: emptying many records is never what a blank field does."""

    clear = CheckField(_l("Effacer la valeur présente"))

    # The field that must be filled, unless the value is to be erased.
    asked = ""

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        given = self[self.asked]
        if (given.data is None) != bool(self.clear.data):
            given.errors = [
                _("Choisissez une valeur, ou cochez « Effacer la valeur présente ».")
                if given.data is None
                else _("Choisissez : une valeur, ou « Effacer la valeur présente ».")
            ]
            return False
        return True


@dataclass(frozen=True)
class Bulk:
    """`begin` opens the batch, after the rules (Refused) and what is made on the spot; it may
    complete the values. `act` does the action on some of the records, adds to the batch's count,
    and answers how many it refused, by reason. `foreseen` says what it would do; `said`, what it
    has done."""

    name: str
    right: str
    label: LazyString
    icon: str
    form: type[BulkForm]
    begin: Callable[[Values, Sequence[int], Account], Batch]
    act: Callable[[Sequence[int], Values, Account, Batch], Mapping[str, int] | None]
    foreseen: Callable[[Sequence[int], Values, Account], str]
    said: Callable[[int, Values], str]
    group: Group = Group.EDIT
    # A shorter label where its group's name stands before it.
    short: LazyString | None = None
    hint: LazyString | None = None
    is_dangerous: bool = False


# What is declared, by the kind of record and the action's name: jobs find them here.
DECLARED: dict[tuple[Subject, str], Bulk] = {}


def declare(subject: Subject, *bulks: Bulk) -> tuple[Bulk, ...]:
    """Make actions known to the jobs; answer them for the view's own list."""
    DECLARED.update({(subject, bulk.name): bulk for bulk in bulks})
    return bulks


@dataclass(frozen=True)
class Outcome:
    changed: int
    unchanged: int
    refused: Mapping[str, int] = field(default_factory=dict)


def done(
    bulk: Bulk, subject: Subject, ids: Sequence[int], values: Values, *, by: Account, batch: Batch
) -> Outcome:
    """Do an action on some records, in the request or in a job."""
    before, gone = batch.item_count, len(ids) - _live(subject, ids)
    refused = dict(bulk.act(ids, values, by, batch) or {})
    db.session.flush()
    changed = batch.item_count - before
    if gone:
        refused[GONE] = gone
    return Outcome(changed, len(ids) - changed - sum(refused.values()), refused)


def _live(subject: Subject, ids: Sequence[int]) -> int:
    model = MODELS[subject]
    there = among(model.id, ids), model.trashed_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(model).where(*there)) or 0


# ---- words that all of them use


def records(subject: Subject, number: int) -> str:
    """« 12 000 entreprises »"""
    one, many = (
        (_("entreprise"), _("entreprises"))
        if subject is Subject.COMPANY
        else (_("contact"), _("contacts"))
    )
    return f"{format_number(number)} {one if number < 2 else many}"


def sheets_changed(number: int) -> str:
    """« 12 fiches modifiées. »"""
    if not number:
        return _("Aucune fiche n’a changé.")
    if number == 1:
        return _("1 fiche modifiée.")
    return _("%(n)s fiches modifiées.", n=format_number(number))


def will_change(number: int, selected: int) -> str:
    """« 12 fiches changeront ; 3 ont déjà cette valeur. »"""
    same = selected - number
    if not number:
        return _("Aucune fiche ne changera : toutes ont déjà cette valeur.")
    first = (
        _("1 fiche changera")
        if number == 1
        else _("%(n)s fiches changeront", n=format_number(number))
    )
    if not same:
        return f"{first}."
    rest = (
        _("1 a déjà cette valeur")
        if same == 1
        else _("%(n)s ont déjà cette valeur", n=format_number(same))
    )
    return f"{first}\u202f; {rest}."
