"""Every setting, with its environment name. Secrets have a `_FILE` form: the path of a file.

PASSERELLE_DATA            folder of the database and files (./data)
PASSERELLE_DATABASE_URL    SQLAlchemy address of the database (SQLite in the data folder)
PASSERELLE_SECRET_KEY      key that signs sessions, 32 characters or more
PASSERELLE_TRUSTED_HOSTS   host names that the product answers to, separated by commas
PASSERELLE_IMAGES          folder of logos and photos, shared by all machines (images, in the data folder)
PASSERELLE_PORT            port that run.py serves on (8080)
PASSERELLE_DEMO            1: demonstration; makes a secret key of its own, answers to localhost
PASSERELLE_DEMO_PASSWORD   password of the demo accounts (random when unset)
PASSERELLE_ADMIN_PASSWORD  password for `flask create-admin` (asked when unset)
PASSERELLE_HTTPS           1: cookies only over HTTPS, and HSTS (0)
PASSERELLE_PROXIES         number of proxies in front whose X-Forwarded-* headers are believed (0)
PASSERELLE_RATE_STORAGE    where sign-in limits are counted (memory://; give a shared one to several processes)
PASSERELLE_SESSION_HOURS   hours after which one signs in again (12)
PASSERELLE_VERIFIED_DAYS   days after which a verified sheet should be verified again (365)
PASSERELLE_SCHOOL          name of the school in the texts about consent (l’école)
PASSERELLE_OUTSIDE         0: nothing is asked of any outside service, whatever the settings below (1)
PASSERELLE_TILES_URL       images of the street map, with {z}, {x} and {y}; 0 for none (Plan IGN, of the Géoplateforme)
PASSERELLE_TILES_ATTRIBUTION   whose street map it is, shown on it (© IGN)
PASSERELLE_GEOCODER_URL    service that finds addresses, with the answers of the Base Adresse Nationale; 0 for none (the Géoplateforme's)
"""

from __future__ import annotations

import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.permissions import ROLES

# Web map tiles of the layer « Plan IGN v2 », in the Web Mercator set « PM », without a key
# (cartes.gouv.fr, Géoplateforme, WMTS).
PLAN_IGN = (
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)
GEOPLATEFORME = "https://data.geopf.fr/geocodage/search"


class BadSettings(Exception):
    """A setting is missing or wrong: the product does not start."""


def _read(name: str, default: str = "") -> str:
    """A setting from the environment, or from the file that NAME_FILE points at."""
    key = f"PASSERELLE_{name}"
    if path := os.environ.get(f"{key}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSettings(f"{key}_FILE: {error}") from error
    return os.environ.get(key, default).strip()


def _flag(name: str, default: str = "") -> bool:
    return _read(name, default).lower() in {"1", "true", "yes", "oui"}


def _number(name: str, default: int) -> int:
    value = _read(name, str(default))
    if not value.isdecimal():
        raise BadSettings(f"PASSERELLE_{name}: a whole number is expected, not {value!r}")
    return int(value)


def data_folder() -> Path:
    """The folder that holds what must be kept; made on first use."""
    folder = Path(_read("DATA", "data")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _demo_key(folder: Path) -> str:
    """A demonstration's own key, made once, readable by its owner only."""
    path = folder / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _database_url(folder: Path) -> str:
    url = _read("DATABASE_URL") or f"sqlite:///{folder / 'passerelle.sqlite'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 5}}
    timeouts = "-c statement_timeout=30000 -c lock_timeout=5000 -c timezone=UTC"
    idle = "-c idle_in_transaction_session_timeout=60000"
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "pool_timeout": 10,
        "connect_args": {"options": f"{timeouts} {idle}"},
    }


def _service(name: str, url: str) -> str | None:
    """The address of an outside service; None where it, or all of them, are switched off."""
    if url.lower() in {"0", "no", "non", "none"} or not _flag("OUTSIDE", "1"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadSettings(f"PASSERELLE_{name}: {error}") from error
    # The host goes into the pages' security policy as it is.
    host = re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?", parts.netloc)
    if parts.scheme not in {"http", "https"} or host is None:
        raise BadSettings(f"PASSERELLE_{name}: an address with http(s):// and a host is expected")
    return url


def _tiles(url: str) -> str | None:
    url = _service("TILES_URL", url) or ""
    if url and sorted(re.findall(r"\{(.*?)\}", url)) != ["x", "y", "z"]:
        raise BadSettings("PASSERELLE_TILES_URL: {z}, {x} and {y} are expected, once each")
    return url or None


FIXED: dict[str, Any] = {
    "APP_NAME": "Passerelle",
    # Alembic owns the schema, `flask sync-security` the rights; a start writes nothing.
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
    "FAB_SECURITY_MANAGER_CLASS": "app.accounts.security.PasserelleSecurityManager",
    "FAB_INDEX_VIEW": "app.home.views.HomeView",
    "FAB_BASE_TEMPLATE": "admin_base.html",
    "FAB_ROLES": ROLES,
    "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
    "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_ADD_MENU_API": False,
    "FAB_OPENAPI_SERVERS": [],
    "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
    "FAB_PASSWORD_COMPLEXITY_VALIDATOR": "app.accounts.passwords.check_password",
    "AUTH_RATE_LIMITED": True,
    "RATELIMIT_ENABLED": True,
    "AUTH_RATE_LIMIT": "120 per minute",
    "RATELIMIT_HEADERS_ENABLED": True,
    "BABEL_DEFAULT_LOCALE": "fr",
    "BABEL_DEFAULT_FOLDER": "translations",
    "LANGUAGES": {
        "fr": {"flag": "fr", "name": "Français"},
        "en": {"flag": "gb", "name": "English"},
    },
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": None,  # A form left open over lunch still saves; the session bounds it.
    "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
    "MAX_FORM_PARTS": 20_000,
    "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
}


def from_environment() -> dict[str, Any]:
    """All settings, or BadSettings saying which one is missing or wrong."""
    folder = data_folder()
    demo = _flag("DEMO")
    key = _read("SECRET_KEY") or (_demo_key(folder) if demo else "")
    if len(key) < 32:
        raise BadSettings("PASSERELLE_SECRET_KEY: a secret of 32 characters or more is needed")
    hosts = [host.strip() for host in _read("TRUSTED_HOSTS").split(",") if host.strip()]
    if not hosts and not demo:
        raise BadSettings("PASSERELLE_TRUSTED_HOSTS: the host names of the site are needed")
    hosts = hosts or ["localhost", "127.0.0.1"]
    url = _database_url(folder)
    https = _flag("HTTPS")
    return {
        **FIXED,
        "SECRET_KEY": key,
        "TRUSTED_HOSTS": hosts,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(url),
        "RATELIMIT_STORAGE_URI": _read("RATE_STORAGE", "memory://"),
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=_number("SESSION_HOURS", 12)),
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_NAME": "__Host-passerelle" if https else "passerelle",
        "HTTPS": https,
        "PROXIES": _number("PROXIES", 0),
        "DATA_FOLDER": folder,
        "IMAGE_FOLDER": Path(_read("IMAGES") or folder / "images").absolute(),
        "DEMO": demo,
        "VERIFIED_DAYS": _number("VERIFIED_DAYS", 365),
        "SCHOOL": _read("SCHOOL", "l’école"),
        "TILES_URL": _tiles(_read("TILES_URL", PLAN_IGN)),
        "TILES_ATTRIBUTION": _read("TILES_ATTRIBUTION", "© IGN"),
        "GEOCODER_URL": _service("GEOCODER_URL", _read("GEOCODER_URL", GEOPLATEFORME)),
    }
