"""The pop-ups of « Gestion des tags » that keep doubles out: near labels, merge, former labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import undo
from app.core.rules import Refused
from app.extensions import db
from app.history.models import Batch
from app.tags.models import Module, Tag
from app.tags.naming import update_tag
from app.tags.operations import add_to, aliases_of, create_tag, trash_tag, usage
from tests.factories import make_company, make_contact, make_tag
from tests.pages import dialog_errors, filled, parse, rows

SignIn = Callable[[str], FlaskClient]
TAGS = "/crm/tags/"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def person(login_as: SignIn) -> FlaskClient:
    return login_as("manager")


def live() -> list[str]:
    db.session.expire_all()
    statement = select(Tag.label).where(Tag.trashed_at.is_(None)).order_by(Tag.folded)
    return list(db.session.scalars(statement))


def post(person: FlaskClient, path: str, **typed: Any) -> Any:
    return person.post(path, data=filled(person.get(path).text, **typed))


def take_back(person: FlaskClient) -> None:
    form = parse(person.get(TAGS).text).one(id="toasts").one("form")
    person.post(form.attributes["action"])


def test_a_near_label_is_asked_about_once(person: FlaskClient, admin: Account) -> None:
    add_to(make_tag("Partenaires"), [make_company().id], by=admin)
    db.session.commit()
    asked = post(person, f"{TAGS}new", label="Partenaire")
    assert asked.status_code == 422
    assert "existe peut-être déjà" in asked.text
    assert "existe déjà : 1 fiche" in asked.text
    assert live() == ["Partenaires"]
    again = person.post(f"{TAGS}new", data=filled(asked.text))
    assert again.status_code == 303
    assert live() == ["Partenaire", "Partenaires"]


def test_near_labels_are_shown_while_one_types(person: FlaskClient) -> None:
    make_tag("Salons étudiants")
    form = {"module": "company", "label": "salon etudiant"}
    assert "Salons étudiants" in person.post(f"{TAGS}near", data=form).text
    other = person.post(f"{TAGS}near", data={**form, "module": "contact"})
    assert "Salons étudiants" not in other.text


def test_a_merge_says_what_it_touches_is_done_and_taken_back(
    person: FlaskClient, admin: Account
) -> None:
    loser, survivor = make_tag("Partenaires"), make_tag("Mécènes")
    both = [make_company().id for _ in range(3)]
    add_to(loser, both[:2], by=admin)
    add_to(survivor, both[1:], by=admin)
    db.session.commit()
    path = f"{TAGS}{loser.id}/merge"
    foreseen = person.post(f"{path}/foreseen", data={"into_text": "mecenes"}).text
    assert "3 fiches porteront « Mécènes »" in foreseen
    assert post(person, path, into_text="mecenes").status_code == 303
    assert live() == ["Mécènes"]
    assert usage(survivor) == 3
    take_back(person)
    assert live() == ["Mécènes", "Partenaires"]
    assert set(rows(person.get(f"/crm/companies/?tag={loser.id}").text)) == set(both[:2])


@pytest.mark.parametrize("into", ["", "Personne", "Un", "Du contact", "x" * 101])
def test_a_merge_into_nothing_is_refused_at_its_field(person: FlaskClient, into: str) -> None:
    tag = make_tag("Un")
    make_tag("Du contact", Module.CONTACT)
    answer = post(person, f"{TAGS}{tag.id}/merge", into_text=into)
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"into_text"}
    assert "Un" in live()


def test_a_merge_that_was_done_meanwhile_is_told(person: FlaskClient) -> None:
    loser, survivor = make_tag("Un"), make_tag("Deux")
    path = f"{TAGS}{loser.id}/merge"
    form = filled(person.get(path).text, into_text=survivor.label)
    second = filled(person.get(path).text, into_text=survivor.label)
    assert person.post(path, data=form).status_code == 303
    assert person.post(path, data=second).status_code == 303
    assert "est déjà fusionné avec « Deux »" in person.get(TAGS).text


def test_pairs_are_proposed_and_what_is_not_the_same_is_remembered(person: FlaskClient) -> None:
    first, second = make_tag("Partenaire"), make_tag("Partenaires")
    page = person.get(f"{TAGS}alike", headers=FRAGMENT).text
    assert f"/crm/tags/{second.id}/merge?into={first.id}" in page
    answer = person.post(f"{TAGS}{first.id}/not-same", data={"other": second.id})
    assert answer.status_code == 303
    assert "Aucun tag ne ressemble" in person.get(f"{TAGS}alike").text
    for other in ("", "x"):
        assert person.post(f"{TAGS}{first.id}/not-same", data={"other": other}).status_code == 400


def test_former_labels_are_added_and_removed_in_the_pop_up(person: FlaskClient) -> None:
    tag = make_tag("Donateur")
    make_tag("Autre")
    path = f"{TAGS}{tag.id}/edit"
    assert post(person, path, aliases="Mécène\r\n mecene \r\n\r\nBienfaiteur").status_code == 303
    assert aliases_of(tag) == ["Bienfaiteur", "Mécène"]
    assert post(person, path, aliases="Mécène").status_code == 303
    assert aliases_of(tag) == ["Mécène"]
    refused = post(person, path, aliases="Mécène\nAUTRE")
    assert set(dialog_errors(refused.text)) == {"aliases"}
    last = db.session.scalars(select(Batch).order_by(Batch.id.desc())).first()
    person.post(f"/crm/bin/{last.id}/undo")  # type: ignore[union-attr]
    db.session.expire_all()
    assert aliases_of(tag) == ["Bienfaiteur", "Mécène"]


def test_a_new_label_that_was_a_former_one_of_another_is_refused(person: FlaskClient, admin: Account) -> None:  # fmt: skip
    update_tag(make_tag("Mécène"), label="Donateur", colour="blue", by=admin)
    db.session.commit()
    answer = post(person, f"{TAGS}new", label="mecene")
    assert "existe déjà" in dialog_errors(answer.text)["label"]


# ---- taking a change of label back


def renamed(tag: Tag, label: str, by: Account, **more: Any) -> Batch:
    batch = update_tag(tag, label=label, colour="red", by=by, **more)
    assert batch is not None
    return batch


def test_a_rename_is_taken_back_whole(admin: Account) -> None:
    tag = make_tag("Mécène")
    undo(renamed(tag, "Donateur", admin), by=admin)
    assert (tag.label, tag.colour, aliases_of(tag)) == ("Mécène", "blue", [])


@pytest.mark.parametrize("deed", ["changed", "taken", "deleted"])
def test_a_rename_that_something_follows_is_not_taken_back(admin: Account, deed: str) -> None:
    tag = make_tag("Mécène")
    batch = renamed(tag, "Donateur", admin)
    if deed == "changed":
        renamed(tag, "Ami", admin)
    elif deed == "taken":
        renamed(tag, "Donateur", admin, aliases=[])
        create_tag(Module.COMPANY, "Mécène", by=admin)
    else:
        trash_tag(tag, by=admin)
    with pytest.raises(Refused):
        undo(batch, by=admin)


# ---- on sheets and lists


def test_a_tag_added_to_a_sheet_is_taken_back(person: FlaskClient) -> None:
    contact = make_contact()
    path = f"/crm/contacts/{contact.id}/tags"
    make_tag("VIP", Module.CONTACT)
    assert "<datalist" in person.get(path).text
    assert person.post(path, data={"tag_text": "vip"}).status_code == 303
    form = parse(person.get(f"/crm/contacts/{contact.id}/").text).one(id="toasts").one("form")
    person.post(form.attributes["action"])
    db.session.expire_all()
    assert contact.tags == []


def test_counts_are_of_live_records_and_sort_the_list(person: FlaskClient, admin: Account) -> None:
    busy, idle, gone = make_tag("Busy"), make_tag("Idle"), make_tag("Gone", Module.CONTACT)
    add_to(busy, [make_company().id, make_company().id], by=admin)
    trashed = make_contact()
    add_to(gone, [trashed.id], by=admin)
    trashed.trashed_at = trashed.created_at
    add_to(idle, [make_company().id], by=admin)
    db.session.commit()
    assert rows(person.get(f"{TAGS}?sort=-count").text) == [busy.id, idle.id, gone.id]
    page = parse(person.get(TAGS).text)
    shown = page.one("tr", data_id=str(gone.id)).all(role="cell")[1]
    assert shown.text == "0"


def test_the_picker_knows_former_and_near_labels(person: FlaskClient, admin: Account) -> None:
    update_tag(make_tag("Mécène"), label="Donateur", colour="blue", by=admin)
    db.session.commit()
    (found,) = person.get("/crm/pick/tag?module=company&q=mecene").json["results"]  # type: ignore[index]
    assert (found["label"], found["exact"]) == ("Donateur", True)
    assert "(anciennement Mécène)" in found["detail"]
