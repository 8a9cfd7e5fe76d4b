"""The texts of pages, looked up in the catalogue once for each language, not once for each cell."""

from __future__ import annotations

from typing import Any, cast

from babel import Locale
from flask import Flask, g, has_app_context
from flask_babel import Domain, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

MOST = 5_000  # Far more than the product has: a text made at run time may not fill the memory.


class _Phrases(dict[str, str]):
    """The texts of one language. Like those of Jinja's own gettext they are patterns: `%%` is `%`."""

    def __missing__(self, message: str) -> str:
        found = str(get_translations().ugettext(message))
        if len(self) < MOST:
            self[message] = found
        return found


_LANGUAGES: dict[Locale, _Phrases] = {}


def gettext(message: str, **values: Any) -> str:
    """As flask_babel.gettext, for what is said a hundred times a page."""
    text = _pattern(message)
    return text % values if values else text


def _pattern(message: str) -> str:
    phrases = _phrases()
    # Outside a request texts are French, as they are written.
    return message if phrases is None else phrases[message]


def _phrases() -> _Phrases | None:
    """The texts in the reader's language. They are kept with what Flask-Babel keeps of a request,
    beside the language they are of: get_locale() looks four times, a page asks two hundred."""
    kept = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(kept, "babel_locale", None)
    if kept is not None and locale and getattr(kept, "phrases_of", None) is locale:
        return cast(_Phrases, kept.phrases)
    language = locale or get_locale()
    if language is None:
        return None
    phrases = _LANGUAGES.setdefault(language, _Phrases())
    if kept is not None and locale:
        kept.phrases_of, kept.phrases = locale, phrases
    return phrases


@pass_eval_context
def _of_template(context: EvalContext, message: str, /, **values: Any) -> str:
    text = _pattern(message)
    return (Markup(text) if context.autoescape else text) % values  # noqa: S704 (texts of ours)


class _Catalogue(Domain):
    """Where lazy texts and everybody's flask_babel.gettext look a text up."""

    def gettext(self, string: str, **variables: Any) -> str:
        return gettext(string, **variables)


def init_app(app: Flask) -> None:
    """Take the place of Flask-Babel's catalogue, which goes through five objects a text."""
    babel: Any = app.extensions["babel"].instance
    babel.domain_instance = _Catalogue(domain=babel.domain)  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(_=_of_template, gettext=_of_template)
