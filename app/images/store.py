"""The files of the pictures: named by what they hold, in folders by their first digits, written so
that a kill or a full disk at any moment leaves either the whole file or none."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from app.core.files import settle, whole_file
from app.images.decoding import Picture, Size

# Seconds that a file without a row is left alone: its row may be about to be committed.
GRACE = 24 * 60 * 60
_LOCK = ".lock"
_SUFFIX = ".webp"


def folder() -> Path:
    """Where the pictures lie (setting PASSERELLE_IMAGES)."""
    return Path(current_app.config["IMAGE_FOLDER"])


def path_of(sha256: str, size: Size) -> Path:
    """The place of one size of a picture, whether it is there or not."""
    return folder() / sha256[:2] / sha256[2:4] / f"{sha256}-{size}{_SUFFIX}"


def read(sha256: str, size: Size) -> bytes | None:
    """The bytes of one size; None where the file is missing."""
    try:
        return path_of(sha256, size).read_bytes()
    except FileNotFoundError:
        return None


def keep(picture: Picture) -> None:
    """Write the files of a picture, before its row. One that is there already is kept longer:
    whoever sweeps looks at its age under the same lock. Raises OSError where it cannot be."""
    with _locked(fcntl.LOCK_SH):
        for size, data in picture.files.items():
            _keep(path_of(picture.sha256, size), data)


def mend(sha256: str, size: Size, data: bytes) -> None:
    """Write one size of a picture that lost it."""
    with _locked(fcntl.LOCK_SH):
        _keep(path_of(sha256, size), data)


def _keep(path: Path, data: bytes) -> None:
    try:
        os.utime(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)


def _write(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)
    for each in (path.parent, path.parent.parent, folder()):
        settle(each)


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    """Writers share the lock; who sweeps has it alone. Processes see each other's."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / _LOCK).open("a") as file:
        fcntl.flock(file, kind)
        yield


def missing(sha256: str) -> list[Size]:
    """The sizes of a picture whose file is not there."""
    return [size for size in Size if not path_of(sha256, size).is_file()]


def strays(known: Iterable[str]) -> list[Path]:
    """Files that belong to none of the pictures known by their SHA-256, and are old enough."""
    names, oldest = frozenset(known), time.time() - GRACE
    return [
        path
        for path in sorted(folder().glob("??/??/*"))
        if path.name.rpartition("-")[0] not in names and _kept_at(path) < oldest
    ]


def sweep(paths: Iterable[Path]) -> int:
    """Remove strays; return how many went. One that somebody wrote again meanwhile stays."""
    gone = 0
    with _locked(fcntl.LOCK_EX):
        oldest = time.time() - GRACE
        for path in paths:
            if _kept_at(path) < oldest:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _kept_at(path: Path) -> float:
    """When a file was written or kept last, in seconds since 1970; now for one that is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
