"""« Aller à… » (requirement A2): what it finds, for whom, and what it offers before one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.sites import add_establishment
from app.extensions import db
from app.history.actions import Subject
from app.tags.models import Module
from tests.factories import make_company, make_contact, make_tag, new_siren

SignIn = Callable[[str], FlaskClient]
Line = dict[str, Any]


def asked(person: FlaskClient, q: str = "", **more: str) -> dict[str, list[Line]]:
    """The lines of each group, by its title, in order."""
    answer = person.get("/crm/jump", query_string={"q": q, **more})
    assert answer.status_code == 200
    return {group["title"]: group["results"] for group in answer.get_json()["groups"]}


def text(pieces: list[list[Any]]) -> str:
    return "".join(piece for piece, _found in pieces)


def labels(lines: list[Line]) -> list[str]:
    return [text(line["label"]) for line in lines]


def keys(groups: dict[str, list[Line]]) -> list[str]:
    return [line["key"] for lines in groups.values() for line in lines]


def test_it_finds_records_of_every_kind_and_marks_what_was_typed(login_as: SignIn) -> None:
    company = make_company(name="Œuvre et Fils", city="Blois")
    contact = make_contact(first_name="Ève", last_name="Fauvœuv")
    tag = make_tag("Œuvres 2026")
    groups = asked(login_as("reader"), "oeuv")
    assert list(groups) == ["Entreprises", "Tags", "Contacts", "Chercher dans les listes"]
    (line,) = groups["Entreprises"]
    assert line["label"] == [["Œuv", True], ["re et Fils", False]]
    assert line["url"] == f"/crm/companies/{company.id}/"
    assert groups["Contacts"][0]["key"] == f"contact:{contact.id}"
    assert groups["Tags"][0]["url"] == f"/crm/companies/?tag={tag.id}"
    assert text(groups["Tags"][0]["detail"]) == "Tag des entreprises"


def test_it_says_where_it_found_what_the_line_does_not_show(
    login_as: SignIn, admin: Account
) -> None:
    company = make_company(name="Acme", city="Blois")
    add_establishment(company, {"sign": "Le Petit Navire", "city": "Brest"}, by=admin)
    make_contact(last_name="Doe", job_title="Timonier").personal_email = "x@y.example"
    db.session.commit()
    (line,) = asked(login_as("reader"), "navire")["Entreprises"]
    assert text(line["detail"]).endswith("Enseigne du site de Brest : Le Petit Navire")
    assert ["Navire", True] in line["detail"]
    (line,) = asked(login_as("reader"), "timonier")["Contacts"]
    assert text(line["detail"]) == "Poste : Timonier"


def test_the_exact_identifier_comes_first(login_as: SignIn) -> None:
    siren = new_siren()
    make_company(name="Agence", email=f"client-{siren}@a.example")
    make_company(name="Zébulon", siren=siren)
    assert labels(asked(login_as("reader"), siren)["Entreprises"]) == ["Zébulon", "Agence"]


def test_a_name_that_begins_so_comes_before_what_was_found_otherwise(login_as: SignIn) -> None:
    make_company(name="Acme", email="contact@acme.example")
    assert next(iter(asked(login_as("reader"), "contact"))) == "Pages"


@pytest.mark.parametrize(
    ("q", "label"),
    [("ajouter ent", "Ajouter une entreprise"), ("nouveau contact", "Ajouter un contact"),
     ("CSV", "Exporter toutes les entreprises"), ("tout exporter contacts", "Exporter tous les contacts"),
     ("étiquette", "Ajouter un tag"), ("raccourcis", "Raccourcis clavier")],
)  # fmt: skip
def test_actions_are_found_by_their_name_and_by_other_words(
    login_as: SignIn, q: str, label: str
) -> None:
    assert label in labels(asked(login_as("editor"), q)["Actions"])


def test_pages_are_those_that_the_person_may_open(login_as: SignIn) -> None:
    assert "Corbeille" in labels(asked(login_as("manager"), "corbeille")["Pages"])
    assert "Pages" not in asked(login_as("reader"), "corbeille")
    assert "Utilisateurs" in labels(asked(login_as("admin"))["Pages"])
    assert "Utilisateurs" not in labels(asked(login_as("manager"))["Pages"])


@pytest.mark.parametrize(
    ("username", "offered"),
    [("reader", set()),
     ("editor", {"CompanyView.new", "ContactView.new", "TagView.new", "CompanyView.export_all", "ContactView.export_all"})],
)  # fmt: skip
def test_actions_are_those_that_the_role_may_do(
    login_as: SignIn, username: str, offered: set[str]
) -> None:
    lines = asked(login_as(username))["Actions"]
    found = {line["key"].removeprefix("action:") for line in lines}
    assert found - {"shortcuts"} == offered


def test_it_offers_to_add_what_was_not_found_to_who_may(login_as: SignIn) -> None:
    groups = asked(login_as("editor"), "Maison Zéphyr")
    assert labels(groups["Actions"]) == [
        "Ajouter l’entreprise « Maison Zéphyr »", "Ajouter le contact « Maison Zéphyr »",
    ]  # fmt: skip
    assert groups["Actions"][0]["url"] == "/crm/companies/new?name=Maison+Z%C3%A9phyr"
    assert groups["Actions"][0]["dialog"] is True
    assert list(asked(login_as("reader"), "Maison Zéphyr")) == ["Chercher dans les listes"]
    make_company(name="Maison Zéphyr")
    assert labels(asked(login_as("editor"), "Maison Zéphyr")["Actions"]) == [
        "Ajouter le contact « Maison Zéphyr »"
    ]


def test_before_one_types_the_sheets_opened_lately_come_first(login_as: SignIn) -> None:
    company, contact = make_company(name="Acme"), make_contact(last_name="Doe")
    recent = f"contact:{contact.id},company:{company.id},company:999999"
    groups = asked(login_as("reader"), recent=recent)
    assert list(groups) == ["Ouverts dernièrement", "Actions", "Pages"]
    assert labels(groups["Ouverts dernièrement"]) == ["Claire Doe", "Acme"]


def test_what_lies_in_the_bin_is_neither_found_nor_recent(login_as: SignIn, admin: Account) -> None:
    company, contact = make_company(name="Ziggourat"), make_contact(last_name="Ziggourat")
    trash(Subject.COMPANY, [company.id], by=admin)
    trash(Subject.CONTACT, [contact.id], by=admin)
    db.session.commit()
    reader = login_as("reader")
    assert list(asked(reader, "ziggourat")) == ["Chercher dans les listes"]
    recent = f"contact:{contact.id},company:{company.id}"
    assert "Ouverts dernièrement" not in asked(reader, recent=recent)


def test_a_source_whose_right_is_missing_answers_nothing(
    login_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.accounts.security import PasserelleSecurityManager as Manager

    make_company(name="Ziggourat")
    contact = make_contact(last_name="Ziggourat")
    make_tag("Ziggourat", Module.CONTACT)
    has_access = Manager.has_access

    def without_contacts(self: Any, permission: str, view: str) -> bool:
        return view != "Contact" and bool(has_access(self, permission, view))

    monkeypatch.setattr(Manager, "has_access", without_contacts)
    groups = asked(login_as("editor"), "ziggourat")
    assert list(groups) == ["Entreprises", "Chercher dans les listes"]
    assert [line["key"] for line in groups["Chercher dans les listes"]] == ["list:company"]
    assert f"contact:{contact.id}" not in keys(
        asked(login_as("editor"), recent=f"contact:{contact.id}")
    )


def test_a_tag_of_contacts_leads_to_the_contacts(login_as: SignIn) -> None:
    tag = make_tag("Mécène", Module.CONTACT)
    (line,) = asked(login_as("reader"), "mecene")["Tags"]
    assert (line["url"], text(line["detail"])) == (
        f"/crm/contacts/?tag={tag.id}",
        "Tag des contacts",
    )


@pytest.mark.parametrize("q", ["😀", "—", "\x00", "%", "_", "'", "<b>", "a" * 1000, "z q"])
def test_it_bears_anything(login_as: SignIn, q: str) -> None:
    make_company()
    asked(login_as("reader"), q)


@pytest.mark.parametrize(
    "recent", ["company", "tag:3", "company:x", "company:1,", "company:" + "9" * 20]
)
def test_a_damaged_memory_is_refused_and_never_breaks(login_as: SignIn, recent: str) -> None:
    answer = login_as("reader").get("/crm/jump", query_string={"recent": recent})
    assert answer.status_code == (200 if recent == "company:1," else 400)


def test_at_most_eight_recent_sheets_are_named(login_as: SignIn) -> None:
    nine = ",".join(f"company:{n}" for n in range(9))
    assert login_as("reader").get(f"/crm/jump?recent={nine}").status_code == 400
