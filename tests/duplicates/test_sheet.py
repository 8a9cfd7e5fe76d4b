"""« 1 doublon possible » on a sheet: who reads it, and where it leads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.bin.operations import trash
from app.duplicates.models import DuplicatePair
from app.duplicates.operations import set_apart
from app.extensions import db
from app.history.actions import Subject
from tests.conftest import account_named
from tests.duplicates.test_pairs import pair_of, shown
from tests.factories import make_company
from tests.pages import parse

LoginAs = Callable[[str], FlaskClient]


def banner(person: FlaskClient, module: str, pk: int) -> tuple[str, str] | None:
    """What the sheet says of its doubles, and the address it links to."""
    lists = {"company": "companies", "contact": "contacts"}
    answer = person.get(f"/crm/{lists[module]}/{pk}/")
    assert answer.status_code == 200
    found = parse(answer.text).all("div", "sheet__doubles")
    return (found[0].text, found[0].one("a").attributes["href"]) if found else None


@pytest.mark.parametrize(("module", "path"), [("company", "companies"), ("contact", "contacts")])
def test_a_sheet_says_that_it_may_have_a_double(login_as: LoginAs, module: str, path: str) -> None:
    first, second = pair_of(module)
    manager = login_as("manager")
    text = "1 doublon possible Comparer les deux fiches"
    assert banner(manager, module, first) == (text, f"/crm/{path}/{first}/merge/{second}/")
    assert banner(manager, module, second) == (text, f"/crm/{path}/{second}/merge/{first}/")
    for who in ("editor", "reader"):
        text = "1 doublon possible Voir la paire"
        url = f"/crm/duplicates/?module={module}&of={first}"
        assert banner(login_as(who), module, first) == (text, url)


def test_several_doubles_lead_to_their_pairs_alone(login_as: LoginAs) -> None:
    first, second = pair_of()
    pair_of(name="Barrage")
    third = make_company(name="Écluse Trois").id
    db.session.add(
        DuplicatePair(module="company", first_id=first, second_id=third, score=90, reasons=[])
    )
    db.session.commit()
    manager = login_as("manager")
    found = banner(manager, "company", first)
    assert found is not None
    assert found[0] == "2 doublons possibles Voir les paires"
    query = found[1].removeprefix("/crm/duplicates/")
    assert shown(manager, query) == [f"{first}-{third}", f"{first}-{second}"]
    page = parse(manager.get(found[1]).text)  # The id is one of this module.
    assert not page.all("select", name="module")
    assert page.one("input", name="module").attributes["value"] == "company"
    assert manager.get("/crm/duplicates/?of=x").status_code == 400


def test_pairs_that_are_settled_are_not_announced(login_as: LoginAs) -> None:
    manager, admin = login_as("manager"), account_named("admin")
    apart, gone = pair_of(), pair_of(name="Barrage")
    set_apart("company", apart, by=admin)
    trash(Subject.COMPANY, [gone[1]], by=admin)
    db.session.commit()
    assert banner(manager, "company", apart[0]) is None
    assert banner(manager, "company", gone[0]) is None
