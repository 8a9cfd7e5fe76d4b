"""Correcting a value where it stands: one mechanism for every field of every sheet.

The address of a field answers the small form of it, alone for the script and within a page
without; posting it calls the same operation as the pop-up, with the same merge of what two
people changed. The sheet is then drawn anew from its own address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.core.crmform import CrmForm, Show
from app.core.deeds import store
from app.core.http import wants_fragment


@dataclass(frozen=True)
class Spot:
    """Fields that are corrected together, such as a postal code and its town, and the tab of
    the sheet on which they stand ('' for the banner and the first one)."""

    names: tuple[str, ...]
    tab: str = ""


Spots = Mapping[str, Spot]


def single(*names: str, tab: str = "") -> dict[str, Spot]:
    """Fields that are corrected one by one, each under its own name."""
    return {name: Spot((name,), tab) for name in names}


def narrowed(form: CrmForm, names: tuple[str, ...]) -> CrmForm:
    """The form with these fields only."""
    kept = {*names, "key", "base", "seen", "csrf_token"}
    for name in [name for name in form._fields if name not in kept]:
        del form[name]
    form.names = names
    return form


def spot_named(spots: Spots, name: str) -> Spot:
    """The fields that an address names, or 404."""
    if name not in spots:
        abort(404)
    return spots[name]


def in_place(
    form: CrmForm,
    stored: Mapping[str, Any],
    update: Callable[[], Any],
    *,
    back: str,
    show: Show,
    title: Any,
) -> ResponseReturnValue:
    """Show the small form, or store what was posted and answer 204 (without a script: go `back`).

    422 says what is wrong at the field; 409 asks about a value that somebody else changed.
    """
    conflicts: Any = ()
    status = 200
    if not form.is_submitted():
        form.prepare({name: stored[name] for name in form.names})
    else:
        form.settle(request.form)
        status, conflicts = store(form, update, show)
        if status == 204:
            return make_response("", 204) if wants_fragment() else redirect(back, 303)
    page = render_template(
        "_frames/inplace.html", form=form, is_fragment=wants_fragment(), cancel_url=back,
        conflicts=conflicts, form_title=title,
    )  # fmt: skip
    return page, status
