"""Command: flask places locate."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.queries import is_administrator
from app.core.formats import format_number
from app.extensions import db
from app.places.geocoder import geocoder
from app.places.locating import ask_locating
from app.places.queries import sites_to_locate

places_group = AppGroup("places", short_help="Positions of establishments.")


@places_group.command("locate")
@click.argument("username")
@with_appcontext
def locate_command(username: str) -> None:
    """Have the address service asked about each site that is placed no better than its commune.

    USERNAME is the administrator who asks: the history says so. The work is a job, done by
    « flask work » or by the worker beside « make run ». Streets, postal codes and towns are sent.
    """
    account = db.session.scalars(select(Account).where(Account.username == username)).first()
    if account is None or not account.is_active or not is_administrator(account):
        raise click.ClickException(_("Ce compte n’est pas celui d’un administrateur actif."))
    if geocoder() is None:
        raise click.ClickException(_("Aucun service d’adresses n’est réglé."))
    ids = sites_to_locate()
    if not ids:
        click.echo(_("Aucune adresse à situer."))
        return
    ask_locating(ids, by=account)
    db.session.commit()
    if len(ids) == 1:
        click.echo(_("1 adresse sera située par le prochain traitement."))
    else:
        click.echo(
            _(
                "%(n)s adresses seront situées par le prochain traitement.",
                n=format_number(len(ids)),
            )
        )
