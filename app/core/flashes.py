"""What the next page says at its foot, with the way to take the deed back."""

from __future__ import annotations

from typing import Any, cast

from flask import flash


def flash_undo(text: str, undo_url: str | None) -> None:
    """A toast with the button « Annuler »; a plain one where there is nothing to take back."""
    message: Any = {"text": text, "undo_url": undo_url}
    flash(cast(str, message), "undo")  # The toasts' macro reads a mapping.
