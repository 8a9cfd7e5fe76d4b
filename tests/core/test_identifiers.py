import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from app.core.errors import InvalidValue
from app.core.identifiers import (
    format_naf,
    format_rna,
    format_siren,
    format_siret,
    format_vat,
    parse_naf,
    parse_rna,
    parse_siren,
    parse_siret,
    parse_vat,
    siren_of_siret,
    siren_of_vat,
    vat_of_siren,
)


def with_key(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)


sirens = st.integers(1, 10**8 - 1).map(lambda n: with_key(f"{n:08}"))
sirets = st.builds(lambda siren, nic: with_key(f"{siren}{nic:04}"), sirens, st.integers(0, 9999))
spaces = st.sampled_from(
    ["", " ", "\u00a0", "\u202f", "\u2009", ".", "-", "\t", "\u200b", "\u00ad"]
)

# --- SIREN


@pytest.mark.parametrize(
    "pasted",
    [
        "356000000",
        "356 000 000",
        "356\u00a0000\u00a0000",
        "356\u202f000\u2009000\n",
        "356.000.000",
        "356-000-000",
        "\ufeff356000000\u200e",
        "３５６０００００0",
        "356000000.0",
        "356000000,00",
        "SIREN : 356 000 000",
        "n° 356 000 000",
        "356 000 000 RCS Paris",
        "RCS PARIS B 356 000 000",
    ],
)
def test_a_siren_is_read_however_it_is_written(pasted):
    assert parse_siren(pasted) == "356000000"


@pytest.mark.parametrize("pasted", ["005720784", "05720784", "5720784", "5720784.0"])
def test_the_zeros_that_a_spreadsheet_took_come_back(pasted):
    assert parse_siren(pasted) == "005720784"


def test_a_siren_with_a_wrong_check_digit_is_refused_and_says_so():
    with pytest.raises(InvalidValue) as refusal:
        parse_siren("552100555")
    assert str(refusal.value) == (
        "Ce SIREN n’est pas valable\u00a0: sa clé de contrôle ne tombe pas juste. "
        "Vérifiez les chiffres."
    )


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("35600000", "il en manque 1."),
        ("12", "il en manque 7."),
        ("3560000000", "il y en a 1 de trop."),
        ("35600000O", "remplacez la lettre O par le chiffre 0."),
        ("35600000X", "«\u00a0X\u00a0» n’en est pas un."),
        ("5,52E+8", "des chiffres sont perdus"),
        ("5.52100554E+08", "des chiffres sont perdus"),
        ("35600000000048", "C’est un SIRET"),
        ("000000000", "clé de contrôle"),
        ("٣٥٦٠٠٠٠٠٠", "ne contient que des chiffres"),
        (" ", "vide"),
    ],
)
def test_a_refused_siren_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_siren(pasted)
    assert sentence in str(refusal.value)


@given(sirens)
def test_a_siren_survives_its_own_display(siren):
    assert parse_siren(format_siren(siren)) == parse_siren(siren) == siren


@given(sirens, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(siren, place, shift):
    wrong = str((int(siren[place]) + shift) % 10)
    with pytest.raises(InvalidValue):
        parse_siren(siren[:place] + wrong + siren[place + 1 :])


@given(sirens, spaces, spaces)
def test_what_stands_between_the_digits_does_not_matter(siren, first, second):
    assert parse_siren(f" {siren[:3]}{first}{siren[3:6]}{second}{siren[6:]}\n") == siren


# --- SIRET


@pytest.mark.parametrize(
    ("pasted", "siret"),
    [
        ("356 000 000 00048", "35600000000048"),
        ("35600000049837", "35600000049837"),
        ("356 000 000 - 49837", "35600000049837"),
        ("35600000000048.0", "35600000000048"),
        ("SIRET n° 356\u202f000\u202f000\u202f00048", "35600000000048"),
    ],
)
def test_la_poste_passes_by_luhn_and_by_its_own_rule(pasted, siret):
    assert parse_siret(pasted) == siret


def test_a_siret_gets_its_lost_zero_back():
    siret = with_key("0057207840001")
    assert parse_siret(siret.lstrip("0")) == siret


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("35600000049838", "clé de contrôle"),
        ("55210055400014", "clé de contrôle"),
        ("356000000", "ajoutez les 5 chiffres de l’établissement"),
        ("5,52E+13", "des chiffres sont perdus"),
        ("356 000 000 0004", "il en manque 1."),
        ("356000000OOO48", "lettre O"),
        ("00000000000000", "clé de contrôle"),
    ],
)
def test_a_refused_siret_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_siret(pasted)
    assert sentence in str(refusal.value)


