"""The rule over many things tells which of them breaks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.each import for_each


@pytest.fixture
def most() -> int:
    return 2


@for_each([1, 2], named="n{}".format)
def test_a_rule_takes_fixtures(number: int, most: int) -> None:
    assert number <= most


def rule(number: int) -> None:
    assert number < 2


@pytest.mark.parametrize(("things", "named"), [([1, 2, 3], ["n2", "n3"]), ([], ["nothing"])])
def test_what_breaks_it_is_named(things: list[int], named: list[str]) -> None:
    test: Callable[[], None] = for_each(things, named="n{}".format)(rule)
    with pytest.raises(AssertionError) as failure:
        test()
    assert all(name in str(failure.value) for name in named)
    assert "n1" not in str(failure.value)
