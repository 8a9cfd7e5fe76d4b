"""All models, whether a page uses them yet or not: tables name each other by text."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

import app as package


def import_models() -> None:
    """Import each domain's models, and those of the core."""
    for domain in pkgutil.iter_modules(package.__path__):
        module = f"app.{domain.name}.models"
        if domain.ispkg and importlib.util.find_spec(module) is not None:
            importlib.import_module(module)
    importlib.import_module("app.core.submissions")
