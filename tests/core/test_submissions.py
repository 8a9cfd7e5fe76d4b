"""A form's key is used once, with what it made, and only by whom it was shown to."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.core.listing import BadQuery
from app.core.submissions import AlreadySubmitted, Submission, claim, new_key
from app.extensions import db


def test_a_key_is_new_each_time() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(key) for key in keys} == {43}


def test_a_key_is_used_once_and_answers_what_it_made(editor: Account) -> None:
    key = new_key()
    claim(key, account_id=editor.id).result = "/crm/companies/7/"
    db.session.commit()
    with pytest.raises(AlreadySubmitted) as again:
        claim(key, account_id=editor.id)
    assert again.value.result == "/crm/companies/7/"
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_the_transaction_goes_on_after_a_second_arrival(editor: Account) -> None:
    key = new_key()
    claim(key, account_id=editor.id)
    with pytest.raises(AlreadySubmitted):
        claim(key, account_id=editor.id)
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_a_key_is_free_again_when_nothing_was_made(editor: Account) -> None:
    key = new_key()
    claim(key, account_id=editor.id)
    db.session.rollback()
    claim(key, account_id=editor.id)
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_another_person_s_key_answers_nothing(editor: Account, reader: Account) -> None:
    key = new_key()
    claim(key, account_id=editor.id).result = "/crm/companies/7/"
    with pytest.raises(AlreadySubmitted) as again:
        claim(key, account_id=reader.id)
    assert again.value.result == ""


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "a" * 42 + "/", "é" * 43, "\x00" * 43])
def test_what_is_no_key_is_refused(editor: Account, key: str) -> None:
    with pytest.raises(BadQuery):
        claim(key, account_id=editor.id)
