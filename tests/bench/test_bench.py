"""The generated base is one that the product itself would have written."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from app import create_app
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.doctor import examine
from app.extensions import db
from bench import generate
from bench.bulk import SqliteSink
from bench.client import form_with
from tests.conftest import filled_url, settings

TOTAL = 60


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("bench")
    application = create_app(settings(filled_url(folder, f"bench_{worker_id}"), folder))
    with application.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "CHUNK", 25)
        generate.fill(TOTAL)
        generate.settle()
    yield application
    with application.app_context():
        db.engine.dispose()


def test_the_doctor_finds_the_generated_base_sound(generated: Flask) -> None:
    with generated.app_context():
        assert [finding for finding in examine() if finding.problem] == []


def test_as_many_companies_and_contacts_as_asked_over_several_chunks(generated: Flask) -> None:
    with generated.app_context():
        for model, number in ((Company, TOTAL), (Contact, TOTAL), (Establishment, TOTAL * 3 // 2)):
            assert db.session.scalar(select(func.count()).select_from(model)) == number


def test_every_search_index_is_full_once_a_load_is_over(generated: Flask) -> None:
    """SQLite takes a record for damaged whose index holds nothing of it when it is saved."""
    with generated.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL's indexes fill themselves")
        raw = db.engine.raw_connection().driver_connection
        assert raw is not None
        index = "company_search_keys"
        raw.execute(f"INSERT INTO {index}({index}) VALUES ('delete-all')")
        raw.commit()
        sink = SqliteSink(raw)
        sink.begin()
        sink.finish()
        key = raw.execute("SELECT duplicate_keys FROM company LIMIT 1").fetchone()[0].split()[0]
        found = raw.execute(f"SELECT count(*) FROM {index} WHERE {index} MATCH ?", (f'"{key}"',))
        assert found.fetchone()[0] > 0


def test_the_generator_s_identifiers_are_valid_and_never_come_twice() -> None:
    sirens = [generate.siren(number) for number in range(1, 2_001)]
    assert len(set(sirens)) == 2_000
    assert all(siren_number.is_valid(siren) for siren in sirens)
    assert all(siret_number.is_valid(generate.siret(siren, 2)) for siren in sirens[:50])


def test_a_form_is_read_as_a_browser_would_send_it() -> None:
    html = """
        <form><input name="q"></form>
        <form><input type="hidden" name="key" value="k"><input name="phone" value="01">
        <input type="checkbox" name="signs" value="1" checked><input type="checkbox" name="no">
        <select name="form"><option value="a"><option value="b" selected></select>
        <textarea name="note">deux
lignes</textarea><input type="submit" name="send" value="ok"></form>
    """
    assert form_with(html, "phone") == {
        "key": "k", "phone": "01", "signs": "1", "form": "b", "note": "deux\nlignes",
    }  # fmt: skip
    with pytest.raises(LookupError):
        form_with(html, "absent")
