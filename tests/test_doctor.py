"""`flask doctor` finds what is wrong with a base, and repairs what can be worked out again."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from app.companies.models import Company
from app.extensions import db
from app.history.models import HistoryEntry
from app.tags.models import Module
from app.tags.operations import add_to
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag

Doctor = Callable[..., Result]
SOUND = "La base est saine."


@pytest.fixture
def doctor(app: Flask) -> Doctor:
    def run(*arguments: str) -> Result:
        db.session.commit()
        return app.test_cli_runner().invoke(args=["doctor", *arguments])

    return run


@pytest.fixture
def company(app: Flask) -> Company:
    found = make_company(name="Électricité Lefèvre", city="Nîmes", postal_code="30000")
    make_contact(company_id=found.id)
    return found


def stored(company_id: int) -> Company:
    """The company as the base has it; the doctor worked on copies of its own."""
    db.session.expunge_all()
    return db.session.get_one(Company, company_id)


def problems(result: Result) -> list[str]:
    """The titles of the checks that failed."""
    lines = [line for line in result.output.splitlines() if line.startswith("✗")]
    return [line.removeprefix("✗ ").partition("\u00a0:")[0] for line in lines]


def damage(statement: str, **values: object) -> None:
    db.session.commit()
    db.session.execute(text(statement), values)
    db.session.commit()


def test_a_base_that_the_product_wrote_is_sound(doctor: Doctor, company: Company) -> None:
    result = doctor()
    assert (problems(result), result.exit_code) == ([], 0)
    assert SOUND in result.output


COMPANIES = "Textes et clés des entreprises"
CONTACTS = "Textes et clés des contacts"


@pytest.mark.parametrize(
    ("statement", "title"),
    [
        ("UPDATE company SET contact_count = 7 WHERE id = :id", "Compteurs"),
        ("UPDATE company SET has_signatory = true WHERE id = :id", "Compteurs"),
        ("UPDATE company SET has_reachable_contact = true WHERE id = :id", "Compteurs"),
        ("UPDATE company SET site_count = 7 WHERE id = :id", COMPANIES),
        ("UPDATE company SET search_text = 'autre' WHERE id = :id", COMPANIES),
        ("UPDATE company SET sort_name = 'autre' WHERE id = :id", COMPANIES),
        ("UPDATE company SET city_sort = NULL WHERE id = :id", COMPANIES),
        ("UPDATE company SET department_code = '75' WHERE id = :id", COMPANIES),
        ("UPDATE company SET completeness = 99 WHERE id = :id", COMPANIES),
        ("UPDATE contact SET search_text = '' WHERE company_id = :id", CONTACTS),
        ("UPDATE contact SET sort_company = NULL WHERE company_id = :id", CONTACTS),
        ("UPDATE establishment SET is_head_office = false WHERE company_id = :id", "Sièges sociaux"),
        ("DELETE FROM establishment WHERE company_id = :id", "Sièges sociaux"),
        ("UPDATE ab_user SET search_text = '' WHERE username = 'reader' OR id = :id", "Textes des comptes"),
        ("DELETE FROM country WHERE alpha2 <> 'FR' OR :id > 0", "Listes de référence"),
        ("DELETE FROM ab_role WHERE name = 'CRM Reader' AND :id > 0", "Rôles"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said_then_repaired(
    doctor: Doctor, company: Company, statement: str, title: str
) -> None:
    damage(statement, id=company.id)
    before = doctor()
    assert title in problems(before)
    assert before.exit_code == 1
    assert doctor("--fix").exit_code == 0
    after = doctor()
    assert (problems(after), after.exit_code) == ([], 0)


def test_without_fix_nothing_is_written(doctor: Doctor, company: Company) -> None:
    damage(
        "UPDATE company SET search_text = 'autre', contact_count = 7 WHERE id = :id", id=company.id
    )
    doctor()
    found = stored(company.id)
    assert (found.search_text, found.contact_count) == ("autre", 7)


def test_a_repair_is_no_change_of_the_sheet(doctor: Doctor, company: Company) -> None:
    count = len(db.session.scalars(select(HistoryEntry.id)).all())
    kept = company.version, company.updated_at
    damage("UPDATE company SET search_text = 'autre' WHERE id = :id", id=company.id)
    doctor("--fix")
    found = stored(company.id)
    assert "electricite lefevre" in found.search_text
    assert (found.version, found.updated_at) == kept
    assert len(db.session.scalars(select(HistoryEntry.id)).all()) == count


def test_a_tag_of_the_other_module_is_taken_off(doctor: Doctor, company: Company) -> None:
    stray, own = make_tag("Intervenant", Module.CONTACT), make_tag("Partenaire")
    add_to(own, [company.id], by=account_named("admin"))
    damage(
        "INSERT INTO company_tag (company_id, tag_id) VALUES (:id, :tag)",
        id=company.id,
        tag=stray.id,
    )
    assert problems(doctor()) == ["Liens entre les fiches"]
    doctor("--fix")
    assert [tag.label for tag in stored(company.id).tags] == ["Partenaire"]


def test_a_site_left_behind_follows_its_company_into_the_bin(
    doctor: Doctor, company: Company
) -> None:
    damage(
        "UPDATE company SET trashed_at = :now WHERE id = :id",
        now="2026-01-05 10:00:00",
        id=company.id,
    )
    assert "Liens entre les fiches" in problems(doctor())
    doctor("--fix")
    found = stored(company.id)
    assert found.establishments[0].trashed_at == found.trashed_at is not None


def test_a_search_index_out_of_step_is_rebuilt(
    app: Flask, doctor: Doctor, company: Company
) -> None:
    if db.engine.dialect.name == "sqlite":
        damage("INSERT INTO company_search (company_search) VALUES ('delete-all')")
    else:
        damage("DROP INDEX ix_company_search_trigram")
    assert problems(doctor()) == ["Index de recherche"]
    assert doctor("--fix").exit_code == 0
    assert problems(doctor()) == []


@pytest.mark.parametrize("on_sqlite", ["history_entry_no_update", "contact_tag_log_owner"])
def test_a_missing_trigger_is_told_but_not_made_up(doctor: Doctor, on_sqlite: str) -> None:
    if db.engine.dialect.name == "sqlite":
        name, of = on_sqlite, ""
    else:
        name = on_sqlite.replace("no_update", "no_change")
        of = f" ON {'history_entry' if 'history' in name else 'contact_tag'}"
    damage(f"DROP TRIGGER {name}{of}")
    result = doctor("--fix")
    assert problems(result) == ["Déclencheurs de la base"]
    assert name in result.output
    assert result.exit_code == 1


def test_a_schema_that_is_behind_ends_the_visit(doctor: Doctor) -> None:
    damage("UPDATE alembic_version SET version_num = '0001'")
    result = doctor()
    assert problems(result) == ["Schéma"]
    assert "flask db upgrade" in result.output
    assert "Compteurs" not in result.output


def test_rows_beyond_the_first_chunk_are_looked_at(
    doctor: Doctor, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.doctor.rows.CHUNK", 2)
    last = [make_company() for _ in range(5)][-1].id
    damage("UPDATE company SET sort_name = '' WHERE id = :id", id=last)
    assert "1 entreprise à recalculer" in doctor("--fix").output
    assert stored(last).sort_name.startswith("entreprise")


def test_a_company_in_the_bin_keeps_what_it_was_found_by(doctor: Doctor, company: Company) -> None:
    from app.bin.operations import trash
    from app.history.actions import Subject

    text_before = company.search_text
    trash(Subject.COMPANY, [company.id], by=account_named("admin"))
    assert problems(doctor("--fix")) == []
    assert stored(company.id).search_text == text_before
