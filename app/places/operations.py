"""What can be done to the position of a site. Each function keeps the rules, writes the history
and flushes; the caller, who has locked the company's row, commits.

A position that was put by hand is kept until somebody asks for another, or the address becomes
that of another place (Establishment.forget_position): it was the old place's, and would mislead.
"""

from __future__ import annotations

import hashlib

from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.companies.models import Establishment, Precision
from app.companies.operations import record_site
from app.core.db import utcnow
from app.core.formats import format_number
from app.core.geo import DECIMALS, kilometres
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action
from app.history.operations import diff
from app.places.addresses import Found
from app.places.queries import commune_of

# What the position belongs to, and the position itself.
_SEEN = (
    "address", "postal_code", "city", "commune_code", "country",
    "latitude", "longitude", "position_precision",
)  # fmt: skip
# The surest first; one put by hand is left to people.
_RANKS = (Precision.EXACT, Precision.STREET, Precision.LOCALITY, Precision.COMMUNE)
# Kilometres: no commune is so wide, but for those of French Guiana.
FARTHEST, FARTHEST_IN_GUIANA = 60, 300


class Changed(Exception):
    """The address or the position is no more the one that the page showed."""


def seen_of(site: Establishment) -> str:
    """A short text that differs once the address or the position of the site has changed."""
    values = "\0".join(str(getattr(site, name)) for name in _SEEN)
    return hashlib.sha256(values.encode()).hexdigest()[:16]


def _check_seen(site: Establishment, seen: str) -> None:
    if seen != seen_of(site):
        raise Changed


def set_position(
    site: Establishment, latitude: float, longitude: float, *, seen: str, by: Account
) -> None:
    """Put a site by hand, in degrees; Refused far from its commune, Changed where `seen` is not
    what seen_of() says now. What had been found stays known, to come back to."""
    if _is_there(site, latitude, longitude):
        return  # Sent twice: it has been done.
    _check_seen(site, seen)
    _check_near(site, latitude, longitude)
    if site.position_precision not in {None, Precision.HAND}:
        site.found_latitude, site.found_longitude = site.latitude, site.longitude
        site.found_precision = site.position_precision
    _put(site, latitude, longitude, Precision.HAND, by)


def _is_there(site: Establishment, latitude: float, longitude: float) -> bool:
    there = (site.latitude, site.longitude, site.position_precision)
    return there == (round(latitude, DECIMALS), round(longitude, DECIMALS), Precision.HAND)


def place_found(site: Establishment, found: Found, *, seen: str, by: Account) -> bool:
    """Put a site where its address was found; False where it has a surer position already."""
    _check_seen(site, seen)
    if _rank(site.position_precision) < _rank(found.precision):
        return False
    site.found_latitude = site.found_longitude = site.found_precision = None
    _put(site, found.latitude, found.longitude, found.precision, by)
    return True


def return_to_found(site: Establishment, *, seen: str, by: Account) -> None:
    """Take back what was put by hand; Refused where nothing had been found."""
    _check_seen(site, seen)
    if site.found_latitude is None or site.found_longitude is None or site.found_precision is None:
        raise Refused("position", _l("Aucune position n’avait été trouvée pour cette adresse."))
    latitude, longitude = site.found_latitude, site.found_longitude
    precision = Precision(site.found_precision)
    site.found_latitude = site.found_longitude = site.found_precision = None
    _put(site, latitude, longitude, precision, by)


def _rank(precision: str | None) -> int:
    """0 for the surest; what is unknown or put by hand gives way to all that is found."""
    return next((rank for rank, each in enumerate(_RANKS) if each == precision), len(_RANKS))


def _put(
    site: Establishment, latitude: float, longitude: float, precision: Precision, by: Account
) -> None:
    before = site.position_values
    site.latitude, site.longitude = round(latitude, DECIMALS), round(longitude, DECIMALS)
    site.position_precision = precision
    changes = diff(before, site.position_values)
    if changes:
        company, now = site.company, utcnow()
        site.updated_at = company.updated_at = now
        company.updated_by_id = by.id
        record_site(Action.SITE_PLACED, site, changes, by)
    db.session.flush()


def _check_near(site: Establishment, latitude: float, longitude: float) -> None:
    """Latitude and longitude that were swapped, or a point on the wrong side of Greenwich."""
    commune = commune_of(site)
    if commune is None or commune.latitude is None or commune.longitude is None:
        return
    distance = kilometres((latitude, longitude), (commune.latitude, commune.longitude))
    if distance > (FARTHEST_IN_GUIANA if commune.department == "973" else FARTHEST):
        raise Refused(
            "latitude",
            _l(
                "Ce point est à %(distance)s km de %(commune)s : vérifiez la latitude et la longitude.",
                distance=format_number(round(distance)), commune=commune.name,
            ),
        )  # fmt: skip
