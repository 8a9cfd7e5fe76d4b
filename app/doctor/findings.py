"""What a check of the base says."""

from __future__ import annotations

from dataclasses import dataclass

from app.extensions import db


@dataclass(frozen=True)
class Finding:
    """What one check found: `problem` is '' when all is well; `fixed` when it was repaired."""

    title: str
    problem: str = ""
    fixed: bool = False

    @property
    def is_left(self) -> bool:
        return bool(self.problem) and not self.fixed


def dialect() -> str:
    """sqlite or postgresql"""
    return db.engine.dialect.name
