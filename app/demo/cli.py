"""The commands `flask demo …`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.accounts.operations import sync_security
from app.core.rules import Refused
from app.demo.accounts import SHOWN
from app.demo.load import NotEmpty, load_demo
from app.extensions import db
from app.reference.operations import sync_reference

PASSWORD_SETTING = "PASSERELLE_DEMO_PASSWORD"  # noqa: S105  # The name of a setting.
# Read aloud or copied by hand without mistake: no l, 1, o or 0.
_CLEAR_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"

demo_group = AppGroup("demo", help="The demonstration's data.")


@demo_group.command("load")
@click.option(
    "--password", default="", help=f"Of the demo accounts; else {PASSWORD_SETTING}, else random."
)
def load_command(password: str) -> None:
    """Fill an empty base with real companies and invented people."""
    announce(fill(password))


def fill(password: str = "") -> str:
    """Load the demonstration and commit; return the password of its accounts.

    It is the one given, else that of the settings, else a random one. Raises ClickException
    with a French sentence when the base is not empty or, outside the demonstration, the password
    is too weak.
    """
    password = password or _password_of_settings() or _random_password()
    try:
        sync_security()
        sync_reference()
        load_demo(password)
    except NotEmpty:
        db.session.rollback()
        raise click.ClickException(_not_empty()) from None
    except Refused as refusal:
        db.session.rollback()
        raise click.ClickException(str(refusal.message)) from None
    db.session.commit()
    return password


def announce(password: str) -> None:
    """Print the demo accounts and their password: the only time that it is shown."""
    click.echo(_("Comptes de démonstration\u00a0:"))
    for account in SHOWN:
        click.echo(f"  {account.username:<10} {account.purpose}")
    click.echo(
        _("Leur mot de passe, affiché cette seule fois\u00a0: %(password)s", password=password)
    )


def _not_empty() -> str:
    return _(
        "La base contient déjà des fiches, des comptes ou un historique. La démonstration ne se "
        "charge que dans une base vide\u00a0: indiquez-en une autre par PASSERELLE_DATABASE_URL."
    )


def _password_of_settings() -> str:
    if path := os.environ.get(f"{PASSWORD_SETTING}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip("\r\n")
        except OSError as error:
            raise click.ClickException(f"{PASSWORD_SETTING}_FILE: {error}") from None
    return os.environ.get(PASSWORD_SETTING, "")


def _random_password() -> str:
    groups = ("".join(secrets.choice(_CLEAR_SIGNS) for _sign in range(4)) for _group in range(4))
    return "-".join(groups)
