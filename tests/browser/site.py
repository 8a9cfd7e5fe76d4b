"""The product as people meet it: the whole application on a port of this machine, filled with the
demonstration, for the tests that drive a browser and for the pictures of the README."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.accounts.security import EPOCH, SIGNED_IN_AT
from app.core.db import utcnow
from app.demo.cli import fill
from app.extensions import db
from tests.conftest import PASSWORD, account_named, migrate, settings

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Site:
    """A running Passerelle."""

    app: Flask
    url: str
    password: str = PASSWORD

    def cookie_of(self, username: str) -> dict[str, str]:
        """The session cookie that a sign-in would have given, as a browser keeps it."""
        name = str(self.app.config["SESSION_COOKIE_NAME"])
        client = self.app.test_client()
        with self.app.app_context():
            account = account_named(username)
            values = {
                "_user_id": str(account.id),
                "_fresh": True,
                EPOCH: account.session_epoch,
                SIGNED_IN_AT: int(utcnow().timestamp()),
            }
            db.session.remove()
        with client.session_transaction() as session:
            session.update(values)
        cookie = client.get_cookie(name)
        assert cookie is not None
        return {"name": name, "value": cookie.value, "url": self.url}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """A run of tests asks for thousands of files."""


def _application(folder: Path) -> Flask:
    """With what the product really has: CSRF, and pages for unexpected errors."""
    logging.getLogger("flask_appbuilder").setLevel(logging.ERROR)
    url = f"sqlite:///{folder / 'site.sqlite'}"
    return create_app(settings(url, folder, TESTING=False, WTF_CSRF_ENABLED=True))


def fill_demo(folder: Path) -> None:
    """Make a base with the demonstration in the folder; nothing of it stays open."""
    folder.mkdir(parents=True, exist_ok=True)
    app = _application(folder)
    migrate(app)
    with app.app_context():
        fill(PASSWORD)
        db.session.remove()
        db.engine.dispose()
    with closing(sqlite3.connect(folder / "site.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def running_site(folder: Path, filled: Path) -> Iterator[Site]:
    """Serve a copy of the base that fill_demo() made."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(filled / "site.sqlite", folder / "site.sqlite")
    shutil.copytree(filled / "images", folder / "images")
    app = _application(folder)
    server = make_server(HOST, 0, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(app, f"http://{HOST}:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()
