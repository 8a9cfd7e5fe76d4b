"""The commands under `flask`."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import gettext as _

from app.accounts.cli import create_admin_command, sync_security_command
from app.extensions import db


@click.command("sync-reference")
@with_appcontext
def sync_reference_command() -> None:
    """Bring the reference lists in the database to those of this release."""
    from app.reference.operations import sync_reference

    written = sync_reference()
    db.session.commit()
    for table, count in written.items():
        click.echo(f"{table}: {count}")
    click.echo(_("Les listes de référence sont à jour."))


def init_app(app: Flask) -> None:
    from app.bin.cli import bin_group
    from app.demo.cli import demo_group
    from app.doctor import doctor_command
    from app.duplicates.cli import duplicates_group
    from app.images.cli import images_group
    from app.jobs.cli import work_command
    from app.places.cli import places_group

    for command in (
        create_admin_command,
        sync_security_command,
        sync_reference_command,
        bin_group,
        demo_group,
        doctor_command,
        duplicates_group,
        images_group,
        places_group,
        work_command,
    ):
        app.cli.add_command(command)
