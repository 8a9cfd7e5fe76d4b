"""The records of an export on their way to a file, and what the cells of each format share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.core.export.columns import Once, Read
from app.core.formats import format_date, in_paris

# Between the texts of a column: a control that no text holds; where one does, it is taken out.
BETWEEN = "\x1e"
# From the texts of a column, with BETWEEN, to its cells.
Cells = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Chunk:
    """Some records: for each column of the export one text, which holds those of all records.

    What is asked of a thousand texts in one is asked by Python's own code, at some nanoseconds a
    text. `order` gives the places of the records in the order of the file, None where they lie
    in it.
    """

    count: int
    columns: Sequence[str]
    order: Sequence[int] | None = None

    def in_order(self, rows: Sequence[str]) -> Sequence[str]:
        """Rows made from the columns, in the order of the file."""
        return rows if self.order is None else [rows[place] for place in self.order]

    def __len__(self) -> int:
        """Records of the file that the chunk makes."""
        return self.count if self.order is None else len(self.order)


def chunk_of(rows: Sequence[Sequence[str]]) -> Chunk:
    """A chunk from the texts of each record."""
    return Chunk(len(rows), [BETWEEN.join(column) for column in zip(*rows, strict=True)])


def once(*steps: Read) -> Cells:
    """Cells of which few are distinct: each is made once."""

    def make(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    known = Once(make)
    return lambda column: list(map(known.__getitem__, column.split(BETWEEN)))


def each(read: Read) -> Read:
    """A column whose texts, but for the blank ones, are turned into others."""
    return lambda column: BETWEEN.join(
        [read(text) if text else "" for text in column.split(BETWEEN)]
    )


def is_printable(column: str) -> bool:
    """Whether its texts hold no control, no other blank than the space, nothing invisible."""
    return column.replace(BETWEEN, "").isprintable()


def french_date(text: str) -> str:
    """« 25/11/2026 » from « 2026-11-25 »."""
    return format_date(date.fromisoformat(text)) if text else ""


def hour_in_paris(text: str) -> datetime:
    """The clock of Paris at « 2026-07-01 22 » in UTC. An hour there has begun with one of UTC
    since 1911: what has been found for an hour holds for its minutes."""
    return in_paris(datetime.fromisoformat(text).replace(tzinfo=UTC))
