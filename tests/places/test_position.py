"""Where a site is put: what was found, by hand, back again; with its history, and two people."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company, Establishment, Precision
from app.companies.operations import form_values, update_company
from app.core.geo import kilometres, plain_position
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from app.places.addresses import Found
from app.places.operations import (
    Changed,
    place_found,
    return_to_found,
    seen_of,
    set_position,
)
from tests.factories import make_company

HERE, THERE = (47.586092, 1.335947), (47.59, 1.34)


@pytest.fixture
def site(admin: Account) -> Establishment:
    company = make_company(
        name="Écluses", address="3 quai des Écluses", postal_code="41000", city="Blois",
        commune_code="41018",
    )  # fmt: skip
    assert company.head_office is not None
    return company.head_office


def found(precision: Precision = Precision.EXACT, at: tuple[float, float] = HERE) -> Found:
    return Found(*at, precision, "3 Quai des Écluses 41000 Blois")


def put(site: Establishment, at: tuple[float, float], by: Account, seen: str | None = None) -> None:
    set_position(site, *at, seen=seen_of(site) if seen is None else seen, by=by)


def where(site: Establishment) -> tuple[Any, ...]:
    return site.latitude, site.longitude, site.position_precision


def lines(company_id: int, action: Action = Action.SITE_PLACED) -> list[dict[str, Any]]:
    entries = select(HistoryEntry).where(
        HistoryEntry.subject_kind == Subject.COMPANY,
        HistoryEntry.subject_id == company_id,
        HistoryEntry.action == action,
    )
    return [
        {value.field: (value.old_value, value.new_value) for value in entry.values}
        for entry in db.session.scalars(entries.order_by(HistoryEntry.id))
    ]


def test_what_was_found_is_stored_with_how_sure_it_is(site: Establishment, editor: Account) -> None:
    changed_before = site.company.updated_at
    assert place_found(site, found(), seen=seen_of(site), by=editor)
    assert where(site) == (*HERE, "exact")
    assert site.company.updated_at > changed_before
    assert site.company.updated_by_id == editor.id
    [line] = lines(site.company_id)
    assert line["position"] == (None, "47.586092, 1.335947")
    assert line["precision"] == (None, "exact")
    assert line["establishment"][1] == site.label


def test_a_position_put_by_hand_keeps_what_had_been_found(
    site: Establishment, editor: Account
) -> None:
    place_found(site, found(Precision.STREET), seen=seen_of(site), by=editor)
    put(site, THERE, editor)
    put(site, (47.595, 1.345), editor)  # Twice by hand: what was found stays the same.
    assert where(site) == (47.595, 1.345, "hand")
    return_to_found(site, seen=seen_of(site), by=editor)
    assert where(site) == (*HERE, "street")
    assert site.found_latitude is site.found_longitude is site.found_precision is None
    assert [line["precision"] for line in lines(site.company_id)[1:] if "precision" in line] == [
        ("street", "hand"),
        ("hand", "street"),
    ]


def test_without_anything_found_there_is_nothing_to_return_to(
    site: Establishment, editor: Account
) -> None:
    put(site, THERE, editor)
    with pytest.raises(Refused):
        return_to_found(site, seen=seen_of(site), by=editor)
    assert where(site) == (*THERE, "hand")


@pytest.mark.parametrize(
    ("known", "new", "moved"),
    [
        (Precision.EXACT, Precision.COMMUNE, False),
        (Precision.EXACT, Precision.STREET, False),
        (Precision.STREET, Precision.STREET, True),
        (Precision.LOCALITY, Precision.STREET, True),
        (Precision.COMMUNE, Precision.COMMUNE, True),
        (Precision.HAND, Precision.COMMUNE, True),  # Somebody asked for it.
        (None, Precision.COMMUNE, True),
    ],
)
def test_a_surer_position_is_not_lost_to_a_rougher_one(
    site: Establishment, editor: Account, known: Precision | None, new: Precision, moved: bool
) -> None:
    if known:
        site.latitude, site.longitude, site.position_precision = *THERE, known
    assert place_found(site, found(new), seen=seen_of(site), by=editor) is moved
    assert where(site) == ((*HERE, new) if moved else (*THERE, known))


def test_the_same_place_again_is_no_change(site: Establishment, editor: Account) -> None:
    for _ in range(2):
        place_found(site, found(), seen=seen_of(site), by=editor)
    seen = seen_of(site)
    put(site, THERE, editor, seen)
    put(site, THERE, editor, seen)  # A double click: the page is the one of before.
    assert len(lines(site.company_id)) == 2


@pytest.mark.parametrize("field", ["address", "city", "latitude", "position_precision"])
def test_a_page_of_before_the_change_changes_nothing(
    site: Establishment, editor: Account, field: str
) -> None:
    put(site, THERE, editor)
    seen = seen_of(site)
    values = {
        "address": "1 rue X",
        "city": "Tours",
        "latitude": 47.5,
        "position_precision": "exact",
    }
    setattr(site, field, values[field])
    known = where(site)
    for deed in (
        lambda: put(site, (47.6, 1.3), editor, seen),
        lambda: place_found(site, found(), seen=seen, by=editor),
        lambda: return_to_found(site, seen=seen, by=editor),
    ):
        with pytest.raises(Changed):
            deed()
    assert where(site) == known


def test_a_change_of_the_phone_is_no_change_of_the_place(site: Establishment) -> None:
    seen = seen_of(site)
    site.phone, site.trade_name = "+33254000000", "Boutique"
    assert seen_of(site) == seen


@pytest.mark.parametrize(
    ("at", "far"),
    [(THERE, False), ((47.2, 1.0), False), ((1.335947, 47.586092), True), ((47.58, -1.33), True)],
)
def test_swapped_coordinates_are_refused(
    site: Establishment, editor: Account, at: tuple[float, float], far: bool
) -> None:
    if not far:
        put(site, at, editor)
        return
    with pytest.raises(Refused) as refusal:
        put(site, at, editor)
    assert refusal.value.field == "latitude"
    assert "km de Blois" in str(refusal.value.message)
    assert where(site) == (None, None, None)


def test_abroad_any_place_will_do(site: Establishment, editor: Account) -> None:
    site.country, site.city, site.postal_code, site.commune_code = "BE", "Bruxelles", "1000", None
    put(site, (50.85, 4.35), editor)
    assert where(site) == (50.85, 4.35, "hand")


# ---- another address


def change(company: Company, by: Account, **values: Any) -> None:
    base = form_values(company)
    update_company(company, {**base, **values}, base=base, by=by)


def test_another_address_forgets_what_was_put_by_hand_and_says_so(
    site: Establishment, editor: Account
) -> None:
    place_found(site, found(), seen=seen_of(site), by=editor)
    put(site, THERE, editor)
    change(site.company, editor, address="1 rue Nationale")
    assert where(site) == (None, None, None)
    assert site.found_latitude is site.found_precision is None
    line = lines(site.company_id)[-1]  # Of its own: the line of the address can be put back.
    assert line["position"] == ("47.59, 1.34", None)
    assert line["precision"] == ("hand", None)
    [line] = lines(site.company_id, Action.SITE_UPDATED)
    assert set(line) == {"establishment", "address"}


def test_a_found_position_is_forgotten_without_a_word(site: Establishment, editor: Account) -> None:
    place_found(site, found(), seen=seen_of(site), by=editor)
    change(site.company, editor, address="1 rue Nationale")
    assert where(site) == (None, None, None)
    assert len(lines(site.company_id)) == 1


def test_the_same_address_in_another_writing_keeps_it(site: Establishment, editor: Account) -> None:
    put(site, THERE, editor)
    change(site.company, editor, address="3 Quai des Ecluses")
    assert where(site) == (*THERE, "hand")


# ---- points


@pytest.mark.parametrize(
    ("latitude", "longitude", "written"),
    [(47.5, 2, "47.5, 2"), (-0.0000001, 0, "0, 0"), (-21.1151234567, 55.53, "-21.115123, 55.53")],
)
def test_a_point_is_written_with_six_decimals_at_most(
    latitude: float, longitude: float, written: str
) -> None:
    assert plain_position(latitude, longitude) == written


def test_the_distance_of_two_towns() -> None:
    paris, marseille = (48.8566, 2.3522), (43.2965, 5.3698)
    assert kilometres(paris, marseille) == pytest.approx(661, abs=2)
    assert kilometres(paris, paris) == 0
    assert kilometres((0, 0), (0, 180)) == pytest.approx(20015, abs=1)
