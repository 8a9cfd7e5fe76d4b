"""« Ajouter une entreprise »: what the pop-up takes, refuses, and keeps of what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company, Establishment
from app.companies.operations import FORM_FIELDS, form_values, update_company
from app.companies.sites import add_establishment
from app.core.identifiers import format_siren
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Subject
from tests.factories import make_company, new_siren, siret_of
from tests.pages import dialog_errors, filled, parse

SignIn = Callable[[str], FlaskClient]
NEW = "/crm/companies/new"
FRAGMENT = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def editor_client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def add(client: FlaskClient, **typed: Any) -> TestResponse:
    """Open the pop-up, type, press « Ajouter »."""
    return client.post(NEW, data=filled(client.get(NEW).text, **typed))


def said(refusal: Refused) -> str:
    return str(refusal.message).replace("\u00a0", " ")


def company_count() -> int:
    return db.session.scalar(select(func.count()).select_from(Company)) or 0


def only_company() -> Company:
    db.session.expire_all()
    return db.session.scalars(select(Company)).one()


# As typed in each field → (where it is stored, what is stored).
TYPED: dict[str, tuple[str, Any]] = {
    "name": ("  Chocolaterie   des\u00a0Écluses ", "Chocolaterie des Écluses"),
    "acronym": ("CDE", "CDE"),
    "siren": ("552 100 554", "552100554"),
    "siret": ("552.100.554 00013", "55210055400013"),
    "legal_form_code": ("5710", "5710"),
    "headcount_code": ("12", "12"),
    "headcount_year": ("2024", 2024),
    "naf_code": ("", "62.01Z"),
    "naf_nomenclature": ("rev2", "rev2"),
    "turnover": ("3,5 M€", 3_500_000),
    "share_capital": ("50 000,00 €", 50_000),
    "website": ("www.Ecluses.example", "https://www.ecluses.example"),
    "phone": ("02.54.00.00.00", "+33254000000"),
    "email": ("Accueil@Ecluses.EXAMPLE", "Accueil@ecluses.example"),
    "address": ("3 quai des Écluses\r\nBâtiment B  \r\n", "3 quai des Écluses\nBâtiment B"),
    "postal_code": ("41000", "41000"),
    "city": ("Blois", "Blois"),
    "country": ("FR", "FR"),
}


def test_all_fields_are_stored_as_people_type_them(editor_client: FlaskClient) -> None:
    parent = make_company(name="Groupe de la Loire")
    typed = {name: pair[0] for name, pair in TYPED.items()}
    answer = add(
        editor_client, **typed, naf_code_text="6201 z", parent_id=str(parent.id),
        parent_id_text=parent.name,
    )  # fmt: skip
    assert answer.status_code == 303, dialog_errors(answer.text)
    made = db.session.scalars(select(Company).where(Company.id != parent.id)).one()
    assert answer.location == f"/crm/companies/{made.id}/"
    stored = form_values(made)
    assert {name: stored[name] for name in TYPED} == {name: pair[1] for name, pair in TYPED.items()}
    assert made.parent_id == parent.id


def test_the_new_company_has_one_head_office_and_its_department(editor_client: FlaskClient) -> None:
    add(editor_client, name="Ajaccienne", siren=new_siren(), postal_code="20000", city="Ajaccio")
    company = only_company()
    (site,) = company.establishments
    assert (site.is_head_office, site.city, site.siren) == (True, "Ajaccio", company.siren)
    assert (company.city, company.department_code, company.site_count) == ("Ajaccio", "2A", 1)


def test_the_pop_up_answers_where_to_go(editor_client: FlaskClient) -> None:
    form = filled(editor_client.get(NEW, headers=FRAGMENT).text, name="A", siren=new_siren())
    answer = editor_client.post(NEW, data=form, headers=FRAGMENT)
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["HX-Redirect"] == f"/crm/companies/{only_company().id}/"


def test_a_double_submit_makes_one_row_and_answers_the_same_address(
    editor_client: FlaskClient,
) -> None:
    form = filled(editor_client.get(NEW).text, name="A", no_siren_reason="being_created")
    first, second = (editor_client.post(NEW, data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location == f"/crm/companies/{only_company().id}/"


def test_a_form_that_was_refused_can_be_sent_again(editor_client: FlaskClient) -> None:
    form = filled(editor_client.get(NEW).text, name="A", siren="123456789")
    refused = editor_client.post(NEW, data=form)
    assert refused.status_code == 422
    assert editor_client.post(NEW, data=filled(refused.text, siren=new_siren())).status_code == 303
    assert company_count() == 1


@pytest.mark.parametrize("key", ["", "a", "\x00" * 43, "k" * 44, "é" * 43])
def test_a_form_without_its_key_makes_nothing(editor_client: FlaskClient, key: str) -> None:
    form = filled(editor_client.get(NEW).text, name="A", siren=new_siren(), key=key)
    answer = editor_client.post(NEW, data=form)
    assert answer.status_code == 400
    assert "Le formulaire est incomplet" in answer.text
    assert company_count() == 0


def test_each_field_of_the_pop_up_is_there_once(editor_client: FlaskClient) -> None:
    form = parse(editor_client.get(NEW, headers=FRAGMENT).text).one("form")
    names = [one.attributes["name"] for one in form.all(name=None)]
    assert len(names) == len(set(names))
    assert {*FORM_FIELDS, "key", "base"} <= set(names)


# ---- refusals


REFUSED = [
    ("name", "", "obligatoire"),
    ("name", " \u200b\u00a0 ", "obligatoire"),
    ("name", "a" * 300, "300 caractères : 200 au plus"),
    ("acronym", "a" * 41, "40 au plus"),
    ("siren", "55210055", "9 chiffres"),
    ("siren", "552100555", "SIREN"),
    ("siret", "552100554000", "14 chiffres"),
    ("headcount_code", "zz", "Choisissez une valeur de la liste"),
    ("headcount_year", "bientôt", "Une année entre 1980"),
    ("headcount_year", "9" * 5000, "Une année entre 1980"),
    ("legal_form_code", "0000x", "Choisissez une valeur de la liste"),
    ("sector_id", "999999", "Choisissez une valeur de la liste"),
    ("sector_id", "abc", "Choisissez une valeur de la liste"),
    ("country", "XX", "Choisissez une valeur de la liste"),
    ("no_siren_reason", "paresse", "Choisissez une valeur de la liste"),
    ("turnover", "beaucoup", "montant"),
    ("share_capital", "-5", "négatif"),
    ("website", "pas un site", "site"),
    ("phone", "12", "chiffres"),
    ("email", "arobase", "@"),
    ("postal_code", "1" * 13, "12 au plus"),
    ("city", "v" * 121, "120 au plus"),
    ("address", "a" * 401, "400 au plus"),
    ("rna", "W12", "RNA"),
    ("foreign_number", "1" * 41, "40 au plus"),
]


@pytest.mark.parametrize(("field", "typed", "said"), REFUSED)
def test_a_value_that_is_refused_is_told_at_its_field_and_kept(
    editor_client: FlaskClient, field: str, typed: str, said: str
) -> None:
    answer = add(editor_client, **{"name": "Bon nom", "siren": new_siren(), field: typed})
    assert answer.status_code == 422
    errors = dialog_errors(answer.text)
    assert set(errors) == {field}
    assert said in errors[field]
    if field not in {
        "headcount_code",
        "legal_form_code",
        "sector_id",
        "country",
        "no_siren_reason",
    }:
        kept = parse(answer.text).one(id=field)
        assert typed.strip() in {kept.attributes.get("value", "").strip(), kept.text}
    assert company_count() == 0


def test_a_siren_that_is_taken_is_refused_and_names_the_sheet(editor_client: FlaskClient) -> None:
    known = make_company(name="LA POSTE", siren="356000000")
    answer = add(editor_client, name="Poste bis", siren="356 000 000", city="Blois")
    assert answer.status_code == 422
    assert dialog_errors(answer.text) == {"siren": "Ce SIREN est déjà celui de « LA POSTE »."}
    page = parse(answer.text)
    assert page.one(css="notice").one("a").attributes["href"] == f"/crm/companies/{known.id}/"
    kept = {name: page.one(id=name).attributes["value"] for name in ("name", "siren", "city")}
    assert kept == {"name": "Poste bis", "siren": "356 000 000", "city": "Blois"}
    assert company_count() == 1


def test_a_siren_in_the_bin_is_refused_and_says_so(
    editor_client: FlaskClient, login_as: Callable[[str], FlaskClient], admin: Account
) -> None:
    gone = make_company(name="Disparue")
    trash(Subject.COMPANY, [gone.id], by=admin)
    db.session.commit()
    siren = format_siren(gone.siren or "")
    answer = add(editor_client, name="Revenue", siren=siren)
    assert answer.status_code == 422
    assert "« Disparue », à la corbeille" in dialog_errors(answer.text)["siren"]
    assert (
        "Demandez à une personne qui gère la corbeille" in parse(answer.text).one(css="notice").text
    )
    manager = login_as("manager")
    page = parse(add(manager, name="Revenue", siren=siren).text)
    assert page.one(css="notice").one("button").text.startswith("Restaurer")
    back = page.one(id="restore-existing").attributes["action"]
    assert manager.post(back).status_code == 303
    db.session.expire_all()
    assert gone.trashed_at is None


def test_a_siret_of_another_siren_is_refused(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="A", siren=new_siren(), siret=siret_of(new_siren()))
    assert answer.status_code == 422
    assert "doit commencer par le SIREN" in dialog_errors(answer.text)["siret"]


def test_a_siret_without_siren_is_refused(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="A", siret=siret_of(new_siren()), no_siren_reason="foreign", country="DE")  # fmt: skip
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"siret"}


def test_a_siret_that_is_taken_names_the_company(admin: Account) -> None:
    siren = new_siren()
    known = make_company(name="Première", siren=siren, siret=siret_of(siren))
    with pytest.raises(Refused) as refusal:
        add_establishment(known, {"siret": siret_of(siren)}, by=admin)
    assert refusal.value.existing is known
    assert "déjà celui d’un établissement de « Première »" in said(refusal.value)


# ---- without SIREN (requirement D2)


def test_without_siren_a_reason_is_asked_for(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="Sans numéro")
    assert answer.status_code == 422
    assert "dites pourquoi" in dialog_errors(answer.text)["siren"]


def test_with_a_siren_no_reason_is_taken(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="A", siren=new_siren(), no_siren_reason="being_created")
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"no_siren_reason"}


def test_a_foreign_company_has_a_country_and_a_national_number(editor_client: FlaskClient) -> None:
    answer = add(
        editor_client, name="Müller GmbH", no_siren_reason="foreign", country="DE",
        foreign_number="HRB 12345", postal_code="80331", city="München",
    )  # fmt: skip
    assert answer.status_code == 303, dialog_errors(answer.text)
    company = only_company()
    assert (company.siren, company.country, company.foreign_number) == (None, "DE", "HRB 12345")
    assert company.head_office is not None
    assert company.head_office.country == "DE"
    assert company.department_code is None


def test_a_foreign_company_is_not_in_france(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="Étrange", no_siren_reason="foreign", country="FR")
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"country"}


def test_an_association_has_an_rna(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="Amicale", no_siren_reason="association", rna="w 411 000 001")
    assert answer.status_code == 303, dialog_errors(answer.text)
    assert only_company().rna == "W411000001"


def test_two_companies_may_be_without_siren(editor_client: FlaskClient) -> None:
    for name in ("A", "B"):
        assert add(editor_client, name=name, no_siren_reason="being_created").status_code == 303
    assert company_count() == 2


# ---- parent company


def test_a_parent_that_was_typed_and_not_chosen_is_refused(editor_client: FlaskClient) -> None:
    answer = add(editor_client, name="A", siren=new_siren(), parent_id_text="Groupe inventé")
    assert answer.status_code == 422
    assert "« Groupe inventé » n’a pas été choisi" in dialog_errors(answer.text)["parent_id"]
    assert parse(answer.text).one(id="parent_id").attributes["value"] == "Groupe inventé"


def test_a_parent_whose_name_was_changed_in_the_box_is_refused(editor_client: FlaskClient) -> None:
    parent = make_company(name="Groupe A")
    answer = add(
        editor_client, name="A", siren=new_siren(), parent_id=str(parent.id),
        parent_id_text="Groupe B",
    )  # fmt: skip
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"parent_id"}


@pytest.mark.parametrize("identity", ["999999999", "abc", "-1", "1" * 30, "1.5"])
def test_a_parent_that_does_not_exist_is_refused(editor_client: FlaskClient, identity: str) -> None:
    answer = add(
        editor_client, name="A", siren=new_siren(), parent_id=identity, parent_id_text=None
    )
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"parent_id"}


def chain(length: int) -> list[Company]:
    """Companies, each the parent of the next."""
    made = [make_company(name="Sommet")]
    for number in range(1, length):
        made.append(make_company(name=f"Étage {number}", parent_id=made[-1].id))
    return made


@pytest.mark.parametrize("length", [1, 2, 5])
def test_no_company_is_above_itself_however_long_the_way_round(admin: Account, length: int) -> None:
    made = chain(length)
    top, bottom = made[0], made[-1]
    base = form_values(top)
    with pytest.raises(Refused) as refusal:
        update_company(top, {**base, "parent_id": bottom.id}, base=base, by=admin)
    assert refusal.value.field == "parent_id"
    assert top.parent_id is None


def test_a_deep_group_is_allowed(admin: Account) -> None:
    made = chain(20)
    assert [company.parent_id for company in made[1:]] == [company.id for company in made[:-1]]


# ---- NAF


@pytest.mark.parametrize(
    ("code", "text", "stored"),
    [
        ("62.01Z", "62.01Z · Programmation informatique", "62.01Z"),
        ("62.01Z", "70.22Z", "70.22Z"),
        ("", "7022z", "70.22Z"),
        ("62.01Z", "", None),
        ("70.22Z", None, "70.22Z"),
    ],
)
def test_what_stands_in_the_box_is_the_naf_code(
    editor_client: FlaskClient, code: str, text: str | None, stored: str | None
) -> None:
    answer = add(editor_client, name="A", siren=new_siren(), naf_code=code, naf_code_text=text)
    assert answer.status_code == 303, dialog_errors(answer.text)
    company = only_company()
    assert company.naf_code == stored
    assert company.naf_nomenclature == ("rev2" if stored else None)


def test_a_code_of_the_other_nomenclature_is_refused(editor_client: FlaskClient) -> None:
    answer = add(
        editor_client, name="A", siren=new_siren(), naf_code="62.10Y", naf_code_text=None
    )  # fmt: skip
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"naf_code"}


def test_only_head_office_fields_go_to_the_site(admin: Account) -> None:
    company = make_company(phone="+33254000000", email="a@b.example", city="Blois")
    (site,) = db.session.scalars(select(Establishment)).all()
    assert (site.city, site.phone, site.email, site.company_id) == ("Blois", None, None, company.id)


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("manager", 200), ("editor", 200), ("reader", 403), ("student", 403)]
)  # fmt: skip
def test_who_may_open_the_pop_up(login_as: SignIn, role: str, status: int) -> None:
    assert login_as(role).get(NEW).status_code == status
