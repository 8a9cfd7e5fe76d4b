"""Two companies are made one, and two again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import undo
from app.companies.models import Company
from app.companies.operations import create_company, form_values, update_company
from app.companies.sites import add_establishment
from app.contacts.models import Contact, Post
from app.contacts.operations import form_values as contact_values
from app.contacts.operations import update_contact
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Subject
from app.history.models import HistoryEntry
from app.merges.operations import AlreadyMerged, hold
from app.notes.models import Note
from app.tags.operations import add_to
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, new_siren, siret_of
from tests.merges.doing import dump, merge, take_back

PLACE = {"address": "1 place du Château", "postal_code": "41000", "city": "Blois"}


def note(owner: dict[str, int], text: str, by: Account) -> Note:
    made = Note(**owner, text=text, author_id=by.id)
    db.session.add(made)
    db.session.commit()
    return made


@pytest.fixture
def kept(admin: Account) -> Company:
    siren = new_siren()
    return make_company(name="Forges de Loire", siren=siren, siret=siret_of(siren), **PLACE)


@pytest.fixture
def double(admin: Account, kept: Company) -> Company:
    """The same company, entered again without its SIREN, with all that a company may have."""
    found = bare(name="Les Forges de Loire", phone="+33254000000", **PLACE)
    values = {"trade_name": "Atelier", "city": "Vendôme", "postal_code": "41100", "country": "FR"}
    workshop = add_establishment(found, values, by=admin)
    head = found.head_office
    assert head is not None
    make_contact(last_name="Aubert", company_id=found.id, establishment_id=head.id)
    make_contact(last_name="Bellay", company_id=found.id, establishment_id=workshop.id)
    make_contact(last_name="Carré", company_id=found.id)
    note({"company_id": found.id}, "Vue au salon.", admin)
    note({"establishment_id": head.id}, "Sonner deux fois.", admin)
    note({"establishment_id": workshop.id}, "Fermé le lundi.", admin)
    add_to(make_tag("Partenaire"), [kept.id, found.id], by=admin)
    add_to(make_tag("Forum"), [found.id], by=admin)
    bare(name="Filiale", parent_id=found.id)
    db.session.commit()
    return found


def bare(**values: Any) -> Company:
    """A company without a SIREN, and why."""
    given = {"country": "FR", "siren": None, "no_siren_reason": "being_created", **values}
    found = create_company(given, by=account_named("admin"))
    db.session.commit()
    return found


def people_at(company: Company) -> dict[str, str | None]:
    found = db.session.scalars(select(Contact).where(Contact.company_id == company.id))
    return {one.last_name: one.establishment.label if one.establishment else None for one in found}


def test_all_that_is_the_double_s_follows(kept: Company, double: Company, admin: Account) -> None:
    merge(kept, double, admin)
    assert double.merged_into_id == kept.id
    assert double.is_trashed
    assert kept.phone == "+33254000000"
    assert kept.name == "Forges de Loire"
    assert {site.label for site in kept.establishments} == {"Blois", "Atelier"}
    assert people_at(kept) == {"Aubert": "Blois", "Bellay": "Atelier", "Carré": None}
    assert (kept.contact_count, kept.site_count) == (3, 2)
    posts = db.session.scalars(select(Post).where(Post.company_id == kept.id)).all()
    assert len(posts) == 3
    assert [str(tag) for tag in kept.tags] == ["Forum", "Partenaire"]
    head = kept.head_office
    assert head is not None
    notes = db.session.scalars(select(Note.text).where(Note.company_id == kept.id)).all()
    at_head = db.session.scalars(select(Note.text).where(Note.establishment_id == head.id)).all()
    assert (notes, at_head) == (["Vue au salon."], ["Sonner deux fois."])
    child = db.session.scalars(select(Company).where(Company.name == "Filiale")).one()
    assert child.parent_id == kept.id
    assert "vendome" in kept.search_text


def test_taking_back_leaves_everything_as_it_was(
    kept: Company, double: Company, admin: Account
) -> None:
    before = dump()
    batch = merge(kept, double, admin)
    assert dump() != before
    take_back(batch, admin)
    assert dump() == before
    with pytest.raises(Refused):
        undo(batch, by=admin)


def test_what_changed_since_stays(kept: Company, double: Company, admin: Account) -> None:
    batch = merge(kept, double, admin)
    base = form_values(kept)
    update_company(kept, {**base, "phone": "+33254999999"}, base=base, by=admin)
    elsewhere = make_company(name="Ailleurs")
    aubert = db.session.scalars(select(Contact).where(Contact.last_name == "Aubert")).one()
    old = contact_values(aubert)
    update_contact(
        aubert, {**old, "company_id": elsewhere.id, "establishment_id": None}, base=old, by=admin
    )
    newcomer = make_contact(last_name="Nouvelle", company_id=kept.id)
    db.session.commit()
    take_back(batch, admin)
    assert kept.phone == "+33254999999"
    assert double.phone == "+33254000000"
    assert (people_at(double), people_at(elsewhere)) == (
        {"Bellay": "Atelier", "Carré": None}, {"Aubert": None},
    )  # fmt: skip
    assert newcomer.company_id == kept.id
    assert (kept.contact_count, double.contact_count, elsewhere.contact_count) == (1, 2, 1)


def test_who_was_hired_at_a_site_since_goes_back_with_it(
    kept: Company, double: Company, admin: Account
) -> None:
    batch = merge(kept, double, admin)
    site = next(one for one in kept.establishments if one.trade_name == "Atelier")
    hired = make_contact(last_name="Neuf", company_id=kept.id, establishment_id=site.id)
    take_back(batch, admin)
    assert (hired.company_id, hired.establishment_id) == (double.id, site.id)
    post = db.session.scalars(select(Post).where(Post.contact_id == hired.id)).one()
    assert (post.company_id, post.establishment_id) == (double.id, site.id)


def test_two_sirens_must_be_chosen_between(kept: Company, admin: Account) -> None:
    siren = new_siren()
    other = make_company(name="Autre", siren=siren, siret=siret_of(siren), city="Tours")
    with pytest.raises(Refused) as refusal:
        merge(kept, other, admin)
    assert refusal.value.field == "siren"
    db.session.rollback()


def test_the_other_siren_is_kept(kept: Company, admin: Account) -> None:
    siren, had = new_siren(), kept.siren
    other = make_company(name="Autre", siren=siren, siret=siret_of(siren), city="Tours")
    before = dump()
    batch = merge(kept, other, admin, siren="merged")
    assert kept.siren == siren
    sirets = {site.siret for site in kept.establishments}
    assert sirets == {None, siret_of(siren)}
    take_back(batch, admin)
    assert (kept.siren, other.siren) == (had, siren)
    assert dump() == before


def test_a_company_without_siren_takes_the_double_s(kept: Company, admin: Account) -> None:
    mine = bare(name="Forges de Loire (saisie)", city="Blois")
    siren, siret = kept.siren, siret_of(kept.siren or "")
    before = dump()
    batch = merge(mine, kept, admin)
    assert (mine.siren, mine.no_siren_reason) == (siren, None)
    assert [site.siret for site in mine.establishments] == [siret]
    take_back(batch, admin)
    assert dump() == before


def test_a_number_taken_meanwhile_stops_the_way_back(
    kept: Company, double: Company, admin: Account
) -> None:
    siren = new_siren()
    other = make_company(name="Autre", siren=siren, siret=siret_of(siren))
    batch = merge(kept, other, admin, siren="kept")
    db.session.add(Company(name="Entre-temps", siren=siren))  # By another door, such as an import.
    db.session.commit()
    with pytest.raises(Refused):
        undo(batch, by=admin)
    db.session.rollback()
    assert db.session.get_one(Company, other.id).merged_into_id == kept.id


def test_no_company_gets_above_itself(admin: Account) -> None:
    top = bare(name="Haut")
    middle = bare(name="Milieu", parent_id=top.id)
    low = bare(name="Bas", parent_id=middle.id)
    with pytest.raises(Refused) as refusal:
        merge(low, top, admin)
    assert refusal.value.field == "parent_id"
    db.session.rollback()


def test_the_child_of_a_company_can_be_merged_with_it(admin: Account) -> None:
    top = bare(name="Haut")
    low = bare(name="Bas", parent_id=top.id)
    merge(low, top, admin)
    assert low.parent_id is None


def test_a_merge_of_a_merge(kept: Company, double: Company, admin: Account) -> None:
    third = bare(name="Troisième")
    first = merge(double, third, admin)
    second = merge(kept, double, admin)
    assert third.merged_into_id == kept.id
    take_back(second, admin)
    take_back(first, admin)
    assert third.merged_into_id is None
    assert not third.is_trashed


def test_a_merged_sheet_is_merged_no_more(kept: Company, double: Company, admin: Account) -> None:
    merge(kept, double, admin)
    with pytest.raises(AlreadyMerged):
        hold(Subject.COMPANY, (kept.id, double.id))


def test_both_histories_and_those_of_the_people_say_so(
    kept: Company, double: Company, admin: Account
) -> None:
    batch = merge(kept, double, admin)
    lines = db.session.scalars(select(HistoryEntry).where(HistoryEntry.batch_id == batch.id))
    found = sorted((line.subject_kind, line.action, line.subject_id) for line in lines)
    people = [one for one in found if one[0] == "contact"]
    assert len(people) == 3
    assert {one[1] for one in people} == {"updated"}
    assert [one for one in found if one[0] == "company"] == [
        ("company", "merged", kept.id), ("company", "merged_away", double.id),
    ]  # fmt: skip


def test_texts_are_joined(kept: Company, double: Company, admin: Account) -> None:
    for company, text in ((kept, "Forge."), (double, "Fondée en 1850.")):
        base = form_values(company)
        update_company(company, {**base, "description": text}, base=base, by=admin)
    db.session.commit()
    merge(kept, double, admin, description="both")
    assert kept.description == "Forge.\n\nFondée en 1850."


def test_a_merged_company_s_siren_leads_to_the_one_that_is_kept(
    kept: Company, admin: Account
) -> None:
    siren = new_siren()
    other = make_company(name="Autre", siren=siren)
    merge(kept, other, admin, siren="kept")
    with pytest.raises(Refused) as refusal:
        make_company(name="Encore", siren=siren)
    assert refusal.value.existing is kept
    base = form_values(kept)
    update_company(kept, {**base, "siren": siren, "siret": None}, base=base, by=admin)
    assert kept.siren == siren
