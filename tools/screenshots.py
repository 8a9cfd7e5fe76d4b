"""The README's pictures, made from the demonstration: real companies, invented people.

    .venv/bin/python tools/screenshots.py [folder]

Writes list, sheet, dialog, contact and phone .png into docs/screenshots/. Needs Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from app.companies.models import Company  # noqa: E402
from app.contacts.models import Contact  # noqa: E402
from app.extensions import db  # noqa: E402
from app.notes.models import Note  # noqa: E402
from tests.browser.chromium import ARGUMENTS, chromium_path  # noqa: E402
from tests.browser.site import Site, fill_demo, running_site  # noqa: E402

WIDE, TALL = (1440, 900), (390, 844)
CHECKED = 3


def show_list(page: Page, _site: Site) -> None:
    page.goto("/crm/companies/?contacts=with&department=75&sort=-contacts")
    page.locator(".facets__blocks").wait_for()
    for box in page.locator("[data-select-row]").all()[1 : 1 + CHECKED]:
        box.check()
    page.locator("#q").fill("")
    page.locator("h1").click()


def show_sheet(page: Page, site: Site) -> None:
    page.goto(f"/crm/companies/{_richest_company(site)}/establishments?list=sort%3D-contacts")


def show_dialog(page: Page, site: Site) -> None:
    with site.app.app_context():
        known = db.session.get_one(Company, _richest_company(site))
        name, siren = known.name, known.siren or ""
    page.goto("/crm/companies/")
    page.get_by_role("link", name="Ajouter une entreprise").click()
    form = page.locator("#dialog")
    form.get_by_label("Raison sociale").fill(name.title())
    form.get_by_label("SIREN", exact=True).fill(siren)
    form.get_by_role("combobox", name="Code NAF").fill("85.42")
    form.locator(".picker__option").first.click()
    form.get_by_role("button", name="Ajouter", exact=True).click()
    form.locator("[data-error-summary]").wait_for()


def show_contact(page: Page, site: Site) -> None:
    page.goto(f"/crm/contacts/{_richest_contact(site)}/?list=account%3Dlinked")


def _richest_company(site: Site) -> int:
    """The best filled one among those of several open sites."""
    statement = (
        select(Company.id)
        .where(Company.trashed_at.is_(None), Company.site_count > 2, Company.contact_count > 2)
        .order_by(Company.completeness.desc(), Company.contact_count.desc(), Company.id)
    )
    with site.app.app_context():
        return db.session.scalars(statement).first() or 1


def _richest_contact(site: Site) -> int:
    """One tied to an account, who works somewhere, wishes to be contacted and bears tags."""
    notes = select(func.count()).where(Note.contact_id == Contact.id).scalar_subquery()
    statement = (
        select(Contact.id)
        .where(
            Contact.account_id.is_not(None),
            Contact.trashed_at.is_(None),
            Contact.establishment_id.is_not(None),
            Contact.consent == "yes",
        )
        .order_by(Contact.tags.any().desc(), notes.desc(), Contact.id)
    )
    with site.app.app_context():
        return db.session.scalars(statement).first() or 1


PICTURES: dict[str, tuple[tuple[int, int], Callable[[Page, Site], None]]] = {
    "list": (WIDE, show_list),
    "sheet": (WIDE, show_sheet),
    "dialog": (WIDE, show_dialog),
    "contact": (WIDE, show_contact),
    "phone": (TALL, show_contact),
}


def take(browser: Browser, site: Site, folder: Path) -> None:
    for name, (size, show) in PICTURES.items():
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": size[0], "height": size[1]},
            is_mobile=size is TALL,
            has_touch=size is TALL,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
        )
        context.add_cookies([site.cookie_of("editor")])
        page = context.new_page()
        show(page, site)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=folder / f"{name}.png")
        context.close()
        sys.stdout.write(f"{folder / name}.png\n")


def main() -> int:
    chromium = chromium_path()
    if chromium is None:
        sys.stderr.write("Chromium is not on this machine.\n")
        return 1
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        filled = Path(temporary) / "filled"
        fill_demo(filled)
        with (
            running_site(Path(temporary) / "site", filled) as site,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            take(browser, site, folder)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
