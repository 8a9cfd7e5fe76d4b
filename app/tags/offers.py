"""Tags that a person may mean: by their label, by a former one, and those that look like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from flask_babel import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import select

from app.core.formats import format_number
from app.core.picks import Pick
from app.core.text import fold, search_words
from app.duplicates.models import NotSame
from app.extensions import db
from app.tags.likeness import Likeness, likeness, words
from app.tags.models import NOT_SAME, Module, Tag, TagAlias
from app.tags.queries import live_tags, tag_counts

MOST_NEAR = 5
MOST_PAIRS = 30
# The order of a picker: what is written, what begins so, what holds it, former labels, near ones.
EXACT, BEGINS, HOLDS, FORMER, NEAR = range(5)


@dataclass(frozen=True, slots=True)
class Near:
    """A tag that a label may mean: how many live records bear it, the former label that the
    likeness is with ("" for its own), and whether it is the very label."""

    tag: Tag
    former: str = ""
    rank: int = NEAR
    count: int = 0

    @property
    def is_exact(self) -> bool:
        return self.rank == EXACT

    @property
    def detail(self) -> str:
        former = _("(anciennement %(label)s)", label=self.former) if self.former else ""
        return " · ".join(filter(None, (former, bearers(self.count))))


def bearers(count: int) -> str:
    """« 128 fiches », for what a tag marks."""
    if count < 2:
        return _("1 fiche") if count else _("aucune fiche")
    return _("%(n)s fiches", n=format_number(count))


def _formers(module: Module) -> dict[int, list[tuple[str, str]]]:
    """Former labels of the module's tags: label and folded."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = select(TagAlias.tag_id, TagAlias.label, TagAlias.folded)
    ordered = rows.where(TagAlias.module == module).order_by(TagAlias.folded)
    for tag_id, label, folded in db.session.execute(ordered):
        found.setdefault(tag_id, []).append((label, folded))
    return found


def pick_tags(module: Module, q: str, *, limit: int = 20) -> list[Pick]:
    """Tags whose label holds all the words, those that begin so first; then those that bore such
    a label before, and those whose label looks like it."""
    folded, asked, formers = fold(q), search_words(q), _formers(module)
    ranked = [_ranked(tag, formers.get(tag.id, ()), folded, asked) for tag in _live(module)]
    found = sorted((one for one in ranked if one), key=lambda one: (one.rank, one.tag.folded))
    return [
        Pick(str(one.tag.id), one.tag.label, one.detail, one.is_exact)
        for one in _counted(found[:limit])
    ]


def _live(module: Module) -> Iterable[Tag]:
    return live_tags(module).values()


def _ranked(
    tag: Tag, formers: Sequence[tuple[str, str]], folded: str, asked: Sequence[str]
) -> Near | None:
    if tag.folded == folded:
        return Near(tag, rank=EXACT)
    if all(word in tag.folded for word in asked):
        return Near(tag, rank=BEGINS if tag.folded.startswith(folded) else HOLDS)
    for label, former in formers:
        if all(word in former for word in asked):
            return Near(tag, label, EXACT if former == folded else FORMER)
    return _near(tag, formers, folded)


def _near(tag: Tag, formers: Sequence[tuple[str, str]], folded: str) -> Near | None:
    if likeness(tag.folded, folded):
        return Near(tag)
    for label, former in formers:
        if former == folded:
            return Near(tag, label, EXACT)
        if likeness(former, folded):
            return Near(tag, label)
    return None


def _counted(found: Sequence[Near]) -> list[Near]:
    counts = tag_counts(one.tag for one in found) if found else {}
    return [replace(one, count=counts.get(one.tag.id, 0)) for one in found]


def near_tags(module: Module, label: str) -> list[Near]:
    """The tags that a new label would be a double of, the likeliest first."""
    folded, formers = fold(label), _formers(module)
    if not folded:
        return []
    near = []
    for tag in _live(module):
        exact = Near(tag, rank=EXACT) if tag.folded == folded else None
        found = exact or _near(tag, formers.get(tag.id, ()), folded)
        if found is not None:
            near.append(found)
    near.sort(key=lambda one: (one.rank, -(likeness(one.tag.folded, folded) or 0), one.tag.folded))
    return _counted(near[:MOST_NEAR])


# ---- over the whole list


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tags of one module that look alike; `first` marks more live records."""

    first: Tag
    second: Tag
    likeness: Likeness
    first_count: int
    second_count: int


def alike_tags() -> list[Pair]:
    """The pairs of live tags that look alike and that nobody said are not the same, the surest
    first; at most MOST_PAIRS."""
    rows = select(NotSame.first_id, NotSame.second_id).where(NotSame.module == NOT_SAME)
    known = {(first, second) for first, second in db.session.execute(rows)}
    found: list[tuple[Likeness, Tag, Tag]] = []
    for module in Module:
        tags = sorted(_live(module), key=lambda tag: tag.id)
        for one, other in sorted(_candidates([tag.folded for tag in tags])):
            first, second = tags[one], tags[other]
            why = likeness(first.folded, second.folded)
            if why is not None and (first.id, second.id) not in known:
                found.append((why, first, second))
    found.sort(key=lambda each: (-each[0], each[1].folded, each[2].folded))
    return _pairs(found[:MOST_PAIRS])


def _candidates(labels: Sequence[str]) -> set[tuple[int, int]]:
    """Places of the labels that share a word or are a slip apart: a few of all the pairs."""
    by_word: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        for word in words(label):
            by_word.setdefault(word, []).append(place)
    pairs = {pair for places in by_word.values() for pair in combinations(places, 2)}
    for place, label in enumerate(labels):
        later = labels[place + 1 :]
        slips = process.extract_iter(label, later, scorer=OSA.distance, score_cutoff=2)
        pairs |= {(place, place + 1 + offset) for _label, _distance, offset in slips}
    return pairs


def _pairs(found: Sequence[tuple[Likeness, Tag, Tag]]) -> list[Pair]:
    counts = tag_counts({tag.id: tag for each in found for tag in each[1:]}.values())
    pairs = []
    for why, *two in found:
        more, fewer = sorted(two, key=lambda tag: (-counts.get(tag.id, 0), tag.id))
        pairs.append(Pair(more, fewer, why, counts.get(more.id, 0), counts.get(fewer.id, 0)))
    return pairs
