"""How long the product takes to answer, over HTTP and signed in, on a base of bench/generate.py.

    PASSERELLE_DATA=/tmp/bench python -m bench.measure
    PASSERELLE_DATABASE_URL=postgresql://… python -m bench.measure --samples 60

Starts the product with gunicorn, one process, on 127.0.0.1; one client asks, one request at a
time. Prints a Markdown table. Exit status: 1 when the median of an operation is over the target.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bench.client import Client, Reply, form_with
from bench.generate import PASSWORD, RARE_EVERY, USERNAME, siren, siret

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
TARGET_MS = 100
READY_SECONDS = 60
LONGEST_START = 300  # Until the columns of the search blocks are read.
LONGEST_SECONDS = 8  # For one operation.
WARM_UP = 3
SAVED = (200, 204, 303)
Call = Callable[[Client, random.Random], Reply]
# Values to save: other ones in each run, else a second run would save what is there already.
FRESH = random.Random()


@dataclass(frozen=True)
class Operation:
    """`call` asks once; the other requests that it needs beforehand are not part of the time."""

    name: str
    call: Call
    expected: tuple[int, ...] = (200,)


@dataclass(frozen=True)
class Measured:
    name: str
    times: list[float]
    cpu: float
    size: int
    statements: int

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000

    @property
    def median(self) -> float:
        return statistics.median(self.times) * 1000

    @property
    def row(self) -> str:
        mark = "" if self.median < TARGET_MS else " ⚠"
        return (
            f"| {self.name} | {self.median:.1f}{mark} | {self.percentile(0.95):.1f} "
            f"| {self.cpu * 1000:.1f} | {self.size / 1000:.0f} | {self.statements} "
            f"| {len(self.times)} |"
        )


def page(path: str, region: str = "") -> Call:
    return lambda client, _random: client.get(path, region=region)


def sheet(pattern: str, total: int, region: str = "") -> Call:
    """A page of a record drawn by chance."""
    return lambda client, chance: client.get(
        pattern.format(id=chance.randrange(1, total + 1)), region=region
    )


def save(module: str, field: str, value: Callable[[], str], total: int) -> Call:
    """Open the pop-up, change a field, and time the saving alone."""

    def call(client: Client, chance: random.Random) -> Reply:
        path = f"/crm/{module}/{chance.randrange(1, total + 1)}/edit"
        fields = form_with(client.get(path, region="dialog").text, field)
        return client.post(path, {**fields, field: value()}, region="dialog")

    return call


def searches(total: int) -> Iterator[tuple[str, str]]:
    """(what is typed, why)"""
    drawn = total * 617 // 1000 + 13
    yield "conseil", "common word"
    yield "xylophages" if total > 777 else "nimes", f"rare word, 1 in {RARE_EVERY:,}"
    yield "lomber", "fragment inside a word"
    yield "electricite generale", "two words, without accents"
    yield siren(drawn), "SIREN"
    yield siret(siren(drawn), 1), "SIRET"
    yield "ca", "two letters"


def operations(total: int) -> list[Operation]:
    return [*pages_of_lists(total), *sorts(), *parts_of_lists(total), *sheets(total), *pickers()]


def pages_of_lists(total: int) -> Iterator[Operation]:
    middle = total // 25 // 2
    for module in ("companies", "contacts"):
        path = f"/crm/{module}/"
        yield Operation(f"{module}, first page", page(path))
        yield Operation(f"{module}, middle page", page(f"{path}?page={middle}"))
        yield Operation(f"{module}, 100 a page", page(f"{path}?size=100"))
    yield Operation("tags", page("/crm/tags/"))


def sorts() -> Iterator[Operation]:
    """Both directions of each order, as a click on a header asks for it."""
    for module, keys in (
        ("companies", ("name", "city", "sector", "contacts", "sites", "changed")),
        ("contacts", ("last_name", "first_name", "company", "function", "changed")),
    ):
        for key in (sign + key for key in keys for sign in ("", "-")):
            yield Operation(f"{module}, sort={key}", page(f"/crm/{module}/?sort={key}", "list"))


def parts_of_lists(total: int) -> Iterator[Operation]:
    companies, contacts = "/crm/companies/", "/crm/contacts/"
    for typed, why in searches(total):
        path = f"{companies}?q={typed.replace(' ', '+')}"
        yield Operation(f"companies, search « {typed} » ({why})", page(path, "list"))
    yield Operation("contacts, search « martin »", page(f"{contacts}?q=martin", "list"))
    yield Operation("contacts, search « 01 99 00 12 »", page(f"{contacts}?q=01+99+00+12", "list"))
    yield Operation("companies, two facets", page(f"{companies}?tag=3&headcount=12", "list"))
    yield Operation("companies, facets fragment", page(companies, "facets"))
    yield Operation("companies, facets of a search", page(f"{companies}?q=conseil", "facets"))
    yield Operation("contacts, facets fragment", page(contacts, "facets"))


def sheets(total: int) -> Iterator[Operation]:
    company, contact = "/crm/companies/{id}/", "/crm/contacts/{id}/"
    yield Operation("company, sheet", sheet(company, total))
    for tab in ("contacts", "establishments", "history"):
        yield Operation(f"company, {tab} tab", sheet(company + tab, total))
    yield Operation("contact, sheet", sheet(contact, total))
    for tab in ("coordinates", "history", "relations"):
        yield Operation(f"contact, {tab} tab", sheet(contact + tab, total))
    yield Operation("company, pop-up to add", page("/crm/companies/new", "dialog"))
    yield Operation("company, pop-up to edit", sheet(company + "edit", total, "dialog"))
    yield Operation("contact, pop-up to edit", sheet(contact + "edit", total, "dialog"))
    yield Operation("company, save", save("companies", "phone", _phone, total), SAVED)
    yield Operation("contact, save", save("contacts", "job_title", _title, total), SAVED)


def pickers() -> Iterator[Operation]:
    for name, path in {
        "companies": "/crm/companies/pick?q=electricite+gen",
        "contacts": "/crm/contacts/pick?q=martin",
        "communes": "/crm/pick/commune?q=saint+mar",
        "NAF codes": "/crm/pick/naf?q=informatique",
        "tags": "/crm/pick/tag?q=forum&module=company",
    }.items():
        yield Operation(f"picker of {name}", page(path))


def _phone() -> str:
    return f"01 99 00 {FRESH.randrange(100):02} {FRESH.randrange(100):02}"


def _title() -> str:
    return f"Responsable {FRESH.randrange(10_000)}"


def measure(server: Server, operation: Operation, samples: int) -> Measured:
    """Some calls to warm up, then the samples, for a few seconds at most."""
    chance, client = random.Random(operation.name), server.client
    replies = [_checked(operation, operation.call(client, chance)) for _ in range(WARM_UP)]
    used, until = server.cpu_seconds(), time.perf_counter() + LONGEST_SECONDS
    times: list[float] = []
    while len(times) < samples and time.perf_counter() < until:
        replies.append(_checked(operation, operation.call(client, chance)))
        times.append(replies[-1].seconds)
    cpu = (server.cpu_seconds() - used) / max(len(times), 1)
    last = replies[-1]
    return Measured(operation.name, times or [last.seconds], cpu, len(last.body), last.statements)


def _checked(operation: Operation, reply: Reply) -> Reply:
    if reply.status not in operation.expected:
        raise SystemExit(f"{operation.name}: status {reply.status}\n{reply.text[:2_000]}")
    return reply


# ---- the server


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    client: Client

    def cpu_seconds(self) -> float:
        """What the product's processes have used so far (PostgreSQL's own are not among them)."""
        family = [self.process.pid, *_children(self.process.pid)]
        return sum(_cpu_ticks(pid) for pid in family) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    listed = _lines(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in " ".join(listed).split()]


def _cpu_ticks(pid: int) -> int:
    """User and system time, fields 14 and 15 of proc(5); 0 where there is no /proc."""
    line = "".join(_lines(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return int(line[11]) + int(line[12]) if line else 0


@contextmanager
def served() -> Iterator[Server]:
    """The product on a free port, and a client of it; stopped at the end, whatever happens."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "bench.server:application", "--bind", f"{HOST}:{port}",
               "--workers", "1", "--worker-class", "gthread", "--threads", "8", "--log-level", "error"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=_environment())
    try:
        yield Server(process, _signed_in(Client(HOST, port), process))
    finally:
        process.terminate()
        process.wait(30)


