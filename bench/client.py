"""A keep-alive client with cookies and form reading: cheap enough not to be what is measured."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

HEADER = "X-Statements"  # How many SQL statements the answer took; bench/server.py adds it.
TIMEOUT = 60


@dataclass(frozen=True)
class Reply:
    """`seconds` runs from the first byte sent to the last one received."""

    status: int
    body: bytes
    seconds: float
    statements: int
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Client:
    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def get(self, path: str, *, region: str = "") -> Reply:
        """A page; with `region`, the fragment that htmx asks for."""
        return self._request("GET", path, None, region)

    def post(self, path: str, fields: dict[str, str], *, region: str = "") -> Reply:
        return self._request("POST", path, urlencode(fields).encode(), region)

    def _request(self, method: str, path: str, body: bytes | None, region: str) -> Reply:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                   "Referer": f"http://{self.host}:{self.port}{path}"}  # fmt: skip
        if region:
            headers |= {"HX-Request": "true", "HX-Target": region}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        answer, content = self._exchange(method, path, body, headers)
        seconds = time.perf_counter() - began
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        statements = int(answer.headers.get(HEADER) or 0)
        return Reply(answer.status, content, seconds, statements, dict(answer.headers))

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send and read whole; once more when the server had closed an idle connection."""
        is_idle = self.connection is not None
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer, answer.read()
        except OSError:
            self.close()
            if not is_idle:
                raise
            return self._exchange(method, path, body, headers)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class _Forms(HTMLParser):
    """The fields of each form, as a browser would send them untouched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.select = self.area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "textarea":
            self.area = given.get("name", "")
        if not self.forms:
            return
        if tag == "input" and _is_sent(given):
            self.forms[-1][given["name"]] = given.get("value", "on")
        elif tag == "option" and self.select and "selected" in given:
            self.forms[-1][self.select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area and self.forms:
            self.forms[-1][self.area] = self.forms[-1].get(self.area, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    if not given.get("name") or kind in {"submit", "button", "file", "image"}:
        return False
    return kind not in {"checkbox", "radio"} or "checked" in given


def form_with(html: str, name: str) -> dict[str, str]:
    """The fields of the form that has this one. Raises LookupError when no form has."""
    for form in _Forms(html).forms:
        if name in form:
            return form
    raise LookupError(f"no form with a field {name!r}")
