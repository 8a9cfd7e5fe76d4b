"""A contact and the user account of the same person (requirements E2, E3): one ↔ one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.contacts.models import Contact, Post
from app.core.db import utcnow
from app.core.rules import Refused
from app.core.text import fold, search_words
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import Batch, HistoryEntry
from app.history.operations import Named, open_batch, record
from app.history.undoing import Way, register
from app.permissions import Permission

UNLINKED = "account_unlinked"
MOST_SUGGESTIONS = 8
MOST_FOUND = 20


@dataclass(frozen=True)
class Candidate:
    """An account that may be the contact's: why, and the contact that it is tied to already."""

    account: Account
    reasons: Sequence[LazyString]
    taken_by: Contact | None


# ---- reading


def suggestions(contact: Contact) -> list[Candidate]:
    """Accounts that are likely the contact's, the likeliest first: same e-mail, then same name
    at the same company, then same name (in either order)."""
    emails = {e.lower() for e in (contact.email, contact.personal_email) if e}
    names = _names(contact)
    alike = [Account.search_text.contains(word, autoescape=True) for word in sorted(names)]
    wanted = [func.lower(Account.email).in_(emails)] if emails else []
    if alike:
        named = select(Account.id).where(*alike).limit(100)
        wanted.append(Account.id.in_(named))
    if not wanted:
        return []
    found = _loaded(select(Account).where(or_(*wanted)).order_by(Account.id).limit(200))
    colleagues = _at_company([account.id for account in found], contact.company_id)
    ranked = [
        (rank, account)
        for account in found
        if (rank := _rank(account, emails, names, account.id in colleagues)) is not None
    ]
    ranked.sort(key=lambda pair: (pair[0], pair[1].last_name, pair[1].id))
    return _candidates([(account, _reasons(rank)) for rank, account in ranked[:MOST_SUGGESTIONS]])


def _names(contact: Contact) -> frozenset[str]:
    return frozenset(fold(contact.full_name).split()) if contact.first_name else frozenset()


def _rank(
    account: Account, emails: set[str], names: frozenset[str], is_colleague: bool
) -> int | None:
    if (account.email or "").lower() in emails:
        return 0
    if not names or frozenset(fold(account.full_name).split()) != names:
        return None
    return 1 if is_colleague else 2


def _reasons(rank: int) -> list[LazyString]:
    return [
        [_l("même e-mail")],
        [_l("même nom"), _l("même entreprise")],
        [_l("même nom")],
    ][rank]


def _at_company(account_ids: Sequence[int], company_id: int | None) -> set[int]:
    if company_id is None or not account_ids:
        return set()
    statement = select(Post.account_id).where(
        Post.company_id == company_id, Post.account_id.in_(account_ids)
    )
    return {identity for identity in db.session.scalars(statement) if identity is not None}


def accounts_found(q: str) -> list[Candidate]:
    """Accounts that hold every word, by name."""
    words = search_words(q)
    if not words:
        return []
    statement = (
        select(Account)
        .where(*(Account.search_text.contains(word, autoescape=True) for word in words))
        .order_by(Account.last_name, Account.first_name, Account.id)
        .limit(MOST_FOUND)
    )
    return _candidates([(account, ()) for account in _loaded(statement)])


def _loaded(statement: object) -> list[Account]:
    options = joinedload(Account.profile)
    return list(db.session.scalars(statement.options(options)))  # type: ignore[attr-defined]


def _candidates(found: Sequence[tuple[Account, Sequence[LazyString]]]) -> list[Candidate]:
    ids = [account.id for account, _reasons_ in found]
    holders = select(Contact).where(Contact.account_id.in_(ids), Contact.trashed_at.is_(None))
    taken = {contact.account_id: contact for contact in db.session.scalars(holders)} if ids else {}
    return [Candidate(account, reasons, taken.get(account.id)) for account, reasons in found]


# ---- writing


def link_account(contact: Contact, account: Account, *, by: Account) -> Contact:
    """Tie a contact to an account; Refused where one of them is tied already, with the contact
    that has the account. The caller has locked the contact's row."""
    if contact.account_id == account.id:
        return contact
    if contact.account_id is not None:
        raise Refused("account", _l("Ce contact a déjà un compte : dissociez-le d’abord."))
    holder = db.session.scalars(
        select(Contact).where(Contact.account_id == account.id, Contact.trashed_at.is_(None))
    ).first()
    if holder is not None:
        raise Refused(
            "account", _l("Ce compte est déjà associé à « %(name)s ».", name=holder), holder
        )
    try:
        with db.session.begin_nested():
            _tie(contact, account.id, by)
    except IntegrityError as error:
        raise Refused(
            "account", _l("Ce compte vient d’être associé à un autre contact.")
        ) from error
    _record(Action.ACCOUNT_LINKED, contact, account, by, is_link=True)
    return contact


def unlink_account(contact: Contact, *, by: Account) -> Batch | None:
    """Untie a contact from its account; the batch ties it again, None where it has none."""
    account = db.session.get(Account, contact.account_id) if contact.account_id else None
    if account is None:
        return None
    batch = open_batch(UNLINKED, subject=Subject.CONTACT, by=by, label=contact.full_name[:200])
    batch.item_count = 1
    _tie(contact, None, by)
    _record(Action.ACCOUNT_UNLINKED, contact, account, by, is_link=False, batch=batch)
    return batch


def undo_unlinking(batch: Batch, *, by: Account) -> None:
    """Tie a contact to the account it had; Refused where one of the two is tied elsewhere, or is
    no more."""
    line = db.session.scalars(
        select(HistoryEntry).where(
            HistoryEntry.batch_id == batch.id, HistoryEntry.subject_kind == Subject.CONTACT
        )
    ).one()
    held = select(Contact).where(Contact.id == line.subject_id, Contact.trashed_at.is_(None))
    locked = held.with_for_update().execution_options(populate_existing=True)
    contact = db.session.scalars(locked).first()
    account = db.session.get(Account, line.object_id)
    if contact is None or account is None:
        raise Refused("batch", _l("Ce contact ou ce compte n’existe plus."))
    link_account(contact, account, by=by)


def _tie(contact: Contact, account_id: int | None, by: Account) -> None:
    contact.account_id = account_id
    contact.updated_at, contact.updated_by_id = utcnow(), by.id
    db.session.flush()


def _record(
    action: Action,
    contact: Contact,
    account: Account,
    by: Account,
    *,
    is_link: bool,
    batch: Batch | None = None,
) -> None:
    """In both histories: the contact's and the account's."""
    tied = Named(account.id, account.full_name)
    person = Named(contact.id, contact.full_name)
    for subject, identity, field, value, part in (
        (Subject.CONTACT, contact.id, "account", tied, (Part.ACCOUNT, account.id)),
        (Subject.ACCOUNT, account.id, "contact", person, (Part.CONTACT, contact.id)),
    ):
        pair = (None, value) if is_link else (value, None)
        record(
            action,
            subject=subject,
            subject_id=identity,
            by=by,
            changes={field: pair},
            part=part,
            batch=batch,
        )


register(Way(UNLINKED, whole=undo_unlinking, needs=Permission.EDIT, names_record=True))