def await_counts(client: Client, workers: int = 1) -> None:
    """Until every process has read the columns of its search blocks, aside, after its start: then
    a list knows its exact number."""
    end, known = time.monotonic() + LONGEST_START, 0
    while known < 4 * workers and time.monotonic() < end:
        client.close()  # Another connection, so perhaps another process.
        pages = [client.get(f"/crm/{module}/").body for module in ("companies", "contacts")]
        known = 0 if any(b"data-least" in page for page in pages) else known + 1
        time.sleep(0 if known else 0.5)


def _environment() -> dict[str, str]:
    return {"PASSERELLE_DEMO": "1", **os.environ}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _signed_in(client: Client, process: subprocess.Popen[bytes]) -> Client:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            form = form_with(client.get("/login/").text, "username")
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The product did not start.") from None
            time.sleep(0.2)
    client.post("/login/", {**form, "username": USERNAME, "password": PASSWORD})
    if client.get("/crm/companies/").status != 200:
        raise SystemExit("Could not sign in: is this a base of bench/generate.py?")
    return client


# ---- the report


def machine() -> str:
    names = [
        line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if "model name" in line
    ]
    model = names[0] if names else platform.processor() or platform.machine()
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []


def database() -> tuple[str, int]:
    """Which engine, and how many companies the base holds."""
    from sqlalchemy import create_engine, text

    from config import from_environment

    os.environ.setdefault("PASSERELLE_DEMO", "1")
    url: Any = make_url(from_environment()["SQLALCHEMY_DATABASE_URI"])
    engine = create_engine(url)
    version = (
        "sqlite_version()"
        if url.get_backend_name() == "sqlite"
        else "current_setting('server_version')"
    )
    with engine.connect() as connection:
        found = connection.scalar(text(f"SELECT {version}"))
        total = connection.scalar(text("SELECT max(id) FROM company")) or 0
    engine.dispose()
    return f"{url.get_backend_name()} {found}", int(total)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--samples", type=int, default=40, help="requests for each operation (40)")
    parser.add_argument("--only", default="", help="operations whose name holds this")
    options = parser.parse_args()
    engine, total = database()
    print(
        f"{total:,} companies and as many contacts · {engine} · {machine()} · {datetime.now():%Y-%m-%d}\n"
    )
    print("| operation | p50 ms | p95 ms | CPU ms | kB | SQL | n |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    slow = 0
    with served() as server:
        for operation in operations(total):
            if options.only in operation.name:
                measured = measure(server, operation, options.samples)
                slow += measured.median >= TARGET_MS
                print(measured.row, flush=True)
    print(f"\nLoad of the machine over the last 5 minutes: {os.getloadavg()[1]:.1f}.")
    print(f"{slow} over {TARGET_MS} ms" if slow else f"All under {TARGET_MS} ms.")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
