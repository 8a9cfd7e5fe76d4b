"""The product on a database of its own, outside the transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts.models import Category
from app.extensions import db
from app.permissions import Role
from tests.conftest import (
    account_named,
    add_account,
    filled_url,
    settings,
    sign_in,
)


@contextmanager
def own_product(folder: Path, name: str, people: Mapping[str, Role]) -> Iterator[Flask]:
    """An application with the schema, the rights, the reference lists and these members of staff. No connection is
    open: processes may be forked from here."""
    application = create_app(settings(filled_url(folder, name), folder))
    with application.app_context():
        for username, role in people.items():
            add_account(username, role, Category.STAFF)
        db.session.commit()
        db.engine.dispose()
    yield application
    with application.app_context():
        db.engine.dispose()


def signed_in(product: Flask, username: str) -> FlaskClient:
    person = product.test_client()
    with product.app_context():
        sign_in(person, account_named(username))
    return person
