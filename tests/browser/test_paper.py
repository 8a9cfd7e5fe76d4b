"""Printing a page from the browser: what it says, on white, and nothing of what acts on it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import COMPANIES, CONTACTS, ready

# A4 between the margins that print.css gives it.
PAPER = {"width": 718, "height": 1032}
# Seen on paper: what acts, and what would say where a link leads.
ACTING = """() => [...document.querySelectorAll(
    `.topbar, nav:not(.tabs, .subtabs, :has(.choice-list)), button, .btn, input, select, textarea,
    dialog, aside.facets, form`)]
  .filter((one) => one.checkVisibility({ opacityProperty: true }) && one.getClientRects().length && one.offsetHeight > 1)
  .map((one) => `${one.tagName} ${one.className}`)"""
ADDRESSES = """() => [...document.querySelectorAll("a")]
  .filter((one) => one.checkVisibility())
  .map((one) => getComputedStyle(one, "::after").content)
  .filter((content) => content.includes("attr(") || content.includes("/"))"""


@contextmanager
def on_paper(page: Page) -> Iterator[None]:
    """As the printer sees it, for a reader whose system is dark."""
    size = page.viewport_size
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    yield
    page.emulate_media(media="screen", color_scheme="light")
    assert size is not None
    page.set_viewport_size(size)


def printed(page: Page) -> list[str]:
    """The words of each sheet of paper."""
    pages = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True))).pages
    return [one.extract_text() for one in pages]


def shade(page: Page, selector: str, name: str) -> int:
    """How light a colour is, from 0 (black) to 255; what is transparent shows the paper."""
    colour: list[float] = page.locator(selector).first.evaluate(
        "(one, name) => getComputedStyle(one)[name].match(/[\\d.]+/g).map(Number)", name
    )
    return 255 if len(colour) == 4 and colour[3] == 0 else round(sum(colour[:3]) / 3)


ADDRESSES_OF_PAGES = {
    "company": f"{COMPANIES}{{company}}/",
    "company: contacts": f"{COMPANIES}{{company}}/contacts",
    "company: sites": f"{COMPANIES}{{company}}/establishments",
    "company: history": f"{COMPANIES}{{company}}/history",
    "contact": f"{CONTACTS}{{contact}}/",
    "contact: coordinates": f"{CONTACTS}{{contact}}/coordinates",
    "contact: relations": f"{CONTACTS}{{contact}}/relations",
    "companies": f"{COMPANIES}?contacts=with",
    "contacts": CONTACTS,
    "bin": "/crm/bin/",
    "tags": "/crm/tags/",
    "users": "/users/list/",
}


@pytest.fixture(scope="module")
def numbers(records: Records) -> dict[str, int]:
    company = records.company(name=records.word("Papier"), website="https://papier.example/")
    contact = records.contact(last_name=records.word("Feuille"), company_id=company)
    return {"company": company, "contact": contact}


@pytest.mark.parametrize("name", ADDRESSES_OF_PAGES)
def test_a_page_on_paper(visit: Open, numbers: dict[str, int], name: str) -> None:
    page = visit("admin").page
    page.goto(ADDRESSES_OF_PAGES[name].format(**numbers))
    ready(page)
    with on_paper(page):
        assert page.evaluate(ACTING) == []
        assert page.evaluate(ADDRESSES) == []
        assert shade(page, "body", "backgroundColor") >= 250
        assert shade(page, "body", "color") < 70
        words = printed(page)
    assert not [one for one in words if "/crm/" in one or "/users/" in one]


def test_who_chose_the_dark_theme_prints_on_white(visit: Open, numbers: dict[str, int]) -> None:
    page = visit("editor").page
    page.goto(f"{COMPANIES}{numbers['company']}/")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.reload()
    assert shade(page, ".sheet__banner", "backgroundColor") < 70
    with on_paper(page):
        assert shade(page, ".sheet__banner", "backgroundColor") >= 250
        assert shade(page, ".sheet__title", "color") < 70


def test_a_long_list_says_its_columns_on_every_page(visit: Open) -> None:
    page = visit("manager").page
    page.goto(f"{COMPANIES}?contacts=with&size=50")
    ready(page)
    with on_paper(page):
        words = printed(page)
        whole = page.locator(".datatable__row").first
        assert whole.evaluate("(one) => getComputedStyle(one).display") == "table-row"
        assert whole.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
        for box in (".list__card", ".list__scroll"):  # What is too wide is made smaller, not cut.
            shown = page.locator(box).evaluate("(one) => getComputedStyle(one).overflow")
            assert shown == "visible"
    assert len(words) > 1
    assert [one for one in words if "SECTEUR" not in one.upper()] == []
    assert "Entreprises" in words[0]
    assert page.locator(".who__name").first.inner_text() in words[0]


def test_the_paper_says_which_tab_and_leaves_out_what_is_empty(
    visit: Open, numbers: dict[str, int]
) -> None:
    page = visit("editor").page
    page.goto(f"{COMPANIES}{numbers['company']}/")
    with on_paper(page):
        (words,) = printed(page)
    assert "Informations" in words
    assert "Les notes de l" in words
    assert "papier.example" in words
    for absent in ("Ajouter", "Historique", "Écrire", "Voir sur la carte"):
        assert absent not in words
