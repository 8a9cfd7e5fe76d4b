"""Positions that are put by hand: typed, corrected, taken back, by two people at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.companies.models import Establishment
from tests.pages import dialog_errors
from tests.places.outside import Outside
from tests.places.test_screens import IN_DIALOG, LoginAs, locate, quick, seen, site, stored, url

__all__ = ["quick", "site"]  # Fixtures.

# ---- by hand


def sent_position(client: FlaskClient, site: Establishment, **form: str) -> Any:
    given = {"latitude": "47,59", "longitude": "1,34", "seen": seen(site), **form}
    return client.post(url(site, "position"), data=given, headers=IN_DIALOG)


def test_coordinates_can_be_typed(login_as: LoginAs, site: Establishment) -> None:
    editor = login_as("editor")
    sent = sent_position(editor, site)
    assert (sent.status_code, sent.location) == (303, url(site, "map"))
    assert stored(site) == (47.59, 1.34, "hand")
    page = editor.get(sent.location, headers=IN_DIALOG).text
    assert "La position est enregistrée." in page
    assert "Placé à la main" in page


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("47.59", "1.34"), ("47,59", "1,34"), (" 47.59 ", "+1.34"), ("47,59°", "1.340"),
        ("47.59, 1.34", ""), ("47.59 1.34", " "), ("47.59;1.34", ""),
    ],
)  # fmt: skip
def test_the_writings_of_coordinates(
    login_as: LoginAs, site: Establishment, latitude: str, longitude: str
) -> None:
    assert sent_position(login_as("editor"), site, latitude=latitude, longitude=longitude).status_code == 303  # fmt: skip
    assert stored(site) == (47.59, 1.34, "hand")


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [
        ("", "1.34", "latitude"), ("47.59", "", "longitude"), ("nord", "1.34", "latitude"),
        ("91", "1.34", "latitude"), ("47.59", "-181", "longitude"), ("nan", "1.34", "latitude"),
        ("1e2", "1.34", "latitude"), ("٤٧", "1.34", "latitude"), ("47.59\x00", "x", "longitude"),
        ("47.59", "9" * 400, "longitude"), ("47.59", "<b>", "longitude"), ("1.34", "47.59", "latitude"),
        ("--47", "1.34", "latitude"), ("47°35'", "1.34", "latitude"),
    ],
)  # fmt: skip
def test_wrong_coordinates_are_refused_at_their_field(
    login_as: LoginAs, site: Establishment, latitude: str, longitude: str, field: str
) -> None:
    sent = sent_position(login_as("editor"), site, latitude=latitude, longitude=longitude)
    assert sent.status_code == 422
    assert field in dialog_errors(sent.text)
    assert "La position n’est pas enregistrée" in sent.text
    assert stored(site) == (None, None, None)
    assert "<b>" not in sent.text
    if longitude == "47.59":
        assert "47.59" in sent.text  # What was typed is still there.


def test_the_second_of_two_people_is_told_and_may_insist(
    login_as: LoginAs, site: Establishment
) -> None:
    before = seen(site)
    assert sent_position(login_as("manager"), site).status_code == 303
    editor = login_as("editor")
    late = sent_position(editor, site, latitude="47,60", seen=before)
    assert late.status_code == 409
    assert "a changé entre-temps" in late.text
    assert "47,60" in late.text
    assert stored(site) == (47.59, 1.34, "hand")
    now = re.search(r'name="seen"[^>]*value="(\w+)"', late.text)
    assert now is not None
    assert sent_position(editor, site, latitude="47,60", seen=now[1]).status_code == 303
    assert stored(site)[0] == 47.6


@pytest.mark.parametrize("deed", ["locate", "found"])
def test_a_page_of_before_is_told(
    login_as: LoginAs, site: Establishment, connected: Outside, deed: str
) -> None:
    before = seen(site)
    sent_position(login_as("manager"), site)
    late = login_as("editor").post(url(site, deed), data={"seen": before}, headers=IN_DIALOG)
    assert late.status_code == 409
    assert "a changé entre-temps" in late.text
    assert connected.asked == []


def test_what_was_found_comes_back(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    editor = login_as("editor")
    locate(editor, site)
    assert "Revenir à la position trouvée" not in editor.get(url(site, "map")).text
    sent_position(editor, site)
    assert "Revenir à la position trouvée" in editor.get(url(site, "map")).text
    sent = editor.post(url(site, "found"), data={"seen": seen(site)}, follow_redirects=True)
    assert "La position trouvée est de nouveau en place." in sent.text
    assert stored(site) == (47.586092, 1.335947, "exact")
    again = editor.post(url(site, "found"), data={"seen": seen(site)}, follow_redirects=True)
    assert "Aucune position n’avait été trouvée" in again.text


def test_the_history_tells_who_moved_what(login_as: LoginAs, site: Establishment) -> None:
    sent_position(login_as("editor"), site)
    page = login_as("reader").get(f"/crm/companies/{site.company_id}/history").text
    assert "a changé la position d’un établissement" in page
    assert "47,59°\u00a0N\u202f; 1,34°\u00a0E" in page
    assert "Placé à la main" in page
