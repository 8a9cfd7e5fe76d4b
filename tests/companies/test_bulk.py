"""Actions on a selection: each record that really changed has its line, one batch, one undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.companies.sites import add_establishment
from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.notes.models import Note
from app.tags.models import Tag
from app.tags.naming import update_tag
from app.tags.operations import add_to, trash_tag
from tests.factories import make_company, make_contact, make_tag
from tests.pages import dialog_errors, parse

SignIn = Callable[[str], FlaskClient]
BULK = "/crm/companies/bulk/"
ALL = {
    "add_tag", "remove_tag", "export", "print", "set_sector", "set_headcount", "set_legal_form",
    "set_naf", "set_parent", "verify", "unverify", "trash",
}  # fmt: skip


@pytest.fixture
def three(admin: Account) -> list[Company]:
    return [make_company(name=name) for name in ("Alba", "Brio", "Cléo")]


@pytest.fixture
def manager_client(login_as: SignIn) -> FlaskClient:
    return login_as("manager")


def ids(companies: Iterable[Company]) -> list[str]:
    return [str(company.id) for company in companies]


def do(client: FlaskClient, action: str, *, query: str = "", **form: Any) -> TestResponse:
    """What the pop-up of an action sends, its key being one that has just been made."""
    return client.post(f"{BULK}{action}?{query}", data={"key": new_key(), **form})


def bearers(label: str) -> set[str]:
    db.session.expire_all()
    return {c.name for c in db.session.scalars(select(Company)) if label in map(str, c.tags)}


def lines(action: Action) -> list[HistoryEntry]:
    return list(db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == action)))


def last_batch() -> Batch:
    db.session.expire_all()
    return db.session.scalars(select(Batch).order_by(Batch.id.desc()).limit(1)).one()


def toast(client: FlaskClient) -> Any:
    return parse(client.get("/crm/companies/").text).one(id="toasts")


# ---- tags (requirement B4)


def test_an_existing_tag_goes_on_the_checked_rows(
    manager_client: FlaskClient, three: list[Company]
) -> None:
    make_tag("Partenaire")
    answer = do(manager_client, "add_tag", ids=ids(three[:2]), tag_text="partenaire")
    assert answer.status_code == 303
    assert bearers("Partenaire") == {"Alba", "Brio"}
    assert "Tag « Partenaire » ajouté à 2 fiches." in toast(manager_client).text


def test_a_new_tag_is_made_on_the_spot(manager_client: FlaskClient, three: list[Company]) -> None:
    do(manager_client, "add_tag", ids=ids(three), tag_text="Salon 2026")
    assert bearers("Salon 2026") == {"Alba", "Brio", "Cléo"}
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1


def test_a_former_label_gives_the_tag(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    update_tag(make_tag("Partenaire"), label="Partenaire actif", colour="blue", by=admin)
    db.session.commit()
    do(manager_client, "add_tag", ids=ids(three[:1]), tag_text="partenaire")
    assert bearers("Partenaire actif") == {"Alba"}
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1


def test_only_what_really_changed_has_a_line_and_one_batch(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    tag = make_tag("Partenaire")
    add_to(tag, [three[0].id], by=admin)
    db.session.commit()
    do(manager_client, "add_tag", ids=ids(three), tag_text="Partenaire")
    batch = last_batch()
    written = [line for line in lines(Action.TAG_ADDED) if line.batch_id == batch.id]
    assert {line.subject_id for line in written} == {three[1].id, three[2].id}
    assert batch.item_count == 2


def test_nothing_changed_says_so_and_offers_no_undo(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    add_to(make_tag("Partenaire"), [c.id for c in three], by=admin)
    db.session.commit()
    do(manager_client, "add_tag", ids=ids(three), tag_text="Partenaire")
    shown = toast(manager_client)
    assert "Aucune fiche n’a changé" in shown.text
    assert not shown.all("form")


def test_a_tag_comes_off_the_checked_rows(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    add_to(make_tag("Partenaire"), [c.id for c in three], by=admin)
    db.session.commit()
    do(manager_client, "remove_tag", ids=ids(three[1:]), tag_text="PARTENAIRE")
    assert bearers("Partenaire") == {"Alba"}
    assert len(lines(Action.TAG_REMOVED)) == 2


@pytest.mark.parametrize(
    ("action", "label", "said"),
    [
        ("add_tag", "", "Choisissez un tag"),
        ("add_tag", "a" * 10_000, "60 caractères au plus"),
        ("remove_tag", "Inconnu", "n’existe pas"),
        ("remove_tag", "x" * 10_000, "n’existe pas"),
    ],
)
def test_a_tag_that_cannot_be_is_told_and_nothing_is_done(
    manager_client: FlaskClient, three: list[Company], action: str, label: str, said: str
) -> None:
    answer = do(manager_client, action, ids=ids(three), tag_text=label)
    assert answer.status_code == 422
    assert said in dialog_errors(answer.text)["tag"]
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


# ---- undo


def undo(client: FlaskClient, batch: Batch) -> TestResponse:
    return client.post(f"/crm/bin/{batch.id}/undo")


@pytest.mark.parametrize("action", ["add_tag", "remove_tag"])
def test_one_undo_takes_the_whole_batch_back(
    manager_client: FlaskClient, three: list[Company], admin: Account, action: str
) -> None:
    tag = make_tag("Partenaire")
    add_to(tag, [three[0].id], by=admin)
    db.session.commit()
    do(manager_client, action, ids=ids(three), tag_text="Partenaire")
    assert bearers("Partenaire") != {"Alba"}
    (button,) = toast(manager_client).all("form")
    assert button.attributes["action"] == f"/crm/bin/{last_batch().id}/undo"
    assert manager_client.post(button.attributes["action"]).status_code == 303
    assert bearers("Partenaire") == {"Alba"}
    assert last_batch().is_undone


def test_an_undo_works_once(manager_client: FlaskClient, three: list[Company]) -> None:
    do(manager_client, "add_tag", ids=ids(three), tag_text="Partenaire")
    batch = last_batch()
    undo(manager_client, batch)
    do(manager_client, "add_tag", ids=ids(three), tag_text="Partenaire")
    undo(manager_client, batch)
    assert "déjà été annulée" in manager_client.get("/crm/companies/").text
    assert bearers("Partenaire") == {"Alba", "Brio", "Cléo"}


def test_an_undo_leaves_what_others_did_meanwhile(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    tag = make_tag("Partenaire")
    do(manager_client, "add_tag", ids=ids(three[:1]), tag_text="Partenaire")
    batch = last_batch()
    add_to(tag, [three[1].id], by=admin)
    db.session.commit()
    undo(manager_client, batch)
    assert bearers("Partenaire") == {"Brio"}


def test_an_undo_of_a_deleted_tag_says_what_to_do(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    do(manager_client, "remove_tag", ids=ids(three), tag_text=make_tag("A").label)
    do(manager_client, "add_tag", ids=ids(three), tag_text="Partenaire")
    batch = last_batch()
    trash_tag(db.session.scalars(select(Tag).where(Tag.label == "Partenaire")).one(), by=admin)
    db.session.commit()
    undo(manager_client, batch)
    assert "restaurez-le d’abord" in manager_client.get("/crm/companies/").text
    assert not db.session.get_one(Batch, batch.id).is_undone


@pytest.mark.parametrize("stranger", ["reader", "student", "graduate"])
def test_a_stranger_cannot_undo(
    login_as: SignIn, manager_client: FlaskClient, three: list[Company], stranger: str
) -> None:
    do(manager_client, "add_tag", ids=ids(three), tag_text="Partenaire")
    assert undo(login_as(stranger), last_batch()).status_code == 403
    assert bearers("Partenaire") == {"Alba", "Brio", "Cléo"}


def test_an_editor_undoes_their_own_tags_and_no_others(
    login_as: SignIn, manager_client: FlaskClient, three: list[Company]
) -> None:
    editor = login_as("editor")
    assert do(editor, "add_tag", ids=ids(three), tag_text="À moi").status_code == 303
    assert undo(editor, last_batch()).status_code == 303
    assert bearers("À moi") == set()
    do(manager_client, "add_tag", ids=ids(three), tag_text="À elle")
    assert undo(editor, last_batch()).status_code == 403


@pytest.mark.parametrize("pk", ["999999999", "99999999999999999999"])
def test_a_batch_that_does_not_exist_is_404(manager_client: FlaskClient, pk: str) -> None:
    assert manager_client.post(f"/crm/bin/{pk}/undo").status_code == 404


# ---- the selection (requirement B3)


def test_all_results_are_those_of_the_search(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    tag = make_tag("Cible")
    add_to(tag, [company.id for company in three[:2]], by=admin)
    db.session.commit()
    form = {"all": "1", "count": "2", "tag_text": "Vu"}
    assert do(manager_client, "add_tag", query=f"tag={tag.id}", **form).status_code == 303
    assert bearers("Vu") == {"Alba", "Brio"}


@pytest.mark.parametrize("action", ["add_tag", "remove_tag", "trash", "export"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Target": "dialog"}])  # fmt: skip
def test_all_results_with_another_count_is_refused_and_nothing_is_done(
    login_as: SignIn, three: list[Company], admin: Account, action: str, headers: dict[str, str]
) -> None:
    add_to(make_tag("Vu"), [three[0].id], by=admin)
    db.session.commit()
    form = {"key": new_key(), "all": "1", "count": "2", "tag_text": "Vu", "format": "csv"}
    answer = login_as("manager").post(BULK + action, data=form, headers=headers)
    assert answer.status_code == 409
    said = answer.json["message"] if answer.is_json else answer.text
    assert "3 fiches correspondent maintenant, au lieu de 2" in said
    assert bearers("Vu") == {"Alba"}
    assert db.session.scalar(select(func.count()).where(Company.trashed_at.is_not(None))) == 0
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


def test_ids_out_of_scope_are_refused(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    trash(Subject.COMPANY, [three[2].id], by=admin)
    db.session.commit()
    for chosen in (ids(three), [*ids(three[:2]), "999999999"]):
        answer = do(manager_client, "add_tag", ids=chosen, tag_text="Vu")
        assert answer.status_code == 409
    assert bearers("Vu") == set()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"ids": ""},
        {"ids": "abc"},
        {"ids": "-1"},
        {"ids": "1.5"},
        {"ids": "99999999999"},
        {"ids": "1;DROP TABLE company"},
        {"all": "1"},
        {"all": "1", "count": "trois"},
        {"ids": ",".join(map(str, range(30_000)))},
    ],
)
def test_a_selection_that_means_nothing_is_refused(
    manager_client: FlaskClient, three: list[Company], form: dict[str, str]
) -> None:
    assert do(manager_client, "add_tag", tag_text="Vu", **form).status_code == 400
    assert bearers("Vu") == set()


@pytest.mark.parametrize("name", ["drop", "list", "__class__", "consent", "add_tag/x"])
def test_an_action_that_does_not_exist_is_refused(
    manager_client: FlaskClient, three: list[Company], name: str
) -> None:
    assert do(manager_client, name, ids=ids(three)).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("manager", ALL), ("editor", ALL - {"trash"}), ("reader", {"print"})],
)
def test_each_is_offered_what_they_may_do_and_nothing_else(
    login_as: SignIn, three: list[Company], role: str, allowed: set[str]
) -> None:
    client = login_as(role)
    shown = parse(client.get("/crm/companies/").text).all("button", data_bulk_open=None)
    assert {button.attributes["data-bulk-open"] for button in shown} == {BULK + n for n in allowed}
    for action in ALL - allowed:
        assert do(client, action, ids=ids(three), tag_text="Vu").status_code == 403


def test_the_exported_selection_keeps_the_list_s_order(
    manager_client: FlaskClient, three: list[Company]
) -> None:
    chosen = [three[1], three[0], three[2]]
    for query, expected in (("sort=name", "ABC"), ("sort=-name", "CBA")):
        answer = do(manager_client, "export", query=query, ids=ids(chosen), format="csv")
        assert answer.status_code == 200
        cells = [line.split(";")[0] for line in answer.text.splitlines()[1:]]
        assert "".join(cell.strip('"')[0] for cell in cells) == expected


# ---- deletion (requirement B7)


def test_the_confirmation_says_what_goes_along(
    manager_client: FlaskClient, three: list[Company], admin: Account
) -> None:
    site = add_establishment(three[0], {"city": "Tours"}, by=admin)
    for _ in range(2):
        make_contact(company_id=three[0].id)
    for owner in ({"company_id": three[1].id}, {"establishment_id": site.id}):
        db.session.add(Note(text="Note", author_id=admin.id, **owner))
    db.session.commit()
    said = do(manager_client, "trash/preview", ids=ids(three[:2])).json["text"]
    assert said.endswith("2 entreprises, 3 établissements, 2 contacts détachés, 2 notes.")
    alone = do(manager_client, "trash/preview", ids=ids(three[2:])).json["text"]
    assert alone.endswith("1 entreprise, 1 établissement.")


def test_the_selection_goes_to_the_bin_and_one_undo_brings_it_back(
    manager_client: FlaskClient, three: list[Company]
) -> None:
    answer = do(manager_client, "trash", ids=ids(three[:2]))
    assert answer.status_code == 303
    assert "2 fiches mises à la corbeille." in toast(manager_client).text
    assert live_names() == ["Cléo"]
    undo(manager_client, last_batch())
    assert live_names() == ["Alba", "Brio", "Cléo"]


def live_names() -> list[str]:
    db.session.expire_all()
    live = select(Company.name).where(Company.trashed_at.is_(None))
    return list(db.session.scalars(live.order_by(Company.name)))


def test_more_than_one_chunk_is_one_batch(manager_client: FlaskClient, admin: Account) -> None:
    db.session.execute(
        Company.__table__.insert(),
        [{"name": f"N{n}", "no_siren_reason": "being_created", "sort_name": f"n{n:04}"} for n in range(1200)],
    )  # fmt: skip
    db.session.commit()
    form = {"all": "1", "count": "1200"}
    assert do(manager_client, "add_tag", tag_text="Masse", **form).status_code == 303
    assert last_batch().item_count == len(lines(Action.TAG_ADDED)) == 1200
    undo(manager_client, last_batch())
    assert bearers("Masse") == set()
