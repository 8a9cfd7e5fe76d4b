"""What stands beside the form of a new tag: those of its module that it may be a double of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.core.ids import is_id
from app.tags.models import Module
from app.tags.offers import Near, near_tags


@dataclass(frozen=True)
class NearPanel:
    """The near tags of a form. `url` answers them anew while one types in the fields `watched`;
    `is_question` where adding waits until they were seen."""

    url: str
    watched: str = "label module"
    near: Sequence[Near] = ()
    is_question: bool = False

    @property
    def confirmed(self) -> str:
        """The hidden field that says, when the form comes back, which were seen before."""
        return ",".join(str(one.tag.id) for one in self.near)

    @property
    def title(self) -> str:
        count = len(self.near)
        if count < 2:
            return _("1 tag ressemblant") if count else ""
        return _("%(count)s tags ressemblants", count=count)


def near_panel(form: Any = None, *, seen: str | None = None) -> NearPanel:
    """With `seen` (what the form came back with, '' for nothing) it asks where one was not seen
    before; the very label is refused by the rule of the operation."""
    url = url_for("TagView.near")
    if form is None or form.module.data not in set(Module):
        return NearPanel(url)
    near = near_tags(Module(form.module.data), form.label.data or "")
    known = {int(each) for each in (seen or "").split(",") if is_id(each)}
    asks = seen is not None and not any(one.is_exact for one in near)
    unseen = any(one.tag.id not in known for one in near)
    return NearPanel(url, near=near, is_question=asks and unseen)
