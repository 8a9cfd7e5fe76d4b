"""What people send, made into pictures of our own: decoded, turned upright, cut, made smaller and
written anew. Nothing of the bytes that came goes further: no metadata, no place where a photo was
taken, nothing hidden behind the picture."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from app.core.errors import InvalidValue

HEAVIEST = 5 * 1024 * 1024  # Bytes.
MOST_PIXELS = 25_000_000
LEAST_SIDE = 16  # Pixels.
# Passes over a progressive JPEG: programs write some ten. A pass of 42 bytes takes as long as any
# other, so that 100 kB could keep a decoder busy for an hour.
MOST_SCANS = 64
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Photos of several views (MPO) are JPEG files; Pillow finds out by itself.
MIME = "image/webp"
# A lossless logo that weighs more than this is a photo: it is better kept as one.
HEAVIEST_LOSSLESS = 60_000

_HEAD = 1024  # Within it, browsers and PDF readers look for what a file might be.
_SRGB = ImageCms.createProfile("sRGB")
# 25 million pixels take 260 MB at most: one picture at a time in a process.
_one_at_a_time = Lock()

# Above it Pillow refuses by itself, whatever a later frame or header says.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class Size(StrEnum):
    """The sizes that are kept of each picture."""

    SMALL = "small"
    LARGE = "large"


# The longest side in pixels: a portrait of a list, and one of a sheet or a page that is printed,
# on screens that are twice as fine.
SIDES = {Size.SMALL: 96, Size.LARGE: 512}


class TooHeavy(InvalidValue):
    """The file weighs more than is taken."""


@dataclass(frozen=True)
class Window:
    """The part of a picture that is kept, in shares of its width and height once it is upright.
    It may reach beyond the picture."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Picture:
    """A picture ready to be kept: its sizes as WebP, named by the SHA-256 of the large one."""

    sha256: str
    width: int
    height: int
    files: dict[Size, bytes]


def read_picture(data: bytes, *, is_photo: bool, window: Window | None = None) -> Picture:
    """Make a picture of a file's bytes: a photo is a square, a logo keeps its shape.

    Without a window a photo is its middle, a logo the whole. Raises InvalidValue with what is
    wrong and what to do, TooHeavy for a file that is too big.
    """
    if len(data) > HEAVIEST:
        raise TooHeavy(_l("Ce fichier pèse plus de 5 Mo. Réduisez l’image, puis recommencez."))
    if not data:
        raise InvalidValue(_l("Ce fichier est vide. Choisissez-en un autre."))
    if refusal := _not_a_picture(data):
        raise InvalidValue(refusal)
    with _one_at_a_time:
        return _encoded(_decoded(data, is_photo, window), is_photo=is_photo)


# ---- what it is


def _not_a_picture(data: bytes) -> LazyString | None:
    """Why a file is refused by how it begins or ends; None where it may be a picture."""
    head = data[:_HEAD].lower()
    if b"<svg" in head:
        return _l("Le format SVG n’est pas accepté. Exportez l’image en PNG, puis recommencez.")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return _l("Le format HEIC n’est pas accepté. Exportez l’image en JPEG, puis recommencez.")
    if b"%pdf-" in head:
        return _l("Un PDF n’est pas une image. Exportez l’image en PNG, puis recommencez.")
    if any(mark in head for mark in _MARKUP) or zipfile.is_zipfile(io.BytesIO(data)):
        return _l("Ce fichier contient autre chose qu’une image. Exportez l’image en PNG ou en JPEG, puis recommencez.")  # fmt: skip
    return None


# Brands of the containers that phones use (ISO/IEC 23008-12), in lower case.
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_MARKUP = (b"<html", b"<!doctype", b"<script", b"<?php")


