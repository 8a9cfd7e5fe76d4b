"""The menu « Vues »: saved, opened, changed, shared, given up — by those who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.bin.operations import undo
from app.extensions import db
from app.listviews.models import SavedView
from app.listviews.operations import delete_view, set_default_view, share_view
from app.tags.operations import add_to, trash_tag
from tests.factories import make_company, make_tag
from tests.listviews.asking import (
    DIALOG,
    LIST,
    LOST,
    headings,
    make_view,
    menu,
    menu_names,
    save,
    shared_view,
    state,
)
from tests.pages import chips, dialog_errors, filled, parse, rows, total

SignIn = Callable[[str], FlaskClient]
ROWS = {"HX-Request": "true", "HX-Target": "list"}
BROKEN = "ne s’ouvre plus telle qu’elle a été enregistrée"


def in_blois(name: str = "À Blois") -> int:
    return make_company(name=name, city="Blois", postal_code="41000").id


# ---- saving and opening


def test_a_view_is_saved_and_opens_the_same_rows(login_as: SignIn) -> None:
    wanted, _other = in_blois(), make_company()
    client = login_as("reader")
    answer = save(client, "city=Blois&sort=-name&columns=name,siren&page=1", "Blois")
    (view,) = db.session.query(SavedView)
    assert answer.location == f"{LIST}?city=Blois&sort=-name&view={view.id}"
    page = client.get(answer.location).text
    assert (rows(page), headings(page), chips(page)) == (
        [wanted], ["Nom", "SIREN"], ["Ville : Blois"],
    )  # fmt: skip
    assert menu_names(page) == ["Blois"]
    assert "modifiée" not in state(page)
    link = menu(page).one("a", css="views__item")
    assert link.attributes["aria-current"] == "true"
    assert client.get(link.attributes["href"]).location == answer.location


def test_a_double_click_saves_one_view(login_as: SignIn) -> None:
    client = login_as("reader")
    form = filled(client.get(f"{LIST}views/new").text, name="Blois")
    first, second = (client.post(f"{LIST}views/new", data=form) for _ in range(2))
    assert first.location == second.location
    assert db.session.query(SavedView).count() == 1


def test_a_name_that_is_taken_is_said_at_the_field(login_as: SignIn, reader: Account) -> None:
    make_view("Blois", reader)
    answer = save(login_as("reader"), "", " BLOIS")
    assert answer.status_code == 422
    assert "Vous avez déjà une vue « BLOIS »" in dialog_errors(answer.text)["name"].replace(
        "\xa0", " "
    )


def test_views_work_on_contacts_too(login_as: SignIn, reader: Account) -> None:
    client = login_as("reader")
    address = "/crm/contacts/views/new?consent=yes"
    answer = client.post(address, data=filled(client.get(address).text, name="Volontaires"))
    page = client.get(answer.location).text
    assert menu_names(page) == ["Volontaires"]
    assert menu_names(client.get(LIST).text) == []
    (view,) = db.session.query(SavedView)
    assert client.get(f"{LIST}views/{view.id}").status_code == 404


# ---- a list that differs from its view


@pytest.mark.parametrize(
    ("query", "differs"),
    [
        ("city=Tours&city=Blois", False),
        ("city=Blois&city=Tours&page=1&size=50", False),
        ("city=Blois&city=Tours&sort=name", False),
        ("city=Blois&city=Tours&columns=name,siren", False),
        ("city=Blois", True),
        ("", True),
        ("city=Blois&city=Tours&sort=-name", True),
        ("city=Blois&city=Tours&q=a", True),
        ("city=Blois&city=Tours&columns=name", True),
        ("city=Blois&city=Tours&columns=name,siren,city", True),
    ],
)
def test_a_list_says_that_it_differs_from_its_view(
    login_as: SignIn, reader: Account, query: str, differs: bool
) -> None:
    view = make_view(
        "Loire", reader, filters=(("city", ("Blois", "Tours")),), columns=("name", "siren")
    )
    client = login_as("reader")
    for headers in ({}, ROWS):
        page = client.get(f"{LIST}?{query}&view={view.id}", headers=headers).text
        assert "Loire" in state(page)
        assert ("modifiée" in state(page)) is differs
        assert bool(parse(page).all(id="view-replace")) is differs
        assert bool(parse(page).all(id="view-back")) is differs


def test_saving_changes_the_view_and_going_back_does_not(login_as: SignIn, reader: Account) -> None:
    view = make_view("Loire", reader, filters=(("city", ("Blois",)),))
    client = login_as("reader")
    page = parse(client.get(f"{LIST}?city=Tours&columns=name,siren&view={view.id}").text)
    back = client.get(page.one("a", id="view-back").attributes["href"])
    assert back.location == f"{LIST}?city=Blois&view={view.id}"
    form = next(form for form in page.all("form") if form.all(id="view-replace"))
    answer = client.post(form.attributes["action"])
    assert (answer.status_code, answer.location) == (303, f"{LIST}?city=Tours&view={view.id}")
    kept = client.get(answer.location).text
    assert headings(kept) == ["Nom", "SIREN"] if total(kept) else True
    assert "modifiée" not in state(kept)


def test_somebody_elses_view_is_saved_under_another_name(
    login_as: SignIn, manager: Account
) -> None:
    view = shared_view("Loire", manager)
    page = login_as("reader").get(f"{LIST}?city=Tours&view={view.id}").text
    assert "partagée par Manager Exemple" in state(page)
    assert not parse(page).all(id="view-replace")
    assert parse(page).all(id="view-back")
    links = [link.text for link in menu(page).all("a")]
    assert "Enregistrer sous…" in links
    assert not {"Renommer…", "Partager…", "Supprimer…"} & set(links)


# ---- a view that opens first


def test_the_bare_list_opens_the_view_that_was_chosen(login_as: SignIn, reader: Account) -> None:
    wanted, other = in_blois(), make_company(name="Zoé").id
    view = make_view("Blois", reader, filters=(("city", ("Blois",)),))
    client = login_as("reader")
    assert client.get(LIST).status_code == 200
    answer = client.post(f"{LIST}views/{view.id}/start?view={view.id}")
    assert (answer.status_code, answer.location) == (303, f"{LIST}?view={view.id}")
    bare = client.get(LIST)
    assert (bare.status_code, bare.location) == (302, f"{LIST}?city=Blois&view={view.id}")
    page = client.get(bare.location).text
    assert rows(page) == [wanted]
    everything = menu(page).all("a", href=f"{LIST}?view=0")[0]
    assert everything.text == "Toutes les fiches"
    whole = client.get(f"{LIST}?view=0").text
    assert rows(whole) == [wanted, other]
    assert login_as("editor").get(LIST).status_code == 200


def test_links_never_lead_from_the_whole_list_back_to_the_view(
    login_as: SignIn, reader: Account
) -> None:
    """An address without its last filter is that of the whole list: loaded again it stays so."""
    in_blois()
    view = make_view("Blois", reader)
    set_default_view("company", view, by=reader)
    db.session.commit()
    client = login_as("reader")
    page = parse(client.get(f"{LIST}?city=Blois").text)
    assert page.one("a", css="chip__remove").attributes["href"] == f"{LIST}?view=0"
    assert page.one(data_list=None).attributes["data-url"] == f"{LIST}?city=Blois&view=0"
    assert page.all("input", type="hidden", name="view", value="0")
    answer = client.get(LIST, headers=ROWS)
    assert answer.status_code == 200
    assert parse(answer.text).one(data_list=None).attributes["data-url"] == f"{LIST}?view=0"


def test_a_view_stops_opening_first(login_as: SignIn, reader: Account) -> None:
    view = make_view("Blois", reader)
    client = login_as("reader")
    client.post(f"{LIST}views/{view.id}/start")
    client.post(f"{LIST}views/{view.id}/start", data={"off": "1"})
    assert client.get(LIST).status_code == 200


def test_a_view_may_open_first_as_soon_as_it_is_saved(login_as: SignIn) -> None:
    client = login_as("reader")
    answer = save(client, "city=Blois", "Blois", start="y")
    assert client.get(LIST).location == answer.location


def test_a_view_that_is_shared_no_more_opens_first_no_more(
    login_as: SignIn, manager: Account, reader: Account
) -> None:
    view = shared_view("Blois", manager, filters=(("city", ("Blois",)),))
    client = login_as("reader")
    client.post(f"{LIST}views/{view.id}/start")
    assert client.get(LIST).status_code == 302
    share_view(view, (), by=manager)
    db.session.commit()
    assert client.get(LIST).status_code == 200


# ---- renaming, deleting


def test_a_view_is_renamed(login_as: SignIn, reader: Account) -> None:
    view = make_view("Blois", reader)
    client, address = login_as("reader"), f"{LIST}views/{view.id}/rename?q=bois&view={view.id}"
    answer = client.post(address, data=filled(client.get(address).text, name="Forêts"))
    assert answer.location == f"{LIST}?q=bois&view={view.id}"
    assert "Forêts" in state(client.get(answer.location).text)


def test_deleting_a_view_leaves_the_list_as_it_is_shown(login_as: SignIn, reader: Account) -> None:
    view = make_view("Blois", reader, columns=("name", "siren"))
    client, address = login_as("reader"), f"{LIST}views/{view.id}/delete?city=Blois&view={view.id}"
    assert "partagée" not in client.get(address, headers=DIALOG).text
    answer = client.post(address)
    assert answer.location == f"{LIST}?city=Blois&columns=name,siren&view=0"
    assert client.get(f"{LIST}views/{view.id}").status_code == 404
    assert LOST in state(client.get(f"{LIST}?view={view.id}").text)


# ---- views that no longer show what they were made for


@pytest.mark.parametrize("query", ["former=1", "completeness=half", "sort=former", "tag=x", "%", "page=0"])  # fmt: skip
def test_a_view_that_no_longer_opens_says_so(login_as: SignIn, reader: Account, query: str) -> None:
    company = make_company()
    view = make_view("Ancienne", reader)
    view.query = query
    set_default_view("company", view, by=reader)
    db.session.commit()
    client = login_as("reader")
    bare = client.get(LIST)
    assert bare.location == f"{LIST}?view={view.id}"
    page = client.get(bare.location).text
    assert rows(page) == [company.id]
    assert BROKEN in state(page)
    assert client.get(f"{LIST}views/{view.id}").location == bare.location
    client.post(f"{LIST}views/{view.id}/replace?view={view.id}")
    assert BROKEN not in state(client.get(bare.location).text)


def test_a_view_says_that_a_value_of_its_filters_is_gone(
    login_as: SignIn, reader: Account, admin: Account
) -> None:
    tag = make_tag("Partenaire")
    add_to(tag, [make_company().id], by=admin)
    view = make_view("Partenaires", reader, filters=(("tag", (str(tag.id),)),))
    client = login_as("reader")
    address = f"{LIST}?tag={tag.id}&view={view.id}"
    assert "n’existe plus" not in state(client.get(address).text)
    batch = trash_tag(tag, by=admin)
    db.session.commit()
    assert "porte une valeur qui n’existe plus : Tags." in state(client.get(address).text).replace(
        "\xa0", " "
    )
    undo(batch, by=admin)
    db.session.commit()
    assert "n’existe plus" not in state(client.get(address).text)


def test_a_view_deleted_in_another_tab_is_missed_politely(
    login_as: SignIn, reader: Account
) -> None:
    view = make_view("Blois", reader)
    pk = view.id
    delete_view(view, by=reader)
    db.session.commit()
    client = login_as("reader")
    assert client.post(f"{LIST}views/{pk}/replace?city=Blois&view={pk}").status_code == 404
    assert client.get(f"{LIST}?city=Blois&view={pk}").status_code == 200


# ---- the address to send


def copied(page: str) -> str:
    return menu(page).one("button", data_copy=None).attributes["data-copy"]


def test_the_address_to_send_shows_others_the_same(
    login_as: SignIn, reader: Account, manager: Account
) -> None:
    wanted = in_blois()
    make_company()
    view = make_view("Blois", reader, filters=(("city", ("Blois",)),), columns=("name", "siren"))
    address = copied(login_as("reader").get(f"{LIST}?city=Blois&view={view.id}").text)
    assert address == f"http://localhost{LIST}?city=Blois&columns=name,siren"
    page = login_as("admin").get(address).text
    assert (rows(page), headings(page)) == ([wanted], ["Nom", "SIREN"])
    shared = shared_view("Loire", manager)
    page = login_as("manager").get(f"{LIST}?view={shared.id}").text
    assert copied(page) == f"http://localhost{LIST}views/{shared.id}"
    page = login_as("manager").get(f"{LIST}?city=Blois&view={shared.id}").text
    assert "view" not in copied(page)
