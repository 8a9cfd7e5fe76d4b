"""« Corbeille »: what it lists, what comes back from it, what goes for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app.accounts.models import Account
from app.bin.operations import trash, undo
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.identifiers import format_siret
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.images.operations import remove_image
from app.jobs.runner import Worker
from app.notes.operations import remove_note, write_note
from app.notes.queries import Owner
from app.permissions import Permission, View
from app.tags.models import company_tag
from app.tags.operations import bulk_add, trash_tag
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, stored_image
from tests.pages import parse, rows

SignIn = Callable[[str], FlaskClient]


def trashed(names: list[str], by: Account) -> Batch:
    batch = trash(Subject.COMPANY, [make_company(name=name).id for name in names], by=by)
    db.session.commit()
    return batch


def live(*names: str) -> set[str]:
    found = select(Company.name).where(Company.name.in_(names), Company.trashed_at.is_(None))
    return set(db.session.scalars(found))


def held(batch: Batch) -> dict[str, int]:
    mine = Company.trash_batch_id == batch.id
    return dict(db.session.execute(select(Company.name, Company.id).where(mine)).all())


def told(person: FlaskClient, path: str = "/crm/bin/") -> str:
    """What the next page says of what was just done."""
    page = parse(person.get(path).text)
    return " ".join(one.text for one in (*page.all(css="toast-note__text"), *page.all(css="notice__text")))  # fmt: skip


# ---- the list


@pytest.fixture
def filled_bin(full: Company, admin: Account) -> dict[str, Batch]:
    owner = Owner(Subject.COMPANY, full.id)
    note = write_note(owner, "Rappeler en mars", by=admin)
    full.logo_id = stored_image().id
    db.session.commit()
    made = {
        "note": remove_note(note, owner, by=admin),
        "image": remove_image(full, subject=Subject.COMPANY, seen=full.logo_id, by=admin),
        "tag": trash_tag(make_tag("Salon"), by=admin),
        "contact": trash(Subject.CONTACT, [make_contact(last_name="Okafor").id], by=admin),
        "company": trashed(["Étoile", "Boréal", "Cèdre", "Dune"], account_named("manager")),
    }
    db.session.commit()
    return made


def test_each_row_says_what_by_whom_and_until_when(
    filled_bin: dict[str, Batch], login_as: SignIn
) -> None:
    text = login_as("manager").get("/crm/bin/").text
    lines = [row.one("th").text for row in parse(text).all("tr", data_id=None)]
    assert lines == [
        "4 entreprises Boréal, Cèdre, Dune…",
        "1 contact Claire Okafor",
        "1 tag Salon",
        "Logo Maison Alba",
        "1 note Rappeler en mars",
    ]
    first = parse(text).all("tr", data_id=None)[0].text
    assert "Manager Exemple" in first
    assert "dans 30 jours" in first


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=company", ["company"]),
        ("kind=note", ["note"]),
        ("kind=image", ["image"]),
        ("q=etoile", ["company"]),
        ("q=okafor", ["contact"]),
        ("q=SALON", ["tag"]),
        ("q=alba", ["image", "note"]),
        ("q=etoile&kind=contact", []),
        ("q=%21", []),
    ],
)
def test_a_name_and_a_kind_narrow_it(
    filled_bin: dict[str, Batch], login_as: SignIn, asked: str, found: list[str]
) -> None:
    text = login_as("manager").get(f"/crm/bin/?{asked}").text
    assert rows(text) == [filled_bin[name].id for name in found]
    assert ("Rien de tel" in text) is (not found)


def test_a_person_narrows_it_too(filled_bin: dict[str, Batch], login_as: SignIn) -> None:
    manager = account_named("manager")
    text = login_as("manager").get(f"/crm/bin/?by={manager.id}").text
    assert rows(text) == [filled_bin["company"].id]
    chosen = [one.text for one in parse(text).all("option", selected=None)]
    assert chosen == ["Tout", "Manager Exemple"]


def test_it_is_paged(full: Company, login_as: SignIn, admin: Account) -> None:
    made = [trashed([f"Société {n:02}"], admin).id for n in range(26)]
    manager = login_as("manager")
    assert rows(manager.get("/crm/bin/").text) == made[:0:-1]
    assert rows(manager.get("/crm/bin/?page=2").text) == made[:1]
    assert "page=2" in manager.get("/crm/bin/?kind=company").text


@pytest.mark.parametrize("query", ["kind=x", "by=x", "page=0", "page=x", "size=7", "other=1"])
def test_an_address_that_means_nothing_is_refused(login_as: SignIn, query: str) -> None:
    assert login_as("manager").get(f"/crm/bin/?{query}").status_code == 400


def test_who_may_not_read_contacts_sees_none_of_theirs(
    filled_bin: dict[str, Batch], login_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role of the school's own: the bin, and companies only."""
    from flask import current_app

    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    mine = {(Permission.LIST, View.BIN), (Permission.RESTORE, View.BIN), (Permission.LIST, View.COMPANY)}  # fmt: skip
    monkeypatch.setattr(security, "has_access", lambda right, view: (right, view) in mine)
    person = login_as("editor")
    assert set(rows(person.get("/crm/bin/").text)) == {
        filled_bin[name].id for name in ("company", "image", "note")
    }
    contacts = filled_bin["contact"].id
    assert person.get(f"/crm/bin/{contacts}/").status_code == 404
    assert person.post(f"/crm/bin/{contacts}/restore").status_code == 404
    assert person.post(f"/crm/bin/{contacts}/undo").status_code == 403
    text = person.get("/crm/bin/?q=okafor").text
    assert rows(text) == []
    assert "Claire Okafor" not in text


