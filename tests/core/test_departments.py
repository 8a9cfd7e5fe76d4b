import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.departments import DEPARTMENTS, department_of


@pytest.mark.parametrize(
    ("insee_code", "department"),
    [
        ("75056", "75"),
        ("01001", "01"),
        ("2A004", "2A"),
        ("2b033", "2B"),
        ("97411", "974"),
        ("97701", "977"),
        ("98818", "988"),
        (" 75 056\n", "75"),
    ],
)
def test_a_commune_code_tells_its_department(insee_code, department):
    assert department_of(insee_code, None, None) == department


@pytest.mark.parametrize(
    ("postal_code", "city", "department"),
    [
        ("75008", "Paris", "75"),
        ("1000", "Bourg-en-Bresse", "01"),
        ("F-75008", None, "75"),
        ("92930", "Paris La Défense Cedex", "92"),
        ("20000", "Ajaccio", "2A"),
        ("20137", "Porto-Vecchio", "2A"),
        ("20200", "Bastia", "2B"),
        ("20600", "Bastia", "2B"),
        ("20900", None, None),
        ("97400", "Saint-Denis", "974"),
        ("97133", "Saint-Barthélemy", "977"),
        ("97150", "Saint-Martin", "978"),
        ("97600", "Mamoudzou", "976"),
        ("98800", "Nouméa", "988"),
        ("98000", "Monaco", None),
        ("94390", "PARAY VIEILLE POSTE", "91"),
        ("94390", "Orly Aérogare", "94"),
        ("01590", "Lavancia-Épercy", "39"),
        ("00100", None, None),
        ("99999", None, None),
        ("750", None, None),
        ("", "", None),
    ],
)
def test_a_postal_code_and_a_city_tell_the_department(postal_code, city, department):
    assert department_of(None, postal_code, city) == department


def test_the_commune_code_has_the_last_word():
    assert department_of("39286", "01590", "Ailleurs") == "39"
    assert department_of("inconnu", "75008", "Paris") == "75"


optional_text = st.none() | st.text("0123456789ABF- é", max_size=8)


@given(optional_text, optional_text, optional_text)
def test_an_answer_is_always_a_known_department(insee_code, postal_code, city):
    assert department_of(insee_code, postal_code, city) in DEPARTMENTS | {None}


def test_there_are_109_departments_and_territories():
    assert len(DEPARTMENTS) == 109
