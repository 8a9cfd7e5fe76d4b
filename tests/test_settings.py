"""The settings: each documented, read as written, and refused when they are not safe."""

from __future__ import annotations

import ast
import os
import re
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import config
from config import BadSettings, from_environment
from tests.conftest import settings

ROOT = Path(__file__).parents[1]
KEY = "a key that is as long as it must be, and more"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound environment outside the demonstration, and nothing else of ours."""
    for name in list(os.environ):
        if name.startswith("PASSERELLE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PASSERELLE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", KEY)
    monkeypatch.setenv("PASSERELLE_TRUSTED_HOSTS", "crm.ecole.example, crm2.ecole.example")


def read_names() -> set[str]:
    """The settings that the code reads: _read("X"), _flag("X"), _number("X"), environ["PASSERELLE_X"]."""
    names = set()
    for path in (ROOT / "config.py", ROOT / "run.py", *sorted((ROOT / "app").rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            if found := re.fullmatch(r"PASSERELLE_([A-Z_]+)", node.value):
                names.add(found[1].removesuffix("_FILE"))
    tree = ast.parse((ROOT / "config.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        is_read = isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "_read",
            "_flag",
            "_number",
        }
        if is_read and isinstance(node.args[0], ast.Constant):
            names.add(str(node.args[0].value))
    return names


def documented() -> dict[str, str]:
    lines = re.findall(r"^PASSERELLE_([A-Z_]+)\s+(\S.*)$", config.__doc__ or "", re.MULTILINE)
    return dict(lines)


def test_each_setting_is_documented_and_no_other() -> None:
    known = documented()
    assert set(known) == read_names()
    assert all(len(said.split()) >= 3 for said in known.values())


def test_a_sound_environment_is_read() -> None:
    read = from_environment()
    assert read["SECRET_KEY"] == KEY
    assert read["TRUSTED_HOSTS"] == ["crm.ecole.example", "crm2.ecole.example"]
    # A list of names would refuse the site's own port: FAB compares with the address asked.
    assert read["PERMANENT_SESSION_LIFETIME"] == timedelta(hours=12)
    assert read["SESSION_COOKIE_NAME"] == "passerelle"
    assert read["SESSION_COOKIE_SECURE"] is False
    assert (read["PROXIES"], read["DEMO"], read["HTTPS"]) == (0, False, False)


def test_over_https_the_cookie_is_bound_to_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_HTTPS", "1")
    read = from_environment()
    assert read["SESSION_COOKIE_SECURE"] is True
    assert read["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert read["HTTPS"] is True


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("true", True), ("OUI", True), ("0", False), ("", False), ("non", False)]
)  # fmt: skip
def test_yes_and_no(monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("PASSERELLE_HTTPS", value)
    assert from_environment()["HTTPS"] is meant


@pytest.mark.parametrize(
    ("name", "value", "setting"),
    [
        ("SECRET_KEY", "a secret kept in a file, with a line end", "SECRET_KEY"),
        ("DATABASE_URL", "sqlite:////srv/autre.sqlite", "SQLALCHEMY_DATABASE_URI"),
        ("SCHOOL", "École de Blois", "SCHOOL"),
        ("RATE_STORAGE", "redis://localhost", "RATELIMIT_STORAGE_URI"),
    ],
)
def test_a_setting_can_stand_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, setting: str
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{value}\n", encoding="utf-8")
    monkeypatch.setenv(f"PASSERELLE_{name}_FILE", str(file))
    assert from_environment()[setting] == value


def test_a_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY_FILE", "/nowhere/key")
    with pytest.raises(BadSettings, match="PASSERELLE_SECRET_KEY_FILE"):
        from_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "too short"),
        ("SECRET_KEY", "x" * 31),
        ("TRUSTED_HOSTS", ""),
        ("TRUSTED_HOSTS", " , "),
        ("PROXIES", "two"),
        ("PROXIES", "-1"),
        ("SESSION_HOURS", "1.5"),
        ("SESSION_HOURS", "douze"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PASSERELLE_{name}", value)
    with pytest.raises(BadSettings, match=f"PASSERELLE_{name}"):
        from_environment()


def test_a_refusal_never_repeats_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "court")
    with pytest.raises(BadSettings) as refusal:
        from_environment()
    assert "court" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_forms_of_an_address_of_postgresql(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", f"{scheme}://u:p@h:5432/crm?sslmode=require")
    read = from_environment()
    assert read["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p@h:5432/crm?sslmode=require"
    assert read["SQLALCHEMY_ENGINE_OPTIONS"]["pool_pre_ping"] is True


def test_without_an_address_the_base_is_in_the_data_folder(tmp_path: Path) -> None:
    read = from_environment()
    assert read["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/data/passerelle.sqlite"
    assert read["DATA_FOLDER"] == tmp_path / "data"
    assert (tmp_path / "data").is_dir()


# ---- the demonstration


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_DEMO", "1")
    monkeypatch.delenv("PASSERELLE_SECRET_KEY")
    monkeypatch.delenv("PASSERELLE_TRUSTED_HOSTS")


@pytest.mark.usefixtures("demo")
def test_the_demonstration_makes_its_own_key_once_for_its_owner_only(tmp_path: Path) -> None:
    first = from_environment()
    assert len(first["SECRET_KEY"]) >= 43
    assert from_environment()["SECRET_KEY"] == first["SECRET_KEY"]
    file = tmp_path / "data" / "secret-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == first["SECRET_KEY"]


@pytest.mark.usefixtures("demo")
def test_the_demonstration_answers_to_this_machine_only() -> None:
    assert set(from_environment()["TRUSTED_HOSTS"]) == {"localhost", "127.0.0.1"}


@pytest.mark.usefixtures("demo")
def test_two_demonstrations_have_two_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = from_environment()["SECRET_KEY"]
    monkeypatch.setenv("PASSERELLE_DATA", str(tmp_path / "other"))
    assert from_environment()["SECRET_KEY"] != first


# ---- outside services


def test_outside_services_are_those_of_the_state_unless_others_are_named() -> None:
    read = from_environment()
    assert read["GEOCODER_URL"] == "https://data.geopf.fr/geocodage/search"
    assert read["TILES_URL"].startswith("https://data.geopf.fr/wmts?")
    assert "LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&" in read["TILES_URL"]
    assert read["TILES_URL"].endswith("&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}")
    assert read["TILES_ATTRIBUTION"] == "© IGN"


@pytest.mark.parametrize("no", ["0", "no", "Non"])
def test_one_switch_turns_all_outside_services_off(
    monkeypatch: pytest.MonkeyPatch, no: str
) -> None:
    monkeypatch.setenv("PASSERELLE_OUTSIDE", no)
    monkeypatch.setenv("PASSERELLE_TILES_URL", "https://tuiles.example/{z}/{x}/{y}.png")
    read = from_environment()
    assert (read["TILES_URL"], read["GEOCODER_URL"]) == (None, None)


@pytest.mark.parametrize("name", ["TILES_URL", "GEOCODER_URL"])
def test_each_outside_service_has_a_switch(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"PASSERELLE_{name}", "0")
    read = from_environment()
    assert read[name] is None
    assert read[{"TILES_URL", "GEOCODER_URL"}.difference({name}).pop()]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TILES_URL", "https://tuiles.example/plan.png"),
        ("TILES_URL", "https://tuiles.example/{z}/{x}.png"),
        ("TILES_URL", "https://{s}.tuiles.example/{z}/{x}/{y}.png"),
        ("TILES_URL", "https://tuiles.example/{z}/{x}/{y}/{y}.png"),
        ("TILES_URL", "https://a.example; script-src */{z}/{x}/{y}"),
        ("TILES_URL", "//tuiles.example/{z}/{x}/{y}.png"),
        ("TILES_URL", "https://[::1/{z}/{x}/{y}"),
        ("GEOCODER_URL", "file:///etc/passwd"),
        ("GEOCODER_URL", "data.geopf.fr/geocodage"),
        ("GEOCODER_URL", "https://me:secret@data.example/search"),
    ],
)
def test_a_service_s_address_that_cannot_be_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PASSERELLE_{name}", value)
    with pytest.raises(BadSettings, match=f"PASSERELLE_{name}") as refusal:
        from_environment()
    assert "secret" not in str(refusal.value)


def test_another_source_on_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_TILES_URL", "http://[::1]:8080/{z}/{x}/{y}.png")
    monkeypatch.setenv("PASSERELLE_GEOCODER_URL", "http://ban.ecole.example:7878/search/")
    read = from_environment()
    assert read["TILES_URL"] == "http://[::1]:8080/{z}/{x}/{y}.png"
    assert read["GEOCODER_URL"] == "http://ban.ecole.example:7878/search/"


# ---- the program itself


def start(**more: str) -> subprocess.CompletedProcess[str]:
    """What `run.py` answers in an environment, as a person who starts it sees it."""
    given = {
        name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")
    }
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py")],
        env={**given, **more}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PASSERELLE_SECRET_KEY": "court"}, "PASSERELLE_SECRET_KEY"),
        ({"PASSERELLE_SECRET_KEY": KEY}, "PASSERELLE_TRUSTED_HOSTS"),
        ({"PASSERELLE_DEMO": "0"}, "PASSERELLE_SECRET_KEY"),
        ({"PASSERELLE_SECRET_KEY": KEY, "PASSERELLE_TRUSTED_HOSTS": "a", "PASSERELLE_PROXIES": "x"}, "PASSERELLE_PROXIES"),
        ({"PASSERELLE_PORT": "http"}, "PASSERELLE_PORT"),
    ],
)  # fmt: skip
def test_it_does_not_start_unsafe_and_says_why(
    tmp_path: Path, given: dict[str, str], named: str
) -> None:
    ended = start(PASSERELLE_DATA=str(tmp_path), **given)
    assert ended.returncode == 2
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("*.sqlite"))


# ---- the tests' own settings


def test_the_tests_run_on_the_settings_of_the_product(tmp_path: Path) -> None:
    """Else a setting that is new in the product would be missing here, or the other way round."""
    product, tests = from_environment(), settings("sqlite://", tmp_path)
    assert set(tests) - set(product) == {"TESTING", "WTF_CSRF_ENABLED"}
    assert set(product) - set(tests) == set()
