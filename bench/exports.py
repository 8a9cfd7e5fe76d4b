"""How long an export of the whole base takes, over HTTP and signed in, on a base of bench/generate.py.

    PASSERELLE_DATA=/tmp/bench python -m bench.exports
    PASSERELLE_DATABASE_URL=postgresql://… python -m bench.exports --formats csv --columns few

Starts the product with gunicorn, one process, on 127.0.0.1, and reads each file as it comes, without
keeping it. Prints a Markdown table: seconds in all and to the first byte, records a second, the CPU
that the product's processes used (PostgreSQL's are not among them), and by how much the memory of
their own grew at most.
"""

from __future__ import annotations

import argparse
import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench.client import Client, form_with
from bench.measure import HOST, Server, await_counts, database, machine, served

# What the benchmark of other products exports of a company, tags included.
FEW = (
    "name", "acronym", "siren", "siret", "legal_form", "headcount", "sector", "naf_code",
    "turnover", "share_capital", "website", "phone", "email", "address", "postal_code", "city",
    "department", "description", "created_at", "updated_at", "tags",
)  # fmt: skip
EVERYTHING, ALL_RESULTS = "/crm/companies/export", "/crm/companies/bulk/export?sort=-city"
PIECE = 256 * 1024
MIB = 1024 * 1024
SAMPLE_SECONDS = 0.02


@dataclass
class Export:
    """One file as it came: bytes, seconds from the first byte sent."""

    size: int = 0
    first_byte: float = 0.0
    seconds: float = 0.0
    cpu: float = 0.0
    grown: float = 0.0


def fields(client: Client, fmt: str, columns: str, total: int) -> list[tuple[str, str]]:
    """The pop-up's form, filled in."""
    form = form_with(client.get(EVERYTHING).text, "format")
    chosen = [("set", "all")] if columns == "all" else [("set", "chosen")]
    keys = [("columns", key) for key in FEW] if columns == "few" else []
    selection = [("all", "1"), ("count", str(total))]
    return [("csrf_token", form["csrf_token"]), ("format", fmt), *chosen, *keys, *selection]


def measure(server: Server, path: str, posted: list[tuple[str, str]], sink: Path | None) -> Export:
    """Ask for a file and read it to its end."""
    client, found = server.client, Export()
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded",
               "Referer": f"http://{client.host}:{client.port}{path}"}  # fmt: skip
    connection = http.client.HTTPConnection(HOST, client.port, timeout=600)
    with watched(server.process.pid) as memory:
        used, began = server.cpu_seconds(), time.perf_counter()
        connection.request("POST", path, urlencode(posted), headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path}: status {answer.status}\n{answer.read()[:2_000]!r}")
        for piece in pieces(answer):
            found.first_byte = found.first_byte or time.perf_counter() - began
            found.size += len(piece)
            if sink is not None:
                with sink.open("ab") as file:
                    file.write(piece)
        found.seconds = time.perf_counter() - began
        found.cpu = server.cpu_seconds() - used
    connection.close()
    found.grown = memory.grown / MIB
    return found


def pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read1(PIECE):
        yield piece


@dataclass
class Memory:
    """What the processes hold of their own, in bytes: files that they have mapped are not theirs."""

    pid: int
    before: int = 0
    most: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def grown(self) -> int:
        return self.most - self.before

    def now(self) -> int:
        family = [self.pid, *_children(self.pid)]
        return sum(_anonymous(pid) for pid in family)

    def watch(self) -> None:
        while not self.over.wait(SAMPLE_SECONDS):
            self.most = max(self.most, self.now())


@contextmanager
def watched(pid: int) -> Iterator[Memory]:
    memory = Memory(pid)
    memory.before = memory.most = memory.now()
    thread = threading.Thread(target=memory.watch)
    thread.start()
    try:
        yield memory
    finally:
        memory.over.set()
        thread.join()


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def _anonymous(pid: int) -> int:
    path = Path(f"/proc/{pid}/status")
    lines = path.read_text().splitlines() if path.exists() else []
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--formats", default="csv,xlsx")
    parser.add_argument("--columns", default="few,all", help="few (as other products) or all")
    parser.add_argument("--results", action="store_true", help="all results in a list's order too")
    parser.add_argument("--keep", type=Path, help="a folder for the files, to look at them")
    options = parser.parse_args()
    engine, total = database()
    print(f"{total:,} companies · {engine} · {machine()}\n")
    print("| what | columns | format | seconds | first byte | records/s | CPU s | MiB | memory |")
    print("|---|---|---|--:|--:|--:|--:|--:|--:|")
    paths = {"everything": EVERYTHING, **({"results": ALL_RESULTS} if options.results else {})}
    with served() as server:
        # While they are read aside, an export would share the processor with them.
        await_counts(server.client)
        for fmt in options.formats.split(","):
            for columns in options.columns.split(","):
                for what, path in paths.items():
                    posted = fields(server.client, fmt, columns, total)
                    sink = options.keep / f"{what}-{columns}.{fmt}" if options.keep else None
                    found = measure(server, path, posted, sink)
                    print(
                        f"| {what} | {columns} | {fmt} | {found.seconds:.2f} "
                        f"| {found.first_byte:.3f} | {total / found.seconds:,.0f} "
                        f"| {found.cpu:.1f} | {found.size / MIB:,.0f} | +{found.grown:.0f} MiB |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
