"""The pages that say what went wrong and what to do: one template, one table of words."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.core.errors import InvalidValue
from app.core.http import MergedInto, request_number, wanted_region, wants_json
from app.core.listing import BadQuery
from app.extensions import db

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Words:
    title: LazyString
    advice: LazyString


PAGES: dict[int, Words] = {
    400: Words(
        _l("Cette demande n’est pas valable"),
        _l("L’adresse ou le formulaire contient une valeur inattendue. Revenez en arrière, ou repartez de la liste."),
    ),
    403: Words(
        _l("Vous n’avez pas accès à cette page"),
        _l("Votre rôle ne le permet pas. Si vous en avez besoin, demandez-le à un administrateur."),
    ),
    404: Words(
        _l("Cette page n’existe pas"),
        _l("La fiche a peut-être été supprimée, ou l’adresse est incomplète. Cherchez-la dans la liste."),
    ),
    405: Words(
        _l("Cette action ne se fait pas ainsi"),
        _l("Revenez à la page précédente et utilisez ses boutons."),
    ),
    409: Words(
        _l("La fiche a changé entre-temps"),
        _l("Une autre personne l’a modifiée. Rouvrez-la, puis recommencez : rien n’a été enregistré."),
    ),
    410: Words(
        _l("Ce fichier n’est plus là"),
        _l("Un fichier préparé est gardé 7 jours, puis supprimé. Demandez-le à nouveau depuis la liste."),
    ),
    413: Words(
        _l("L’envoi est trop lourd"),
        _l("La limite est de 16 Mo. Réduisez le fichier ou le texte, puis recommencez."),
    ),
    422: Words(
        _l("Le formulaire contient des erreurs"),
        _l("Corrigez les champs signalés, puis enregistrez à nouveau."),
    ),
    429: Words(
        _l("Trop d’essais en peu de temps"),
        _l("Patientez quelques minutes avant de recommencer."),
    ),
    500: Words(
        _l("Une erreur est survenue de notre côté"),
        _l("Rien n’a été enregistré. Recommencez ; si l’erreur revient, transmettez le numéro ci-dessous à un administrateur."),
    ),
    503: Words(
        _l("Le service est momentanément indisponible"),
        _l("Rien n’a été enregistré. Recommencez dans une minute."),
    ),
}  # fmt: skip


def answer(status: int, detail: str | None = None, **members: object) -> Response:
    """The page (or, for a program, problem+json with these members more) of a status."""
    words = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    if wants_json():
        body = {
            **members,
            "status": status,
            "title": str(words.title),
            "detail": detail or str(words.advice),
            "reference": request_number(),
        }
        response = jsonify(body)
        response.mimetype = "application/problem+json"
        response.status_code = status
        return response
    page = render_template(
        "errors/error.html",
        code=status,
        title=words.title,
        message=detail or words.advice,
        request_id=request_number(),
        is_fragment=wanted_region() == "dialog",
    )
    return make_response(page, status)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    db.session.rollback()
    response = answer(error.code or 500)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _merged(error: MergedInto) -> Response:
    db.session.rollback()
    return answer(410, error.description, merged_into=error.into, location=error.address)


def _bad_value(error: BadQuery | InvalidValue) -> Response:
    return answer(400, str(error))


def _csrf_error(_error: CSRFError) -> Response:
    return answer(
        400,
        str(_l("Votre session a changé depuis l’ouverture de la page. Rechargez-la, puis recommencez.")),
    )  # fmt: skip


def _conflict(error: Exception) -> Response:
    db.session.rollback()
    log.info("conflict %s: %s", request_number(), type(error).__name__)
    return answer(409)


def _out_of_range(_error: Exception) -> Response:
    """A number that no column can hold names no record."""
    db.session.rollback()
    return answer(404)


def _unavailable(error: Exception) -> Response:
    db.session.rollback()
    log.warning("database unavailable %s: %s", request_number(), type(error).__name__)
    response = answer(503)
    response.headers["Retry-After"] = "10"
    return response


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    log.error("unexpected error %s", request_number(), exc_info=error)
    return answer(500)


def init_app(app: Flask) -> None:
    """Give each kind of failure its page. In tests an unexpected error is raised as it is."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(MergedInto, _merged)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(BadQuery, _bad_value)
    app.register_error_handler(InvalidValue, _bad_value)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(StaleDataError, _conflict)
    app.register_error_handler(DataError, _out_of_range)
    app.register_error_handler(OverflowError, _out_of_range)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(InterfaceError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)
