"""Eight people at the same tags at once: one wins, links end at the survivor, nobody gets a 500."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.extensions import db
from app.tags.models import Tag, TagAlias, company_tag
from tests.factories import make_company, make_tag
from tests.pages import filled
from tests.test_concurrency import PEOPLE, at_once, crowd, looking, statuses

__all__ = ["crowd", "looking"]  # Fixtures.
pytestmark = pytest.mark.own_database
TAGS = "/crm/tags/"


def links_of(tag: Tag) -> set[int]:
    bearers = select(company_tag.c.company_id).where(company_tag.c.tag_id == tag.id)
    return set(db.session.scalars(bearers))


def adding(crowd: Flask, ids: list[int], label: str, path: str, **typed: str) -> list[TestResponse]:
    """The first person posts a form about the tag while the others add it to a company each."""

    def deed(person: FlaskClient, prepared: Any) -> TestResponse:
        address, form = prepared
        return person.post(address, data=form)

    def prepare(person: FlaskClient, number: int) -> Any:
        if number == 0:
            page = person.get(path).text
            return path, filled(page, **typed) if typed else {}
        return f"/crm/companies/{ids[number]}/tags", {"tag_text": label}

    return at_once(crowd, prepare, deed)


def test_a_label_that_eight_people_add_in_the_pop_up_is_made_once(crowd: Flask) -> None:
    def prepare(person: FlaskClient, _number: int) -> dict[str, str]:
        return filled(person.get(f"{TAGS}new").text, label="Fait ensemble")

    answers = at_once(crowd, prepare, lambda person, form: person.post(f"{TAGS}new", data=form))
    assert statuses(answers) == {303: 1, 422: PEOPLE - 1}
    assert all("existe déjà" in a.text or "vient d’être créé" in a.text for a in answers if a.status_code == 422)  # fmt: skip
    made = select(func.count()).select_from(Tag).where(Tag.label == "Fait ensemble")
    assert db.session.scalar(made) == 1


@pytest.mark.parametrize("turn", range(3))
def test_who_adds_a_tag_that_is_being_merged_adds_the_survivor(crowd: Flask, turn: int) -> None:
    loser, survivor = make_tag(f"Perdant {turn}"), make_tag(f"Gagnant {turn}")
    ids = [make_company().id for _ in range(PEOPLE)]
    path = f"{TAGS}{loser.id}/merge"
    answers = adding(crowd, ids, loser.label, path, into_text=survivor.label)
    assert statuses(answers) == {303: PEOPLE}
    assert links_of(loser) == set()
    assert links_of(survivor) == set(ids[1:])
    assert db.session.scalars(select(TagAlias.tag_id).where(TagAlias.folded == loser.folded)).one() == survivor.id  # fmt: skip


def test_who_adds_a_tag_that_is_being_deleted_is_told_or_makes_it_anew(crowd: Flask) -> None:
    tag = make_tag("Supprimé ensemble")
    ids = [make_company().id for _ in range(PEOPLE)]
    answers = adding(crowd, ids, tag.label, f"{TAGS}{tag.id}/delete")
    assert set(statuses(answers)) <= {303, 422}
    same = select(func.count()).where(Tag.folded == tag.folded, Tag.trashed_at.is_(None))
    assert db.session.scalar(same) <= 1
    dangling = select(func.count()).select_from(company_tag).outerjoin(Tag).where(Tag.id.is_(None))
    assert db.session.scalar(dangling) == 0


def test_the_same_pair_is_merged_once(crowd: Flask) -> None:
    loser, survivor = make_tag("Double un"), make_tag("Double deux")
    path, kept = f"{TAGS}{loser.id}/merge", survivor.label

    def prepare(person: FlaskClient, _number: int) -> dict[str, str]:
        return filled(person.get(path).text, into_text=kept)

    answers = at_once(crowd, prepare, lambda person, form: person.post(path, data=form))
    assert set(statuses(answers)) <= {303, 422}
    assert db.session.get_one(Tag, loser.id).merged_into_id == survivor.id
    assert db.session.get_one(Tag, survivor.id).trashed_at is None


def test_two_tags_merged_into_each_other_at_once_leave_one(crowd: Flask) -> None:
    one, other = make_tag("Croisé un"), make_tag("Croisé deux")
    both = [(one.id, other.label), (other.id, one.label)]

    def prepare(person: FlaskClient, number: int) -> tuple[str, dict[str, str]]:
        identity, into = both[number % 2]
        path = f"{TAGS}{identity}/merge"
        return path, filled(person.get(path).text, into_text=into)

    answers = at_once(crowd, prepare, lambda person, made: person.post(made[0], data=made[1]))
    assert set(statuses(answers)) <= {303, 404, 422}
    live = [tag for tag in (one, other) if db.session.get_one(Tag, tag.id).trashed_at is None]
    assert len(live) == 1
