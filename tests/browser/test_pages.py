"""Every page, on a desktop and on a phone, light and dark: no accessibility violation, nothing on the
console, no sideways scroll, and no more to fetch than a slow line can bear."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact
from app.extensions import db
from tests.browser import axe
from tests.browser.conftest import DESKTOP, PHONE, Open, Visit
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import CONTACTS, open_list, search

NARROW = 320
HEAVIEST = 300_000
OUR_OWN = {
    "home": "/",
    "companies": "/crm/companies/",
    "companies found": "/crm/companies/?q=paris&contacts=with&sort=-contacts",
    "companies, no match": "/crm/companies/?q=zzzz",
    "contacts": "/crm/contacts/",
    "contacts found": "/crm/contacts/?consent=yes&sort=company",
    "contacts, no match": "/crm/contacts/?q=zzzz",
    "company": "/crm/companies/{company}/?list=sort%3D-contacts",
    "company: contacts": "/crm/companies/{company}/contacts",
    "company: sites": "/crm/companies/{company}/establishments",
    "company: history": "/crm/companies/{company}/history",
    "contact": "/crm/contacts/{contact}/?list=account%3Dlinked",
    "contact: coordinates": "/crm/contacts/{contact}/coordinates",
    "contact: history": "/crm/contacts/{contact}/history",
    "contact: relations": "/crm/contacts/{contact}/relations",
    "company to add": "/crm/companies/new",
    "company to correct": "/crm/companies/{company}/edit",
    "contact to add": "/crm/contacts/new",
    "export": "/crm/companies/export",
    "columns": "/crm/companies/columns?q=paris",
    "view to save": "/crm/contacts/views/new?consent=yes",
    "export of contacts": "/crm/contacts/export",
    "history of a list": "/crm/companies/history",
    "map": "/crm/companies/{company}/map",
    "tag of a company": "/crm/companies/{company}/tags",
    "tags": "/crm/tags/",
    "tag to add": "/crm/tags/new",
    "bin": "/crm/bin/",
    "doubles": "/crm/duplicates/",
    "with which to merge": "/crm/companies/{company}/merge/?q=paris",
    "two to merge": "/crm/companies/{company}/merge/{other}/",
    "account": "/accounts/{account}/",
    "profile": "/profile/",
    "my name": "/userinfoeditview/form",
    "my password": "/resetmypassword/form",
    "signing out": "/logout/",
    "404": "/crm/companies/999999/",
}
STOCK = {
    "users": "/users/list/",
    "user to add": "/users/add",
    "user": "/users/show/{account}",
    "user to correct": "/users/edit/{account}",
    "roles": "/roles/list/",
    "sectors": "/reference/sectors/list/",
    "sector to add": "/reference/sectors/add",
    "NAF codes": "/reference/naf/list/",
    "legal forms": "/reference/legal-forms/list/",
    "headcounts": "/reference/headcounts/list/",
    "departments": "/reference/departments/list/",
    "countries": "/reference/countries/list/",
}


@pytest.fixture(scope="session")
def numbers(records: Records) -> dict[str, int]:
    """A well filled company, a contact tied to an account, and that account."""

    def found() -> dict[str, int]:
        linked = select(Contact).where(Contact.account_id.is_not(None)).order_by(Contact.id)
        contact = db.session.scalars(linked).first()
        richest = select(Company.id).order_by(Company.contact_count.desc(), Company.id)
        account = db.session.scalars(select(Account).where(Account.username == "diplome")).one()
        assert contact is not None
        company, other = db.session.scalars(richest.limit(2))
        return {
            "company": company,
            "other": other,
            "contact": contact.id,
            "account": account.id,
        }

    return records.read(found)


def look(visit: Visit, address: str, status: int = 200) -> None:
    """The page at an address: wide, on a phone, on the narrowest screen."""
    if status >= 400:
        visit.expect_problem(f"status of {status}")
    answer = visit.page.goto(address)
    assert answer is not None
    assert answer.status == status
    facets = visit.page.locator("[data-facets]")
    if facets.count():
        facets.locator(".facets__blocks").wait_for(state="attached")
    for width in (DESKTOP, PHONE):
        visit.page.set_viewport_size({"width": width, "height": 844})
        axe.check(visit)
        assert sideways(visit.page) == []
    visit.page.set_viewport_size({"width": NARROW, "height": 844})
    assert sideways(visit.page) == []


def sideways(page: Page) -> list[str]:
    """What makes the page wider than the window."""
    found: list[str] = page.evaluate(
        """() => {
          const root = document.documentElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          return [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1)
            .map((one) => `${innerWidth}: ${one.tagName} ${one.className}`).slice(0, 8);
        }"""
    )
    return found


@pytest.mark.parametrize("name", OUR_OWN)
def test_a_page_of_ours(visit: Open, numbers: dict[str, int], name: str) -> None:
    one = visit("admin")
    look(one, OUR_OWN[name].format(**numbers), 404 if name == "404" else 200)


@pytest.mark.parametrize("name", STOCK)
def test_a_generated_page(visit: Open, numbers: dict[str, int], name: str) -> None:
    look(visit("admin"), STOCK[name].format(**numbers))


def test_the_sign_in_page(visit: Open) -> None:
    one = visit(None)
    look(one, "/login/")
    one.expect_problem("status of 422")
    one.page.get_by_role("button", name="Se connecter").click()
    one.page.get_by_text("Saisissez votre identifiant.").wait_for()
    axe.check(one)


def test_a_page_that_one_may_not_see(visit: Open) -> None:
    look(visit("etudiant"), "/crm/companies/", 403)


def test_the_profile_of_a_student(visit: Open) -> None:
    look(visit("etudiant"), "/profile/")


def test_an_empty_list(visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core import crmview
    from app.core.finding import Found
    from app.core.totals import Total

    monkeypatch.setattr(crmview, "find", lambda _listing: Found([], Total(0)))
    one = visit("manager")
    look(one, "/crm/companies/")
    assert one.page.get_by_role("heading", name="Aucune entreprise pour l’instant").is_visible()


@pytest.mark.parametrize("name", ["home", "companies", "company", "contacts", "company to add"])
def test_a_page_is_light_and_what_all_share_comes_once(
    browser: Browser, site: Site, numbers: dict[str, int], name: str
) -> None:
    context = browser.new_context(base_url=site.url)  # Which holds nothing yet.
    context.add_cookies([site.cookie_of("admin")])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(OUR_OWN[name].format(**numbers), wait_until="networkidle")
    assert sum(_sent(page).values()) <= HEAVIEST
    page.goto("/users/list/", wait_until="networkidle")
    assert sum(_sent(page).values()) <= HEAVIEST
    page.goto("/crm/tags/", wait_until="networkidle")
    assert {address for address, size in _sent(page).items() if "/static/" in address and size} == (
        set()
    )
    context.close()


def _sent(page: Page) -> dict[str, int]:
    """What came over the line for the page: address → bytes, 0 for what the browser had kept."""
    sent: dict[str, int] = page.evaluate(
        """() => Object.fromEntries(
          [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .map((one) => [one.name, one.transferSize]))"""
    )
    return sent


def test_on_a_phone_nothing_of_a_card_is_cut(visit: Open, records: Records) -> None:
    word = records.word("Longue")
    address = f"{word.lower()}@une-adresse-qui-ne-tient-pas-sur-une-ligne.example"
    records.contact(last_name=word, email=address)
    page = visit("reader", PHONE).page
    open_list(page, CONTACTS)
    search(page, word, 1)
    link = page.locator("#list .col-reach a").first
    expect(link).to_have_text(address)
    right = link.evaluate("one => one.getBoundingClientRect().right")
    card = page.locator("#list .datatable__row").first.bounding_box()
    assert card is not None
    assert right <= card["x"] + card["width"]
