"""No table is forgotten by a merge: the schema's own foreign keys are walked."""

from __future__ import annotations

from flask import Flask

from app.extensions import db
from app.merges.plan import BY_NUMBER, PLAN

MERGED = {"company", "establishment", "contact"}


def test_every_foreign_key_to_a_sheet_is_in_the_plan(app: Flask) -> None:
    found = {
        f"{key.parent.table.name}.{key.parent.name}"
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in MERGED and key.column.name == "id"
    }
    assert found == set(PLAN)


def test_what_names_sheets_by_number_is_in_the_plan(app: Flask) -> None:
    numbers = {"subject_id", "first_id", "second_id", "kept_id", "merged_id", "record_id"}
    found = {
        table.name
        for table in db.metadata.tables.values()
        if any(name in numbers and not table.c[name].foreign_keys for name in set(table.c.keys()))
    }
    assert found == set(BY_NUMBER)
