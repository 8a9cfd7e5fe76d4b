"""« Annuler » after a deed on one sheet, and what it answers when it cannot be any more."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company, Establishment
from app.companies.sites import reopen_establishment
from app.contacts.association import link_account
from app.contacts.models import Contact
from app.extensions import db
from app.history.actions import Subject
from app.jobs.operations import ask
from tests.conftest import account_named
from tests.factories import make_contact
from tests.pages import filled, parse

SignIn = Callable[[str], FlaskClient]


def undo_offered(person: FlaskClient, path: str) -> tuple[str, str]:
    """What the toast of the next page says, and where its « Annuler » leads."""
    # The last is the model that scripts copy.
    toast = parse(person.get(path).text).all(css="toast-note")[0]
    return toast.one(css="toast-note__text").text, toast.one("form").attributes["action"]


def said(person: FlaskClient, path: str) -> str:
    page = parse(person.get(path).text)
    found = (*page.all(css="toast-note__text"), *page.all(css="notice__text"))
    return " ".join(one.text for one in found)


def test_an_account_that_was_untied_is_tied_again(
    full: Company, person: Contact, login_as: SignIn
) -> None:
    editor, sheet = login_as("editor"), f"/crm/contacts/{person.id}/"
    graduate = account_named("graduate").id
    editor.post(f"{sheet}account/unlink")
    text, undo = undo_offered(editor, sheet)
    assert text == "Compte dissocié."
    db.session.expire_all()
    assert person.account_id is None
    editor.post(undo)
    db.session.expire_all()
    assert person.account_id == graduate
    assert "L’action a été annulée." in said(editor, sheet)


def test_an_account_that_was_tied_elsewhere_since_is_not_taken(
    full: Company, person: Contact, login_as: SignIn, admin: Account
) -> None:
    editor, sheet = login_as("editor"), f"/crm/contacts/{person.id}/"
    editor.post(f"{sheet}account/unlink")
    _text, undo = undo_offered(editor, sheet)
    link_account(make_contact(last_name="Autre"), account_named("graduate"), by=admin)
    db.session.commit()
    editor.post(undo)
    db.session.expire_all()
    assert person.account_id is None
    assert "Ce compte est déjà associé à « Claire Autre »" in said(editor, sheet)


def test_a_site_that_was_closed_opens_again_and_only_once(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    found = select(Establishment).where(Establishment.city == "Tours")
    site = db.session.scalars(found).one()
    editor, sheet = login_as("editor"), f"/crm/companies/{full.id}/"
    close = f"{sheet}sites/{site.id}/close"
    editor.post(close, data=filled(editor.get(close).text))
    text, undo = undo_offered(editor, sheet)
    assert text == "Établissement fermé."
    db.session.expire_all()
    assert site.closed_on is not None
    editor.post(undo)
    db.session.expire_all()
    assert site.closed_on is None
    editor.post(undo)
    assert "déjà été annulée" in said(editor, sheet)


def test_a_site_opened_meanwhile_is_left(full: Company, login_as: SignIn, admin: Account) -> None:
    site = db.session.scalars(select(Establishment).where(Establishment.city == "Tours")).one()
    editor, sheet = login_as("editor"), f"/crm/companies/{full.id}/"
    close = f"{sheet}sites/{site.id}/close"
    editor.post(close, data=filled(editor.get(close).text))
    _text, undo = undo_offered(editor, sheet)
    db.session.expire_all()
    reopen_establishment(site, by=admin)
    db.session.commit()
    editor.post(undo)
    assert "a changé entre-temps" in said(editor, sheet)


def test_a_tag_taken_off_a_sheet_is_put_back(full: Company, login_as: SignIn) -> None:
    editor, sheet = login_as("editor"), f"/crm/companies/{full.id}/"
    tag = full.tags[0]
    editor.post(f"{sheet}tags/{tag.id}/remove")
    text, undo = undo_offered(editor, sheet)
    assert text == "Tag « Partenaire » retiré."
    db.session.expire_all()
    assert full.tags == []
    editor.post(undo)
    db.session.expire_all()
    assert full.tags == [tag]


def test_what_a_job_is_still_doing_is_not_taken_back(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    ask("bulk", by=admin, arguments={}, ids=[full.id], batch=batch)
    db.session.commit()
    manager = login_as("manager")
    for path in (f"/crm/bin/{batch.id}/restore", f"/crm/bin/{batch.id}/undo"):
        manager.post(path)
        assert "encore en cours" in said(manager, "/crm/bin/")
    db.session.expire_all()
    assert full.is_trashed
