"""Where printed selections lie: a folder a job, in the data folder, with its parts while it is being
done and the file at its end."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import current_app

from app.core.files import settle
from app.core.ids import is_id


def folder() -> Path:
    return Path(current_app.config["DATA_FOLDER"]) / "printed"


def folder_of(job_id: int) -> Path:
    """A job's own folder, made where it is missing; for the account of the product alone."""
    path = folder() / str(job_id)
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        settle(folder())
    return path


def part_of(job_id: int, start: int) -> Path:
    """The part that begins with the job's record number `start`: done again, it takes the place of
    what was there."""
    return folder_of(job_id) / f"{start:04}.pdf"


def file_of(job_id: int) -> Path:
    """The whole, whether it is there or not."""
    return folder() / str(job_id) / "whole.pdf"


def drop_parts(job_id: int) -> None:
    """Keep of a job what it was done for."""
    for path in folder_of(job_id).iterdir():
        if path != file_of(job_id):
            path.unlink(missing_ok=True)


def discard(job_id: int) -> None:
    """Remove all that a job has left."""
    shutil.rmtree(folder() / str(job_id), ignore_errors=True)


def job_ids() -> list[int]:
    """The jobs that have left something."""
    if not folder().is_dir():
        return []
    return sorted(int(path.name) for path in folder().iterdir() if is_id(path.name))
