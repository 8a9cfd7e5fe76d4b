"""Search blocks on an instant: spans that have names, and a person's own from–to dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.days import SPANS, Days, Span, today
from app.core.facets import Cases, Conditions, Pairs, summed
from app.core.valuecounts import BLANK


@dataclass(frozen=True)
class DateFacet:
    """An instant (UtcDateTime) by the days of Paris. A value is the name of a span, which moves
    with today, or a stretch of days: « 2026-01-01..2026-03-31 », either end open."""

    key: str
    title: LazyString
    column: InstrumentedAttribute[Any]
    spans: tuple[Span, ...] = SPANS
    blank: LazyString | None = None
    folded: bool = False

    @property
    def model(self) -> Any:
        return self.column.class_

    def accepts(self, value: str) -> bool:
        if value == BLANK:
            return self.blank is not None
        return self._span(value) is not None or Days.read(value) is not None

    def _span(self, value: str) -> Span | None:
        return next((span for span in self.spans if span.value == value), None)

    def resolved(self, value: str) -> str:
        """The value without a clock: a named span as the stretch of days it is today."""
        span = self._span(value)
        return str(span.days(today())) if span else value

    def shown(self, chosen: Sequence[str]) -> list[str]:
        """The values of the block: its spans, own stretches that are chosen, and none."""
        own = [value for value in chosen if value != BLANK and self._span(value) is None]
        blank = [BLANK] if self.blank is not None else []
        return [*(span.value for span in self.spans), *own, *blank]

    def condition(self, values: Sequence[str]) -> ColumnElement[bool]:
        return or_(false(), *map(self._one, values))

    def _one(self, value: str) -> ColumnElement[bool]:
        if value == BLANK:
            return self.column.is_(None)
        days = Days.read(self.resolved(value))
        if days is None:
            return false()
        start, end = days.bounds()
        ends = [self.column >= start] if start else []
        return and_(*ends, *([self.column < end] if end else []))

    def cases(self, chosen: Sequence[str]) -> Cases:
        return [(value, self._one(value)) for value in self.shown(chosen)]

    def counts(self, conditions: Conditions, chosen: Sequence[str] = ()) -> Pairs:
        return summed({self.key: (self, chosen)}, conditions)[self.key]

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        named = {span.value: str(span.label) for span in self.spans}
        stretches = {value: days.label for value in values if (days := Days.read(value))}
        return {**named, **stretches}
