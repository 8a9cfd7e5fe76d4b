"""Who sees and shares which view; and that a private one has no door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.extensions import db
from app.listviews.models import SavedView
from app.listviews.operations import share_view
from tests.factories import make_company
from tests.listviews.asking import (
    DIALOG,
    LIST,
    LOST,
    make_view,
    menu,
    menu_names,
    shared_view,
    state,
)
from tests.pages import filled, parse, rows

SignIn = Callable[[str], FlaskClient]


# ---- nobody sees another's view


DOORS = ["", "/rename", "/replace", "/share", "/start", "/delete"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_private_view_has_no_door(
    login_as: SignIn, reader: Account, door: str, method: str
) -> None:
    view = make_view("Secrète", reader, filters=(("city", ("Blois",)),))
    client = login_as("admin")
    answer = getattr(client, method)(f"{LIST}views/{view.id}{door}", data={"off": ""})
    assert answer.status_code in {404, 405}
    assert answer.status_code == getattr(client, method)(f"{LIST}views/999999{door}").status_code
    assert "Secrète" not in answer.text
    db.session.expire_all()
    assert (view.name, view.shared_with) == ("Secrète", None)


def test_an_address_that_names_anothers_view_says_nothing_of_it(
    login_as: SignIn, reader: Account
) -> None:
    view = make_view("Secrète", reader, filters=(("city", ("Blois",)),))
    company = make_company()
    client = login_as("admin")
    theirs, none = (client.get(f"{LIST}?view={pk}").text for pk in (view.id, 999999))
    for page in (theirs, none):
        assert LOST in state(page)
        assert rows(page) == [company.id]
        assert "Secrète" not in page


@pytest.mark.parametrize("door", ["/rename", "/replace", "/delete"])
def test_a_shared_view_is_changed_by_its_owner_alone(
    login_as: SignIn, manager: Account, door: str
) -> None:
    view = shared_view("Blois", manager)
    assert login_as("reader").post(f"{LIST}views/{view.id}{door}").status_code == 403
    db.session.expire_all()
    assert db.session.get(SavedView, view.id) is not None


def test_who_may_not_share_is_not_offered_to(login_as: SignIn, editor: Account) -> None:
    view = make_view("Blois", editor)
    client = login_as("editor")
    page = client.get(f"{LIST}?view={view.id}").text
    links = [link.text for link in menu(page).all("a")]
    assert "Renommer…" in links
    assert "Partager…" not in links
    assert client.get(f"{LIST}views/{view.id}/share").status_code == 403


# ---- sharing


def test_a_manager_shares_and_takes_back(login_as: SignIn, manager: Account) -> None:
    view = make_view("Blois", manager, filters=(("city", ("Blois",)),))
    client, address = login_as("manager"), f"{LIST}views/{view.id}/share?view={view.id}"
    form = filled(client.get(address, headers=DIALOG).text)
    answer = client.post(address, data={**form, "roles": ["CRM Reader"]})
    assert answer.location == f"{LIST}?view={view.id}"
    reader = login_as("reader")
    page = reader.get(LIST).text
    assert menu_names(page) == ["Blois"]
    assert "de Manager Exemple" in menu(page).text
    assert menu_names(login_as("editor").get(LIST).text) == []
    boxes = parse(client.get(address).text).all("input", name="roles")
    assert [box.attributes["value"] for box in boxes if "checked" in box.attributes] == [
        "CRM Reader"
    ]
    client.post(address, data=form)
    assert menu_names(reader.get(LIST).text) == []


def test_who_may_share_takes_anothers_view_back_and_gives_it_to_nobody(
    login_as: SignIn, manager: Account
) -> None:
    view = shared_view("Blois", manager)
    share_view(view, ("Admin", "CRM Reader"), by=manager)
    db.session.commit()
    client, address = login_as("admin"), f"{LIST}views/{view.id}/share"
    form = filled(client.get(address).text)
    assert client.post(address, data={**form, "roles": ["CRM Editor"]}).status_code == 422
    assert client.post(address, data=form).status_code == 303
    db.session.expire_all()
    assert (view.shared_with, view.owner_id) == (None, manager.id)


def test_a_role_that_is_none_is_refused_in_words(login_as: SignIn, manager: Account) -> None:
    view = make_view("Blois", manager)
    client, address = login_as("manager"), f"{LIST}views/{view.id}/share"
    answer = client.post(address, data={**filled(client.get(address).text), "roles": ["Public"]})
    assert answer.status_code == 422
    assert "Rôle inconnu" in answer.text
