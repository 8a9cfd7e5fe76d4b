"""A sheet: its tags, its PDF, its map, and the journey of a person who has no mouse."""

from __future__ import annotations

import io
import re

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser import axe
from tests.browser.conftest import DESKTOP, Open
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import (
    COMPANIES,
    CONTACTS,
    await_total,
    dialog,
    focus,
    press,
    sheet_action,
    toast,
)


def test_tags_of_a_sheet(visit: Open, records: Records, width: int) -> None:
    company = records.company(name=records.word("Étiquetée"))
    known, new = records.word("taxe "), records.word("jury ")
    records.tag(known)
    one = visit("editor", width)
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    for label, option in ((known, known), (new, f"Créer le tag « {new} »")):
        press(page, page.get_by_role("link", name="Ajouter un tag"))
        box = dialog(page).get_by_role("combobox", name="Tag")
        expect(box).to_be_focused()
        box.fill(label)
        choice = dialog(page).get_by_role("option", name=option)
        choice.wait_for()
        axe.check(one)
        press(page, choice)
        press(page, dialog(page).get_by_role("button", name="Ajouter", exact=True))
        expect(page.locator(".sheet__tags")).to_contain_text(label)
    assert (records.tagged(known), records.tagged(new)) == (1, 1)
    press(page, page.get_by_role("button", name=f"Retirer le tag {known}"))
    expect(page.locator(".sheet__tags")).not_to_contain_text(known)
    assert (records.tagged(known), records.tagged(new)) == (0, 1)
    press(page, page.get_by_role("link", name="Historique des actions"))
    expect(page.locator(".history").first).to_contain_text(known)


def test_a_tag_that_exists_is_chosen_by_its_name(visit: Open, records: Records) -> None:
    company, label = records.company(name=records.word("Pareille")), records.word("Évènement ")
    records.tag(label)
    page = visit("editor").page
    page.goto(f"{COMPANIES}{company}/")
    page.get_by_role("link", name="Ajouter un tag").click()
    box = dialog(page).get_by_role("combobox", name="Tag")
    box.fill(label.lower())
    expect(dialog(page).get_by_role("option")).to_have_text(
        [f"{label}aucune fiche"]  # None that would double it.
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".sheet__tags")).to_contain_text(label)
    assert records.tagged(label) == 1


def test_printing_a_sheet(visit: Open, records: Records) -> None:
    word = records.word("Imprimée")
    company = records.company(name=f"{word} Œuvre", phone="+33140000000")
    page = visit("reader").page
    page.goto(f"{COMPANIES}{company}/")
    address = f"/crm/companies/{company}/print"
    with (
        page.context.expect_event("request", lambda one: one.url.endswith(address)) as asked,
        page.expect_popup(),
    ):
        sheet_action(page, "Imprimer")
    assert asked.value.method == "POST"
    assert page.url.endswith(f"{COMPANIES}{company}/")  # What asks is the window that has opened.
    # Chromium without a window shows no PDF: the same question is put again, by the page itself.
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    answer = page.request.post(f"{COMPANIES}{company}/print", form={"csrf_token": token})
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.body())).pages)
    assert f"{word} Œuvre" in text
    page.reload()
    press(page, page.get_by_role("link", name="Historique des actions"))
    expect(page.locator(".history").first).to_contain_text("imprimé")


def test_the_map(visit: Open, records: Records, width: int) -> None:
    company = records.company(
        name=records.word("Située"),
        address="2 place de la Mairie",
        postal_code="41000",
        city="Blois",
        commune_code="41018",
    )
    one = visit("reader", width)
    page = one.page
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.goto(f"{COMPANIES}{company}/")
    press(page, page.get_by_role("link", name="Voir sur la carte"))
    expect(dialog(page).locator(".map__mark")).to_be_visible()
    expect(dialog(page)).to_contain_text("41000 Blois")
    axe.check(one)
    press(page, dialog(page).get_by_role("button", name="Fermer"))
    expect(dialog(page)).to_be_hidden()
    expect(page.get_by_role("link", name="Voir sur la carte")).to_be_focused()
    assert {url.split("/")[2] for url in elsewhere} == {page.url.split("/")[2]}


