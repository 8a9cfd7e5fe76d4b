"""The logo and the photo on the printed sheets."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from app.accounts.models import Account
from app.companies.printing import company_pdf
from app.contacts.printing import contact_pdf
from app.extensions import db
from app.history.actions import Subject
from app.images import store
from app.images.decoding import Size
from app.images.operations import set_image
from app.images.printing import HIGHEST, WIDEST, printed_image
from tests.factories import make_company, make_contact
from tests.images.conftest import image_of, read
from tests.images.samples import picture, transparent


@pytest.fixture(autouse=True)
def within_a_request(app) -> Iterator[None]:
    with app.test_request_context("/crm/companies/"):
        yield


def with_picture(record, data: bytes, subject: Subject, by: Account):
    set_image(record, read(data, subject), subject=subject, seen=None, by=by)
    db.session.commit()
    return record


def pictures(pdf: bytes) -> list[tuple[int, int]]:
    return [image.image.size for image in PdfReader(io.BytesIO(pdf)).pages[0].images]


def test_both_sheets_print_the_picture_beside_the_name(editor: Account):
    company = with_picture(make_company(name="Œuvre"), transparent(), Subject.COMPANY, editor)
    contact = with_picture(make_contact(last_name="Łukasz"), picture(), Subject.CONTACT, editor)
    for pdf, name, size in (
        (company_pdf(company, editor), "Œuvre", (300, 100)),
        (contact_pdf(contact, editor), "Łukasz", (300, 300)),
    ):
        assert pictures(pdf) == [size]
        text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert name in text
        assert "Non renseigné" in text


def test_a_sheet_without_a_picture_prints_as_before(editor: Account):
    assert pictures(company_pdf(make_company(), editor)) == []
    assert pictures(contact_pdf(make_contact(), editor)) == []


def test_a_picture_whose_file_is_gone_stops_no_printing(editor: Account):
    company = with_picture(make_company(), picture("PNG", (77, 78)), Subject.COMPANY, editor)
    path = store.path_of(image_of(company).sha256, Size.LARGE)
    data = path.read_bytes()
    path.unlink()
    assert pictures(company_pdf(company, editor)) == []
    path.write_bytes(data)
    assert pictures(company_pdf(company, editor)) == [(77, 78)]


def test_a_picture_of_any_shape_fits_into_its_place(editor: Account):
    for size in ((512, 16), (16, 512), (512, 512), (20, 20)):
        company = with_picture(make_company(), picture("PNG", size), Subject.COMPANY, editor)
        found = printed_image(company.logo_id)
        assert found is not None
        assert 1 <= found.width <= WIDEST
        assert 1 <= found.height <= HIGHEST


def test_a_long_name_leaves_the_picture_its_place(editor: Account):
    name = "Compagnie " * 18 + "X" * 20
    company = with_picture(make_company(name=name[:200]), picture(), Subject.COMPANY, editor)
    assert pictures(company_pdf(company, editor)) == [(400, 300)]
