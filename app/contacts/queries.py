"""Reading contacts: the list's definition, rows, the sheet, people of a company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.queries import live as live_companies
from app.contacts.columns import COLUMNS
from app.contacts.models import ConsentEvent, Contact, Post
from app.core.datefacets import DateFacet
from app.core.facets import Bucket, BucketFacet, ColumnFacet, LinkFacet, labelled, lacks
from app.core.finding import find
from app.core.listing import Listing, ListSpec, Sort, sort_on
from app.core.matching import match
from app.core.picks import Pick
from app.core.records import Many, One, Reader, Record
from app.core.text import search_words
from app.extensions import db
from app.reference.queries import department_label
from app.tags.models import Module, contact_tag
from app.tags.queries import labels as tag_labels
from app.tags.queries import live_ids as live_tag_ids
from app.tags.queries import tags_of_rows

CLEAR = Contact.do_not_contact_at.is_(None)


def live() -> list[ColumnElement[bool]]:
    """The contacts that lists, pickers, counts and sheets may show."""
    return [Contact.trashed_at.is_(None)]


def _company_names(ids: Iterable[str]) -> dict[str, str]:
    """Names of companies; namesakes are told apart by their town."""
    wanted = [int(identity) for identity in ids]
    columns = (Company.id, Company.name, Company.city)
    found = db.session.execute(
        select(*columns).where(Company.id.in_(wanted), *live_companies())
    ).all()
    bearers = Counter(name for _id, name, _city in found)
    return {
        str(identity): f"{name} · {city}" if city and bearers[name] > 1 else name
        for identity, name, city in found
    }


def _companies_found(words: Sequence[str]) -> Select[int]:
    """Companies by any word that finds them in their own list."""
    return select(Company.id).where(*match(Company, words), *live_companies())


CONTACTS = ListSpec(
    kind="contact",
    model=Contact,
    sorts=(
        Sort(
            "last_name",
            (Contact.sort_last, Contact.sort_first, Contact.id),
            (Contact.sort_last.desc(), Contact.sort_first.desc(), Contact.id.desc()),
        ),
        sort_on("first_name", Contact.sort_first, Contact.id, blanks=True),
        sort_on("company", Contact.sort_company, Contact.id, blanks=True),
        sort_on("function", Contact.sort_function, Contact.id, blanks=True),
        sort_on("changed", Contact.updated_at, Contact.id),
    ),
    default_sort="last_name",
    facets=(
        ColumnFacet(
            "company", _l("Entreprise"), Contact.company_id, _company_names, numeric=True,
            # Blank where the company lies in the bin: see operations.refresh().
            among=Contact.sort_company.is_not(None), blank=_l("Sans entreprise"),
            finds=_companies_found,
        ),
        ColumnFacet(
            "function", _l("Fonction"), Contact.job_function, labelled(str),
            blank=_l("Sans fonction"),
        ),
        LinkFacet(
            "tag", _l("Tags"), Contact.id, contact_tag, "contact_id", "tag_id",
            tag_labels(Module.CONTACT), known=live_tag_ids(Module.CONTACT), blank=_l("Sans tag"),
        ),
        BucketFacet(
            "consent", _l("Souhaite être contacté"),
            (
                Bucket("yes", _l("Oui"), (Contact.consent == "yes") & CLEAR),
                Bucket("no", _l("Non"), (Contact.consent == "no") & CLEAR),
                Bucket("unknown", _l("Non demandé"), (Contact.consent == "unknown") & CLEAR),
                Bucket("never", _l("Ne pas contacter"), Contact.do_not_contact_at.is_not(None)),
            ),
            Contact,
        ),
        BucketFacet(
            "account", _l("Compte utilisateur"),
            (
                Bucket("linked", _l("Associé"), Contact.account_id.is_not(None)),
                Bucket("none", _l("Non associé"), Contact.account_id.is_(None)),
            ),
            Contact,
        ),
        ColumnFacet(
            "department", _l("Département"), Contact.department_code, labelled(department_label),
            longest=3, blank=_l("Sans département"),
        ),
        BucketFacet(
            "missing", _l("À compléter"),
            (
                Bucket("email", _l("Sans e-mail"), lacks(Contact.email)),
                Bucket("phone", _l("Sans téléphone"), lacks(Contact.phone, Contact.mobile)),
                Bucket("first_name", _l("Sans prénom"), lacks(Contact.first_name)),
                Bucket("civility", _l("Sans civilité"), lacks(Contact.civility)),
                Bucket("site", _l("Sans établissement"), Contact.establishment_id.is_(None)),
                Bucket("photo", _l("Sans photo"), Contact.photo_id.is_(None)),
            ),
            Contact,
        ),
        DateFacet("created", _l("Création"), Contact.created_at, folded=True),
        DateFacet("changed", _l("Dernière modification"), Contact.updated_at, folded=True),
    ),
    scope=live,
    exact=lambda _digits: [],
    sort_name=Contact.sort_last,
    columns=COLUMNS,
)  # fmt: skip


class ContactRow(Record):
    """A contact of a page."""

    __str__ = Contact.__str__
    full_name = Contact.full_name
    live_company = Contact.live_company
    live_site = Contact.live_site


class EmployerRow(Record):
    """The company of a contact of a page."""

    is_trashed = Company.is_trashed


class AccountRow(Record):
    """The account of a contact of a page."""

    full_name = Account.full_name


ROWS = Reader(
    Contact,
    {
        "company": One(Contact.company, ("name", "city", "trashed_at"), EmployerRow),
        "establishment": One(Contact.establishment, ("trade_name", "sign", "city", "trashed_at")),
        "account": One(Contact.account, ("first_name", "last_name", "category"), AccountRow),
        "tags": Many(tags_of_rows(Module.CONTACT), ("label", "colour")),
    },
    ContactRow,
)


def for_sheet(pk: int) -> Contact | None:
    """One live contact with company, site, account and profile, tags and posts."""
    return db.session.scalars(_for_sheet(), {"pk": pk}).first()


@cache
def _for_sheet() -> Select[Contact]:
    """Made once: to work out how a sheet is read takes longer than to read it."""
    return (
        select(Contact)
        .where(Contact.id == bindparam("pk"), *live())
        .options(
            joinedload(Contact.company),
            joinedload(Contact.establishment),
            joinedload(Contact.account).joinedload(Account.profile),
            selectinload(Contact.tags),
            selectinload(Contact.posts).joinedload(Post.company),
        )
    )


def consent_events(contact_id: int) -> list[ConsentEvent]:
    """What the person answered, newest first."""
    return list(
        db.session.scalars(
            select(ConsentEvent)
            .where(ConsentEvent.contact_id == contact_id)
            .options(joinedload(ConsentEvent.noted_by))
            .order_by(ConsentEvent.id.desc())
        )
    )


PEOPLE_SHOWN = 200


def contacts_of(company_id: int, *, limit: int = PEOPLE_SHOWN) -> list[Contact]:
    """Live contacts who work at a company now, by name."""
    return list(
        db.session.scalars(
            select(Contact)
            .where(Contact.company_id == company_id, *live())
            .options(joinedload(Contact.establishment))
            .order_by(Contact.sort_last, Contact.sort_first, Contact.id)
            .limit(limit)
        )
    )


def half_signatory_of(company_id: int) -> Contact | None:
    """Who signs a company's agreements without being said what they are, or where to write to."""
    return db.session.scalars(_half_signatory(), {"company_id": company_id}).first()


