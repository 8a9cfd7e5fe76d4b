"""What people type is shown as they typed it, and is never code, wherever it turns up."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import CheckConstraint, Column, String, Table, cast, func, literal, select, update
from werkzeug.test import TestResponse

from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.operations import Named, record
from tests.conftest import account_named
from tests.crawl import crawl
from tests.filled import Filled, fill, names_of
from tests.security.pages import form_with

LoginAs = Callable[[str], FlaskClient]
PAYLOAD = "\"><img src=x onerror=window.__x=1>{{1234*5678}}${1234*5678}'</script><svg/onload=1>"
PRODUCT = "7006652"
# Columns that hold no free text: what they hold is one of few words, made by the program, or
# parsed to a form of its own before it is stored.
NOT_TEXT = {
    "ab_role.name", "ab_permission.name", "ab_view_menu.name", "ab_user.password", "ab_group.name",
    "batch.kind", "batch.subject_kind", "job.kind", "saved_view.module", "import.module",
    "not_same.module", "tag_alias.module", "tag.colour", "tag.folded", "tag_alias.folded",
    "submission.key", "image.sha256", "image.mime", "consent_event.means",
    "company.siren", "company.rna", "company.country", "company.naf_nomenclature",
    "company.department_code", "establishment.siren", "establishment.siret",
    "establishment.country", "contact.department_code", "contact.personal_country",
    "profile.civility", "profile.phone",
}  # fmt: skip
PHONES = {"phone", "mobile", "fax", "personal_phone"}
HISTORY = {"history_entry", "history_value"}
ENOUGH = 13  # «1"><img src=x»: shorter columns cannot hold a tag.


def text_columns() -> Iterator[tuple[Table, Column[str], int]]:
    for table in db.metadata.sorted_tables:
        checked = " ".join(
            str(rule.sqltext) for rule in table.constraints if isinstance(rule, CheckConstraint)
        )
        for column in table.columns:
            if not isinstance(column.type, String) or column.primary_key or column.foreign_keys:
                continue
            named = f"{table.name}.{column.name}" in NOT_TEXT or column.name in PHONES
            if named or table.name in HISTORY or re.search(rf"\b{column.name}\b IN", checked):
                continue
            yield table, column, column.type.length or 1000


def seed() -> list[str]:
    """Put the payload into every column of text; each row keeps its key in front of it."""
    seeded = []
    for table, column, length in text_columns():
        key = cast(next(iter(table.primary_key.columns)), String)
        value = func.substr(key + literal(PAYLOAD), 1, length)
        done = db.session.execute(update(table).values({column.name: value}))
        assert done.rowcount, f"{table.name} is empty: fill() should put a row there"  # type: ignore[attr-defined]
        seeded.append(f"{table.name}.{column.name}")
    db.session.commit()
    return seeded


def seed_history(filled: Filled) -> None:
    """The history is written once, so it is written with the payload."""
    admin = account_named("admin")
    for subject, pk in ((Subject.COMPANY, filled.company), (Subject.CONTACT, filled.contact)):
        for field in ("name", "last_name", "description", "tag", "note", PAYLOAD[:40]):
            changes = {field: (PAYLOAD, Named(1, PAYLOAD))}
            record(Action.UPDATED, subject=subject, subject_id=pk, by=admin, changes=changes, part=(Part.NOTE, 1))  # fmt: skip


class Elements(HTMLParser):
    """What a browser would make of the page that a person could have put there."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if ("img" in tag and dict(attrs).get("src") == "x") or any(
            name.startswith("on") for name in names
        ):
            self.foreign.append(self.get_starttag_text() or tag)
        for name in ("href", "src", "action", "formaction", "data-copy"):
            address = (dict(attrs).get(name) or "").strip().lower()
            if (
                address.startswith(("javascript:", "data:text", "vbscript:"))
                and name != "data-copy"
            ):
                self.foreign.append(address)


def faults(response: TestResponse) -> list[str]:
    if response.mimetype != "text/html":
        return []
    page = Elements()
    page.feed(response.text)
    evaluated = ["an expression was worked out"] if PRODUCT in response.text else []
    raw = ["a raw tag"] if "<img src=x" in response.text else []
    return [*page.foreign, *evaluated, *raw]


def test_the_payload_would_be_seen(login_as: LoginAs) -> None:
    """The test's own eyes: a page that does not escape is caught."""
    page = Elements()
    page.feed(f'<p title="{PAYLOAD}">')
    assert len(page.foreign) == 2


@pytest.fixture
def seeded(login_as: LoginAs) -> tuple[FlaskClient, dict[str, int]]:
    filled = fill()
    names, admin = names_of(filled), login_as("admin")
    seed_history(filled)
    columns = seed()
    assert {"company.name", "note.text", "tag.label", "ab_user.last_name", "batch.label"} <= set(
        columns
    )
    return admin, names


