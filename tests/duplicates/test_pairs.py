"""The page of pairs: what it shows to whom, and judging a pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.bin.operations import trash
from app.duplicates.models import DuplicatePair, NotSame
from app.extensions import db
from app.history.actions import Subject
from app.jobs.models import Job
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.pages import parse

LoginAs = Callable[[str], FlaskClient]
PAGE = "/crm/duplicates/"
REASONS = [{"code": "close_name", "percent": 92}, {"code": "other_town"}]


def pair_of(module: str = "company", score: int = 80, name: str = "Écluse") -> tuple[int, int]:
    make = make_company if module == "company" else make_contact
    field = "name" if module == "company" else "last_name"
    first, second = make(**{field: f"{name} Un"}).id, make(**{field: f"{name} Deux"}).id
    row = DuplicatePair(
        module=module, first_id=first, second_id=second, score=score, reasons=REASONS
    )
    db.session.add(row)
    db.session.commit()
    return first, second


def shown(client: FlaskClient, query: str = "") -> list[str | None]:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return [
        item.attributes["data-pair"]
        for item in parse(answer.text).all("li")
        if "data-pair" in item.attributes
    ]


def judge(client: FlaskClient, pair: tuple[int, int], way: str = "apart") -> TestResponse:
    return client.post(f"{PAGE}company/{pair[0]}/{pair[1]}/{way}")


def key(pair: tuple[int, int]) -> str:
    return f"{pair[0]}-{pair[1]}"


def test_pairs_stand_by_score_and_are_narrowed_by_name_and_score(login_as: LoginAs) -> None:
    low, high = pair_of(score=60, name="Barrage"), pair_of(score=97)
    contact = pair_of("contact")
    editor = login_as("editor")
    assert shown(editor) == [key(high), key(low)]
    assert shown(editor, "?least=95") == [key(high)]
    assert shown(editor, "?q=barrage") == [key(low)]
    assert shown(editor, "?module=contact") == [key(contact)]
    text = editor.get(PAGE).text
    assert "nom proche à 92\u00a0%" in text
    assert "siège dans une autre ville" in text
    for wrong in ("?module=tag", "?least=3", "?page=0", "?other=1"):
        assert editor.get(PAGE + wrong).status_code == 400


def test_a_pair_of_which_a_record_is_in_the_bin_is_not_shown(login_as: LoginAs) -> None:
    pair = pair_of()
    trash(Subject.COMPANY, [pair[1]], by=account_named("admin"))
    db.session.commit()
    editor = login_as("editor")
    assert shown(editor) == []
    assert judge(editor, pair).status_code == 404


def test_a_pair_is_set_apart_and_taken_up_again(login_as: LoginAs) -> None:
    pair, editor = pair_of(), login_as("editor")
    assert judge(editor, pair).status_code == 303
    assert shown(editor) == []
    kept = db.session.scalars(select(NotSame)).one()
    assert (kept.first_id, kept.second_id, kept.said_by_id) == (*pair, account_named("editor").id)
    page = editor.get(PAGE).text
    assert "Paires écartées" in page
    assert "Reprendre" in page
    assert judge(editor, pair, "together").status_code == 303
    assert shown(editor) == [key(pair)]


def test_two_people_who_judge_one_pair_leave_one_judgement(login_as: LoginAs) -> None:
    pair = pair_of()
    assert judge(login_as("editor"), pair).status_code == 303
    second = login_as("manager")
    assert judge(second, (pair[1], pair[0])).status_code == 303
    assert "déjà écartée" in second.get(PAGE).text
    assert db.session.scalar(select(func.count()).select_from(NotSame)) == 1


@pytest.mark.parametrize(("who", "judges", "scans"), [
    ("reader", False, False), ("editor", True, False), ("manager", True, True),
])  # fmt: skip
def test_what_a_role_may_not_do_is_not_drawn_and_refused(
    login_as: LoginAs, who: str, judges: bool, scans: bool
) -> None:
    pair, person = pair_of(), login_as(who)
    page = person.get(PAGE).text
    assert ("Ce ne sont pas les mêmes" in page) is judges
    assert ("Chercher les doublons" in page) is scans
    assert judge(person, pair).status_code == (303 if judges else 403)
    assert person.post(f"{PAGE}company/scan").status_code == (303 if scans else 403)


def test_a_scan_is_asked_for_once_and_the_page_says_so(login_as: LoginAs) -> None:
    manager = login_as("manager")
    assert "Aucune recherche" in manager.get(PAGE).text
    for _click in range(2):
        assert manager.post(f"{PAGE}company/scan").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    page = manager.get(PAGE).text
    assert "Recherche en cours" in page
    assert f"{PAGE}company/scan" not in page
