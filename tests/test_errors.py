"""What a person and a program read when something goes wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import TooManyRequests

from app import create_app
from app.core.text import clean_line
from app.errors import PAGES
from app.extensions import db
from tests.conftest import Browser, database_url, settings
from tests.factories import make_company

LoginAs = Callable[[str], FlaskClient]
SECRET = "mot-de-passe-de-la-base"
HUGE = 10**20
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
PROGRAM = {"Accept": "application/json"}


def fail(kind: str) -> ResponseReturnValue:
    """A view in which something goes wrong."""
    if kind.isdecimal():
        abort(int(kind))
    errors: dict[str, Exception] = {
        "unexpected": RuntimeError(SECRET),
        "conflict": IntegrityError("INSERT", {}, Exception(SECRET)),
        "stale": StaleDataError(SECRET),
        "limited": TooManyRequests(retry_after=7),
    }
    raise errors[kind]


def drop_connection() -> ResponseReturnValue:
    """The database goes away in the middle of a request."""
    if db.engine.dialect.name == "postgresql":
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        other = create_engine(db.engine.url)
        with other.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        other.dispose()
    else:
        db.session.connection().exec_driver_sql("SELECT 1 FROM a_table_that_went_away")
    db.session.scalar(text("SELECT 1"))
    return "unreachable"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """The application as it is served: nothing is raised to the tests."""
    folder = tmp_path_factory.mktemp("live")
    url = database_url(folder, f"errors_{worker_id}")
    own = create_app(settings(url, folder, TESTING=False))
    own.test_client_class = Browser
    own.add_url_rule("/fail/<kind>", view_func=fail)
    own.add_url_rule("/drop", view_func=drop_connection)
    yield own
    with own.app_context():
        db.engine.dispose()


@pytest.fixture
def visitor(live: Flask) -> FlaskClient:
    return live.test_client()


def words(html: str) -> str:
    """What is read of a page, or of a label, with plain spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<body")[2] or html).split())


@pytest.mark.parametrize("code", sorted(PAGES))
def test_each_page_says_in_french_what_happened_and_what_to_do(
    visitor: FlaskClient, live: Flask, code: int
) -> None:
    response = visitor.get(f"/fail/{code}")
    assert response.status_code == code
    assert response.mimetype == "text/html"
    assert '<html lang="fr">' in response.text
    with live.test_request_context():
        title, advice = words(str(PAGES[code].title)), words(str(PAGES[code].advice))
    shown = words(response.text)
    assert title in shown
    assert advice in shown
    assert re.search(rf"<title>\s*{re.escape(title)}", response.text)
    assert f"Erreur {code}" in shown
    assert re.search(r"<code>[0-9a-f]{8}</code>", response.text)
    assert clean_line(advice).endswith(".")


def test_the_pages_are_those_that_the_product_needs() -> None:
    assert set(PAGES) == {400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503}


@pytest.mark.parametrize("code", sorted(PAGES))
def test_a_program_gets_problem_json(visitor: FlaskClient, live: Flask, code: int) -> None:
    response = visitor.get(f"/fail/{code}", headers=PROGRAM)
    assert response.status_code == code
    assert response.mimetype == "application/problem+json"
    body = response.get_json(force=True)
    assert set(body) == {"status", "title", "detail", "reference"}
    assert body["status"] == code
    with live.test_request_context():
        assert body["title"] == str(PAGES[code].title)


@pytest.mark.parametrize("code", [403, 404, 500])
def test_a_popup_gets_a_popup(visitor: FlaskClient, code: int) -> None:
    response = visitor.get(f"/fail/{code}", headers=DIALOG)
    assert response.status_code == code
    assert 'id="dialog-title"' in response.text
    assert "<html" not in response.text


def test_a_status_without_a_page_of_its_own_gets_a_fitting_one(visitor: FlaskClient) -> None:
    assert visitor.get("/fail/418").status_code == 418
    assert "n’est pas valable" in visitor.get("/fail/418").text
    assert visitor.get("/fail/502").status_code == 502
    assert "de notre côté" in visitor.get("/fail/502").text


def test_an_unexpected_error_tells_nothing_but_its_number(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="app.errors"):
        response = visitor.get("/fail/unexpected")
    assert response.status_code == 500
    for told in (SECRET, "Traceback", "RuntimeError", "site-packages", ".py"):
        assert told not in response.text
    number = re.findall(r"<code>([0-9a-f]{8})</code>", response.text)[0]
    assert number in caplog.text  # So that who keeps the server finds the error again.
    assert SECRET in caplog.text


@pytest.mark.parametrize("kind", ["conflict", "stale"])
def test_two_people_at_once_is_409(visitor: FlaskClient, kind: str) -> None:
    response = visitor.get(f"/fail/{kind}")
    assert response.status_code == 409
    assert SECRET not in response.text


def test_too_many_tries_say_when_to_come_back(visitor: FlaskClient) -> None:
    response = visitor.get("/fail/limited")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"


