"""A database of its own, filled with the reference data once: it is only read afterwards."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.extensions import db
from app.reference import models
from app.reference.operations import sync_reference
from app.reference.queries import retired_labels

TABLES = [
    model.__table__
    for model in (
        models.NafCode,
        models.LegalForm,
        models.HeadcountBand,
        models.Sector,
        models.Department,
        models.Commune,
        models.CommunePostalCode,
        models.Country,
    )
]


@pytest.fixture(scope="session")
def reference_app() -> Flask:
    app = Flask("reference")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        db.metadata.create_all(db.engine, tables=TABLES)
        sync_reference()
        db.session.commit()
    return app


@pytest.fixture
def reference(reference_app: Flask) -> Iterator[None]:
    """The tables as a new installation has them; what a test changes is undone."""
    with reference_app.app_context():
        retired_labels.cache_clear()
        yield
        db.session.rollback()
        db.session.remove()
        retired_labels.cache_clear()
