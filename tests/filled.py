"""A small base with something in every table, for the tests that look at all of the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import Table, func, insert, select

from app.accounts.models import Account, Profile
from app.bin.operations import trash
from app.companies.models import Company, Establishment
from app.companies.operations import update_company
from app.companies.queries import COMPANIES
from app.companies.sites import add_establishment
from app.contacts.models import Consent, Contact, Post
from app.contacts.operations import note_consent, update_contact
from app.contacts.queries import CONTACTS
from app.core.db import utcnow
from app.core.listing import Listing
from app.core.submissions import Submission
from app.duplicates.models import DuplicatePair, NotSame
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from app.images.decoding import read_picture
from app.images.operations import image_id_of, set_image
from app.imports.models import Import
from app.jobs.models import State
from app.jobs.operations import ask
from app.listviews.operations import create_view, set_columns, share_view
from app.listviews.queries import SHARED_ROLES
from app.merges.operations import hold, merge_sheets
from app.notes.models import Note
from app.notes.operations import remove_note
from app.notes.queries import Owner
from app.permissions import Role
from app.sheets import printstore
from app.sheets.printjobs import ask_print
from app.tags.models import Module, Tag
from app.tags.naming import update_tag
from app.tags.operations import bulk_add, trash_tag
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, new_siren, siret_of
from tests.images.samples import picture

# One row of each list, for a database that the reference data were not loaded into.
REFERENCE: dict[str, dict[str, Any]] = {
    "country": {"alpha2": "FR", "name": "France", "sort_name": "france"},
    "department": {"code": "41", "name": "Loir-et-Cher", "region": "Centre-Val de Loire"},
    "headcount_band": {"code": "12", "label": "20 à 49", "minimum": 20, "maximum": 49, "position": 5},
    "legal_form": {"code": "5710", "label": "SAS", "parent_label": "Sociétés commerciales"},
    "naf_code": {
        "nomenclature": "rev2", "code": "62.01Z", "label": "Programmation informatique",
        "section": "J", "search_text": "62.01z programmation informatique",
    },
    "sector": {"code": "numerique", "label": "Numérique", "sort_name": "numerique"},
    "commune": {
        "code_insee": "41018", "name": "Blois", "search_text": "blois 41000 41018",
        "sort_name": "blois", "kind": "C", "department": "41", "population": 47000,
        "latitude": 47.58, "longitude": 1.33,
    },
    "commune_postal_code": {"postal_code": "41000", "code_insee": "41018"},
}  # fmt: skip


@dataclass
class Filled:
    """Ids of what `fill()` made, by what they are."""

    company: int
    parent: int
    site: int
    contact: int
    tag: int
    contact_tag: int
    trash_batch: int
    # A note that the editor removed.
    note_batch: int = 0
    logo: int = 0
    photo: int = 0
    # Views: one of the administrator's own, and what the manager shares with all roles.
    entry: int = 0
    contact_entry: int = 0
    note: int = 0
    contact_note: int = 0
    private_view: int = 0
    shared_view: int = 0
    contact_view: int = 0
    # Asked for by the editor: one that waits, one that has left a file.
    job: int = 0
    printed: int = 0
    tag_batches: dict[str, int] = field(default_factory=dict)


def count_rows(table: Table) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def fill() -> Filled:
    """Fill every table, by the product's own operations where there is one; commits."""
    db.session.flush()
    _fill_reference()
    admin, student = account_named("admin"), account_named("student")
    filled = _fill_records(admin)
    for username in ("editor", "manager"):
        bearer = make_company(name=f"Entreprise taguée par {username}")
        tag = db.session.get_one(Tag, filled.tag)
        batch = bulk_add(tag, [bearer.id], by=account_named(username))
        filled.tag_batches[username] = batch.id
    filled.note_batch = _removed_note(filled.company, account_named("editor"))
    _fill_people(admin, student, filled)
    _fill_views(admin, filled)
    _fill_rest(admin, filled)
    db.session.commit()
    return filled


def _removed_note(company_id: int, by: Account) -> int:
    note = Note(company_id=company_id, text="Rappeler en mars.", author_id=by.id)
    db.session.add(note)
    db.session.flush()
    return remove_note(note, Owner(Subject.COMPANY, company_id), by=by).id


def _fill_reference() -> None:
    tables = db.metadata.tables
    for name, row in REFERENCE.items():
        if not count_rows(tables[name]):
            db.session.execute(insert(tables[name]).values(**row))


