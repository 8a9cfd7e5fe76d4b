"""What is taken as a picture and what is not, and what is left of what was sent."""

from __future__ import annotations

import contextlib
import hashlib
import io
import time
import zipfile
from typing import Any

import pytest
from PIL import Image, ImageCms

from app.core.errors import InvalidValue
from app.images.decoding import (
    HEAVIEST,
    SIDES,
    Picture,
    Size,
    TooHeavy,
    Window,
    as_jpeg,
    read_picture,
    smaller,
)
from tests.images.samples import (
    bomb,
    drawn,
    moving,
    opened,
    photographed,
    picture,
    transparent,
)

RED, BLUE = (254, 0, 0), (0, 0, 254)


def logo(data: bytes, window: Window | None = None) -> Picture:
    return read_picture(data, is_photo=False, window=window)


def photo(data: bytes, window: Window | None = None) -> Picture:
    return read_picture(data, is_photo=True, window=window)


def large(found: Picture) -> Image.Image:
    return opened(found.files[Size.LARGE])


def like(found: Any, wanted: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(found, wanted, strict=False))


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidValue) as refused:
        logo(data)
    return str(refused.value)


# ---- taken


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}), ("JPEG", "L", {}), ("JPEG", "CMYK", {}), ("JPEG", "RGB", {"progressive": True}),
        ("PNG", "RGB", {}), ("PNG", "RGBA", {}), ("PNG", "P", {}), ("PNG", "L", {}), ("PNG", "LA", {}),
        ("PNG", "1", {}), ("WEBP", "RGB", {}), ("WEBP", "RGBA", {"lossless": True}), ("GIF", "P", {}),
        ("GIF", "L", {}),
    ],
)  # fmt: skip
def test_each_kind_of_picture_is_taken_in_each_of_its_modes(
    kind: str, mode: str, options: dict[str, Any]
) -> None:
    found = logo(picture(kind, mode=mode, **options))
    assert (found.width, found.height) == (400, 300) == large(found).size
    assert large(found).format == "WEBP"
    if mode in {"RGB", "RGBA", "P"}:
        assert like(large(found).convert("RGB").getpixel((20, 150)), RED)
        assert like(large(found).convert("RGB").getpixel((380, 150)), BLUE)


def test_the_name_is_the_hash_of_what_is_kept_and_the_same_each_time() -> None:
    first, second = logo(picture()), logo(picture())
    assert first.sha256 == hashlib.sha256(first.files[Size.LARGE]).hexdigest() == second.sha256
    assert first.sha256 != photo(picture()).sha256


