"""Commands about accounts and rights."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from app.accounts.models import Category
from app.accounts.operations import AccountValues, create_account, sync_security
from app.core.errors import InvalidValue
from app.core.rules import Refused
from app.core.text import clean_line
from app.core.web import parse_email
from app.extensions import db
from app.permissions import Role

PASSWORD_SETTING = "PASSERELLE_ADMIN_PASSWORD"  # noqa: S105  # The name of a setting.


@click.command("sync-security")
@with_appcontext
def sync_security_command() -> None:
    """Bring roles and rights in the database to what this release says."""
    sync_security()
    db.session.commit()
    click.echo(_("Les rôles et les droits sont à jour."))


@click.command("create-admin")
@click.option("--username", prompt=True)
@click.option("--email", prompt=True)
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@with_appcontext
def create_admin_command(username: str, email: str, first_name: str, last_name: str) -> None:
    """Make an administrator's account.

    The password comes from PASSERELLE_ADMIN_PASSWORD, from the file that
    PASSERELLE_ADMIN_PASSWORD_FILE names, or is asked.
    """
    try:
        values = AccountValues(
            username=clean_line(username),
            email=parse_email(email),
            first_name=clean_line(first_name),
            last_name=clean_line(last_name),
            category=Category.STAFF,
            roles=(Role.ADMIN,),
        )
        account = create_account(values, _password(), by=None)
    except (InvalidValue, Refused) as refusal:
        db.session.rollback()
        raise click.ClickException(str(refusal.message)) from None
    db.session.commit()
    click.echo(_("Le compte administrateur « %(name)s » est créé.", name=account.username))


def _password() -> str:
    if path := os.environ.get(f"{PASSWORD_SETTING}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip("\r\n")
    if password := os.environ.get(PASSWORD_SETTING):
        return password
    if not sys.stdin.isatty():
        raise click.ClickException(_("Il manque le mot de passe : donnez %(name)s.", name=PASSWORD_SETTING))  # fmt: skip
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