def _fill_records(admin: Account) -> Filled:
    parent = make_company(name="Groupe de la Loire", city="Blois", postal_code="41000")
    company = _full_company(parent)
    site = _sites(company, admin)
    tag, contact_tag = make_tag("Partenaire"), make_tag("Salon 2026", Module.CONTACT)
    update_tag(tag, label="Partenaire actif", colour="green", by=admin)
    bulk_add(tag, [company.id], by=admin)
    contact = _full_contact(company, site)
    bulk_add(contact_tag, [contact.id], by=admin)
    gone = make_company(name="Entreprise à la corbeille")
    make_contact(last_name="Resté", company_id=gone.id)
    batch = trash(Subject.COMPANY, [gone.id], by=admin)
    _merge_two(admin)
    trash_tag(make_tag("Tag à la corbeille"), by=admin)
    db.session.commit()
    return Filled(
        company.id, parent.id, site.id, contact.id, tag.id, contact_tag.id, batch.id,
        logo=company.logo_id or 0, photo=contact.photo_id or 0,
    )  # fmt: skip


def _merge_two(admin: Account) -> None:
    ids = make_contact(last_name="Martel").id, make_contact(last_name="Martelle").id
    held = hold(Subject.CONTACT, ids)
    merge_sheets(Subject.CONTACT, held[ids[0]], held[ids[1]], {}, by=admin)


def _full_company(parent: Company) -> Company:
    siren = new_siren()
    company = make_company(
        name="Chocolaterie des Écluses", acronym="CDE", siren=siren, siret=siret_of(siren),
        parent_id=parent.id, legal_form_code="5710", headcount_code="12", headcount_year=2024,
        sector_id=db.session.scalar(select(db.metadata.tables["sector"].c.id).limit(1)),
        naf_code="62.01Z", naf_nomenclature="rev2", turnover=1_250_000, share_capital=50_000,
        website="https://ecluses.example/", phone="+33254000000", email="accueil@ecluses.example",
        address="3 quai des Écluses", postal_code="41000", city="Blois", commune_code="41018",
    )  # fmt: skip
    company.description = "Chocolats et confiseries."
    company.verified_at, company.verified_by_id = utcnow(), account_named("admin").id
    _bear(company, Subject.COMPANY)
    db.session.commit()
    return company


def _sites(company: Company, by: Account) -> Establishment:
    common = {"postal_code": "37000", "city": "Tours", "country": "FR"}
    siren = company.siren or ""
    site = add_establishment(
        company,
        {**common, "siret": siret_of(siren, 2), "trade_name": "Boutique de Tours", "sign": "Écluse",
         "phone": "+33247000000", "email": "tours@ecluses.example", "address": "1 rue Nationale"},
        by=by,
    )  # fmt: skip
    closed = add_establishment(company, {**common, "siret": siret_of(siren, 3)}, by=by)
    closed.closed_on = date(2020, 1, 31)
    db.session.commit()
    return site


def _full_contact(company: Company, site: Establishment) -> Contact:
    contact = make_contact(
        civility="mme", first_name="Éléonore", last_name="Brossard", email="e.brossard@ecluses.example",
        phone="+33254000001", mobile="+33612345678", job_title="Responsable des stages",
        job_function="Ressources humaines", department="RH", company_id=company.id,
        establishment_id=site.id, signs_agreements=True,
    )  # fmt: skip
    contact.personal_email, contact.personal_phone = "eleonore@perso.example", "+33698765432"
    contact.personal_address, contact.personal_city = "9 rue du Port", "Amboise"
    contact.personal_postal_code, contact.personal_country = "37400", "FR"
    contact.description = "Vient au forum."
    _bear(contact, Subject.CONTACT)
    note_consent(contact, Consent.YES, means="phone", wording="Oui.", by=account_named("admin"))
    db.session.commit()
    return contact


def _bear(record: Company | Contact, subject: Subject) -> int:
    """Give a record a picture of its own, with its files."""
    found = read_picture(
        picture(size=(64 + record.id % 50, 64)), is_photo=subject is Subject.CONTACT
    )
    set_image(record, found, subject=subject, seen=None, by=account_named("admin"))
    return image_id_of(record, subject) or 0


def _fill_people(admin: Account, student: Account, filled: Filled) -> None:
    db.session.add(Profile(account_id=student.id, civility="m", programme="Master", year=2027))
    contact = db.session.get_one(Contact, filled.contact)
    contact.account_id = account_named("graduate").id
    jobs = {"company_id": filled.company, "title": "Stagiaire", "function": "Marketing"}
    db.session.add(Post(account_id=student.id, started_on=date(2026, 9, 1), **jobs))
    former = make_contact(first_name="Paul", last_name="Ancien", company_id=filled.company)
    base = {"company_id": filled.company}
    update_contact(former, {"company_id": None}, base=base, by=admin)
    filled.entry, filled.contact_entry = _changes(admin, filled)
    owners = ("company_id", filled.company), ("contact_id", filled.contact), ("establishment_id", filled.site)  # fmt: skip
    notes = [
        Note(text="À rappeler\nen mars.", author_id=admin.id, **{name: identity})
        for name, identity in owners
    ]
    db.session.add_all(notes)
    db.session.flush()
    filled.note, filled.contact_note = notes[0].id, notes[1].id


