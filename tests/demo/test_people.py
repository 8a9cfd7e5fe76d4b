"""Invented people: always the same, never reachable."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.phones import parse_phone
from app.core.web import parse_email
from app.demo.jobs import job
from app.demo.people import Inventor, Person, domain_of_company, inventor

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)


@pytest.fixture
def invent() -> Inventor:
    return inventor("tests", NOW)


def test_the_same_seed_gives_the_same_people() -> None:
    first, second = inventor("a", NOW), inventor("a", NOW)
    assert [first.person() for _ in range(20)] == [second.person() for _ in range(20)]
    assert inventor("b", NOW).person() != inventor("a", NOW).person()


def test_there_are_namesakes_but_not_too_many(invent: Inventor) -> None:
    people = [invent.person() for _ in range(2_500)]
    different = len({(person.first_name, person.last_name) for person in people})
    assert 2_200 < different < 2_500


def test_numbers_and_addresses_are_those_that_the_product_would_store(invent: Inventor) -> None:
    for _ in range(200):
        person = invent.person()
        assert parse_phone(invent.landline()).startswith("+33")
        assert parse_phone(invent.mobile()).startswith("+336")
        email = person.address_at(domain_of_company("Société d’Électricité & Cie"))
        assert parse_email(email) == email


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("L’Oréal", "loreal.example"),
        ("Électricité de Strasbourg SA", "electricite-de-strasbourg.example"),
        ("!!!", "entreprise.example"),
        ("A" * 60, "a" * 40 + ".example"),
    ],
)
def test_a_company_s_domain_is_its_name_under_example(name: str, domain: str) -> None:
    assert domain_of_company(name) == domain


def test_accents_and_apostrophes_leave_an_address_in_ascii() -> None:
    assert (
        Person("m", "Jean-Noël", "D’Almeida").address_at("a.example")
        == "jean-noel.d-almeida@a.example"
    )


def test_moments_fall_in_office_hours_of_working_days_and_never_later_than_now(
    invent: Inventor,
) -> None:
    for _ in range(300):
        moment = invent.moment(90)
        assert NOW - timedelta(days=95) < moment <= NOW
        assert moment.weekday() < 5 or moment == NOW
        assert moment <= invent.after(moment) <= NOW


def test_titles_agree_with_the_civility(invent: Inventor) -> None:
    hers = {job(invent, "mme").title for _ in range(300)}
    his = {job(invent, "m").title for _ in range(300)}
    assert "Directrice générale" in hers
    assert "Directrice générale" not in his
