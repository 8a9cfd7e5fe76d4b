"""Reading forms out of pages, as a browser that sends them would."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Values of the forms of a page; the fields of one form are those until its end tag."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select: str | None = None
        self._area: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append({})
            self._inside = True
        elif tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value") or "")
        elif tag == "textarea":
            self._area = given.get("name")

    def _input(self, given: dict[str, str | None]) -> None:
        if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
            return
        if given.get("name") and given.get("type") != "submit":
            self._add(str(given["name"]), given.get("value") or "")

    def _add(self, name: str, value: str) -> None:
        if self._inside:
            self.forms[-1].setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self._add(self._area, data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def form_with(html: str, holding: str, /, **changed: Any) -> dict[str, Any]:
    """What the form that has this field would send, with some fields changed (None: left out)."""
    reader = _Fields()
    reader.feed(html)
    found = next(form for form in reader.forms if holding in form)
    sent: dict[str, Any] = {**found, **changed}
    return {key: value for key, value in sent.items() if value is not None}
