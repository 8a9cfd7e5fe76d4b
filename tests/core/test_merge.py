"""Two people at once: what one alone changed is kept, what both changed is asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.merge import Clash, Stale, merge

VALUE = st.sampled_from([None, "", "a", "b", 0, 1])
RECORD = st.fixed_dictionaries({"x": VALUE, "y": VALUE})


def test_each_one_s_own_change_is_kept() -> None:
    base = {"x": 1, "y": 1, "z": 1}
    merged = merge(base=base, mine={**base, "x": 2}, theirs={**base, "y": 3})
    assert merged == {"x": 2, "y": 3, "z": 1}


def test_the_same_field_is_asked_about_with_its_three_values() -> None:
    with pytest.raises(Stale) as stale:
        merge(base={"x": 1, "y": 1}, mine={"x": 2, "y": 5}, theirs={"x": 3, "y": 1})
    assert stale.value.clashes == [Clash("x", 1, 2, 3)]
    assert stale.value.theirs == {"x": 3, "y": 1}


@given(base=RECORD, mine=RECORD)
def test_alone_what_i_typed_is_stored(base: dict[str, object], mine: dict[str, object]) -> None:
    assert merge(base=base, mine=mine, theirs=base) == mine


@given(base=RECORD, theirs=RECORD)
def test_who_changed_nothing_overwrites_nothing(
    base: dict[str, object], theirs: dict[str, object]
) -> None:
    assert merge(base=base, mine=base, theirs=theirs) == theirs


@given(base=RECORD, both=RECORD)
def test_the_same_change_is_no_clash(base: dict[str, object], both: dict[str, object]) -> None:
    assert merge(base=base, mine=both, theirs=both) == both


@given(base=RECORD, mine=RECORD, theirs=RECORD)
def test_no_change_of_theirs_is_ever_lost(
    base: dict[str, object], mine: dict[str, object], theirs: dict[str, object]
) -> None:
    try:
        merged = merge(base=base, mine=mine, theirs=theirs)
    except Stale as stale:
        lost = {clash.field for clash in stale.clashes}
        assert lost == {k for k in base if len({repr(d[k]) for d in (base, mine, theirs)}) == 3}
    else:
        changed = [k for k in base if theirs[k] != base[k]]
        assert all(merged[k] == theirs[k] for k in changed)
