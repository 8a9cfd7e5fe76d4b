"""The files of app/reference/data, and the labels made of them."""

import re
from collections import Counter

import pytest

from app.reference import lists


def test_each_naf_division_is_in_exactly_one_sector():
    in_sectors = Counter(
        division for sector in lists.sectors() for division in sector.naf_divisions
    )
    divisions = {entry.code[:2] for entry in lists.naf_entries()}
    assert set(in_sectors) == divisions
    assert set(in_sectors.values()) == {1}


def test_there_are_as_many_sectors_as_a_person_can_read():
    assert 25 <= len(lists.sectors()) <= 32
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", sector.code) for sector in lists.sectors())
    assert len({sector.label for sector in lists.sectors()}) == len(lists.sectors())


def test_naf_rev2_has_the_official_number_of_codes_and_sections():
    rev2 = [entry for entry in lists.naf_entries() if entry.nomenclature == "rev2"]
    assert len(rev2) == 732
    assert len({entry.section for entry in rev2}) == 21


def test_only_legal_forms_of_four_digits_can_be_chosen():
    assert len(lists.legal_forms()) == 260
    assert all(re.fullmatch(r"\d{4}", form.code) for form in lists.legal_forms())


def test_each_word_people_type_leads_to_a_legal_form_that_exists():
    assert set(lists.legal_form_words()) <= {form.code for form in lists.legal_forms()}


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("NN", "Aucun salarié"),
        ("00", "0\u00a0salarié au 31\u00a0décembre"),
        ("01", "1 ou 2\u00a0salariés"),
        ("02", "3 à 5\u00a0salariés"),
        ("21", "50 à 99\u00a0salariés"),
        ("42", "1\u202f000 à 1\u202f999\u00a0salariés"),
        ("53", "10\u202f000\u00a0salariés et plus"),
    ],
)
def test_headcount_bands_are_short_and_typeset(code, label):
    assert {band.code: band.label for band in lists.headcount_bands()}[code] == label


@pytest.mark.parametrize(
    ("official", "ours"),
    [
        ("Etablissement public", "Établissement public"),
        ("Ecole nationale", "École nationale"),
        ("Coopérative de production  (SCOP)", "Coopérative de production (SCOP)"),
        ("Culture, à l'exception du riz ; chasse", "Culture, à l’exception du riz\u202f; chasse"),
        ("Société d' accession", "Société d’accession"),
    ],
)
def test_official_labels_are_set_in_french_typography(official, ours):
    assert lists.shown(official) == ours


def test_no_label_has_a_straight_apostrophe_or_two_spaces():
    labels = [entry.label for entry in lists.naf_entries() + lists.legal_forms()]
    assert [label for label in labels if "'" in label or "  " in label] == []


def test_departments_name_their_region():
    by_code = {department.code: department for department in lists.departments()}
    assert by_code["2A"].region == "Corse"
    assert by_code["974"].name == "La Réunion"
    assert len(by_code) == 109


def test_every_commune_is_in_a_department_of_the_list():
    departments = {department.code for department in lists.departments()}
    assert {commune.department for commune in lists.communes()} <= departments
