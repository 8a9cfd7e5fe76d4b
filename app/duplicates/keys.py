"""Keys by which a record's likely doubles are found: kept beside it in one column, so many words
under an index, and asked for one by one. Two records that are alike share a key; the rules then
say how alike they are.

A name's mistyped word keeps its beginning, its end or its consonants; each goes into a key
together with another word that is right, so that few records share it. What is stored is narrow,
what is asked is wide: lengths that a mistake may have changed, all pairs of words.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations

from app.core.text import fold
from app.core.web import domain_of, is_generic_email
from app.duplicates.names import acronyms, name_words, person_words, weight

_Parts = Callable[[str], list[str]]

STORED_WORDS = 4
ASKED_WORDS = 5
# Hosts where many companies have a page, and providers where anybody has a mailbox.
_HOSTS = """
    facebook.com linkedin.com instagram.com twitter.com x.com youtube.com tiktok.com
    pagesjaunes.fr wixsite.com wix.com wordpress.com blogspot.com jimdo.com jimdofree.com
    jimdosite.com webnode.fr e-monsite.com over-blog.com google.com google.fr sites.google.com
    github.io business.site weebly.com squarespace.com site-solocal.com societe.com free.fr
    gmail.com googlemail.com orange.fr wanadoo.fr sfr.fr neuf.fr laposte.net hotmail.com
    hotmail.fr outlook.com outlook.fr live.com live.fr yahoo.com yahoo.fr icloud.com me.com
    aol.com bbox.fr numericable.fr gmx.fr gmx.com protonmail.com proton.me msn.com club-internet.fr
"""
_SHARED = frozenset(_HOSTS.split())


@lru_cache(maxsize=65_536)
def own_domain(address: str | None) -> str | None:
    """The domain of a stored website or e-mail where it is the company's own, else None."""
    domain = domain_of(address) if address else None
    if domain is None:
        return None
    labels = domain.split(".")
    above = {".".join(labels[place:]) for place in range(len(labels) - 1)}
    return None if above & _SHARED else domain


def direct_email(address: str | None) -> str | None:
    """An address that one person reads, in lower case, else None."""
    return address.lower() if address and not is_generic_email(address) else None


def _key(*parts: str) -> str:
    """A key as it is stored: short, and no one's name to read."""
    return f"{zlib.crc32(chr(0).join(parts).encode()):08x}"


def _joined(keys: Iterable[str]) -> str:
    return " ".join(sorted(set(keys)))


# ---- companies


def company_keys(
    name: str, acronym: str | None, city: str | None, *, websites: Iterable[str | None],
    emails: Iterable[str | None], phones: Iterable[str | None],
) -> str:  # fmt: skip
    """What a company keeps; `websites`, `emails` and `phones` are its own and its sites'."""
    words = ranked(name)[:STORED_WORDS]
    found = [_name_key(name), _key("nt", *sorted(name_words(name)), fold(city or ""))]
    found += [_key("w", word) for word in words]
    found += [_key("c", fold(city), word) for word in words[:2] if city]
    found += [_key("a", short) for short in acronyms(name, acronym)]
    found += [_key("p", *pair) for pair in _pairs(words[:2], _parts)]
    found += contact_point_keys(websites, emails, phones)
    return _joined(found)


def contact_point_keys(
    websites: Iterable[str | None], emails: Iterable[str | None], phones: Iterable[str | None]
) -> list[str]:
    mails = [each for each in emails if each]
    domains = {own_domain(each) for each in (*websites, *mails)}
    return [
        *(_key("d", domain) for domain in domains if domain),
        *(_key("e", each.lower()) for each in mails),
        *(_key("t", phone) for phone in phones if phone),
    ]


def domain_keys(domains: Iterable[str]) -> list[str]:
    return [_key("d", domain) for domain in domains]


def ranked(name: str) -> list[str]:
    """The words of a name, those that tell most first."""
    return sorted(name_words(name), key=lambda word: (-weight(word), -len(word), word))


