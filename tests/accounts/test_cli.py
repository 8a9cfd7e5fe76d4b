"""The commands about accounts and rights."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import func, select
from werkzeug.security import check_password_hash

from app.accounts.models import Account
from app.accounts.queries import role_names
from app.extensions import db
from app.permissions import Role, View
from tests.accounts.conftest import GOOD_PASSWORD

NAMES = ["--username", "chef", "--email", "Chef@Ecole.example", "--first-name", "Odile", "--last-name", "Nô"]  # fmt: skip


def chef() -> Account | None:
    return db.session.scalars(select(Account).where(Account.username == "chef")).first()


def run(app: Flask, *arguments: str, **options: object) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments), **options)  # type: ignore[arg-type]
    return result.exit_code, result.output


def test_administrator_is_made_with_the_password_of_the_environment(app: Flask) -> None:
    code, output = run(
        app, "create-admin", *NAMES, env={"PASSERELLE_ADMIN_PASSWORD": GOOD_PASSWORD}
    )
    assert code == 0, output
    assert GOOD_PASSWORD not in output
    account = chef()
    assert account is not None
    assert role_names(account) == {Role.ADMIN}
    assert account.email == "Chef@ecole.example"
    assert check_password_hash(account.password or "", GOOD_PASSWORD)


def test_password_may_come_from_a_file(app: Flask, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(GOOD_PASSWORD + "\n", encoding="utf-8")
    code, output = run(app, "create-admin", *NAMES, env={"PASSERELLE_ADMIN_PASSWORD_FILE": str(secret)})  # fmt: skip
    assert code == 0, output
    account = chef()
    assert account is not None
    assert check_password_hash(account.password or "", GOOD_PASSWORD)


@pytest.mark.parametrize(
    ("changed", "password", "said"),
    [
        ({}, "motdepasse123", "trop facile"),
        ({}, "court", "trop court"),
        ({}, "c’est Odile Nô, la chef", "de la personne"),
        ({"chef": "admin"}, GOOD_PASSWORD, "déjà pris"),
        ({"Chef@Ecole.example": "admin@ecole.example"}, GOOD_PASSWORD, "déjà cette adresse"),
        ({"Chef@Ecole.example": "pas une adresse"}, GOOD_PASSWORD, "@"),
    ],
)
def test_refusal_says_why_and_makes_nothing(
    app: Flask, changed: dict[str, str], password: str, said: str
) -> None:
    names = [changed.get(word, word) for word in NAMES]
    before = db.session.scalar(select(func.count(Account.id)))
    code, output = run(app, "create-admin", *names, env={"PASSERELLE_ADMIN_PASSWORD": password})
    assert code != 0
    assert said in output
    assert "Traceback" not in output
    assert db.session.scalar(select(func.count(Account.id))) == before


def test_missing_password_is_said_where_nobody_can_be_asked(app: Flask) -> None:
    code, output = run(app, "create-admin", *NAMES, input="")
    assert code != 0
    assert "PASSERELLE_ADMIN_PASSWORD" in output


def test_rights_are_made_once(app: Flask) -> None:
    def counts() -> list[int | None]:
        tables = (RoleRow, Permission, ViewMenu, PermissionView)
        return [db.session.scalar(select(func.count(table.id))) for table in tables]

    before = counts()
    code, output = run(app, "sync-security")
    assert code == 0, output
    assert counts() == before
    assert set(Role) <= set(db.session.scalars(select(RoleRow.name)))
    assert {view.value for view in View} <= set(db.session.scalars(select(ViewMenu.name)))


def test_reference_lists_are_brought_up_once(app: Flask) -> None:
    code, output = run(app, "sync-reference")
    assert code == 0, output
    assert "naf_code: 0" in output
    assert "commune: 0" in output
