"""Prepare the base if need be and serve Passerelle on this machine: what `make run` ends with.

Without PASSERELLE_SECRET_KEY, or with a password for the demonstration's accounts, it is the
demonstration: a key of its own if need be, and an empty base is filled with real companies and
invented people. Otherwise it serves a real installation.

Exit status: 2 when a setting is missing or wrong, or when the port is taken; 1 when the base does
not answer.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_babel import gettext as _
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import OperationalError

ROOT = Path(__file__).resolve().parent
HOST = "127.0.0.1"
THREADS = 8
BAD_SETTINGS = 2


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with one process and some threads, which is what SQLite and memory limits want."""

    def __init__(self, application: Flask, port: int) -> None:
        self.application, self.port = application, port
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"{HOST}:{self.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "when_ready": self._say_ready,
            "post_worker_init": self._prepare,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application

    def _prepare(self, _worker: Any) -> None:
        """As app.serving does before the first page."""
        from app.core.collecting import spare_what_stays

        spare_what_stays()
        if memory := self.application.extensions.get("facet_memory"):
            memory.start()

    def _say_ready(self, _arbiter: Any) -> None:
        print(f"Passerelle est prête\u00a0: http://localhost:{self.port}", flush=True)


def main() -> int:
    from config import BadSettings

    choose_demonstration()
    try:
        port = chosen_port()
        check_port_is_free(port)
        application = prepared_application()
    except (BadSettings, PortTaken) as error:
        print(f"Passerelle ne peut pas démarrer. {error}", file=sys.stderr)
        return BAD_SETTINGS
    except click.ClickException as error:
        print(f"Passerelle ne peut pas démarrer. {error.message}", file=sys.stderr)
        return error.exit_code
    except OperationalError as error:
        print(
            f"Passerelle ne peut pas démarrer\u00a0: la base de données ne répond pas. {error.orig}",
            file=sys.stderr,
        )
        return 1
    from app.jobs.beside import Beside

    with Beside(application):  # What takes long is done aside, by a process of its own.
        Server(application, port).run()
    return 0


class PortTaken(Exception):
    """Another program, perhaps another Passerelle, listens on the port."""


def choose_demonstration() -> None:
    """A base beside this file, and the demonstration, unless the settings say otherwise."""
    os.environ.setdefault("PASSERELLE_DATA", str(ROOT / "data"))
    if is_set("PASSERELLE_DEMO_PASSWORD") or not is_set("PASSERELLE_SECRET_KEY"):
        os.environ.setdefault("PASSERELLE_DEMO", "1")


def is_set(name: str) -> bool:
    """A secret is given as it is, or by the name of a file that holds it."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def chosen_port() -> int:
    from config import BadSettings

    port = os.environ.get("PASSERELLE_PORT", "").strip() or "8080"
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
        raise BadSettings(
            f"PASSERELLE_PORT doit être un nombre de 1 à 65535, et non «\u00a0{port}\u00a0»."
        )
    return int(port)


def check_port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"Le port {port} est déjà pris ({error.strerror}). Arrêtez le programme qui "
                "l’utilise, ou choisissez-en un autre\u00a0: PASSERELLE_PORT=8081 make run"
            ) from None


def prepared_application() -> Flask:
    """The application over a base that is up to date; an empty demonstration is filled."""
    from app import create_app
    from app.accounts.operations import sync_security
    from app.demo import cli as demo
    from app.demo.load import is_empty
    from app.extensions import db
    from app.reference.operations import sync_reference

    # What FAB warns of meanwhile (no user yet, a column that it cannot filter) helps nobody here.
    logging.getLogger("flask_appbuilder").setLevel(logging.ERROR)
    application = create_app()
    with application.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        if application.config["DEMO"] and is_empty():
            print(_("Première fois\u00a0: préparation de la base et des données…"), flush=True)
            demo.announce(demo.fill())
        else:
            sync_security()
            sync_reference()
            db.session.commit()
        db.session.remove()
        db.engine.dispose()  # The server's process opens connections of its own.
    logging.getLogger("flask_appbuilder").setLevel(logging.NOTSET)
    return application


if __name__ == "__main__":
    sys.exit(main())
