"""The product as gunicorn serves it for a measurement: each answer says how many statements it took."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, has_app_context
from sqlalchemy import event

from app import create_app
from app.extensions import db
from bench.client import HEADER


def counted(application: Flask) -> Flask:
    """Count the SQL statements of each request."""

    def count(*_details: Any) -> None:
        if has_app_context():
            g.statements = g.get("statements", 0) + 1

    @application.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = str(g.get("statements", 0))
        return response

    with application.app_context():
        event.listen(db.engine, "before_cursor_execute", count)
        db.engine.dispose()
    return application


application = counted(create_app())
