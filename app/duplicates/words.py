"""Reasons in French, as they stand beside a candidate."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.duplicates.rules import Code, Reason

_PLAIN = {
    Code.SAME_SIREN: _l("même SIREN"),
    Code.SAME_SIRET: _l("même SIRET"),
    Code.SAME_RNA: _l("même numéro RNA"),
    Code.SAME_NUMBER: _l("même numéro national"),
    Code.SAME_NAME: _l("même nom sans la forme juridique"),
    Code.SITE_NAME: _l("nom d’un de ses établissements"),
    Code.SAME_EMAIL: _l("même e-mail"),
    Code.SAME_PHONE: _l("même téléphone"),
    Code.SAME_MOBILE: _l("même numéro de mobile"),
    Code.SAME_TOWN: _l("même ville"),
    Code.SAME_PERSON: _l("même nom et même prénom"),
    Code.SWAPPED_NAMES: _l("nom et prénom inversés"),
    Code.SAME_COMPANY: _l("même entreprise"),
    Code.SAME_SITE: _l("même établissement"),
    Code.SAME_ACCOUNT: _l("même compte utilisateur"),
    Code.OTHER_SIREN: _l("SIREN différent"),
    Code.OTHER_TOWN: _l("siège dans une autre ville"),
    Code.OTHER_COMPANY: _l("autre entreprise"),
    Code.OTHER_FIRST_NAME: _l("prénom différent"),
    Code.OTHER_NAME: _l("nom différent"),
}


def said(reason: Reason) -> str:
    """« nom proche à 92 % »."""
    values = reason.values
    if reason.code == Code.CLOSE_NAME:
        return _("nom proche à %(percent)s\u00a0%%", percent=values.get("percent", ""))
    if reason.code == Code.ACRONYM:
        return _("même sigle (%(acronym)s)", acronym=values.get("acronym", ""))
    if reason.code == Code.SAME_DOMAIN:
        return _("même domaine (%(domain)s)", domain=values.get("domain", ""))
    return str(_PLAIN[reason.code])
