"""Which columns an export has: those of the screen, all, those of a saved view, or chosen ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from app.core.export.columns import ExportColumn, ExportSpec
from app.core.listing import BadQuery
from app.core.rules import Refused

SCREEN, ALL, CHOSEN = "screen", "all", "chosen"
FORMATS = ("xlsx", "csv")


@dataclass(frozen=True)
class ColumnSet:
    """A set that a person may take as it is. `keys` are those of export columns, in order."""

    key: str
    label: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """What a person chose last: a set, columns of their own, a format."""

    set: str = SCREEN
    keys: tuple[str, ...] = ()
    fmt: str = FORMATS[0]

    def stored(self) -> str:
        """« chosen;csv;name,city »"""
        return ";".join((self.set, self.fmt, ",".join(self.keys)))

    @classmethod
    def read(cls, stored: str) -> Choice:
        """From what was stored; what cannot be read is the usual choice."""
        parts = stored.split(";")
        if len(parts) != len(("set", "fmt", "keys")) or parts[1] not in FORMATS:
            return cls()
        keys = tuple(key for key in parts[2].split(",") if key)
        return cls(parts[0], keys, parts[1])


@dataclass(frozen=True)
class Offer:
    """What the pop-up offers: sets, and all the columns to choose from."""

    spec: ExportSpec
    sets: Sequence[ColumnSet] = field(default=())

    def columns(self, choice: Choice) -> tuple[ExportColumn, ...]:
        """The columns of a choice; Refused where it has none, BadQuery where there are no such."""
        if choice.set == CHOSEN:
            return self._chosen(choice.keys)
        found = next((one for one in self.sets if one.key == choice.set), None)
        if found is None:
            raise BadQuery(
                _l("Ces colonnes n’existent plus : rouvrez « Exporter » et choisissez-en.")
            )
        return self.spec.with_keys(found.keys)

    def _chosen(self, keys: Iterable[str]) -> tuple[ExportColumn, ...]:
        wanted, known = set(keys), [column.key for column in self.spec.columns]
        if unknown := sorted(wanted - set(known)):
            raise BadQuery(_l("L’export n’a pas de colonne « %(name)s ».", name=unknown[0][:40]))
        if not wanted:
            raise Refused("columns", _l("Cochez au moins une colonne."))
        return self.spec.with_keys(key for key in known if key in wanted)

    def shown(self, choice: Choice) -> Choice:
        """What the pop-up shows first: the last choice, as far as there is still such a thing."""
        known = {column.key for column in self.spec.columns}
        kept = tuple(key for key in choice.keys if key in known)
        sets = {one.key: one.keys for one in self.sets} | ({CHOSEN: kept} if kept else {})
        chosen = choice.set if choice.set in sets else SCREEN
        # Who has chosen none yet begins with those of the screen.
        return Choice(chosen, kept or sets[SCREEN], choice.fmt)
