"""What is stored of how ready a company is says what its sheet says, whatever changed it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.bin.operations import undo
from app.companies.bulk import set_fields
from app.companies.completeness import completeness
from app.companies.models import Company
from app.companies.operations import form_values, update_company
from app.companies.queries import COMPANIES
from app.companies.sites import add_establishment, make_head_office, update_establishment
from app.companies.sites import site_values as values_of_site
from app.contacts.bulk import set_text
from app.contacts.models import Contact
from app.contacts.operations import form_values as contact_values
from app.contacts.operations import update_contact
from app.core.listing import Listing
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.history.operations import open_batch
from app.reference.models import Sector
from tests.companies.bulking import unsound
from tests.factories import make_company, make_contact, new_siren, siret_of
from tests.pages import chips, parse, rows

SignIn = Callable[[str], FlaskClient]


def stored(company: Company) -> tuple[int, int, bool, bool]:
    db.session.flush()
    db.session.refresh(company)
    return (
        company.agreement_missing, company.offer_missing,
        company.has_head_siret, company.has_head_address,
    )  # fmt: skip


def shown(company: Company) -> tuple[int, int, bool, bool]:
    """As the sheet's own box lists it."""
    (_a, agreement), (_o, offer) = completeness(company).purposes
    keys = {item.key for item in completeness(company).missing}
    return len(agreement), len(offer), "siret" not in keys, "address" not in keys


def complete(**but: object) -> Company:
    """Ready for an agreement and, but for its logo, for an offer."""
    siren = new_siren()
    values = {
        "siren": siren, "siret": siret_of(siren), "address": "1 rue Haute", "city": "Blois",
        "postal_code": "41000", "naf_code": "62.01Z", "naf_nomenclature": "rev2",
        "headcount_code": "12", "legal_form_code": "5710", "website": "https://a.example/",
        "description": "Un texte", "sector_id": db.session.query(Sector.id).limit(1).scalar(),
    }  # fmt: skip
    company = make_company(**(values | but))
    make_contact(
        company_id=company.id, email="a@b.example", signs_agreements=True, job_function="Direction"
    )
    return company


def drop_website(company: Company, by: Account) -> None:
    base = form_values(company)
    update_company(company, base | {"website": None}, base=base, by=by)


def drop_address(company: Company, by: Account) -> None:
    site = company.head_office
    assert site is not None
    base = values_of_site(site)
    update_establishment(site, base | {"address": None}, base=base, by=by)


def move_head_office(company: Company, by: Account) -> None:
    make_head_office(add_establishment(company, {"city": "Tours"}, by=by), by=by)


def drop_email(company: Company, by: Account) -> None:
    contact = db.session.query(Contact).filter_by(company_id=company.id).one()
    base = contact_values(contact)
    update_contact(contact, base | {"email": None}, base=base, by=by)


def drop_function(company: Company, by: Account) -> None:
    contact = db.session.query(Contact).filter_by(company_id=company.id).one()
    base = contact_values(contact)
    update_contact(contact, base | {"job_function": None}, base=base, by=by)


def drop_functions_at_once(company: Company, by: Account) -> None:
    batch = open_batch("set_function", subject=Subject.CONTACT, by=by)
    ids = [pk for (pk,) in db.session.query(Contact.id).filter_by(company_id=company.id)]
    set_text(ids, None, by=by, batch=batch)


def call_them_by_title(company: Company, by: Account) -> None:
    """A title says what the person is as well as a function does."""
    contact = db.session.query(Contact).filter_by(company_id=company.id).one()
    base = contact_values(contact)
    new = base | {"job_title": "Directrice", "job_function": None}
    update_contact(contact, new, base=base, by=by)


def bulk(kind: str, *values: object) -> Callable[[Company, Account], None]:
    def do(company: Company, by: Account) -> None:
        set_fields(
            [company.id], values, by=by, batch=open_batch(kind, subject=Subject.COMPANY, by=by)
        )

    return do