def test_the_tabs_have_addresses(visit: Open, records: Records, width: int) -> None:
    word = records.word("Onglée")
    company = records.company(name=word, city="Blois")
    records.site_of(company, city="Tours", trade_name="Onglée Tours")
    contact = records.contact(first_name="Ève", last_name=records.word("Colin"), company_id=company)
    page = visit("reader", width).page
    page.goto(f"{COMPANIES}{company}/")
    for label, end, shown in (
        ("Contacts", "contacts", "Ève Colin"),
        ("Établissements", "establishments", "Onglée Tours"),
        ("Historique des actions", "history", "a créé la fiche"),
    ):
        tab = page.locator(".tabs").get_by_role("link", name=re.compile(label))
        press(page, tab)
        expect(page).to_have_url(re.compile(f"/{end}$"))
        expect(tab).to_have_attribute("aria-current", "page")
        expect(page.locator(".sheet__content")).to_contain_text(shown)
    page.go_back()
    press(page, page.get_by_role("link", name=re.compile("Onglée Tours")))
    expect(page.get_by_role("heading", name="Onglée Tours")).to_be_visible()
    page.goto(f"{CONTACTS}{contact}/")
    for label, end in (
        ("Coordonnées", "coordinates"),
        ("Historique des actions", "history"),
        ("Relations dans l’entreprise", "relations"),
    ):
        press(page, page.locator(".tabs").get_by_role("link", name=re.compile(label)))
        expect(page).to_have_url(re.compile(f"/{end}$"))


def test_the_main_journey_by_keyboard_alone(visit: Open, records: Records, site: Site) -> None:
    word, label = records.word("Clavière"), records.word("clavier")
    companies = records.companies(word, 3)
    records.tag(label)
    page = visit(None, DESKTOP).page
    page.goto("/login/")
    page.keyboard.type("editor")
    page.keyboard.press("Tab")
    page.keyboard.type(site.password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("^Bonjour")).wait_for()

    focus(page, "Administration")
    expect(page.locator("#menu-administration")).to_be_visible()  # Focus alone opens it.
    focus(page, "Entreprises")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=re.compile("^Entreprises")).wait_for()

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    focus(page, "Chercher dans la liste")
    page.keyboard.type(f"{word} 0")
    await_total(page, 3)
    focus(page, "Nom")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#sort-name")).to_be_focused()

    focus(page, f"Sélectionner {word} 01")
    page.keyboard.press("Space")
    focus(page, f"Sélectionner {word} 03")
    page.keyboard.press("Space")
    expect(page.locator("[data-bulk-count]")).to_have_text("2 sélectionnées")
    page.locator("#main").evaluate("one => one.focus()")
    focus(page, "Ajouter un tag")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("combobox", name="Tag")).to_be_focused()
    page.keyboard.type(label)
    expect(dialog(page).get_by_role("option", name=label)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    toast(page, f"Tag « {label} » ajouté à 2 fiches.")

    page.locator("#main").evaluate("one => one.focus()")
    focus(page, f"{word} 02")  # Its check box,
    focus(page, f"{word} 02")  # then its name.
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} 02")
    focus(page, "Fiche suivante")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} 03")
    focus(page, "Actions")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_label(re.compile("^Raison sociale"))).to_be_focused()
    focus(page, "Téléphone")
    page.keyboard.type("02 54 00 00 00")
    page.keyboard.press("Control+Enter")
    expect(dialog(page)).to_be_hidden()
    assert records.value(companies[2], "phone") == "+33254000000"
    focus(page, "Entreprises")  # In the task bar's menu,
    page.keyboard.press("Escape")
    page.locator("#main").evaluate("one => one.focus()")
    focus(page, "Entreprises")  # then in the trail.
    page.keyboard.press("Enter")
    await_total(page, 3)

    page.locator("#main").evaluate("one => one.focus()")
    focus(page, "Ajouter une entreprise")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_label(re.compile("^Raison sociale"))).to_be_focused()
    page.keyboard.type(f"{word} neuve")
    focus(page, "Sans SIREN")
    page.keyboard.type("En cours")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} neuve")

    focus(page, "Mon compte")
    page.keyboard.press("Enter")
    focus(page, "Se déconnecter partout")
    focus(page, "Se déconnecter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
