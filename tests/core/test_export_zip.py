"""A ZIP archive that leaves as it is made."""

import io
import subprocess
import zipfile
from datetime import datetime

import pytest

from app.core.export import zipstream
from app.core.export.zipstream import TooLarge, ZipStream

NOON = datetime(2026, 11, 25, 12, 30, 58)  # noqa: DTZ001  # Archives know no zones.


def archive(**members: list[bytes]) -> bytes:
    stream = ZipStream(NOON)
    data = b""
    for name, parts in members.items():
        data += stream.begin(name)
        for part in parts:
            data += stream.add(part)
        data += stream.end()
    return data + stream.close()


def test_members_read_back():
    with zipfile.ZipFile(
        io.BytesIO(archive(a=[b"one ", b"two"], b=[b""], c=[b"x" * 100_000]))
    ) as found:
        assert found.testzip() is None
        assert found.read("a") == b"one two"
        assert found.read("b") == b""
        assert found.getinfo("c").file_size == 100_000
        assert found.getinfo("c").compress_size < 1_000
        assert found.getinfo("a").date_time == (2026, 11, 25, 12, 30, 58)


def test_headers_need_no_zip64_and_say_that_the_sizes_follow():
    """Excel offers to repair archives with ZIP64 fields before their members."""
    with zipfile.ZipFile(io.BytesIO(archive(a=[b"one"]))) as found:
        info = found.getinfo("a")
        assert (info.flag_bits, info.extract_version, info.extra) == (0x08, 20, b"")


def test_other_programs_agree(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(archive(a=[b"one"], b=[b"two" * 1000]))
    done = subprocess.run(["python3", "-m", "zipfile", "-t", str(path)], capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_member_that_four_bytes_cannot_count_is_refused(monkeypatch):
    monkeypatch.setattr(zipstream, "LARGEST", 100)
    with pytest.raises(TooLarge):
        archive(a=[b"x" * 101])


def test_an_archive_that_four_bytes_cannot_count_is_refused(monkeypatch):
    monkeypatch.setattr(zipstream, "LARGEST", 100)
    with pytest.raises(TooLarge):
        archive(a=[b"x"], b=[b"y"], c=[b"z"])