def test_a_large_picture_is_made_smaller_and_a_small_one_stays() -> None:
    found = logo(picture("JPEG", (3000, 1500)))
    assert large(found).size == (SIDES[Size.LARGE], SIDES[Size.LARGE] // 2)
    assert opened(found.files[Size.SMALL]).size == (SIDES[Size.SMALL], SIDES[Size.SMALL] // 2)
    tiny = logo(picture("PNG", (40, 20)))
    assert large(tiny).size == opened(tiny.files[Size.SMALL]).size == (40, 20)
    assert smaller(found.files[Size.LARGE])[:4] == b"RIFF"


def test_a_photo_is_the_middle_square() -> None:
    found = photo(picture("JPEG", (800, 400)))
    assert large(found).size == (400, 400)
    assert like(large(found).getpixel((100, 380)), RED)
    assert like(large(found).getpixel((300, 380)), BLUE)


def test_a_photo_is_the_part_that_was_chosen() -> None:
    left = photo(picture("JPEG", (800, 400)), Window(0, 0.25, 0.25, 0.75))
    assert large(left).size == (200, 200)
    assert like(large(left).getpixel((10, 190)), RED)
    assert like(large(left).getpixel((190, 10)), RED)


@pytest.mark.parametrize(
    "window",
    [Window(-5, -5, 6, 6), Window(0.999, 0.999, 1, 1), Window(3, 3, 4, 4), Window(-9, -9, -8, -8)],
)
def test_a_window_beyond_the_picture_is_brought_back_into_it(window: Window) -> None:
    assert min(large(logo(picture(), window)).size) >= 16
    square = large(photo(picture(), window))
    assert square.width == square.height >= 16


def test_a_logo_keeps_what_is_see_through_and_a_photo_is_on_white() -> None:
    found = large(logo(transparent()))
    assert found.mode == "RGBA"
    assert found.getpixel((290, 50))[3] == 0  # type: ignore[index]
    assert found.getpixel((50, 50))[3] == 255  # type: ignore[index]
    assert large(photo(transparent((300, 300)))).getpixel((290, 290)) == (255, 255, 255)
    assert large(logo(picture(mode="RGBA"))).mode == "RGB"  # Nothing shows through it.
    assert opened(as_jpeg(logo(transparent()).files[Size.LARGE])).mode == "RGB"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_picture_that_moves_the_first_frame_is_kept(kind: str) -> None:
    found = large(logo(moving(kind)))
    assert getattr(found, "n_frames", 1) == 1
    assert like(found.convert("RGB").getpixel((30, 30)), (255, 0, 0))


def test_the_first_view_of_a_photo_of_several_views_is_kept() -> None:
    output = io.BytesIO()
    drawn().save(output, "MPO", save_all=True, append_images=[drawn((50, 50))])
    assert (logo(output.getvalue()).width, opened(output.getvalue()).format) == (400, "MPO")


def test_a_png_of_16_bits_keeps_its_levels() -> None:
    output = io.BytesIO()
    Image.new("I;16", (64, 64), 32_768).save(output, "PNG")
    assert like(large(logo(output.getvalue())).convert("RGB").getpixel((5, 5)), (128, 128, 128), 2)


def test_a_colour_that_stands_for_nothing_is_see_through() -> None:
    found = large(logo(picture("PNG", transparency=(255, 0, 0))))
    assert found.getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_a_profile_is_followed_and_a_broken_one_is_left_aside() -> None:
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), other, b"nonsense"):  # fmt: skip
        found = large(logo(picture("PNG", icc_profile=profile)))
        assert like(found.getpixel((20, 150)), RED)
        assert "icc_profile" not in found.info


# ---- what is left of what was sent


def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken() -> None:
    sent = photographed((400, 300), orientation=6)
    assert opened(sent).getexif()
    found = logo(sent)
    assert large(found).size == (300, 400)
    assert like(large(found).getpixel((150, 20)), RED)  # What was at its left is now above.
    for data in found.files.values():
        assert not opened(data).getexif()
        assert not any(mark in data for mark in (b"Exif", b"EXIF", b"XMP ", b"ICCP", b"Telephone", b"secret"))  # fmt: skip


def test_what_is_hidden_behind_a_picture_does_not_stay() -> None:
    script = b"<script>alert(1)</script>"
    found = logo(picture("JPEG") + b"\0" * 2000 + script)
    assert not any(script in data for data in found.files.values())


# ---- refused


def zipped() -> bytes:
    output = io.BytesIO(picture("GIF"))
    output.seek(0, io.SEEK_END)
    with zipfile.ZipFile(output, "a") as archive:
        archive.writestr("evil.html", "x")
    return output.getvalue()


def saved_as(kind: str, mode: str = "RGB") -> bytes:
    output = io.BytesIO()
    drawn(mode=mode).save(output, kind)
    return output.getvalue()


NOT_A_PICTURE = "n’est pas une image JPEG, PNG, WebP ou GIF"
ELSE = "autre chose qu’une image"
DAMAGED = "incomplète ou abîmée"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "vide"),
        (b"plain words of a text named photo.jpg", NOT_A_PICTURE),
        (b"\x89PNG\r\n\x1a\n", NOT_A_PICTURE),
        (b"\xff\xd8\xff", NOT_A_PICTURE),
        (b"MZ\x90\0" + b"\0" * 200, NOT_A_PICTURE),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\xef\xbb\xbf  <SVG onload=alert(1)>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif", NOT_A_PICTURE),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9", NOT_A_PICTURE),
        (b"GIF89a/*<script>*/=1;alert(1)", ELSE),
    ],
    ids=lambda value: value[:16].hex() if isinstance(value, bytes) else None,
)
def test_what_is_no_picture_is_refused(data: bytes, why: str) -> None:
    assert why in refusal(data)