def _opened(data: bytes) -> Image.Image:
    """The picture whose header has been read, and no more; its size is one that we take."""
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise InvalidValue(
            _l("Ce fichier n’est pas une image JPEG, PNG, WebP ou GIF. Choisissez-en un autre.")
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidValue(_too_many_pixels()) from error
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise InvalidValue(_too_many_pixels())
    if min(width, height) < LEAST_SIDE:
        raise InvalidValue(
            _l("Cette image est trop petite : %(side)s pixels de côté au moins.", side=LEAST_SIDE)
        )
    return image


def _too_many_pixels() -> LazyString:
    return _l(
        "Cette image est trop grande : %(most)s millions de pixels au plus. Réduisez-la, puis recommencez.",
        most=MOST_PIXELS // 1_000_000,
    )


def _scans(data: bytes) -> int:
    """How many passes a JPEG asks for, by its markers up to the end of its first picture."""
    count, at = 0, data.find(b"\xff\xd8") + 2
    while (found := _MARKER.search(data, at)) and found[0] != b"\xff\xd9":
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        count += found[0] == b"\xff\xda"
    return count


# Begins a segment, whose length follows; within a pass FF is followed by 00 or a restart.
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")


# ---- pixels


def _decoded(data: bytes, is_photo: bool, window: Window | None) -> Image.Image:
    """The part that is kept, upright, in the colours of screens, as RGB or RGBA."""
    try:
        image = _opened(data)
        if image.format in {"JPEG", "MPO"} and _scans(data) > MOST_SCANS:
            raise ValueError("a JPEG of too many passes")  # noqa: TRY301  # Refused like other damage.
        profile = image.info.get("icc_profile")
        image.load()  # The first frame, of those that move.
        ImageOps.exif_transpose(image, in_place=True)
        image = _fitted(_direct(image), _box(image.size, is_photo, window))
        return _in_screen_colours(image, profile)
    except InvalidValue:
        raise
    except Exception as error:  # A file made to harm can make a decoder raise anything.
        raise InvalidValue(
            _l("Cette image est incomplète ou abîmée. Enregistrez-la à nouveau, puis recommencez.")
        ) from error


def _direct(image: Image.Image) -> Image.Image:
    """Without palette, 16-bit levels or a colour that stands for « transparent »: these cannot be
    made smaller smoothly."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in {"P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _box(size: tuple[int, int], is_photo: bool, window: Window | None) -> tuple[int, int, int, int]:
    """The part to keep, in pixels, inside the picture and nowhere smaller than LEAST_SIDE."""
    width, height = size
    window = window or Window(0, 0, 1, 1)
    left, right = _span(window.left * width, window.right * width, width)
    top, bottom = _span(window.top * height, window.bottom * height, height)
    if is_photo:
        side = min(right - left, bottom - top)
        left += (right - left - side) // 2
        top += (bottom - top - side) // 2
        right, bottom = left + side, top + side
    return left, top, right, bottom


def _fitted(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The part in the box, as large as is kept; without a copy of what is not."""
    width, height = box[2] - box[0], box[3] - box[1]
    scale = SIDES[Size.LARGE] / max(width, height)
    if scale >= 1:
        return image.crop(box)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _span(start: float, end: float, length: int) -> tuple[int, int]:
    first = min(max(0, round(start)), length - LEAST_SIDE)
    return first, min(length, max(round(end), first + LEAST_SIDE))


def _in_screen_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA, by the colour profile where there is a sound one."""
    alpha = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    opaque = image.convert("RGB") if alpha is not None else image
    converted = _by_profile(opaque, profile) if profile else opaque.convert("RGB")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """RGB; where the profile is broken or made for other colours, as if there were none."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return converted or image.convert("RGB")


# ---- bytes


def _encoded(image: Image.Image, *, is_photo: bool) -> Picture:
    image.info.clear()  # What Pillow would write along: profile, EXIF, comments.
    if image.mode == "RGBA" and (is_photo or image.getchannel("A").getextrema()[0] == 255):
        image = _on_white(image)
    small = image.copy()
    small.thumbnail((SIDES[Size.SMALL],) * 2, Image.Resampling.LANCZOS)
    files = {
        Size.LARGE: _webp(image, is_photo=is_photo),
        Size.SMALL: _webp(small, is_photo=is_photo),
    }
    name = hashlib.sha256(files[Size.LARGE]).hexdigest()
    return Picture(name, image.width, image.height, files)


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _webp(image: Image.Image, *, is_photo: bool) -> bytes:
    """Flat colours of a logo stay as they are; what is a photo is written as one."""
    if not is_photo:
        exact = _saved(image, lossless=True)
        if len(exact) <= HEAVIEST_LOSSLESS:
            return exact
    return _saved(image, quality=85)


def _saved(image: Image.Image, **options: object) -> bytes:
    output = io.BytesIO()
    image.save(output, "WEBP", method=4, **options)
    return output.getvalue()


def smaller(large: bytes) -> bytes:
    """The small size of a picture, from the large one that we wrote ourselves."""
    with _one_at_a_time, Image.open(io.BytesIO(large), formats=["WEBP"]) as image:
        image.thumbnail((SIDES[Size.SMALL],) * 2, Image.Resampling.LANCZOS)
        return _webp(image, is_photo=False)


def as_jpeg(large: bytes) -> bytes:
    """A picture of ours as PDF documents hold it: on white, as JPEG."""
    with _one_at_a_time, Image.open(io.BytesIO(large), formats=["WEBP"]) as image:
        flat = _on_white(image.convert("RGBA"))
    output = io.BytesIO()
    flat.save(output, "JPEG", quality=92, subsampling=0)
    return output.getvalue()
