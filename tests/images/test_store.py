"""The files: whole or not at all, before their rows, and gone once nobody bears them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.core.db import utcnow
from app.doctor.storage import check_images
from app.extensions import db
from app.history.actions import Subject
from app.images import store
from app.images.decoding import Picture, Size
from app.images.models import Image
from app.images.operations import KEPT_DAYS, forget_unused, keep_image, remove_image, set_image
from tests.factories import make_company
from tests.images.conftest import borne, read
from tests.images.samples import picture

ROOT = Path(__file__).parents[2]


def unique(side: int) -> Picture:
    """A picture that no other test makes."""
    return read(picture("PNG", (side, side + 1)))


def bear(company: Company, found: Picture, by: Account) -> Image:
    set_image(company, found, subject=Subject.COMPANY, seen=borne(company), by=by)
    db.session.commit()
    return db.session.get_one(Image, borne(company))


def grow_old(image: Image | None = None) -> None:
    """Make files, and pictures, as if they had been kept long ago."""
    long_ago = time.time() - store.GRACE - 60
    for path in store.folder().rglob("*.webp"):
        os.utime(path, (long_ago, long_ago))
    if image is not None:
        day = utcnow() - timedelta(days=KEPT_DAYS, hours=1)
        db.session.execute(update(Image).where(Image.id == image.id).values(used_at=day))
        db.session.commit()


@pytest.fixture(autouse=True)
def own_folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "IMAGE_FOLDER", tmp_path / "pictures")


def test_files_lie_in_folders_by_the_first_digits_of_their_name() -> None:
    found = unique(40)
    store.keep(found)
    for size in Size:
        path = store.path_of(found.sha256, size)
        assert path.relative_to(store.folder()).parts[:2] == (found.sha256[:2], found.sha256[2:4])
        assert path.read_bytes() == found.files[size] == store.read(found.sha256, size)
        assert path.stat().st_mode & 0o077 == 0  # For nobody else on the machine.
    assert not [path for path in store.folder().rglob("*") if path.name.startswith(".part")]


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_a_file_that_cannot_be_written_leaves_nothing(
    step: str, monkeypatch: pytest.MonkeyPatch, editor: Account
) -> None:
    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    target = {"write": (os, "fdopen"), "fsync": (os, "fsync"), "rename": (Path, "rename")}[step]
    monkeypatch.setattr(*target, fail)
    company = make_company()
    with pytest.raises(OSError, match="No space"):
        set_image(company, unique(41), subject=Subject.COMPANY, seen=None, by=editor)
    db.session.rollback()
    assert borne(company) is None
    assert [path for path in store.folder().rglob("*") if path.is_file() and path.name != ".lock"] == []  # fmt: skip
    assert db.session.scalars(select(Image)).all() == []


KILLED = """
import os, signal, sys
from pathlib import Path
from flask import Flask
from app.images import store
from app.images.decoding import read_picture
from tests.images.samples import picture

def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

app = Flask("x")
app.config["IMAGE_FOLDER"] = sys.argv[1]
found = read_picture(picture("PNG", (42, 43)), is_photo=False)
print(found.sha256, flush=True)
place = {"fsync": os, "rename": Path, "settle": store}[sys.argv[2]]
setattr(place, sys.argv[2], die)
with app.app_context():
    store.keep(found)
