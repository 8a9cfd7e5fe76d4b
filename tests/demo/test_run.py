"""`python run.py`: from an empty folder to a page, and clear words when it cannot."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import run
from app.core.totals import COUNTED_AT_ONCE
from bench.client import Client, form_with

ROOT = Path(run.__file__).parent


@pytest.fixture(autouse=True)
def bare_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PASSERELLE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PASSERELLE_DATA", str(tmp_path))


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("secret", ["PASSERELLE_SECRET_KEY", "PASSERELLE_SECRET_KEY_FILE"])
def test_with_a_secret_key_it_is_no_demonstration(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(secret, "x")
    run.choose_demonstration()
    assert "PASSERELLE_DEMO" not in os.environ


def test_without_one_it_is_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_DEMO", "")  # So that the setting is put back afterwards.
    monkeypatch.delenv("PASSERELLE_DEMO")
    run.choose_demonstration()
    assert os.environ.pop("PASSERELLE_DEMO") == "1"


@pytest.mark.parametrize("secret", ["PASSERELLE_DEMO_PASSWORD", "PASSERELLE_DEMO_PASSWORD_FILE"])
def test_a_password_for_its_accounts_asks_for_the_demonstration(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "x")
    monkeypatch.setenv(secret, "x")
    monkeypatch.setenv("PASSERELLE_DEMO", "")
    monkeypatch.delenv("PASSERELLE_DEMO")
    run.choose_demonstration()
    assert os.environ.pop("PASSERELLE_DEMO") == "1"


@pytest.mark.parametrize("given", ["x", "0", "65536", "-1", "٣"])
def test_a_port_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "x")
    monkeypatch.setenv("PASSERELLE_PORT", given)
    assert run.main() == 2
    assert "PASSERELLE_PORT" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "x")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("PASSERELLE_PORT", str(other.getsockname()[1]))
        assert run.main() == 2
    assert "est déjà pris" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: int
) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "too short")
    monkeypatch.setenv("PASSERELLE_PORT", str(port))
    assert run.main() == 2
    assert "PASSERELLE_SECRET_KEY" in capsys.readouterr().err


@contextmanager
def started(port: int) -> Iterator[str]:
    """The program in a process of its own, once it says that it is ready; what it printed."""
    process = subprocess.Popen(
        [sys.executable, "run.py"], cwd=ROOT, env={**os.environ, "PASSERELLE_PORT": str(port)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            if "est prête" in line:
                break
        yield printed
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def companies_shown(client: Client) -> str:
    """The number of companies; just after the start the list says « plus de 1 000 » at first."""
    for _ in range(100):
        total = re.search(r'data-total="(\d+)"', client.get("/crm/companies/").text)
        if total is not None and total[1] != str(COUNTED_AT_ONCE):
            return total[1]
        time.sleep(0.1)
    return "never counted"


@pytest.mark.own_database
@pytest.mark.skipif(
    "PASSERELLE_TEST_DATABASE_URL" in os.environ, reason="run.py makes an SQLite base of its own"
)
def test_from_an_empty_folder_to_a_sheet_and_a_second_start_loses_nothing(port: int) -> None:
    with started(port) as first:
        password = re.search(r"cette seule fois\s?: (\S+)", first)
        assert password is not None
        assert f"http://localhost:{port}" in first
        client = Client("localhost", port)
        form = form_with(client.get("/login/").text, "username")
        client.post("/login/", {**form, "username": "editor", "password": password[1]})
        assert companies_shown(client).startswith("29")
    with started(port) as second:
        assert password[1] not in second
        assert "Comptes de démonstration" not in second
        assert client.get("/crm/companies/1/").status == 200  # Signed in still.
        client.close()
