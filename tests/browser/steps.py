"""What a person does on the pages, in words: shared by the journeys."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

COMPANIES, CONTACTS = "/crm/companies/", "/crm/contacts/"
NARROW = 768


def is_phone(page: Page) -> bool:
    size = page.viewport_size
    return size is not None and size["width"] < NARROW


def started(page: Page) -> None:
    """The page's own scripts have started: nobody is as fast as a test."""
    expect(page.locator("[data-menu]:not([data-menu-ready])")).to_have_count(0)


def press(page: Page, target: Locator) -> None:
    """A click, or a tap where fingers point."""
    started(page)
    if is_phone(page):
        target.tap()
    else:
        target.click()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def dialog(page: Page) -> Locator:
    return page.locator("#dialog")


def query(page: Page) -> dict[str, list[str]]:
    """The list's query, as the address shows it."""
    return parse_qs(urlsplit(page.url).query)


def names(page: Page) -> list[str]:
    """The names of the rows, from top to bottom."""
    return page.locator("#list .who__name").all_inner_texts()


def total(page: Page) -> int:
    return int(page.locator("#list").get_attribute("data-total") or -1)


def await_total(page: Page, number: int) -> None:
    expect(page.locator("#list")).to_have_attribute("data-total", str(number))


def search(page: Page, words: str, found: int) -> None:
    page.locator("#q").fill(words)
    await_total(page, found)


def open_list(page: Page, address: str = COMPANIES) -> None:
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    """The search blocks have come."""
    started(page)
    facets = page.locator("[data-facets]")
    if facets.count():
        facets.locator(".facets__blocks").wait_for(state="attached")


def show_facets(page: Page) -> None:
    """On a phone the search blocks are a sheet."""
    if is_phone(page):
        button(page, "Filtres").tap()


def hide_facets(page: Page) -> None:
    if is_phone(page):
        page.locator(".facets__foot .btn").tap()


def choose_facet(page: Page, block: str, value: str) -> None:
    facet = page.locator(".facet").filter(has=page.get_by_role("heading", name=block, exact=True))
    facet.locator(".facet__choice").filter(has_text=value).first.click()


def check_row(page: Page, record: int, **options: object) -> None:
    page.locator(f'[data-select-row][value="{record}"]').click(**options)  # type: ignore[arg-type]


def bulk(page: Page, action: str) -> None:
    """An action of the bar of the checked rows; under the button « Actions » on a phone."""
    bar = page.locator("[data-bulk]")
    expect(bar).to_be_visible()  # A page just loaded shows the bar once its scripts have started.
    toggle = bar.get_by_role("button", name="Actions")
    if toggle.is_visible():
        press(page, toggle)
    wanted = bar.get_by_role("button", name=action, exact=True)
    if not wanted.is_visible():
        press(page, bar.locator("#bulk-more-button"))
    press(page, wanted)


def sheet_action(page: Page, name: str) -> None:
    """An entry of the sheet's menu « Actions »."""
    press(page, page.locator("#sheet-actions-button"))
    press(page, page.locator("#sheet-actions").get_by_text(name, exact=True))


def open_edit(page: Page) -> Locator:
    sheet_action(page, "Modifier")
    form = dialog(page).locator("form.dialog__form")
    form.wait_for()
    return form


def pick(page: Page, label: str, words: str, wanted: str) -> None:
    """Choose a value in a field that searches."""
    box = dialog(page).get_by_role("combobox", name=label)
    box.fill(words)
    press(page, dialog(page).get_by_role("option", name=wanted).first)


def toast(page: Page, text: str) -> Locator:
    note = page.locator("[data-toast]").filter(has_text=text)
    expect(note).to_be_visible()
    return note


def focus(page: Page, text: str, *, limit: int = 80) -> None:
    """Tab until what has the focus bears this text (its name, its label or its words)."""
    name = """() => {
      const one = document.activeElement;
      if (!one.matches("a, button, input, select, textarea")) return "";
      const labels = [...(one.labels ?? [])].map((label) => label.textContent);
      return [one.getAttribute("aria-label"), ...labels, one.textContent].filter(Boolean).join(" ");
    }"""
    started(page)
    for _ in range(limit):
        page.keyboard.press("Tab")
        if text in page.evaluate(name):
            return
    raise AssertionError(f"the Tab key never reaches « {text} »")
