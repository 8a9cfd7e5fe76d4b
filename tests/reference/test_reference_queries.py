"""Labels, choices and pickers of the reference data."""

import pytest
from sqlalchemy import event, select

from app.core.picks import Pick
from app.core.text import sort_key
from app.extensions import db
from app.reference import queries as q
from app.reference.models import Sector

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def statements():
    """The SQL statements sent since the test began."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def labels(picks):
    return [pick.label for pick in picks]


def ids(picks):
    return [pick.id for pick in picks]


def test_labels_of_known_codes():
    assert q.naf_label("rev2", "62.01Z") == "Programmation informatique"
    assert q.naf_label("2025", "01.12Y") == "Culture du riz"
    assert q.legal_form_label("5710") == "SAS, société par actions simplifiée"
    assert q.headcount_label("21") == "50 à 99\u00a0salariés"
    assert q.department_label("31") == "31 · Haute-Garonne"
    assert q.department_label("21") == "21 · Côte-d’Or"
    assert q.country_name("CI") == "Côte d’Ivoire"
    assert q.country_name("HK") == "Hong Kong"


@pytest.mark.parametrize(
    "label", [q.legal_form_label, q.headcount_label, q.department_label, q.country_name]
)
def test_a_blank_code_has_a_blank_label_and_an_unknown_one_stands_for_itself(label):
    assert label(None) == label("") == ""
    assert label("??") == "??"


def test_a_naf_code_of_the_other_nomenclature_has_no_label():
    assert q.naf_label("2025", "62.01Z") == ""
    assert q.naf_label(None, "62.01Z") == q.naf_label("rev2", None) == ""


def test_labels_cost_no_query(statements):
    for code in ("62.01Z", "01.11Z", "70.22Z"):
        assert q.naf_label("rev2", code)
    assert q.legal_form_label("5710")
    assert q.headcount_label("21")
    assert q.department_label("31")
    assert q.country_name("FR")
    assert statements == []


def test_codes_that_no_list_knows_cost_one_query_for_all(statements):
    for code in ("45.2R", "45.3R", "45.2R"):
        assert q.naf_label("rev2", code) == ""
    assert q.legal_form_label("0001") == "0001"
    assert len(statements) == 1


def test_choices_are_in_the_order_to_show():
    assert q.country_choices()[0] == ("FR", "France")
    names = [name for _, name in q.country_choices()]
    assert len(names) == 249
    assert names.index("Égypte") < names.index("Espagne")
    assert [code for code, _ in q.headcount_choices()][:3] == ["NN", "00", "01"]
    assert len(q.legal_form_choices()) == 260
    sectors = [label for _, label in q.sector_choices()]
    assert sectors.index("Énergie, eau et environnement") < sectors.index(
        "Enseignement et formation"
    )


def test_a_sector_that_an_administrator_renames_is_seen_at_once():
    before = dict(q.sector_choices())
    sector = db.session.scalars(select(Sector).where(Sector.code == "btp")).one()
    sector.label = "Construction"
    assert dict(q.sector_choices()) == before | {sector.id: "Construction"}


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("64.19Z", "banque-finance"),
        ("69.20Z", "audit-conseil"),
        ("30.30Z", "aeronautique-defense"),
        ("01.11Y", "agriculture"),
        ("94.99Z", "associations"),
    ],
)
def test_a_naf_code_suggests_its_sector(code, sector):
    assert q.sector_of_naf(code).code == sector


def test_no_sector_is_suggested_without_a_known_division():
    assert q.sector_of_naf("04.00Z") is None
    assert q.sector_of_naf("") is None
    assert q.sector_of_naf(None) is None


@pytest.mark.parametrize("typed", ["62.01Z", "6201Z", "62.01z", " 62 01 Z "])
def test_a_naf_code_is_found_however_it_is_written(typed):
    assert q.pick_naf(typed)[0] == Pick(
        "rev2:62.01Z", "62.01Z · Programmation informatique", "NAF rév.\u00a02"
    )


def test_the_beginning_of_a_naf_code_lists_its_family():
    assert ids(q.pick_naf("62.0", nomenclature="rev2")) == [
        "rev2:62.01Z", "rev2:62.02A", "rev2:62.02B", "rev2:62.03Z", "rev2:62.09Z",
    ]  # fmt: skip


def test_naf_is_searched_by_words_without_accents_or_case():
    found = labels(q.pick_naf("CEREALES legumin", nomenclature="rev2"))
    assert found[0].startswith("01.11Z · Culture de céréales")


def test_words_of_the_label_come_before_words_of_its_division():
    found = labels(q.pick_naf("conseil", nomenclature="rev2"))
    assert found[:2] == [
        "62.02A · Conseil en systèmes et logiciels informatiques",
        "70.21Z · Conseil en relations publiques et communication",
    ]
    assert "62.01Z · Programmation informatique" in found[2:]


def test_naf_can_be_asked_for_one_nomenclature():
    assert {pick.id.partition(":")[0] for pick in q.pick_naf("riz", nomenclature="2025")} == {
        "2025"
    }
    assert {pick.detail for pick in q.pick_naf("culture du riz")} >= {
        "NAF rév.\u00a02",
        "NAF\u00a02025",
    }


def test_a_word_of_the_same_family_finds_the_activity():
    assert "56.10A · Restauration traditionnelle" in labels(q.pick_naf("restaurants"))


def test_pickers_obey_their_limit_and_answer_nothing_to_nothing():
    assert len(q.pick_naf("fabrication", limit=7)) == 7
    assert q.pick_naf("  ") == []
    assert q.pick_naf("xyzxyz") == []
    assert q.pick_commune("") == []
    assert q.pick_commune("xyzxyz") == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("sas", "5710"),
        ("SASU", "5710"),
        ("sarl", "5499"),
        ("EURL", "5499"),
        ("sa", "5599"),
        ("association", "9220"),
        ("loi 1901", "9220"),
        ("auto-entrepreneur", "1000"),
        ("5710", "5710"),
        ("université", "7383"),
        ("societe europeenne", "5800"),
    ],
)
def test_the_usual_words_find_the_usual_legal_form_first(typed, code):
    assert q.pick_legal_form(typed)[0].id == code


def test_with_nothing_typed_the_usual_legal_forms_are_offered():
    assert ids(q.pick_legal_form(""))[:3] == ["5710", "5499", "5599"]


def test_a_commune_is_found_by_name_postal_code_or_insee_code():
    toulouse = Pick("31555", "Toulouse", "31000 à 31500 · Haute-Garonne")
    assert q.pick_commune("toulouse")[0] == toulouse
    assert q.pick_commune("31500")[0] == toulouse
    assert q.pick_commune("31555")[0] == toulouse
    assert q.pick_commune("31000 toul") == [toulouse]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("st etienne", "Saint-Étienne"),
        ("SAINT-ETIENNE", "Saint-Étienne"),
        ("l'hay", "L'Haÿ-les-Roses"),
        ("y", "Y"),
        ("saint martin du bois", "Saint-Martin-du-Bois"),
        ("31 500", "Toulouse"),
        ("ajacc", "Ajaccio"),
        ("2A004", "Ajaccio"),
        ("lyon", "Lyon"),
    ],
)
def test_the_commune_that_is_meant_comes_first(typed, name):
    assert q.pick_commune(typed)[0].label == name


def test_a_postal_code_narrows_the_communes():
    found = q.pick_commune("saint", "97133")
    assert found == [Pick("97701", "Saint-Barthélemy", "97133 · Saint-Barthélemy")]
    assert q.pick_commune("toulouse", "33000") == []


def test_what_means_something_to_like_is_searched_as_it_is():
    assert q.pick_commune("%") == []
    assert q.pick_commune("_ou_ouse") == []


def test_paris_is_one_city_and_its_arrondissements_answer_to_their_number_only():
    assert "Paris" in labels(q.pick_commune("paris"))
    assert not any("Arrondissement" in label for label in labels(q.pick_commune("paris")))
    assert labels(q.pick_commune("paris 15e")) == ["Paris 15e Arrondissement"]


def test_the_communes_of_a_postal_code_are_in_alphabetical_order():
    assert [each.name for each in q.communes_of_postal_code("75015")] == ["Paris"]
    names = [each.name for each in q.communes_of_postal_code("01300")]
    assert len(names) > 5
    assert names == sorted(names, key=sort_key)
    assert q.communes_of_postal_code("00000") == q.communes_of_postal_code("") == []


def test_the_postal_codes_of_a_commune_are_in_order():
    assert q.postal_codes_of_commune("31555") == [
        "31000",
        "31100",
        "31200",
        "31300",
        "31400",
        "31500",
    ]
    assert q.postal_codes_of_commune("00000") == []
