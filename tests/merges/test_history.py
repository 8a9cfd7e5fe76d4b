"""The history of a sheet holds that of what was merged into it, while it is a part of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import form_values, update_company
from app.contacts.operations import form_values as contact_values
from app.contacts.operations import update_contact
from app.extensions import db
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.merges.doing import merge, take_back
from tests.pages import Element, parse
from tests.test_query_counts import counted

Login = Callable[[str], FlaskClient]
ORIGIN = "de la fiche fusionnée « Les Forges de Loire »"


@pytest.fixture
def pair(admin: Account) -> tuple[Company, Company]:
    kept = make_company(name="Forges de Loire", by=account_named("manager"))
    merged = make_company(name="Les Forges de Loire")
    base = form_values(merged)
    values = {**base, "email": "a@forges.example"}
    update_company(merged, values, base=base, by=account_named("editor"))
    db.session.commit()
    return kept, merged


def lines(person: FlaskClient, pk: int, query: str = "", path: str = "companies") -> list[Element]:
    answer = person.get(f"/crm/{path}/{pk}/history{query}")
    assert answer.status_code == 200
    return parse(answer.text).all("li", "history__entry")


def origins(found: list[Element]) -> list[str]:
    return [one.text for one in found if "de la fiche fusionnée" in one.text]


def test_lines_of_the_merged_sheet_are_shown_and_say_so(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    kept, merged = pair
    batch = merge(kept, merged, account_named("admin"), siren="kept")
    manager = login_as("manager")
    found = origins(lines(manager, kept.id))
    for verb in ("a créé", "a modifié", "a fusionné cette fiche dans une autre"):
        assert any(verb in one for one in found)
    assert all(ORIGIN in one for one in found)
    corrected = next(one for one in lines(manager, kept.id) if "a@forges.example" in one.text
                     and ORIGIN in one.text)  # fmt: skip
    assert not corrected.all("a", "history__back")
    take_back(batch, account_named("admin"))
    assert origins(lines(manager, kept.id)) == []
    assert any("a@forges.example" in one.text for one in lines(manager, merged.id))


def test_filters_hold_for_the_lines_of_both(login_as: Login, pair: tuple[Company, Company]) -> None:
    kept, merged = pair
    merge(kept, merged, account_named("admin"), siren="kept")
    manager, editor = login_as("manager"), account_named("editor")
    by_editor = lines(manager, kept.id, f"?by={editor.id}")
    assert len(by_editor) == 1
    assert ORIGIN in by_editor[0].text
    page = manager.get(f"/crm/companies/{kept.id}/history").text
    assert f'<option value="{editor.id}"' in page
    assert '<option value="email"' in page
    by_field = lines(manager, kept.id, f"?field=email&by={editor.id}")
    assert len(by_field) == 1
    assert lines(manager, kept.id, "?until=2020-01-01") == []


def test_a_chain_of_merges_and_contacts(login_as: Login) -> None:
    admin, manager = account_named("admin"), login_as("manager")
    first, second, third = (make_contact(last_name=name) for name in ("Un", "Deux", "Trois"))
    base = contact_values(third)
    update_contact(third, {**base, "job_title": "Trésorière"}, base=base, by=admin)
    db.session.commit()
    merge(second, third, admin)
    merge(first, second, admin)
    found = origins(lines(manager, first.id, path="contacts"))
    assert any("Trésorière" in one and "Trois" in one for one in found)
    for line in lines(manager, first.id, path="contacts"):
        assert not ("fusionnée" in line.text and line.all("a", "history__back"))


def test_a_chain_taken_back_leaves_each_line_where_it_belongs(login_as: Login) -> None:
    admin, manager = account_named("admin"), login_as("manager")
    first, second, third = (make_contact(last_name=name) for name in ("Un", "Deux", "Trois"))
    db.session.commit()
    merge(second, third, admin)
    batch = merge(first, second, admin)
    assert any("Trois" in one for one in origins(lines(manager, first.id, path="contacts")))
    take_back(batch, admin)
    assert origins(lines(manager, first.id, path="contacts")) == []
    assert any("Trois" in one for one in origins(lines(manager, second.id, path="contacts")))


def test_many_merged_sheets_ask_no_more_statements_than_one(
    login_as: Login, admin: Account
) -> None:
    manager, kept, asked = login_as("manager"), make_company(name="Forges de Loire"), []
    for size in (1, 5):
        for number in range(size):
            merged = make_company(name=f"Forges {size}.{number}")
            db.session.commit()
            merge(kept, merged, admin, siren="kept")
        found = lines(manager, kept.id)
        with counted() as sent:
            assert len(lines(manager, kept.id)) == len(found)
        asked.append((len(origins(found)), len(sent)))
    (few, statements), (many, same) = asked
    assert few < many
    assert statements == same
