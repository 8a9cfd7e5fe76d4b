"""What can be done with pairs of records. The caller commits."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core.rules import Refused
from app.duplicates.models import NotSame
from app.extensions import db


def set_apart(module: str, ids: tuple[int, int], *, by: Account) -> NotSame:
    """Remember that two records are not the same; Refused where somebody has said so already."""
    first, second = sorted(ids)
    judged = NotSame(module=module, first_id=first, second_id=second, said_by_id=by.id)
    try:
        with db.session.begin_nested():
            db.session.add(judged)
            db.session.flush()
    except IntegrityError as error:
        already = _l("Cette paire est déjà écartée : une autre personne vient de le faire.")
        raise Refused("pair", already) from error
    return judged


def take_up(module: str, ids: tuple[int, int]) -> bool:
    """Forget that two records were found different; False where nobody says so any more."""
    first, second = sorted(ids)
    pair = NotSame.first_id == first, NotSame.second_id == second
    gone = delete(NotSame).where(NotSame.module == module, *pair).returning(NotSame.id)
    return db.session.scalar(gone) is not None