def test_a_wrong_method_says_which_are_right(visitor: FlaskClient) -> None:
    response = visitor.put("/login/")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_too_much_at_once_is_413(visitor: FlaskClient) -> None:
    assert visitor.post("/login/", data={"username": "a" * 17 * 1024 * 1024}).status_code == 413
    kind = "multipart/form-data; boundary=x"
    response = visitor.post("/login/", data=b"a" * 17 * 1024 * 1024, content_type=kind)
    assert response.status_code == 413
    assert "16 Mo" in response.text


def test_a_dropped_connection_is_503_and_the_next_request_works(visitor: FlaskClient) -> None:
    response = visitor.get("/drop")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "momentanément indisponible" in response.text
    assert "SELECT" not in response.text
    assert visitor.get("/login/").status_code == 200


def test_a_database_that_is_not_there_is_503(
    tmp_path: Path, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSERELLE_TEST_DATABASE_URL", raising=False)
    folder = tmp_path / "gone"
    folder.mkdir()
    own = create_app(settings(database_url(folder, "gone"), folder, TESTING=False))
    own.test_client_class = Browser
    with own.app_context():
        db.engine.dispose()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    form = {"username": "admin", "password": "Pont-levis 42 de Blois"}
    response = own.test_client().post("/login/", data=form)
    assert response.status_code == 503
    assert "admin" not in response.text


# ---- numbers that no record can bear


def numbered(app: Flask) -> list[tuple[str, str]]:
    """Each route that takes the id of a record, with an id beyond every column."""
    found = []
    for rule in app.url_map.iter_rules():
        if "pk" not in rule.arguments:
            continue
        values: dict[str, Any] = dict.fromkeys(rule.arguments, HUGE)
        values |= {"tab": "history"} if "tab" in values else {}
        values |= {"name": "resetpasswords"} if "name" in values else {}
        values |= {"size": "small"} if "size" in values else {}
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        found += [(method, address) for method in sorted(methods)]
    return found


def test_an_id_that_no_column_can_hold_names_no_record(app: Flask, login_as: LoginAs) -> None:
    routes = numbered(app)
    assert len(routes) > 40
    wrong = {}
    for method, address in routes:
        status = login_as("admin").open(address, method=method).status_code
        # Screens without actions refuse all of them, whatever they are asked about.
        refused = "/action/" in address and "/users/" not in address
        if status != (403 if refused else 404):
            wrong[method, address] = status
    assert not wrong


@pytest.mark.parametrize("pk", ["0", "-1", "1.5", "²", "abc", "1 OR 1=1", "%00"])
def test_neither_does_what_is_no_number(login_as: LoginAs, pk: str) -> None:
    for folder in ("/crm/companies", "/crm/contacts", "/users/show", "/roles/show", "/accounts"):
        response = login_as("admin").get(f"{folder}/{pk}", follow_redirects=True)
        assert response.status_code == 404


WRONG_ADDRESSES = (
    f"/crm/companies/?page={HUGE}", "/crm/companies/?page=0", "/crm/companies/?page=x",
    f"/crm/companies/?size={HUGE}", "/crm/companies/?size=26", "/crm/companies/?sort=password",
    "/crm/companies/?sort=name;drop", f"/crm/companies/?sector={HUGE}", "/crm/companies/?tag=x",
    "/crm/companies/?contacts=some", "/crm/companies/?q=" + "a" * 201,
    f"/crm/contacts/?company={HUGE}", "/crm/contacts/?consent=maybe", "/crm/tags/?module=x",
    "/crm/pick/tag?module=x", "/crm/pick/naf?q=a&nomenclature=x",
    f"/users/list/?page_AccountAdmin={HUGE}", "/users/list/?psize_AccountAdmin=1000000",
    "/users/list/?_oc_AccountAdmin=password&_od_AccountAdmin=asc", "/users/list/?_flt_0_password=s",
    f"/resetpassword/form?pk={HUGE}", "/profile/?x=1",
)  # fmt: skip


@pytest.mark.parametrize("address", WRONG_ADDRESSES, ids=lambda address: address[:60])
def test_an_address_that_a_page_does_not_know_is_400(login_as: LoginAs, address: str) -> None:
    response = login_as("admin").get(address)
    assert response.status_code == 400
    assert "Traceback" not in response.text


def test_a_history_is_not_asked_from_nowhere(login_as: LoginAs) -> None:
    company = make_company()
    for before in ("x", "-1", str(HUGE)):
        address = f"/crm/companies/{company.id}/history?before={before}"
        assert login_as("admin").get(address).status_code == 400


def test_nobody_reads_what_they_may_not_in_an_error_page(login_as: LoginAs) -> None:
    company = make_company(name="Entreprise confidentielle")
    response = login_as("student").get(f"/crm/companies/{company.id}/")
    assert response.status_code == 403
    assert "confidentielle" not in response.text
    assert "demandez-le à un administrateur" in response.text
