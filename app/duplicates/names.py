"""How alike two names are: of companies, word by word whatever their order; of persons, in either
order, with compound and short first names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from app.core.text import fold, normalise_name

_ARTICLES = "de du des d la le les l a au aux en sur sous of the and et pour par"
_LINKS = frozenset(_ARTICLES.split())
# Words that many names share tell little: the most frequent ones of the register's names.
_FREQUENT = """
    action agence agricole aide alpes appliquees arts assistance assurances atlantique banque
    batiment boulangerie bureau business cabinet caisse centrale centre club comite commerce
    communication conseil conseils construction consulting credit developpement diffusion digital
    distribution ecole electricite energie energies engineering entreprise entreprises epargne est
    etude etudes europe european europeen europeenne experts federation finance fils fondation
    formation francais francaise france freres general generale gestion global grand habitat haute
    hotel hotellerie ile immobilier industrie industries info informatique informatiques ingenierie
    innovation institut int international internationale internet invest it jean lab logistique
    loire lyon maintenance management marketing medical metiers midi mutuelle national nationale
    nord normandie nouveaux nouvelle numerique office ouest paris partners patrimoine plomberie
    pole presse pro production produits promotion proprete publics recherche regional regionale
    reseau reseaux restauration retail rhone saint sainte sante sciences sciences securite service
    services social sociale software solution solutions sport sud superieur superieure support
    system systeme systemes systems tech technique techniques technologie technologies technology
    telecom textile transport transports travaux union universite val ville voyages web
"""
_COMMON = frozenset(_FREQUENT.split())
COMMON_WEIGHT = 0.3
_BEFORE_NAMES = "de du des d la le les l van von der den el al ben da dos di"
_PARTICLES = frozenset(_BEFORE_NAMES.split())
# First names whose short form does not begin them.
_SHORT_NAMES = {
    "bob": "robert", "manu": "emmanuel", "tony": "antoine", "kate": "catherine",
    "bill": "william", "lise": "elisabeth", "babeth": "elisabeth", "mado": "madeleine",
    "tof": "christophe", "nath": "nathalie", "steph": "stephane", "vero": "veronique",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a company's name that count, in their order, each once; never empty for a
    name with a letter: « Sté des Transports Dupont SARL » → (transports, dupont)."""
    words = normalise_name(name).split()
    telling = [word for word in words if word not in _LINKS] or words
    return tuple(dict.fromkeys(telling))


def weight(word: str) -> float:
    """How much a word tells one company from another, from 0 to 1."""
    return COMMON_WEIGHT if word in _COMMON or word in _LINKS else 1.0


@lru_cache(maxsize=65_536)
def acronyms(name: str, acronym: str | None) -> frozenset[str]:
    """What a company may be called in short: its acronym, its words' initials, itself if short.

    « Société nationale d’études » → {sne, ne}: legal-form words may or may not count.
    """
    folded = [word for word in fold(name).split() if word not in _LINKS]
    found = {"".join(word[0] for word in words) for words in (folded, name_words(name))}
    short = {each for each in found if len(each) >= 3}
    own = "".join(fold(acronym or "").split())
    whole = "".join(folded)
    if own:
        short.add(own)
    if len(name_words(name)) == 1 and 2 <= len(whole) <= 8:
        short.add(whole)
    return frozenset(short)


def closeness(mine: Sequence[str], other: Sequence[str]) -> float:
    """From 0 to 1 for two names' words: 1 where they are the same in any order.

    Each word is paired with the nearest one of the other name; words that many names share count
    less; a typing mistake costs its part, a number must be the same.
    """
    if not mine or not other:
        return 0.0
    if sorted(mine) == sorted(other) or "".join(mine) == "".join(other):
        return 1.0
    shorter, longer = sorted((mine, other), key=len)
    left, found = list(longer), 0.0
    for word in sorted(shorter, key=weight, reverse=True):
        near, alike = _nearest(word, left)
        if alike:
            left.remove(near)
            found += alike * (weight(word) + weight(near))
    total = sum(map(weight, mine)) + sum(map(weight, other))
    if len(mine) == len(other):
        return found / total
    return max(found / total, _typed_alike("".join(mine), "".join(other)))


def _nearest(word: str, others: Sequence[str]) -> tuple[str, float]:
    """The one that is most alike, and how much."""
    if word in others:
        return word, 1.0
    near, best = "", 0.0
    for other in others:
        alike = word_closeness(word, other)
        if alike > best:
            near, best = other, alike
    return near, best


@lru_cache(maxsize=65_536)
def word_closeness(mine: str, other: str) -> float:
    """1 for the same word, less for one mistyped, 0 for another word."""
    if mine == other:
        return 1.0
    shorter, longer = sorted((mine, other), key=len)
    if shorter + "s" == longer:
        return 0.97
    if len(shorter) >= 5 and longer.startswith(shorter):
        return 0.85  # Cut short, as the register does: « informat », « assoc ».
    return _typed_alike(mine, other)


def _typed_alike(mine: str, other: str) -> float:
    """Whether a word is another one mistyped: a mistake in 4 letters, two in 8, three in 14."""
    longest = max(len(mine), len(other))
    if min(len(mine), len(other)) < 4 or mine.isdigit() or other.isdigit():
        return 0.0
    allowed = 1 if longest < 8 else 2 if longest < 14 else 3
    steps = OSA.distance(mine, other, score_cutoff=allowed)
    return 1.0 - steps / longest if steps <= allowed else 0.0


# ---- persons


@lru_cache(maxsize=65_536)
def person_words(name: str | None) -> tuple[str, ...]:
    """The words of a first or last name without particles: « de La Tour » → (tour,)."""
    words = fold((name or "").replace(".", " ")).split()
    return tuple(word for word in words if word not in _PARTICLES) or tuple(words)


def given_alike(mine: Sequence[str], other: Sequence[str]) -> float:
    """How alike two first names are, 0 to 1: the same, short, compound, an initial, mistyped."""
    if not mine or not other:
        return 0.0
    first, second = "".join(mine), "".join(other)
    if first == second:
        return 1.0
    shorter, longer = sorted((first, second), key=len)
    if _is_initials(mine, other) or _is_initials(other, mine):
        return 0.75
    if _SHORT_NAMES.get(shorter) == longer or (len(shorter) >= 3 and longer.startswith(shorter)):
        return 0.85
    if set(mine) < set(other) or set(other) < set(mine):
        return 0.8
    return _typed_alike(first, second)


def _is_initials(mine: Sequence[str], other: Sequence[str]) -> bool:
    """« J. » or « JP » for Jean-Pierre."""
    letters = "".join(mine)
    return len(letters) <= 2 and "".join(word[0] for word in other).startswith(letters)


def family_alike(mine: Sequence[str], other: Sequence[str]) -> float:
    """How alike two last names are, 0 to 1; one of a double name counts nearly as much."""
    if not mine or not other:
        return 0.0
    first, second = "".join(mine), "".join(other)
    if first == second:
        return 1.0
    if set(mine) < set(other) or set(other) < set(mine):
        return 0.85
    return _typed_alike(first, second)
