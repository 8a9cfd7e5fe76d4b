"""The sheet of a contact as a PDF (requirement E4)."""

from __future__ import annotations

from app.accounts.models import Account
from app.companies.printing import printed_notes
from app.contacts.forms import CIVILITIES, CONSENTS
from app.contacts.models import Contact
from app.contacts.queries import consent_events
from app.core.pdf import MOST_ROWS, passage, render_pdf
from app.history.actions import Subject
from app.images.printing import printed_image
from app.notes.queries import Owner, notes_of


def contact_pdf(contact: Contact, by: Account, *, numbered: bool = True) -> bytes:
    """All that the sheet shows, signed with the date and who printed it."""
    notes, left = printed_notes(notes_of(Owner(Subject.CONTACT, contact.id)), {})
    posts = sorted(contact.posts, key=lambda post: not post.is_current)
    return render_pdf(
        "contacts/print.html",
        printed_by=by.full_name,
        numbered=numbered,
        contact=contact,
        image=printed_image(contact.photo_id),
        company=contact.live_company,
        site=contact.live_site,
        civility=dict(CIVILITIES).get(contact.civility or ""),
        posts=posts[:MOST_ROWS],
        consent=CONSENTS.get(contact.consent, contact.consent),
        consents=[(CONSENTS.get(event.consent, ""), event) for event in consent_events(contact.id)],
        description=passage(contact.description),
        notes=notes,
        notes_left=left,
    )
