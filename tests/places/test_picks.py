"""The pickers: what they answer, to whom, and what they refuse."""

import pytest

from app.extensions import db
from app.permissions import View
from app.places.views import PickView
from app.tags.models import Module
from tests.factories import make_tag


def results(client, path: str, **query: str) -> list[dict[str, str]]:
    response = client.get(f"/crm/pick/{path}", query_string=query)
    assert response.status_code == 200, response.data
    assert response.mimetype == "application/json"
    return response.json["results"]


@pytest.fixture
def client(login_as):
    return login_as("reader")


def test_an_activity_is_found_by_code_and_by_words(client):
    [found] = results(client, "naf", q="62.01Z", nomenclature="rev2")
    assert found["id"] == "62.01Z"
    assert found["label"] == "62.01Z · Programmation informatique"
    assert "62.01Z" in {each["id"] for each in results(client, "naf", q="programmation")}


def test_activities_of_one_nomenclature_only(client):
    old = results(client, "naf", q="informatique", nomenclature="rev2")
    new = results(client, "naf", q="informatique", naf_nomenclature="2025")
    assert {each["detail"] for each in old} == {"NAF rév.\u00a02"}
    assert {each["detail"] for each in new} == {"NAF\u00a02025"}


def test_an_unknown_nomenclature_is_refused(client):
    response = client.get("/crm/pick/naf?q=a&nomenclature=1993")
    assert response.status_code == 400


def test_a_legal_form_is_found_by_its_abbreviation(client):
    assert results(client, "legal-form", q="sarl")[0]["id"] == "5499"


def test_a_commune_is_found_within_a_postal_code(client):
    assert results(client, "commune", q="toulouse")[0]["id"] == "31555"
    found = results(client, "commune", q="", postal_code="31700")
    assert "31069" in {each["id"] for each in found}
    assert results(client, "commune", q="toulouse", postal_code="75001") == []


def test_tags_of_the_module_asked(client):
    company, contact = make_tag("Jury d’étoiles"), make_tag("Jury", Module.CONTACT)
    found = results(client, "tag", q="jury", module="company")
    assert found == [{"id": str(company.id), "label": "Jury d’étoiles", "detail": "aucune fiche"}]
    assert [each["id"] for each in results(client, "tag", q="jury", module="contact")] == [
        str(contact.id)
    ]


@pytest.mark.parametrize("module", ["", "account", "company' OR 1=1"])
def test_an_unknown_module_is_refused(client, module):
    response = client.get("/crm/pick/tag", query_string={"q": "a", "module": module})
    assert response.status_code == 400


@pytest.mark.parametrize("path", ["naf", "legal-form", "commune", "tag"])
def test_at_most_twenty_answers_however_long_the_question(client, path):
    for number in range(25):
        make_tag(f"Tag {number}")
    for q in ("a", "", "%", "a" * 5000, "é \x00 ' \" \\"):
        assert len(results(client, path, q=q, module="company")) <= 20


@pytest.mark.parametrize("path", ["naf", "legal-form", "commune", "tag?module=company"])
def test_others_than_the_crm_s_people_get_nothing(login_as, app, path):
    make_tag("Secret")
    for person in (login_as("student"), login_as("graduate"), app.test_client()):
        response = person.get(f"/crm/pick/{path}")
        assert response.status_code in {302, 403}
        assert b"Secret" not in response.data


def test_tags_need_the_right_to_list_what_bears_them(client, app, monkeypatch):
    """A role that the school made: it may use pickers and list companies, not contacts."""
    security = app.appbuilder.sm
    has_access = security.has_access
    monkeypatch.setattr(
        security,
        "has_access",
        lambda permission, view: view != View.CONTACT and has_access(permission, view),
    )
    make_tag("Confidentiel", Module.CONTACT)
    db.session.commit()
    refused = client.get("/crm/pick/tag?module=contact&q=conf")
    assert refused.status_code == 403
    assert b"Confidentiel" not in refused.data
    assert client.get("/crm/pick/tag?module=company").status_code == 200


@pytest.mark.parametrize("path", ["naf", "legal-form", "commune", "tag"])
def test_pickers_only_read(client, path):
    assert client.post(f"/crm/pick/{path}").status_code == 405


def test_the_right_s_name_is_the_one_of_the_permission_table():
    assert PickView.class_permission_name == View.PICK
