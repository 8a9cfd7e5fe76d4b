"""A workbook that leaves as it is made: texts stand in their cells, so that nothing is kept of a
row that was sent.

Cells bear no address, which the format does not ask for: a cell stands after the one before it.
Source: ECMA-376, Office Open XML, part 1, 18.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.core.db import utcnow
from app.core.export.cells import Chunk
from app.core.export.columns import PATTERNS, ExportColumn
from app.core.export.texts import xml_text
from app.core.export.xlsxcells import cells_of
from app.core.export.zipstream import LARGEST, ZipStream
from app.core.formats import in_paris

# Rows under the heading that a sheet of Excel holds.
MOST_ROWS = 1_048_575
# Bytes after which another sheet is begun: a member of the archive holds no more than LARGEST.
FULL_SHEET = LARGEST - 512 * 1024 * 1024
FIRST_OWN_FORMAT = 164  # Numbers of formats below are Excel's own.
HEADING = 1  # Numbers of styles: 0 is the bare one.
FIRST_STYLE = 2
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# The type of a part that is named nowhere is that of a sheet: how many there will be is not known.
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)


def xlsx_stream(
    columns: Sequence[ExportColumn], chunks: Iterable[Chunk], *, title: str
) -> Iterator[bytes]:
    """The workbook in pieces. The headings are frozen and filter; where a sheet is full, another
    one follows. A text of more than 32,767 characters, which Excel does not hold, ends with
    « … [tronqué] ».

    TooLarge when the archive outgrows 4 GiB.
    """
    return _Book(columns, title).pieces(chunks)


class _Book:
    def __init__(self, columns: Sequence[ExportColumn], title: str) -> None:
        self.title = title
        self.patterns = [column.pattern or PATTERNS[column.kind] for column in columns]
        styles = {pattern: FIRST_STYLE + place for place, pattern in enumerate(self._distinct())}
        self.styles = [styles[pattern] for pattern in self.patterns]
        pairs = list(zip(columns, self.styles, strict=True))
        self.writers = [cells_of(column, style) for column, style in pairs]
        self.head = _sheet_head(pairs)
        self.archive = ZipStream(in_paris(utcnow()))
        # Rows of each sheet, the heading among them.
        self.sheets: list[int] = []

    def _distinct(self) -> list[str]:
        return list(dict.fromkeys(self.patterns))

    def pieces(self, chunks: Iterable[Chunk]) -> Iterator[bytes]:
        yield self._start() + self._open_sheet()
        for chunk in chunks:
            if self.sheets[-1] + len(chunk) > MOST_ROWS + 1 or self.archive.size > FULL_SHEET:
                yield self._close_sheet() + self._open_sheet()
            yield self.archive.add(self._rows(chunk).encode())
            self.sheets[-1] += len(chunk)
        yield self._close_sheet() + self._finish()

    def _rows(self, chunk: Chunk) -> str:
        cells = [write(texts) for write, texts in zip(self.writers, chunk.columns, strict=True)]
        rows = chunk.in_order(list(map("".join, zip(*cells, strict=True))))
        numbered = enumerate(rows, start=self.sheets[-1] + 1)
        return "".join([f'<row r="{number}">{row}</row>' for number, row in numbered])

    def _start(self) -> bytes:
        return (
            self._part("[Content_Types].xml", _TYPES)
            + self._part("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
            + self._part("xl/styles.xml", _styles(self._distinct()))
        )

    def _part(self, name: str, xml: str) -> bytes:
        return self.archive.whole(name, (_XML + xml).encode())

    def _open_sheet(self) -> bytes:
        self.sheets.append(1)
        name = f"xl/worksheets/sheet{len(self.sheets)}.xml"
        return self.archive.begin(name) + self.archive.add(self.head.encode())

    def _close_sheet(self) -> bytes:
        tail = f'</sheetData><autoFilter ref="{self._area(self.sheets[-1])}"/></worksheet>'
        return self.archive.add(tail.encode()) + self.archive.end()

    def _area(self, rows: int, fixed: str = "") -> str:
        last = column_name(len(self.styles))
        return f"{fixed}A{fixed}1:{fixed}{last}{fixed}{rows}"

    def _finish(self) -> bytes:
        """What names the sheets, once it is known how many there are."""
        sheets, filters, related = "", "", []
        for place, rows in enumerate(self.sheets):
            name = self.title if place == 0 else f"{self.title} {place + 1}"
            sheets += (
                f'<sheet name="{xml_text(name)}" sheetId="{place + 1}" r:id="rId{place + 1}"/>'
            )
            filters += (
                f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'
                f"'{xml_text(name)}'!{self._area(rows, '$')}</definedName>"
            )
            related.append(("worksheet", f"worksheets/sheet{place + 1}.xml"))
        book = (
            f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>'
            f"<definedNames>{filters}</definedNames></workbook>"
        )
        return (
            self._part("xl/workbook.xml", book)
            + self._part(
                "xl/_rels/workbook.xml.rels", _relations([*related, ("styles", "styles.xml")])
            )
            + self.archive.close()
        )


def column_name(number: int) -> str:
    """A, B… Z, AA: the name of the column of this number, from 1."""
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _sheet_head(columns: Sequence[tuple[ExportColumn, int]]) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{column.width}" style="{style}" customWidth="1"/>'
        for place, (column, style) in enumerate(columns, start=1)
    )
    headings = "".join(
        f'<c s="{HEADING}" t="inlineStr"><is><t>{xml_text(str(column.label))}</t></is></c>'
        for column, _style in columns
    )
    return (
        f'{_XML}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{widths}</cols>"
        f'<sheetData><row r="1">{headings}</row>'
    )


def _styles(patterns: Sequence[str]) -> str:
    """The bare style, that of headings, then one for each number format ("" is the usual one)."""
    own = [pattern for pattern in patterns if pattern]
    numbers = {pattern: FIRST_OWN_FORMAT + place for place, pattern in enumerate(own)} | {"": 0}
    formats = "".join(
        f'<numFmt numFmtId="{numbers[pattern]}" formatCode="{xml_text(pattern)}"/>'
        for pattern in own
    )
    styles = "".join(
        f'<xf numFmtId="{numbers[pattern]}" applyNumberFormat="1" applyAlignment="1">'
        '<alignment vertical="top"/></xf>'
        for pattern in patterns
    )
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    own_formats = f'<numFmts count="{len(own)}">{formats}</numFmts>' if own else ""
    return (
        f"<styleSheet {_MAIN}>{own_formats}"
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="2"><border/><border><bottom style="thin"/></border></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{FIRST_STYLE + len(patterns)}"><xf/>'
        '<xf fontId="1" borderId="1" applyFont="1" applyBorder="1" applyAlignment="1">'
        f'<alignment wrapText="1"/></xf>{styles}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'
