"""Where things are: the pickers of reference data, the map that needs no network, the street map
and the address service that are asked when a person wants them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from app.places import locating  # noqa: F401 — its job is known once it is imported.
    from app.places.tiles import allow_tiles

    app.jinja_env.globals.update(allow_tiles=allow_tiles)
