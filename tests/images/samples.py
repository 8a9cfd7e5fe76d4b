"""Pictures for the tests, made by code: nobody's face, nobody's logo."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

# EXIF: a maker, a place (48° 51' N, 2° 21' E); ORIENTATION 6 is « turn it right to see it upright ».
MAKER, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825


def drawn(size: tuple[int, int] = (400, 300), mode: str = "RGB") -> Image.Image:
    """Red at the left, blue at the right, a white disc in the middle."""
    image = Image.new("RGB", size, "red")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((width // 2, 0, width, height), fill="blue")
    radius = min(size) // 5
    middle = (width // 2 - radius, height // 2 - radius, width // 2 + radius, height // 2 + radius)
    draw.ellipse(middle, fill="white")
    return image.convert(mode)


def picture(
    kind: str = "PNG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **options: Any
) -> bytes:
    """A drawn picture as a file of a kind."""
    output = io.BytesIO()
    drawn(size, mode).save(output, kind, **options)
    return output.getvalue()


def photographed(size: tuple[int, int] = (400, 300), orientation: int = 6) -> bytes:
    """A JPEG as a phone makes it: lying on its side, with its maker and where it was taken."""
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Telephone Exemple", orientation
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 0.0), 3: "E", 4: (2.0, 21.0, 0.0)})
    return picture("JPEG", size, exif=exif, comment=b"secret remark")


def moving(kind: str) -> bytes:
    """Two frames: the first one red, the second green."""
    output = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green")]
    frames[0].save(output, kind, save_all=True, append_images=frames[1:], duration=50)
    return output.getvalue()


def transparent(size: tuple[int, int] = (300, 100)) -> bytes:
    """A logo on nothing."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 90, 90), fill="teal")
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says how many pixels it wants."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
