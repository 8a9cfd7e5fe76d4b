import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.amounts import MOST_EUROS, format_amount, parse_amount
from app.core.errors import InvalidValue


@pytest.mark.parametrize(
    ("typed", "euros"),
    [
        ("1 234 567,00 €", 1_234_567),
        ("1\u202f234\u202f567\u00a0€\n", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1.234.567,00", 1_234_567),
        ("1,234,567", 1_234_567),
        ("1,234,567.00", 1_234_567),
        ("1’234’567", 1_234_567),
        ("1.234", 1_234),
        ("1234,0", 1_234),
        ("7500.0", 7_500),
        ("€ 12", 12),
        ("EUR 12", 12),
        ("12 euros", 12),
        ("+12", 12),
        ("12 k€", 12_000),
        ("12 KEUR", 12_000),
        ("3,5 M€", 3_500_000),
        ("3.5M", 3_500_000),
        ("1,234 M€", 1_234_000),
        ("3 millions d’euros", 3_000_000),
        ("3 Md€", 3_000_000_000),
        ("2 milliards", 2_000_000_000),
        ("0", 0),
        ("1 000 000 000 000 000", MOST_EUROS),
    ],
)
def test_an_amount_is_read_however_it_is_written(typed, euros):
    assert parse_amount(typed) == euros


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12,50 €", "retirez les centimes"),
        ("0,01", "retirez les centimes"),
        ("1,23456 k€", "retirez les centimes"),
        ("-5", "négatif"),
        ("− 5 €", "négatif"),
        ("(1 234)", "négatif"),
        ("5-", "négatif"),
        ("1,234", "deux façons"),
        ("1.234 M€", "deux façons"),
        ("1 23", "n’est pas valable"),
        ("1.2.3", "n’est pas valable"),
        ("12 $", "n’est pas valable"),
        ("12 CHF", "n’est pas valable"),
        ("beaucoup", "n’est pas valable"),
        ("1O 000", "n’est pas valable"),
        ("1,5E+06", "chiffres sont perdus"),
        ("1000000000000001", "trop grand"),
        ("2000000 Md€", "trop grand"),
        ("٣", "n’est pas valable"),
        ("", "vide"),
    ],
)
def test_a_refused_amount_says_what_is_wrong(typed, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_amount(typed)
    assert sentence in str(refusal.value)


@given(st.integers(0, MOST_EUROS))
def test_an_amount_survives_its_own_display(euros):
    assert parse_amount(format_amount(euros)) == parse_amount(str(euros)) == euros


def test_an_amount_is_shown_with_spaces_that_do_not_break():
    assert format_amount(1_234_567) == "1\u202f234\u202f567\u00a0€"


@given(st.text("0123456789 .,'-()€kMd", max_size=20))
def test_an_amount_that_is_taken_lies_within_its_bounds(typed):
    try:
        euros = parse_amount(typed)
    except InvalidValue:
        return
    assert 0 <= euros <= MOST_EUROS
    assert type(euros) is int
