"""How deeds are taken back: each domain registers the kinds of its batches, beside what makes them.

    register(Way("tag_merged", whole=unmerge, needs=Permission.EDIT, view=View.TAG))

    def unmerge(batch: Batch, *, by: Account) -> None:      # Refused says why it cannot be

The bin asks the registry, checks that a batch is taken back once, and marks it (bin/operations.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.history.actions import VIEWS
from app.history.models import Batch
from app.permissions import View


@dataclass(frozen=True)
class Way:
    """How a kind of batch is taken back: at once, `whole(batch, by=…)`; or any of its records,
    `in_parts(batch, ids, by=…)`, which answers how many are as they were again, so that many of
    them are a job's. Exactly one of the two.

    `needs` is the right, on `view` (else the view of the batch's subject), with which people take
    back their own deed; without it only the keepers of the bin do. `names_record` says that the
    label of such batches is the name of a record, which goes when the record goes for good.
    """

    kind: str
    whole: Callable[..., Any] | None = None
    in_parts: Callable[..., int] | None = None
    needs: str | None = None
    view: View | None = None
    names_record: bool = False

    def __post_init__(self) -> None:
        if (self.whole is None) == (self.in_parts is None):
            raise ValueError(f"{self.kind} is taken back either whole or in parts")

    def view_of(self, batch: Batch) -> View | None:
        """The view that `needs` is a right on."""
        return self.view or VIEWS.get(batch.subject_kind)


WAYS: dict[str, Way] = {}


def register(way: Way) -> None:
    """Make a kind of batch known to « Annuler » and to the bin."""
    WAYS[way.kind] = way


def way_of(batch: Batch) -> Way | None:
    """How a batch is taken back; None where nobody can."""
    return WAYS.get(batch.kind)
