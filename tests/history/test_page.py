"""« Historique des actions »: sentences and values in French, by day, newest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import update

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import FORM_FIELDS as COMPANY_FIELDS
from app.companies.operations import form_values, update_company
from app.companies.sites import add_establishment
from app.contacts.models import Consent
from app.contacts.operations import COORDINATES, note_consent, update_contact
from app.contacts.operations import FORM_FIELDS as CONTACT_FIELDS
from app.contacts.operations import form_values as contact_values
from app.core.db import utcnow
from app.extensions import db
from app.history.actions import FIELDS, SENTENCES, Action, Subject
from app.history.models import HistoryValue
from app.history.operations import record
from app.history.queries import PAGE
from app.reference.queries import sector_choices
from tests.factories import make_company, make_contact, siret_of
from tests.pages import Element, parse

SignIn = Callable[[str], FlaskClient]
SIREN = "552100554"


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Alba", siren=SIREN, city="Blois", postal_code="41000")


def history(client: FlaskClient, path: str) -> Element:
    answer = client.get(path)
    assert answer.status_code == 200
    return parse(answer.text).one(css="sheet__content")


def of_company(client: FlaskClient, company: Company, query: str = "") -> Element:
    return history(client, f"/crm/companies/{company.id}/history{query}")


def change(company: Company, by: Account, **values: Any) -> None:
    base = form_values(company)
    update_company(company, {**base, **values}, base=base, by=by)
    db.session.commit()


def newest(page: Element) -> Element:
    return page.all("li", css="history__entry")[0]


def test_every_action_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Action)
    assert all(str(sentence).startswith("a ") for sentence in SENTENCES.values())


def test_every_field_of_the_forms_has_its_name(admin: Account) -> None:
    written = {
        name.removesuffix("_id") for name in (*COMPANY_FIELDS, *CONTACT_FIELDS, *COORDINATES)
    }
    assert written <= set(FIELDS)


def test_a_line_says_who_did_what_from_what_to_what(
    login_as: SignIn, company: Company, editor: Account
) -> None:
    change(company, editor, name="Maison Alba")
    line = newest(of_company(login_as("reader"), company))
    assert line.one(css="history__sentence").text == "Editor Exemple a modifié la fiche"
    (value,) = line.all(css="history__change")
    assert value.one(css="history__label").text == "Raison sociale :"
    assert value.one("del").text == "Alba"
    assert value.one("ins").text == "Maison Alba"


READ: dict[str, tuple[Any, str]] = {
    "siren": ("356000000", "356 000 000"),
    "legal_form_code": ("5710", "SAS"),
    "headcount_code": ("12", "20 à 49"),
    "turnover": (1_250_000, "1 250 000 €"),
    "share_capital": (0, "0 €"),
    "phone": ("+33254000000", "02 54 00 00 00"),
    "website": ("https://www.alba.example", "alba.example"),
    "rna": ("W411000001", "W411000001"),
    "naf_nomenclature": ("2025", "NAF 2025"),
    "address": ("1 rue Haute\nBât. B", "1 rue Haute Bât. B"),
}


@pytest.mark.parametrize("field", READ)
def test_values_read_in_french(
    login_as: SignIn, company: Company, admin: Account, field: str
) -> None:
    stored, text = READ[field]
    change(company, admin, **{field: stored})
    shown = [one.text for one in newest(of_company(login_as("reader"), company)).all("ins")]
    assert any(text in one for one in shown)


def test_a_reason_a_country_and_a_sector_read_in_french(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    identity, label = sector_choices()[0]
    change(company, admin, siren=None, no_siren_reason="foreign", country="BE", sector_id=identity)
    text = newest(of_company(login_as("reader"), company)).text
    for part in ("Entreprise étrangère", "Belgique", str(label)):
        assert part in text


def test_a_site_s_values_read_in_french(login_as: SignIn, company: Company, admin: Account) -> None:
    values = {
        "siret": siret_of(SIREN, 2), "trade_name": "Boutique", "fax": "+33247000000",
        "opened_on": date(2024, 5, 1), "country": "FR",
    }  # fmt: skip
    add_establishment(company, values, by=admin)
    db.session.commit()
    text = newest(of_company(login_as("reader"), company)).text
    for part in ("a ajouté un établissement", "Boutique", "552 100 554 00021", "02 47 00 00 00", "01/05/2024", "France"):  # fmt: skip
        assert part in text


def test_a_contact_s_values_read_in_french(login_as: SignIn, admin: Account) -> None:
    contact, company = make_contact(), make_company(name="Alba", city="Blois")
    assert company.head_office is not None
    base = contact_values(contact)
    new = {
        "civility": "mme", "signs_agreements": True, "mobile": "+33612345678",
        "company_id": company.id, "establishment_id": company.head_office.id,
    }  # fmt: skip
    update_contact(contact, {**base, **new}, base=base, by=admin)
    note_consent(contact, Consent.YES, means="phone", wording="", by=admin)
    db.session.commit()
    page = history(login_as("reader"), f"/crm/contacts/{contact.id}/history")
    consent, edit = page.all("li", css="history__entry")[:2]
    assert "Non demandé" in consent.text
    assert "Oui" in consent.text
    for part in ("Mme", "Signe les conventions", "Non", "Oui", "06 12 34 56 78", "Alba", "Blois"):
        assert part in edit.text


def test_lines_are_by_day_newest_first_in_paris_time(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    for moment in (datetime(2026, 11, 1, 9, 5, tzinfo=UTC), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):  # fmt: skip
        with time_machine.travel(moment, tick=False):
            change(company, admin, name=f"Nom de {moment:%Y-%m-%d}")
    page = of_company(login_as("reader"), company)
    days = [day.text for day in page.all(css="history__day")]
    assert days[:2] == ["1er janvier 2027", "1er novembre 2026"]
    times = [time.text for time in page.all("time")]
    assert times[:2] == ["00:30", "10:05"]


def test_older_lines_are_a_click_away_and_none_is_left_out(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    made = [
        record(Action.PRINTED, subject=Subject.COMPANY, subject_id=company.id, by=admin)
        for _ in range(PAGE + 10)
    ]
    db.session.commit()
    reader = login_as("reader")
    first = of_company(reader, company)
    assert len(first.all("li", css="history__entry")) == PAGE
    (older,) = [link for link in first.all("a") if "plus anciennes" in link.text]
    assert older.attributes["href"].endswith(f"?before={made[10].id}")
    second = history(reader, older.attributes["href"])
    assert len(second.all("li", css="history__entry")) == 12  # With the two of the creation.
    assert not [link for link in second.all("a") if "plus anciennes" in link.text]


@pytest.mark.parametrize("before", ["abc", "-1", "9" * 30, "1.5"])
def test_a_wrong_address_is_told_in_french(login_as: SignIn, company: Company, before: str) -> None:
    answer = login_as("reader").get(f"/crm/companies/{company.id}/history?before={before}")
    assert answer.status_code == 400
    assert "historique" in answer.text


def test_one_record_s_history_is_not_another_s(login_as: SignIn, company: Company) -> None:
    contact = make_contact()
    record(Action.PRINTED, subject=Subject.CONTACT, subject_id=company.id, by=None)
    make_company(name="Brio")
    text = of_company(login_as("reader"), company).text
    assert "imprimé" not in text
    assert "Brio" not in text
    assert contact.last_name not in text


def test_an_erased_value_says_so(login_as: SignIn, company: Company, admin: Account) -> None:
    change(company, admin, email="secret@alba.example")
    db.session.execute(
        update(HistoryValue)
        .where(HistoryValue.field == "email")
        .values(old_value=None, new_value=None, erased_at=utcnow())
    )
    db.session.commit()
    text = newest(of_company(login_as("reader"), company)).text
    assert "valeur effacée" in text
    assert "secret" not in text


def test_a_line_without_doer_is_the_product_s(login_as: SignIn, company: Company) -> None:
    at = utcnow() + timedelta(minutes=1)
    record(Action.VERIFIED, subject=Subject.COMPANY, subject_id=company.id, by=None, at=at)
    db.session.commit()
    line = newest(of_company(login_as("reader"), company))
    assert line.one(css="history__sentence").text == "Passerelle a vérifié la fiche"


def test_long_and_hostile_values_stay_text(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    long = "é" * 5000
    pair = {"description": ("<script>alert(1)</script>", long)}
    record(Action.UPDATED, subject=Subject.COMPANY, subject_id=company.id, by=admin, changes=pair)
    db.session.commit()
    line = newest(of_company(login_as("reader"), company))
    assert line.one("del").text == "<script>alert(1)</script>"
    assert line.one("ins").text == "é" * 299 + "…"


def test_printing_and_tags_have_their_line(login_as: SignIn, company: Company) -> None:
    editor = login_as("editor")
    editor.post(f"/crm/companies/{company.id}/tags", data={"tag_text": "Salon"})
    assert editor.post(f"/crm/companies/{company.id}/print").status_code == 200
    printed, tagged = of_company(editor, company).all("li", css="history__entry")[:2]
    assert printed.text.endswith("Editor Exemple a imprimé la fiche")
    assert "a ajouté un tag" in tagged.text
    assert tagged.one("ins").text == "Salon"
