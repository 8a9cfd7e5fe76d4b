"""Leaving a pop-up or a form's page: at once where nothing was typed, else after a question."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, Open
from tests.browser.records import Records
from tests.browser.steps import COMPANIES, dialog, open_edit, press, sheet_action
from tests.browser.test_forms import PHONE_MINE, SHOWN_MINE, edit, field


def test_esc_asks_before_it_throws_away(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Gardée"))
    one = visit("editor")
    page = one.page
    edit(page, company)
    page.keyboard.press("Escape")  # Nothing typed: nothing to ask.
    expect(dialog(page)).to_be_hidden()
    expect(page.locator("#sheet-actions-button")).to_be_focused()
    open_edit(page)
    field(page, "Téléphone").fill(PHONE_MINE)
    page.keyboard.press("Escape")
    question = dialog(page).get_by_role("alertdialog")
    expect(question.get_by_role("button", name="Continuer la saisie")).to_be_focused()
    axe.check(one)
    page.keyboard.press("Escape")  # Once more means: go on.
    expect(question).to_be_hidden()
    expect(field(page, "Téléphone")).to_have_value(PHONE_MINE)
    expect(field(page, "Téléphone")).to_be_focused()
    press(page, dialog(page).get_by_role("button", name="Annuler"))
    press(page, question.get_by_role("button", name="Abandonner"))
    expect(dialog(page)).to_be_hidden()
    assert records.value(company, "phone") is None


def test_esc_while_the_pop_up_is_on_its_way_closes_it_for_good(
    visit: Open, records: Records
) -> None:
    """Its answer has begun to come, the rest of it comes after the key."""
    company = records.company(name=records.word("Attendue"))
    page = visit("editor").page
    page.goto(f"{COMPANIES}{company}/")
    page.evaluate("""() => {
      const { text } = Response.prototype;
      Response.prototype.text = async function () {
        document.body.dataset.begun = "true";
        await new Promise((done) => { window.goOn = done; });
        const whole = await text.call(this);
        setTimeout(() => { document.body.dataset.whole = "true"; }, 100);
        return whole;
      };
    }""")
    sheet_action(page, "Modifier")
    expect(page.locator("body[data-begun]")).to_be_visible()
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    page.evaluate("goOn()")
    expect(page.locator("body[data-whole]")).to_be_visible()
    expect(dialog(page)).to_be_hidden()


def test_leaving_a_page_with_something_typed_asks(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Quittée"))
    page = visit("editor", DESKTOP).page
    page.goto(f"{COMPANIES}{company}/edit")
    page.get_by_label("Téléphone").fill(PHONE_MINE)
    asked: list[str] = []

    def stay(question: Any) -> None:
        asked.append(question.type)
        question.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Accueil").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Téléphone")).to_have_value(PHONE_MINE)
    page.get_by_role("button", name="Modifier").click()
    expect(page.locator(".sheet__facts")).to_contain_text(SHOWN_MINE)
    assert asked == ["beforeunload"]
