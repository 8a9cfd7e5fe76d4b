"""Every address of the product, asked by each role; and what a role may not do is not shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from app.accounts.models import Category
from app.companies.models import Company
from app.core.submissions import new_key
from app.extensions import db
from app.permissions import Role
from tests.conftest import CAST, account_named, add_account
from tests.factories import new_siren
from tests.filled import Filled, fill
from tests.permissions import PEOPLE, TABLE
from tests.security.pages import form_with

LoginAs = Callable[[str], FlaskClient]
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Line:
    """One request of the table, and what each person gets."""

    method: str
    address: str
    posted: str | None
    expected: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.address}" + (f" ({self.posted})" if self.posted else "")


def read_line(text: str) -> Line:
    method, address, *rest = text.split()
    posted = rest.pop(0) if method == "POST" else None
    return Line(method, address, posted, dict(zip(PEOPLE, rest, strict=True)))


LINES = [read_line(text) for text in TABLE.splitlines() if text and not text.startswith("#")]


def rule_of(app: Flask, line: Line) -> tuple[str, str]:
    """The rule that serves a line's address; HTTPException where none does."""
    path = urlsplit(line.address).path
    for name in ("{own_role}", "{built_in_role}", "{student}", "{admin}", "{stranger}"):
        path = path.replace(name, "1")
    path = "".join("1" if part.startswith("{") else part for part in _pieces(path))
    rule, _values = app.url_map.bind("localhost").match(path, line.method, return_rule=True)
    return line.method, rule.rule


def _pieces(path: str) -> list[str]:
    return path.replace("{", "\0{").replace("}", "}\0").split("\0")


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every method of every rule; HEAD and OPTIONS follow GET in Flask."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table(app: Flask) -> None:
    covered = set()
    for line in LINES:
        try:
            covered.add(rule_of(app, line))
        except HTTPException:
            assert set(line.expected.values()) == {"404"}, f"{line} leads to no route"
    assert not routes(app) - covered


def test_a_person_of_the_table_is_one_of_the_cast() -> None:
    assert set(PEOPLE) - {"anonymous"} <= set(CAST)
    assert {CAST[name][0] for name in PEOPLE if name in CAST} == set(Role) - {Role.PUBLIC}


# ---- the cells


class Context:
    """What the addresses and the posted forms of the table are about."""

    def __init__(self, login_as: LoginAs) -> None:
        self.filled = fill()
        self.roles = {row.name: row.id for row in db.session.scalars(select(RoleRow))}
        own = RoleRow(name="Rôle de l’école")
        db.session.add(own)
        stranger = add_account("stranger", Role.ACCOUNT, Category.TEACHER)
        db.session.commit()
        self.names = {
            **vars(self.filled),
            "trashed": self._trashed(),
            "editors_batch": self.filled.tag_batches["editor"],
            "editors_job": self.filled.job,
            "editors_print": self.filled.printed,
            "managers_batch": self.filled.tag_batches["manager"],
            "student": account_named("student").id,
            "admin": account_named("admin").id,
            "stranger": stranger.id,
            "own_role": own.id,
            "built_in_role": self.roles[Role.READER],
        }
        self.forms = posted(self.filled, self.names["trashed"])
        self._read_forms(login_as("admin"))

    def _trashed(self) -> int:
        batch = Company.trash_batch_id == self.filled.trash_batch
        return db.session.scalars(select(Company.id).where(batch)).one()

    def address(self, line: Line) -> str:
        return line.address.format(**self.names)

    def _read_forms(self, admin: FlaskClient) -> None:
        """The pop-ups as they are sent, once one field has been filled in."""
        company, contact = self.filled.company, self.filled.contact
        for name, address, typed in (
            ("new-company", "/crm/companies/new", {"name": "Nouvelle", "siren": new_siren()}),
            ("company", f"/crm/companies/{company}/edit", {"name": "Nouvelle raison sociale"}),
            ("new-contact", "/crm/contacts/new", {"last_name": "Nouveau"}),
            ("contact", f"/crm/contacts/{contact}/edit", {"last_name": "Nouveau"}),
            ("new-tag", "/crm/tags/new", {"label": "Mécène"}),
            ("tag", f"/crm/tags/{self.filled.tag}/edit", {"label": "Mécène"}),
        ):
            self.forms[name] = form_with(admin.get(address).text, "key", **typed)
        place = admin.get(f"/crm/places/{self.filled.site}/position").text
        self.forms["place"] = form_with(place, "seen", latitude="47,39", longitude="0,69")

    def posted(self, line: Line) -> dict[str, Any]:
        of_contacts = f"{line.posted}-of-contacts"
        is_contact = "/contacts/" in line.address and of_contacts in self.forms
        return self.forms[of_contacts if is_contact else line.posted or "nothing"]


