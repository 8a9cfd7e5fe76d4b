"""Which passwords are taken, at every door (F20)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from werkzeug.security import check_password_hash

from app.accounts.operations import AccountValues, create_account, reset_password
from app.accounts.passwords import LONGEST, check_password
from app.core.rules import Refused
from app.extensions import db
from app.permissions import Role
from tests.conftest import account_named

WEAK = [
    "",
    "a",
    "court mais9",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "123456789012",
    "azertyuiop12",
    "Azerty123456!",
    "qwertyuiop123",
    "1q2w3e4r5t6y",
    "motdepasse123",
    "MotDePasse2026!",
    "M0tDeP@sse2026",
    "Pa$$w0rd2026!",
    "motdepassemotdepasse",
    "passerelle2026",
    "Passerelle-Passerelle",
    "Bonjour2026!!",
    "Toulouse2026stage",
    "!!!!!!!!!!!!",
    "éééééééééééé",
    "x" * (LONGEST + 1),
    "girafe tampon \x00 violon",
    "girafe tampon \ud800 violon",
]
STRONG = [
    "girafe tampon violon",
    "cheval-lune-7-brique",
    "correct horse battery staple",
    "xK9#mQ2$vL5p",
    "  des espaces autour  ",
    "日本語のパスワードです十二",
    "🚲🌲🍞🍋🐈🚀🌊⛵🎻🧊🎲🪁",
    "girafe tampon violon " * 6,
]


@pytest.mark.parametrize("password", WEAK)
def test_weak_password_is_refused_with_a_french_sentence(app: Flask, password: str) -> None:
    with pytest.raises(PasswordComplexityValidationError, match=r"^Ce mot de passe "):
        check_password(password)


@pytest.mark.parametrize("password", STRONG)
def test_strong_password_is_taken(password: str) -> None:
    check_password(password)


@pytest.mark.parametrize(
    "password",
    ["marie.dupont, c’est moi", "MDupont et la girafe", "l’école du tampon violon"],
)
def test_password_that_tells_its_holder_is_refused(app: Flask, password: str) -> None:
    about = ("mdupont", "marie.dupont@ecole.example", None, "l’école")
    with pytest.raises(PasswordComplexityValidationError, match="de la personne"):
        check_password(password, about=about)
    check_password(password)


def test_long_hostile_text_is_judged_quickly() -> None:
    for text in ("a1" * 64, "azerty" * 21, "é" * 128, "0" * 128, "passwordazerty123" * 7):
        with pytest.raises(PasswordComplexityValidationError):
            check_password(text)


def test_operations_refuse_weak_passwords(app: Flask) -> None:
    admin, reader = account_named("admin"), account_named("reader")
    before = reader.password
    with pytest.raises(Refused) as refusal:
        reset_password(reader, "motdepasse123", by=admin)
    assert refusal.value.field == "password"
    values = AccountValues("zoe", "zoe@ecole.example", "Zoé", "Lang", roles=(Role.ACCOUNT,))
    with pytest.raises(Refused):
        create_account(values, "zoe zoe zoe", by=admin)
    assert reader.password == before


def test_doors_of_fab_refuse_weak_passwords(app: Flask) -> None:
    manager = app.appbuilder.sm  # type: ignore[attr-defined]
    reader = account_named("reader")
    before = reader.password
    with pytest.raises(PasswordComplexityValidationError):
        manager.reset_password(reader.id, "a")
    role = manager.find_role(Role.ACCOUNT)
    with pytest.raises(PasswordComplexityValidationError):
        manager.add_user("zoe", "Zoé", "Lang", "zoe@ecole.example", role, "motdepasse123")
    db.session.refresh(reader)
    assert reader.password == before
    assert manager.find_user("zoe") is None


def test_doors_of_fab_take_strong_passwords(app: Flask) -> None:
    manager = app.appbuilder.sm  # type: ignore[attr-defined]
    reader = account_named("reader")
    epoch = reader.session_epoch
    manager.reset_password(reader.id, STRONG[0])
    db.session.refresh(reader)
    assert check_password_hash(reader.password, STRONG[0])
    assert reader.password.startswith("scrypt:")
    assert reader.session_epoch > epoch
    role = manager.find_role(Role.ACCOUNT)
    added = manager.add_user("zoe", "Zoé", "Lang", "zoe@ecole.example", role, STRONG[1])
    assert check_password_hash(added.password, STRONG[1])
    assert added.search_text == "zoe lang zoe zoe@ecole.example"
