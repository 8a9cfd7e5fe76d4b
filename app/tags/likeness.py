"""When two labels may be the same tag: plural, word order, a slip of the hand, one inside the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

# Folded labels shorter than this differ by a letter and mean something else: « RH », « RSE ».
SHORTEST_SLIP = 5
LONG_LABEL = 9
SHORTEST_WORD = 4


class Likeness(IntEnum):
    """Why two labels look alike, the surest last."""

    INSIDE = 1
    SLIP = 2
    SAME_WORDS = 3


@lru_cache(maxsize=20_000)
def words(folded: str) -> tuple[str, ...]:
    """The words of a folded label in the singular, in alphabetical order, each once. Signs that
    make a word another one stay with it: « C++ »."""
    return tuple(sorted({_singular(word) for word in re.findall(r"[^\W_]+[+#]*", folded)}))


def _singular(word: str) -> str:
    """« salons » → salon, « réseaux » → reseau; words of a few letters stay (« bus », « BTS »)."""
    return word[:-1] if len(word) >= SHORTEST_WORD and word[-1] in "sx" else word


def likeness(first: str, second: str) -> Likeness | None:
    """How alike two folded labels are; None where nothing says that they are the same."""
    mine, theirs = words(first), words(second)
    if mine == theirs:
        return Likeness.SAME_WORDS if mine or first == second else None
    if _is_slip(first, second):
        return Likeness.SLIP
    return Likeness.INSIDE if _is_inside(mine, theirs) else None


def _is_slip(first: str, second: str) -> bool:
    """One letter of difference, two in long labels; numbers are no slips: « 2025 », « 2026 »."""
    shortest = min(len(first), len(second))
    if shortest < SHORTEST_SLIP or _digits(first) != _digits(second):
        return False
    most = 2 if shortest >= LONG_LABEL else 1
    return OSA.distance(first, second, score_cutoff=most) <= most


def _digits(folded: str) -> list[str]:
    return re.findall(r"\d+", folded)


def _is_inside(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    few, many = sorted((set(mine), set(theirs)), key=len)
    return few < many and any(len(word) >= SHORTEST_WORD and not word.isdigit() for word in few)