@cache
def _half_signatory() -> Select[Contact]:
    return (
        select(Contact)
        .where(Contact.company_id == bindparam("company_id"), *live(), Contact.signs_agreements)
        .where(~Contact.is_signatory)
        .order_by(Contact.email.is_(None), Contact.id)
        .limit(1)
    )


def former_posts_of(company_id: int, *, limit: int = PEOPLE_SHOWN) -> list[Post]:
    """Posts of live contacts at a company that have ended, latest end first."""
    return list(
        db.session.scalars(
            select(Post)
            .join(Contact, Contact.id == Post.contact_id)
            .where(
                Post.company_id == company_id,
                Post.ended_on.is_not(None),
                or_(Contact.company_id.is_(None), Contact.company_id != company_id),
                *live(),
            )
            .options(joinedload(Post.contact))
            .order_by(Post.ended_on.desc(), Post.id.desc())
            .limit(limit)
        )
    )


def account_posts_of(company_id: int, *, limit: int = PEOPLE_SHOWN) -> list[Post]:
    """Posts of students, graduates, teachers and recruiters at a company, current ones first."""
    return list(
        db.session.scalars(
            select(Post)
            .join(Account, Account.id == Post.account_id)
            .where(Post.company_id == company_id)
            .options(joinedload(Post.account).joinedload(Account.profile))
            .order_by(Post.ended_on.is_not(None), Account.last_name, Account.first_name, Post.id)
            .limit(limit)
        )
    )


