"""Cleaning, folding, sorting and searching of names and other free text.

`clean_*` decide what is stored, `fold` what is searched, `sort_key` the order of a list.
All three are called for every row of an import, hence the translation tables: Python
walks them in C, and they learn a character the first time they meet it.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable

from anyascii import anyascii
from flask_babel import lazy_gettext as _l
from stdnum import luhn

from app.core.errors import InvalidValue

TYPED_LIMIT = 1000
SORT_KEY_LENGTH = 200
QUERY_LENGTH = 500
QUERY_WORDS = 20

_ALNUM = frozenset(string.ascii_lowercase + string.digits)
_KEPT_SYMBOLS = frozenset("@.%_&+#")
_LINE_BREAKS = frozenset("\n\x0b\x0c\x85\u2028\u2029")
_APOSTROPHES = frozenset(
    "'`\u00b4\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8"
)
# Drawn as nothing though Unicode does not class them as format characters.
_FILLERS = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0),
        *(*range(0x180B, 0x180F), *range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0)),
    ]
)
_JOINER = "\u200d"
_STRAY_JOINER = re.compile("(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d|\u200d$")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Table(dict[int, str]):
    """A table for str.translate that works out a character when it first meets it."""

    _MOST = 20_000  # No query, however hostile, may fill the memory.

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__((code, rule(chr(code))) for code in range(128))
        self._rule = rule

    def __missing__(self, code: int) -> str:
        result = self._rule(chr(code))
        if len(self) < self._MOST:
            self[code] = result
        return result


def _is_space(char: str) -> bool:
    # U+2800, the empty Braille pattern, is drawn as a space.
    return char.isspace() or char == "\u2800"


def _is_invisible(char: str) -> bool:
    code = ord(char)
    if code in _FILLERS or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} and not _is_space(char)


def _ascii_letters(char: str) -> str:
    """A letter or digit of any script as a-z and 0-9, without accent: É → e, œ → oe, ² → 2."""
    plain = unicodedata.normalize("NFKD", char.casefold())
    bare = "".join(c for c in plain if unicodedata.category(c) not in {"Mn", "Me"})
    return "".join(c for c in anyascii(bare.casefold()).lower() if c in _ALNUM)


# --- What is stored ------------------------------------------------------------------------


def _stored_char(char: str) -> str:
    if char in _LINE_BREAKS:
        return "\n"
    if _is_space(char):
        return " "
    return "" if _is_invisible(char) and char != _JOINER else char


_STORED = _Table(_stored_char)


def _visible(text: str) -> str:
    if _SURROGATE.search(text):
        raise InvalidValue(
            _l("Ce texte contient des caractères illisibles : saisissez-le de nouveau.")
        )
    visible = text.translate(_STORED)
    if _JOINER in visible:
        visible = _STRAY_JOINER.sub("", visible)
    return unicodedata.normalize("NFC", visible)


def clean_line(text: str) -> str:
    """One line as it is stored: composed (NFC), single plain spaces, nothing invisible.

    Control, bidirectional and zero-width marks go; the joiner stays inside emoji only.
    Raises InvalidValue for lone surrogates, which neither database can hold.
    """
    return " ".join(_visible(text).split())


def clean_text(text: str) -> str:
    """Several lines as they are stored: as clean_line, with its line breaks as \\n.

    Runs of spaces stay; spaces at the end of lines and blank lines around the text go.
    """
    lines = _visible(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def typed(text: str, limit: int = TYPED_LIMIT) -> str:
    """What a person typed or pasted in a one-line field, ready to be parsed.

    As clean_line, with compatibility forms made plain (fullwidth digits, ligatures).
    Raises InvalidValue when it is blank or longer than `limit`.
    """
    if len(text) > limit:
        raise InvalidValue(
            _l("Cette valeur est trop longue : %(limit)s caractères au plus.", limit=limit)
        )
    plain = clean_line(unicodedata.normalize("NFKC", clean_line(text)))
    if not plain:
        raise InvalidValue(_l("Cette valeur est vide : saisissez-la ou quittez le champ."))
    return plain


# --- What is searched ----------------------------------------------------------------------


def _folded_char(char: str) -> str:
    if char in _APOSTROPHES or _is_space(char):
        return " "
    category = unicodedata.category(char)
    if category in {"Mn", "Me"} or _is_invisible(char):
        return ""
    if category[0] in "LNM":
        return _ascii_letters(char)
    plain = unicodedata.normalize("NFKD", char)  # ＠ → @
    return plain if plain in _KEPT_SYMBOLS else " "


FOLDED = _Table(_folded_char)
STRAY_DOT = re.compile(r"(?<![a-z0-9])\.|\.(?![a-z0-9])")
_ACRONYM = re.compile(r"(?<![\w.@])[a-z](?:\.[a-z])+(?![\w.@])")
_DIGIT_GAP = re.compile(r"(?<=[0-9])[ .]+(?=[0-9])")
_AMPERSAND = re.compile(r" ?& ?")
_PERCENT = re.compile(r"(?<=[0-9]) %")
_PLUS = re.compile(r"(?<=[a-z0-9]) \+(?![a-z0-9])")
# What closes up when a text is folded: where, and the characters that go there.
CLOSINGS = (
    (_ACRONYM, "."), (_DIGIT_GAP, " ."), (_AMPERSAND, " "), (_PERCENT, " "), (_PLUS, " ")
)  # fmt: skip


def fold(text: str) -> str:
    """The form under which a piece of text is searched: ASCII words, one space between them.

    - Case, accents and ligatures go: « ÉLÈVE » → eleve, « Cœur » → coeur; other scripts are
      transliterated. Emoji leave nothing.
    - Apostrophes, dashes and other punctuation become one space: « l’Oréal » → l oreal.
    - Kept: `@ % _ & + #`, and the dots between two letters or digits (acme.fr).
    - Dotted acronyms close up: « S.N.C.F. » → sncf. So do digits parted by spaces, dots or
      dashes: « 356 000 000 », « 62.01Z », « 2025-2026 » → 356000000, 6201z, 20252026. Search
      looks for fragments, so each part is still found.
    - `&` takes no space around it, `%` and a final `+` none before: « H & M » → h&m,
      « 100 % » → 100%, « Canal + » → canal+.

    fold(fold(x)) == fold(x). Fold each piece of a search_text on its own, then join them with
    a space: folded again, the numbers of two pieces would run into one.
    """
    words = " ".join(text.translate(FOLDED).split())
    if words.replace(" ", "").isalpha():
        return words
    return _close_up(words)


def _close_up(words: str) -> str:
    words = " ".join(STRAY_DOT.sub(" ", words).split())
    words = _ACRONYM.sub(lambda found: found[0].replace(".", ""), words)
    words = _DIGIT_GAP.sub("", words)
    words = _AMPERSAND.sub("&", words)
    return _PLUS.sub("+", _PERCENT.sub("%", words))


def folded_once(pieces: Iterable[str | None]) -> str:
    """A search text: the pieces that there are, each folded on its own and written once."""
    return " ".join(dict.fromkeys(fold(piece) for piece in pieces if piece))


# What a pasted link adds to what the record holds.
_SCHEME = re.compile(r"\b(?:https?://(?:www\.)?|mailto:|tel:)", re.IGNORECASE)
# What stands before a number that is copied with its name, and the register's town beside it.
_LABEL = re.compile(
    r"(?:(?:n°|num[ée]ro|siren|siret|tva|intracommunautaire|t[ée]l[ée]phone|t[ée]l|fax|mobile"
    r"|portable)(?![a-zà-ÿ])[ :.]*)+",
    re.IGNORECASE,
)
_TRADE_REGISTER = re.compile(r"\brcs\b", re.IGNORECASE)
_SHORTEST_LABELLED = 5
_VAT = re.compile(r"fr ?[0-9]{11}", re.IGNORECASE)
_NUMERIC = re.compile(r"[+(]{0,2}[0-9][0-9.()/-]*[,;:]?")
_SEPARATOR = re.compile(r"[.()/,;:-]+")
_TRUNK_ZERO = re.compile(r"^((?:\+|00)[0-9 .-]{1,6})\( ?0 ?\)")
_FRENCH_PREFIX = re.compile(r"^\+ ?33[ .-]?0?(?=[ .-]?[0-9])")
_FRENCH_00 = re.compile(r"00330?([1-9][0-9]{8})")


def search_words(query: str) -> list[str]:
    """The words that a record's search_text must all contain, each once, in order.

    Text is folded as the records are. Digit groups that follow each other make one word, so
    that phones and identifiers are found in any writing: « 356 000 000 » → 356000000,
    « +33 (0)1 42 68 » → 014268 (see phones.phone_search_forms), « FR 83 356 000 000 » → its
    SIREN. The name of a number that is copied with it (« SIRET : ») is no word. A complete phone
    or identifier ends its word. At most 20 words; a query of punctuation or emoji alone has none.
    """
    plain = _SCHEME.sub(" ", query[:QUERY_LENGTH].translate(_QUERIED))
    return list(dict.fromkeys(_words(_unlabelled(plain).split())))[:QUERY_WORDS]


def _unlabelled(plain: str) -> str:
    """« SIREN n° : 356 000 000 », « 356 000 000 RCS Paris » → the number, where it is one."""
    digits = re.sub("[^0-9]", "", plain)
    if len(digits) < _SHORTEST_LABELLED:
        return plain
    if _TRADE_REGISTER.search(plain) and len(digits) == 9:
        return digits
    plain = plain.strip()
    label = _LABEL.match(plain)
    rest = plain[label.end() :] if label else plain
    return rest if _is_number(rest.split()) or _VAT.fullmatch(fold(rest)) else plain


def _is_dash(char: str) -> bool:
    return char == "\u2212" or unicodedata.category(char) == "Pd"


def _queried_char(char: str) -> str:
    """Spaces, dashes, digits and fullwidth forms as a French keyboard types them."""
    if _is_space(char):
        return " "
    if _is_invisible(char):
        return ""
    if _is_dash(char):
        return "-"
    fullwidth = "\uff01" <= char <= "\uff5e"
    return unicodedata.normalize("NFKC", char) if fullwidth else char


_QUERIED = _Table(_queried_char)


def _words(tokens: list[str]) -> Iterable[str]:
    if _VAT.fullmatch(fold(" ".join(tokens))):
        yield fold(" ".join(tokens))[-9:]
        return
    if _is_number(tokens):
        yield from _number_words(tokens)
        return
    for numeric, run in _runs(tokens):
        yield from _number_words(run) if numeric else fold(" ".join(run)).split()


def _is_number(tokens: list[str]) -> bool:
    """Whether a whole query is one number, be its plus sign set apart (« + 33 1 42 »)."""
    rest = tokens[1:] if tokens[:1] == ["+"] else tokens
    return bool(rest) and all(_NUMERIC.fullmatch(t) or _SEPARATOR.fullmatch(t) for t in rest)


def _runs(tokens: list[str]) -> list[tuple[bool, list[str]]]:
    """Neighbouring tokens of a kind: (True, digit groups) or (False, words)."""
    runs: list[tuple[bool, list[str]]] = []
    for token in tokens:
        follows_digits = bool(runs) and runs[-1][0] and bool(_SEPARATOR.fullmatch(token))
        numeric = bool(_NUMERIC.fullmatch(token)) or follows_digits
        if runs and runs[-1][0] == numeric:
            runs[-1][1].append(token)
        else:
            runs.append((numeric, [token]))
    return runs


def _number_words(tokens: list[str]) -> Iterable[str]:
    written = _TRUNK_ZERO.sub(r"\1", " ".join(tokens))
    written = _FRENCH_PREFIX.sub("0", written)
    word = ""
    for group in re.findall(r"[0-9]+", written):
        if word and _ends(word, group):
            yield _national(word)
            word = ""
        word += group
    if word:
        yield _national(word)


def _ends(word: str, group: str) -> bool:
    """Whether a number is complete, so that the next digit group starts another one."""
    joined = word + group
    if len(joined) == 14 and luhn.is_valid(joined):
        return False
    if len(word) == 10 and word[0] == "0" != word[1]:
        return True  # A French phone, then something else.
    if (len(word), len(group)) in {(9, 5), (5, 9)}:
        # A SIREN and a postal code, unless it is La Poste, whose SIRETs need not pass Luhn's sum.
        return not joined.startswith("356000000")
    return len(joined) > 15  # No phone or identifier is longer.


def _national(word: str) -> str:
    """A complete French phone written with 0033 as it is dialled in France."""
    phone = _FRENCH_00.fullmatch(word)
    return f"0{phone[1]}" if phone and not luhn.is_valid(word) else word


# --- The order of a list -------------------------------------------------------------------


def _sorted_char(char: str) -> str:
    if _is_space(char):
        return " "
    if char in _APOSTROPHES or _is_dash(char) or _is_invisible(char):
        return ""
    category = unicodedata.category(char)
    if category in {"Mn", "Me"}:
        return ""
    return (_ascii_letters(char) if category[0] in "LNM" else "") or "!"


_SORTED = _Table(_sorted_char)


def sort_key(text: str) -> str:
    """An ASCII key whose byte order is the order that Excel gives in French.

    Space, then punctuation (all of one rank), digits, letters; accents and case are level;
    apostrophes and hyphens count for nothing, so « Saint-Gobain » sorts as SaintGobain and
    « L’Oréal » as LOréal. At most 200 characters. Equal keys happen: sort by id next.
    Microsoft 365, "Sort data in a range or table": hyphens and apostrophes are ignored.
    """
    key = " ".join(text.translate(_SORTED).split())
    return key if len(key) <= SORT_KEY_LENGTH else key[:SORT_KEY_LENGTH].rstrip()


# --- Names ---------------------------------------------------------------------------------

_LEGAL_FORMS = """
    sa sas sasu sarl sarlu eurl earl snc scs sca scop scic sci scp scm selarl selas selafa selca
    gie geie gaec sem eirl gmbh ag ltd limited inc llc plc bv nv srl
    ste societe ets etablissement etablissements cie compagnie association asso groupe group
    holding et and
