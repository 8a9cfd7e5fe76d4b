"""What every test has: one application for the run, a transaction that is undone, a cast of
people, and no network."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.models import Account, Category
from app.accounts.security import EPOCH, SIGNED_IN_AT
from app.core.db import utcnow
from app.extensions import db
from app.permissions import Role
from config import FIXED, _engine_options

PASSWORD = "Pont-levis 42 de Blois"
# The cast: username → (role, category).
CAST = {
    "admin": (Role.ADMIN, Category.STAFF),
    "manager": (Role.MANAGER, Category.STAFF),
    "editor": (Role.EDITOR, Category.STAFF),
    "reader": (Role.READER, Category.STAFF),
    "student": (Role.ACCOUNT, Category.STUDENT),
    "graduate": (Role.ACCOUNT, Category.GRADUATE),
}


def settings(url: str, folder: Path, **more: Any) -> dict[str, Any]:
    """The product's own settings, on a test database."""
    return {
        **FIXED,
        "TESTING": True,
        "SECRET_KEY": "key of the tests, as long as it must be",
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(url),
        "TRUSTED_HOSTS": ["localhost", "127.0.0.1"],
        "RATELIMIT_STORAGE_URI": "memory://",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "WTF_CSRF_ENABLED": False,
        "SESSION_COOKIE_SECURE": False,
        "SESSION_COOKIE_NAME": "passerelle",
        "HTTPS": False,
        "PROXIES": 0,
        "DATA_FOLDER": folder,
        "IMAGE_FOLDER": folder / "images",
        "DEMO": False,
        "VERIFIED_DAYS": 365,
        "SCHOOL": "l’école",
        # Nothing outside; tests about it name servers of their own, on this machine.
        "TILES_URL": None,
        "TILES_ATTRIBUTION": "© IGN",
        "GEOCODER_URL": None,
        **more,
    }


