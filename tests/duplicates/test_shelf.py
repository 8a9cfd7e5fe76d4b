"""Facts that a scan has read already: the same when they come back, and no more than so many."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from app.duplicates import shelf
from app.duplicates.facts import CompanyFacts, ContactFacts, company_of, contact_of
from app.duplicates.rules import compare_companies, compare_contacts
from app.duplicates.shelf import Shelf

COMPANIES = {
    1: company_of(
        {"id": 1, "name": "Menuiserie Quatrepoint", "acronym": "M.Q.P.", "siren": "732829320",
         "website": "https://www.quatrepoint.example/", "phone": "+33254000000", "city": "Blois"},
        [{"siret": "73282932000074", "email": "Paris@quatrepoint.example", "sign": "Le Bois"}]),
    2: company_of({"id": 2, "name": "MQP", "email": "a@quatrepoint.example", "city": "Paris"}),
}  # fmt: skip
CONTACTS = {
    1: contact_of({"id": 1, "first_name": "Jean-Pierre", "last_name": "de La Tour", "civility": "m",
                   "mobile": "+33639980001", "email": "jp@q.example", "company_id": 4}),
    2: contact_of({"id": 2, "first_name": "JP", "last_name": "La Tour", "company_id": 4}),
}  # fmt: skip


class Reading:
    """A base whose readings are noted."""

    def __init__(self, facts: dict[int, Any]) -> None:
        self.facts, self.asked = facts, [-1]

    def __call__(self, ids: Collection[int]) -> dict[int, Any]:
        self.asked = sorted(ids)
        return {identity: self.facts[identity] for identity in ids if identity in self.facts}


@pytest.mark.parametrize("facts", [COMPANIES, CONTACTS])
def test_facts_come_back_as_they_were_read(facts: dict[int, Any]) -> None:
    reading = Reading(facts)
    kept = Shelf(reading)
    assert kept.facts({1}) == {1: facts[1]}
    assert kept.facts({1, 2}) == facts
    assert reading.asked == [2]
    again = kept.facts({1, 2, 3})
    assert (again, reading.asked) == (facts, [3])
    assert isinstance(again[1], (CompanyFacts, ContactFacts))
    compare: Any = compare_companies if facts is COMPANIES else compare_contacts
    assert compare(again[1], again[2]) == compare(facts[1], facts[2]) is not None


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT", 1)
    reading = Reading(COMPANIES)
    kept = Shelf(reading)
    kept.facts([1])
    assert kept.facts([2, 1]) == COMPANIES
    assert kept.facts([1]) == {1: COMPANIES[1]}
    assert reading.asked == [1]