"""
_LEGAL_WORDS = frozenset(_LEGAL_FORMS.split())
_SPACED_FORM = re.compile(r" s (?:a r l|a s u|a s|a|n c)$")
_ELISION = re.compile(r"\b([ld]) (?=[aeiouyh])")


def normalise_name(name: str) -> str:
    """A company's name for finding doubles: folded, without legal form, « et » or `&`.

    « Sté Dupont & Fils S.A.R.L. » → dupont fils; « L’Oréal » and « LOREAL » → loreal. A name
    that is nothing but a legal form (35 companies are called SAS) stays as it is folded.
    """
    folded = _ELISION.sub(r"\1", _SPACED_FORM.sub("", fold(name).replace("&", " ")))
    kept = [word for word in folded.split() if word not in _LEGAL_WORDS]
    return " ".join(kept) or fold(name)


_ARTICLES = "de du des d la le les l et a au aux en sur sous of the and"
_UNTELLING = frozenset(_ARTICLES.split()) | _LEGAL_WORDS


def initials(name: str) -> str:
    """One or two capitals for an avatar: « Jean-Pierre Martin » → JM, « L’Oréal » → O.

    Articles, prepositions and legal forms are passed over; "" when there is no letter or digit.
    """
    composed = unicodedata.normalize("NFC", name)  # An accent apart would end a word.
    words = re.findall(r"[^\W_][\w-]*", composed)
    telling = [w for w in words if fold(w) not in _UNTELLING] or words
    ends = telling[:1] + telling[1:][-1:]
    return "".join(word[0].upper()[:1] for word in ends)
