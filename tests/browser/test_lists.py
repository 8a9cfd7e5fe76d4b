"""A list: searched while one types, sorted, filtered, paged, its rows checked, tagged, exported, deleted."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.records import Records
from tests.browser.steps import (
    COMPANIES,
    await_total,
    bulk,
    button,
    check_row,
    choose_facet,
    dialog,
    hide_facets,
    names,
    open_list,
    pick,
    press,
    query,
    ready,
    search,
    show_facets,
    toast,
    total,
)

PAGE = 25
SERIES = 30


@pytest.fixture(scope="session")
def series(records: Records) -> tuple[str, list[int]]:
    """Thirty companies that only look alike to a search for their word; never changed."""
    word = records.word("Zephyrine")
    first = records.companies(word, 10, city="Nantes", postal_code="44000", phone="+33240000000")
    with_site = records.companies(f"{word} bis", 20, city="Brest", postal_code="29200")
    return word, [*first, *with_site]


def test_searching_while_one_types(visit: Open, series: tuple[str, list[int]], width: int) -> None:
    word, _ids = series
    page = visit("reader", width).page
    open_list(page)
    everything = total(page)
    page.locator("#q").press_sequentially(word.lower(), delay=25)
    expect(page.locator("#q")).to_have_value(word.lower())
    await_total(page, SERIES)
    assert query(page)["q"] == [word.lower()]
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#list-total")).to_have_text(str(SERIES))
    page.locator("#q").press_sequentially(" bis")
    await_total(page, 20)
    assert query(page)["q"] == [f"{word.lower()} bis"]
    page.locator("#q").fill("")
    await_total(page, everything)
    assert "q" not in query(page)


def test_an_answer_that_comes_late_is_dropped(visit: Open, records: Records) -> None:
    word = records.word("Calcaire")
    for stone in ("jaspe", "onyx"):
        records.company(name=f"{word} {stone}")
    page = visit("reader").page
    open_list(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(rf"q={word}$"), hold)
    page.locator("#q").press_sequentially(word, delay=10)
    page.wait_for_timeout(500)  # The first question is on its way.
    assert len(held) == 1
    page.locator("#q").press_sequentially(" onyx", delay=10)
    await_total(page, 1)
    held[0].continue_()
    page.wait_for_timeout(300)
    assert total(page) == 1
    expect(page.locator("#q")).to_have_value(f"{word} onyx")
    assert query(page)["q"] == [f"{word} onyx"]


def test_letters_typed_during_an_answer_are_kept(visit: Open, records: Records) -> None:
    word = records.word("Granite")
    for stone in ("jaspe", "onyx"):
        records.company(name=f"{word} {stone}")
    page = visit("reader").page
    open_list(page)

    def slowly(route: Route) -> None:
        time.sleep(0.2)
        route.continue_()

    page.route(re.compile(r"companies/\?q="), slowly)
    page.locator("#q").press_sequentially(f"{word} jaspe", delay=130)
    expect(page.locator("#q")).to_have_value(f"{word} jaspe")
    await_total(page, 1)
    expect(page.locator("#q")).to_have_value(f"{word} jaspe")


def test_sorting_filtering_paging_and_coming_back(
    visit: Open, series: tuple[str, list[int]], width: int
) -> None:
    word, _ids = series
    page = visit("reader", width).page
    open_list(page)
    search(page, word, SERIES)
    assert names(page)[0] == f"{word} 01"
    press(page, page.locator("#sort-name"))
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    press(page, page.locator("#sort-name"))
    expect(page.locator("#list .who__name").first).to_have_text(f"{word} bis 20")
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    assert query(page)["sort"] == ["-name"]
    press(page, page.locator("#page-next"))
    expect(page.locator(".pages__range")).to_have_text("26–30 sur 30")
    assert query(page) == {"q": [word], "sort": ["-name"], "page": ["2"]}
    page.go_back()
    expect(page.locator(".pages__range")).to_have_text("1–25 sur 30")
    page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    ready(page)
    show_facets(page)
    choose_facet(page, "Ville", "Nantes")
    await_total(page, 10)
    choose_facet(page, "Ville", "Brest")  # Several values of one block are added together.
    await_total(page, SERIES)
    hide_facets(page)
    expect(page.locator(".chip")).to_have_count(2)
    assert sorted(query(page)["city"]) == ["Brest", "Nantes"]
    press(page, page.get_by_role("link", name=re.compile("Retirer le filtre .*Nantes")))
    await_total(page, 20)
    expect(page.locator(".chip")).to_have_count(1)
    page.reload()
    await_total(page, 20)
    press(page, page.get_by_role("link", name="Tout effacer"))
    expect(page.locator(".chip")).to_have_count(0)
    assert query(page) == {}
    expect(page.locator("#q")).to_have_value("")


def came_back_to(page: Page, scrolled: float) -> None:
    for _ in range(40):
        if abs(page.evaluate("window.scrollY") - scrolled) < 4:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"at {page.evaluate('window.scrollY')} px, not {scrolled}")


def test_to_a_sheet_along_the_list_and_back(
    visit: Open, series: tuple[str, list[int]], width: int
) -> None:
    word, ids = series
    page = visit("editor", width).page
    open_list(page, f"{COMPANIES}?q={word}")
    check_row(page, ids[1])
    press(page, page.locator("#page-next"))
    expect(page.locator(".pages__range")).to_have_text("26–30 sur 30")
    check_row(page, ids[26])
    address = page.url
    link = page.get_by_role("link", name=f"{word} bis 18")
    link.scroll_into_view_if_needed()
    scrolled = page.evaluate("window.scrollY")
    press(page, link)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} bis 18")
    expect(page.locator(".travel__place")).to_have_text("28 sur 30")
    press(page, page.get_by_role("link", name="Fiche suivante"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} bis 19")
    for _ in range(4):
        press(page, page.get_by_role("link", name="Fiche précédente"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} bis 15")
    expect(page.locator(".travel__place")).to_have_text("25 sur 30")  # The page before.
    for _ in range(3):
        press(page, page.get_by_role("link", name="Fiche suivante"))
    press(page, page.get_by_role("link", name="Historique des actions"))
    press(page, page.locator("a[data-back-to-list]"))
    expect(page).to_have_url(address)
    expect(page.locator(f'[data-select-row][value="{ids[26]}"]')).to_be_checked()
    expect(page.locator("[data-bulk-count]")).to_have_text("2 sélectionnées")
    came_back_to(page, scrolled)


def test_checking_rows(visit: Open, series: tuple[str, list[int]], width: int) -> None:
    word, ids = series
    one = visit("editor", width)
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    header, said = page.locator("#select-all"), page.locator("[data-bulk-count]")
    check_row(page, ids[2])
    expect(said).to_have_text("1 sélectionnée")
    assert header.evaluate("box => box.indeterminate")
    axe.check(one)
    if width == DESKTOP:
        check_row(page, ids[6], modifiers=["Shift"])
        expect(said).to_have_text("5 sélectionnées")
        check_row(page, ids[4])
        expect(said).to_have_text("4 sélectionnées")
    press(page, header)
    expect(said).to_have_text("25 sélectionnées")
    assert not header.evaluate("box => box.indeterminate")
    press(page, button(page, "Sélectionner les 30 résultats"))
    expect(said).to_have_text("Les 30 résultats sont sélectionnés")
    expect(button(page, "Effacer la sélection")).to_be_focused()
    axe.check(one)
    press(page, page.locator("#page-next"))
    expect(page.locator(".pages__range")).to_have_text("26–30 sur 30")
    expect(said).to_have_text("Les 30 résultats sont sélectionnés")
    assert page.locator("[data-select-row]:checked").count() == 5
    search(page, f"{word} bis", 20)  # Another query is another set.
    expect(page.locator("[data-bulk]")).to_be_hidden()


def tag_selection(page: Page, words: str, option: str) -> None:
    bulk(page, "Ajouter un tag")
    pick(page, "Tag", words, option)
    press(page, dialog(page).get_by_role("button", name="Ajouter un tag"))


def test_tagging_rows_of_two_pages_and_taking_it_back(visit: Open, records: Records) -> None:
    word, label = records.word("Mistral"), records.word("parrain ")
    ids = records.companies(word, SERIES)
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    check_row(page, ids[0])
    check_row(page, ids[1])
    press(page, page.locator("#page-next"))
    expect(page.locator(".pages__range")).to_have_text("26–30 sur 30")
    check_row(page, ids[28])
    expect(page.locator("[data-bulk-count]")).to_have_text("3 sélectionnées")
    bulk(page, "Ajouter un tag")
    expect(dialog(page).get_by_role("heading")).to_have_text("Ajouter un tag : 3 entreprises")
    axe.check(one)
    pick(page, "Tag", label, f"Créer le tag « {label} »")
    press(page, dialog(page).get_by_role("button", name="Ajouter un tag"))
    note = toast(page, f"Tag « {label} » ajouté à 3 fiches.")
    assert records.tagged(label) == 3
    expect(page.locator(".pages__range")).to_have_text("26–30 sur 30")
    axe.check(one)
    press(page, note.get_by_role("button", name="Annuler"))
    toast(page, "L’action a été annulée.")
    assert records.tagged(label) == 0


def test_tagging_all_the_results_and_untagging_them(
    visit: Open, records: Records, width: int
) -> None:
    word, label = records.word("Tramontane"), records.word("mentor")
    ids = records.companies(word, SERIES)
    records.tag(label, on=ids[:2])
    page = visit("editor", width).page
    open_list(page, f"{COMPANIES}?q={word}")
    press(page, page.locator("#select-all"))
    press(page, button(page, "Sélectionner les 30 résultats"))
    tag_selection(page, label, label)
    toast(page, f"Tag « {label} » ajouté à 28 fiches.")
    assert records.tagged(label) == SERIES
    bulk(page, "Retirer un tag")
    pick(page, "Tag", label, label)
    press(page, dialog(page).get_by_role("button", name="Retirer un tag"))
    toast(page, f"Tag « {label} » retiré de 30 fiches.")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    toast(page, "L’action a été annulée.")
    assert records.tagged(label) == SERIES


def test_setting_the_sector_of_rows_of_two_pages_and_taking_it_back(
    visit: Open, records: Records, width: int
) -> None:
    word = records.word("Pampero")
    ids = records.companies(word, SERIES)
    one = visit("editor", width)
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    check_row(page, ids[0])
    press(page, page.locator("#page-next"))
    expect(page.locator(".pages__range")).to_have_text("26–30 sur 30")
    check_row(page, ids[29])
    bulk(page, "Secteur d’activité")
    axe.check(one)
    dialog(page).get_by_label("Secteur d’activité").select_option(index=3)
    press(page, dialog(page).locator("button[type=submit]"))
    note = toast(page, "2 fiches")
    assert records.in_sector(ids) == 2
    press(page, note.get_by_role("button", name="Annuler"))
    toast(page, "L’action a été annulée.")
    assert records.in_sector(ids) == 0


def test_a_count_that_is_no_longer_the_one_confirmed_is_refused(
    visit: Open, records: Records
) -> None:
    word, label = records.word("Sirocco"), records.word("sable")
    records.companies(word, SERIES)
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    press(page, page.locator("#select-all"))
    press(page, button(page, "Sélectionner les 30 résultats"))
    records.company(name=f"{word} 31")
    one.expect_problem("status of 409")
    tag_selection(page, label, f"Créer le tag « {label} »")
    expect(dialog(page).get_by_role("heading")).to_have_text("La liste a changé")
    expect(dialog(page)).to_contain_text("31 fiches correspondent maintenant, au lieu de 30")
    axe.check(one)
    assert records.tagged(label) == 0


def test_deleting_undoing_and_restoring(visit: Open, records: Records, width: int) -> None:
    word = records.word("Bise")
    ids = records.companies(word, 3)
    records.contact(first_name="Ode", last_name=word, company_id=ids[0])
    records.site_of(ids[1], city="Blois")
    one = visit("manager", width)
    page = one.page
    open_list(page, f"{COMPANIES}?q={word} 0")
    press(page, page.locator("#select-all"))
    bulk(page, "Supprimer")
    expect(dialog(page).get_by_role("heading")).to_have_text("Supprimer : 3 entreprises")
    expect(dialog(page)).to_contain_text("3 entreprises, 4 établissements, 1 contact détaché")
    expect(dialog(page).get_by_role("button", name="Annuler")).to_be_focused()
    axe.check(one)
    press(page, dialog(page).get_by_role("button", name="Supprimer 3 entreprises"))
    note = toast(page, "3 fiches mises à la corbeille.")
    expect(page.get_by_role("heading", name="Aucun résultat")).to_be_visible()
    press(page, note.get_by_role("button", name="Annuler"))
    await_total(page, 3)
    check_row(page, ids[2])
    bulk(page, "Supprimer")
    press(page, dialog(page).get_by_role("button", name="Supprimer 1 entreprise"))
    await_total(page, 2)
    page.goto("/crm/bin/")
    row = page.get_by_role("row").filter(has_text=f"{word} 03")
    press(page, row.get_by_role("button", name="Restaurer"))
    toast(page, "C’est restauré.")
    open_list(page, f"{COMPANIES}?q={word} 0")
    await_total(page, 3)


def test_deleting_many_asks_for_the_number(visit: Open, records: Records) -> None:
    word = records.word("Noroit")
    records.companies(word, 51)
    one = visit("manager")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    press(page, page.locator("#select-all"))
    press(page, button(page, "Sélectionner les 51 résultats"))
    bulk(page, "Supprimer")
    submit = dialog(page).get_by_role("button", name="Supprimer 51 entreprises")
    expect(submit).to_be_disabled()
    axe.check(one)
    dialog(page).get_by_label("Pour confirmer").fill("51")
    submit.click()
    toast(page, "51 fiches mises à la corbeille.")


def test_the_search_blocks_on_a_phone(visit: Open) -> None:
    one = visit("reader", PHONE)
    page = one.page
    open_list(page, "/crm/contacts/")
    show_facets(page)
    expect(page.locator("#facets-panel")).to_be_visible()
    axe.check(one)
    button(page, "Fermer les filtres").tap()
    expect(page.locator("#facets-panel")).to_be_hidden()


def test_a_list_that_cannot_be_had_says_so(visit: Open) -> None:
    one = visit("reader")
    page = one.page
    open_list(page)
    one.expect_problem("ERR_FAILED")
    one.expect_problem("htmx")
    page.route(re.compile("q="), lambda route: route.abort())
    page.locator("#q").fill("zz")
    toast(page, "La liste n’a pas pu être chargée.")
    expect(page.locator("#q")).to_have_value("zz")
