"""A base of its own, where what is written is committed: memory sees nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_appbuilder.models.sqla import Model
from sqlalchemy import delete, text

from app import create_app
from app.accounts.models import Category
from app.companies.queries import COMPANIES
from app.contacts.queries import CONTACTS
from app.extensions import db
from app.facets import FacetMemory
from app.permissions import Role
from tests.conftest import add_account, filled_url, settings


@pytest.fixture(scope="module")
def own_base(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("facets")
    application = create_app(settings(filled_url(folder, f"facets_{worker_id}"), folder))
    with application.app_context():
        add_account("admin", Role.ADMIN, Category.STAFF)
        db.session.commit()
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def own(own_base: Flask) -> Iterator[Flask]:
    """The base, within its application, without companies, contacts and tags."""
    with own_base.app_context():
        empty()
        yield own_base
        db.session.rollback()
        db.session.remove()


def empty() -> None:
    for name in (
        "post",
        "contact_tag",
        "company_tag",
        "contact",
        "establishment",
        "company",
        "tag",
    ):
        db.session.execute(delete(Model.metadata.tables[name]))
    db.session.commit()


@pytest.fixture
def new_memory(own: Flask) -> Iterator[Callable[[], FacetMemory]]:
    """Makes what a process holds, loaded."""
    made: list[FacetMemory] = []

    def make() -> FacetMemory:
        memory = FacetMemory(own, COMPANIES, CONTACTS)
        memory.warm()
        assert all(memory.memory(kind).is_ready for kind in ("company", "contact"))
        made.append(memory)
        return memory

    yield make
    for memory in made:
        memory.close()


@pytest.fixture
def memory(new_memory: Callable[[], FacetMemory]) -> FacetMemory:
    return new_memory()


@pytest.fixture
def on_sqlite(own: Flask) -> bool:
    return db.engine.dialect.name == "sqlite"


@pytest.fixture
def dropped_trigger(own: Flask, on_sqlite: bool) -> Iterator[None]:
    """The log without one of its triggers."""
    name, on = "company_log_update", "" if on_sqlite else " ON company"
    if on_sqlite:
        statement = "SELECT sql FROM sqlite_master WHERE name = :name"
    else:
        statement = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = :name"
    made = db.session.scalar(text(statement), {"name": name})
    db.session.execute(text(f"DROP TRIGGER {name}{on}"))
    db.session.commit()
    yield
    db.session.execute(text(made.replace(":", "\\:")))
    db.session.commit()
