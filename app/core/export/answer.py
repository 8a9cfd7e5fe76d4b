"""An export as the answer to a request: what was asked, and the file as it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, stream_with_context
from flask_babel import lazy_gettext as _l

from app.core.db import utcnow
from app.core.export.cells import Chunk
from app.core.export.columns import ExportColumn, ExportSpec
from app.core.export.csvfile import csv_stream
from app.core.export.reading import Reader, ids_of
from app.core.export.xlsxfile import xlsx_stream
from app.core.formats import in_paris
from app.core.listing import BadQuery, Listing
from app.extensions import db

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Beyond so many, all records of a list are read as they lie in the database, which takes half the
# time; nobody reads as many in their order.
MOST_IN_ORDER = 100_000


@dataclass(frozen=True)
class Export:
    """What is exported: of a list, the checked records (`ids`) or all that it finds (None)."""

    spec: ExportSpec
    columns: Sequence[ExportColumn]
    fmt: str
    listing: Listing
    count: int
    ids: Sequence[int] | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether the records come in the list's order, and not in that of their ids."""
        found_all = self.ids is None and self.listing == Listing(self.listing.spec)
        return not found_all or self.count <= MOST_IN_ORDER

    def chunks(self) -> Iterator[Chunk]:
        """The records, read as they are asked for."""
        reader = Reader(self.spec, self.columns)
        if not self.is_in_order:
            yield from reader.of_all()
        else:
            ids = self.ids if self.ids is not None else ids_of(self.listing)
            yield from reader.of_ids(ids)


def checked_format(fmt: str) -> str:
    """The format, or BadQuery where there is no such one."""
    if fmt not in MEDIA:
        raise BadQuery(_l("Le format d’export doit être XLSX ou CSV."))
    return fmt


def file_response(export: Export) -> Response:
    """The export as a download, « entreprises-2026-11-25.xlsx »; the database is read as it goes."""
    response = Response(stream_with_context(_pieces(export)))
    response.headers["Content-Type"] = MEDIA[export.fmt]
    name = f"{export.spec.stem}-{in_paris(utcnow()):%Y-%m-%d}.{export.fmt}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _pieces(export: Export) -> Iterator[bytes]:
    """The file in pieces. A label may have been looked up for one: that transaction is over
    before the piece is sent, however slowly it is fetched."""
    for piece in _stream(export):
        db.session.commit()
        yield piece


def _stream(export: Export) -> Iterator[bytes]:
    if export.fmt == "csv":
        return csv_stream(export.columns, export.chunks())
    title = export.spec.stem.capitalize()
    return xlsx_stream(export.columns, export.chunks(), title=title)
