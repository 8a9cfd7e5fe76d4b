from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidValue
from app.core.formats import (
    format_date,
    format_date_long,
    format_datetime,
    format_number,
    format_percent,
    format_relative,
    format_time,
    in_paris,
    of_town,
)
from app.core.identifiers import parse_siren

NOW = datetime(2026, 11, 25, 13, 5, tzinfo=UTC)  # 14:05 in Paris


@pytest.fixture
def english():
    site = Flask("formats")
    Babel(site, default_locale="en")
    with site.test_request_context():
        yield


def test_dates_are_those_of_paris():
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert format_date(late) == "01/07/2026"
    assert format_time(late) == "00:30"
    assert format_datetime(NOW) == "25/11/2026 à 14:05"
    assert format_date(date(2026, 3, 5)) == "05/03/2026"


def test_the_first_of_a_month_is_written_as_the_french_write_it():
    assert format_date_long(date(2026, 11, 1)) == "1er novembre 2026"
    assert format_date_long(date(2026, 11, 11)) == "11 novembre 2026"
    assert format_date_long(datetime(2026, 10, 31, 23, 30, tzinfo=UTC)) == "1er novembre 2026"


def test_a_time_without_zone_is_a_mistake():
    for show in (format_date, format_datetime, format_relative, in_paris):
        with pytest.raises(ValueError, match="zone"):
            show(datetime(2026, 1, 1))  # noqa: DTZ001


def test_numbers_and_shares_have_french_spaces_and_commas():
    assert format_number(1234567) == "1\u202f234\u202f567"
    assert format_number(Decimal("1234.5")) == "1\u202f234,5"
    assert format_percent(0.125) == "12,5\u00a0%"
    assert format_percent(1) == "100\u00a0%"
    assert format_percent(0) == "0\u00a0%"
    assert format_percent(0.4567, decimals=0) == "46\u00a0%"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-30), "à l’instant"),
        (timedelta(seconds=59), "à l’instant"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=5), "il y a 5 minutes"),
        (timedelta(minutes=60), "il y a 1 heure"),
        (timedelta(hours=14), "il y a 14 heures"),
        (timedelta(hours=15), "hier"),
        (timedelta(days=1), "hier"),
        (timedelta(days=2), "il y a 2 jours"),
        (timedelta(days=6), "il y a 6 jours"),
        (timedelta(days=7), "18/11/2026"),
        (timedelta(hours=-2), "25/11/2026 à 16:05"),
    ],
)
def test_a_moment_is_told_from_now(ago, words):
    assert format_relative(NOW - ago, NOW) == words


def test_the_hour_that_comes_twice_counts_once_each():
    before, after = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert format_relative(before, after) == "il y a 1 heure"


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_short_date_reads_back(day):
    assert datetime.strptime(format_date(day), "%d/%m/%Y").date() == day  # noqa: DTZ007


@given(st.integers(-(10**12), 10**12))
def test_a_number_reads_back(value):
    assert int(format_number(value).replace("\u202f", "").replace("\u2212", "-")) == value


def test_numbers_follow_the_language_of_the_reader(english):
    assert format_number(1234567) == "1,234,567"
    assert format_percent(0.125) == "12.5%"
    assert format_date_long(date(2026, 11, 1)) == "1 November 2026"


def test_a_refusal_has_its_sentence_in_and_out_of_a_request(english):
    with pytest.raises(InvalidValue) as refusal:
        parse_siren("35600000")
    assert str(refusal.value) == "Un SIREN compte 9 chiffres\u00a0: il en manque 1."
    assert str(refusal.value.message) == str(refusal.value)


@pytest.mark.parametrize(
    ("town", "said"),
    [
        ("Lyon", "de Lyon"),
        ("Amiens", "d’Amiens"),
        ("Évry", "d’Évry"),
        ("Yvetot", "d’Yvetot"),
        ("Yutz", "de Yutz"),
        ("Le Havre", "du Havre"),
        ("Les Ulis", "des Ulis"),
        ("LE MANS", "du MANS"),
        ("La Rochelle", "de La Rochelle"),
        ("L’Isle-Adam", "de L’Isle-Adam"),
        ("Honfleur", "de Honfleur"),
        ("Lens", "de Lens"),
        ("Lesquin", "de Lesquin"),
        ("Œuf-en-Ternois", "d’Œuf-en-Ternois"),
    ],
)
def test_a_town_after_a_noun(town, said):
    assert of_town(town) == said
