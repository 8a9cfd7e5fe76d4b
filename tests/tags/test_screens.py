"""« Gestion des tags »: the list by module, and its pop-ups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.extensions import db
from app.tags.models import Module, Tag
from app.tags.naming import update_tag
from app.tags.operations import add_to
from tests.factories import make_company, make_tag
from tests.pages import choices, dialog_errors, filled, parse, rows, total

SignIn = Callable[[str], FlaskClient]
TAGS = "/crm/tags/"


@pytest.fixture
def manager_client(login_as: SignIn) -> FlaskClient:
    return login_as("manager")


def live() -> list[Tag]:
    db.session.expire_all()
    statement = select(Tag).where(Tag.trashed_at.is_(None)).order_by(Tag.folded)
    return list(db.session.scalars(statement))


def add(client: FlaskClient, **typed: Any) -> Any:
    return client.post(f"{TAGS}new", data=filled(client.get(f"{TAGS}new").text, **typed))


def test_the_list_shows_label_module_and_count(manager_client: FlaskClient, admin: Account) -> None:
    tag, company = make_tag("Partenaire"), make_company()
    make_tag("VIP", Module.CONTACT)
    add_to(tag, [company.id], by=admin)
    db.session.commit()
    page = manager_client.get(TAGS).text
    assert total(page) == 2
    row = parse(page).one("tr", data_id=str(tag.id))
    cells = [cell.text for cell in row.all(role="cell")]
    assert (row.one("th").text, cells[:2]) == ("Partenaire", ["CRM Entreprises", "1"])
    assert row.all("a", href=f"/crm/companies/?tag={tag.id}")
    assert rows(manager_client.get(f"/crm/companies/?tag={tag.id}").text) == [company.id]


@pytest.mark.parametrize(("who", "acts"), [("manager", True), ("editor", False), ("reader", False)])
def test_who_may_do_nothing_to_a_tag_sees_no_column_of_actions(
    login_as: SignIn, who: str, acts: bool
) -> None:
    make_tag("Mécène")
    page = parse(login_as(who).get(TAGS).text)
    assert ("Actions" in [head.text.strip() for head in page.all(role="columnheader")]) == acts
    row = page.one("tbody").all("tr")[0]
    assert bool(row.all(data_label="Actions")) == acts


@pytest.mark.parametrize("q", ["parten", "PARTENAIRÉ", "aire part"])
def test_the_list_searches_labels(manager_client: FlaskClient, q: str) -> None:
    tag = make_tag("Partenaire")
    make_tag("Autre")
    assert rows(manager_client.get(f"{TAGS}?q={q}").text) == [tag.id]


def test_the_list_sorts_both_ways(manager_client: FlaskClient) -> None:
    first, last = make_tag("Été"), make_tag("Zoo", Module.CONTACT)
    for sort in ("label", "module", "created"):
        assert rows(manager_client.get(f"{TAGS}?sort={sort}").text) == [first.id, last.id]
        assert rows(manager_client.get(f"{TAGS}?sort=-{sort}").text) == [last.id, first.id]


def test_the_module_is_a_block(manager_client: FlaskClient) -> None:
    tag = make_tag("A")
    make_tag("B", Module.CONTACT)
    facets = {"HX-Request": "true", "HX-Target": "facets"}
    page = manager_client.get(TAGS, headers=facets).text
    assert choices(page, "module") == {"CRM Entreprises": 1, "CRM Contacts": 1}
    assert rows(manager_client.get(f"{TAGS}?module=company").text) == [tag.id]


@pytest.mark.parametrize("query", ["module=autre", "sort=colour", "tag=1", "page=0"])
def test_an_address_that_is_wrong_is_told_in_french(
    manager_client: FlaskClient, query: str
) -> None:
    answer = manager_client.get(f"{TAGS}?{query}")
    assert answer.status_code == 400
    assert "Cette demande n’est pas valable" in answer.text


def test_a_tag_is_added(manager_client: FlaskClient) -> None:
    answer = add(manager_client, module="contact", label=" Salon  2026 ", colour="green")
    assert answer.status_code == 303
    (tag,) = live()
    assert (tag.module, tag.label, tag.colour) == ("contact", "Salon 2026", "green")


def test_a_double_submit_makes_one_tag(manager_client: FlaskClient) -> None:
    form = filled(manager_client.get(f"{TAGS}new").text, label="Salon")
    answers = [manager_client.post(f"{TAGS}new", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(live()) == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("label", "", "obligatoire"),
        ("label", "—", "Donnez un libellé"),
        ("label", "a" * 61, "60 au plus"),
        ("label", "щ" * 60, "60 caractères au plus"),
        ("label", "SALON D'ÉTÉ", "Le tag « Salon d’été » existe déjà"),
        ("module", "autre", "Choisissez une valeur de la liste"),
        ("colour", "url(x)", "Choisissez une valeur de la liste"),
    ],
)
def test_a_value_that_is_refused_is_told_at_its_field(
    manager_client: FlaskClient, field: str, typed: str, said: str
) -> None:
    make_tag("Salon d’été")
    answer = add(manager_client, **{"label": "Neuf", field: typed})
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {field}
    assert said in dialog_errors(answer.text)[field]
    assert len(live()) == 1


def test_a_tag_is_renamed_and_coloured(manager_client: FlaskClient) -> None:
    tag = make_tag("Salon")
    path = f"{TAGS}{tag.id}/edit"
    form = filled(manager_client.get(path).text, label="Forum", colour="red")
    assert "module" not in form
    assert manager_client.post(path, data=form).status_code == 303
    (tag,) = live()
    assert (tag.label, tag.colour) == ("Forum", "red")


def test_two_people_who_rename_are_asked(manager_client: FlaskClient, admin: Account) -> None:
    tag = make_tag("Salon")
    path = f"{TAGS}{tag.id}/edit"
    form = filled(manager_client.get(path).text, label="La mienne")
    update_tag(tag, label="La leur", colour="red", by=admin)
    db.session.commit()
    answer = manager_client.post(path, data=form)
    assert answer.status_code == 409
    (question,) = parse(answer.text).all("fieldset", css="conflict__field")
    assert [one.text for one in question.all(css="conflict__value")] == ["La mienne", "La leur"]
    kept = manager_client.post(path, data={**filled(answer.text), "keep-label": "mine"})
    assert kept.status_code == 303
    (tag,) = live()
    assert (tag.label, tag.colour) == ("La mienne", "red")


def test_a_colour_that_another_chose_meanwhile_stays(
    manager_client: FlaskClient, admin: Account
) -> None:
    tag = make_tag("Salon")
    path = f"{TAGS}{tag.id}/edit"
    form = filled(manager_client.get(path).text, label="Forum")
    update_tag(tag, label="Salon", colour="red", by=admin)
    db.session.commit()
    assert manager_client.post(path, data=form).status_code == 303
    (tag,) = live()
    assert (tag.label, tag.colour) == ("Forum", "red")


@pytest.mark.parametrize(
    ("links", "said"),
    [(0, "Aucune fiche ne porte"), (1, "1 fiche porte ce tag"), (2, "2 fiches portent ce tag")],
)
def test_deleting_asks_first_and_says_how_many_sheets(
    manager_client: FlaskClient, admin: Account, links: int, said: str
) -> None:
    tag = make_tag("Salon")
    add_to(tag, [make_company().id for _ in range(links)], by=admin)
    db.session.commit()
    path = f"{TAGS}{tag.id}/delete"
    assert said in manager_client.get(path).text
    assert live() == [tag]
    assert manager_client.post(path).status_code == 303
    assert live() == []
    undo = parse(manager_client.get(TAGS).text).one(id="toasts").one("form")
    manager_client.post(undo.attributes["action"])
    assert [tag.label for tag in live()] == ["Salon"]


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_a_tag_in_the_bin_has_no_pop_up(
    manager_client: FlaskClient, action: str, admin: Account
) -> None:
    tag = make_tag("Salon")
    manager_client.post(f"{TAGS}{tag.id}/delete")
    assert manager_client.get(f"{TAGS}{tag.id}/{action}").status_code == 404
    assert total(manager_client.get(TAGS).text) == 0
