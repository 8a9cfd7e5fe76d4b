"""The logo and the photo: choosing, cutting, replacing, removing, by mouse, finger and keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PIL import Image as Drawing
from playwright.sync_api import Locator, Page, Route, expect

from app.companies.models import Company
from app.contacts.models import Contact
from app.extensions import db
from app.history.actions import Subject
from app.images import store
from app.images.decoding import HEAVIEST, Size, read_picture
from app.images.models import Image
from app.images.operations import set_image
from tests.browser import axe
from tests.browser.conftest import DESKTOP, PHONE, Open, Windows
from tests.browser.records import Records
from tests.browser.steps import COMPANIES, CONTACTS, button, dialog, press, started, toast
from tests.conftest import account_named
from tests.images.samples import opened, picture

LOGO, OTHER = picture("PNG", (480, 160)), picture("JPEG", (300, 300))
REFUSED = "422"  # Chromium writes the status of a refused form on the console.


def file(data: bytes, name: str = "logo.png", kind: str = "image/png") -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": data}


def kept(records: Records, model: type[Company] | type[Contact], pk: int) -> Drawing.Image | None:
    """The picture that a record bears, as it is stored."""

    def look() -> Drawing.Image | None:
        record = db.session.get_one(model, pk)
        image_id = record.logo_id if isinstance(record, Company) else record.photo_id
        if image_id is None:
            return None
        data = store.read(db.session.get_one(Image, image_id).sha256, Size.LARGE)
        return opened(data or b"").convert("RGB")

    return records.read(look)


def bear(records: Records, company: int, data: bytes) -> None:
    """Another person's picture, set behind the browser's back."""
    with records.context():
        record, by = db.session.get_one(Company, company), account_named("admin")
        found = read_picture(data, is_photo=False)
        set_image(record, found, subject=Subject.COMPANY, seen=record.logo_id, by=by)


def open_editor(page: Page, name: str = "Ajouter une photo") -> Locator:
    if not page.get_by_role("link", name=name).is_visible():
        page.locator(".portrait-box").hover()
    press(page, page.get_by_role("link", name=name))
    form = dialog(page).locator("[data-portrait-editor]")
    form.wait_for()
    return form


def choose(form: Locator, data: bytes, **more: str) -> None:
    form.locator('input[type="file"]').set_input_files(file(data, **more))  # type: ignore[arg-type]


def stage(form: Locator) -> Locator:
    found = form.get_by_role("application", name="Cadrage de l’image")
    expect(found).to_be_visible()
    return found


def is_loaded(image: Locator) -> bool:
    return bool(image.evaluate("(image) => image.decode().then(() => image.naturalWidth > 0)"))


def test_a_logo_is_added_replaced_removed_and_taken_back(
    visit: Open, records: Records, width: int
) -> None:
    company = records.company(name=records.word("Blasonnée"))
    one = visit("editor", width)
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    form = open_editor(page)
    expect(form.locator('input[type="file"]')).to_be_focused()
    axe.check(one)
    choose(form, LOGO)
    stage(form)
    axe.check(one)
    press(page, button(page, "Ajouter"))
    toast(page, "Logo ajouté.")
    logo = page.locator(".sheet__banner img.portrait")
    assert is_loaded(logo)
    first = kept(records, Company, company)
    assert first is not None
    assert first.width == 3 * first.height  # The whole, whatever its shape.
    form = open_editor(page, "Remplacer le logo")
    expect(form.get_by_role("img", name="L’image actuelle")).to_be_visible()
    axe.check(one)
    choose(form, OTHER)
    stage(form)
    press(page, button(page, "Remplacer"))
    toast(page, "Logo remplacé.")
    if width > PHONE:
        page.locator(".portrait-box").hover()
    press(page, button(page, "Retirer le logo"))
    toast(page, "Logo retiré.")
    expect(page.get_by_role("link", name="Ajouter une photo")).to_be_visible()
    assert kept(records, Company, company) is None
    press(page, page.locator("[data-toast]").get_by_role("button", name="Annuler"))
    expect(logo).to_be_visible()
    press(page, page.get_by_role("link", name="Historique des actions"))
    lines = page.locator(".history").first
    for sentence in ("a ajouté le logo", "a remplacé le logo", "a retiré le logo"):
        expect(lines).to_contain_text(sentence)


def test_the_pencil_and_the_bin_show_on_hover_and_on_focus(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Outillée"))
    bear(records, company, LOGO)
    one = visit("editor")
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    tools = page.locator(".portrait-box__tools")
    expect(tools).to_have_css("opacity", "0")
    page.locator(".portrait-box").hover()
    expect(tools).to_have_css("opacity", "1")
    axe.check(one)
    page.mouse.move(900, 700)
    expect(tools).to_have_css("opacity", "0")
    page.get_by_role("link", name="Remplacer le logo").focus()
    expect(tools).to_have_css("opacity", "1")
    page.keyboard.press("Tab")
    expect(button(page, "Retirer le logo")).to_be_focused()
    page.keyboard.press("Enter")
    toast(page, "Logo retiré.")


def test_a_photo_is_cut_by_keyboard(visit: Open, records: Records) -> None:
    contact = records.contact(first_name="Ada", last_name=records.word("Cadrée"))
    page = visit("editor").page
    page.goto(f"{CONTACTS}{contact}/")
    form = open_editor(page)
    choose(form, picture("PNG", (800, 400)))
    held = stage(form)
    held.focus()
    for _press in range(30):  # The picture goes to the right: its left, the red part, comes in.
        page.keyboard.press("Shift+ArrowRight")
    zoom = form.get_by_role("slider", name="Zoom")
    before = zoom.input_value()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert int(zoom.input_value()) > int(before)
    page.keyboard.press("-")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+Enter")
    toast(page, "Photo ajoutée.")
    photo = kept(records, Contact, contact)
    assert photo is not None
    assert photo.width == photo.height < 400  # A square, smaller than without the zoom.
    assert photo.getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_a_photo_is_cut_by_mouse(visit: Open, records: Records) -> None:
    contact = records.contact(first_name="Ida", last_name=records.word("Glissée"))
    page = visit("editor").page
    page.goto(f"{CONTACTS}{contact}/")
    form = open_editor(page)
    choose(form, picture("PNG", (800, 400)))
    box = stage(form).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=4)  # To the left: the blue part comes in.
    page.mouse.up()
    page.mouse.wheel(0, -100)
    press(page, button(page, "Ajouter"))
    toast(page, "Photo ajoutée.")
    photo = kept(records, Contact, contact)
    assert photo is not None
    assert photo.getpixel((photo.width - 5, 5))[2] > 200  # type: ignore[index]


DROP = """([bytes, how]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], "collé.png", { type: "image/png" }));
  const form = document.querySelector("[data-portrait-editor]");
  form.dispatchEvent(how === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def test_a_picture_is_dropped_or_pasted(visit: Open, records: Records) -> None:
    for how in ("drop", "paste"):
        company = records.company(name=records.word("Déposée"))
        page = visit("editor").page
        page.goto(f"{COMPANIES}{company}/")
        form = open_editor(page)
        page.evaluate(DROP, [list(LOGO), how])
        stage(form)
        press(page, button(page, "Ajouter"))
        toast(page, "Logo ajouté.")
        assert kept(records, Company, company) is not None


def test_a_refusal_stays_in_the_pop_up(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Refusée"))
    one = visit("editor")
    one.expect_problem(REFUSED)
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    form = open_editor(page)
    choose(
        form, b"<svg xmlns='http://www.w3.org/2000/svg'/>", name="logo.svg", kind="image/svg+xml"
    )
    press(page, button(page, "Ajouter"))
    expect(form.locator(".field__error")).to_contain_text("SVG n’est pas accepté")
    expect(form.locator('input[type="file"]')).to_be_focused()
    axe.check(one)
    choose(form, LOGO)
    stage(form)
    press(page, button(page, "Ajouter"))
    toast(page, "Logo ajouté.")


def test_a_heavy_photo_is_made_smaller_before_it_is_sent(
    visit: Open, records: Records, tmp_path: Path
) -> None:
    heavy = tmp_path / "IMG_1.jpg"
    channels = [Drawing.effect_noise((1700, 1700), 90 + number) for number in range(3)]
    Drawing.merge("RGB", channels).save(heavy, quality=100, subsampling=0)
    assert heavy.stat().st_size > HEAVIEST
    contact = records.contact(first_name="Éva", last_name=records.word("Lourde"))
    page = visit("editor").page
    page.goto(f"{CONTACTS}{contact}/")
    form = open_editor(page)
    form.locator('input[type="file"]').set_input_files(heavy)
    stage(form)
    press(page, button(page, "Ajouter"))
    toast(page, "Photo ajoutée.")
    assert kept(records, Contact, contact) is not None


def test_a_heavy_file_that_is_no_picture_is_not_even_sent(
    visit: Open, records: Records, tmp_path: Path
) -> None:
    film = tmp_path / "film.png"
    film.write_bytes(b"\0" * (HEAVIEST + 1))
    company = records.company(name=records.word("Pesante"))
    one = visit("editor")
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    form = open_editor(page)
    form.locator('input[type="file"]').set_input_files(film)
    refusal = form.locator("[data-refusal]")
    expect(refusal).to_contain_text("pèse plus de")
    press(page, button(page, "Ajouter"))
    expect(refusal).to_be_visible()
    axe.check(one)
    choose(form, LOGO)
    expect(refusal).to_be_hidden()


def test_another_persons_picture_is_shown_and_mine_is_not_lost(
    visit: Open, records: Records
) -> None:
    company = records.company(name=records.word("Disputée"))
    one = visit("editor")
    one.expect_problem("409")
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    form = open_editor(page)
    choose(form, LOGO)
    stage(form)
    bear(records, company, OTHER)
    press(page, button(page, "Ajouter"))
    notice = form.locator(".notice")
    expect(notice).to_contain_text("Une autre personne vient de changer cette image")
    stage(form)  # My picture is still there.
    axe.check(one)
    press(page, button(page, "Remplacer"))
    toast(page, "Logo remplacé.")
    mine = kept(records, Company, company)
    assert mine is not None
    assert mine.width == 3 * mine.height


def test_the_progress_is_shown_while_the_file_goes(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Patiente"))
    page = visit("editor").page
    page.goto(f"{COMPANIES}{company}/")
    form = open_editor(page)
    choose(form, LOGO)
    stage(form)
    waiting: list[Route] = []
    page.route("**/image", lambda route: waiting.append(route))  # noqa: PLW0108  # Playwright marks it.
    press(page, button(page, "Ajouter"))
    expect(form.get_by_role("progressbar", name="Envoi en cours")).to_be_visible()
    expect(button(page, "Ajouter")).to_have_attribute("aria-busy", "true")
    waiting[0].continue_()
    toast(page, "Logo ajouté.")


def test_it_works_without_scripts(windows: Windows, records: Records) -> None:
    contact = records.contact(first_name="Zoé", last_name=records.word("Sobre"))
    context = windows.browser.new_context(
        base_url=windows.site.url, java_script_enabled=False, locale="fr-FR"
    )
    context.add_cookies([windows.site.cookie_of("editor")])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{CONTACTS}{contact}/")
    page.get_by_role("link", name="Ajouter une photo").click()
    page.locator("#file").set_input_files(file(b"text"))  # type: ignore[arg-type]
    button(page, "Ajouter").click()
    expect(page.locator("#file-error")).to_contain_text("n’est pas une image")
    page.locator("#file").set_input_files(file(picture("PNG", (800, 400))))  # type: ignore[arg-type]
    button(page, "Ajouter").click()
    expect(page.locator("img.portrait").first).to_be_visible()
    photo = kept(records, Contact, contact)
    assert photo is not None
    assert photo.size == (400, 400)  # The middle.
    button(page, "Retirer la photo").click()
    expect(page.locator("[data-toast]")).to_contain_text("Photo retirée.")
    button(page, "Annuler").click()
    expect(page.locator("img.portrait").first).to_be_visible()
    context.close()


def test_portraits_show_in_lists_and_among_the_people_of_a_company(
    visit: Open, records: Records
) -> None:
    word = records.word("Portraiturée")
    company = records.company(name=word)
    bear(records, company, LOGO)
    contact = records.contact(first_name="Noé", last_name=word, company_id=company)
    with records.context():
        found = read_picture(OTHER, is_photo=True)
        person, by = db.session.get_one(Contact, contact), account_named("admin")
        set_image(person, found, subject=Subject.CONTACT, seen=None, by=by)
    page = visit("reader").page
    for address in (
        f"{COMPANIES}?q={word}",
        f"{CONTACTS}?q={word}",
        f"{COMPANIES}{company}/contacts",
    ):
        page.goto(address)
        started(page)
        assert is_loaded(page.locator(".datatable img.portrait--small").first)


def test_after_signing_out_a_picture_is_no_longer_shown(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Discrète"))
    bear(records, company, LOGO)
    page = visit("reader", DESKTOP).page
    page.goto(f"{COMPANIES}{company}/")
    source = page.locator(".sheet__banner img.portrait").get_attribute("src") or ""
    assert page.request.get(source).headers["content-type"] == "image/webp"
    page.context.clear_cookies()
    page.goto(source)
    expect(page).to_have_url(re.compile("/login/"))
