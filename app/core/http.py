"""What every answer carries: security headers, the nonce of its scripts, a request number."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Gone

from app.core.compressing import compress_page

# FAB's stock screens bear style attributes of Bootstrap 3 and of their own script;
# no page of ours does, and no page runs a script that we did not send.
STYLE_ATTRIBUTES = "style-src-attr 'unsafe-inline'; "
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def csp_nonce() -> str:
    """The nonce that scripts of this answer must bear."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def allow_style_attributes() -> None:
    """Called by FAB's stock screens only."""
    g.style_attributes = True


def allow_images_of(origin: str) -> None:
    """Called by pages that may show images of one other host (« https://host »)."""
    g.image_origin = origin


def send_as_file() -> None:
    """Called where the answer is a file shown in pages (a picture), and no page itself: as such it
    can do nothing, the browser may keep it and must ask each time whether it still may show it.

    It leaves the session as it is: an answer that comes late would bring an older one back.
    """
    g.is_file = True


def request_number() -> str:
    """A number to quote when asking for help about this request."""
    if "request_number" not in g:
        g.request_number = secrets.token_hex(4)
    return str(g.request_number)


def _image_sources() -> list[str]:
    origin = g.get("image_origin")
    return ["'self'", "data:", *([origin] if origin else [])]


def _policy() -> str:
    if g.get("is_file"):
        return "default-src 'none'; frame-ancestors 'none'; sandbox"
    return (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'; img-src {' '.join(_image_sources())}; "
        f"script-src 'self' 'nonce-{csp_nonce()}'; "
        f"style-src 'self'; {STYLE_ATTRIBUTES if g.get('style_attributes') else ''}"
        "connect-src 'self'; font-src 'self'"
    )


def _add_headers(response: Response) -> Response:
    response.headers.update(FIXED_HEADERS)
    response.headers["Content-Security-Policy"] = _policy()
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if g.get("is_file"):
        response.headers["Cache-Control"] = "private, no-cache"
    elif request.endpoint not in {"static", "appbuilder.static"}:
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("Cookie", "HX-Request", "HX-Target"))
    return response


def wants_fragment() -> bool:
    """The page's own script asks for a part of the page, at the page's own address."""
    return request.headers.get("HX-Request") == "true"


def wants_json() -> bool:
    """A program asks, and no browser."""
    best = request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html")
    return request.path.startswith("/api/") or best == "application/json"


class MergedInto(Gone):
    """What a program asked for is a part of another record now: its id, and where it is."""

    def __init__(self, into: int, address: str) -> None:
        super().__init__(_("Cette fiche a été fusionnée dans une autre."))
        self.into, self.address = into, address


def wanted_region() -> str:
    """The id of the region that the script will replace ('' for a whole page)."""
    return request.headers.get("HX-Target", "") if wants_fragment() else ""


def is_signed_in() -> bool:
    return bool(current_user and getattr(current_user, "is_authenticated", False))


def init_app(app: Flask) -> None:
    app.after_request(compress_page)  # Flask asks the last one first.
    app.after_request(_add_headers)
    app.jinja_env.globals.update(
        csp_nonce=csp_nonce,
        request_number=request_number,
        allow_style_attributes=allow_style_attributes,
        wants_fragment=wants_fragment,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
