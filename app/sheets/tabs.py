"""The tabs of a sheet, as its template reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """A part of a sheet, with its own address."""

    key: str
    label: str
    icon: str
    url: str
    count: int | None = None
    current: bool = False