# ---- one batch


def test_some_of_a_batch_come_back_and_the_rest_stays(login_as: SignIn, admin: Account) -> None:
    batch = trashed(["Étoile", "Boréal", "Cèdre"], admin)
    ids, manager = held(batch), login_as("manager")
    page = parse(manager.get(f"/crm/bin/{batch.id}/").text)
    assert [box.attributes["value"] for box in page.all("input", name="ids")] == [
        str(ids[name]) for name in ("Boréal", "Cèdre", "Étoile")
    ]
    restore = f"/crm/bin/{batch.id}/restore"
    answer = manager.post(restore, data={"checked": "1", "ids": [ids["Étoile"], ids["Cèdre"]]})
    assert answer.location == f"/crm/bin/{batch.id}/"
    assert live("Étoile", "Boréal", "Cèdre") == {"Étoile", "Cèdre"}
    assert "2 fiches restaurées." in told(manager)
    db.session.expire_all()
    assert not batch.is_undone
    assert manager.post(f"{restore}?one={ids['Boréal']}").location == "/crm/bin/"
    db.session.expire_all()
    assert (live("Boréal"), batch.is_undone) == ({"Boréal"}, True)


def test_each_thing_comes_back_alone_with_its_own(
    full: Company, person: Contact, login_as: SignIn, admin: Account
) -> None:
    """Sites, tags and contacts of the one that returns; those of the other stay in the bin."""
    other = make_company(name="Autre")
    batch = trash(Subject.COMPANY, [full.id, other.id], by=admin)
    db.session.commit()
    login_as("manager").post(f"/crm/bin/{batch.id}/restore?one={full.id}")
    db.session.expire_all()
    sites = select(Establishment).where(Establishment.trashed_at.is_(None))
    assert {site.company_id for site in db.session.scalars(sites)} >= {full.id}
    assert all(site.company_id != other.id for site in db.session.scalars(sites))
    assert [tag.label for tag in full.tags] == ["Partenaire"]
    assert (person.sort_company is not None, other.trash_batch_id) == (True, batch.id)


def test_nothing_checked_restores_nothing(login_as: SignIn, admin: Account) -> None:
    batch, manager = trashed(["Étoile", "Boréal"], admin), login_as("manager")
    manager.post(f"/crm/bin/{batch.id}/restore", data={"checked": "1"})
    assert live("Étoile", "Boréal") == set()
    assert "Cochez au moins une fiche." in told(manager)
    odd = {"checked": "1", "ids": ["x"]}
    assert manager.post(f"/crm/bin/{batch.id}/restore", data=odd).status_code == 400


def test_a_note_and_a_tag_come_back_from_their_page(
    filled_bin: dict[str, Batch], login_as: SignIn
) -> None:
    manager = login_as("manager")
    for name in ("note", "tag", "image", "contact"):
        batch = filled_bin[name]
        assert manager.get(f"/crm/bin/{batch.id}/").status_code == 200
        assert manager.post(f"/crm/bin/{batch.id}/restore").location == "/crm/bin/"
        assert "C’est restauré." in told(manager)
    assert rows(manager.get("/crm/bin/").text) == [filled_bin["company"].id]


