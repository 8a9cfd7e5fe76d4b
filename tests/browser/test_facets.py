"""The search blocks in a browser: searching in one, opening more, own dates, the sheet of a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser import axe
from tests.browser.conftest import PHONE, Open
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import (
    await_total,
    button,
    choose_facet,
    open_list,
    press,
    query,
    ready,
    show_facets,
    total,
)

TOWNS = 12


@pytest.fixture(scope="session")
def towns(records: Records) -> str:
    """One company in each of some towns whose names begin with a word of ours; three in the first."""
    word = records.word("Zétaville")
    for number in range(1, TOWNS + 1):
        for _ in range(3 if number == 1 else 1):
            records.company(name=f"{word} SA", city=f"{word}-{number:02}")
    return word


def block(page: Page, key: str) -> Locator:
    return page.locator(f'[data-facet="{key}"]')


def values(page: Page, key: str) -> list[str]:
    return block(page, key).locator(".facet__label").all_inner_texts()


def chosen(page: Page, key: str) -> Locator:
    return block(page, key).locator('.facet__choice[aria-current="true"]')


def search_in(page: Page, key: str, words: str) -> Locator:
    box = block(page, key).get_by_role("searchbox")
    box.fill(words)
    return box


def test_searching_in_a_block_and_choosing_several(visit: Open, towns: str, width: int) -> None:
    page = visit("reader", width).page
    open_list(page)
    show_facets(page)
    search_in(page, "city", towns.lower().replace("é", "e"))
    expect(block(page, "city").locator(".facet__choice")).to_have_count(TOWNS)
    assert values(page, "city")[0] == f"{towns}-01"  # Three companies are there.
    choose_facet(page, "Ville", f"{towns}-02")
    await_total(page, 1)
    expect(chosen(page, "city")).to_have_text(re.compile(f"{towns}-02"))
    # What was searched is still there, so that another one is a click away.
    expect(block(page, "city").locator(".facet__choice")).to_have_count(TOWNS)
    choose_facet(page, "Ville", f"{towns}-01")
    await_total(page, 4)
    expect(chosen(page, "city")).to_have_count(2)
    assert sorted(query(page)["city"]) == [f"{towns}-01", f"{towns}-02"]
    search_in(page, "city", "")
    expect(block(page, "city").locator("[data-facet-more]")).to_be_visible()
    expect(chosen(page, "city")).to_have_count(2)


def test_an_answer_that_comes_late_takes_nobodys_place(visit: Open, towns: str) -> None:
    page = visit("reader").page
    open_list(page)
    held: list[Route] = []
    page.route(re.compile(r"in=slow"), lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks it.
    search_in(page, "city", "slow")
    page.wait_for_timeout(400)
    assert held
    search_in(page, "city", f"{towns} 03")
    expect(block(page, "city").locator(".facet__choice")).to_have_count(1)
    for route in held:
        route.abort()
    expect(block(page, "city").locator(".facet__label")).to_have_text([f"{towns}-03"])


def test_more_values_are_opened_in_place(visit: Open, towns: str) -> None:
    page = visit("reader").page
    open_list(page)
    show_facets(page)
    before = len(values(page, "city"))
    press(page, block(page, "city").locator("[data-facet-more]"))
    expect(block(page, "city").locator(".facet__choice")).to_have_count(51)  # And « Sans ville ».
    assert before < 10
    focused = page.evaluate("document.activeElement.className")
    assert "facet__choice" in focused
    choose_facet(page, "Contacts", "Avec contact")
    expect(page.locator(".chip")).to_have_count(1)
    expect(block(page, "city").locator(".facet__choice")).to_have_count(51)


def test_own_dates(visit: Open) -> None:
    page = visit("reader").page
    open_list(page)
    everything = total(page)
    show_facets(page)
    made = block(page, "created")
    press(page, made.locator("summary"))
    press(page, made.get_by_role("button", name=re.compile("Filtrer")))
    expect(made.locator(".facet__error")).to_have_text("Indiquez au moins une date.")
    expect(made.get_by_label("Du")).to_be_focused()
    made.get_by_label("Du").fill("2026-03-01")
    made.get_by_label("Au").fill("2026-02-01")
    press(page, made.get_by_role("button", name=re.compile("Filtrer")))
    expect(made.locator(".facet__error")).to_contain_text("La date de fin vient avant")
    expect(made.get_by_label("Au")).to_have_attribute("aria-invalid", "true")
    made.get_by_label("Au").fill("2026-04-01")
    made.get_by_label("Au").press("Enter")
    expect(page.locator(".chip__text")).to_have_text(
        re.compile("Création.: Du 01/03/2026 au 01/04/2026")
    )
    assert 0 < total(page) < everything
    assert query(page) == {"created": ["2026-03-01..2026-04-01"]}
    expect(made.get_by_label("Du")).to_have_value("2026-03-01")
    expect(chosen(page, "created").locator(".facet__count")).to_have_text(
        re.compile(rf"^{total(page)}$")
    )
    page.go_back()
    await_total(page, everything)


def test_a_block_stays_open_or_closed(visit: Open) -> None:
    page = visit("reader").page
    open_list(page)
    for key, opens in (("naf", True), ("tag", False)):
        block(page, key).locator("summary").click()
        expect(block(page, key).locator(".facet__values")).to_be_visible(visible=opens)
    choose_facet(page, "Contacts", "Avec contact")
    expect(page.locator(".chip")).to_have_count(1)
    ready(page)
    page.reload()
    ready(page)
    expect(block(page, "naf").locator(".facet__values")).to_be_visible()
    expect(block(page, "tag").locator(".facet__values")).to_be_hidden()


def test_two_choices_faster_than_the_answers(visit: Open, towns: str) -> None:
    page = visit("reader").page
    open_list(page, f"/crm/companies/?q={towns}")
    page.evaluate(
        """([first, second]) => {
          const links = [...document.querySelectorAll('[data-facet="city"] .facet__choice')];
          for (const town of [first, second]) links.find((one) => one.textContent.includes(town)).click();
        }""",
        [f"{towns}-01", f"{towns}-02"],
    )
    await_total(page, 4)
    assert sorted(query(page)["city"]) == [f"{towns}-01", f"{towns}-02"]


def test_the_sheet_of_a_phone_says_what_it_leads_to(visit: Open, towns: str) -> None:
    page = visit("reader", PHONE).page
    open_list(page, f"/crm/companies/?q={towns}")
    see = page.locator(".facets__foot .btn")
    show_facets(page)
    expect(page.locator(".facets__title")).to_be_focused()
    expect(see).to_have_text(f"Voir les {TOWNS + 2} résultats")
    choose_facet(page, "Ville", f"{towns}-01")
    expect(see).to_have_text("Voir les 3 résultats")
    choose_facet(page, "Ville", f"{towns}-01")
    expect(see).to_have_text(f"Voir les {TOWNS + 2} résultats")
    choose_facet(page, "Ville", f"{towns}-02")
    expect(see).to_have_text("Voir le résultat")
    choose_facet(page, "Contacts", "Avec contact")
    expect(see).to_have_text("Aucun résultat")
    see.tap()
    expect(page.locator("#facets-panel")).to_be_hidden()
    expect(page.locator(".chip")).to_have_count(2)


def test_every_state_of_a_block_is_accessible(visit: Open, towns: str, width: int) -> None:
    one = visit("reader", width)
    page = one.page
    open_list(page, f"/crm/companies/?q={towns}&city={towns}-01&verified=yes")
    show_facets(page)
    for key in ("created", "naf", "country"):
        block(page, key).locator("summary").click()
    block(page, "created").get_by_role("button", name=re.compile("Filtrer")).click()
    search_in(page, "city", "nulle part ailleurs")
    expect(block(page, "city")).to_contain_text("Aucune valeur ne correspond")
    axe.check(one)
    for address in ("city?in=sa", "created", ""):
        page.goto(f"/crm/companies/facets/{address}")
        axe.check(one)


@pytest.fixture
def without_scripts(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site.url, java_script_enabled=False, locale="fr-FR", viewport={"width": 1440, "height": 900}
    )  # fmt: skip
    context.add_cookies([site.cookie_of("reader")])  # type: ignore[list-item]
    yield context.new_page()
    context.close()


def test_without_scripts_the_blocks_are_pages(without_scripts: Page, towns: str) -> None:
    page = without_scripts
    page.goto(f"/crm/companies/?q={towns}")
    page.get_by_role("link", name="Afficher les filtres").click()
    page.locator("#facet-city-in").fill(f"{towns} 02")
    block(page, "city").get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name=re.compile(f"{towns}-02")).click()
    assert parse_qs(urlsplit(page.url).query) == {"q": [towns], "city": [f"{towns}-02"]}
    expect(page.locator("#list")).to_have_attribute("data-total", "1")
    page.goto("/crm/companies/facets/created")
    page.get_by_label("Du").fill("2099-01-01")
    button(page, "Filtrer Création").click()
    expect(page.locator("#list")).to_have_attribute("data-total", "0")
    expect(page.locator(".chip__text")).to_contain_text("À partir du 01/01/2099")
