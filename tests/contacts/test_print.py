"""The printed sheet of a contact."""

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from app.accounts.models import Account
from app.contacts.models import Consent, Contact
from app.contacts.operations import form_values, note_consent, update_contact
from app.contacts.printing import contact_pdf
from app.core.db import utcnow
from app.extensions import db
from app.notes.models import Note
from app.tags.models import Module
from app.tags.operations import add_to
from tests.factories import make_company, make_contact, make_tag


def printed(contact: Contact, by: Account) -> str:
    db.session.expire_all()
    pages = PdfReader(io.BytesIO(contact_pdf(contact, by))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(autouse=True)
def within_a_request(app) -> Iterator[None]:
    with app.test_request_context("/crm/contacts/"):
        yield


def test_shows_the_whole_sheet(editor):
    company = make_company(
        name="Étoile", address="2 rue de la Paix", postal_code="31700", city="Blagnac"
    )
    contact = make_contact(
        civility="mme", first_name="Zoé", last_name="Łukasz-Œuvre", email="zoe@etoile.example",
        phone="+33561000000", mobile="+33612345678", job_function="RH", job_title="Directrice",
        department="Service Ελλάδα", signs_agreements=True, company_id=company.id,
        establishment_id=company.head_office.id, personal_email="zoe@maison.example",
        personal_city="Győr", personal_country="HU",
    )  # fmt: skip
    contact.account_id, contact.description = editor.id, "Joignable le matin 🚀"
    add_to(make_tag("Jury", Module.CONTACT), [contact.id], by=editor)
    note_consent(contact, Consent.YES, means="phone", wording="Accord donné", by=editor)
    db.session.add(Note(contact_id=contact.id, text="Vue au forum.", author_id=editor.id))
    db.session.commit()
    text = printed(contact, editor)
    for shown in (
        "Mme Zoé Łukasz-Œuvre", "Étoile", "Directrice", "RH", "Service Ελλάδα", "Blagnac — siège",
        "Signe les conventions de stage Oui", "zoe@etoile.example", "05 61 00 00 00",
        "06 12 34 56 78", "2 rue de la Paix, 31700 Blagnac", "zoe@maison.example", "Győr, Hongrie",
        "Oui, le ", "par téléphone (Editor Exemple)", "Accord donné", "Editor Exemple · Personnel",
        "Jury", "Joignable le matin [émoji]", "Vue au forum.", "Imprimé le", "Page 1 / ",
    ):  # fmt: skip
        assert shown in text


def test_posts_past_and_present(editor):
    before, after = make_company(name="Avant"), make_company(name="Après")
    contact = make_contact(company_id=before.id, job_title="Stagiaire")
    base = form_values(contact)
    update_contact(contact, {**base, "company_id": after.id}, base=base, by=editor)
    text = printed(contact, editor)
    course = text[text.index("Parcours") :]
    assert course.index("Après") < course.index("Avant")
    assert "jusqu’au" in course


def test_do_not_contact_stands_out(editor):
    contact = make_contact()
    contact.do_not_contact_at = utcnow()
    db.session.commit()
    assert "Ne pas contacter, depuis le " in printed(contact, editor)


def test_a_company_in_the_bin_is_not_named(editor):
    company = make_company(name="Disparue")
    contact = make_contact(company_id=company.id)
    company.trashed_at = utcnow()
    db.session.commit()
    text = printed(contact, editor)
    assert "Disparue" not in text
    assert "Entreprise supprimée" in text


def test_what_is_not_known_says_so(editor):
    text = printed(make_contact(first_name=None), editor)
    assert text.count("Non renseigné") >= 10
    assert "Aucune note." in text


def test_markup_stays_text(editor):
    text = printed(make_contact(last_name="<b>Gras</b>{{ 7 * 7 }}"), editor)
    assert "<b>Gras</b>{{ 7 * 7 }}" in text
