"""What becomes of every row that names a company, an establishment or a contact when two of them
are merged. A test walks the foreign keys of the schema: one that is not here fails it."""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    """MOVES: the row names the record that is kept. COPIED: the kept record gets one too, and the
    merged one keeps its own. CHOSEN: a field of the sheet, chosen by a person."""

    MOVES = "moves"
    COPIED = "copied"
    CHOSEN = "chosen"


PLAN: dict[str, Fate] = {
    "company.parent_id": Fate.MOVES,
    "company.merged_into_id": Fate.MOVES,
    "company_tag.company_id": Fate.COPIED,
    "contact.company_id": Fate.MOVES,
    # The site itself goes over, or is folded into one that is the same place.
    "contact.establishment_id": Fate.MOVES,
    "contact.merged_into_id": Fate.MOVES,
    "contact_tag.contact_id": Fate.COPIED,
    "consent_event.contact_id": Fate.MOVES,
    "establishment.company_id": Fate.MOVES,
    "note.company_id": Fate.MOVES,
    "note.contact_id": Fate.MOVES,
    "note.establishment_id": Fate.MOVES,
    "post.company_id": Fate.MOVES,
    "post.contact_id": Fate.MOVES,
    "post.establishment_id": Fate.MOVES,
}
# Rows that name records by their number alone, with no foreign key.
BY_NUMBER = {
    "history_entry": "stays: it says what was; the line of the merge names the other sheet",
    "not_same": "stays: a merged sheet is in no list of pairs",
    "duplicate_pair": "stays: a merged sheet is in no list of pairs",
    "sheet_merge": "stays: an earlier merge is taken back by itself",
}
