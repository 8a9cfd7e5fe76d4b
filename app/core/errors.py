"""The one error that says to a person why what they typed is refused."""

from __future__ import annotations

from flask_babel.speaklater import LazyString


class InvalidValue(ValueError):
    """A value that cannot be taken as it was typed.

    `message` is a French sentence, translated when it is shown: what is wrong, what is expected.
    """

    def __init__(self, message: LazyString | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
