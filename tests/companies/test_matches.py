"""The list of companies says why a row was found, when its cells do not show it (requirement B1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.columns import COLUMNS
from app.companies.matches import SITES_READ, reasons
from app.companies.models import Company
from app.companies.sites import add_establishment
from app.core.identifiers import format_siren, format_siret
from app.core.text import search_words
from app.extensions import db
from tests.factories import make_company, siret_of
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
SIREN = "552100554"
SITE_SIRET = siret_of(SIREN, 2)
ALL_COLUMNS = {column.key for column in COLUMNS}


@pytest.fixture
def known(admin: Account) -> Company:
    company = make_company(
        name="Œuvre", acronym="SOH", siren=SIREN, siret=siret_of(SIREN), phone="+33442123456",
        email="accueil@hebe.example", website="https://www.oeuvre-hebe.fr/rh",
        city="Aix-en-Provence", postal_code="13100",
    )  # fmt: skip
    site = {
        "siret": SITE_SIRET, "trade_name": "Chez Zoé", "sign": "Au Café d’Été", "city": "Amiens",
        "postal_code": "80000", "email": "zoe@boutique.example", "phone": "+33322123456",
    }  # fmt: skip
    add_establishment(company, site, by=admin)
    add_establishment(company, {"sign": "Kiosque"}, by=admin)
    db.session.commit()
    return company


def told(company: Company, q: str, *shown: str) -> list[tuple[str, str]]:
    """What the row says, when it shows these columns beside the name."""
    found = reasons([company.id], search_words(q), {"name", *shown})
    return [(one.label, one.value) for one in found.get(company.id, [])]


SAID = [
    (format_siren(SIREN), "SIREN", format_siren(SIREN)),
    ("+33 4 42 12", "Téléphone", "04\u00a042\u00a012\u00a034\u00a056"),
    ("accueil@", "E-mail", "accueil@hebe.example"),
    ("oeuvre-hebe.fr", "Site internet", "oeuvre-hebe.fr/rh"),
    ("provence", "Ville", "Aix-en-Provence"),
    ("13100", "Code postal", "13100"),
    (siret_of(SIREN), "SIRET du siège", format_siret(siret_of(SIREN))),
    (SITE_SIRET, "SIRET du site d’Amiens", format_siret(SITE_SIRET)),
    ("zoe", "Nom commercial du site d’Amiens", "Chez Zoé"),
    ("cafe d'ete", "Enseigne du site d’Amiens", "Au Café d’Été"),
    ("03 22 12 34 56", "Téléphone du site d’Amiens", "03\u00a022\u00a012\u00a034\u00a056"),
    ("boutique.example", "E-mail du site d’Amiens", "zoe@boutique.example"),
    ("amiens", "Ville d’un site", "Amiens"),
    ("80000", "Code postal du site d’Amiens", "80000"),
    ("kiosque", "Enseigne d’un site", "Kiosque"),
]  # fmt: skip


@pytest.mark.parametrize(("q", "label", "value"), SAID)
def test_a_row_says_where_a_word_was_found(known: Company, q: str, label: str, value: str) -> None:
    if q == "oeuvre-hebe.fr":
        q = "hebe.fr"  # « oeuvre » is in the name, which the row shows.
        value = "www.oeuvre-hebe.fr/rh"
    assert told(known, q) == [(label, value)]


@pytest.mark.parametrize(
    ("q", "columns"),
    [("oeuv", []), ("soh", []), ("aix", ["city"]), (SIREN, ["siren"]), ("04 42", ["phone"]),
     (siret_of(SIREN), ["siret"]), ("13100", ["postal_code"]), ("accueil", ["email"])],
)  # fmt: skip
def test_a_row_says_nothing_of_what_its_cells_show(
    known: Company, q: str, columns: list[str]
) -> None:
    assert told(known, q, *columns) == []


def test_several_words_are_each_explained(known: Company) -> None:
    labels = [label for label, _value in told(known, "oeuvre zoe 13100")]
    assert labels == ["Code postal", "Nom commercial du site d’Amiens"]


def test_whatever_finds_a_company_is_explained(known: Company) -> None:
    for word in known.search_text.split():
        (only,) = told(known, word) or [("dans la ligne", "")]
        assert only[0] != "Autre information de la fiche", word


def test_of_very_many_sites_the_likeliest_are_read(known: Company, admin: Account) -> None:
    for number in range(SITES_READ):
        add_establishment(known, {"city": f"Bourg {number}"}, by=admin)
    add_establishment(known, {"city": "Fès", "trade_name": "Étoile"}, by=admin)
    add_establishment(known, {"city": "Metz", "trade_name": "Comptoir"}, by=admin)
    assert told(known, "comptoir") == [("Nom commercial du site de Metz", "Comptoir")]
    # Beyond the sites that are read a word with accents is only known to be on the sheet.
    assert told(known, "etoile") == [("Autre information de la fiche", "")]


def test_the_page_says_it_under_the_name_with_the_fragment_marked(
    known: Company, login_as: SignIn
) -> None:
    page = parse(login_as("reader").get("/crm/companies/?q=cafe+oeuv").text)
    assert page.one(css="who__name").one("mark").text == "Œuv"
    why = page.one(css="who__why")
    assert why.text == "Enseigne du site d’Amiens : Au Café d’Été"
    assert why.one("mark").text == "Café"


def test_an_odd_value_is_escaped(admin: Account, login_as: SignIn) -> None:
    company = make_company(name="Acme")
    add_establishment(company, {"sign": "<i>Zorro</i>"}, by=admin)
    db.session.commit()
    text = login_as("reader").get("/crm/companies/?q=zorro").text
    assert "&lt;i&gt;<mark>Zorro</mark>&lt;/i&gt;" in text


def test_without_a_search_nothing_is_asked_or_said(known: Company, login_as: SignIn) -> None:
    assert reasons([known.id], [], ALL_COLUMNS) == reasons([], ["zoe"], ALL_COLUMNS) == {}
    assert not parse(login_as("reader").get("/crm/companies/").text).all(css="who__why")
