"""Files that are whole or not there, whatever happens meanwhile: a kill, a full disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".part-"


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """What is written takes the name `path` at the end, at once; nothing is left where it fails.
    Readable by the account of the product alone."""
    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def settle(directory: Path) -> None:
    """Have the disk hold the names of a directory, as it holds the bytes of the files."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
