"""The accounts of the demonstration: six to sign in with, and the school's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import Account, Category, Profile
from app.accounts.operations import AccountValues, create_account
from app.demo.people import SCHOOL_DOMAIN, Inventor, Person
from app.extensions import db
from app.permissions import Role

# No text has this digest, so these accounts cannot be signed in to.
NO_PASSWORD = "!"  # noqa: S105
PROGRAMMES = (
    "Programme Grande École", "Bachelor en management", "MSc Finance d’entreprise",
    "MSc Marketing digital", "MSc Achats et supply chain", "Mastère spécialisé Audit et conseil",
    "MBA Management international", "BTS Négociation et digitalisation",
)  # fmt: skip
OTHERS = {
    Category.STUDENT: 80,
    Category.GRADUATE: 70,
    Category.TEACHER: 25,
    Category.RECRUITER: 25,
}


@dataclass(frozen=True)
class DemoAccount:
    """An account that the demonstration announces: its name, its role, what it may do."""

    username: str
    role: str
    purpose: LazyString
    person: Person
    category: Category = Category.STAFF
    programme: str | None = None
    years_to_degree: int | None = None


SHOWN = (
    DemoAccount("admin", Role.ADMIN, _l("administre tout"), Person("mme", "Hélène", "Garnier")),
    DemoAccount("manager", Role.MANAGER, _l("gère le CRM, les tags et la corbeille"),
                Person("m", "Karim", "Belkacem")),
    DemoAccount("editor", Role.EDITOR, _l("saisit et modifie les fiches"),
                Person("mme", "Maëlle", "Le Goff")),
    DemoAccount("reader", Role.READER, _l("consulte le CRM"), Person("m", "Étienne", "Lefèvre")),
    DemoAccount("etudiant", Role.ACCOUNT, _l("étudiant, sans accès au CRM"),
                Person("m", "Théo", "Rivière"), Category.STUDENT, PROGRAMMES[0], 1),
    DemoAccount("diplome", Role.ACCOUNT, _l("diplômée, sans accès au CRM"),
                Person("mme", "Inès", "Châtelain"), Category.GRADUATE, PROGRAMMES[3], -3),
)  # fmt: skip


@dataclass(frozen=True)
class Accounts:
    """Those who keep the CRM, and everybody else."""

    staff: Sequence[Account]
    others: Sequence[Account]

    @property
    def manager(self) -> Account:
        return next(account for account in self.staff if account.username == "manager")


def make_accounts(invent: Inventor, password: str) -> Accounts:
    """Create the six accounts and the school's people.

    A weak password is Refused on a base that is to be put into service, not in a demonstration.
    """
    shown = [_create(account, password, invent) for account in SHOWN]
    role = db.session.scalars(select(RoleRow).where(RoleRow.name == Role.ACCOUNT)).one()
    taken = {account.email for account in shown}
    others = [
        _other(invent, category, role, taken)
        for category, count in OTHERS.items()
        for _ in range(count)
    ]
    db.session.add_all(others)
    db.session.flush()
    staff = [each for each in shown if each.category == Category.STAFF]
    keepers = [each for each in staff if each.username != "reader"]
    return Accounts(staff=keepers, others=[*shown[4:], *others])


def _create(account: DemoAccount, password: str, invent: Inventor) -> Account:
    year = invent.now.year + account.years_to_degree if account.years_to_degree else None
    values = AccountValues(
        username=account.username,
        email=account.person.address_at(SCHOOL_DOMAIN),
        first_name=account.person.first_name,
        last_name=account.person.last_name,
        category=account.category,
        roles=[account.role],
        civility=account.person.civility,
        programme=account.programme,
        year=year,
    )
    return create_account(values, password, by=None, any_password=current_app.config["DEMO"])


def _other(invent: Inventor, category: Category, role: RoleRow, taken: set[str]) -> Account:
    person = invent.person()
    made = invent.moment(900, 60).replace(tzinfo=None)
    account = Account(
        username=_free_address(person, taken),
        first_name=person.first_name,
        last_name=person.last_name,
        category=category,
        password=NO_PASSWORD,
        active=True,
        created_on=made,
        changed_on=made,
        session_epoch=0,
    )
    account.email = account.username
    account.roles = [role]
    account.profile = _profile(invent, category, person)
    return account


def _free_address(person: Person, taken: set[str]) -> str:
    """Namesakes get a number, as everywhere."""
    address, number = person.address_at(SCHOOL_DOMAIN), 1
    while address in taken:
        number += 1
        address = person.address_at(SCHOOL_DOMAIN, str(number))
    taken.add(address)
    return address


def _profile(invent: Inventor, category: Category, person: Person) -> Profile:
    profile = Profile(civility=person.civility)
    if category in {Category.STUDENT, Category.GRADUATE}:
        ahead = invent.random.randint(0, 3)
        profile.programme = invent.random.choice(PROGRAMMES)
        profile.year = invent.now.year + (
            ahead if category == Category.STUDENT else -1 - ahead - invent.random.randint(0, 9)
        )
    if invent.chance(0.4):
        profile.phone = invent.mobile()
    return profile
