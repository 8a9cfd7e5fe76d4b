"""Everything in one command: each size on each database, and other products where they are prepared.

    python -m bench.run FOLDER                                  # the product alone, on SQLite
    python -m bench.run FOLDER --postgres postgresql://postgres@127.0.0.1:5544
    python -m bench.run FOLDER --postgres … --harness DIR --prepared DIR --sizes 100000,1000000

FOLDER keeps the bases, by size, engine and schema: a second run measures at once, and a changed
schema makes new ones. With --harness (a measuring harness for several products; see README.md) the
product and those peers whose bases lie in --prepared are measured by that one program, in turn; else
bench.measure, bench.heavy and bench.exports measure the product. The report goes to FOLDER/report.md
and to standard output. What fails is told in the report and does not stop the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.assets import fingerprint
from bench.measure import ROOT, machine

ORDER = (
    "list_first", "list_middle", "sort_name", "search_common", "search_rare", "search_unaccented",
    "search_fragment", "search_siren", "filter_tag_sector", "open_company", "open_contact_form",
    "autocomplete", "edit_save", "mixed", "export_csv", "export_xlsx",
)  # fmt: skip
SIZES = "10000,100000,1000000"
LONGEST = 4 * 3600
# Peer of the harness, its environment among the prepared, how its bases are named there.
PEERS = (
    ("django_admin", "dj", "p{size}"),
    ("django_admin-tuned", "dj", "pt{size}"),
    ("fab", "fab", "pt{size}"),
)


@dataclass(frozen=True)
class Base:
    """A base of the product: `where` is a file's path or the name of a database."""

    engine: str
    size: int
    where: str
    url: str

    @property
    def title(self) -> str:
        name = "PostgreSQL" if self.engine == "pg" else "SQLite"
        return f"{self.size:,} companies and as many contacts, {name}"


@dataclass(frozen=True)
class Run:
    """What the command line asks."""

    folder: Path
    postgres: str
    harness: Path | None
    prepared: Path | None
    arguments: tuple[str, ...]

    @property
    def results(self) -> Path:
        return self.folder / "results.jsonl"

    def bases(self, sizes: Iterable[int], engines: Iterable[str]) -> Iterator[Base]:
        schema = fingerprint(ROOT / "migrations" / "versions")[:8]
        for size in sizes:
            for engine in engines:
                name = f"passerelle_{size}_{schema}"
                if engine == "sqlite":
                    path = str(self.folder / f"{name}.sqlite")
                    yield Base(engine, size, path, f"sqlite:///{path}")
                else:
                    url = make_url(self.postgres).set(database=name)
                    yield Base(engine, size, name, url.render_as_string(hide_password=False))

    def environment(self, base: Base) -> dict[str, str]:
        return {
            **os.environ,
            "PASSERELLE_DATA": str(self.folder / "data"),
            "PASSERELLE_DATABASE_URL": base.url,
            "PASSERELLE_DEMO": "1",
        }

    def python(self, base: Base, *command: str) -> str:
        """What a module of ours prints. Raises CalledProcessError."""
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=self.environment(base), text=True,
            stdout=subprocess.PIPE, timeout=LONGEST, check=False,
        )  # fmt: skip
        # bench.measure ends with 1 where an operation is slow, which is a result.
        if done.returncode not in {0, 1} or not done.stdout:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
        return done.stdout


# ---- bases


def prepare(run: Run, base: Base) -> None:
    """Make the base where it is not there, from the harness's files where they are."""
    mark = run.folder / f"{Path(base.where).stem}-{base.engine}.ready"
    if mark.exists():
        return
    _empty(run, base)
    files = run.prepared / "data" / str(base.size) if run.prepared else None
    if files is not None and (files / "company.csv").exists():
        run.python(base, "bench.load", str(files))
    elif run.harness is None:
        run.python(base, "bench.generate", str(base.size))
    else:
        raise FileNotFoundError(f"{files}: the harness's files of this size are not there")
    mark.touch()


