from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import settings

# A slow machine is no failure; what must be fast is timed by name, with a generous limit.
settings.register_profile("core", deadline=None)
settings.load_profile("core")


@pytest.fixture
def french() -> Iterator[None]:
    """Texts in French, without the product's application."""
    app = Flask("texts")
    Babel(app, default_locale="fr")
    with app.test_request_context():
        yield
