import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidValue
from app.core.phones import format_phone, parse_phone, phone_digits, phone_search_forms


def spaced(text: str) -> str:
    return text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    "pasted",
    [
        "01 42 68 53 00",
        "01.42.68.53.00",
        "01-42-68-53-00",
        "01\u00a042\u202f68\u200953 00\n",
        "0142685300",
        "142685300",
        "142685300.0",
        "+33 1 42 68 53 00",
        "+33 (0)1 42 68 53 00",
        "+33(0)142685300",
        "+330142685300",
        "0033 1 42 68 53 00",
        "00 33 (0)1 42 68 53 00",
        "(+33) 1 42 68 53 00",
        "33142685300",
        "33 (0)1 42 68 53 00",
        "Tél. : 01 42 68 53 00",
        "\u200e+33\u200b142685300",
        "０１ ４２ ６８ ５３ ００",
        "01/42/68/53/00",
    ],
)
def test_a_french_phone_is_read_however_it_is_written(pasted):
    assert parse_phone(pasted) == "+33142685300"


@pytest.mark.parametrize(
    ("pasted", "stored", "shown"),
    [
        ("0262 12 34 56", "+262262123456", "02 62 12 34 56"),
        ("0692 12 34 56", "+262692123456", "06 92 12 34 56"),
        ("0269 61 23 45", "+262269612345", "02 69 61 23 45"),
        ("0639 01 23 45", "+262639012345", "06 39 01 23 45"),
        ("0590 27 12 34", "+590590271234", "05 90 27 12 34"),
        ("0690 12 34 56", "+590690123456", "06 90 12 34 56"),
        ("0596 12 34 56", "+596596123456", "05 96 12 34 56"),
        ("0696 12 34 56", "+596696123456", "06 96 12 34 56"),
        ("0594 12 34 56", "+594594123456", "05 94 12 34 56"),
        ("0694 12 34 56", "+594694123456", "06 94 12 34 56"),
        ("+33 (0)262 12 34 56", "+262262123456", "02 62 12 34 56"),
        ("262262123456", "+262262123456", "02 62 12 34 56"),
        ("0508 41 12 34", "+508411234", "05 08 41 12 34"),
    ],
)
def test_an_overseas_phone_rings_where_it_is(pasted, stored, shown):
    assert parse_phone(pasted) == stored
    assert format_phone(stored) == spaced(shown)


@pytest.mark.parametrize(
    ("pasted", "postal_code", "stored"),
    [
        ("24 12 34", "98800", "+687241234"),
        ("40 12 34 56", "98714", "+68940123456"),
        ("72 12 34", "98600", "+681721234"),
        ("41 12 34", "97500", "+508411234"),
        ("0262 12 34 56", "97400", "+262262123456"),
        ("01 42 68 53 00", "97400", "+33142685300"),
    ],
)
def test_the_postal_code_places_a_local_number(pasted, postal_code, stored):
    assert parse_phone(pasted, postal_code=postal_code) == stored


@pytest.mark.parametrize(
    "pasted",
    ["01 99 00 12 34", "02 61 91 12 34", "03 53 01 12 34", "05 36 49 12 34", "06 39 98 12 34"],
)
def test_the_numbers_kept_for_fiction_are_taken(pasted):
    assert format_phone(parse_phone(pasted)) == spaced(pasted)
    assert parse_phone(pasted).startswith("+33")


@pytest.mark.parametrize(
    ("pasted", "stored", "shown"),
    [
        ("3639", "+333639", "36 39"),
        ("36 39", "+333639", "36 39"),
        ("118 712", "+33118712", "118 712"),
        ("+44 (0)20 7946 0958", "+442079460958", "+44 20 7946 0958"),
        ("0044 20 7946 0958", "+442079460958", "+44 20 7946 0958"),
        ("+39 06 698 12345", "+390669812345", "+39 06 6981 2345"),
        ("+32 2 123 45 67", "+3221234567", "+32 2 123 45 67"),
    ],
)
def test_short_and_foreign_numbers(pasted, stored, shown):
    assert parse_phone(pasted) == stored
    assert format_phone(stored) == spaced(shown)


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("O1 42 68 53 00", "lettre O"),
        ("01 42 68 53", "il en manque 2."),
        ("1,42E+08", "des chiffres sont perdus"),
        ("01 42 68 53 00 poste 12", "sans poste"),
        ("01 42 68 53 00 / 06 12 34 56 78", "saisissez les autres à part"),
        ("020 7946 09588", "indicatif du pays"),
        ("+33 1 42", "n’est pas valable"),
        ("+999 123456", "indicatif du pays"),
        ("01+42685300", "n’est pas valable"),
        ("٠١٤٢٦٨٥٣٠٠", "n’est pas valable"),
        ("à demander", "n’est pas valable"),
        ("", "vide"),
    ],
)
def test_a_refused_phone_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_phone(pasted)
    assert sentence in str(refusal.value)


@given(st.from_regex(r"\A0[1-9][0-9]{8}\Z"))
def test_every_number_of_ten_digits_survives_its_own_display(national):
    if not national.isascii():
        return
    stored = parse_phone(national)
    assert parse_phone(format_phone(stored)) == parse_phone(stored) == stored
    assert phone_digits(stored) == national


examples = {
    region: phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (number := phonenumbers.example_number(region))
}


@given(st.sampled_from(sorted(examples)), st.integers(0, 999))
def test_a_number_of_any_country_survives_its_own_display(region, end):
    try:
        stored = parse_phone(f"{examples[region][:-3]}{end:03}")
    except InvalidValue:
        return
    assert parse_phone(format_phone(stored)) == parse_phone(stored) == stored


def test_the_example_of_every_country_is_taken():
    assert {region for region, number in examples.items() if not parse_phone(number)} == set()


@given(st.text("0123456789+() .-", max_size=18))
def test_whatever_is_taken_is_stable(pasted):
    try:
        stored = parse_phone(pasted)
    except InvalidValue:
        return
    assert parse_phone(stored) == parse_phone(format_phone(stored)) == stored


def test_a_phone_is_searched_in_two_writings():
    assert phone_search_forms("+33142685300") == ["0142685300", "0033142685300"]
    assert phone_search_forms("+262262123456") == ["0262123456", "00262262123456"]
    assert phone_search_forms("+442079460958") == ["02079460958", "00442079460958"]
    assert phone_search_forms("+333639") == ["3639", "00333639"]
