"""Going through every page that a person can open, as the tests of "all pages" need it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.permissions import TABLE

LIST = re.compile(r"/crm/(companies|contacts|tags)/")


def fragment(region: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": region}


def ways_to_ask(address: str) -> list[dict[str, str]]:
    """Headers: the whole page, and the regions that its scripts ask for at the same address."""
    path = urlsplit(address).path
    if LIST.fullmatch(path):
        return [{}, fragment("list"), fragment("facets")]
    return [{}, fragment("dialog")] if path.startswith("/crm/") else [{}]


class Links(HTMLParser):
    """The addresses that a page links to or asks for by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_get = tag == "form" and (given.get("method") or "get") == "get"
        address = given.get("href") if tag == "a" else given.get("action") if is_get else None
        for found in (address, given.get("hx-get")):
            if found and found.startswith("/") and not found.startswith("//"):
                self.found.append(found.partition("#")[0])


def links(html: str) -> list[str]:
    reader = Links()
    reader.feed(html)
    return list(dict.fromkeys(reader.found))


def addresses(names: dict[str, int]) -> list[str]:
    """Every GET of the permissions' table that the ids given can fill in."""
    found = []
    for line in TABLE.splitlines():
        words = line.split()
        if words[:1] == ["GET"]:
            try:
                found.append(words[1].format(**names))
            except KeyError:
                continue
    return found


def crawl(
    person: FlaskClient, names: dict[str, int], *, most: int = 250
) -> Iterator[tuple[str, TestResponse]]:
    """Each page of the table and what they link to, once whole and once as each fragment."""
    waiting, seen = addresses(names), set[str]()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if address in seen or urlsplit(address).path.startswith("/static/"):
            continue
        seen.add(address)
        for headers in ways_to_ask(address):
            response = person.get(address, headers=headers)
            yield address, response
            if response.mimetype == "text/html":
                waiting += [link for link in links(response.text) if link not in seen]
