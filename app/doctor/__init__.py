"""`flask doctor`: whether the base is sound, and repairing what can be worked out again.

What is kept beside (texts, keys, counts) is compared with what the operations compute, record by
record, in chunks: memory does not grow with the base. A repair writes those columns alone: it is
nobody's change, so it leaves the version, the date and the history as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _
from flask_babel import ngettext

from app.doctor import rows, storage
from app.doctor.findings import Finding
from app.extensions import db

# In this order: counts go into completeness, and texts into the search index.
CHECKS: tuple[Callable[[bool], Finding], ...] = (
    storage.check_file,
    storage.check_triggers,
    storage.check_reference,
    storage.check_roles,
    rows.check_head_offices,
    rows.check_strays,
    rows.check_counts,
    rows.check_companies,
    rows.check_contacts,
    rows.check_accounts,
    storage.check_search_index,
    storage.check_images,
)


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Repair counters, texts and indexes.")
@with_appcontext
def doctor_command(fix: bool) -> None:
    """Check the base; exit with 1 when something is wrong and stays so."""
    findings = []
    for finding in examine(fix=fix):
        findings.append(finding)
        click.echo(_line(finding))
    left = sum(finding.is_left for finding in findings)
    if not left:
        click.echo(_("La base est saine."))
        return
    click.echo(ngettext("%(num)s point à corriger.", "%(num)s points à corriger.", left))
    if not fix:
        click.echo(_("« flask doctor --fix » répare les compteurs, les textes et les index."))
    raise click.exceptions.Exit(1)


def _line(finding: Finding) -> str:
    if not finding.problem:
        return f"✓ {finding.title}"
    mark = "✓" if finding.fixed else "✗"
    ending = f" ({_('réparé')})" if finding.fixed else ""
    return f"{mark} {finding.title}\u00a0: {finding.problem}{ending}"


def examine(*, fix: bool = False) -> Iterator[Finding]:
    """Run the checks one after the other; those on rows only when the schema is as they expect."""
    schema = storage.check_schema()
    yield schema
    if schema.is_left:
        return
    for check in CHECKS:
        yield check(fix)
        db.session.commit() if fix else db.session.rollback()
