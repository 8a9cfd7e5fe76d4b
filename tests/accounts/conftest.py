"""Accounts beyond the cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.accounts.operations import AccountValues, create_account
from app.extensions import db
from app.permissions import Role
from tests.security.conftest import limits
from tests.security.pages import form_with

__all__ = ["limits"]

MakeAccount = Callable[..., Account]
GOOD_PASSWORD = "girafe tampon violon"


@pytest.fixture
def make_account(app: Flask) -> MakeAccount:
    """Makes an account as the command line does; names may be left to chance."""

    def make(username: str, *roles: str, **values: Any) -> Account:
        given = {
            "username": username,
            "email": f"{username}@ecole.example",
            "first_name": "Dominique",
            "last_name": "Renoir",
            "roles": roles or (Role.ACCOUNT,),
            **values,
        }
        account = create_account(AccountValues(**given), GOOD_PASSWORD, by=None)
        db.session.commit()
        return account

    return make


def form_of(account: Account, client: FlaskClient, **changed: Any) -> dict[str, Any]:
    """What the browser would send for the edit form of an account, with some fields changed."""
    return form_with(client.get(f"/users/edit/{account.id}").text, "seen", **changed)
