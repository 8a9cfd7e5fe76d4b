"""French typography of the labels and of the pages: spaces, apostrophes, quotes, ellipses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.filled import fill, names_of
from tests.labels import labels

LoginAs = Callable[[str], FlaskClient]
NBSP, NARROW = "\u00a0", "\u202f"

FAULTS = {
    "« : » wants a no-break space (U+00A0) before it": rf"(?<=[\w»)%\]]) ?(?<!{NBSP}):(?=\s|$)",
    "« ; », « ! », « ? » want a narrow one (U+202F)": rf"(?<=[\w»)%\]])[ {NBSP}]?(?<!{NARROW})[;!?](?=\s|$)",
    "a no-break space (U+00A0) inside « »": rf"«(?!{NBSP})|(?<!{NBSP})»",
    "a straight apostrophe": r"(?<=\w)'(?=\w)",
    "straight quotes": r'"[^"]*"',
    "three dots": r"\.\.\.",
    "a no-break space (U+00A0) before %": rf"(?<=\d)(?<!{NBSP})[ {NARROW}]?%(?![\w(%])",
    "Oups": r"\b[Oo]ups\b|\bN/A\b",
    "two spaces": r"(?<=\S)  +(?=\S)",
}
# Texts that are not French: codes, commands, formats, addresses.
LEFT_OUT = re.compile(r"https?://\S+|PASSERELLE_\w+|%\(\w+\)[sd]|%%")


def faults(text: str) -> list[str]:
    plain = LEFT_OUT.sub("x", text)
    return [fault for fault, pattern in FAULTS.items() if re.search(pattern, plain)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"Téléphone{NBSP}: 01", 0), ("Téléphone : 01", 1), ("Téléphone: 01", 1), ("à 14:05", 0),
        (f"Supprimer{NARROW}?", 0), (f"Supprimer{NBSP}?", 1), ("Supprimer ?", 1), ("Supprimer!", 1),
        (f"«{NBSP}Acme{NBSP}»", 0), ("« Acme »", 1), ("«Acme»", 1), ("l'entreprise", 1),
        ("l’entreprise", 0), ('dit "oui"', 1), ("suite...", 1), ("suite…", 0), ("12,5 %", 1),
        (f"12,5{NBSP}%", 0), ("https://exemple.fr:80", 0), (f"%(name)s{NBSP}: %(count)s", 0),
    ],
)  # fmt: skip
def test_the_eye_of_the_test(text: str, number: int) -> None:
    assert len(faults(text)) == number


def test_labels_follow_the_rules() -> None:
    wrong = [
        f"{where}: {text!r}: {', '.join(found)}"
        for text, where in labels().items()
        if (found := faults(text))
    ]
    assert not wrong, "\n".join(wrong)


def test_labels_begin_with_a_capital_or_are_parts_of_sentences_and_end_like_others() -> None:
    wrong = [
        text
        for text in labels()
        if re.search(r"[.!?]\s*[a-zà-ÿ]{2,} ", text) and "exemple.fr" not in text
    ]
    titles = [
        text for text in labels()
        if len(text.split()) > 2 and not text.endswith((".", "…", ":", "?")) and re.fullmatch(r"(?:[A-ZÉÀ]\w+ ?){3,}", text)
    ]  # fmt: skip
    assert not wrong
    assert not titles  # Only the first word bears a capital.


SHOWN = {
    "placeholder",
    "title",
    "aria-label",
    "alt",
    "data-announce",
    "content",
    "aria-description",
}


class Texts(HTMLParser):
    """What a person reads or hears of a page; codes and scripts left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "code", "pre", "textarea"}:
            self.inside.append(tag)
        if tag != "meta" or ("name", "description") in attrs:
            self.found += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and data.strip(" \n«»"):  # Alone, « and » are arrows between pages.
            # A line break of the source reads as a space; a no-break space stays what it is.
            self.found.append(re.sub(r"[ \n\t]+", " ", data))


def texts(html: str) -> Iterator[str]:
    reader = Texts()
    reader.feed(html)
    yield from reader.found


PAGES = (
    "/", "/crm/companies/", "/crm/companies/?q=zzzzz", "/crm/companies/new", "/crm/companies/export",
    "/crm/companies/history",
    "/crm/companies/facets/", "/crm/companies/facets/city?in=zzz",
    "/crm/companies/facets/created?from=x", "/crm/companies/{company}/",
    "/crm/companies/{company}/contacts",
    "/crm/companies/{company}/establishments", "/crm/companies/{company}/history",
    "/crm/companies/{company}/edit", "/crm/companies/{company}/tags", "/crm/companies/{company}/map",
    "/crm/places/{site}/map", "/crm/places/{site}/position",
    "/crm/contacts/", "/crm/contacts/new", "/crm/contacts/{contact}/",
    "/crm/contacts/{contact}/coordinates", "/crm/contacts/{contact}/history",
    "/crm/contacts/{contact}/relations", "/crm/contacts/{contact}/edit", "/crm/tags/", "/crm/tags/new",
    "/crm/tags/{tag}/edit", "/crm/tags/{tag}/delete", "/crm/bin/", "/profile/", "/accounts/{student}/",
    "/resetmypassword/form", "/userinfoeditview/form", "/logout/", "/users/list/",
    "/users/show/{student}", "/users/add", "/users/edit/{student}", "/roles/list/",
    "/roles/show/{built_in_role}", "/roles/add", "/reference/sectors/list/",
    "/reference/headcounts/list/", "/crm/companies/999999/", "/crm/companies/?sort=x", "/nowhere",
)  # fmt: skip


def test_pages_follow_the_rules(login_as: LoginAs, client: FlaskClient) -> None:
    names, admin = names_of(fill()), login_as("admin")
    pages = {address: admin.get(address.format(**names)).text for address in PAGES}
    pages |= {"/login/": client.get("/login/").text}
    pages |= {
        "refused sign-in": client.post("/login/", data={"username": "x", "password": "y"}).text
    }
    pages |= {"403": login_as("student").get("/crm/companies/").text}
    form = {"name": "", "siren": "123", "phone": "12", "email": "x", "website": "y y"}
    pages |= {"refused form": admin.post("/crm/companies/new", data=form).text}
    facets = {"HX-Request": "true", "HX-Target": "facets"}
    pages |= {"facets": admin.get("/crm/companies/", headers=facets).text}
    wrong = {
        f"{text.strip()!r}: {', '.join(found)} ({address})"
        for address, html in pages.items()
        for text in texts(html)
        if (found := faults(text))
    }
    assert not wrong, "\n".join(sorted(wrong))