@given(sirets)
def test_a_siret_survives_its_own_display_and_holds_its_siren(siret):
    assert parse_siret(format_siret(siret)) == siret
    assert parse_siren(siren_of_siret(siret)) == siret[:9]


def test_identifiers_are_shown_in_groups():
    assert format_siren("356000000") == "356\u00a0000\u00a0000"
    assert format_siret("35600000000048") == "356\u00a0000\u00a0000\u00a000048"
    assert format_vat("FR39356000000") == "FR\u00a039\u00a0356\u00a0000\u00a0000"


# --- VAT


@pytest.mark.parametrize(
    "pasted", ["FR39356000000", "fr 39 356 000 000", "39356000000", "TVA : FR 39 356.000.000"]
)
def test_a_vat_number_is_read_however_it_is_written(pasted):
    assert parse_vat(pasted) == "FR39356000000"


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("FR40356000000", "clé de contrôle"),
        ("BE0123456789", "est fait de FR"),
        ("FR3935600000O", "lettre O"),
        ("FR39 356", "est fait de FR"),
    ],
)
def test_a_refused_vat_number_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_vat(pasted)
    assert sentence in str(refusal.value)


@given(sirens.filter(lambda siren: not siren.startswith("000")))
def test_the_vat_number_of_a_siren_leads_back_to_it(siren):
    vat = vat_of_siren(siren)
    assert parse_vat(format_vat(vat)) == vat
    assert parse_vat(vat[2:].lstrip("0") if vat[3] != "0" else vat) == vat
    assert siren_of_vat(vat) == siren


def test_a_vat_number_with_a_letter_in_its_key_is_read():
    assert parse_vat("FR K7 399859412") == "FRK7399859412"


# --- NAF


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("6201Z", "62.01Z"),
        ("62.01z", "62.01Z"),
        ("62.01 Z", "62.01Z"),
        ("62 01\u00a0Z", "62.01Z"),
        ("NAF : 62.01Z", "62.01Z"),
        ("Conseil (70.22Z)", "70.22Z"),
        ("7022Z - Conseil pour les affaires", "70.22Z"),
        ("62.01Z Programmation (62.01Z)", "62.01Z"),
        ("01.11Z", "01.11Z"),
    ],
)
def test_a_naf_code_is_read_alone_or_inside_a_text(pasted, code):
    assert parse_naf(pasted, "rev2") == code


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("62.O1Z", "lettre O"),
        ("6201", "Il manque la lettre"),
        ("45.2R", "4 chiffres et d’une lettre"),
        ("62.01Z ou 70.22Z", "plusieurs codes"),
        ("62.01Y", "est de la NAF 2025"),
    ],
)
def test_a_refused_naf_code_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_naf(pasted, "rev2")
    assert sentence in str(refusal.value)


def test_a_code_of_the_old_list_is_refused_in_the_new_one():
    assert parse_naf("0111y", "2025") == "01.11Y"
    with pytest.raises(InvalidValue, match="est de la NAF rév"):
        parse_naf("62.01Z", "2025")


@given(st.integers(0, 9999), st.sampled_from("ABCDEFZ"))
def test_a_naf_code_survives_its_own_display(number, letter):
    code = f"{number // 100:02}.{number % 100:02}{letter}"
    assert parse_naf(format_naf(code), "rev2") == code


# --- RNA


@pytest.mark.parametrize(
    ("pasted", "rna"),
    [
        ("W751234567", "W751234567"),
        ("w 751 234 567", "W751234567"),
        ("RNA : W9R1234567", "W9R1234567"),
        ("W2B2000181", "W2B2000181"),
        ("W9C1000188", "W9C1000188"),
    ],
)
def test_an_rna_number_is_read_in_corsica_and_overseas_too(pasted, rna):
    assert parse_rna(pasted) == rna


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [("W75123456", "9 chiffres"), ("WO51234567", "lettre O"), ("751234567", "la lettre W")],
)
def test_a_refused_rna_number_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_rna(pasted)
    assert sentence in str(refusal.value)


@given(st.from_regex(r"W([0-9]{2}|2[AB]|9[A-Z])[0-9]{7}", fullmatch=True))
def test_an_rna_number_survives_its_own_display(rna):
    if rna.isascii():
        assert parse_rna(format_rna(rna)) == rna
