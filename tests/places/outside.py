"""The outside on this machine: a street map and an address service that answer as told to."""

from __future__ import annotations

import json
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

# Answers of the real service, as others published them: a street, a commune, and the
# Géoplateforme's form of a house number, a street, a locality and a commune.
ANSWERS = Path(__file__).with_name("answers.json")


def recorded(number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))[number]["answer"]
    return found


def answer(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(kind: str = "housenumber", score: Any = 0.95, **more: Any) -> dict[str, Any]:
    """A hit at 3 quai des Écluses, Blois, changed by what is given."""
    where = more.pop("coordinates", [1.335947, 47.586092])
    told = {
        "label": "3 Quai des Écluses 41000 Blois", "score": score, "type": kind,
        "postcode": "41000", "citycode": "41018", "city": "Blois", **more,
    }  # fmt: skip
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": where},
        "properties": told,
    }


@dataclass
class Outside:
    """What the servers answer, and what they were asked."""

    url: str
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    # Seconds before the answer, and between its bytes.
    slow: float = 0
    drip: float = 0
    tiles: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    tiles_asked: list[str] = field(default_factory=list)

    @property
    def geocoder(self) -> str:
        return f"{self.url}/geocodage/search"

    @property
    def tiles_url(self) -> str:
        return f"{self.url}/tiles/{{z}}/{{x}}/{{y}}.png"

    def answers(self, what: Any, status: int = 200, **headers: str) -> None:
        self.body = what if isinstance(what, bytes) else json.dumps(what).encode()
        self.status, self.headers = status, headers


def png(shade: int) -> bytes:
    """A grey square of 256 × 256, with a darker edge at its top."""
    rows = b"".join(b"\0" + bytes([shade - 40 if y < 2 else shade]) * 256 for y in range(256))

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 256, 256, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@contextmanager
def running() -> Iterator[Outside]:
    """The outside, on a port of its own, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """A run of tests asks for many tiles."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path.startswith("/tiles/"):
                outside.tiles_asked.append(parts.path)
                self._tile()
                return
            outside.asked.append({k: v[0] for k, v in parse_qs(parts.query).items()})
            time.sleep(outside.slow)
            self._send(outside.status, outside.body, outside.headers)

        def _tile(self) -> None:
            if outside.tiles:
                self._send(200, png(226), {"Content-Type": "image/png"})
            else:
                self._send(503, b"", {})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not outside.drip:
                self.wfile.write(body)
                return
            for byte in body:
                time.sleep(outside.drip)
                self.wfile.write(bytes([byte]))
                self.wfile.flush()

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                """Whoever asked has given up, which is what some tests are about."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    outside = Outside(f"http://127.0.0.1:{server.server_port}")
    # Its end waits for the next look: seldom, and each test would wait for half a second.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield outside
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
