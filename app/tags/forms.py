"""The pop-ups of a tag: module and label when it is made, label and colour when it changes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.crmform import CrmForm
from app.core.fields import ChoiceField, LineField, LinesField
from app.tags.models import Module
from app.tags.operations import LONGEST_LABEL

MODULES = (
    (Module.COMPANY.value, _l("CRM Entreprises")),
    (Module.CONTACT.value, _l("CRM Contacts")),
)
LONGEST_ALIASES = 4_000
LONGEST_TYPED = 100
COLOUR_NAMES = (
    ("blue", _l("Bleu")), ("green", _l("Vert")), ("amber", _l("Ambre")), ("red", _l("Rouge")),
    ("purple", _l("Violet")), ("teal", _l("Turquoise")), ("grey", _l("Gris")),
)  # fmt: skip


class NewTagForm(CrmForm):
    names = ("module", "label", "colour")

    module = ChoiceField(_l("Module"), options=lambda: MODULES, blank=None)
    label = LineField(_l("Libellé"), longest=LONGEST_LABEL, required=True)
    colour = ChoiceField(_l("Couleur"), options=lambda: COLOUR_NAMES, blank=None)


class TagForm(CrmForm):
    names = ("label", "colour", "aliases")

    label = LineField(_l("Libellé"), longest=LONGEST_LABEL, required=True)
    colour = ChoiceField(_l("Couleur"), options=lambda: COLOUR_NAMES, blank=None)
    aliases = LinesField(
        _l("Anciens libellés"), longest=LONGEST_ALIASES, rows=3,
        description=_l("Un par ligne. Taper ou importer l’un d’eux donne ce tag."),
    )  # fmt: skip


class MergeForm(CrmForm):
    """Into which tag: its label, as it is written in the box of the searching picker."""

    names = ("into_text",)

    into_text = LineField(_l("Tag à garder"), longest=LONGEST_TYPED, required=True)