def _asks_for_a_database(item: pytest.Item) -> bool:
    makes_one = any(hasattr(item.module, name) for name in ("database_url", "filled_url"))  # type: ignore[attr-defined]
    if makes_one or item.get_closest_marker("own_database"):
        return True
    return not {"app", "own_base"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for no database says the same on both: one run of it is enough."""
    for item in items:
        if not _asks_for_a_database(item):
            item.add_marker("no_database")


def pytest_runtest_setup(item: pytest.Item) -> None:
    WITHOUT.set(item.get_closest_marker("no_database") is not None)


WITHOUT: ContextVar[bool] = ContextVar("whether the test in hand runs without a database")


def database_url(folder: Path, name: str) -> str:
    """A fresh database: on the server that the run was given, else a file."""
    assert not WITHOUT.get(False), (
        "marked as a test without a database: it would not run on PostgreSQL"
    )
    if server := os.environ.get("PASSERELLE_TEST_DATABASE_URL"):
        from tests.postgres import create_database

        return create_database(server, name)
    return f"sqlite:///{folder / f'{name}.sqlite'}"


def filled_url(folder: Path, name: str) -> str:
    """A fresh database with the schema, the rights and the reference lists, in a folder that
    pytest made for the test: a copy of one that all the parallel workers share."""
    shared = folder.parents["PYTEST_XDIST_WORKER" in os.environ] / "filled"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            _fill_shared(shared)
            (shared / "done").touch()
    return _copy_of_shared(shared, folder, name)


def _fill_shared(shared: Path) -> None:
    """FAB writes the rights row by row, each with a commit: seconds, which only one test pays."""
    from app.accounts.operations import sync_security
    from app.reference.operations import sync_reference

    application = create_app(settings(database_url(shared, "filled"), shared))
    migrate(application)
    with application.app_context():
        sync_security()
        sync_reference()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()  # SQLite puts all into the one file, PostgreSQL lets it be copied.


def _copy_of_shared(shared: Path, folder: Path, name: str) -> str:
    if server := os.environ.get("PASSERELLE_TEST_DATABASE_URL"):
        from tests.postgres import DATABASE_PREFIX, create_database

        return create_database(server, name, template=f"{DATABASE_PREFIX}filled")
    assert not (shared / "filled.sqlite-wal").exists(), "a connection to what is copied is open"
    shutil.copy(shared / "filled.sqlite", folder / f"{name}.sqlite")
    return f"sqlite:///{folder / f'{name}.sqlite'}"


def migrate(app: Flask) -> None:
    """The schema as an installation gets it: by the migrations."""
    from flask_migrate import upgrade

    with app.app_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        upgrade(directory=str(Path(__file__).parents[1] / "migrations"))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """One application and one database for the whole run, with rights, reference data, cast."""
    folder = tmp_path_factory.mktemp("data")
    application = create_app(settings(filled_url(folder, f"suite_{worker_id}"), folder))
    application.test_client_class = Browser
    with application.app_context():
        for username, (role, category) in CAST.items():
            add_account(username, role, category)
        db.session.commit()
    gc.freeze()  # The application stays: a collection need not look at it, hundreds of times.
    yield application
    with application.app_context():
        db.engine.dispose()


def add_account(username: str, role: Role | None, category: Category) -> Account:
    from flask import current_app
    from werkzeug.security import generate_password_hash

    manager = current_app.appbuilder.sm  # type: ignore[attr-defined]
    account = Account(
        username=username,
        first_name=username.capitalize(),
        last_name="Exemple",
        email=f"{username}@ecole.example",
        category=category,
        active=True,
        # One cheap round: the cost of a password is tested where it matters.
        password=generate_password_hash(PASSWORD, method="pbkdf2:sha256:1"),
    )
    account.roles = [manager.find_role(role)] if role is not None else []
    db.session.add(account)
    db.session.flush()
    return account


@pytest.fixture(autouse=True)
def rolled_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test works in a transaction that is undone, whatever the code under test commits."""
    if "app" not in request.fixturenames:
        yield
        return
    application: Flask = request.getfixturevalue("app")
    with application.app_context():
        engines = db.engines
        engine = engines[None]
        connection = engine.connect()
        connection.name = engine.name  # type: ignore[attr-defined]  # FAB asks its bind for it.
        outer = connection.begin()
        engines[None] = connection  # type: ignore[assignment]
        yield
        db.session.remove()
        outer.rollback()
        connection.close()
        engines[None] = engine
    # The jobs that they came of are no more.
    shutil.rmtree(application.config["DATA_FOLDER"] / "printed", ignore_errors=True)


class Browser(FlaskClient):
    """Each request has an application context of its own, as on a server: `g` is not shared."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def login_as(app: Flask) -> Callable[[str], FlaskClient]:
    """A client signed in as one of the cast (by the session that a sign-in makes)."""

    def signed_in(username: str) -> FlaskClient:
        person = app.test_client()
        sign_in(person, account_named(username))
        return person

    return signed_in


def sign_in(person: FlaskClient, account: Account) -> None:
    """What a sign-in leaves in the session."""
    with person.session_transaction() as session:
        session.update(
            {
                "_user_id": str(account.id),
                "_fresh": True,
                EPOCH: account.session_epoch,
                SIGNED_IN_AT: int(utcnow().timestamp()),
            }
        )


def account_named(username: str) -> Account:
    return db.session.query(Account).filter_by(username=username).one()


@pytest.fixture
def admin(app: Flask) -> Account:
    return account_named("admin")


@pytest.fixture
def manager(app: Flask) -> Account:
    return account_named("manager")


@pytest.fixture
def editor(app: Flask) -> Account:
    return account_named("editor")


@pytest.fixture
def reader(app: Flask) -> Account:
    return account_named("reader")


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of the parallel worker; one run alone is its own."""
    return getattr(request.config, "workerinput", {}).get("workerid", "alone")


@pytest.fixture(scope="session")
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is tested speaks to anything but this machine."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)
