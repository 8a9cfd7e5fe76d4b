"""Passerelle: create_app() is the table of contents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from werkzeug.middleware.proxy_fix import ProxyFix


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application, with the settings given, else those of the environment.

    Raises config.BadSettings when a setting is missing or wrong.
    """
    from app.core.assets import Application
    from app.extensions import csrf, db, migrate
    from config import from_environment

    app = Application(__name__)
    app.config.from_mapping(from_environment() if settings is None else settings)
    if proxies := app.config.get("PROXIES"):
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    with app.app_context():
        _connect(app)
        _register(app)
    return app


def _connect(app: Flask) -> None:
    from app.core.db import install_connection_rules
    from app.extensions import db

    install_connection_rules(db.engine)


def _register(app: Flask) -> None:
    """Bind what each request passes through, then FAB and the pages."""
    from app import cli, errors, filters, navigation, places
    from app.core import http, phrases
    from app.core.assets import zip_files_of
    from app.extensions import db
    from app.schema import import_models

    import_models()
    http.init_app(app)
    errors.init_app(app)
    places.init_app(app)
    navigation.init_app(app)
    appbuilder = AppBuilder()  # Per application: it fills with its state.
    appbuilder.init_app(app, db.session)
    zip_files_of(app, "appbuilder.static", str(app.blueprints["appbuilder"].static_folder))
    # Once FAB has set up Babel, whose own filters and texts these replace.
    filters.init_app(app)
    phrases.init_app(app)
    _add_pages(app, appbuilder)
    cli.init_app(app)


def _add_pages(app: Flask, appbuilder: AppBuilder) -> None:
    """Each domain's pages, in the order in which the menu shows them."""
    from app.bin.views import BinView
    from app.companies.views import CompanyView
    from app.contacts.views import ContactView
    from app.duplicates.pairviews import PairView
    from app.duplicates.views import CompanyDuplicateView, ContactDuplicateView
    from app.facets import counts as facets
    from app.home.views import AccountView, ProfileView
    from app.jobs import views as jobs
    from app.jump.views import JumpView
    from app.merges.views import MergeView
    from app.places.views import PickView, PlaceView
    from app.reference import admin
    from app.tags.views import TagView

    companies = appbuilder.add_view(CompanyView, "Company", category="CRM")
    contacts = appbuilder.add_view(ContactView, "Contact", category="CRM")
    appbuilder.add_view(TagView, "Tag", category="CRM")
    appbuilder.add_view(BinView, "Bin", category="CRM")
    appbuilder.add_view(PairView, "Duplicate", category="CRM")
    for view in (jobs.JobView, PickView, JumpView, MergeView, ProfileView, AccountView):
        appbuilder.add_view_no_menu(view)
    # These go by the rights of the sheets; FAB drops those that a view of the name does not list.
    for view, of in (
        (PlaceView, companies), (CompanyDuplicateView, companies), (ContactDuplicateView, contacts)
    ):  # fmt: skip
        appbuilder.add_view_no_menu(view).base_permissions = of.base_permissions
    admin.register(appbuilder)
    facets.init_app(app, CompanyView.spec, ContactView.spec)
    jobs.init_app(app)
