"""The search blocks of the list of companies: what they count, and what they find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import form_values, update_company
from app.companies.queries import COMPANIES
from app.core.db import utcnow
from app.extensions import db
from app.reference.models import Sector
from app.tags.operations import add_to, trash_tag
from tests.factories import make_company, make_contact, make_tag, stored_image
from tests.pages import chips, choices, facet, parse, rows, total

SignIn = Callable[[str], FlaskClient]
FACETS = {"HX-Request": "true", "HX-Target": "facets"}
SIREN = "552100554"


def sector(code: str) -> Sector:
    return db.session.query(Sector).filter_by(code=code).one()


def low(_company: Company, _by: Account) -> None:
    """A company is made with little on its sheet."""


def tagged(company: Company, by: Account) -> None:
    add_to(make_tag("Partenaire"), [company.id], by=by)


def complete(company: Company, _by: Account) -> None:
    company.completeness = 90


def lacking(for_agreement: int, for_offer: int) -> Callable[[Company, Account], None]:
    """How many items of each purpose its sheet lacks."""

    def give(company: Company, _by: Account) -> None:
        company.agreement_missing, company.offer_missing = for_agreement, for_offer

    return give


def met(company: Company, _by: Account) -> None:
    make_contact(company_id=company.id)


def verified(company: Company, by: Account) -> None:
    company.verified_at, company.verified_by_id = utcnow(), by.id


def old(company: Company, by: Account) -> None:
    long_ago = datetime(2020, 5, 4, 12, tzinfo=UTC)
    company.created_at = company.updated_at = company.verified_at = long_ago
    company.verified_by_id = by.id


def others_have(**values: Any) -> Callable[[Company, Account], None]:
    """What all the others hold, and the one that is looked for does not."""

    def give(company: Company, by: Account) -> None:
        others = db.session.query(Company).filter(Company.id != company.id)
        others.update({**values, "verified_at": utcnow(), "verified_by_id": by.id})

    return give


def others_are_tagged(company: Company, by: Account) -> None:
    others = db.session.query(Company).filter(Company.id != company.id)
    add_to(make_tag("Partenaire"), [each.id for each in others], by=by)


def being_created(company: Company, by: Account) -> None:
    """It has no number yet."""
    before = form_values(company)
    after = {**before, "siren": None, "siret": None, "no_siren_reason": "being_created"}
    update_company(company, after, base=before, by=by)


def others_have_a_logo(company: Company, by: Account) -> None:
    others_have(logo_id=stored_image().id)(company, by)


NOBODY: dict[str, Any] = {}
# Block, values of the company that is looked for, what is done to it, how the value reads.
BLOCKS: list[tuple[str, dict[str, Any], Callable[[Company, Account], None], str]] = [
    ("tag", NOBODY, tagged, "Partenaire"),
    ("tag", NOBODY, others_are_tagged, "Sans tag"),
    ("department", {"postal_code": "20000", "city": "Ajaccio"}, low, "Corse-du-Sud"),
    ("department", NOBODY, others_have(department_code="41"), "Sans département"),
    ("city", {"city": "L’Haÿ-les-Roses"}, low, "L’Haÿ-les-Roses"),
    ("city", NOBODY, others_have(city="Blois"), "Sans ville"),
    ("sector", {"sector_code": "agroalimentaire"}, low, "Industrie agroalimentaire"),
    ("sector", NOBODY, others_have(sector_id=1), "Sans secteur"),
    ("legal_form", {"legal_form_code": "5710"}, low, "SAS"),
    ("legal_form", NOBODY, others_have(legal_form_code="5710"), "Sans forme juridique"),
    ("headcount", {"headcount_code": "12"}, low, "20 à 49"),
    ("headcount", NOBODY, others_have(headcount_code="12"), "Sans effectif"),
    ("contacts", NOBODY, met, "Avec contact"),
    ("completeness", NOBODY, complete, "Plus de 80 %"),
    ("ready", NOBODY, lacking(0, 3), "Prête pour une convention"),
    ("ready", NOBODY, others_have(agreement_missing=0), "À compléter pour une convention"),
    ("ready", NOBODY, lacking(3, 0), "Prête pour une offre"),
    ("ready", NOBODY, others_have(offer_missing=0), "À compléter pour une offre"),
    ("verified", NOBODY, verified, "Vérifiée"),
    ("missing", NOBODY, others_have(has_head_siret=True), "Sans SIRET du siège"),
    ("missing", NOBODY, others_have(has_head_address=True), "Sans adresse du siège"),
    ("missing", NOBODY, others_have(has_reachable_contact=True), "Sans contact avec e-mail"),
    ("missing", NOBODY, being_created, "Sans SIREN"),
    ("missing", NOBODY, others_have_a_logo, "Sans logo"),
    ("missing", NOBODY, others_have(phone="+33240000000"), "Sans téléphone"),
    ("missing", NOBODY, others_have(email="a@b.example"), "Sans e-mail"),
    ("missing", NOBODY, others_have(website="https://b.example/"), "Sans site internet"),
    ("missing", NOBODY, others_have(description="Un texte"), "Sans description"),
    ("missing", NOBODY, others_have(has_signatory=True), "Sans signataire complet"),
    ("naf", {"naf_code": "62.01Z", "naf_nomenclature": "rev2"}, low, "Programmation informatique"),
    ("naf", {"naf_code": "01.12Y", "naf_nomenclature": "2025"}, low, "Culture du riz"),
    ("naf", NOBODY, others_have(naf_code="62.01Z"), "Sans code NAF"),
    ("country", NOBODY, others_have(country="BE"), "France"),
    ("created", NOBODY, old, "Il y a plus d’un an"),
    ("changed", NOBODY, old, "Il y a plus d’un an"),
    ("verified_on", NOBODY, old, "Il y a plus d’un an"),
    ("verified_on", NOBODY, others_have(), "Jamais vérifiée"),
]


def test_every_block_of_the_list_is_tried() -> None:
    assert {block[0] for block in BLOCKS} == {block.key for block in COMPANIES.facets}


@pytest.mark.parametrize(("key", "values", "do", "label"), BLOCKS)
def test_a_block_counts_a_value_and_its_link_finds_those(
    login_as: SignIn,
    key: str,
    values: dict[str, Any],
    do: Callable[[Company, Account], None],
    label: str,
) -> None:
    given = {k: v for k, v in values.items() if k != "sector_code"}
    if "sector_code" in values:
        given["sector_id"] = sector(values["sector_code"]).id
    wanted, other = make_company(name="Cherchée", **given), make_company(name="Autre")
    do(wanted, db.session.query(Account).filter_by(username="admin").one())
    db.session.commit()
    reader = login_as("reader")
    block = facet(reader.get("/crm/companies/", headers=FACETS).text, key)
    choice = choice_like(block, label)
    assert choice.one(css="facet__count").text == "1"
    page = reader.get(choice.attributes["href"]).text
    assert rows(page) == [wanted.id]
    assert total(page) == 1
    assert len(chips(page)) == 1
    assert label in chips(page)[0]
    assert other.id not in rows(page)


def choice_like(block: Any, label: str) -> Any:
    return next(c for c in block.all("a", css="facet__choice") if label in c.text)


def test_a_block_counts_without_its_own_choice_and_with_the_others(login_as: SignIn) -> None:
    for city, form in (("Blois", "5710"), ("Blois", "5499"), ("Tours", "5710")):
        make_company(city=city, legal_form_code=form)
    page = login_as("reader").get("/crm/companies/?city=Blois", headers=FACETS).text
    assert choices(page, "city") == {"Blois": 2, "Tours": 1}
    assert set(choices(page, "legal_form").values()) == {1}


def test_values_of_a_block_are_ored_and_blocks_are_anded(login_as: SignIn) -> None:
    blois, tours = make_company(city="Blois"), make_company(city="Tours")
    small = make_company(city="Blois", headcount_code="12")
    reader = login_as("reader")
    either = reader.get("/crm/companies/?city=Blois&city=Tours").text
    assert set(rows(either)) == {blois.id, tours.id, small.id}
    assert chips(either) == ["Ville : Blois", "Ville : Tours"]
    both = reader.get("/crm/companies/?city=Blois&city=Tours&headcount=12").text
    assert rows(both) == [small.id]


def test_a_chip_s_cross_takes_one_filter_off(login_as: SignIn) -> None:
    make_company(city="Blois")
    page = parse(login_as("reader").get("/crm/companies/?city=Blois&contacts=without").text)
    crosses = [cross.attributes["href"] for cross in page.all(css="chip__remove")]
    assert crosses == ["/crm/companies/?contacts=without", "/crm/companies/?city=Blois"]
    assert page.one(css="chips__clear").attributes["href"] == "/crm/companies/"


def test_a_value_of_the_whole_list_stays_when_the_query_has_none_of_it(login_as: SignIn) -> None:
    make_company(name="Alba", city="Blois")
    make_company(name="Borealis", city="Tours")
    page = login_as("reader").get("/crm/companies/?q=alba", headers=FACETS).text
    assert choices(page, "city") == {"Blois": 1, "Tours": 0}
    greyed = [one.text for one in facet(page, "city").all("a", css="facet__choice--none")]
    assert greyed == ["Tours 0"]


def test_a_chosen_value_without_record_stays_to_be_unchosen(login_as: SignIn) -> None:
    make_company(city="Blois")
    page = login_as("reader").get("/crm/companies/?city=Nulle-Part", headers=FACETS).text
    assert choices(page, "city") == {"Blois": 1, "Nulle-Part": 0}
    chosen = facet(page, "city").one("a", aria_current="true")
    assert chosen.attributes["href"] == "/crm/companies/"


def test_bands_of_employees_stand_in_their_order_whatever_their_number(login_as: SignIn) -> None:
    for code in ("53", "NN", "12", "12", "01"):
        make_company(headcount_code=code)
    page = login_as("reader").get("/crm/companies/", headers=FACETS).text
    assert list(choices(page, "headcount").values()) == [1, 1, 2, 1]
    assert [text.split(" ")[0] for text in choices(page, "headcount")] == ["Aucun", "1", "20", "10"]


def test_a_tag_that_went_to_the_bin_finds_nothing_and_is_named_so(
    login_as: SignIn, admin: Account
) -> None:
    company, tag = make_company(), make_tag("Partenaire")
    add_to(tag, [company.id], by=admin)
    trash_tag(tag, by=admin)
    db.session.commit()
    page = login_as("reader").get(f"/crm/companies/?tag={tag.id}").text
    assert rows(page) == []
    assert chips(page) == [f"Tags : Valeur supprimée (n° {tag.id})"]


def test_with_a_value_and_without_any_are_ored_too(login_as: SignIn) -> None:
    blois, none = make_company(city="Blois"), make_company()
    make_company(city="Tours")
    page = login_as("reader").get("/crm/companies/?city=Blois&city=-").text
    assert set(rows(page)) == {blois.id, none.id}
    assert chips(page) == ["Ville : Blois", "Ville : Sans ville"]


def test_completeness_follows_the_contacts(admin: Account) -> None:
    company = make_company()
    before = company.completeness
    make_contact(
        company_id=company.id, email="a@b.example", signs_agreements=True, job_title="Directrice"
    )
    db.session.refresh(company)
    assert company.completeness > before
