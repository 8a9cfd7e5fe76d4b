"""What a posted form does: stored, or refused at the field with nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g
from sqlalchemy import func, select

from app.accounts.models import Account
from app.core.crmform import CrmForm
from app.core.deeds import done, done_once, done_to
from app.core.fields import LineField
from app.core.rules import Refused
from app.core.submissions import LONGEST_RESULT, Submission, new_key
from app.extensions import db
from app.tags.models import Module, Tag
from app.tags.operations import create_tag
from tests.factories import make_company


class NameForm(CrmForm):
    names = ("name",)
    name = LineField("Nom", longest=10, required=True)


@pytest.fixture
def form(app: Flask, editor: Account) -> Iterator[NameForm]:
    with app.test_request_context(method="POST", data={"name": "Salon", "key": new_key()}):
        g.user = editor
        yield NameForm()


def tags() -> int:
    return db.session.scalar(select(func.count()).select_from(Tag)) or 0


def test_a_deed_is_stored(form: NameForm, editor: Account) -> None:
    def do() -> str:
        create_tag(Module.COMPANY, form.name.data or "", by=editor)
        return "/there/"

    assert done_to(form, do) == "/there/"
    db.session.rollback()
    assert tags() == 1


def test_a_form_that_is_wrong_does_nothing(form: NameForm) -> None:
    form.name.data = None
    assert not done(form, lambda: pytest.fail("done all the same"))
    assert done_once(form, lambda: pytest.fail("done all the same")) is None


def test_a_refusal_is_told_at_its_field_and_leaves_nothing(form: NameForm, editor: Account) -> None:
    there = make_company(name="Là avant")

    def do() -> None:
        create_tag(Module.COMPANY, "Salon", by=editor)
        raise Refused("name", "Ce nom est pris.", there)

    assert not done(form, do)
    assert form.errors == {"name": ["Ce nom est pris."]}
    assert (g.existing.name, g.existing.trash_batch_id) == ("Là avant", None)
    assert tags() == 0


def test_the_second_arrival_is_answered_the_first_one_s_address(form: NameForm) -> None:
    answers = [done_once(form, lambda at=at: f"/there/{at}") for at in (1, 2)]  # type: ignore[misc]
    assert answers == ["/there/1", "/there/1"]


def test_an_address_too_long_to_keep_is_answered_once(form: NameForm) -> None:
    long = "/" + "a" * LONGEST_RESULT
    assert [done_once(form, lambda: long) for _ in range(2)] == [long, ""]
    assert db.session.scalars(select(Submission.result)).all() == [""]


def test_a_refused_form_may_be_sent_again(form: NameForm) -> None:
    def refuse() -> str:
        raise Refused("", "Non.")

    assert done_once(form, refuse) is None
    assert form.form_errors == ["Non."]
    assert done_once(form, lambda: "/there/") == "/there/"
