"""One search block by itself: its search, more of its values, own dates; as a page and as the
part of a page that a script asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import update

from app.accounts.models import Account
from app.companies.models import Company
from app.core import facetvalues
from app.extensions import db
from tests.factories import make_company, make_contact, make_tag
from tests.pages import chips, choices, facet, parse, rows

SignIn = Callable[[str], FlaskClient]
BLOCK = "/crm/companies/facets/"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def values_of(key: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": f"facet-{key}-values"}


def shown(html: str) -> dict[str, int]:
    """The values of a block that came alone, with their counts."""
    return {
        one.one(css="facet__label").text: int(one.one(css="facet__count").text)
        for one in parse(html).all("a", css="facet__choice")
    }


@pytest.fixture
def towns(admin: Account) -> list[str]:
    """One company in each of thirty towns, two in the first."""
    names = ["Saint-Étienne", "Saint-Étienne", "L’Haÿ-les-Roses", "Mont-Saint-Aignan", "Œuilly"]
    names += [f"Ville {number:02}" for number in range(26)]
    for name in names:
        make_company(city=name, headcount_code="12" if name.startswith("Saint") else None)
    return names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("saint", {"Saint-Étienne": 2, "Mont-Saint-Aignan": 1}),
        ("SAINT etienne", {"Saint-Étienne": 2}),
        ("etienne, saint", {"Saint-Étienne": 2}),
        ("l'hay", {"L’Haÿ-les-Roses": 1}),
        ("oeuilly", {"Œuilly": 1}),
        ("lle 07", {"Ville 07": 1}), ("7 vil", {f"Ville {n}": 1 for n in ("07", "17")}),
        ("nulle part", {}), ("…", {}), ("😀", {}), ("%", {}), ("_", {}), ("a" * 5_000, {}),
    ],
)  # fmt: skip
def test_a_search_in_a_block_finds_among_all_its_values(
    login_as: SignIn, towns: list[str], text: str, found: dict[str, int]
) -> None:
    reader, asked = login_as("reader"), {"in": text}
    fragment = reader.get(f"{BLOCK}city", query_string=asked, headers=values_of("city"))
    page = reader.get(f"{BLOCK}city", query_string=asked)
    assert fragment.status_code == page.status_code == 200
    assert "<html" not in fragment.text
    assert shown(fragment.text) == shown(page.text) == found
    if not found:
        assert "Aucune valeur ne correspond" in fragment.text


def test_a_search_in_a_block_counts_under_the_present_query(
    login_as: SignIn, towns: list[str]
) -> None:
    reader = login_as("reader")
    query = f"{BLOCK}city?in=saint&headcount=12&city=Ville+01"
    html = reader.get(query, headers=values_of("city")).text
    assert shown(html) == {"Saint-Étienne": 2, "Mont-Saint-Aignan": 0}
    link = parse(html).all("a", css="facet__choice")[0].attributes["href"]
    assert parse_qs(urlsplit(link).query) == {
        "headcount": ["12"], "city": ["Ville 01", "Saint-Étienne"]
    }  # fmt: skip


def test_more_values_are_opened_step_by_step(login_as: SignIn, towns: list[str]) -> None:
    reader = login_as("reader")
    page = reader.get("/crm/companies/", headers={"HX-Request": "true", "HX-Target": "facets"}).text
    block = facet(page, "city")
    assert len(choices(page, "city")) == 6
    more = block.one("a", data_facet_more=None)
    assert more.text == "Plus de valeurs (24)"
    opened = reader.get(more.attributes["href"], headers=values_of("city")).text
    assert len(shown(opened)) == 30
    assert "Plus de valeurs" not in opened
    whole = reader.get(more.attributes["href"]).text
    assert parse(whole).one("h1").text == "Ville"
    assert shown(whole) == shown(opened)


def test_what_no_page_shows_is_to_be_searched(login_as: SignIn, admin: Account) -> None:
    for number in range(205):
        db.session.add(Company(name=f"N {number}", city=f"Ville {number}"))
    db.session.commit()
    html = login_as("reader").get(f"{BLOCK}city?shown=200", headers=values_of("city")).text
    assert len(shown(html)) == 200
    assert parse(html).one("p", css="facet__more").text.startswith("Et 5 autres valeurs")


def test_values_are_found_by_their_code_and_by_their_words(login_as: SignIn) -> None:
    make_company(naf_code="62.01Z", naf_nomenclature="rev2", postal_code="41000", city="Blois")
    reader = login_as("reader")
    for text in ("62.01", "6201z", "programmation", "informatique prog"):
        html = reader.get(f"{BLOCK}naf?in={text}", headers=values_of("naf")).text
        assert list(shown(html)) == ["62.01Z · Programmation informatique"]
    for text in ("41", "loir", "cher loir"):
        html = reader.get(f"{BLOCK}department?in={text}", headers=values_of("department")).text
        assert list(shown(html)) == ["41 · Loir-et-Cher"]
    make_tag("Forum des métiers")
    assert shown(reader.get(f"{BLOCK}tag?in=metiers", headers=values_of("tag")).text) == {}


def test_companies_of_contacts_are_found_by_any_word_of_theirs(
    login_as: SignIn, admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, city in (("Société Nationale", "Paris"), ("Dupont", "Blois"), ("Dupont", "Tours")):
        company = make_company(name=name, city=city, acronym="SNX" if city == "Paris" else None)
        make_contact(company_id=company.id, job_function="Achats" if city == "Tours" else None)
    make_company(name="Dupont sans contact")
    reader, address = login_as("reader"), "/crm/contacts/facets/company"
    headers = values_of("company")
    assert shown(reader.get(f"{address}?in=snx", headers=headers).text) == {"Société Nationale": 1}
    html = reader.get(f"{address}?in=dup&function=Achats", headers=headers).text
    assert shown(html) == {"Dupont · Tours": 1, "Dupont · Blois": 0}
    monkeypatch.setattr(facetvalues, "MOST_FOUND", 1)
    cut = reader.get(f"{address}?in=dup", headers=headers).text
    assert "précisez le mot" in cut


def test_all_blocks_are_a_page_too(login_as: SignIn, towns: list[str]) -> None:
    reader = login_as("reader")
    page = reader.get("/crm/companies/").text
    link = parse(page).one("noscript").one("a").attributes["href"]
    assert link == "/crm/companies/facets/"
    html = reader.get(f"{link}?city=Ville+01").text
    assert choices(html, "city")["Saint-Étienne"] == 2
    assert chips(html) == ["Ville : Ville 01"]
    back = parse(html).one("a", css="btn-primary")
    assert (back.text, back.attributes["href"]) == (
        "Voir le résultat",
        "/crm/companies/?city=Ville+01",
    )


# ---- dates


@pytest.fixture
def dated(admin: Account) -> dict[str, int]:
    """Companies by the day of Paris on which they were made."""
    moments = {
        "25/11": datetime(2026, 11, 25, 9, tzinfo=UTC),
        "24/11": datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC),
        "25/11, midnight": datetime(2026, 11, 24, 23, tzinfo=UTC),
        "01/01": datetime(2025, 12, 31, 23, tzinfo=UTC),
        "2024": datetime(2024, 6, 1, tzinfo=UTC),
    }
    made = {}
    for name, moment in moments.items():
        company = make_company(name=name)
        db.session.execute(
            update(Company).where(Company.id == company.id).values(created_at=moment)
        )
        made[name] = company.id
    db.session.commit()
    return made


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("today", {"25/11", "25/11, midnight"}),
        ("7d", {"25/11", "25/11, midnight", "24/11"}),
        ("year", {"25/11", "25/11, midnight", "24/11", "01/01"}),
        ("school_year", {"25/11", "25/11, midnight", "24/11"}),
        ("older", {"2024"}),
        ("2026-11-24..2026-11-24", {"24/11"}),
        ("..2026-01-01", {"2024", "01/01"}),
        ("2026-11-25..", {"25/11", "25/11, midnight"}),
    ],
)
def test_a_stretch_of_days_finds_what_it_counts(
    login_as: SignIn, dated: dict[str, int], value: str, names: set[str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        reader = login_as("reader")
        assert set(rows(reader.get(f"/crm/companies/?created={value}").text)) == {
            dated[name] for name in names
        }
        fragment = {"HX-Request": "true", "HX-Target": "facets"}
        html = reader.get(f"/crm/companies/?created={value}", headers=fragment).text
    chosen = facet(html, "created").one("a", aria_current="true")
    assert chosen.one(css="facet__count").text == str(len(names))


def test_own_dates_lead_to_the_list_within_them(login_as: SignIn, dated: dict[str, int]) -> None:
    """They take the place of what was chosen in the block, and keep the rest."""
    reader = login_as("reader")
    asked = f"{BLOCK}created?from=2026-11-24&to=2026-11-24&created=7d&contacts=without&sort=-name"
    answer = reader.get(asked)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.location).query) == {
        "created": ["2026-11-24..2026-11-24"], "contacts": ["without"], "sort": ["-name"]
    }  # fmt: skip
    page = reader.get(answer.location).text
    assert rows(page) == [dated["24/11"]]
    assert "Création : Le 24/11/2026" in chips(page)
    block = reader.get(answer.location.replace("/companies/?", "/companies/facets/created?")).text
    assert parse(block).one("input", name="from").attributes["value"] == "2026-11-24"
    open_end = reader.get(f"{BLOCK}created?from=2026-11-24&to=")
    assert open_end.location == "/crm/companies/?created=2026-11-24.."


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("", "", "Indiquez au moins une date."),
        ("2026-03-01", "2026-02-01", "La date de fin vient avant la date de début"),
        ("2026-02-30", "", "Une date n’est pas valable"),
        ("", "01/02/2026", "Une date n’est pas valable"),
        ("1900-01-01", "2026-01-01", "Une date n’est pas valable"),
        ("x" * 9_000, "", "Une date n’est pas valable"),
    ],
)
def test_dates_that_are_wrong_are_told_at_their_fields(
    login_as: SignIn, first: str, last: str, said: str
) -> None:
    answer = login_as("reader").get(f"{BLOCK}created", query_string={"from": first, "to": last})
    assert answer.status_code == 422
    page = parse(answer.text)
    assert said in page.one("p", css="facet__error").text
    assert page.one("input", name="from").attributes["value"] == first[:10]
    assert page.one("input", name="to").attributes["value"] == last[:10]


# ---- what is wrong


@pytest.mark.parametrize(
    "query",
    ["city?shown=0", "city?shown=201", "city?shown=x", "city?shown=-1", "city?from=2026-01-01",
     "created?in=x", "contacts?to=2026-01-01", "city?x=1", "city?tag=x", "city?page=0",
     "created?created=2026-02-01..2026-01-01", "created?created=soon"],
)  # fmt: skip
def test_an_address_that_is_wrong_is_told_in_french(login_as: SignIn, query: str) -> None:
    answer = login_as("reader").get(BLOCK + query)
    assert answer.status_code == 400
    assert "Cette demande n’est pas valable" in answer.text


@pytest.mark.parametrize("key", ["nowhere", "password", "city%00", "é", "..%2f"])
def test_a_block_that_the_list_lacks_is_not_found(login_as: SignIn, key: str) -> None:
    assert login_as("reader").get(BLOCK + key).status_code == 404
