"""Which passwords are taken: long, not common, nothing that is known of their holder.

Twelve free characters behind a limit on tries satisfy both NIST SP 800-63B (5.1.1.2) and the
CNIL's recommendation 2022-100: any character may be used, none has to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.core.text import fold

SHORTEST = 12
LONGEST = 128
# What a guesser does not know must weigh at least this much: a free character weighs 1.
LEAST_WEIGHT = 6
WORD_WEIGHT = 2
SHORTEST_KNOWN_PIECE = 4
USUAL_SIGNS = 3

# The heads of the published lists of leaked French and English passwords, and our own name.
_WORDS = """
motdepasse monmotdepasse password passwort passw0rd passwd secret changeme bienvenue welcome
bonjour bonsoir salut coucou hello admin administrateur administrator utilisateur root user
test demo guest invite azerty azertyuiop qwerty qwertyuiop qsdfghjklm wxcvbn asdfgh zxcvbn
passerelle entreprise contact ecole etudiant diplome professeur enseignant recruteur campus
universite university business school management commerce stage alternance jobteaser
soleil doudou loulou chouchou nounours princesse chocolat dauphin papillon coquelicot
marseille paris lyon toulouse bordeaux nantes lille strasbourg france bretagne
jetaime amour monamour iloveyou famille maman papa cheval chaton licorne
football basket rugby tennis liverpool barcelona psg olympique
letmein monkey dragon master shadow sunshine superman batman pokemon starwars naruto matrix
trustno1 whatever freedom computer internet google facebook microsoft apple orange samsung
nicolas thomas julien camille marine charlotte alexandre sebastien isabelle christophe
michael jordan jennifer jessica daniel charlie ashley amanda andrew joshua
janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver
"""
COMMON_WORDS = tuple(sorted(_WORDS.split(), key=len, reverse=True))
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y",
    "1a2z3e4r5t6y",
    "1qaz2wsx3edc4rfv",
    "zaq12wsxcde34rfv",
)
_ROWS_BOTH_WAYS = (*_ROWS, *(row[::-1] for row in _ROWS))
_LEET = str.maketrans("013457", "oleast")
_SYMBOLS = str.maketrans({"@": "a", "$": "s", "€": "e", "!": "i"})
_INNER_DIGIT = re.compile("(?<=[a-z])[013457]+(?=[a-z])")
_NOT_WORD = re.compile("[^a-z0-9]")
_REPEATED = re.compile(r"([^\x00])\1{2,}")
_YEAR = re.compile("19[0-9]{2}|20[0-9]{2}")
_SEEN = "\x00"


def check_password(password: str, *, about: Iterable[str | None] = ()) -> None:
    """Refuse a password that would not resist, with a French sentence that says why.

    `about` is what is known of the holder: username, e-mail, names, school.
    Raises flask_appbuilder.exceptions.PasswordComplexityValidationError.
    """
    refusal = _refusal(password, about)
    if refusal is not None:
        raise PasswordComplexityValidationError(refusal)


def _refusal(password: str, about: Iterable[str | None]) -> LazyString | None:
    if len(password) < SHORTEST:
        return _l(
            "Ce mot de passe est trop court : %(count)s caractères au moins. "
            "Quelques mots sans rapport entre eux font un bon mot de passe.",
            count=SHORTEST,
        )
    if len(password) > LONGEST:
        return _l("Ce mot de passe est trop long : %(count)s caractères au plus.", count=LONGEST)
    if not _can_be_stored(password):
        return _l("Ce mot de passe contient un caractère qui ne peut pas être saisi : retirez-le.")
    if _tells(password, about):
        return _l(
            "Ce mot de passe contient l’identifiant, le nom ou l’adresse e-mail de la personne, "
            "ou le nom de l’école : choisissez-en un qui ne parle pas d’elle."
        )
    weight = min(_weight(reading) for reading in _readings(password))
    if weight + _symbols(password) < LEAST_WEIGHT:
        return _l(
            "Ce mot de passe est trop facile à deviner : évitez les mots de passe courants, "
            "les suites, les répétitions et les années."
        )
    return None


def _can_be_stored(password: str) -> bool:
    return "\x00" not in password and not any("\ud800" <= char <= "\udfff" for char in password)


def _letters(text: str) -> str:
    return _NOT_WORD.sub("", fold(text))


def _tells(password: str, about: Iterable[str | None]) -> bool:
    plain = _letters(password)
    return any(piece in plain for text in about if text for piece in _pieces(text))


def _pieces(text: str) -> set[str]:
    """« marie.dupont@ecole.fr » → mariedupont, marie, dupont (an address's domain is no secret)."""
    local = text.partition("@")[0]
    pieces = {_letters(local), *map(_letters, re.split(r"[\W_]+", local))}
    return {piece for piece in pieces if len(piece) >= SHORTEST_KNOWN_PIECE}


def _readings(password: str) -> set[str]:
    """The password as letters and digits, as it is and with « 0 » read as « o », « @ » as « a »."""
    plain = _letters(password)
    read = _letters(password.translate(_SYMBOLS))
    within = _INNER_DIGIT.sub(lambda match: match[0].translate(_LEET), read)
    return {plain, read, within, read.translate(_LEET)}


def _weight(reading: str) -> int:
    """How much of it a guesser does not know: known words, rows of keys and repeats weigh little."""
    reading = _once(reading)
    rest, words = _without_words(reading)
    rest, patterns = _without_patterns(rest)
    free = rest.replace(_SEEN, "")
    return words * WORD_WEIGHT + patterns + min(len(free), 2 * len(set(free)))


def _symbols(password: str) -> int:
    """Different signs that are neither letters nor digits; the few that all passwords end in are free."""
    signs = {char for char in password if not char.isalnum() and not char.isspace()}
    return max(0, len(signs) - USUAL_SIGNS)


def _once(text: str) -> str:
    """A text that repeats a block gives the block: abcabcabc → abc."""
    period = (text + text).find(text, 1)
    return text[:period] if 0 < period < len(text) else text


def _without_words(text: str) -> tuple[str, int]:
    found = 0
    for word in COMMON_WORDS:
        if word in text:
            found += 1
            text = text.replace(word, _SEEN)
    return text, found


def _without_patterns(text: str) -> tuple[str, int]:
    found = 0
    for pattern in (_YEAR, _REPEATED):
        text, count = pattern.subn(_SEEN, text)
        found += count
    while run := _longest_run(text):
        text = text.replace(run, _SEEN)
        found += 1
    return text, found


def _longest_run(text: str) -> str:
    """The longest stretch of three characters or more that follows a row of keys."""
    best = ""
    for start in range(len(text)):
        end = start + max(3, len(best) + 1)
        while end <= len(text) and any(text[start:end] in row for row in _ROWS_BOTH_WAYS):
            best, end = text[start:end], end + 1
    return best