def posted(filled: Filled, trashed: int) -> dict[str, dict[str, Any]]:
    """The small forms that the table names; those « of contacts » at the addresses of contacts."""
    key = {"key": new_key()}
    company, contact = key | {"ids": str(filled.company)}, key | {"ids": str(filled.contact)}
    tag, clear = {"tag_text": "Nouveau tag"}, {"clear": "1"}
    return {
        "nothing": {},
        "wrong": {"seen": "?"},
        "own-name": {"first_name": "Camille", "last_name": "Exemple"},
        "tag-label": {"tag_text": "Nouveau tag"},
        "keys-off": {"on": "0"},
        "csv": {"format": "csv"},
        "phone": {"base": "{}", "phone": "02 54 00 00 00"},
        "base-turnover": {"base": '{"turnover": 1300000}'},
        "base-department": {"base": '{"department": "DRH"}'},
        "sign": {"base": "{}", "sign": "Écluse"},
        "email": {"base": "{}", "email": "e.brossard@ecluses.example"},
        "columns": {"columns": "city", "keep": "1"},
        "unshared": {"key": ""},
        "columns-of-contacts": {"columns": "email", "keep": "1"},
        "checked": company,
        "checked-of-contacts": contact,
        "checked-tag": company | tag,
        "checked-tag-of-contacts": contact | tag,
        "checked-own-tag": company | {"tag_text": "Partenaire actif"},
        "checked-sector": company | {"sector_id": "1"},
        "checked-clear": company | clear,
        "checked-clear-of-contacts": contact | clear,
        "checked-file": company | {"format": "csv"},
        "checked-file-of-contacts": contact | {"format": "csv"},
        "checked-trashed": key | {"ids": str(trashed)},
        "sector": {"label": "Horlogerie"},
        "role": {"name": "Autre rôle"},
        "stale-place": {"latitude": "47,39", "longitude": "0,69"},
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever a request commits is taken back, so that each cell starts from the same base."""
    db.session.remove()
    connection: Any = db.engines[None]
    savepoint = connection.begin_nested()
    yield
    db.session.remove()
    savepoint.rollback()


def outcome(client: FlaskClient, context: Context, line: Line) -> str:
    with undone():
        form = context.posted(line) if line.method == "POST" else None
        try:
            response = client.open(context.address(line), method=line.method, data=form)
        except Exception as error:  # What a visitor would see as a 500.
            return f"{type(error).__name__}: {error}"
        is_login = response.status_code == 302 and urlsplit(response.location).path == "/login/"
        response.close()
        return "login" if is_login else str(response.status_code)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_cell_of_the_table(app: Flask, login_as: LoginAs, person: str) -> None:
    context = Context(login_as)
    wrong = []
    for line in LINES:
        client = app.test_client() if person == "anonymous" else login_as(person)
        got = outcome(client, context, line)
        if got != line.expected[person]:
            wrong.append(f"{line}: {got}, not {line.expected[person]}")
    assert not wrong, "\n".join(wrong)


# ---- what a role may not do is not shown

FOLDERS = ("/crm/", "/profile/", "/accounts/", "/users/", "/roles/", "/reference/")
PAGES = [
    line
    for line in LINES
    if line.method == "GET"
    and (line.address == "/" or line.address.startswith(FOLDERS))
    and "/pick" not in line.address
]


class Ways(HTMLParser):
    """What a page offers to do: addresses to open, addresses to post to, actions on rows."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: set[str] = set()
        self.posted: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.opened.add(given["href"])
        if tag == "form":
            known = self.posted if given.get("method") == "post" else self.opened
            known.add(given.get("action", ""))
        self.posted |= {given.get("formaction", ""), given.get("data-bulk-open", "")}
        self.opened.add(given.get("data-bulk-open", ""))
        self.opened.add(given.get("hx-get", ""))

    @classmethod
    def of(cls, html: str) -> Ways:
        found = cls()
        found.feed(html)
        for known in (found.opened, found.posted):
            known -= {"", "#"}  # An empty address is the page's own.
        return found


def offered(person: FlaskClient, context: Context, expected: str) -> Ways:
    """Everything that the pages which this person may open offer."""
    all_ways = Ways()
    for line in PAGES:
        if line.expected[expected] == "200":
            answer = person.get(context.address(line))
            if answer.mimetype != "text/html":
                continue  # A picture offers nothing.
            ways = Ways.of(answer.text)
            all_ways.opened |= ways.opened
            all_ways.posted |= ways.posted
    return all_ways


def status(person: FlaskClient, method: str, address: str, **form: Any) -> int:
    with undone():
        response = person.open(address, method=method, data=form or None)
        response.close()
        return response.status_code


@pytest.mark.parametrize("name", PEOPLE[1:])
def test_nothing_that_a_page_offers_is_refused(app: Flask, login_as: LoginAs, name: str) -> None:
    context = Context(login_as)
    person = login_as(name)
    ways = offered(person, context, name)
    # One address of each page: what follows the « ? » asks for the same right.
    opened = {urlsplit(address).path: address for address in sorted(ways.opened)}
    refused = {
        address for address in opened.values() if status(person, "GET", address) in {403, 404, 405}
    }
    ids = {"/crm/companies/": context.filled.company, "/crm/contacts/": context.filled.contact}
    for address in sorted(ways.posted):
        row = next((pk for prefix, pk in ids.items() if address.startswith(prefix)), 0)
        person = login_as(name)  # Some of what is posted signs out.
        if status(person, "POST", address, ids=str(row)) in {403, 404, 405}:
            refused.add(address)
    assert not refused
    assert "/profile/sign-out-everywhere" in ways.posted


# What the pages show → who sees it.
SHOWN = {
    ("/crm/companies/", "Ajouter une entreprise"): {"editor", "manager", "admin"},
    ("/crm/companies/", "Tout exporter"): {"editor", "manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-add_tag"'): {"editor", "manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-remove_tag"'): {"editor", "manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-export"'): {"editor", "manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-trash"'): {"manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-print"'): {"reader", "editor", "manager", "admin"},
    ("/crm/companies/", "data-select-all"): {"reader", "editor", "manager", "admin"},
    ("/crm/contacts/", "Ajouter un contact"): {"editor", "manager", "admin"},
    ("/crm/contacts/", 'id="bulk-do-trash"'): {"manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-set_sector"'): {"editor", "manager", "admin"},
    ("/crm/companies/", 'id="bulk-do-verify"'): {"editor", "manager", "admin"},
    ("/crm/contacts/", 'id="bulk-do-set_company"'): {"editor", "manager", "admin"},
    ("/crm/companies/", "/jobs/"): {"reader", "editor", "manager", "admin"},
    ("/crm/companies/{company}/", "Modifier"): {"editor", "manager", "admin"},
    ("/crm/companies/{company}/", "Ajouter un tag"): {"editor", "manager", "admin"},
    ("/crm/companies/{company}/", "/tags/{tag}/remove"): {"editor", "manager", "admin"},
    ("/crm/companies/{company}/", "Imprimer"): {"reader", "editor", "manager", "admin"},
    ("/crm/companies/{company}/contacts", "Ajouter un contact"): {"editor", "manager", "admin"},
    ("/crm/contacts/{contact}/", "Modifier"): {"editor", "manager", "admin"},
    ("/crm/contacts/{contact}/", "/tags/{contact_tag}/remove"): {"editor", "manager", "admin"},
    ("/crm/tags/", "Ajouter un tag"): {"editor", "manager", "admin"},
    ("/crm/tags/", 'Modifier<span class="visually-hidden">'): {"manager", "admin"},
    ("/crm/tags/", "Supprimer"): {"manager", "admin"},
    ("/accounts/{student}/", "Modifier le compte"): {"admin"},
    ("/crm/companies/", "Gestion des tags"): {"reader", "editor", "manager", "admin"},
    ("/crm/companies/", "/crm/bin/"): {"editor", "manager", "admin"},
    ("/crm/companies/", "/users/list/"): {"admin"},
    ("/crm/companies/", "/reference/sectors/list/"): {"admin"},
    ("/profile/", "Administration"): {"reader", "editor", "manager", "admin"},
    ("/profile/", "data-palette"): {"reader", "editor", "manager", "admin"},
}  # fmt: skip


def test_a_button_is_shown_to_those_who_may_use_it_and_to_no_other(login_as: LoginAs) -> None:
    context = Context(login_as)
    wrong = []
    for name in PEOPLE[1:]:
        person = login_as(name)
        pages = {page: person.get(page.format(**context.names)) for page, _ in SHOWN}
        for (page, words), people in SHOWN.items():
            seen = words.format(**context.names) in pages[page].text.partition("<body")[2]
            if seen != (name in people):
                wrong.append(f"{page}: {words} is {'' if seen else 'not '}shown to {name}")
    assert not wrong, "\n".join(wrong)


# ---- CSRF

KINDS = {
    "a form": {"data": {"ids": "1"}},
    "JSON": {"json": {"ids": "1"}},
    "text": {"data": "ids=1", "content_type": "text/plain"},
    "parts": {"data": {"ids": "1"}, "content_type": "multipart/form-data"},
}


@pytest.fixture
def csrf(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


@pytest.mark.usefixtures("csrf")
def test_what_changes_something_is_refused_without_a_token(login_as: LoginAs) -> None:
    context = Context(login_as)
    admin = login_as("admin")
    wrong = []
    for line in LINES:
        if line.method in SAFE:
            continue
        for kind, sent in KINDS.items():
            got = admin.open(context.address(line), method=line.method, **sent).status_code
            # The sign-in of programs takes no cookie: a page elsewhere gains nothing there.
            allowed = {400, 401} if line.address.startswith("/api/v1/security/") else {400}
            if got not in allowed:
                wrong.append(f"{line} as {kind}: {got}")
    assert not wrong, "\n".join(wrong)
    assert (
        db.session.scalar(select(Company.trashed_at).where(Company.id == context.filled.company))
        is None
    )


@pytest.mark.usefixtures("csrf")
def test_with_the_token_of_the_page_a_post_passes(login_as: LoginAs) -> None:
    admin = login_as("admin")
    page = admin.get("/crm/companies/new").text
    form = form_with(page, "key", name="Avec jeton", siren=new_siren())
    assert admin.post("/crm/companies/new", data=form).status_code == 303
    stolen = {"csrf_token": form["csrf_token"]}  # A token is its session's.
    assert login_as("manager").post("/profile/sign-out-everywhere", data=stolen).status_code == 400
