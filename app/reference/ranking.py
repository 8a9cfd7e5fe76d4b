"""Finding a code in a short list that is in memory: by code, by words, by beginnings of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.picks import Pick
from app.core.text import fold

_NOT_IN_A_CODE = re.compile(r"[^0-9a-z]")
# « restaurants » must find « Restauration »: without its end, a word still finds its family.
_SHORTEST_STEM, _DROPPED_END = 4, 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line of the list: its code without marks, the words of its label, words that lead to it."""

    pick: Pick
    code: str
    label_words: tuple[str, ...]
    other_words: tuple[str, ...]


def candidate(pick: Pick, code: str, label: str, others: str) -> Candidate:
    return Candidate(pick, bare_code(code), words_of(label), words_of(others))


def bare_code(text: str) -> str:
    """« 62.01 Z » → « 6201z »."""
    return _NOT_IN_A_CODE.sub("", text.casefold())


def words_of(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


def best(candidates: Iterable[Candidate], query: str, limit: int) -> list[Pick]:
    """The picks that answer a query, the most certain first, else in the order of the list."""
    pool = tuple(candidates)
    words = words_of(query)
    found = _ranked(pool, bare_code(query), words)
    if not found:
        stems = [word[: max(_SHORTEST_STEM, len(word) - _DROPPED_END)] for word in words]
        found = _ranked(pool, "", stems)
    return [each.pick for each in found[:limit]]


def _ranked(pool: Sequence[Candidate], code: str, words: Sequence[str]) -> list[Candidate]:
    ranks = ((_rank(each, code, words), each) for each in pool)
    kept = [(rank, each) for rank, each in ranks if rank is not None]
    return [each for _rank_, each in sorted(kept, key=lambda pair: pair[0])]


def _rank(each: Candidate, code: str, words: Sequence[str]) -> int | None:
    """0 the very code, 1 its beginning, 2 whole words of the label, 3 beginnings, 4 elsewhere."""
    if code and each.code == code:
        return 0
    if code[:1].isdigit() and each.code.startswith(code):
        return 1
    if all(word in each.label_words for word in words):
        return 2
    if _all_begun(words, each.label_words):
        return 3
    return 4 if _all_begun(words, each.label_words + each.other_words) else None


def _all_begun(words: Sequence[str], known: Sequence[str]) -> bool:
    return all(any(each.startswith(word) for each in known) for word in words)
