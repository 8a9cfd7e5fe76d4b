"""What the pickers of the pop-ups search in: activities, legal forms, communes, tags; and the
places on the map: seen, found, put by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.companies.models import Establishment, Precision
from app.core.http import wants_fragment
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.picks import picked, typed
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import VIEWS
from app.permissions import Permission, View, method
from app.places.addresses import Found, believable, question_of
from app.places.forms import PositionForm
from app.places.geocoder import NoAnswer, geocoder
from app.places.map import map_panel, plan_of, position_of
from app.places.operations import Changed, place_found, return_to_found, seen_of, set_position
from app.places.queries import site_on_map
from app.places.words import precision_label
from app.reference.queries import NOMENCLATURES, pick_commune, pick_legal_form, pick_naf
from app.tags.models import Module
from app.tags.offers import pick_tags

LIST, SHOW, EDIT = (
    method(permission) for permission in (Permission.LIST, Permission.SHOW, Permission.EDIT)
)
NO_ANSWER = _l(
    "Le service d’adresses ne répond pas : la position n’a pas changé. Recommencez dans une minute."
)
WRONG = _l("La position n’est pas enregistrée : corrigez le point ci-dessous.")
CHANGED = _l(
    "L’adresse ou la position a changé entre-temps : vérifiez-la, puis recommencez si besoin. "
    "Rien n’a été enregistré."
)


def _nomenclature() -> str | None:
    """The NAF to search in; the picker gives it under the name of its form's own field."""
    asked = request.args.get("nomenclature") or request.args.get("naf_nomenclature")
    if asked and asked not in NOMENCLATURES:
        raise BadQuery(_l("Cette nomenclature d’activités est inconnue."))
    return asked or None


class PickView(BaseView):
    """`{"results": [{"id", "label", "detail"}]}`, at most 20, the likeliest first."""

    route_base = "/crm/pick"
    class_permission_name = View.PICK.value

    @expose("/naf")
    @has_access
    @permission_name(LIST)
    def naf(self) -> ResponseReturnValue:
        """Activities; `id` is the bare code, since the form holds the nomenclature apart."""
        picks = pick_naf(typed(), nomenclature=_nomenclature())
        return picked([replace(pick, id=pick.id.partition(":")[2]) for pick in picks])

    @expose("/legal-form")
    @has_access
    @permission_name(LIST)
    def legal_form(self) -> ResponseReturnValue:
        return picked(pick_legal_form(typed()))

    @expose("/commune")
    @has_access
    @permission_name(LIST)
    def commune(self) -> ResponseReturnValue:
        return picked(pick_commune(typed(), typed("postal_code") or None))

    @expose("/tag")
    @has_access
    @permission_name(LIST)
    def tag(self) -> ResponseReturnValue:
        """Tags of one module, for those who may list what bears them."""
        asked = request.args.get("module", "")
        if asked not in set(Module):
            raise BadQuery(_l("Ce module de tags est inconnu."))
        module = Module(asked)
        security = cast(Any, self.appbuilder).sm
        if not security.has_access(Permission.LIST, VIEWS[module]):
            abort(403)
        return picked(pick_tags(module, typed()))


