"""Commands about the bin."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.bin.kinds import HELD
from app.bin.purging import due, next_due, purge_part
from app.core.formats import format_number
from app.extensions import db

bin_group = AppGroup("bin", help="The bin.")


@bin_group.command("empty")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def empty_command(dry_run: bool) -> None:
    """Remove for good what has been in the bin for 30 days; what the workers do every day."""
    if dry_run:
        click.echo(_("À supprimer définitivement : %(n)s.", n=format_number(_waiting())))
        return
    gone = 0
    while (batch_id := next_due()) is not None:
        gone += purge_part(batch_id, by=None)
        db.session.commit()
    click.echo(_("Supprimés définitivement : %(n)s.", n=format_number(gone)))


def _waiting() -> int:
    counts = [
        db.session.scalar(select(func.count()).where(model.trash_batch_id.in_(due())))
        for model in HELD.values()
    ]
    return sum(count or 0 for count in counts)
