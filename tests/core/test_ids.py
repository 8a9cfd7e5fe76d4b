"""Ids as texts, and in lists too long for one statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import is_id, packed, parts, unpacked


def test_a_selection_goes_in_parts() -> None:
    ids = tuple(range(1201))
    assert [len(part) for part in parts(ids)] == [500, 500, 201]
    assert [one for part in parts(ids, 7) for one in part] == list(range(1201))
    assert list(parts(())) == []


@pytest.mark.parametrize("text", ["0", "7", "999999999"])
def test_a_whole_number_that_fits_its_column_is_an_id(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 1", "1000000000", "٣", "²", "1e3", "0x1"])
def test_anything_else_is_not(text: str) -> None:
    assert not is_id(text)


@given(st.lists(st.integers(0, 999_999_999)))
def test_packed_ids_come_back_in_their_order(ids: list[int]) -> None:
    assert unpacked(packed(ids)) == ids


def test_packed_ids_are_small() -> None:
    assert len(packed(range(1, 100_001))) < 10_000
