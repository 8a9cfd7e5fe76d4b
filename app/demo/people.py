"""Inventing people, their coordinates and the moments at which things happened.

Nothing here can reach anybody: the numbers are those that ARCEP keeps for fiction (decision
2018-0881), the domains end in .example (RFC 2606).
"""

# ruff: noqa: S311 (invented data must come out the same each time: no secret depends on it)
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from app.core.text import fold, normalise_name
from app.demo import files

# 01 99 00 xx xx, 02 61 91 xx xx, 03 53 01 xx xx, 04 65 71 xx xx, 05 36 49 xx xx
LANDLINES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
# 06 39 98 xx xx
MOBILE = "+3363998"
SCHOOL_DOMAIN = "ecole.example"
PERSONAL_DOMAIN = "courriel.example"
LONGEST_DOMAIN_LABEL = 40


@dataclass(frozen=True)
class Person:
    """A name that nobody chose to bear."""

    civility: str
    first_name: str
    last_name: str

    def address_at(self, domain: str, suffix: str = "") -> str:
        """prenom.nom@domain, in ASCII."""
        first, last = (fold(name).replace(" ", "-") for name in (self.first_name, self.last_name))
        return f"{first}.{last}{suffix}@{domain}"


@dataclass(frozen=True)
class Inventor:
    """Chance with a seed, and the instant that all invented moments come before."""

    random: Random
    now: datetime

    def person(self) -> Person:
        """Usual names come up more often, so that there are namesakes."""
        first = self.random.choice(_first_names())
        surnames = _surnames()
        rank = int(len(surnames) * self.random.random() ** 1.6)
        civility = first.civility or self.random.choice(("mme", "m"))
        return Person(civility, first.name, surnames[rank])

    def landline(self) -> str:
        return f"{self.random.choice(LANDLINES)}{self.random.randrange(10_000):04}"

    def mobile(self) -> str:
        return f"{MOBILE}{self.random.randrange(10_000):04}"

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self, oldest: int, newest: int = 0) -> datetime:
        """In office hours of a working day, between so many days ago and so many days ago."""
        days = self.random.uniform(newest, oldest)
        day = self.now - timedelta(days=days)
        day -= timedelta(days=max(0, day.weekday() - 4))
        hour, minute = self.random.randrange(7, 17), self.random.randrange(60)
        second = self.random.randrange(60)
        return min(self.now, day.replace(hour=hour, minute=minute, second=second, microsecond=0))

    def after(self, moment: datetime) -> datetime:
        """Between a moment and now."""
        span = (self.now - moment).total_seconds()
        later = moment + timedelta(seconds=int(span * self.random.random()))
        return max(moment, min(self.now, later.replace(hour=self.random.randrange(7, 17))))

    def day(self, oldest_year: int, newest_year: int) -> date:
        return date(self.random.randint(oldest_year, newest_year), self.random.randint(1, 12), 1)


def inventor(seed: str, now: datetime) -> Inventor:
    """One per subject, so that a change in one leaves the others as they were."""
    return Inventor(Random(f"passerelle {seed}"), now.astimezone(UTC))


def domain_of_company(name: str) -> str:
    """An address on the internet that does not exist: « L’Oréal » → loreal.example."""
    label = normalise_name(name).replace(" ", "-")
    label = "".join(char for char in label if char.isalnum() or char == "-")
    return f"{label[:LONGEST_DOMAIN_LABEL].strip('-') or 'entreprise'}.example"


@cache
def _first_names() -> list[files.FirstName]:
    return files.first_names()


@cache
def _surnames() -> list[str]:
    """In an order of their own, of which the first are the most frequent."""
    names = files.surnames()
    Random("surnames").shuffle(names)
    return names
