"""Records for tests: valid by default, made by the product's own operations."""

from __future__ import annotations

from itertools import count
from typing import Any

from stdnum import luhn

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import create_company
from app.contacts.models import Contact
from app.contacts.operations import create_contact
from app.extensions import db
from app.images.models import Image
from app.tags.models import Module, Tag
from app.tags.operations import create_tag
from tests.conftest import account_named

_numbers = count(10_000_000)


def new_siren() -> str:
    """A SIREN that no other record bears, with its right check digit."""
    stem = str(next(_numbers))
    return stem + luhn.calc_check_digit(stem)


def siret_of(siren: str, nic: int = 1) -> str:
    stem = f"{siren}{nic:04d}"
    return stem + luhn.calc_check_digit(stem)


def make_company(by: Account | None = None, **values: Any) -> Company:
    siren = values.pop("siren", None) or new_siren()
    given = {"name": f"Entreprise {siren}", "siren": siren, "country": "FR", **values}
    company = create_company(given, by=by or account_named("admin"))
    db.session.commit()
    return company


def make_contact(by: Account | None = None, **values: Any) -> Contact:
    given = {"first_name": "Claire", "last_name": "Évrard", **values}
    contact = create_contact(given, by=by or account_named("admin"))
    db.session.commit()
    return contact


def stored_image() -> Image:
    """The row of a picture, whose file nobody reads here."""
    image = Image(
        sha256=f"{next(_numbers):064}", mime="image/webp", width=4, height=3, byte_count=99
    )
    db.session.add(image)
    db.session.commit()
    return image


def make_tag(label: str, module: Module = Module.COMPANY, by: Account | None = None) -> Tag:
    tag = create_tag(module, label, by=by or account_named("admin"))
    db.session.commit()
    return tag
