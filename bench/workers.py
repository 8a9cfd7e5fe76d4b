"""How many processes and threads serve best: eight people at once, mixed work, by each combination.

    PASSERELLE_DATA=/tmp/bench python -m bench.workers --workers 1,2,3 --threads 2,4,8 --seconds 10

Each combination is app/serving.py's with other numbers. Prints a Markdown table: requests a second,
the times that half and 95 % of them stay under, the processor time of a request, and the memory that
the processes hold of their own.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.client import Client
from bench.exports import Memory
from bench.generate import siren
from bench.measure import (
    HOST,
    ROOT,
    Server,
    _environment,
    _free_port,
    _phone,
    _signed_in,
    await_counts,
    database,
    machine,
    save,
)

PEOPLE = 8
LIST = "/crm/companies/"
# Of twenty requests: what people do most, and once each of the rest.
MIX = (
    *[LIST] * 4, *["{sheet}"] * 6, f"{LIST}?q=xylophages", f"{LIST}?q=conseil", f"{LIST}?q={{siren}}",
    f"{LIST}?sort=name", f"{LIST}?page=40", f"{LIST}?tag=3&headcount=12", f"{LIST}pick?q=lomber",
    "{save}",
)  # fmt: skip


@contextmanager
def serving(workers: int, threads: int) -> Iterator[tuple[Server, int]]:
    """The product as app/serving.py serves it, and its port."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:app.serving", "--log-level", "error",
               "--bind", f"{HOST}:{port}", "--workers", str(workers), "--threads", str(threads),
               "bench.server:application"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=_environment())
    try:
        yield Server(process, _signed_in(Client(HOST, port), process)), port
    finally:
        process.terminate()
        process.wait(30)


def ask(client: Client, chance: random.Random, total: int) -> None:
    path, drawn = chance.choice(MIX), chance.randrange(1, total + 1)
    if path == "{save}":
        reply = save("companies", "phone", _phone, total)(client, chance)
    else:
        reply = client.get(path.format(sheet=f"{LIST}{drawn}/", siren=siren(drawn)))
    if reply.status not in {200, 204, 303, 409}:
        raise SystemExit(f"{path}: status {reply.status}")


def crowd(port: int, cookies: dict[str, str], total: int, seconds: float) -> list[float]:
    """Seconds of each request that eight people made meanwhile."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    def person(number: int) -> None:
        client, chance = Client(HOST, port, dict(cookies)), random.Random(number)
        while time.perf_counter() < until:
            began = time.perf_counter()
            ask(client, chance, total)
            times.append(time.perf_counter() - began)

    people = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return sorted(times)


def row(workers: int, threads: int, total: int, seconds: float) -> str:
    with serving(workers, threads) as (server, port):
        await_counts(server.client, workers)
        crowd(
            port, server.client.cookies, total, min(seconds, 3)
        )  # Templates and statements are made.
        used, began = server.cpu_seconds(), time.perf_counter()
        times = crowd(port, server.client.cookies, total, seconds)
        took, cpu = time.perf_counter() - began, server.cpu_seconds() - used
        held = Memory(server.process.pid).now() / 2**20
    half, most = times[len(times) // 2] * 1000, times[int(len(times) * 0.95)] * 1000
    return (
        f"| {workers} × {threads} | {len(times) / took:.0f} | {half:.0f} | {most:.0f} "
        f"| {cpu / len(times) * 1000:.1f} | {held:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--workers", default="1,2,3")
    parser.add_argument("--threads", default="2,4,8")
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    engine, total = database()
    print(f"{total:,} companies · {engine} · {machine()} · {PEOPLE} people\n")
    print("| processes × threads | requests/s | p50 ms | p95 ms | CPU ms | MiB |")
    print("|---|--:|--:|--:|--:|--:|")
    for workers in map(int, given.workers.split(",")):
        for threads in map(int, given.threads.split(",")):
            print(row(workers, threads, total, given.seconds), flush=True)


if __name__ == "__main__":
    main()
