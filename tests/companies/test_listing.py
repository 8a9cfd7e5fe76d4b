"""The list of companies: what a search finds, in which order, and how many of each kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import (
    form_values,
    rename_sector,
    update_company,
)
from app.companies.queries import COMPANIES, pick_companies
from app.companies.sites import add_establishment
from app.core.identifiers import format_siren, format_siret
from app.core.listing import Listing
from app.extensions import db
from app.reference.models import Sector
from app.reference.signals import sector_removed
from tests.factories import make_company, make_contact, new_siren, siret_of
from tests.pages import parse, rows, total

SignIn = Callable[[str], FlaskClient]
FACETS = {"HX-Request": "true", "HX-Target": "facets"}
SIREN = "552100554"


def names(**asked: Any) -> list[str]:
    """Names of the companies that a listing finds, in its order."""
    ids = Listing(COMPANIES, **asked).all_ids()
    return [db.session.get_one(Company, identity).name for identity in ids]


def sector(code: str) -> Sector:
    return db.session.query(Sector).filter_by(code=code).one()


# ---- search (requirement B1)


@pytest.fixture
def known(admin: Account) -> Company:
    """One company among others, with something to be found by in every place."""
    make_company(name="Autre maison", city="Autreville")
    company = make_company(
        name="L’Œuvre d’Hébé — Saint-Étienne", acronym="S.O.H.", siren=SIREN,
        siret=siret_of(SIREN), phone="+33442123456", email="accueil@oeuvre-hebe.fr",
        website="https://www.oeuvre-hebe.fr/", city="Aix-en-Provence", postal_code="13100",
    )  # fmt: skip
    site = {
        "siret": siret_of(SIREN, 2), "trade_name": "Chez Zoé", "sign": "Au Café d'Été",
        "city": "Kœnigsmacker", "email": "zoe@boutique.example", "phone": "+262262123456",
    }  # fmt: skip
    add_establishment(company, site, by=admin)
    db.session.commit()
    return company


WRITINGS = [
    "œuvre", "OEUVRE", "oeuvre", "l'oeuvre", "l’œuvre", "L`OEUVRE", "hebe", "HÉBÉ", "euvr", "ebé",
    "saint-étienne", "SAINT ETIENNE", "Saint‑Étienne", "etienne oeuvre", "hébé  étienne",
    "soh", "S.O.H.", "s.o.h",
    "chez zoé", "ZOE", "café d’été", "cafe d'ete", "d'Ete cafe",
    "aix", "Aix en Provence", "aix-en-provence", "kœnigsmacker", "KOENIGS",
    "accueil@oeuvre-hebe.fr", "ACCUEIL@", "zoe@boutique", "oeuvre-hebe.fr",
    "0442123456", "04 42 12 34 56", "04.42.12.34.56", "04-42-12-34-56", "+33442123456",
    "+33 4 42 12 34 56", "+33 (0)4 42 12 34 56", "0033 4 42 12 34 56", "42 12 34",
    "0262 12 34 56", "+262 262 12 34 56",
    "552100554", "552 100 554", "552.100.554", "552\u00a0100\u00a0554", "552100", "FR 83 552 100 554",
    "hebe aix zoe 552100554",
]  # fmt: skip


@pytest.mark.parametrize("q", WRITINGS)
def test_a_company_is_found_by_any_word_in_any_writing(known: Company, q: str) -> None:
    assert names(q=q) == [known.name]


@pytest.mark.parametrize("nic", [1, 2])
@pytest.mark.parametrize("shown", [str, format_siret, lambda siret: f"{siret[:9]} {siret[9:]}"])
def test_a_company_is_found_by_any_siret(
    known: Company, nic: int, shown: Callable[[str], str]
) -> None:
    assert names(q=shown(siret_of(SIREN, nic))) == [known.name]


@pytest.mark.parametrize("q", ["hebe autreville", "552100555", "hebes", "aix provence zoe paris"])
def test_all_words_are_asked_for(known: Company, q: str) -> None:
    assert names(q=q) == []


def test_percent_and_underscore_are_ordinary_characters(admin: Account) -> None:
    for name in ("Bio 100% local", "Bio 1000 local", "Data_Lab", "DataXLab"):
        make_company(name=name)
    assert names(q="100%") == ["Bio 100% local"]
    assert names(q="data_lab") == ["Data_Lab"]
    assert names(q="%") == ["Bio 100% local"]
    assert names(q="_") == ["Data_Lab"]


@pytest.mark.parametrize("q", ["z", "zq", "Zq"])
def test_one_and_two_letters_search_too(admin: Account, q: str) -> None:
    make_company(name="Maison Azqer")
    make_company(name="Maison Aber")
    assert names(q=q) == ["Maison Azqer"]


def test_the_exact_identifier_comes_first(admin: Account) -> None:
    siren = new_siren()
    make_company(name="Agence qui cite un numéro", email=f"client-{siren}@a.example")
    bearer = make_company(name="Zébulon", siren=siren, siret=siret_of(siren))
    for q in (siren, format_siren(siren)):
        assert names(q=q) == ["Zébulon", "Agence qui cite un numéro"]
    assert names(q=siret_of(siren)) == [bearer.name]
    assert pick_companies(siren)[0].label == "Zébulon"


def test_names_that_begin_so_come_before_the_rest(admin: Account) -> None:
    for name in ("Banque de la Poste", "La Poste", "Poste Immo"):
        make_company(name=name)
    assert names(q="poste") == ["Poste Immo", "Banque de la Poste", "La Poste"]


def test_what_no_longer_is_true_no_longer_finds(known: Company, admin: Account) -> None:
    base = form_values(known)
    update_company(known, {**base, "name": "Tout autre nom", "phone": None}, base=base, by=admin)
    assert names(q="hebe étienne") == []
    assert names(q="0442123456") == []
    assert names(q="tout autre") == ["Tout autre nom"]


# ---- orders (requirement B8)


def ordered(sort: str) -> tuple[list[str], list[str]]:
    return names(sort=sort), names(sort=f"-{sort}")


def test_names_are_in_french_order_both_ways(admin: Account) -> None:
    french = ["3 Suisses", "A Z", "AB", "Eau vive", "Écluse", "Edf", "Émile", "Zoé"]
    for name in reversed(french):
        make_company(name=name)
    assert ordered("name") == (french, french[::-1])


@pytest.mark.parametrize(
    ("sort", "field", "low", "high"),
    [
        ("city", "city", "Évry", "Fès"),
        ("sector", "sector_id", "agroalimentaire", "transport-logistique"),
    ],
)
def test_blanks_come_last_both_ways(
    admin: Account, sort: str, field: str, low: str, high: str
) -> None:
    def value(text: str) -> Any:
        return sector(text).id if field == "sector_id" else text

    make_company(name="Sans")
    make_company(name="Bas", **{field: value(low)})
    make_company(name="Haut", **{field: value(high)})
    assert ordered(sort) == (["Bas", "Haut", "Sans"], ["Haut", "Bas", "Sans"])


def test_companies_sort_by_their_contacts_and_sites_as_numbers(admin: Account) -> None:
    few, many = make_company(name="Peu"), make_company(name="Beaucoup")
    for number in range(10):
        make_contact(company_id=many.id, last_name=f"Personne {number}")
        add_establishment(many, {"city": "Tours"}, by=admin)
    make_contact(company_id=few.id)
    make_contact(company_id=few.id)
    db.session.commit()
    assert ordered("contacts") == (["Peu", "Beaucoup"], ["Beaucoup", "Peu"])
    assert ordered("sites") == (["Peu", "Beaucoup"], ["Beaucoup", "Peu"])


def test_companies_sort_by_their_last_change(admin: Account) -> None:
    for name, day in (("Milieu", 2), ("Début", 1), ("Fin", 3)):
        make_company(name=name).updated_at = datetime(2026, 1, day, tzinfo=UTC)
    db.session.commit()
    assert ordered("changed") == (["Début", "Milieu", "Fin"], ["Fin", "Milieu", "Début"])


@pytest.mark.parametrize("sort", [sort.key for sort in COMPANIES.sorts])
def test_ties_are_broken_by_id_so_that_pages_never_repeat_a_row(admin: Account, sort: str) -> None:
    same = datetime(2026, 1, 1, tzinfo=UTC)
    made = [make_company(name="Jumelle", city="Blois") for _ in range(60)]
    for company in made:
        company.updated_at = same
    db.session.commit()
    ids = sorted(company.id for company in made)
    for key, expected in ((sort, ids), (f"-{sort}", ids[::-1])):
        pages = [Listing(COMPANIES, sort=key).on_page(n).page_ids() for n in (1, 2, 3)]
        assert [len(page) for page in pages] == [25, 25, 10]
        assert [identity for page in pages for identity in page] == expected


def test_a_renamed_sector_moves_its_companies(admin: Account) -> None:
    food = sector("agroalimentaire")
    make_company(name="Biscuits", sector_id=food.id)
    make_company(name="Banque", sector_id=sector("banque-finance").id)
    assert names(sort="sector") == ["Banque", "Biscuits"]
    food.label = "Alimentation"
    rename_sector(food)
    db.session.commit()
    assert names(sort="sector") == ["Biscuits", "Banque"]


def test_companies_of_a_removed_sector_have_none(admin: Account) -> None:
    gone = sector("agroalimentaire")
    company = make_company(name="Biscuits", sector_id=gone.id)
    make_company(name="Banque", sector_id=sector("banque-finance").id)
    sector_removed.send(gone)
    db.session.delete(gone)
    db.session.commit()
    assert (company.sector_id, company.sector_sort) == (None, None)
    assert names(sort="sector") == ["Banque", "Biscuits"]


# ---- the page


def test_the_page_says_its_total_and_its_rows_ids(login_as: SignIn) -> None:
    made = [make_company(name=f"Maison {number:02}") for number in range(30)]
    reader = login_as("reader")
    first, second = (reader.get(f"/crm/companies/?page={n}&size=25").text for n in (1, 2))
    assert (total(first), total(second)) == (30, 30)
    assert rows(first) + rows(second) == [company.id for company in made]


def test_a_page_past_the_end_leads_to_the_last(login_as: SignIn) -> None:
    for number in range(30):
        make_company(name=f"Maison {number:02}")
    answer = login_as("reader").get("/crm/companies/?page=9&q=maison")
    assert answer.status_code == 302
    assert answer.location.endswith("/crm/companies/?q=maison&page=2")


def test_the_list_region_alone_is_answered_to_the_page_s_script(login_as: SignIn) -> None:
    make_company()
    answer = login_as("reader").get(
        "/crm/companies/", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    assert "<html" not in answer.text
    assert total(answer.text) == 1
    assert {"HX-Request", "HX-Target"} <= set(answer.vary)


def test_the_sorted_column_says_so_and_turns_round(login_as: SignIn) -> None:
    make_company()
    page = parse(login_as("reader").get("/crm/companies/?sort=city").text)
    city = next(head for head in page.all("th") if head.text == "Ville")
    assert city.attributes["aria-sort"] == "ascending"
    assert city.one("a").attributes["href"] == "/crm/companies/?sort=-city"
    assert len(page.all("th", aria_sort=None)) == 1


@pytest.mark.parametrize(
    "query",
    ["page=-1", f"page={10**20}", "size=7", "sort=password", "q=" + "a" * 10_000, "tag=x", "x=1",
     "contacts=peut-etre", "&".join(f"city=v{n}" for n in range(3000)), "city=%00"],
)  # fmt: skip
@pytest.mark.parametrize("region", ["", "list", "facets"])
def test_an_address_that_is_wrong_is_told_in_french(
    login_as: SignIn, query: str, region: str
) -> None:
    headers = {"HX-Request": "true", "HX-Target": region} if region else {}
    answer = login_as("reader").get(f"/crm/companies/?{query}", headers=headers)
    assert answer.status_code == 400
    assert "Cette demande n’est pas valable" in answer.text
