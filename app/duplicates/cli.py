"""Commands about duplicates."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.core.rules import Refused
from app.duplicates.modules import MODULES
from app.duplicates.scan import ask_scan
from app.extensions import db

duplicates_group = AppGroup("duplicates", help="Records that may be the same.")


@duplicates_group.command("scan")
@click.option("--module", type=click.Choice(list(MODULES)), help="One module; else all.")
def scan_command(module: str | None) -> None:
    """Have the workers look for duplicates; for the night's cron."""
    for name in [module] if module else list(MODULES):
        try:
            job = ask_scan(name, by=None)
        except Refused as refusal:
            click.echo(f"{name}: {refusal.message}")
            db.session.rollback()
            continue
        number = job.id
        db.session.commit()
        click.echo(_("Recherche demandée\u00a0: traitement %(number)s.", number=number))
