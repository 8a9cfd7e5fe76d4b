"""Options that are drawn once say what WTForms' own say."""

from __future__ import annotations

import pytest
from wtforms import Form, SelectField
from wtforms.widgets import Select

from app.core.options import Options

CHOICES = [("", "—"), ("FR", "France"), ("<&\"'", "« <b>Saint-Denis</b> & fils »"), (3, "trois")]


class Both(Form):
    kept = SelectField("Pays", choices=CHOICES, widget=Options(), name="pays", id="pays")
    usual = SelectField("Pays", choices=CHOICES, widget=Select(), name="pays", id="pays")


@pytest.mark.parametrize("chosen", ["", "FR", "<&\"'", "3", "other"])
def test_it_draws_what_wtforms_draws(chosen: str) -> None:
    for _again in range(2):
        form = Both(data={"kept": chosen, "usual": chosen})
        assert form.kept() == form.usual()
    assert form.kept(required=True, class_="x") == form.usual(required=True, class_="x")
