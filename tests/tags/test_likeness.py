"""When two labels look alike, and what is offered for what is typed."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from app.core.text import fold
from app.tags.likeness import Likeness, likeness
from app.tags.models import Module
from app.tags.naming import update_tag
from app.tags.offers import near_tags, pick_tags
from app.tags.operations import add_to
from tests.factories import make_company, make_tag


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Partenaire", "Partenaires", Likeness.SAME_WORDS),
        ("Réseau", "réseaux", Likeness.SAME_WORDS),
        ("Salon étudiant", "Étudiants : salons", Likeness.SAME_WORDS),
        ("Partenaire", "Partneaire", Likeness.SLIP),
        ("Alternance", "Alternence", Likeness.SLIP),
        ("Partenaire", "Partenaire actif", Likeness.INSIDE),
        ("RH", "RSE", None),
        ("BTS", "BTP", None),
        ("Salon 2025", "Salon 2026", None),
        ("2025", "Salon 2025", None),
        ("Mécène", "Partenaire", None),
        ("北京", "東京", None),
        ("C", "C++", None),
    ],
)
def test_labels_look_alike(one: str, other: str, expected: Likeness | None) -> None:
    assert likeness(fold(one), fold(other)) == expected
    assert likeness(fold(other), fold(one)) == expected


def test_a_former_label_is_offered_with_the_tag_that_bears_it_now(admin: Account) -> None:
    tag = make_tag("Mécène")
    update_tag(tag, label="Donateur", colour="blue", by=admin)
    (pick,) = pick_tags(Module.COMPANY, "mecene")
    assert (pick.label, pick.detail) == ("Donateur", "(anciennement Mécène) · aucune fiche")
    assert pick.is_exact
    (near,) = near_tags(Module.COMPANY, "Mécènes")
    assert (near.tag.label, near.former, near.is_exact) == ("Donateur", "Mécène", False)


def test_near_labels_are_offered_last_with_their_number_of_records(admin: Account) -> None:
    tag = make_tag("Partenaires")
    make_tag("Autre")
    add_to(tag, [make_company().id, make_company().id], by=admin)
    assert [(pick.label, pick.detail) for pick in pick_tags(Module.COMPANY, "partneaire")] == [
        ("Partenaires", "2 fiches")
    ]
    assert near_tags(Module.CONTACT, "Partenaire") == []