"""


@pytest.mark.parametrize(("step", "is_there"), [("fsync", False), ("rename", False), ("settle", True)])  # fmt: skip
def test_a_kill_at_any_step_leaves_a_whole_file_or_none(step: str, is_there: bool) -> None:
    command = [sys.executable, "-c", KILLED, str(store.folder()), step]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    found = unique(42)
    assert killed.stdout.strip() == found.sha256
    path = store.path_of(found.sha256, Size.LARGE)
    assert path.exists() is is_there
    store.keep(found)  # Sent again, it is kept, whatever the first attempt left.
    assert [store.read(found.sha256, size) for size in Size] == [found.files[size] for size in Size]
    assert db.session.scalars(select(Image)).all() == []


# ---- collecting


def collect(app: Flask, *options: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["images", "collect", *options])
    return result.exit_code, result.output


def test_what_is_borne_stays(app: Flask, editor: Account) -> None:
    company = make_company()
    image = bear(company, unique(44), editor)
    grow_old(image)
    assert collect(app) == (0, "Retirés\u00a0: images 0, fichiers 0.\n")
    assert store.missing(image.sha256) == []


def test_what_is_borne_by_a_record_in_the_bin_stays(app: Flask, editor: Account) -> None:
    company = make_company()
    image = bear(company, unique(45), editor)
    trash(Subject.COMPANY, [company.id], by=editor)
    grow_old(image)
    assert "images 0, fichiers 0" in collect(app)[1]


def test_what_was_removed_lately_stays_and_goes_later(app: Flask, editor: Account) -> None:
    company = make_company()
    image = bear(company, unique(46), editor)
    sha256 = image.sha256
    grow_old(image)
    remove_image(company, subject=Subject.COMPANY, seen=image.id, by=editor)
    db.session.commit()
    assert "images 0, fichiers 0" in collect(app)[1]
    grow_old(db.session.get_one(Image, image.id))
    assert "À retirer\u00a0: images 1, fichiers 2" in collect(app, "--dry-run")[1]
    assert store.missing(sha256) == []
    assert "Retirés\u00a0: images 1, fichiers 2" in collect(app)[1]
    assert store.missing(sha256) == list(Size)
    assert db.session.scalars(select(Image)).all() == []


def test_what_an_erased_record_bore_goes(app: Flask, editor: Account) -> None:
    company = make_company()
    image = bear(company, unique(47), editor)
    grow_old(image)
    for site in company.establishments:
        db.session.delete(site)
    db.session.flush()
    db.session.execute(delete(Company).where(Company.id == company.id))
    db.session.commit()
    assert "images 1, fichiers 2" in collect(app)[1]


def test_files_without_a_row_go_once_they_are_old(app: Flask) -> None:
    store.keep(unique(48))
    left = store.path_of("a" * 64, Size.LARGE).with_name(".part-abc")
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a pict")
    assert "fichiers 0" in collect(app)[1]
    grow_old()
    os.utime(left, (0, 0))
    assert "fichiers 3" in collect(app)[1]
    assert not left.exists()


def test_a_file_that_is_sent_again_is_not_swept(app: Flask) -> None:
    """Somebody sends the picture between the look at the files and their removal."""
    found = unique(49)
    store.keep(found)
    grow_old()
    strays = store.strays([])
    assert len(strays) == 2
    store.keep(found)
    assert store.sweep(strays) == 0
    assert store.missing(found.sha256) == []


def test_a_picture_that_is_taken_up_again_is_not_forgotten(editor: Account) -> None:
    image = bear(make_company(), unique(50), editor)
    company = db.session.scalars(select(Company).where(Company.logo_id == image.id)).one()
    remove_image(company, subject=Subject.COMPANY, seen=image.id, by=editor)
    grow_old(image)
    assert keep_image(unique(50), by=editor).id == image.id
    assert forget_unused() == []


# ---- files that are missing


def test_a_missing_file_is_reported_and_a_small_one_is_made_again(
    app: Flask, editor: Account
) -> None:
    image = bear(make_company(), unique(51), editor)
    assert check_images(False).problem == ""
    store.path_of(image.sha256, Size.SMALL).unlink()
    code, said = collect(app)
    assert code == 1
    assert "1 image a perdu un fichier" in said
    assert check_images(False).is_left
    assert not check_images(True).is_left
    assert store.missing(image.sha256) == []
    assert collect(app)[0] == 0
    store.path_of(image.sha256, Size.LARGE).unlink()
    assert check_images(True).is_left  # Nothing to make it from: it is left, and said.
