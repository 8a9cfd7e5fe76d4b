"""Limits on sign-ins that start at nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def limits(app: Flask) -> Iterator[None]:
    limiter = app.appbuilder.sm.limiter  # type: ignore[attr-defined]
    limiter.reset()
    yield
    limiter.reset()