def _empty(run: Run, base: Base) -> None:
    """What a run that was broken off has left is made anew."""
    if base.engine == "sqlite":
        for left in run.folder.glob(f"{Path(base.where).name}*"):
            left.unlink()
        return
    engine = create_engine(run.postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{base.where}"'))
        connection.execute(text(f'CREATE DATABASE "{base.where}" TEMPLATE template0'))
    engine.dispose()


# ---- measuring


def alone(run: Run, base: Base) -> str:
    """The product's own programs, one after the other."""
    parts = [("bench.measure",), ("bench.heavy",), ("bench.exports", "--columns", "few")]
    return "\n\n".join(run.python(base, *command).strip() for command in parts)


def beside(run: Run, base: Base) -> str:
    """The product and the peers that are prepared, each in turn, by the harness."""
    if run.harness is None or run.prepared is None:
        raise ValueError("a harness, and the folder that it has prepared")
    harness = _copied(run.harness, run.folder / "harness")
    # A worker is what a core can do; the product reads what it keeps in memory before it is asked.
    asked = [("passerelle", sys.executable, f"{base.engine}:{base.where}"), *_peers(run, base)]
    for peer, python, where in asked:
        command = [sys.executable, "measure.py", peer, str(base.size), where, "--python", python,
                   "--out", str(run.results), "--data", str(run.prepared / "data"),
                   "--skip", "import_10000,import_100000", "--imports", "", *run.arguments]  # fmt: skip
        environment = {**run.environment(base), "BENCH_WORK": str(run.prepared)}
        with (run.folder / "harness.log").open("a") as log:
            subprocess.run(command, cwd=harness, env=environment, stdout=log,
                           stderr=subprocess.STDOUT, timeout=LONGEST, check=False)  # fmt: skip
    return table(run.results, base)


def _copied(harness: Path, into: Path) -> Path:
    """The harness, with what it needs to know of the product: its own folder stays as it is."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(harness, into, copy_function=shutil.copyfile)
    folder = into / "peers" / "passerelle"
    folder.mkdir()
    (folder / "adapter.py").symlink_to(ROOT / "bench" / "adapter.py")
    return into


def _peers(run: Run, base: Base) -> Iterator[tuple[str, str, str]]:
    for peer, environment, pattern in PEERS:
        python = run.prepared / environment / "bin" / "python" if run.prepared else Path()
        name = pattern.format(size=base.size)
        file = Path(run.prepared or "") / f"{name}.sqlite"
        if not python.exists():
            continue
        if base.engine == "sqlite" and file.exists():
            yield peer, str(python), f"sqlite:{file}"
        elif base.engine == "pg" and _has_database(run.postgres, name):
            yield peer, str(python), f"pg:{name}"


def _has_database(server: str, name: str) -> bool:
    engine = create_engine(server)
    with engine.connect() as connection:
        asked = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        found = connection.scalar(asked, {"name": name})
    engine.dispose()
    return bool(found)


# ---- the table


def table(results: Path, base: Base) -> str:
    """A row for each operation, a column for each product; the last measurement counts."""
    rows: dict[tuple[str, str], Mapping[str, Any]] = {}
    for line in results.read_text().splitlines() if results.exists() else ():
        row = json.loads(line)
        if (row["n"], row["db"]) == (base.size, base.engine):
            rows[row["op"], row["peer"]] = row
    peers = sorted({peer for _op, peer in rows}, key=lambda peer: (peer != "Passerelle", peer))
    lines = [f"| operation | {' | '.join(peers)} |", f"|---|{'---|' * len(peers)}"]
    for op in ORDER:
        cells = [cell(rows.get((op, peer))) for peer in peers]
        if any(cell != "–" for cell in cells):
            lines.append(f"| {op} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(row: Mapping[str, Any] | None) -> str:
    """`p50 / p95 ms [CPU ms]; 8: requests/s, p95 ms (share of the machine that others took)`."""
    if row is None:
        return "–"
    if row.get("p50_1") is None and "seconds" not in row:
        return f"failed: {str(row.get('error'))[:60]}"
    others = f" ({row['strangers']:.0%})" if row.get("strangers") is not None else ""
    if "seconds" in row:
        ended = (
            f"failed after {row['seconds']:.1f} s"
            if row.get("error")
            else f"{row['seconds']:.1f} s"
        )
        first = f", first byte {row['ttfb']:.2f} s" if "ttfb" in row else ""
        return f"{ended} [{row.get('cpu_s', 0):.1f} s]{first}, {row.get('peak_mib') or 0:,} MiB{others}"
    eight = f"; 8: {row['rps_8']:g}/s, p95 {row['p95_8']:,.0f}" if row.get("rps_8") else ""
    errors = f", {row['errors']} errors" if row.get("errors") else ""
    cpu = f" [{row['cpu_ms']:g}]" if row.get("cpu_ms") is not None else ""
    return f"{row['p50_1']:g} / {row['p95_1']:g}{cpu}{eight}{errors}{others}"


def report(run: Run, bases: Iterable[Base]) -> Iterator[str]:
    yield f"# {machine()} · {datetime.now():%Y-%m-%d %H:%M} · load {os.getloadavg()[2]:.1f}\n"
    for base in bases:
        yield f"## {base.title}\n"
        try:
            prepare(run, base)
            yield (alone if run.harness is None else beside)(run, base) + "\n"
        except (OSError, SQLAlchemyError, subprocess.SubprocessError, ValueError) as error:
            yield f"Not measured: {type(error).__name__}: {str(error)[:500]}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="where bases and results are kept")
    parser.add_argument("--sizes", default=SIZES, help=f"numbers of companies ({SIZES})")
    parser.add_argument(
        "--postgres", default="", help="the address of a server; SQLite alone without"
    )
    parser.add_argument("--harness", type=Path, help="a harness that measures several products")
    parser.add_argument("--prepared", type=Path, help="what its setup has made: data, peers, bases")
    parser.add_argument("--arguments", default="", help="passed on to the harness, « --one 2 »")
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder, given.postgres, given.harness, given.prepared, tuple(given.arguments.split()))
    engines = ["sqlite", *(["pg"] if given.postgres else [])]
    with (folder / "report.md").open("w") as file:
        for part in report(run, run.bases(map(int, given.sizes.split(",")), engines)):
            print(part, flush=True)
            print(part, file=file, flush=True)


if __name__ == "__main__":
    main()
