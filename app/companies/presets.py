"""From a search that found no company to the form that adds it."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.errors import InvalidValue
from app.core.identifiers import format_siren, parse_siren, parse_siret, siren_of_siret
from app.core.presets import Preset


def preset_of(q: str) -> Preset | None:
    """What the form « Ajouter une entreprise » takes from a search; None where nothing fits."""
    for read in (_by_siren, _by_siret):
        try:
            return read(q)
        except InvalidValue:
            continue
    if "@" in q or not any(char.isalpha() for char in q):
        return None
    return Preset(_("Ajouter l’entreprise « %(name)s »", name=q), {"name": q})


def _by_siren(q: str) -> Preset:
    siren = parse_siren(q)
    return Preset(_label(siren), {"siren": siren})


def _by_siret(q: str) -> Preset:
    siret = parse_siret(q)
    siren = siren_of_siret(siret)
    return Preset(_label(siren), {"siren": siren, "siret": siret})


def _label(siren: str) -> str:
    return _("Ajouter l’entreprise dont le SIREN est %(siren)s", siren=format_siren(siren))
