"""The options of a drop-down list: each is drawn once and kept, since a form draws five hundred."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from wtforms.widgets import Select

# The countries, bands and reasons of all forms in both languages, several times over.
KEPT = 4096
_draw: Callable[..., Any] = Select.render_option


class Options(Select):
    """WTForms' own, which writes the attributes of each option anew for each form."""

    @classmethod
    def render_option(cls, value: Any, label: Any, selected: bool, **attributes: Any) -> Any:
        if attributes:
            return _draw(value, label, selected, **attributes)
        return _drawn(str(value), str(label), bool(selected))


@lru_cache(maxsize=KEPT)
def _drawn(value: str, label: str, selected: bool) -> Any:
    return _draw(value, label, selected)
