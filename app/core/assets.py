"""Style sheets and scripts whose address follows their content: a browser keeps them for a year,
and shows those of the new release on the day it is installed."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

from app.core.stylesheets import joined

STATIC = {"static", "appbuilder.static"}
MOST_ADDRESSES = 2_000  # A few hundred are the product's; a prefix of a proxy multiplies them.
_VERSION = re.compile(r"\Av\.[0-9a-f]{12}/")
_COMPRESSED = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def fingerprint(folder: Path) -> str:
    """Twelve hexadecimal digits that change with any file of the folder, its name included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=256)
def _compressed(folder: Path, name: str, _changed_at: int) -> bytes:
    is_style = name.endswith(".css")
    content = joined(folder, name).encode() if is_style else (folder / name).read_bytes()
    return gzip.compress(content, mtime=0)


def zipped(folder: str, filename: str) -> Response | None:
    """A text file as gzip, a style sheet with what it imports; None where the browser takes none,
    or for another kind of file."""
    path = Path(safe_join(folder, filename) or "")
    kind = _COMPRESSED.get(path.suffix)
    if kind is None or not path.is_file() or not request.accept_encodings.quality("gzip"):
        return None
    name = path.relative_to(folder).as_posix()
    body = _compressed(Path(folder), name, path.stat().st_mtime_ns)
    response = current_app.response_class(body, mimetype=kind)
    response.content_encoding = "gzip"
    response.cache_control.public = True
    response.cache_control.max_age = current_app.get_send_file_max_age(filename)
    response.vary.add("Accept-Encoding")
    response.set_etag(hashlib.sha256(body).hexdigest()[:16])
    response.make_conditional(request)
    return response


def zip_files_of(app: Flask, endpoint: str, folder: str) -> None:
    """Have the files that an extension brings travel as ours do."""
    as_they_are = app.view_functions[endpoint]

    def send(filename: str) -> ResponseReturnValue:
        return zipped(folder, filename) or current_app.ensure_sync(as_they_are)(filename=filename)

    app.view_functions[endpoint] = send


class _Sessions(SecureCookieSessionInterface):
    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """A file is the same for everybody: were it said to vary with the cookie, browsers would
        ask for it again after each sign-in. For pictures see core.http.send_as_file()."""
        if request.endpoint not in STATIC and not g.get("is_file"):
            super().save_session(app, session, response)


class Application(Flask):
    """Flask with `/static/v.<fingerprint>/…`. The files import one another by relative addresses,
    so the one fingerprint of the page's links holds for all of them; style sheets are sent joined."""

    session_interface = _Sessions()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.static_version = fingerprint(Path(str(self.static_folder)))
        self.url_defaults(self._put_version)
        self._addresses: dict[tuple[str, str, str], str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Flask's, which is asked for the same thirty addresses by every page: the files' and those
        of pages without a number are made once."""
        is_fixed = not values or (endpoint == "static" and values.keys() == {"filename"})
        if not is_fixed or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **values)
        key = (request.script_root, endpoint, values.get("filename", ""))
        found = self._addresses.get(key)
        if found is None:
            found = super().url_for(endpoint, **values)
            if len(self._addresses) < MOST_ADDRESSES:
                self._addresses[key] = found
        return found

    def _put_version(self, endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not _VERSION.match(values.get("filename", "")):
            values["filename"] = f"v.{self.static_version}/{values['filename']}"

    def send_static_file(self, filename: str) -> Response:
        """The file as it is now, whatever version is asked; only the present one may be kept."""
        path = _VERSION.sub("", filename, count=1)
        response = zipped(str(self.static_folder), path) or super().send_static_file(path)
        if not filename.startswith(f"v.{self.static_version}/"):
            response.cache_control.max_age = None
            response.cache_control.no_cache = True
        return response
