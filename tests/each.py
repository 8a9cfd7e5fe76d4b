"""One test that holds a rule against many things: a test for each would cost more than the rule."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any


def for_each(things: Iterable[Any], *, named: Callable[[Any], str] = str) -> Callable[..., Any]:
    """Turn `rule(thing)`, or `rule(thing, fixture, …)`, into a test that fails with the name of
    every thing that breaks it, and why."""
    things = list(things)

    def decorated(rule: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(rule)
        _thing, *fixtures = signature.parameters.values()

        def test(**given: Any) -> None:
            assert things, "there is nothing to look at"
            broken = {}
            for thing in things:
                try:
                    rule(thing, **given)
                except AssertionError as failure:
                    broken[named(thing)] = str(failure)
            assert not broken, "\n".join(f"{name}: {why}" for name, why in broken.items())

        test.__name__, test.__doc__ = rule.__name__, rule.__doc__
        test.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
        return test

    return decorated
