"""One-time keys of forms: the second arrival of the same form makes no second row."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime, utcnow
from app.core.listing import BadQuery
from app.extensions import db

KEY = re.compile("[A-Za-z0-9_-]{43}")
LONGEST_RESULT = 200


class Submission(Base):
    """A form's key that has been used, and the address of what it made."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "created_at"),)

    key: Mapped[str] = mapped_column(String(43), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    result: Mapped[str] = mapped_column(String(LONGEST_RESULT), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class AlreadySubmitted(Exception):
    """The form has been received before; `result` is the address of what it made."""

    def __init__(self, result: str) -> None:
        super().__init__(result)
        self.result = result


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(32)


def is_used(key: str) -> bool:
    """Whether a form's key was used up, by the first arrival of the same form."""
    return bool(KEY.fullmatch(key)) and db.session.get(Submission, key) is not None


def claim(key: str, *, account_id: int) -> Submission:
    """Use a form's key up, in the transaction of what the form makes.

    A twin that arrives meanwhile waits here for that transaction's end (the key is the
    primary key), then raises AlreadySubmitted with the address of the result. BadQuery where
    the key is none that new_key() made.
    """
    if not KEY.fullmatch(key):
        raise BadQuery(_l("Le formulaire est incomplet : rouvrez-le, puis recommencez."))
    used = Submission(key=key, account_id=account_id)
    try:
        with db.session.begin_nested():
            db.session.add(used)
    except IntegrityError:
        result = db.session.scalar(
            select(Submission.result).where(
                Submission.key == key, Submission.account_id == account_id
            )
        )
        raise AlreadySubmitted(result or "") from None
    return used
