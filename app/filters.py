"""How values read in pages: the filters of the templates."""

from __future__ import annotations

from flask import Flask

from app.accounts.queries import category_label
from app.core import cells
from app.core.amounts import format_amount
from app.core.formats import (
    format_date,
    format_date_long,
    format_datetime,
    format_number,
    format_relative,
)
from app.core.highlight import mark
from app.core.identifiers import format_naf, format_rna, format_siren, format_siret
from app.core.phones import format_phone
from app.core.text import initials
from app.core.web import format_website
from app.reference.queries import (
    country_name,
    department_label,
    headcount_label,
    legal_form_label,
    naf_label,
)


def init_app(app: Flask) -> None:
    cells.init_app(app)
    app.jinja_env.globals.update(naf_label=naf_label)
    app.jinja_env.filters.update(
        numberformat=format_number,
        amount=format_amount,
        day=format_date,
        long_day=format_date_long,
        moment=format_datetime,
        relative=format_relative,
        siren=format_siren,
        siret=format_siret,
        naf=format_naf,
        rna=format_rna,
        phone=format_phone,
        website=format_website,
        initials=initials,
        mark=mark,
        naf_label=naf_label,
        legal_form=legal_form_label,
        headcount=headcount_label,
        department=department_label,
        country=country_name,
        category=category_label,
    )
