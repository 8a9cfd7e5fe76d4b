"""What a picker offers: one answer of a search among reference data, companies, contacts…"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, jsonify, request

from app.core.listing import LONGEST_QUERY


@dataclass(frozen=True, slots=True)
class Pick:
    """A line of a picker: `id` goes into the form, `label` is read, `detail` tells twins apart."""

    id: str
    label: str
    detail: str
    # Whether it is what was typed, under another writing or a former label: none is to be made.
    is_exact: bool = False


def typed(name: str = "q") -> str:
    """What was typed in a picker, cut to what a search takes."""
    return request.args.get(name, "").strip()[:LONGEST_QUERY]


def picked(picks: Sequence[Pick]) -> Response:
    """The picker's answer: `{"results": [{"id", "label", "detail"}]}`; with `"exact": true` where it
    is what was typed."""
    return jsonify(results=[_as_json(pick) for pick in picks])


def _as_json(pick: Pick) -> dict[str, str | bool]:
    shown: dict[str, str | bool] = {"id": pick.id, "label": pick.label, "detail": pick.detail}
    return shown | {"exact": True} if pick.is_exact else shown
