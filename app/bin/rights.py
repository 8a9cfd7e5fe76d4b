"""Who may take a batch back, and what of the bin a person sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.history.actions import VIEWS
from app.history.models import Batch
from app.history.undoing import way_of
from app.permissions import Permission, View

# Whether the account has a right: (permission, view) → bool.
May = Callable[[str, str], bool]


@dataclass(frozen=True)
class Sight:
    """What a person sees of the bin: deletions about these kinds of records; those of one account
    alone, for whoever does not keep the bin."""

    subjects: Sequence[str]
    only_of: int | None


def may_undo(batch: Batch, account_id: int, may: May) -> bool:
    """The bin's keepers take back anything of what they may read; others their own deeds that
    they may still do."""
    way = way_of(batch)
    view = way.view_of(batch) if way is not None else VIEWS.get(batch.subject_kind)
    if _keeps(may) and (view is None or may(Permission.LIST, view)):
        return True
    if way is None or way.needs is None or view is None:
        return False
    return batch.created_by_id == account_id and may(str(way.needs), view)


def sight_of(account_id: int, may: May) -> Sight:
    """The kinds of records are those of lists that the person may see."""
    subjects = [subject for subject, view in VIEWS.items() if may(Permission.LIST, view)]
    return Sight(subjects, None if _keeps(may) else account_id)


def _keeps(may: May) -> bool:
    return may(Permission.RESTORE, View.BIN)
