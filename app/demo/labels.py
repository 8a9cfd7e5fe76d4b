"""Tags and notes of the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact
from app.core.text import fold
from app.demo.journal import Journal
from app.demo.people import Inventor
from app.demo.writing import insert_records, insert_rows
from app.history.actions import Action, Part, Subject
from app.history.operations import Named, diff
from app.notes.models import Note
from app.tags.models import LINKS, Module, Tag, TagAlias

# Label, colour, share of the records that bear it.
TAGS: dict[Module, tuple[tuple[str, str, float], ...]] = {
    Module.COMPANY: (
        ("Partenaire", "blue", 0.10),
        ("Partenaire stratégique", "purple", 0.02),
        ("Forum des métiers 2025", "green", 0.07),
        ("Forum des métiers 2026", "green", 0.09),
        ("Taxe d’apprentissage 2025", "amber", 0.06),
        ("Taxe d’apprentissage 2026", "amber", 0.08),
        ("Accueille des alternants", "teal", 0.12),
        ("Accueille des stagiaires", "teal", 0.16),
        ("Jurys et conférences", "blue", 0.04),
        ("À relancer", "red", 0.05),
        ("International", "purple", 0.06),
        ("Économie sociale et solidaire", "grey", 0.15),
        ("Start-up", "green", 0.03),
        ("Mécène", "amber", 0.015),
        ("Label RSE", "teal", 0.03),
    ),
    Module.CONTACT: (
        ("Maître de stage", "teal", 0.14),
        ("Tuteur en alternance", "teal", 0.10),
        ("Relations écoles", "blue", 0.08),
        ("Intervenant", "purple", 0.07),
        ("Membre du jury", "purple", 0.05),
        ("Ancien élève", "green", 0.09),
        ("Parrain de promotion", "amber", 0.01),
        ("Invité à la remise des diplômes", "amber", 0.04),
        ("Lettre d’information", "grey", 0.20),
        ("À relancer", "red", 0.05),
    ),
}
ALIASES = {
    "Économie sociale et solidaire": "ESS",
    "Taxe d’apprentissage 2026": "TA 2026",
    "Ancien élève": "Alumni",
}
SHARE_WITH_NOTE = {Module.COMPANY: 0.18, Module.CONTACT: 0.14}
NOTES = (
    "Rappelé ce jour : rendez-vous fixé le mois prochain avec la direction des ressources humaines.",
    "Propose deux stages de fin d’études en contrôle de gestion.\nÀ diffuser en priorité aux MSc Finance.",
    "Souhaite participer au prochain forum des métiers ; envoyer le dossier d’inscription.",
    "Convention de stage signée, exemplaire reçu.",
    "La personne qui suivait les alternants a changé de poste : demander le nom de la suivante.",
    "Visite de site possible au printemps pour un groupe de 25 étudiants.",
    "A refusé l’offre de partenariat cette année, ouverte à en reparler l’an prochain.",
    "Contact très disponible, répond dans la journée.",
    "Demande le calendrier de l’alternance avant de publier ses offres.",
    "Intervention prévue dans le cours de négociation : confirmer la date et la salle.",
    "Versement de la taxe d’apprentissage confirmé par téléphone.",
    "Attention : le standard ferme à 17 h.",
)


def add_tags(
    invent: Inventor,
    journal: Journal,
    staff: Sequence[Account],
    records: dict[Module, Sequence[Company] | Sequence[Contact]],
) -> None:
    """The tags of both modules, their former labels, and the records that bear them."""
    made = invent.moment(850, 810)
    tags = _tags(invent, journal, staff, made)
    insert_records(tags)
    insert_records(
        [
            TagAlias(id=number, module=tag.module, label=ALIASES[tag.label],
                     folded=fold(ALIASES[tag.label]), tag_id=tag.id)
            for number, tag in enumerate((tag for tag in tags if tag.label in ALIASES), start=1)
        ]
    )  # fmt: skip
    shares = [share for kind in TAGS.values() for _label, _colour, share in kind]
    for module in TAGS:
        bearing = [
            (record, tag)
            for tag, share in zip(tags, shares, strict=True)
            if tag.module == module
            for record in records[module]
            if invent.chance(share)
        ]
        insert_rows(
            LINKS[module],
            ({f"{module}_id": record.id, "tag_id": tag.id} for record, tag in bearing),
        )
        for record, tag in bearing:
            journal.add(Action.TAG_ADDED, Subject(module), record.id,
                        at=invent.after(record.created_at), by=invent.random.choice(staff).id,
                        changes={"tag": (None, Named(tag.id, tag.label))}, part=(Part.TAG, tag.id))  # fmt: skip


def _tags(
    invent: Inventor, journal: Journal, staff: Sequence[Account], made: datetime
) -> list[Tag]:
    tags = []
    wanted = [(module, label, colour) for module in TAGS for label, colour, _share in TAGS[module]]
    for identity, (module, label, colour) in enumerate(wanted, start=1):
        by = invent.random.choice(staff).id
        tags.append(Tag(id=identity, module=module, label=label, folded=fold(label), colour=colour,
                        created_at=made, created_by_id=by))  # fmt: skip
        journal.add(Action.CREATED, Subject.TAG, identity, at=made, by=by,
                    changes=diff({}, {"label": label, "module": module.value, "colour": colour}))  # fmt: skip
    return tags


def add_notes(
    invent: Inventor,
    journal: Journal,
    staff: Sequence[Account],
    records: dict[Module, Sequence[Company] | Sequence[Contact]],
) -> None:
    """Notes on companies, on some of their sites, and on contacts."""
    notes: list[Note] = []
    for module, share in SHARE_WITH_NOTE.items():
        for record in records[module]:
            while invent.chance(share):
                notes.append(_note(invent, journal, staff, record, len(notes) + 1))
    insert_records(notes)


def _note(
    invent: Inventor, journal: Journal, staff: Sequence[Account], record: Company | Contact,
    identity: int,
) -> Note:  # fmt: skip
    written = invent.after(record.created_at)
    note = Note(id=identity, text=invent.random.choice(NOTES), created_at=written,
                author_id=invent.random.choice(staff).id)  # fmt: skip
    if invent.chance(0.1):
        note.edited_at = invent.after(written)
    subject = Subject.CONTACT if isinstance(record, Contact) else Subject.COMPANY
    if isinstance(record, Contact):
        note.contact_id = record.id
    elif len(record.establishments) > 1:
        note.establishment_id = record.establishments[-1].id
    else:
        note.company_id = record.id
    journal.add(Action.NOTE_ADDED, subject, record.id, at=written, by=note.author_id,
                changes={"note": (None, note.text)}, part=(Part.NOTE, identity))  # fmt: skip
    return note
