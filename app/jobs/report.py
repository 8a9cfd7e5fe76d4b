"""What a job tells at its end: numbers and codes, which pages put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Report:
    """Records changed, left as they were, and refused, by reason. `why` is the code of what
    ended the job before its end, `message` what a rule said of it."""

    changed: int = 0
    unchanged: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    why: str = ""
    message: str = ""

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Self:
        return cls(**(stored or {}))

    def stored(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}

    def with_part(self, changed: int, unchanged: int, refused: Mapping[str, int]) -> Report:
        """The report once one more part is done."""
        reasons = {**self.refused}
        for reason, number in refused.items():
            reasons[reason] = reasons.get(reason, 0) + number
        return Report(self.changed + changed, self.unchanged + unchanged, reasons)