def test_who_comes_second_is_told(login_as: SignIn, admin: Account) -> None:
    batch, manager = trashed(["Étoile"], admin), login_as("manager")
    undo(batch, by=admin)
    db.session.commit()
    assert manager.post(f"/crm/bin/{batch.id}/restore").status_code == 404
    assert manager.post(f"/crm/bin/{batch.id}/undo").status_code == 303
    assert "déjà été annulée" in told(manager)


# ---- what takes the place


def taken(name: str) -> int:
    """Another company takes the SIREN of the one of this name, as two people at once may do."""
    siren = db.session.scalar(select(Company.siren).where(Company.name == name))
    new = insert(Company).values(name="Remplaçante", siren=siren).returning(Company.id)
    pk = db.session.scalars(new).one()
    db.session.commit()
    return pk


def test_the_others_come_back_and_the_clash_is_explained(login_as: SignIn, admin: Account) -> None:
    batch = trashed(["Étoile", "Boréal"], admin)
    holder, manager = taken("Étoile"), login_as("manager")
    manager.post(f"/crm/bin/{batch.id}/restore")
    assert live("Étoile", "Boréal") == {"Boréal"}
    page = parse(manager.get(f"/crm/bin/{batch.id}/").text)
    clash = page.one(css="bin-clash")
    assert "« Remplaçante » porte maintenant le même SIREN" in clash.text
    assert clash.one("a").attributes["href"] == f"/crm/companies/{holder}/"
    assert "1 fiche reste à la corbeille" in page.text


