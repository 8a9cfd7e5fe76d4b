"""Filling the tables, and bringing them up to date without losing anything."""

import pytest
from sqlalchemy import delete, event, func, select, update

from app.extensions import db
from app.reference.models import Commune, CommunePostalCode, LegalForm, NafCode, Sector
from app.reference.operations import sync_reference
from app.reference.queries import legal_form_label, naf_label, pick_commune

pytestmark = pytest.mark.usefixtures("reference")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_the_tables_hold_the_lists():
    assert count(NafCode) == 732 + 747
    assert count(LegalForm) == 260
    assert count(Sector) == 30
    assert count(Commune) == 35_014
    assert count(CommunePostalCode) == 35_539
    assert db.session.get(Commune, "31555").name == "Toulouse"


def test_a_second_run_writes_nothing():
    assert set(sync_reference().values()) == {0}


def test_only_what_differs_is_written_again():
    db.session.execute(update(LegalForm).where(LegalForm.code == "5710").values(label="?"))
    db.session.execute(delete(CommunePostalCode).where(CommunePostalCode.postal_code == "33980"))

    written = sync_reference()

    assert written["legal_form"] == written["commune_postal_code"] == 1
    assert sum(written.values()) == 2
    assert db.session.get(LegalForm, "5710").label == "SAS, société par actions simplifiée"


def test_an_object_in_hand_shows_what_the_run_wrote():
    form = db.session.get(LegalForm, "5499")
    form.label = "?"
    sync_reference()
    assert form.label == "Société à responsabilité limitée (sans autre indication)"


def test_a_code_that_left_its_list_is_kept_with_its_label():
    db.session.add(LegalForm(code="5498", label="SARL unipersonnelle", parent_label="SARL"))
    db.session.add(NafCode(nomenclature="rev2", code="45.2R", label="Ancien code", search_text=""))

    sync_reference()

    assert legal_form_label("5498") == "SARL unipersonnelle"
    assert naf_label("rev2", "45.2R") == "Ancien code"


def test_a_town_that_lost_a_postal_code_is_no_longer_offered_for_it():
    db.session.add(CommunePostalCode(postal_code="31000", code_insee="33063"))
    assert "Bordeaux" in [pick.label for pick in pick_commune("", "31000")]

    assert sync_reference()["commune_postal_code"] == 1

    assert [pick.label for pick in pick_commune("", "31000")] == ["Toulouse"]


def test_the_sectors_that_the_school_edited_or_removed_stay_as_it_left_them():
    bank = db.session.scalars(select(Sector).where(Sector.code == "banque-finance")).one()
    bank.label = "Finance"
    db.session.execute(delete(Sector).where(Sector.code == "btp"))

    assert sync_reference()["sector"] == 0

    assert bank.label == "Finance"
    assert count(Sector) == 29


def test_nothing_is_committed():
    db.session.execute(update(LegalForm).where(LegalForm.code == "5710").values(label="?"))
    db.session.commit()
    sync_reference()
    db.session.rollback()
    try:
        assert db.session.get(LegalForm, "5710").label == "?"
    finally:
        sync_reference()
        db.session.commit()


def test_empty_tables_are_filled_in_few_statements():
    for model in (CommunePostalCode, Commune, NafCode, LegalForm):
        db.session.execute(delete(model))
    sent = []

    def note(_connection, _cursor, statement, _parameters, _context, many):
        sent.append((statement, many))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert sync_reference()["commune"] == 35_014
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

    assert len(sent) < 20
    assert sum(many for _, many in sent) == 4  # One bulk statement for each emptied table.
