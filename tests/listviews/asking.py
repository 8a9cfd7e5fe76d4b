"""Saving and opening views as a person does, for the tests of this folder."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.columns import COLUMNS
from app.companies.queries import COMPANIES
from app.core.listcolumns import default_keys
from app.core.listing import Listing
from app.extensions import db
from app.listviews.models import SavedView
from app.listviews.operations import create_view, share_view
from app.permissions import Role
from tests.pages import Element, filled, parse

LIST = "/crm/companies/"
ALL = default_keys(COLUMNS)
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
LOST = "n’existe plus, ou n’est plus partagée avec vous"


def make_view(name: str, by: Account, *, shared: tuple[str, ...] = (), **asked: Any) -> SavedView:
    """A view of companies; `asked` is what its list asks for."""
    columns = asked.pop("columns", ALL)
    view = create_view(Listing(COMPANIES, **asked), columns, name, by=by)
    if shared:
        share_view(view, shared, by=by)
    db.session.commit()
    return view


def shared_view(name: str, by: Account, **asked: Any) -> SavedView:
    return make_view(name, by, shared=(Role.READER, Role.EDITOR), **asked)


def save(client: FlaskClient, query: str, name: str, **typed: Any) -> Any:
    """« Enregistrer sous… » from a list."""
    address = f"{LIST}views/new?{query}"
    return client.post(address, data=filled(client.get(address).text, name=name, **typed))


def headings(page: str) -> list[str]:
    """The headings of the columns, without that of the check boxes."""
    heads = parse(page).one("thead").all("th", scope="col")
    return [head.text for head in heads if "datatable__check" not in head.classes]


def menu(page: str) -> Element:
    return parse(page).one(id="views-menu")


def menu_names(page: str) -> list[str]:
    return [name.text for name in menu(page).all(css="views__name")]


def state(page: str) -> str:
    """What stands over the rows about the view that is open, '' where none is."""
    return " ".join(one.text for one in parse(page).all(css="view-state"))