@pytest.mark.parametrize(
    "kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "EPS", "JPEG2000", "AVIF"]
)
def test_other_kinds_of_pictures_are_refused(kind: str) -> None:
    assert NOT_A_PICTURE in refusal(saved_as(kind))


def test_a_pdf_made_of_a_picture_is_refused() -> None:
    assert "PDF" in refusal(saved_as("PDF"))


def test_two_files_in_one_are_refused() -> None:
    assert ELSE in refusal(zipped())
    assert ELSE in refusal(picture("JPEG", comment=b"<?php system($_GET[0]); ?>"))
    assert "PDF" in refusal(picture("JPEG", comment=b"%PDF-1.4"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_stops_too_early_is_refused(kind: str) -> None:
    whole = picture(kind, (600, 400))
    for share in (0.3, 0.7):
        assert DAMAGED in refusal(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_with_any_byte_wrong_is_taken_or_refused_and_breaks_nothing(kind: str) -> None:
    whole = picture(kind, (48, 48))
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        with contextlib.suppress(InvalidValue):
            assert logo(broken).width


@pytest.mark.parametrize(("width", "height"), [(6000, 5000), (9_000, 8_000), (60_000, 60_000)])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(width: int, height: int) -> None:
    assert "25 millions de pixels" in refusal(bomb(width, height))


def test_a_gif_that_grows_is_refused_by_its_header() -> None:
    data = bytearray(picture("GIF", (64, 64), "P"))
    data[6:10] = b"\xff\xff\xff\xff"  # 65,535 × 65,535.
    assert "25 millions de pixels" in refusal(bytes(data))


def test_a_webp_whose_canvas_is_huge_is_refused_by_its_header() -> None:
    data = bytearray(moving("WEBP"))
    canvas = data.index(b"VP8X") + 12
    data[canvas : canvas + 6] = (16_382).to_bytes(3, "little") * 2
    assert "25 millions de pixels" in refusal(bytes(data))


def passes(number: int, trailer: bytes = b"") -> bytes:
    """A progressive JPEG with its last pass repeated; each costs a few bytes and much time."""
    output = io.BytesIO()
    Image.new("L", (3000, 3000), 90).save(output, "JPEG", progressive=True, exif=preview())
    whole = output.getvalue()
    last, end = whole.rindex(b"\xff\xda"), whole.rindex(b"\xff\xd9")
    return whole[:end] + whole[last:end] * number + whole[end:] + trailer


def preview() -> bytes:
    """A comment in which passes seem to begin, as those of a small preview do."""
    return b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + b"\xff\xda" * 200


def test_a_jpeg_of_countless_passes_is_refused_before_they_are_made() -> None:
    started = time.process_time()
    assert DAMAGED in refusal(passes(5_000))
    assert time.process_time() - started < 2
    assert logo(passes(2, trailer=b"\xff\xda" * 1_000)).width == SIDES[Size.LARGE]


def test_the_largest_picture_is_taken() -> None:
    assert logo(picture("JPEG", (5000, 5000))).width == SIDES[Size.LARGE]


def test_a_tiny_picture_is_refused() -> None:
    assert "trop petite" in refusal(picture("GIF", (1, 1)))
    assert "trop petite" in refusal(picture("PNG", (400, 15)))


def test_a_heavy_file_is_refused_before_anything_is_looked_at() -> None:
    with pytest.raises(TooHeavy) as refused:
        logo(b"\0" * (HEAVIEST + 1))
    assert "5\u00a0Mo" in str(refused.value)
    assert logo(picture("JPEG") + b"\0" * (HEAVIEST - 20_000)).width == 400
