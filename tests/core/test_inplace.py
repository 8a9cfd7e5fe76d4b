"""Values corrected where they stand: the small form, what it refuses, and what it stores."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.companies.operations import form_values, update_company
from app.companies.sites import add_establishment
from app.contacts.models import Post
from app.extensions import db
from app.history.actions import Action
from app.history.models import HistoryEntry
from tests.factories import make_company, make_contact, siret_of

SignIn = Callable[[str], FlaskClient]
ASKED = {"HX-Request": "true", "HX-Target": "inplace"}


def opened(client: FlaskClient, url: str) -> dict[str, str]:
    """The hidden values of the small form, as a page shows them."""
    answer = client.get(url, headers=ASKED)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    base = re.search(r'name="base" type="hidden" value="([^"]*)"', answer.text)
    assert base is not None
    return {"base": base[1].replace("&#34;", '"')}


def sent(client: FlaskClient, url: str, form: dict[str, str], **values: str) -> Any:
    return client.post(url, data={**form, **values}, headers=ASKED)


def actions(subject: str, identity: int) -> list[str]:
    statement = (
        select(HistoryEntry.action)
        .where(HistoryEntry.subject_kind == subject, HistoryEntry.subject_id == identity)
        .order_by(HistoryEntry.id)
    )
    return list(db.session.scalars(statement))


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("phone", "02 54 00 11 22", {"phone": "+33254001122"}),
        ("website", "exemple.fr", {"website": "https://exemple.fr"}),
        ("acronym", " BCE ", {"acronym": "BCE"}),
        ("turnover", "1 200 000 €", {"turnover": 1_200_000}),
        ("description", "Cabinet\nde conseil", {"description": "Cabinet\nde conseil"}),
    ],
)
def test_a_value_of_a_company_is_corrected(
    login_as: SignIn, name: str, typed: str, stored: dict[str, Any]
) -> None:
    company = make_company(name="Blois Conseil")
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/{name}"
    answer = sent(editor, url, opened(editor, url), **{name: typed})
    assert answer.status_code == 204
    db.session.refresh(company)
    assert {field: getattr(company, field) for field in stored} == stored
    assert actions("company", company.id)[-1] == Action.UPDATED


def test_search_banner_and_history_follow(login_as: SignIn) -> None:
    company = make_company(name="Blois Conseil")
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/name"
    assert sent(editor, url, opened(editor, url), name="Ménars Conseil").status_code == 204
    assert "Ménars Conseil" in editor.get(f"/crm/companies/{company.id}/").text
    assert "Ménars Conseil" in editor.get("/crm/companies/?q=menars").text
    assert "Blois Conseil" in editor.get(f"/crm/companies/{company.id}/history").text


def test_a_wrong_value_is_told_at_the_field_and_stays_typed(login_as: SignIn) -> None:
    company = make_company()
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/email"
    answer = sent(editor, url, opened(editor, url), email="à tous@@")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "à tous@@" in answer.text


def test_nothing_else_of_the_form_is_touched(login_as: SignIn) -> None:
    company = make_company(phone="+33254001122", acronym="BCE")
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/email"
    answer = sent(editor, url, opened(editor, url), email="a@b.fr", acronym="", name="")
    assert answer.status_code == 204
    db.session.refresh(company)
    assert (company.email, company.acronym, company.phone) == ("a@b.fr", "BCE", "+33254001122")


def test_two_people_at_one_value_are_asked(login_as: SignIn, admin: Account) -> None:
    company = make_company(acronym="BCE")
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/acronym"
    form = opened(editor, url)
    update_company(company, {"acronym": "LEUR"}, base=form_values(company), by=admin)
    db.session.commit()
    answer = sent(editor, url, form, acronym="MIEN")
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("BCE", "MIEN", "LEUR", "keep-acronym"))
    found = dict(re.findall(r'name="(base|seen)" type="hidden" value="([^"]*)"', answer.text))
    again = {key: value.replace("&#34;", '"') for key, value in found.items()}
    settled = sent(editor, url, again, acronym="MIEN", **{"keep-acronym": "mine"})
    assert settled.status_code == 204
    db.session.refresh(company)
    assert company.acronym == "MIEN"


def test_a_rule_speaks_at_the_field(login_as: SignIn) -> None:
    taken = make_company()
    company = make_company()
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/siren"
    form = opened(editor, url)
    answer = sent(editor, url, form, siren=taken.siren or "", siret="", no_siren_reason="")
    assert answer.status_code == 422
    assert taken.name in answer.text


@pytest.mark.parametrize("name", ["version", "trashed_at", "sort_name", "zz", "consent"])
def test_only_what_stands_on_the_sheet_is_corrected(login_as: SignIn, name: str) -> None:
    company, contact = make_company(), make_contact()
    editor = login_as("editor")
    assert editor.get(f"/crm/companies/{company.id}/fields/{name}").status_code == 404
    assert editor.get(f"/crm/contacts/{contact.id}/fields/{name}").status_code == 404


def test_a_broken_base_is_told_and_stores_nothing(login_as: SignIn) -> None:
    company = make_company(acronym="BCE")
    editor = login_as("editor")
    url = f"/crm/companies/{company.id}/fields/acronym"
    for base in ("[", "[1]", json.dumps({"acronym": [1]}), "9" * 9):
        assert sent(editor, url, {"base": base}, acronym="X").status_code == 400


# ---- contacts


def test_personal_coordinates_are_corrected(login_as: SignIn) -> None:
    contact = make_contact()
    editor = login_as("editor")
    url = f"/crm/contacts/{contact.id}/fields/personal_address"
    form = opened(editor, url)
    values = {"personal_address": "3 rue Haute", "personal_postal_code": "41000"}
    more = {"personal_city": "Blois", "personal_country": "FR"}
    assert sent(editor, url, form, **values, **more).status_code == 204
    page = editor.get(f"/crm/contacts/{contact.id}/coordinates").text
    assert "3 rue Haute" in page
    assert "41000 Blois" in page


def test_another_company_closes_the_post_and_opens_one(login_as: SignIn) -> None:
    old, new = make_company(), make_company(name="Nouvelle maison")
    contact = make_contact(company_id=old.id)
    editor = login_as("editor")
    url = f"/crm/contacts/{contact.id}/fields/company_id"
    form = opened(editor, url)
    answer = sent(
        editor, url, form, company_id=str(new.id), company_id_text=new.name, establishment_id=""
    )
    assert answer.status_code == 204
    posts = db.session.scalars(select(Post).where(Post.contact_id == contact.id)).all()
    assert {(post.company_id, post.is_current) for post in posts} == {
        (old.id, False), (new.id, True),
    }  # fmt: skip


# ---- sites


@pytest.fixture
def site(admin: Account) -> Establishment:
    company = make_company(name="Blois Conseil")
    return add_establishment(company, {"trade_name": "Agence", "city": "Tours"}, by=admin)


def site_url(site: Establishment, name: str) -> str:
    return f"/crm/companies/{site.company_id}/sites/{site.id}/fields/{name}"


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("trade_name", "Le Comptoir", "Le Comptoir"),
        ("fax", "0254001122", "+33254001122"),
        ("opened_on", "31/12/2019", "2019-12-31"),
        ("opened_on", "2019-12-31", "2019-12-31"),
    ],
)
def test_a_value_of_a_site_is_corrected(
    login_as: SignIn, site: Establishment, name: str, typed: str, stored: str
) -> None:
    editor = login_as("editor")
    url = site_url(site, name)
    assert sent(editor, url, opened(editor, url), **{name: typed}).status_code == 204
    db.session.refresh(site)
    assert str(getattr(site, name)) == stored
    assert actions("company", site.company_id)[-1] == Action.SITE_UPDATED


@pytest.mark.parametrize("typed", ["31/02/2020", "hier", "0001-01-01", "2020-13-01", "١٢/١٢/٢٠٢٠x"])
def test_what_is_no_day_is_refused(login_as: SignIn, site: Establishment, typed: str) -> None:
    editor = login_as("editor")
    url = site_url(site, "opened_on")
    answer = sent(editor, url, opened(editor, url), opened_on=typed)
    assert answer.status_code == 422


def test_a_site_s_siret_begins_with_the_siren(login_as: SignIn, site: Establishment) -> None:
    editor = login_as("editor")
    url = site_url(site, "siret")
    form = opened(editor, url)
    other = make_company()
    assert sent(editor, url, form, siret=siret_of(other.siren or "")).status_code == 422
    own = siret_of(site.company.siren or "", 7)
    assert sent(editor, url, form, siret=own).status_code == 204
    assert site.company.name in editor.get(f"/crm/companies/?q={own}").text


def test_who_works_at_a_site_that_moves_is_found_there(
    login_as: SignIn, site: Establishment
) -> None:
    contact = make_contact(company_id=site.company_id, establishment_id=site.id)
    editor = login_as("editor")
    url = site_url(site, "address")
    form = opened(editor, url)
    values = {"address": "1 quai Foch", "postal_code": "45000", "city": "Orléans", "country": "FR"}
    assert sent(editor, url, form, **values, commune_code="").status_code == 204
    db.session.refresh(contact)
    assert contact.department_code == "45"
    assert "orleans" in contact.search_text


def test_a_site_of_another_company_is_not_found(login_as: SignIn, site: Establishment) -> None:
    other: Company = make_company()
    editor = login_as("editor")
    assert editor.get(f"/crm/companies/{other.id}/sites/{site.id}/fields/sign").status_code == 404


def test_without_a_script_it_is_a_page_and_leads_back(
    login_as: SignIn, site: Establishment
) -> None:
    editor = login_as("editor")
    url = site_url(site, "sign")
    page = editor.get(url)
    assert "<html" in page.text
    base = re.search(r'name="base" type="hidden" value="([^"]*)"', page.text)
    assert base is not None
    answer = editor.post(url, data={"base": base[1].replace("&#34;", '"'), "sign": "Au Pont"})
    assert answer.status_code == 303
    assert answer.location == f"/crm/companies/{site.company_id}/establishments?site={site.id}"


def test_a_reader_sees_no_pencil(login_as: SignIn, site: Establishment) -> None:
    reader = login_as("reader")
    for tab in ("", "establishments"):
        page = reader.get(f"/crm/companies/{site.company_id}/{tab}").text
        assert "data-inplace" not in page
    assert reader.get(site_url(site, "sign")).status_code == 403
