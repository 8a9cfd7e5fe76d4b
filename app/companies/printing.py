"""The sheet of a company as a PDF (requirement C2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.companies.completeness import completeness
from app.companies.forms import NO_SIREN
from app.companies.group import group_of
from app.companies.models import Company, Establishment
from app.contacts.queries import account_posts_of, contacts_of, former_posts_of
from app.core.formats import format_datetime
from app.core.identifiers import format_vat, vat_of_siren
from app.core.pdf import LONGEST_TEXT, MOST_ROWS, Passage, passage, render_pdf
from app.extensions import db
from app.history.actions import Subject
from app.images.printing import printed_image
from app.notes.models import Note
from app.notes.queries import Owner, notes_of
from app.reference.queries import NOMENCLATURES

# Characters of all the notes of a sheet; the newest come first.
LONGEST_NOTES = 4 * LONGEST_TEXT
MOST_SITE_NOTES = 100


@dataclass(frozen=True)
class PrintedNote:
    """A note as it is printed; `site` names the place it is about, '' for the whole sheet."""

    author: str
    when: str
    text: Passage
    site: str = ""


def printed_notes(notes: Iterable[Note], sites: dict[int, str]) -> tuple[list[PrintedNote], int]:
    """The newest notes that fit, and how many older ones do not."""
    printed: list[PrintedNote] = []
    room, left = LONGEST_NOTES, 0
    for note in notes:
        text = passage(note.text) if room > 0 else None
        if text is None:
            left += 1
            continue
        room -= len(note.text)
        site = sites.get(note.establishment_id or 0, "")
        when = format_datetime(note.created_at)
        printed.append(PrintedNote(note.author.full_name, when, text, site))
    return printed, left


def company_pdf(company: Company, by: Account, *, numbered: bool = True) -> bytes:
    """All that the sheet shows, signed with the date and who printed it."""
    sites = [site for site in company.establishments if site.trashed_at is None]
    notes = sorted(
        (*notes_of(Owner(Subject.COMPANY, company.id)), *_notes_of_sites(company)),
        key=lambda note: note.id, reverse=True,
    )  # fmt: skip
    printed, left = printed_notes(notes, {site.id: site.label for site in sites})
    return render_pdf(
        "companies/print.html",
        printed_by=by.full_name,
        numbered=numbered,
        company=company,
        image=printed_image(company.logo_id),
        head=company.head_office,
        group=group_of(company),
        complete=completeness(company),
        vat=format_vat(vat_of_siren(company.siren)) if company.siren else None,
        no_siren=dict(NO_SIREN).get(company.no_siren_reason or ""),
        nomenclature=NOMENCLATURES.get(company.naf_nomenclature or ""),
        description=passage(company.description),
        notes=printed,
        notes_left=left,
        **_sites(sites),
        **_people(company),
    )


def _sites(sites: Sequence[Establishment]) -> dict[str, object]:
    """Open sites with the head office first, closed ones apart; what is too much is counted."""
    ordered = sorted(sites, key=lambda site: (not site.is_head_office, site.id))
    open_ = [site for site in ordered if site.closed_on is None]
    closed = [site for site in ordered if site.closed_on is not None]
    return {
        "open_sites": open_[:MOST_ROWS],
        "open_left": len(open_[MOST_ROWS:]),
        "closed_sites": closed[:MOST_ROWS],
        "closed_left": len(closed[MOST_ROWS:]),
    }


def _people(company: Company) -> dict[str, object]:
    contacts = contacts_of(company.id, limit=MOST_ROWS)
    return {
        "contacts": contacts,
        "contacts_left": max(0, company.contact_count - len(contacts)),
        "former": former_posts_of(company.id, limit=MOST_ROWS),
        "accounts": account_posts_of(company.id, limit=MOST_ROWS),
    }


def _notes_of_sites(company: Company) -> Sequence[Note]:
    """The newest notes on the company's sites."""
    return db.session.scalars(
        select(Note)
        .join(Establishment, Establishment.id == Note.establishment_id)
        .where(
            Establishment.company_id == company.id,
            Establishment.trashed_at.is_(None),
            Note.trashed_at.is_(None),
        )
        .options(joinedload(Note.author))
        .order_by(Note.id.desc())
        .limit(MOST_SITE_NOTES)
    ).all()