def _name_key(name: str) -> str:
    return _key("n", *sorted(name_words(name)))


def asked_name_keys(name: str, acronym: str | None, city: str | None) -> list[str]:
    """Keys that the doubles of a company's name may keep, the surest first."""
    words = ranked(name)[:ASKED_WORDS]
    exact = [_key("nt", *sorted(name_words(name)), fold(city or "")), _name_key(name)]
    short = [_key("a", each) for each in sorted(acronyms(name, acronym))]
    there = [_key("c", fold(city), word) for word in words if city]
    typed = [_key("p", *pair) for pair in _pairs(words, _asked_parts)]
    return list(dict.fromkeys((*exact, *short, *there, *typed)))


def acronym_keys(declared: str) -> list[str]:
    """The key of an acronym that somebody typed, as CompanyFacts.declared has it; none of ''."""
    return [_key("a", declared)] if declared else []


def asked_words(name: str) -> list[tuple[str, str]]:
    """(word, its key) for the words of a name, those that tell most first."""
    return [(word, _key("w", word)) for word in ranked(name)[:ASKED_WORDS]]


def _pairs(words: Sequence[str], parts_of: _Parts) -> Iterator[tuple[str, str]]:
    """(a word that is right, a part of another one that may not be); a word alone stands alone."""
    if len(words) == 1:
        yield from (("", part) for part in parts_of(words[0]))
    for right, other in permutations(words, 2):
        yield from ((right, part) for part in parts_of(other))


def _parts(word: str) -> list[str]:
    """Its beginning, its end, its consonants: a mistake leaves one of them as it was."""
    size = _size(len(word))
    consonants = "".join(sorted(set(word) - set("aeiouyh")))
    return [f"{word[:size]}-", f"-{word[-size:]}", f"~{consonants}"]


def _asked_parts(word: str) -> list[str]:
    """Its parts, and those it would have were it a letter shorter or longer."""
    sizes = {_size(len(word) + step) for step in (-1, 0, 1)}
    halves = [part for size in sorted(sizes) for part in (f"{word[:size]}-", f"-{word[-size:]}")]
    return [*halves, _parts(word)[2]]


def _size(length: int) -> int:
    return max(2, min(4, length // 2))


# ---- contacts


def contact_keys(
    first_name: str | None, last_name: str, *, emails: Iterable[str | None],
    phones: Iterable[str | None],
) -> str:  # fmt: skip
    """What a contact keeps; `phones` are those of work, mobile and home."""
    first, last = person_words(first_name), person_words(last_name)
    direct = [each for each in map(direct_email, emails) if each]
    found = [_person_key(first, last), *_person_pairs(first, last, _parts)]
    found += [_key("e", each) for each in direct]
    found += [_key("t", phone) for phone in phones if phone]
    return _joined(found)


def asked_contact_keys(first_name: str | None, last_name: str) -> list[str]:
    """Keys that the doubles of a person's name may keep, in either order."""
    first, last = person_words(first_name), person_words(last_name)
    return list(
        dict.fromkeys(
            (
                _person_key(first, last),
                *_person_pairs(first, last, _asked_parts),
                *_person_pairs(last, first, _asked_parts),
            )
        )
    )


def asked_point_keys(emails: Iterable[str], phones: Iterable[str]) -> list[str]:
    return [*(_key("e", each) for each in emails), *(_key("t", phone) for phone in phones)]


def _person_key(first: Sequence[str], last: Sequence[str]) -> str:
    return _key("n", *sorted((*first, *last)))


def _person_pairs(first: Sequence[str], last: Sequence[str], parts_of: _Parts) -> Iterator[str]:
    """The last name with the first one's initial or end, the first name with parts of the last."""
    given, family = "".join(first), "".join(last)
    if not given or not family:
        return
    families = [family, *(last if len(last) > 1 else ())]
    for each in families:
        yield _key("l", each, given[0])
        yield _key("l", each, f"-{given[-2:]}")
    for part in parts_of(family):
        yield _key("f", given, part)