def _changes(admin: Account, filled: Filled) -> list[int]:
    """The ids of two lines that can be taken back."""
    company = db.session.get_one(Company, filled.company)
    contact = db.session.get_one(Contact, filled.contact)
    update_company(company, {"turnover": 1_300_000}, base={"turnover": 1_250_000}, by=admin)
    update_contact(contact, {"department": "DRH"}, base={"department": "RH"}, by=admin)
    lines = select(HistoryEntry.id).where(HistoryEntry.action == Action.UPDATED)
    ids = db.session.scalars(lines.order_by(HistoryEntry.id.desc()).limit(2)).all()
    return [ids[1], ids[0]]


def _fill_views(admin: Account, filled: Filled) -> None:
    manager, blois = account_named("manager"), Listing(COMPANIES).with_values("city", ["Blois"])
    private = create_view(blois, ("name", "city"), "Blois", by=admin)
    tagged = Listing(COMPANIES).with_values("tag", [str(filled.tag)])
    shared = create_view(tagged, ("name", "siren"), "Partenaires", by=manager)
    contacts = create_view(Listing(CONTACTS, q="Paul"), ("last_name",), "Les Paul", by=manager)
    for view in (shared, contacts):
        share_view(view, SHARED_ROLES, by=manager)
    set_columns(CONTACTS, ("last_name", "city"), by=manager)
    filled.private_view, filled.shared_view = private.id, shared.id
    filled.contact_view = contacts.id


def _fill_rest(admin: Account, filled: Filled) -> None:
    """Tables whose screens come with later issues, and FAB's that no screen of ours uses."""
    first, second = sorted((filled.company, filled.parent))
    other = make_company(name="Confiserie des Écluses")
    db.session.add_all(
        [
            DuplicatePair(
                module="company", first_id=first, second_id=other.id, score=88, reasons=[]
            ),
            DuplicatePair(module="company", first_id=first, second_id=second, score=62, reasons=[]),
            NotSame(module="company", first_id=first, second_id=second, said_by_id=admin.id),
            Import(module="company", file_name="a.csv", sha256="c" * 64, created_by_id=admin.id),
            Submission(key="k" * 43, account_id=admin.id, result="/"),
        ]
    )
    asked = {"subject": "company", "action": "verify", "values": {}, "back": "/crm/companies/"}
    job = ask("bulk", by=account_named("editor"), arguments=asked, ids=[filled.company])
    filled.job = job.id
    filled.printed = _printed(filled.company)
    tables, now = db.metadata.tables, utcnow().replace(tzinfo=None)
    for name, row in _fab_rows(admin, now).items():
        if not count_rows(tables[name]):
            db.session.execute(insert(tables[name]).values(**row))
            db.session.flush()


def _printed(company: int) -> int:
    editor = account_named("editor")
    job = ask_print(Subject.COMPANY, [company], by=editor, back="/crm/companies/")
    job.state, job.ended_at, job.report, job.done = State.DONE, utcnow(), {"changed": 1}, 1
    db.session.flush()
    printstore.folder_of(job.id)
    printstore.file_of(job.id).write_bytes(b"%PDF-1.7")
    return job.id


def _fab_rows(admin: Account, now: Any) -> dict[str, dict[str, Any]]:
    role = admin.roles[0].id
    return {
        "ab_group": {"id": 1, "name": "Service", "label": "Service", "description": "…"},
        "ab_group_role": {"group_id": 1, "role_id": role},
        "ab_user_group": {"group_id": 1, "user_id": admin.id},
        "ab_register_user": {
            "first_name": "A", "last_name": "B", "username": "a.b", "password": "x",
            "email": "a.b@ecole.example", "registration_date": now, "registration_hash": "h",
        },
        "ab_api_key": {
            "uuid": "u" * 36, "name": "clé", "key_hash": "h", "lookup_hash": "l", "key_prefix": "p",
            "user_id": admin.id, "active": False, "created_on": now,
            "expires_on": now + timedelta(days=1),
        },
        "ab_permission_view_role": {
            "permission_view_id": db.session.scalar(select(func.min(db.metadata.tables["ab_permission_view"].c.id))),
            "role_id": role,
        },
    }  # fmt: skip


def empty_tables() -> list[str]:
    """Tables without a row, which a test of "everything" would then not have looked at."""
    return [table.name for table in db.metadata.sorted_tables if not count_rows(table)]


def names_of(filled: Filled) -> dict[str, int]:
    """What the addresses of tests/permissions.py are filled in with."""
    role = db.session.scalars(select(RoleRow).where(RoleRow.name == Role.READER)).one()
    return {
        **{name: value for name, value in vars(filled).items() if isinstance(value, int)},
        "student": account_named("student").id,
        "admin": account_named("admin").id,
        "own_role": role.id,
        "built_in_role": role.id,
    }