def test_it_comes_back_without_what_was_taken_to_be_merged(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    db.session.commit()
    siren = full.siren
    sirets = [site.siret for site in full.establishments if site.siret]
    holder = taken("Maison Alba")
    manager, join = login_as("manager"), f"/crm/bin/{batch.id}/records/{full.id}/join"
    button = parse(manager.get(f"/crm/bin/{batch.id}/").text).one("button", formaction=join)
    assert button.text == "Fusionner avec cette fiche : Maison Alba"
    answer = manager.post(join)
    assert answer.location == f"/crm/companies/{holder}/merge/{full.id}/"
    said = manager.get(answer.location).text
    assert sirets
    assert all(format_siret(siret) in said for siret in sirets)
    db.session.expire_all()
    assert (full.trashed_at, full.siren, batch.is_undone) == (None, None, True)
    assert {site.siret for site in full.establishments} == {None}
    lines = HistoryEntry.subject_id == full.id, HistoryEntry.action == Action.SITE_UPDATED
    written = db.session.scalars(select(HistoryEntry).where(*lines)).all()
    assert {value.old_value[:9] for line in written for value in line.values if value.field == "siret"} == {siren}  # fmt: skip
    assert manager.post(join).status_code == 404


def test_a_contact_comes_back_without_the_account_of_another(
    full: Company, person: Contact, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.CONTACT, [person.id], by=admin)
    other = make_contact(last_name="Autre")
    other.account_id = account_named("graduate").id
    db.session.commit()
    manager = login_as("manager")
    text = parse(manager.get(f"/crm/bin/{batch.id}/").text).text
    assert "« Claire Autre » a maintenant le compte utilisateur" in text
    answer = manager.post(f"/crm/bin/{batch.id}/records/{person.id}/join")
    assert answer.location == f"/crm/contacts/{other.id}/merge/{person.id}/"
    db.session.expire_all()
    assert (person.trashed_at, person.account_id) == (None, None)
    page = parse(manager.get(answer.location).text)
    assert "La fiche est restaurée sans son compte" in page.text
    form = page.one("form", css="merge")
    chosen = [*form.all("input", checked=None), form.one("input", name="versions")]
    sent = {one.attributes["name"]: one.attributes["value"] for one in chosen}
    assert manager.post(answer.location, data=sent).location == f"/crm/contacts/{other.id}/"
    db.session.expire_all()
    assert person.merged_into_id == other.id


def test_nothing_is_given_up_where_nothing_stands_in_the_way(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    db.session.commit()
    manager = login_as("manager")
    manager.post(f"/crm/bin/{batch.id}/records/{full.id}/join")
    db.session.expire_all()
    assert full.siren is not None
    assert full.is_trashed
    assert "Plus rien n’empêche" in told(manager, f"/crm/bin/{batch.id}/")


def test_a_tag_whose_label_was_taken_gives_its_records(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    other = make_company(name="Autre")
    tag = make_tag("Salon")
    bulk_add(tag, [full.id, other.id], by=admin)
    batch = trash_tag(tag, by=admin)
    db.session.commit()
    new, manager = make_tag("salon"), login_as("manager")
    clash = parse(manager.get(f"/crm/bin/{batch.id}/").text).one(css="bin-clash")
    assert clash.one("a").attributes["href"] == "/crm/tags/?q=salon"
    manager.post(f"/crm/bin/{batch.id}/restore")
    assert "existe de nouveau" in told(manager)
    manager.post(f"/crm/bin/{batch.id}/records/{tag.id}/join")
    assert "Le tag « salon » est ajouté à 2 fiches." in told(manager)
    bearers = select(company_tag.c.company_id).where(company_tag.c.tag_id == new.id)
    assert set(db.session.scalars(bearers)) == {full.id, other.id}


# ---- for good


def test_the_confirmation_says_what_is_lost(
    full: Company, login_as: SignIn, admin: Account
) -> None:
    batch = trash(Subject.COMPANY, [full.id], by=admin)
    db.session.commit()
    boss, pk = login_as("admin"), full.id
    purge = f"/crm/bin/{batch.id}/purge"
    text = parse(boss.get(purge).text).text
    lost = ("3 établissements", "2 notes", "1 poste", "1 contact reste, sans entreprise.")
    for words in ("Supprimer définitivement 1 entreprise ?", *lost):
        assert words in text
    assert boss.post(purge).status_code == 200  # Without the confirmation, it asks.
    assert db.session.get(Company, pk) is not None
    assert boss.post(purge, data={"sure": "1"}).location == "/crm/bin/"
    db.session.expire_all()
    assert db.session.get(Company, pk) is None
    assert "1 élément supprimé définitivement." in told(boss)
    assert boss.get(f"/crm/companies/{pk}/").status_code == 404
    assert boss.post(f"/crm/bin/{batch.id}/undo").status_code == 303
    assert "supprimé définitivement" in told(boss)


def test_only_the_checked_go(login_as: SignIn, admin: Account) -> None:
    batch, boss = trashed(["Étoile", "Boréal"], admin), login_as("admin")
    ids = held(batch)
    purge = f"/crm/bin/{batch.id}/purge"
    page = parse(boss.post(purge, data={"ids": [ids["Étoile"]]}).text)
    assert [one.attributes["value"] for one in page.all("input", name="ids")] == [
        str(ids["Étoile"])
    ]
    boss.post(purge, data={"sure": "1", "ids": [ids["Étoile"]]})
    assert set(held(batch)) == {"Boréal"}


def test_many_go_aside(login_as: SignIn, admin: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.bin.views.MOST_PURGED", 1)
    batch, boss = trashed(["Étoile", "Boréal"], admin), login_as("admin")
    pk = batch.id
    answer = boss.post(f"/crm/bin/{pk}/purge", data={"sure": "1"})
    assert answer.location.startswith("/jobs/")
    assert Worker().work() is True
    mine = Company.trash_batch_id == pk
    assert db.session.scalars(select(Company.id).where(mine)).all() == []
    assert "2 éléments supprimés définitivement." in parse(boss.get(answer.location).text).text
    assert login_as("manager").get(f"/crm/bin/{pk}/purge").status_code == 403


def test_many_come_back_aside_and_what_was_taken_stays_in_the_bin(
    app: Flask, login_as: SignIn, admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MOST_IN_REQUEST", 1)
    batch, manager = trashed(["Étoile", "Boréal", "Cèdre"], admin), login_as("manager")
    pk = batch.id
    taken("Étoile")
    answer = manager.post(f"/crm/bin/{pk}/restore")
    assert answer.location.startswith("/jobs/")
    assert manager.get(f"/crm/bin/{pk}/").status_code == 404  # It is on its way back.
    assert Worker().work() is True
    assert live("Étoile", "Boréal", "Cèdre") == {"Boréal", "Cèdre"}
    report = parse(manager.get(answer.location).text).text
    assert "2 fiches sont comme avant." in report
    assert "1 fiche reste à la corbeille" in report
    assert manager.get(f"/crm/bin/{pk}/").status_code == 200
