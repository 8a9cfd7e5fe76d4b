"""A ZIP archive that leaves as it is made: nothing of it is kept, nothing is written twice.

The standard library's zipfile writes to a stream too, but for members of an unknown size either
stops at 2 GiB or puts ZIP64 fields before them, at which Excel offers to repair the file. Here a
member may have 4 GiB, without ZIP64. Source: PKWARE, .ZIP File Format Specification 6.3, 4.3.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime

# Most bytes of a member, and of the archive: what fits in four bytes.
LARGEST = 0xFFFF_FFFF
LEVEL = 1
_VERSION, _DEFLATED = 20, 8
# The sizes and the checksum come after the data.
_SIZES_FOLLOW = 1 << 3


@dataclass
class _Member:
    name: bytes
    at: int
    checksum: int = 0
    packed: int = 0
    size: int = 0


class TooLarge(OverflowError):
    """The archive would need ZIP64."""


class ZipStream:
    """One member after another: begin(), add() as often as needed, end(); at last close(). Each
    gives the bytes to send. Names are ASCII."""

    def __init__(self, made_at: datetime) -> None:
        days = (made_at.year - 1980) << 9 | made_at.month << 5 | made_at.day
        time = made_at.hour << 11 | made_at.minute << 5 | made_at.second // 2
        self._stamp = struct.pack("<HH", time, days)
        self._members: list[_Member] = []
        self._sent = 0

    @property
    def size(self) -> int:
        """Bytes of the present member, unpacked."""
        return self._members[-1].size

    def begin(self, name: str) -> bytes:
        self._members.append(_Member(name.encode("ascii"), self._sent))
        self._pack = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        member = self._members[-1]
        head = struct.pack("<4sHHH", b"PK\x03\x04", _VERSION, _SIZES_FOLLOW, _DEFLATED)
        blank = struct.pack("<LLLHH", 0, 0, 0, len(member.name), 0)
        return self._counted(head + self._stamp + blank + member.name)

    def add(self, data: bytes) -> bytes:
        member = self._members[-1]
        member.checksum = zlib.crc32(data, member.checksum)
        member.size += len(data)
        return self._packed(self._pack.compress(data))

    def end(self) -> bytes:
        member = self._members[-1]
        last = self._packed(self._pack.flush())
        if max(member.size, member.packed) > LARGEST:
            raise TooLarge(member.name.decode())
        sizes = struct.pack("<4sLLL", b"PK\x07\x08", member.checksum, member.packed, member.size)
        return last + self._counted(sizes)

    def whole(self, name: str, data: bytes) -> bytes:
        """A member that is known whole."""
        return self.begin(name) + self.add(data) + self.end()

    def close(self) -> bytes:
        """The directory of the archive."""
        at, count = self._sent, len(self._members)
        if at > LARGEST:
            raise TooLarge("the archive")
        entries = b"".join(map(self._entry, self._members))
        end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(entries), at, 0)
        return self._counted(entries + end)

    def _entry(self, member: _Member) -> bytes:
        head = struct.pack("<4sHHHH", b"PK\x01\x02", _VERSION, _VERSION, _SIZES_FOLLOW, _DEFLATED)
        sizes = struct.pack("<LLL", member.checksum, member.packed, member.size)
        rest = struct.pack("<HHHHHLL", len(member.name), 0, 0, 0, 0, 0, member.at)
        return head + self._stamp + sizes + rest + member.name

    def _packed(self, data: bytes) -> bytes:
        self._members[-1].packed += len(data)
        return self._counted(data)

    def _counted(self, data: bytes) -> bytes:
        self._sent += len(data)
        return data
