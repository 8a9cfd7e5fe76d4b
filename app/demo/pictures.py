"""Logos and photos of the demonstration: drawn here from shapes and initials; they are nobody's."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TypeVar

from anyascii import anyascii
from PIL import Image, ImageDraw, ImageFont

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact
from app.core.text import initials, sort_key
from app.demo.journal import Journal
from app.demo.people import Inventor
from app.history.actions import Subject
from app.history.operations import Named
from app.images.decoding import Picture, read_picture
from app.images.operations import PLACES, keep_image

Record = TypeVar("Record", Company, Contact)

# Of the records at the top of a list so many in a hundred bear a picture, and so many of the others.
AT_THE_TOP, SHARE, ELSEWHERE = 50, 0.4, 25
SIDE, FINER = 256, 2  # Pixels; drawn larger, so that the edges are smooth.
DRAWN = SIDE * FINER
INKS = ("#0f5c7a", "#b3261e", "#1d6b34", "#5c3596", "#93265c", "#0e5f55", "#7d4f06", "#20305c")
PAPERS = ("#f4d9b0", "#cfe3d4", "#d6d9f0", "#f2cfd2", "#cfe6ee", "#e9e1c9", "#e2d3ea")
SKINS = ("#f3d0b5", "#e3b18c", "#c68b62", "#9a643f", "#70452b")
HAIRS = ("#2b211c", "#5a3a22", "#8f5f2e", "#c99a4b", "#8b8680", "#d8d4cc")


def add_pictures(
    invent: Inventor, lines: Journal, firms: Sequence[Company], people: Sequence[Contact],
    staff: Sequence[Account],
) -> None:  # fmt: skip
    """Give some records a picture, before they are inserted themselves."""
    for company in _chosen(invent, firms, lambda one: sort_key(one.name)):
        _bear(invent, lines, company, Subject.COMPANY, _logo(invent, company.name), staff)
    for contact in _chosen(invent, people, lambda one: sort_key(one.last_name)):
        _bear(invent, lines, contact, Subject.CONTACT, _photo(invent), staff)


def _chosen(
    invent: Inventor, records: Sequence[Record], key: Callable[[Record], str]
) -> list[Record]:
    ordered = sorted(records, key=key)
    top, rest = ordered[:AT_THE_TOP], ordered[AT_THE_TOP:]
    return [one for one in top if invent.chance(SHARE)] + invent.random.sample(rest, ELSEWHERE)


def _bear(
    invent: Inventor, lines: Journal, record: Company | Contact, subject: Subject,
    picture: Picture, staff: Sequence[Account],
) -> None:  # fmt: skip
    place, by = PLACES[subject], invent.random.choice(staff)
    image = keep_image(picture, by=by)
    setattr(record, place.column, image.id)
    at = invent.after(record.created_at)
    if at > record.updated_at:
        record.updated_at, record.updated_by_id = at, by.id
    lines.add(place.added, subject, record.id, at=at, by=by.id,
              changes={place.field: (None, Named(image.id, "image"))})  # fmt: skip


def _file(image: Image.Image) -> bytes:
    """A drawing as somebody would send it."""
    output = io.BytesIO()
    smooth = image.resize((image.width // FINER, image.height // FINER), Image.Resampling.LANCZOS)
    smooth.save(output, "PNG", compress_level=1)
    return output.getvalue()


def _logo(invent: Inventor, name: str) -> Picture:
    """A shape with the initials in it; every third one is wide, with a band at its side."""
    choose = invent.random.choice
    ink, paper, is_wide = choose(INKS), choose(PAPERS), invent.chance(0.3)
    image = Image.new("RGBA", (DRAWN * (2 if is_wide else 1), DRAWN), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    _shape(draw, choose(("disc", "square", "diamond", "ring")), ink)
    if is_wide:
        for row, length in enumerate((0.95, 0.75, 0.85)):
            top = DRAWN * (0.22 + 0.22 * row)
            draw.rounded_rectangle(
                (DRAWN * 1.08, top, DRAWN * (1 + length), top + DRAWN * 0.12), 24,
                fill=ink if row == 0 else paper,
            )  # fmt: skip
    font = ImageFont.load_default(DRAWN * 0.34)
    letters = anyascii(initials(name)).upper()[:2] or "X"
    draw.text((DRAWN / 2, DRAWN / 2), letters, fill="white", font=font, anchor="mm")
    return read_picture(_file(image), is_photo=False)


def _shape(draw: ImageDraw.ImageDraw, shape: str, ink: str) -> None:
    near, far, middle = DRAWN * 0.06, DRAWN * 0.94, DRAWN / 2
    box = (near, near, far, far)
    if shape == "square":
        draw.rounded_rectangle(box, DRAWN * 0.18, fill=ink)
    elif shape == "diamond":
        draw.polygon(((middle, 0), (DRAWN, middle), (middle, DRAWN), (0, middle)), fill=ink)
    else:
        draw.ellipse(box, fill=ink)
    if shape == "ring":
        draw.ellipse((near * 2, near * 2, far - near, far - near), outline="white", width=10)


def _photo(invent: Inventor) -> Picture:
    """Shoulders, a head without a face, hair: a person whom nobody is."""
    choose = invent.random.choice
    image = Image.new("RGB", (DRAWN, DRAWN), choose(PAPERS))
    draw, hair, is_long = ImageDraw.Draw(image), choose(HAIRS), invent.chance(0.5)
    if is_long:
        _ellipse(draw, (0.27, 0.14, 0.73, 0.78), hair)
    _ellipse(draw, (0.12, 0.72, 0.88, 1.5), choose(INKS))
    skin = choose(SKINS)
    _ellipse(draw, (0.42, 0.5, 0.58, 0.82), skin)
    _ellipse(draw, (0.31, 0.2, 0.69, 0.68), skin)
    draw.pieslice(_box(0.29, 0.15, 0.71, 0.56), 180, 360, fill=hair)
    if is_long:
        _ellipse(draw, (0.27, 0.3, 0.36, 0.74), hair)
        _ellipse(draw, (0.64, 0.3, 0.73, 0.74), hair)
    return read_picture(_file(image), is_photo=True)


def _box(*shares: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = (share * DRAWN for share in shares)
    return left, top, right, bottom


def _ellipse(
    draw: ImageDraw.ImageDraw, shares: tuple[float, float, float, float], fill: str
) -> None:
    draw.ellipse(_box(*shares), fill=fill)
