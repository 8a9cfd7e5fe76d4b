"""A page asks the database as often for 50 rows as for 5, seldom, and stays light."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.accounts.models import Category
from app.bin.operations import trash
from app.companies.models import Company
from app.companies.operations import update_company
from app.companies.queries import COMPANIES
from app.companies.sites import add_establishment
from app.contacts.models import Consent, Post
from app.contacts.operations import note_consent
from app.contacts.queries import CONTACTS
from app.core.listcolumns import MOST_COLUMNS
from app.core.listing import Listing, ListSpec
from app.core.submissions import new_key
from app.duplicates.models import DuplicatePair
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.images.decoding import read_picture
from app.images.operations import keep_image
from app.listviews.operations import create_view
from app.notes.models import Note
from app.permissions import Role
from app.tags.models import Module
from app.tags.operations import add_to
from tests.conftest import account_named, add_account
from tests.factories import make_company, make_contact, make_tag, siret_of
from tests.images.samples import picture

FEW, MANY = 5, 50
MOST, MOST_OF_FACETS, MOST_OF_A_FILE = 15, 20, 3
HEAVIEST = 300_000
LoginAs = Callable[[str], FlaskClient]
FACETS = {"HX-Request": "true", "HX-Target": "facets"}
ROWS = {"HX-Request": "true", "HX-Target": "list"}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def most_columns(spec: ListSpec) -> tuple[str, str]:
    """As many columns as a list shows, from its start and from its end."""
    name, *others = [column.key for column in spec.columns]
    halves = others[: MOST_COLUMNS - 1], others[1 - MOST_COLUMNS :]
    assert {*halves[0], *halves[1]} == {*others}
    return ",".join([name, *halves[0]]), ",".join([name, *halves[1]])


# address → headers, most statements
PAGES: dict[str, tuple[dict[str, str], int]] = {
    "/": ({}, MOST),
    "/crm/companies/?size=100": ({}, MOST),
    "/crm/companies/?size=100&q=entreprise&sort=-changed": (ROWS, MOST),
    "/crm/companies/?size=100&tag={tag}&city=Blois&contacts=with": (ROWS, MOST),
    "/crm/companies/?q=entreprise": (FACETS, MOST_OF_FACETS),
    "/crm/companies/?q=entreprise&city=Blois&contacts=with&created=30d": (FACETS, MOST_OF_FACETS),
    "/crm/companies/facets/?q=entreprise": ({}, MOST_OF_FACETS),
    "/crm/companies/facets/tag?in=tag&q=entreprise": ({}, MOST),
    "/crm/companies/{company}/": ({}, MOST),
    "/crm/companies/{company}/contacts": ({}, MOST),
    "/crm/companies/{company}/establishments": ({}, MOST),
    "/crm/companies/{company}/history": ({}, MOST),
    "/crm/companies/{company}/edit": (DIALOG, MOST),
    "/crm/companies/{company}/tags": (DIALOG, MOST),
    "/crm/companies/{company}/image": (DIALOG, MOST),
    "/crm/companies/{company}/image/{logo}/small": ({}, MOST_OF_A_FILE),
    "/crm/contacts/{contact}/image": (DIALOG, MOST),
    "/crm/companies/{company}/map": (DIALOG, MOST),
    "/crm/contacts/{contact}/map": (DIALOG, MOST),
    "/crm/companies/new": (DIALOG, MOST),
    "/crm/companies/export": (DIALOG, MOST),
    "/crm/companies/history": ({}, MOST),
    "/crm/companies/pick?q=entreprise": ({}, MOST),
    f"/crm/companies/?size=100&columns={most_columns(COMPANIES)[0]}": ({}, MOST),
    f"/crm/companies/?size=100&columns={most_columns(COMPANIES)[1]}": ({}, MOST),
    f"/crm/contacts/?size=100&columns={most_columns(CONTACTS)[0]}": ({}, MOST),
    f"/crm/contacts/?size=100&columns={most_columns(CONTACTS)[1]}": ({}, MOST),
    "/crm/companies/columns?q=entreprise": (DIALOG, MOST),
    "/crm/companies/views/new?q=entreprise": (DIALOG, MOST),
    "/crm/contacts/?size=100": ({}, MOST),
    "/crm/contacts/?size=100&q=claire&sort=-company": (ROWS, MOST),
    "/crm/contacts/?q=claire": (FACETS, MOST_OF_FACETS),
    "/crm/contacts/facets/company?in=entreprise&q=claire": ({}, MOST),
    "/crm/contacts/{contact}/": ({}, MOST),
    "/crm/contacts/{contact}/coordinates": ({}, MOST),
    "/crm/contacts/{contact}/history": ({}, MOST),
    "/crm/contacts/{contact}/relations": ({}, MOST),
    "/crm/contacts/{contact}/edit": (DIALOG, MOST),
    "/crm/contacts/new?company_id={company}": (DIALOG, MOST),
    "/crm/contacts/site-field?company_id={company}": (DIALOG, MOST),
    "/crm/contacts/pick?q=claire": ({}, MOST),
    "/crm/tags/?size=100": ({}, MOST),
    "/crm/tags/": (FACETS, MOST_OF_FACETS),
    "/crm/tags/{tag}/edit": (DIALOG, MOST),
    "/crm/tags/{tag}/delete": (DIALOG, MOST),
    "/crm/tags/{tag}/merge": (DIALOG, MOST),
    "/crm/tags/alike": (DIALOG, MOST),
    "/crm/bin/": ({}, MOST),
    "/crm/bin/?q=entreprise&kind=company": ({}, MOST),
    "/crm/bin/{batch}/": ({}, MOST),
    "/crm/bin/{batch}/purge": (DIALOG, MOST),
    "/crm/duplicates/": ({}, MOST),
    "/crm/duplicates/?module=contact": ({}, MOST),
    "/crm/companies/{company}/merge/": ({}, MOST),
    "/crm/companies/{company}/merge/?q=entreprise": ({}, MOST),
    "/crm/companies/{company}/merge/{other}/": ({}, MOST),
    "/crm/contacts/{contact}/merge/{mate}/": ({}, MOST),
    "/crm/pick/tag?module=company&q=tag": ({}, MOST),
    "/crm/pick/naf?q=informatique": ({}, MOST),
    "/crm/jump?q=claire": ({}, MOST),
    "/crm/jump?recent=company:{company},contact:{contact}": ({}, MOST),
    "/crm/companies/?size=100&q=ville": (ROWS, MOST),
    "/crm/companies/?q=introuvable+claire&tag={tag}&city=Blois&contacts=with": (ROWS, MOST),
    "/crm/pick/commune?q=saint": ({}, MOST),
    "/crm/pick/legal-form?q=societe": ({}, MOST),
    "/accounts/{account}/": ({}, MOST),
    "/profile/": ({}, MOST),
    "/users/list/?psize_AccountAdmin=100": ({}, MOST),
    "/users/show/{account}": ({}, MOST),
    "/roles/list/": ({}, MOST),
    "/reference/sectors/list/": ({}, MOST),
    "/reference/naf/list/?psize_NafCodeAdmin=100": ({}, MOST),
}


class Base:
    """A base that grows: each `grow()` adds a row to everything that a page can show."""

    def __init__(self) -> None:
        self.by = account_named("admin")
        self.image = keep_image(read_picture(picture(), is_photo=True), by=self.by)
        self.company = self._company()
        self.contact = make_contact(company_id=self.company.id, email="claire@exemple.example")
        self.tag = make_tag("Tag de tous")
        self.account = add_account("stagiaire", Role.ACCOUNT, Category.STUDENT)
        self.size = self.other = self.mate = 0
        self.batch: Batch | None = None
        db.session.commit()

    def _company(self) -> Company:
        company = make_company(
            city="Blois", postal_code="41000", address="1 quai", legal_form_code="5710",
            headcount_code="12", sector_id=1, naf_code="62.01Z", naf_nomenclature="rev2",
        )  # fmt: skip
        company.logo_id = self.image.id
        return company

    def grow(self, size: int) -> None:
        for number in range(self.size, size):
            self._grow(number)
        self.size = size
        db.session.commit()

    def _grow(self, number: int) -> None:
        company = self._company()
        mate = make_contact(
            company_id=self.company.id,
            job_function=f"Fonction {number}",
            email=f"c{number}@e.example",
        )
        mate.photo_id = self.image.id
        make_contact(company_id=company.id)
        tags = make_tag(f"Tag {number}"), make_tag(f"Tag {number}", Module.CONTACT)
        add_to(self.tag, [company.id], by=self.by)
        add_to(tags[0], [self.company.id, company.id], by=self.by)
        add_to(tags[1], [self.contact.id, mate.id], by=self.by)
        self._sites_and_people(number)
        create_view(Listing(COMPANIES, q=f"Vue {number}"), ("name",), f"Vue {number}", by=self.by)
        self.other, self.mate = company.id, mate.id
        for module, first, second in (
            ("company", self.company.id, company.id), ("contact", self.contact.id, mate.id)
        ):  # fmt: skip
            db.session.add(
                DuplicatePair(module=module, first_id=first, second_id=second, score=90, reasons=[])
            )
        gone = make_company()
        trash(Subject.COMPANY, [gone.id], by=self.by)
        more = make_company()
        self.batch = trash(Subject.COMPANY, [more.id], by=self.by, batch=self.batch)

    def _sites_and_people(self, number: int) -> None:
        siret = siret_of(self.company.siren or "", number + 2)
        site = add_establishment(
            self.company, {"siret": siret, "city": f"Ville {number}"}, by=self.by
        )
        site.closed_on = date(2020, 1, 1) if number % 2 else None
        person = add_account(f"etudiant{number}", Role.ACCOUNT, Category.STUDENT)
        db.session.add_all(
            [
                Post(account_id=person.id, company_id=self.company.id, title="Stagiaire"),
                Post(account_id=self.account.id, company_id=self.company.id, title="Alternant"),
                Post(
                    contact_id=self.contact.id,
                    company_id=self._company().id,
                    ended_on=date(2020, 1, 1),
                ),
                Note(company_id=self.company.id, text=f"Note {number}", author_id=person.id),
                Note(contact_id=self.contact.id, text=f"Note {number}", author_id=person.id),
            ]
        )
        note_consent(self.contact, Consent.YES, means="phone", wording="Oui", by=person)
        update_company(
            self.company,
            {"acronym": f"S{number}"},
            base={"acronym": self.company.acronym},
            by=person,
        )

    def names(self) -> dict[str, int]:
        return {
            "company": self.company.id, "contact": self.contact.id, "tag": self.tag.id,
            "account": self.account.id, "logo": self.image.id,
            "batch": self.batch.id if self.batch else 0, "other": self.other, "mate": self.mate,
        }  # fmt: skip


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile; savepoints are the tests' own."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


Measure = dict[str, tuple[list[str], int]]
PRINTING = "the printed sheet"  # Among its statements, those of the history.


def measure(person: FlaskClient, names: dict[str, int]) -> Measure:
    """Statements and bytes of each page, once what is kept between requests is kept."""
    found: Measure = {}
    for page, (headers, _most) in PAGES.items():
        address = page.format(**names)
        assert person.get(address, headers=headers).status_code == 200, address
        with counted() as sent:
            response = person.get(address, headers=headers)
        found[page] = (list(sent), len(response.data))
    with counted() as sent:
        response = person.post("/crm/companies/{company}/print".format(**names))
    assert response.mimetype == "application/pdf"
    found[PRINTING] = (list(sent), 0)
    return found


# Pages that must have grown meanwhile: else the test would compare a page with itself.
GROWING = (
    "/crm/companies/?size=100", "/crm/contacts/?size=100", "/crm/tags/?size=100", "/crm/bin/",
    "/crm/bin/{batch}/", "/crm/duplicates/", "/crm/duplicates/?module=contact",
    "/crm/companies/{company}/", "/crm/companies/{company}/contacts",
    "/crm/companies/{company}/establishments", "/crm/companies/{company}/history",
    "/crm/contacts/{contact}/", "/crm/contacts/{contact}/relations", "/accounts/{account}/",
    "/users/list/?psize_AccountAdmin=100",
)  # fmt: skip


def faults(page: str, few: tuple[list[str], int], many: tuple[list[str], int]) -> Iterator[str]:
    most = PAGES[page][1] if page in PAGES else MOST + 5
    if len(many[0]) > len(few[0]):
        yield f"{page}: {len(few[0])} statements, then {len(many[0])}"
    if len(many[0]) > most:
        yield f"{page}: {len(many[0])} statements, {most} at most"
    if many[1] > HEAVIEST:
        yield f"{page}: {many[1]} bytes"
    if page in GROWING and many[1] < few[1] + 1000:
        yield f"{page} did not grow"


def test_a_page_asks_no_more_for_many_rows_than_for_few_and_is_light(login_as: LoginAs) -> None:
    base, person = Base(), login_as("admin")
    base.grow(FEW)
    few = measure(person, base.names())
    base.grow(MANY)
    many = measure(person, base.names())
    wrong = [fault for page in many for fault in faults(page, few[page], many[page])]
    assert not wrong, "\n".join(wrong)


def test_a_bulk_tag_asks_as_often_for_many_rows_as_for_few(login_as: LoginAs) -> None:
    ids = [make_company().id for _ in range(MANY)]
    person, counts = login_as("admin"), []
    for size, label in ((FEW, "Peu"), (MANY, "Beaucoup")):
        make_tag(label)
        form = {"key": new_key(), "tag_text": label, "ids": ",".join(map(str, ids[:size]))}
        with counted() as sent:
            assert person.post("/crm/companies/bulk/add_tag", data=form).status_code == 303
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= MOST + 5