def test_every_page_shows_what_was_typed_as_text(
    seeded: tuple[FlaskClient, dict[str, int]],
) -> None:
    admin, names = seeded
    wrong, shown = {}, 0
    for address, response in crawl(admin, names):
        assert response.status_code < 500, address
        if response.mimetype == "image/webp":
            continue
        shown += "&lt;img src=x" in response.text or "\\u003cimg src=x" in response.text
        if found := faults(response):
            wrong[address] = found[:3]
    assert not wrong
    assert shown > 50  # The payload does turn up, and escaped.


@pytest.mark.parametrize("sheet", ["companies/{company}", "contacts/{contact}"])
def test_a_printed_sheet_shows_what_was_typed_as_text(
    seeded: tuple[FlaskClient, dict[str, int]], sheet: str
) -> None:
    admin, names = seeded
    answer = admin.post(f"/crm/{sheet.format(**names)}/print")
    assert answer.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    plain = "".join(text.split())  # Lines are broken where they are full.
    assert plain.count("".join(PAYLOAD[:30].split())) > 5
    assert PRODUCT not in plain


def test_a_form_that_comes_back_shows_what_was_typed_as_text(
    login_as: LoginAs,
) -> None:
    filled, admin = fill(), login_as("admin")
    pages = {
        "/crm/companies/new": "key", "/crm/contacts/new": "key", "/crm/tags/new": "key",
        f"/crm/companies/{filled.company}/edit": "key",
        f"/crm/contacts/{filled.contact}/edit": "key", "/users/add": "first_name",
        "/roles/add": "name", "/reference/sectors/add": "label",
    }  # fmt: skip
    for address, field in pages.items():
        for headers in ({}, {"HX-Request": "true", "HX-Target": "dialog"}):
            form = form_with(admin.get(address).text, field)
            kept = {"key", "base", "seen", "csrf_token"}
            typed = {name: value if name in kept else PAYLOAD * 8 for name, value in form.items()}
            response = admin.post(address, data=typed, headers=headers)
            assert response.status_code == 422, address
            assert not faults(response), address
            assert "&lt;img src=x" in response.text, address


def test_messages_and_toasts_show_text(login_as: LoginAs) -> None:
    filled, admin = fill(), login_as("admin")
    label = '"><img src=x onerror=alert(1)>{{1234*5678}}'
    form = {"key": new_key(), "tag_text": label, "ids": str(filled.company)}
    page = admin.post("/crm/companies/bulk/add_tag", data=form, follow_redirects=True)
    assert "&lt;img src=x" in page.text
    assert not faults(page)
    form = {
        "key": new_key(),
        "tag_text": "<img src=x onerror=1>absent",
        "ids": str(filled.company),
    }
    page = admin.post("/crm/companies/bulk/remove_tag", data=form)
    assert "&lt;img src=x" in page.text
    assert not faults(page)


REFLECTING = (
    "/crm/companies/?q={x}", "/crm/companies/?sort={x}", "/crm/companies/?city={x}",
    "/crm/companies/?tag={x}", "/crm/companies/?{x}=1", "/crm/companies/{x}", "/crm/contacts/?q={x}",
    "/crm/contacts/?function={x}", "/crm/tags/?q={x}", "/crm/pick/naf?q={x}",
    "/crm/jump?q={x}", "/crm/companies/new?name={x}", "/login/?next={x}",
    "/users/list/?_flt_0_search_text={x}", "/users/list/?{x}=1", "/users/show/{x}", "/roles/list/?_flt_0_name={x}",
    "/profile/?{x}=1", "/{x}", "/lang/{x}", "/crm/contacts/new?company_id={x}",
)  # fmt: skip


@pytest.mark.parametrize("address", REFLECTING)
def test_what_stands_in_an_address_comes_back_as_text(login_as: LoginAs, address: str) -> None:
    for headers in ({}, {"HX-Request": "true", "HX-Target": "list"}):
        response = login_as("admin").get(address.format(x=quote(PAYLOAD, safe="")), headers=headers)
        assert response.status_code < 500
        assert not faults(response)


def test_answers_for_programs_are_never_read_as_pages(login_as: LoginAs) -> None:
    fill()
    db.session.execute(update(db.metadata.tables["company"]).values(name=PAYLOAD))
    assert db.session.scalar(select(func.count()).select_from(db.metadata.tables["company"]))
    db.session.commit()
    response = login_as("admin").get("/crm/companies/pick?q=ecluses")
    assert response.mimetype == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
