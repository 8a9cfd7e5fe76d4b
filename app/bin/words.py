"""How the bin reads: what a batch is, and what goes for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.bin.clashes import Taken
from app.bin.contents import Held
from app.bin.joining import Back
from app.bin.kinds import NAMED, Kind
from app.bin.queries import Shown
from app.core.db import utcnow
from app.core.formats import format_number, in_paris
from app.core.identifiers import format_siret
from app.history.actions import Subject
from app.history.models import Batch

# As the filter names them.
FILTER: Mapping[str, LazyString] = {
    "company": _l("Entreprises"),
    "contact": _l("Contacts"),
    "tag": _l("Tags"),
    "note": _l("Notes"),
    "image": _l("Logos et photos"),
}
LONGEST = 120

NOUNS: Mapping[Kind, tuple[LazyString, LazyString]] = {
    Kind.COMPANY: (_l("1 entreprise"), _l("%(n)s entreprises")),
    Kind.CONTACT: (_l("1 contact"), _l("%(n)s contacts")),
    Kind.TAG: (_l("1 tag"), _l("%(n)s tags")),
    Kind.NOTE: (_l("1 note"), _l("%(n)s notes")),
}
LOST: Mapping[str, tuple[LazyString, LazyString]] = {
    "sites": (_l("1 établissement"), _l("%(n)s établissements")),
    "notes": (_l("1 note"), _l("%(n)s notes")),
    "posts": (_l("1 poste"), _l("%(n)s postes")),
    "images": (_l("1 image"), _l("%(n)s images")),
    "consents": (_l("1 choix de contact noté"), _l("%(n)s choix de contact notés")),
    "accounts": (_l("1 lien avec un compte utilisateur"), _l("%(n)s liens avec un compte utilisateur")),
}  # fmt: skip


def days_until(at: datetime) -> int:
    """Calendar days between today and an instant, by the clock of Paris."""
    return (in_paris(at).date() - in_paris(utcnow()).date()).days


def counted(words: tuple[LazyString, LazyString], number: int) -> str:
    one, many = words
    return str(one) if number == 1 else str(many) % {"n": format_number(number)}


def what(batch: Batch, number: int) -> str:
    """« 3 entreprises », « 1 note », « Logo », « Photo »."""
    kind = Kind(batch.kind)
    if kind is Kind.IMAGE:
        return _("Logo") if batch.subject_kind == Subject.COMPANY else _("Photo")
    return counted(NOUNS[kind], number)


def names(shown: Shown) -> str:
    """« Airbus, Boeing, Dassault… »"""
    texts = [shorter(name) for name in shown.names]
    more = "…" if shown.count > NAMED else ""
    return ", ".join(texts) + more


def shorter(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def title(shown: Shown) -> str:
    """« 3 entreprises : Airbus, Boeing, Dassault »"""
    listed = names(shown)
    head = what(shown.batch, shown.count)
    return f"{head}\u00a0: {listed}" if listed else head


def title_of(batch: Batch, count: int, held: list[Held]) -> str:
    first = [one.name for one in held[:NAMED]] or [batch.label or ""]
    return title(Shown(batch, count, first))


def lost(losses: Mapping[str, int]) -> list[str]:
    """What goes for good, a line a kind of thing."""
    return [
        counted(LOST[name], number) for name, number in losses.items() if name in LOST and number
    ]


def left_without(losses: Mapping[str, int]) -> str:
    """Who stays, and loses what is removed; '' where nobody does."""
    if number := losses.get("contacts", 0):
        if number == 1:
            return _("1 contact reste, sans entreprise.")
        return _("%(n)s contacts restent, sans entreprise.", n=format_number(number))
    if number := losses.get("bearers", 0):
        if number == 1:
            return _("1 fiche perd ce tag.")
        return _("%(n)s fiches perdent ce tag.", n=format_number(number))
    return ""


def restored_without(back: Back) -> str:
    """Said on the page of the merge, or on the sheet that came back."""
    clash, sirets = back.clash, [format_siret(one) for one in back.sirets]
    if clash.taken is Taken.SIREN and not sirets:
        return _("La fiche est restaurée sans son SIREN, que « %(name)s » porte.", name=clash.holder)  # fmt: skip
    if clash.taken is Taken.SIREN:
        shown = ", ".join(sirets[:NAMED]) + ("…" if len(sirets) > NAMED else "")
        return _(
            "La fiche est restaurée sans son SIREN, que « %(name)s » porte, ni ses SIRET "
            "(%(sirets)s), que son historique garde.",
            name=clash.holder, sirets=shown,
        )  # fmt: skip
    return _("La fiche est restaurée sans son compte, que « %(name)s » a maintenant.", name=clash.holder)  # fmt: skip


def tag_given(label: str, number: int) -> str:
    if number == 1:
        return _("Le tag « %(label)s » est ajouté à 1 fiche.", label=label)
    return _("Le tag « %(label)s » est ajouté à %(n)s fiches.", label=label, n=format_number(number))  # fmt: skip


def restored(number: int) -> str:
    """« 3 fiches restaurées. »"""
    if number == 1:
        return _("1 fiche restaurée.")
    return _("%(n)s fiches restaurées.", n=format_number(number))