# What is done to a complete sheet, and what it then lacks for an agreement and for an offer.
DEEDS: list[tuple[Callable[[Company, Account], None], int, int]] = [
    (drop_website, 1, 1),
    (drop_address, 1, 1),
    (move_head_office, 2, 2),
    (drop_email, 1, 2),
    (drop_function, 1, 1),
    (drop_functions_at_once, 1, 1),
    (call_them_by_title, 0, 1),
    (bulk("set_headcount", None, None), 1, 1),
    (bulk("set_legal_form", None), 1, 1),
    (bulk("set_naf", None, None), 1, 1),
    (bulk("set_sector", None), 0, 2),
    (bulk("set_legal_form", "5499"), 0, 1),
]


@pytest.mark.parametrize(("do", "agreement", "offer"), DEEDS)
def test_what_is_stored_follows_each_deed(
    admin: Account, do: Callable[[Company, Account], None], agreement: int, offer: int
) -> None:
    company = complete()
    assert stored(company) == shown(company) == (0, 1, True, True)
    do(company, admin)
    assert stored(company) == shown(company)
    assert stored(company)[:2] == (agreement, offer)
    assert unsound() == []


def test_functions_brought_back_make_signatories_again(admin: Account) -> None:
    company = complete()
    drop_functions_at_once(company, admin)
    assert stored(company)[0] == 1
    batch = db.session.query(Batch).filter_by(kind="set_function").one()
    undo(batch, by=admin)
    assert stored(company) == shown(company) == (0, 1, True, True)


@pytest.mark.parametrize(
    ("lacking", "field"), [({"job_title": None}, "job_title"), ({"email": None}, "email")]
)
def test_what_a_signatory_lacks_opens_at_its_field(
    login_as: SignIn, lacking: dict[str, None], field: str
) -> None:
    company = make_company()
    known = {"email": "a@b.example", "job_title": "Directrice", "signs_agreements": True}
    make_contact(company_id=company.id)
    signer = make_contact(company_id=company.id, **(known | lacking))
    db.session.commit()
    wanted = f"/crm/contacts/{signer.id}/edit#{field}"
    assert wanted in way_to_signatory(login_as("editor"), company)
    assert way_to_signatory(login_as("reader"), company) == []
    form = parse(login_as("editor").get(wanted.partition("#")[0]).text)
    assert form.one(id=field).tag == "input"


def test_without_anybody_who_signs_a_contact_is_added(login_as: SignIn) -> None:
    company = make_company()
    make_contact(company_id=company.id, email="a@b.example", job_title="Directrice")
    db.session.commit()
    assert way_to_signatory(login_as("editor"), company) == [
        f"/crm/contacts/new?company_id={company.id}"
    ]


def way_to_signatory(client: FlaskClient, company: Company) -> list[str]:
    """Where the sheet's « signataire… » leads."""
    page = parse(client.get(f"/crm/companies/{company.id}/").text)
    return [
        link.attributes["href"]
        for link in page.one(css="completeness").all("a")
        if link.text == "signataire avec fonction et e-mail"
    ]


def test_the_list_is_sorted_by_what_is_missing(admin: Account) -> None:
    bare, ready, nearly = make_company(), complete(), complete(naf_code=None, naf_nomenclature=None)
    order = [ready.id, nearly.id, bare.id]
    assert list(Listing(COMPANIES, sort="agreement").all_ids()) == order
    assert list(Listing(COMPANIES, sort="-agreement").all_ids()) == order[::-1]


def test_the_columns_say_what_is_missing(login_as: SignIn, admin: Account) -> None:
    company = complete()
    db.session.commit()
    page = (
        login_as("reader").get("/crm/companies/?ready=agreement&columns=name,agreement,offer").text
    )
    assert rows(page) == [company.id]
    assert "Prête pour une convention" in chips(page)[0]
    cells = {
        cell.attributes["data-label"]: cell.text for cell in parse(page).all("td", css="col-code")
    }
    assert cells == {"Convention": "Prête", "Offre": "1 à compléter"}
