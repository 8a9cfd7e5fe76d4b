"""The sheets of a company with 500 sites, 5,000 contacts and 20,000 lines of history."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.contacts.models import Contact
from app.doctor import examine
from app.extensions import db
from bench.sheet import CONTACTS, LINES, SITES, enlarge, tabs
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.test_query_counts import HEAVIEST, MOST, counted


def test_each_tab_asks_seldom_and_stays_light(login_as: Callable[[str], FlaskClient]) -> None:
    by = account_named("admin").id
    company = make_company(city="Blois")
    contact = make_contact(company_id=company.id)
    person, addresses = login_as("admin"), list(tabs(company.id, contact.id))
    few = [asked(person, address) for address in addresses]
    enlarge(company, contact, sites=SITES, contacts=CONTACTS, lines=LINES, by=by)
    db.session.commit()
    # A server looks at its tables by itself and plans by what it sees: of these rows, which are
    # taken back at the end, it would see none, and plan for empty tables.
    db.session.execute(text("ANALYZE"))
    assert db.session.scalar(select(func.count()).select_from(Contact)) == CONTACTS + 1
    many = [asked(person, address) for address in addresses]
    wrong = {
        address: (before, after)
        for address, before, after in zip(addresses, few, many, strict=True)
        if after[0] > MOST or after[1] > HEAVIEST
    }
    assert wrong == {}
    # Each has more to show: else the test would compare a page with itself.
    grown = [after[1] > before[1] for before, after in zip(few, many, strict=True)]
    assert sum(grown) >= len(addresses) - 4
    assert [finding for finding in examine() if finding.problem] == []


def asked(person: FlaskClient, address: str) -> tuple[int, int]:
    """Statements and bytes of a page."""
    person.get(address)
    with counted() as sent:
        answer = person.get(address)
    assert answer.status_code == 200
    return len(sent), len(answer.data)
