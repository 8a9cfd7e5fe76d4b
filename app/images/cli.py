"""Commands about the pictures' store."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.extensions import db
from app.images import store
from app.images.models import Image
from app.images.operations import forget_unused

images_group = AppGroup("images", help="Logos and photos.")


@images_group.command("collect")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def collect_command(dry_run: bool) -> None:
    """Remove pictures that nobody bears any more; exit with 1 when files are missing."""
    gone = forget_unused()
    db.session.rollback() if dry_run else db.session.commit()
    strays = store.strays(set(_known()) - set(gone))
    files = len(strays) if dry_run else store.sweep(strays)
    click.echo(_said(len(gone), files, dry_run))
    missing = [sha256 for sha256 in _known() if store.missing(sha256)]
    if not missing:
        return
    click.echo(
        ngettext(
            "%(num)s image a perdu un fichier : restaurez une sauvegarde du dossier, puis lancez « flask doctor --fix ».",
            "%(num)s images ont perdu un fichier : restaurez une sauvegarde du dossier, puis lancez « flask doctor --fix ».",
            len(missing),
        ),
        err=True,
    )
    raise click.exceptions.Exit(1)


def _known() -> list[str]:
    return list(db.session.scalars(select(Image.sha256)))


def _said(images: int, files: int, dry_run: bool) -> str:
    if dry_run:
        return _("À retirer : images %(images)s, fichiers %(files)s.", images=images, files=files)
    return _("Retirés : images %(images)s, fichiers %(files)s.", images=images, files=files)
