"""What the database itself refuses, whoever writes: each rule by a statement that goes round the
operations."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, update
from sqlalchemy.exc import DataError, IntegrityError

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.db import utcnow
from app.extensions import db
from app.tags.models import Tag
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, siret_of

SIREN = "552100554"
SIRET = siret_of(SIREN)


def add(table: str, **values: Any) -> int:
    """Insert a row as a stranger would; its id."""
    target: Table = db.metadata.tables[table]
    if "created_at" in target.c and "created_at" not in values:
        values["created_at"] = utcnow()
    if "updated_at" in target.c and "updated_at" not in values:
        values["updated_at"] = utcnow()
    return db.session.execute(insert(target).values(values)).inserted_primary_key[0]


def refused(table: str, **values: Any) -> None:
    with pytest.raises((IntegrityError, DataError)), db.session.begin_nested():
        add(table, **values)


def site(company: int, **values: Any) -> dict[str, Any]:
    return {"company_id": company, "is_head_office": False, "country": "FR", **values}


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Alba", siren=SIREN, siret=SIRET)


# ---- identifiers


def test_a_live_siren_is_there_once(company: Company) -> None:
    refused("company", name="B", siren=SIREN)


def test_a_siren_in_the_bin_may_be_there_again(company: Company) -> None:
    for _ in range(2):
        add("company", name="B", siren=SIREN, trashed_at=utcnow())
    refused("company", name="C", siren=SIREN)


def test_a_live_siret_is_there_once(company: Company) -> None:
    refused("establishment", **site(company.id, siren=SIREN, siret=SIRET))
    for _ in range(2):
        add("establishment", **site(company.id, siren=SIREN, siret=SIRET, trashed_at=utcnow()))


def test_many_may_be_without_identifier(company: Company) -> None:
    made = [add("company", name="B") for _ in range(2)]
    assert [add("establishment", **site(one)) for one in made]


@pytest.mark.parametrize(
    "values",
    [
        {"siren": "356000000", "siret": siret_of("356000000")},  # not the company's SIREN
        {"siren": SIREN, "siret": siret_of("356000000")},  # not the site's own
        {"siren": None, "siret": siret_of(SIREN, 2)},  # no SIREN to begin with
        {"siren": SIREN, "siret": "5521005540001"},  # 13 digits
    ],
)
def test_a_siret_begins_with_its_company_s_siren(company: Company, values: dict[str, Any]) -> None:
    refused("establishment", **site(company.id, **values))
    add("establishment", **site(company.id, siren=SIREN, siret=siret_of(SIREN, 2)))


@pytest.mark.parametrize(
    "values",
    [
        {"latitude": 47.6}, {"longitude": 1.3}, {"latitude": 90.1, "longitude": 1.3},
        {"latitude": 47.6, "longitude": -180.5}, {"latitude": float("inf"), "longitude": 1.3},
        {"latitude": 47.6, "longitude": 1.3, "position_precision": "sure"},
    ],
)  # fmt: skip
def test_a_position_is_one_on_earth(company: Company, values: dict[str, Any]) -> None:
    refused("establishment", **site(company.id, **values))
    for precision in ("exact", "street", "locality", "commune", "hand", None):
        at = {"latitude": 47.6, "longitude": 1.3, "position_precision": precision}
        add("establishment", **site(company.id, **at))


def test_a_company_s_siren_does_not_change_under_a_siret(company: Company) -> None:
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            update(Company).where(Company.id == company.id).values(siren="356000000")
        )


@pytest.mark.parametrize("siren", ["12345678", "1234567890", ""])
def test_a_siren_has_nine_digits(admin: Account, siren: str) -> None:
    refused("company", name="B", siren=siren)


@pytest.mark.parametrize(
    "values",
    [{"no_siren_reason": "paresse"}, {"no_siren_reason": "foreign", "siren": "356000000"},
     {"name": ""}, {"name": None}],
)  # fmt: skip
def test_a_company_has_a_name_and_a_known_reason(admin: Account, values: dict[str, Any]) -> None:
    refused("company", **{"name": "B", **values})


# ---- structure


def test_a_company_has_one_head_office(company: Company) -> None:
    refused("establishment", **site(company.id, siren=SIREN, is_head_office=True))
    add("establishment", **site(company.id, siren=SIREN, is_head_office=True, trashed_at=utcnow()))


def test_no_company_is_its_own_parent(company: Company) -> None:
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            update(Company).where(Company.id == company.id).values(parent_id=company.id)
        )


@pytest.mark.parametrize("column", ["parent_id", "sector_id", "trash_batch_id", "created_by_id"])
def test_a_company_refers_to_what_is_there(company: Company, column: str) -> None:
    refused("company", name="B", **{column: 999_999})


def test_a_company_with_sites_or_contacts_is_not_deleted(company: Company) -> None:
    make_contact(company_id=company.id)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(delete(Company))
    db.session.execute(delete(Establishment))
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(delete(Company))


# ---- contacts


def test_one_account_is_one_live_contact(company: Company) -> None:
    account = account_named("graduate").id
    first = add("contact", last_name="A", account_id=account, signs_agreements=False)
    refused("contact", last_name="B", account_id=account, signs_agreements=False)
    db.session.execute(update(Contact).where(Contact.id == first).values(trashed_at=utcnow()))
    add("contact", last_name="B", account_id=account, signs_agreements=False)


def test_a_contact_s_site_is_of_their_company(company: Company) -> None:
    other = make_company().head_office
    assert other is not None
    for values in (
        {"company_id": company.id, "establishment_id": other.id},
        {"company_id": None, "establishment_id": other.id},
    ):
        refused("contact", last_name="A", signs_agreements=False, **values)
    refused("post", contact_id=make_contact().id, company_id=company.id, establishment_id=other.id)


@pytest.mark.parametrize("values", [{"consent": "maybe"}, {"civility": "dr"}, {"last_name": ""}])
def test_a_contact_s_values_are_known_ones(admin: Account, values: dict[str, Any]) -> None:
    refused("contact", **{"last_name": "A", "signs_agreements": False, **values})


def test_an_answer_about_consent_is_a_known_one(admin: Account) -> None:
    event = {
        "contact_id": make_contact().id, "at": utcnow(), "means": "phone", "wording": "",
        "noted_by_id": admin.id,
    }  # fmt: skip
    refused("consent_event", **event, consent="maybe")
    add("consent_event", **event, consent="yes")


def test_a_post_is_one_person_s_and_ends_after_it_begins(company: Company) -> None:
    contact, account = make_contact().id, account_named("student").id
    day = utcnow().date()
    refused("post", company_id=company.id)
    refused("post", company_id=company.id, contact_id=contact, account_id=account)
    backwards = {"started_on": day, "ended_on": day.replace(year=day.year - 1)}
    refused("post", company_id=company.id, contact_id=contact, **backwards)
    add("post", company_id=company.id, contact_id=contact, started_on=day, ended_on=day)


# ---- notes and tags


@pytest.mark.parametrize(
    "owners",
    [(), ("company_id", "contact_id"), ("company_id", "establishment_id"),
     ("company_id", "establishment_id", "contact_id")],
)  # fmt: skip
def test_a_note_has_exactly_one_owner(
    company: Company, admin: Account, owners: tuple[str, ...]
) -> None:
    head = company.head_office
    assert head is not None
    ids = {"company_id": company.id, "establishment_id": head.id, "contact_id": make_contact().id}
    note = {"text": "Note", "author_id": admin.id}
    refused("note", **note, **{name: ids[name] for name in owners})
    for name, identity in ids.items():
        add("note", **note, **{name: identity})


def test_a_live_label_is_there_once_in_its_module(admin: Account) -> None:
    tag = make_tag("Salon")
    refused("tag", module="company", label="SALON", folded="salon")
    add("tag", module="contact", label="Salon", folded="salon")
    db.session.execute(update(Tag).where(Tag.id == tag.id).values(trashed_at=utcnow()))
    add("tag", module="company", label="Salon", folded="salon")


@pytest.mark.parametrize("values", [{"module": "autre"}, {"folded": ""}])
def test_a_tag_has_a_label_and_a_module(admin: Account, values: dict[str, str]) -> None:
    refused("tag", **{"module": "company", "label": "A", "folded": "a", **values})


def test_a_former_label_is_there_once_in_its_module(admin: Account) -> None:
    tag = make_tag("A").id
    add("tag_alias", module="company", label="B", folded="b", tag_id=tag)
    refused("tag_alias", module="company", label="b", folded="b", tag_id=tag)


def test_a_record_bears_a_tag_once(company: Company) -> None:
    link = {"company_id": company.id, "tag_id": make_tag("A").id}
    db.session.execute(insert(db.metadata.tables["company_tag"]).values(link))
    refused("company_tag", **link)