class PlaceView(BaseView):
    """Where a site is. A place is a part of its company's sheet, and goes by its rights."""

    route_base = "/crm/places"
    class_permission_name = View.COMPANY.value

    @expose("/<int:pk>/map")
    @has_access
    @permission_name(SHOW)
    def map(self, pk: int) -> ResponseReturnValue:
        """« Voir sur la carte » of one site."""
        return self._panel(_load(pk), 200)

    @expose("/<int:pk>/locate", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def locate(self, pk: int) -> ResponseReturnValue:
        """« Situer l’adresse »: ask the address service, and put the site where it says."""
        site = _load(pk)
        client, question = geocoder(), question_of(site)
        if client is None or question is None:
            flash(_("Cette adresse ne peut pas être cherchée."), "warning")
            return self._back(pk)
        if request.form.get("seen", "") != seen_of(site):
            return self._panel(site, 409, CHANGED)
        db.session.rollback()  # Nobody waits for this transaction while the service is asked.
        try:
            hits = client.search(question)
        except NoAnswer:
            flash(str(NO_ANSWER), "warning")
            return self._back(pk)
        site = _load(pk, lock=True)
        return self._placed(site, believable(site, hits))

    def _placed(self, site: Establishment, found: Found | None) -> ResponseReturnValue:
        """Store what was found, and say what came of it."""
        if found is None:
            flash(
                _("L’adresse n’a pas été trouvée : vérifiez le code postal et la ville."), "warning"
            )
            return self._back(site.id)
        try:
            moved = place_found(site, found, seen=request.form.get("seen", ""), by=g.user)
        except Changed:
            db.session.rollback()
            return self._panel(_load(site.id), 409, CHANGED)
        db.session.commit()
        better = moved and found.precision is not Precision.COMMUNE
        flash(_outcome(found, moved=moved), "success" if better else "info")
        return self._back(site.id)

    @expose("/<int:pk>/found", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def found(self, pk: int) -> ResponseReturnValue:
        """« Revenir à la position trouvée »."""
        site = _load(pk, lock=True)
        try:
            return_to_found(site, seen=request.form.get("seen", ""), by=g.user)
        except Changed:
            db.session.rollback()
            return self._panel(_load(pk), 409, CHANGED)
        except Refused as refusal:
            message = str(refusal.message)
            db.session.rollback()
            flash(message, "warning")
            return self._back(pk)
        db.session.commit()
        flash(_("La position trouvée est de nouveau en place."), "success")
        return self._back(pk)

    @expose("/<int:pk>/position", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def position(self, pk: int) -> ResponseReturnValue:
        """« Corriger la position »: drag the marker, or type the coordinates."""
        site = _load(pk, lock=request.method == "POST")
        if request.method == "GET":
            return self._form(PositionForm(formdata=None, data=_shown(site)), site, 200)
        form = PositionForm.sent(request.form)
        if not form.validate():
            return self._form(form, site, 422)
        degrees = form.latitude.data, form.longitude.data
        try:
            set_position(site, *degrees, seen=form.seen.data or "", by=g.user)
        except Changed:
            db.session.rollback()
            site = _load(pk)
            form.seen.data = seen_of(site)  # Saved again, it takes the place of what is there now.
            return self._form(form, site, 409)
        except Refused as refusal:
            form.refuse(refusal)
            db.session.rollback()
            return self._form(form, _load(pk), 422)
        db.session.commit()
        flash(_("La position est enregistrée."), "success")
        return self._back(pk)

    def _panel(
        self, site: Establishment, status: int, trouble: LazyString | None = None
    ) -> ResponseReturnValue:
        panel = map_panel(_title(site), site, contact_id=_contact_id())
        page = render_template(
            "places/map.html", is_fragment=wants_fragment(), warning=trouble, **panel
        )
        return page, status

    def _form(self, form: PositionForm, site: Establishment, status: int) -> ResponseReturnValue:
        page = render_template(
            "places/position.html",
            form=form,
            site=site,
            title=_title(site),
            plan=plan_of(position_of(site)),
            is_fragment=wants_fragment(),
            cancel_url=_map_url(site.id),
            error_message={409: CHANGED, 422: WRONG}.get(status),
        )
        return page, status

    def _back(self, pk: int) -> ResponseReturnValue:
        """To the map that the deed was asked from; the pop-up follows, and shows it."""
        return redirect(_map_url(pk), 303)


def _load(pk: int, *, lock: bool = False) -> Establishment:
    site = site_on_map(pk, lock=lock)
    if site is None:
        abort(404)
    return site


def _title(site: Establishment) -> str:
    name = site.company.name
    return name if site.is_head_office or site.label == name else f"{name} — {site.label}"


def _contact_id() -> int | None:
    asked = request.args.get("contact", "")
    return int(asked) if is_id(asked) else None


def _map_url(pk: int) -> str:
    contact = _contact_id()
    return url_for("ContactView.map", pk=contact) if contact else url_for(".map", pk=pk)


def _shown(site: Establishment) -> dict[str, Any]:
    at = position_of(site)
    degrees = {"latitude": at.latitude, "longitude": at.longitude} if at is not None else {}
    return {"seen": seen_of(site), **degrees}


def _outcome(found: Found, *, moved: bool) -> str:
    if not moved:
        return _("L’adresse n’a pas été trouvée plus précisément : la position n’a pas changé.")
    if found.precision is Precision.COMMUNE:
        return _(
            "Rien de plus précis que la commune n’a été trouvé : "
            "le repère est au centre de %(place)s.",
            place=found.label,
        )
    words = precision_label(found.precision)
    return _("Trouvé : %(place)s (%(precision)s).", place=found.label, precision=words.lower())
