"""The search of both lists (requirement B1): one table of values and of the ways to type them.

Each value is stored in every place that the list looks into; each writing must find the record
that bears it, and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Account
from app.companies.queries import COMPANIES, pick_companies
from app.companies.sites import add_establishment
from app.contacts.operations import form_values, update_contact
from app.contacts.queries import CONTACTS, pick_contacts
from app.core.identifiers import format_siren, format_siret, format_vat, vat_of_siren
from app.core.listing import Listing, ListSpec
from app.extensions import db
from tests.factories import make_company, make_contact, siret_of

SIREN = "552100554"
HEAD, OTHER = siret_of(SIREN), siret_of(SIREN, 2)
VAT = vat_of_siren(SIREN)

TEXTS: dict[str, list[str]] = {
    # stored → typed
    "L’Œuvre d’Hébé": [
        "L’Œuvre d’Hébé", "l'oeuvre d'hebe", "L´ŒUVRE D`HÉBÉ", "LʼŒuvre dʼHébé", "oeuvre hebe",
        "hébé œuvre", "HEBE", "uvr", "ébé", "l oeuvre", "  hebe   oeuvre ", "hebe, oeuvre", "«Hébé»",
        "he\u0301be\u0301", "ｈｅｂｅ", "heb\u00ade", "hebe\u200b",
    ],
    "Saint-Étienne – Ærø": [
        "saint-étienne", "saint etienne", "Saint‑Étienne", "SAINT–ETIENNE", "saint—etienne", "Saint−Étienne",
        "aero", "ærø", "ÆRØ", "int-eti",
    ],
    "S.N.C.F. Réseau": ["sncf", "S.N.C.F.", "SNCF réseau", "s.n.c.f", "reseau sncf"],
    "H & M 100 % _Zé+": ["h&m", "H & M", "h &m", "100%", "100 %", "_ze", "zé+", "%", "&"],
    "Straße Łódź": ["strasse", "STRASSE", "straße", "lodz", "ŁÓDŹ"],
    "Éts 3 Suisses": ["3 suisses", "ets 3", "éts"],
}  # fmt: skip
EMAILS = {
    "Jean-Luc.O'Neil@Acme-Conseil.fr": [
        "jean-luc.o'neil@acme-conseil.fr", "JEAN-LUC", "o’neil@acme", "@acme-conseil", "acme-conseil.fr",
        "mailto:Jean-Luc.O'Neil@acme-conseil.fr", "conseil.fr", "luc neil",
    ],
}  # fmt: skip
PHONES = {
    "+33142685300": [
        "0142685300", "01 42 68 53 00", "01.42.68.53.00", "01-42-68-53-00", "01\u00a042\u202f68 53 00", "01/42/68/53/00",
        "+33142685300", "+33 1 42 68 53 00", "+33 (0)1 42 68 53 00", "+33 (0) 1 42 68 53 00", "0033142685300",
        "0033 1 42 68 53 00", "(+33) 1 42 68 53 00", "tel:+33142685300", "42 68 53", "6853", "01 42 68",
        "+33 1 42", "0033 1 42", "01 42 68 53 00,", "０１ ４２ ６８ ５３ ００", "01–42–68–53–00", "Tél. : 01 42 68 53 00",
        "tel 01 42 68 53 00", "téléphone : 0142685300",
    ],
    "+442079460958": ["020 7946 0958", "+44 20 7946 0958", "0044 20 7946 0958", "+44 (0)20 7946 0958", "79460958"],
    "+262262123456": ["0262 12 34 56", "+262 262 12 34 56", "0262123456", "00262 262 12 34 56"],
}  # fmt: skip
NUMBERS = {
    "siren": [
        SIREN, format_siren(SIREN), "552 100 554", "552.100.554", "552-100-554", "552\u202f100\u202f554", "552100", "100 554",
        "SIREN 552 100 554", "siren : 552100554", "SIREN n° 552 100 554", "552 100 554 RCS Paris", "RCS Paris 552 100 554",
        VAT, VAT.lower(), format_vat(VAT), "FR 83552100554", "FR-83-552-100-554", f"TVA {VAT}", f"n° TVA : {VAT}",
        f"TVA intracommunautaire {format_vat(VAT)}", "５５２ １００ ５５４",
    ],
    "siret": [
        HEAD, format_siret(HEAD), f"{HEAD[:9]} {HEAD[9:]}", f"{HEAD[:3]}.{HEAD[3:6]}.{HEAD[6:9]}.{HEAD[9:]}", HEAD[9:], HEAD[:12],
        f"SIRET {HEAD}", f"SIRET : {format_siret(HEAD)}", f"N° SIRET : {HEAD}", f"siret n°{HEAD}",
    ],
}  # fmt: skip


def pairs(*tables: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kept, typed) for table in tables for kept, many in table.items() for typed in many]


def found(spec: ListSpec, q: str) -> tuple[int, ...]:
    """What the list finds, whichever way it is asked."""
    listing = Listing(spec, q=q)
    ids = listing.all_ids()
    assert listing.count() == len(ids)
    assert tuple(listing.sized(100).page_ids()) == ids
    return ids


@pytest.fixture(autouse=True)
def others(admin: Account) -> None:
    """Neighbours that must not be found."""
    other = make_company(
        name="Tout autre maison", acronym="TAM", city="Nîmes", phone="+33400000000",
        email="bonjour@ailleurs.test",
    )  # fmt: skip
    make_contact(first_name="Ugo", last_name="Ailleurs", company_id=other.id, phone="+33400000000")


# ---- companies: name, acronym, then every site's names, town, e-mail, phone


Maker = Callable[[str, Account], int]


def _company(**values: str) -> int:
    return make_company(name="Maison", siren=SIREN, siret=HEAD, **values).id


def _site(value: str, field: str, by: Account) -> int:
    company = make_company(name="Maison", siren=SIREN, siret=HEAD)
    add_establishment(company, {field: value, "siret": OTHER}, by=by)
    db.session.commit()
    return company.id


def in_the_name(value: str, _by: Account) -> int:
    return make_company(name=value, siren=SIREN, siret=HEAD).id


def in_the_acronym(value: str, _by: Account) -> int:
    return _company(acronym=value)


def in_the_city(value: str, _by: Account) -> int:
    return _company(city=value)


def _in_site(field: str) -> Maker:
    def make(value: str, by: Account) -> int:
        return _site(value, field, by)

    make.__name__ = f"in_a_site_s_{field}"
    return make


def _in_company(field: str) -> Maker:
    def make(value: str, _by: Account) -> int:
        return _company(**{field: value})

    make.__name__ = f"in_the_{field}"
    return make


COMPANY_TEXTS = [
    in_the_name,
    in_the_acronym,
    in_the_city,
    *map(_in_site, ("trade_name", "sign", "city")),
]


def table(*rows: tuple[list[Maker], list[tuple[str, str]]]) -> list[Any]:
    """A test for each place and stored value, which tries all its writings."""
    return [
        pytest.param(
            place,
            kept,
            [typed for stored, typed in written if stored == kept],
            id=f"{place.__name__}-{kept}",
        )
        for places, written in rows
        for place in places
        for kept in dict.fromkeys(stored for stored, _typed in written)
    ]


@pytest.mark.parametrize(
    ("place", "kept", "typed"),
    table(
        (COMPANY_TEXTS, pairs(TEXTS)),
        ([_in_company("email"), _in_site("email")], pairs(EMAILS)),
        ([_in_company("phone"), _in_site("phone")], pairs(PHONES)),
    ),
)
def test_a_company_is_found_in_every_writing(
    admin: Account, place: Maker, kept: str, typed: list[str]
) -> None:
    wanted = (place(kept, admin),)
    missed = [q for q in typed if found(COMPANIES, q) != wanted]
    assert missed == []
    unpicked = [q for q in typed if [int(one.id) for one in pick_companies(q)] != list(wanted)]
    assert unpicked == []


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_company_is_found_by_its_numbers(admin: Account, kind: str) -> None:
    wanted = (_company(),)
    missed = [q for q in NUMBERS[kind] if found(COMPANIES, q) != wanted]
    assert missed == []


@pytest.mark.parametrize("show", [str, format_siret, lambda siret: f"SIRET {siret}"])
def test_a_company_is_found_by_the_siret_of_any_site(
    admin: Account, show: Callable[[str], str]
) -> None:
    company = _site("Brest", "city", admin)
    assert found(COMPANIES, show(OTHER)) == (company,)


def test_the_postal_code_of_any_site_finds_too(admin: Account) -> None:
    company = _company(postal_code="75009", city="Paris")
    assert found(COMPANIES, "75009 Paris maison") == (company,)
    assert found(COMPANIES, f"{SIREN} 75009") == (company,)


def test_words_of_several_places_are_asked_together_in_any_order(admin: Account) -> None:
    company = _site("Brest", "city", admin)
    for q in (f"brest maison {SIREN}", f"{format_siren(SIREN)} BREST", f"mais {OTHER} rest"):
        assert found(COMPANIES, q) == (company,)
    assert found(COMPANIES, "brest nimes") == ()


@pytest.mark.parametrize(
    "wrong", ["552100555", "FR 84 552 100 554 1", "0142685301", "oeuvres", "100_", "%%"]
)
def test_what_is_not_written_so_is_not_found(admin: Account, wrong: str) -> None:
    make_company(name="L’Œuvre 100 %", siren=SIREN, siret=HEAD, phone="+33142685300")
    assert found(COMPANIES, wrong) == ()


@pytest.mark.parametrize(
    "q", [SIREN, format_siren(SIREN), f"SIREN {SIREN}", VAT, HEAD, OTHER, format_siret(OTHER)]
)
def test_the_bearer_of_an_identifier_comes_first(admin: Account, q: str) -> None:
    for name in ("A qui cite", "B qui cite"):
        make_company(name=name, email=f"client-{OTHER}@{name[0]}.example")
        make_company(name=f"{name} encore", email=f"client-{HEAD}@{name[0]}.example")
    bearer = _site("Brest", "city", admin)
    ids = found(COMPANIES, q)
    assert ids[0] == bearer
    assert len(ids) > 1
    assert int(pick_companies(q)[0].id) == bearer


# ---- contacts


def _contact(by: Account, **values: Any) -> int:
    contact = make_contact(**{"first_name": None, "last_name": "Untel", **values})
    db.session.commit()
    return contact.id


def _in_contact(field: str) -> Maker:
    def make(value: str, by: Account) -> int:
        return _contact(by, **{field: value})

    make.__name__ = f"in_the_{field}"
    return make


def _personal(field: str) -> Maker:
    def make(value: str, by: Account) -> int:
        contact = make_contact(first_name=None, last_name="Untel")
        base = form_values(contact)
        update_contact(contact, {**base, field: value}, base=base, by=by)
        db.session.commit()
        return contact.id

    make.__name__ = f"in_the_{field}"
    return make


def _at(field: str) -> Maker:
    """Of the company where the contact works, or of its site."""

    def make(value: str, by: Account) -> int:
        company = make_company(**{"name": "Maison", field: value})
        return _contact(by, company_id=company.id)

    make.__name__ = f"in_the_company_s_{field}"
    return make


def _at_site(field: str) -> Maker:
    def make(value: str, by: Account) -> int:
        company = make_company(name="Maison")
        site = add_establishment(company, {field: value}, by=by)
        return _contact(by, company_id=company.id, establishment_id=site.id)

    make.__name__ = f"in_the_site_s_{field}"
    return make


CONTACT_TEXTS = [
    *map(_in_contact, ("first_name", "last_name", "job_title", "job_function", "department")),
    *map(_at, ("name", "acronym", "city")),
    *map(_at_site, ("city", "trade_name", "sign")),
]


@pytest.mark.parametrize(
    ("place", "kept", "typed"),
    table(
        (CONTACT_TEXTS, pairs(TEXTS)),
        ([_in_contact("email"), _personal("personal_email")], pairs(EMAILS)),
        ([_in_contact("phone"), _in_contact("mobile"), _personal("personal_phone")], pairs(PHONES)),
    ),
)
def test_a_contact_is_found_in_every_writing(
    admin: Account, place: Maker, kept: str, typed: list[str]
) -> None:
    wanted = (place(kept, admin),)
    missed = [q for q in typed if found(CONTACTS, q) != wanted]
    assert missed == []
    unpicked = [q for q in typed if [int(one.id) for one in pick_contacts(q)] != list(wanted)]
    assert unpicked == []


def test_a_contact_is_found_by_both_names_and_their_company(admin: Account) -> None:
    company = make_company(name="Œuvre", city="Blois")
    contact = _contact(admin, first_name="Ève", last_name="N’Diaye", company_id=company.id)
    for q in ("eve n'diaye", "N'DIAYE Ève", "ndiaye blois"[1:], "oeuvre ève", "diaye ev blo"):
        assert found(CONTACTS, q) == (contact,)
    assert found(CONTACTS, "ève nimes") == ()


# ---- both


@pytest.mark.parametrize("q", ["q", "qz", "QZ"])
def test_one_and_two_letters_search_too(admin: Account, q: str) -> None:
    company = make_company(name="Aqzor")
    contact = _contact(admin, last_name="Aqzor")
    assert found(COMPANIES, q) == (company.id,)
    assert found(CONTACTS, q) == (contact,)


@pytest.mark.parametrize("q", ["😀", "—", "…", "«»", "\u200b"])
def test_what_no_record_can_hold_finds_nothing(admin: Account, q: str) -> None:
    assert found(COMPANIES, q) == found(CONTACTS, q) == ()
