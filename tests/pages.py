"""Reading pages as a person does: rows of a list, its total, filters in force, errors of a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.security.pages import form_with

VOID = {"input", "br", "img", "meta", "link", "hr", "rect", "use", "source", "wbr"}


@dataclass
class Element:
    """An element of a page, with what lies inside it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is written inside, each run of blanks as one plain space."""
        return " ".join(self._text().replace("\u00a0", " ").replace("\u202f", " ").split())

    def _text(self) -> str:
        return "".join(one if isinstance(one, str) else one._text() for one in self.inside)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def all(self, tag: str = "", css: str = "", **attributes: Any) -> list[Element]:
        """Elements inside, at any depth; `data_id="1"` asks for data-id, None that it be there."""
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        found = []
        for one in self.inside:
            if isinstance(one, Element):
                if one._is(tag, css, wanted):
                    found.append(one)
                found += one.all(tag, css, **attributes)
        return found

    def _is(self, tag: str, css: str, wanted: dict[str, Any]) -> bool:
        return (
            tag in {"", self.tag}
            and (not css or css in self.classes)
            and all(
                name in self.attributes and value in {None, self.attributes[name]}
                for name, value in wanted.items()
            )
        )

    def one(self, tag: str = "", css: str = "", **attributes: Any) -> Element:
        found = self.all(tag, css, **attributes)
        assert len(found) == 1, f"{len(found)} elements: {tag} {css} {attributes}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def parse(html: str) -> Element:
    reader = _Reader()
    reader.feed(html)
    return reader.root


def rows(html: str) -> list[int]:
    """The ids of a list's rows, from top to bottom."""
    return [int(row.attributes["data-id"]) for row in parse(html).all("tr", data_id=None)]


def total(html: str) -> int:
    """How many records the list says it has."""
    return int(parse(html).one(data_total=None).attributes["data-total"])


def chips(html: str) -> list[str]:
    """The filters in force, as they read: « Ville : Blois »."""
    return [chip.text for chip in parse(html).all(css="chip__text")]


def facet(html: str, key: str) -> Element:
    """One search block of the fragment « facets »."""
    return parse(html).one("section", aria_labelledby=f"facet-{key}")


def choices(html: str, key: str) -> dict[str, int]:
    """A search block's values with their counts, in the order shown."""
    shown = {}
    for choice in facet(html, key).all("a", css="facet__choice"):
        count = choice.one(css="facet__count").text.replace(" ", "")
        shown[choice.one(css="facet__label").text] = int(count)
    return shown


def dialog_errors(html: str) -> dict[str, str]:
    """The message at each field in error, by the field's id; '' for what no field bears."""
    page = parse(html)
    errors = {
        line.attributes["id"].removesuffix("-error"): line.text.removeprefix("Erreur : ")
        for line in page.all("p", css="field__error")
    }
    for line in page.all(css="error-summary__list"):
        loose = [item.text for item in line.all("li") if not item.all("a")]
        if loose:
            errors[""] = " ".join(loose)
    return errors


def filled(html: str, **changed: Any) -> dict[str, Any]:
    """What the form of the page would send, with some fields changed (None: left out)."""
    sent = form_with(html, "key", **changed)
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in sent.items()
    }