# Who may be looked for at a site; '' is everybody.
PEOPLE = {
    "contact": _l("Contacts du CRM"),
    "graduate": _l("Diplômés"),
    "student": _l("Étudiants"),
    "teacher": _l("Enseignants"),
    "recruiter": _l("Recruteurs"),
}


def people_at(site_id: int, category: str) -> dict[str, Sequence[Contact] | Sequence[Post]]:
    """Who works at a site now: contacts of the CRM, and posts of accounts, of a category."""
    contacts: Sequence[Contact] = []
    accounts: Sequence[Post] = []
    if category in {"", "contact"}:
        contacts = db.session.scalars(
            select(Contact)
            .where(Contact.establishment_id == site_id, *live())
            .options(joinedload(Contact.establishment))
            .order_by(Contact.sort_last, Contact.sort_first, Contact.id)
            .limit(PEOPLE_SHOWN)
        ).all()
    if category != "contact":
        among = [Account.category == category] if category else []
        accounts = db.session.scalars(
            select(Post)
            .join(Account, Account.id == Post.account_id)
            .where(Post.establishment_id == site_id, *among)
            .options(joinedload(Post.account).joinedload(Account.profile))
            .order_by(Post.ended_on.is_not(None), Account.last_name, Account.first_name, Post.id)
            .limit(PEOPLE_SHOWN)
        ).all()
    return {"contacts": contacts, "accounts": accounts}


def account_post_count(company_id: int) -> int:
    return db.session.scalar(_account_posts(), {"company_id": company_id}) or 0


@cache
def _account_posts() -> Select[int]:
    return select(func.count()).where(
        Post.company_id == bindparam("company_id"), Post.account_id.is_not(None)
    )


# What tells people apart in a picker.
PICKED = [column for column in COLUMNS if column.key in {"last_name", "company"}]


def pick_contacts(q: str, *, limit: int = 20) -> list[Pick]:
    """Live contacts found by the words, by name."""
    if not search_words(q):
        return []
    listing = Listing(CONTACTS, q=q)
    return [_pick(contact) for contact in ROWS.rows(find(listing.sized(limit)).ids, PICKED)]


def picks_of(ids: Sequence[int]) -> list[Pick]:
    """The live contacts among these, as a picker names them, in the order of the ids."""
    among = set(db.session.scalars(select(Contact.id).where(Contact.id.in_(ids), *live())))
    return [_pick(contact) for contact in ROWS.rows([one for one in ids if one in among], PICKED)]


def _pick(contact: Any) -> Pick:
    company = contact.live_company
    return Pick(str(contact.id), contact.full_name, company.name if company else "")
