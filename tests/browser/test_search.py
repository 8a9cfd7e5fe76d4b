"""The search box of a list: nothing typed is lost, Back goes where one was, and finding nothing helps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, Open
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import (
    COMPANIES,
    CONTACTS,
    await_total,
    choose_facet,
    dialog,
    names,
    open_list,
    press,
    query,
    ready,
    search,
    started,
    total,
)

MANY = 40


@pytest.fixture(scope="session")
def series(records: Records) -> tuple[str, list[int]]:
    word = records.word("Basilic")
    first = [
        records.company(name=f"{word} Nantes {one}", city="Nantes") for one in ("jaspe", "onyx")
    ]
    return word, [*first, *records.companies(f"{word} Brest", MANY, city="Brest")]


def test_back_after_typing_shows_the_list_as_it_was(
    visit: Open, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    page = visit("reader").page
    page.goto("/")
    open_list(page)
    everything = total(page)
    box = page.locator("#q")
    box.press_sequentially(word, delay=60)  # Several questions, one entry.
    await_total(page, MANY + 2)
    box.press_sequentially(" nantes", delay=60)
    await_total(page, 2)
    press(page, page.locator("#sort-city"))
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    box.press("End")
    box.press_sequentially(" onyx")
    await_total(page, 1)
    page.go_back()
    await_total(page, 2)
    assert query(page) == {"q": [f"{word} nantes"], "sort": ["city"]}
    expect(box).to_have_value(f"{word} nantes")
    page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    page.go_back()
    await_total(page, everything)
    expect(box).to_have_value("")
    page.go_back()
    expect(page).to_have_url(re.compile("/$"))
    page.go_forward()
    page.go_forward()
    await_total(page, 2)


def test_pasting_esc_and_the_arrow_down(visit: Open, series: tuple[str, list[int]]) -> None:
    word, ids = series
    page = visit("reader").page
    open_list(page)
    everything = total(page)
    box = page.locator("#q")
    box.evaluate(
        "(box, text) => { box.focus(); document.execCommand('insertText', false, text); }",
        f"  {word}   nantes ",
    )
    page.keyboard.press("ArrowDown")  # At once: the first row of the answer, not of what is shown.
    expect(page.locator(f'#list tr[data-id="{ids[0]}"] .who__name')).to_be_focused()
    await_total(page, 2)
    box.focus()
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    await_total(page, everything)
    assert "q" not in query(page)
    expect(box).to_be_focused()


def test_letters_that_are_still_being_composed_are_not_searched(
    visit: Open, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    page = visit("reader").page
    open_list(page)
    everything, asked = total(page), []
    page.on("request", lambda one: asked.append(one.url) if "q=" in one.url else None)
    compose = """(box, text) => {
        box.focus();
        box.dispatchEvent(new CompositionEvent('compositionstart'));
        box.value = text;
        box.dispatchEvent(new InputEvent('input', {isComposing: true, bubbles: true}));
    }"""
    page.locator("#q").evaluate(compose, f"{word} nantes")
    page.wait_for_timeout(500)
    assert (asked, total(page)) == ([], everything)
    page.locator("#q").evaluate("box => box.dispatchEvent(new CompositionEvent('compositionend'))")
    await_total(page, 2)


def test_a_failure_leaves_what_is_typed_and_enter_asks_again(
    visit: Open, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    one = visit("reader")
    one.expect_problem("status of 503")
    one.expect_problem("Response Status Error Code 503")
    page = one.page
    open_list(page)
    everything = total(page)
    page.route(re.compile(rf"q={word}"), lambda route: route.fulfill(status=503), times=1)
    page.locator("#q").fill(word)
    expect(page.locator("[data-toast]")).to_contain_text("La liste n’a pas pu être chargée")
    expect(page.locator("#q")).to_have_value(word)
    assert total(page) == everything
    page.locator("#q").press("Enter")
    await_total(page, MANY + 2)


def test_a_choice_made_while_one_types_undoes_nothing(
    visit: Open, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    page = visit("reader").page
    open_list(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(rf"companies/\?q={word}$"), hold)
    page.locator("#q").fill(word)
    page.wait_for_timeout(400)
    assert len(held) == 1  # The question is on its way when the order is chosen.
    press(page, page.locator("#sort-city"))
    await_total(page, MANY + 2)
    assert query(page) == {"q": [word], "sort": ["city"]}
    expect(page.locator("#q")).to_have_value(word)
    page.locator("#q").press("End")
    page.locator("#q").press_sequentially(" nantes")
    press(page, page.locator("#sort-name"))  # Before the pause that asks.
    await_total(page, 2)
    assert query(page) == {"q": [f"{word} nantes"], "sort": ["name"]}


def test_what_is_typed_before_the_scripts_start_is_searched(
    visit: Open, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    page = visit("reader").page
    page.route("**/js/main.js*", lambda route: (page.wait_for_timeout(300), route.continue_())[1])
    page.goto(COMPANIES, wait_until="commit")
    page.locator("#q").press_sequentially(word)
    await_total(page, MANY + 2)
    expect(page.locator("#q")).to_have_value(word)


def test_why_a_row_was_found_is_said_and_marked(visit: Open, records: Records) -> None:
    word = records.word("Girofle")
    company = records.company(name=word)
    records.site_of(company, sign="Au Café d’Été", city="Amiens")
    one = visit("reader")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}+cafe")
    why = page.locator(".who__why")
    expect(why).to_have_text("Enseigne du site d’Amiens : Au Café d’Été")
    expect(why.locator("mark")).to_have_text("Café")
    axe.check(one)


def test_nothing_found_says_what_to_leave_out(visit: Open, series: tuple[str, list[int]]) -> None:
    word, _ids = series
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}+nantes&city=Brest")
    expect(page.get_by_role("heading", level=2, name="Aucun résultat")).to_be_visible()
    axe.check(one)
    way = page.get_by_role("link", name="Sans le filtre Ville : Brest")
    expect(way).to_contain_text("2 résultats")
    press(page, way)
    await_total(page, 2)
    assert query(page) == {"q": [f"{word} nantes"]}
    search(page, f"{word} introuvable", 0)
    press(page, page.get_by_role("link", name="Sans « introuvable »"))
    await_total(page, MANY + 2)
    expect(page.locator("#q")).to_have_value(word)


def test_what_was_not_found_is_added_filled_in(visit: Open, records: Records) -> None:
    word = records.word("Zinzolin")
    page = visit("editor").page
    open_list(page, CONTACTS)
    search(page, f"Ève {word}", 0)
    press(page, page.get_by_role("link", name=f"Ajouter le contact « Ève {word} »"))
    expect(dialog(page).get_by_label("Prénom")).to_have_value("Ève")
    expect(dialog(page).get_by_label("Nom", exact=False).nth(1)).to_have_value(word)


def test_a_reader_is_not_offered_to_add(visit: Open) -> None:
    page = visit("reader").page
    open_list(page, f"{COMPANIES}?q=zzzintrouvable")
    expect(page.locator(".empty-state")).to_contain_text("Vérifiez l’orthographe")
    assert page.get_by_role("link", name=re.compile("Ajouter")).count() == 0


@pytest.mark.parametrize("screen", [1280, 1920])
def test_the_heads_of_the_columns_stay_in_view(
    visit: Open, series: tuple[str, list[int]], screen: int
) -> None:
    word, ids = series
    page = visit("reader", DESKTOP).page
    page.set_viewport_size({"width": screen, "height": 700})
    open_list(page, f"{COMPANIES}?q={word}&size=50")
    last = page.locator(f'#list tr[data-id="{ids[-1]}"] .who__name')
    last.focus()
    head = page.locator("#list thead th").first.bounding_box()
    box = last.bounding_box()
    assert head
    assert box
    assert 0 <= head["y"] < 60 or page.locator(".list__scroll--wide").count() == 1
    assert head["y"] + head["height"] <= box["y"]  # What has the focus is not under them.
    assert head["y"] >= 0
    page.set_viewport_size({"width": DESKTOP, "height": 900})


def test_nothing_jumps_sideways_while_one_types(visit: Open, series: tuple[str, list[int]]) -> None:
    word, _ids = series
    page = visit("reader").page
    open_list(page)

    def places() -> list[float]:
        boxes = [
            page.locator(one).bounding_box() for one in ("#q", ".facets", ".page-head__buttons")
        ]
        return [value for box in boxes if box for value in (box["x"], box["y"], box["width"])]

    before = places()
    search(page, f"{word} Nantes onyx", 1)
    assert places() == before
    search(page, "zzzintrouvable", 0)
    assert places() == before


def scrolled_to_row(page: Page, record: int) -> float:
    page.locator(f'#list tr[data-id="{record}"] .who__name').scroll_into_view_if_needed()
    return float(
        page.evaluate("window.scrollY + document.querySelector('.list__scroll').scrollTop")
    )


def test_the_back_button_returns_to_the_row_and_the_selection(
    visit: Open, series: tuple[str, list[int]], width: int
) -> None:
    word, ids = series
    page = visit("editor", width).page
    open_list(page, f"{COMPANIES}?size=50")
    search(page, f"{word} brest", MANY)
    page.locator(f'[data-select-row][value="{ids[3]}"]').click()
    ready(page)
    place = scrolled_to_row(page, ids[30])
    assert place > 100
    press(page, page.locator(f'#list tr[data-id="{ids[30]}"] .who__name'))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} Brest 29")
    page.go_back()
    await_total(page, MANY)
    started(page)
    expect(page.locator(f'[data-select-row][value="{ids[3]}"]')).to_be_checked()
    for _ in range(40):
        now = page.evaluate("window.scrollY + document.querySelector('.list__scroll').scrollTop")
        if abs(now - place) < 4:
            break
        page.wait_for_timeout(50)
    assert abs(now - place) < 4
    assert names(page)[0] == f"{word} Brest 01"


def test_a_search_block_and_the_search_go_together(
    visit: Open, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    page = visit("reader").page
    open_list(page, f"{COMPANIES}?q={word}")
    choose_facet(page, "Ville", "Nantes")
    await_total(page, 2)
    search(page, f"{word} onyx", 1)
    assert query(page) == {"q": [f"{word} onyx"], "city": ["Nantes"]}
    page.go_back()
    await_total(page, 2)
    assert query(page) == {"q": [word], "city": ["Nantes"]}


def test_once_the_session_has_ended_one_signs_in_and_finds_the_search_again(
    visit: Open, site: Site, series: tuple[str, list[int]]
) -> None:
    word, _ids = series
    page = visit("reader").page
    open_list(page)
    page.context.clear_cookies()
    page.locator("#q").fill(word)
    expect(page).to_have_url(re.compile(r"/login/\?next="))
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    page.get_by_label("Identifiant").fill("reader")
    page.get_by_label("Mot de passe", exact=True).fill(site.password)
    press(page, page.get_by_role("button", name="Se connecter"))
    await_total(page, MANY + 2)
    expect(page.locator("#q")).to_have_value(word)
