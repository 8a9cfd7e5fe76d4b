"""« Voir sur la carte » (requirements C1, E1): a site on the outline of France, in words, and on a
street map once its reader asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _

from app.companies.models import Establishment, Precision
from app.core.geo import plain_position
from app.permissions import Permission, View
from app.places.addresses import DRAWN, question_of
from app.places.geocoder import geocoder
from app.places.operations import seen_of
from app.places.queries import commune_of
from app.places.tiles import tiles
from app.places.words import format_position, precision_label
from app.reference.models import Commune
from app.reference.outline import VIEW_BOX, insets, project, shapes
from app.reference.queries import country_name, department_label

# How near the street map opens, and how far around the point the place may be, in metres.
ZOOMS = {Precision.STREET: 16, Precision.LOCALITY: 15, Precision.COMMUNE: 13}
NEAREST = 17
RADII = {Precision.LOCALITY: 500, Precision.COMMUNE: 1500}
# Where nothing is known, the street map shows France.
FRANCE = {"latitude": 46.6, "longitude": 2.4, "zoom": 5}


@dataclass(frozen=True)
class Position:
    """Degrees, WGS 84, and how sure they are."""

    latitude: float
    longitude: float
    precision: str

    @property
    def plain(self) -> str:
        return plain_position(self.latitude, self.longitude)

    @property
    def words(self) -> str:
        return format_position(self.plain)

    @property
    def precision_words(self) -> str:
        return precision_label(self.precision)

    @property
    def directions_url(self) -> str:
        """A map of the outside that one may choose to open: it then learns the position."""
        return f"https://www.openstreetmap.org/directions?to={self.plain.replace(', ', '%2C')}"


@dataclass(frozen=True)
class Mark:
    """Where the position falls on the drawing; `rough` where it is no more than the commune."""

    x: float
    y: float
    rough: bool


def position_of(site: Establishment, commune: Commune | None = None) -> Position | None:
    """The site's own position, else the centre of its commune, else None."""
    if site.latitude is not None and site.longitude is not None:
        known = site.position_precision or Precision.COMMUNE
        return Position(site.latitude, site.longitude, known)
    commune = commune or commune_of(site)
    if commune is None or commune.latitude is None or commune.longitude is None:
        return None
    return Position(commune.latitude, commune.longitude, Precision.COMMUNE)


def may_place() -> bool:
    """Whether the reader may change where a site is."""
    security = cast(Any, current_app).appbuilder.sm
    return bool(security.has_access(Permission.EDIT, View.COMPANY))


def map_panel(
    title: str, site: Establishment | None, *, contact_id: int | None = None
) -> dict[str, Any]:
    """What places/map.html shows: `title` names whose place it is, `site` is the place;
    `contact_id` is whose sheet the map was opened from, if it was a contact's."""
    commune = commune_of(site) if site is not None and site.country in DRAWN else None
    position = _shown_position(site, commune)
    mark = _mark(site, position)
    may_edit = site is not None and may_place()
    return {
        "title": title,
        "site": site,
        "contact_id": contact_id,
        "seen": seen_of(site) if site is not None else "",
        "address": _address(site),
        "commune": _commune_line(commune),
        "position": position,
        "mark": mark,
        "trouble": None if mark is not None else _trouble(site, position),
        "view_box": VIEW_BOX,
        "shapes": shapes(),
        "insets": insets(),
        "plan": plan_of(position) if position is not None else None,
        "may_edit": may_edit,
        "may_locate": may_edit and _may_locate(site),
        "may_return": may_edit and _may_return(site),
    }


def _shown_position(site: Establishment | None, commune: Commune | None) -> Position | None:
    if site is None or (site.country not in DRAWN and site.latitude is None):
        return None
    return position_of(site, commune)


def plan_of(position: Position | None) -> dict[str, Any] | None:
    """What the street map needs to show a position, or France; None where there is none."""
    street_map = tiles()
    if street_map is None:
        return None
    where: dict[str, Any] = dict(FRANCE)
    if position is not None:
        precision = Precision(position.precision)
        where = {
            "latitude": position.latitude,
            "longitude": position.longitude,
            "zoom": ZOOMS.get(precision, NEAREST),
        }
        where["radius"] = RADII.get(precision, 0)
    return {
        **where,
        "tiles": street_map.url,
        "attribution": street_map.attribution,
        "host": street_map.host,
        "marked": position is not None,
    }


def _may_locate(site: Establishment | None) -> bool:
    """Whether the address service is there to be asked, and the address is one to ask about."""
    return site is not None and geocoder() is not None and question_of(site) is not None


def _may_return(site: Establishment | None) -> bool:
    is_by_hand = site is not None and site.position_precision == Precision.HAND
    return is_by_hand and site is not None and site.found_latitude is not None


def _mark(site: Establishment | None, position: Position | None) -> Mark | None:
    if site is None or position is None or site.country not in DRAWN:
        return None
    point = project(position.latitude, position.longitude)
    if point is None:
        return None
    x, y = (round(value, 1) for value in point)
    return Mark(x, y, position.precision == Precision.COMMUNE)


def _address(site: Establishment | None) -> list[str]:
    """The address, a line an item, with the country where it is abroad."""
    if site is None:
        return []
    abroad = [] if site.country == "FR" else [country_name(site.country)]
    return [*site.address_lines, *abroad] if site.address_lines else []


def _commune_line(commune: Commune | None) -> str | None:
    """« Blois (41 · Loir-et-Cher) »"""
    return f"{commune.name} ({department_label(commune.department)})" if commune else None


def _trouble(site: Establishment | None, position: Position | None) -> str:
    """Why no point is shown on the outline, and what to do about it."""
    if site is None or not site.address_lines:
        return _("L’adresse n’est pas renseignée : complétez la fiche pour voir où elle se trouve.")
    if site.country not in DRAWN:
        return _(
            "Cette adresse est à l’étranger (%(country)s) ; la carte ne montre que la France.",
            country=country_name(site.country),
        )
    if position is not None:
        return _(
            "Ce lieu est hors de la carte, qui montre la métropole et cinq départements "
            "d’outre-mer."
        )
    return _(
        "La commune n’est pas reconnue : vérifiez le code postal et la ville de l’adresse "
        "pour la voir sur la carte."
    )
