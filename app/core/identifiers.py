"""SIREN, SIRET, VAT, NAF and RNA numbers: read as people write them, shown as France does.

Stored: digits only (SIREN, SIRET), FR83356000000 (VAT), 62.01Z (NAF), W751234567 (RNA).
Each parse_* raises InvalidValue with a sentence that says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from flask_babel import lazy_gettext as _l
from stdnum import luhn
from stdnum.fr import tva

from app.core.errors import InvalidValue
from app.core.text import typed

Nomenclature = Literal["rev2", "2025"]

LA_POSTE = "356000000"
NBSP = "\u00a0"

_LABEL = re.compile(
    r"^(?:(?:n°|num[ée]ro|code|siren|siret|rna|tva|intracommunautaire|naf|ape)(?![a-z])[ :.]*)+",
    re.IGNORECASE,
)
_TRADE_REGISTER = re.compile(r"\brcs\b", re.IGNORECASE)
_LETTER_O = re.compile(r"[0-9Oo]+")
_SEPARATORS = re.compile(r"[ .\-_/\u2010-\u2015]")
_SCIENTIFIC = re.compile(r"[0-9]{1,30}(?:[.,][0-9]{1,30})?e\+?[0-9]{1,3}", re.IGNORECASE)
_SPREADSHEET_FLOAT = re.compile(r"([0-9]{7,14})[.,]0{1,2}")
MOST_LOST_ZEROS = 2  # 005720784: a spreadsheet keeps 5720784.


def without_label(text: str) -> str:
    """« SIREN n° : 356 000 000 RCS Paris » → « 356 000 000 »."""
    plain = _LABEL.sub("", text)
    if _TRADE_REGISTER.search(plain):
        plain = re.sub("[^0-9 ]", " ", plain)  # The register's town, before or after.
    return plain.strip()


def refuse_lost_digits(text: str) -> None:
    """Raise for a number that a spreadsheet has shortened for good: 5,52E+13."""
    if _SCIENTIFIC.fullmatch(text):
        raise InvalidValue(
            _l(
                "Le tableur a abrégé ce nombre : des chiffres sont perdus. Mettez la colonne au "
                "format Texte dans le fichier d’origine, ou saisissez-le en entier."
            )
        )


def without_float(text: str) -> str:
    """A whole number that a spreadsheet gave as 552100554.0."""
    number = _SPREADSHEET_FLOAT.fullmatch(text)
    return number[1] if number else text


def _digits(text: str, name: str) -> str:
    plain = without_label(typed(text))
    refuse_lost_digits(plain)
    compact = _SEPARATORS.sub("", without_float(plain))
    _refuse_letter_o(compact, name)
    odd = re.search(r"[^0-9]", compact)
    if odd:
        raise InvalidValue(
            _l(
                "Un %(name)s ne contient que des chiffres : « %(char)s » n’en est pas un.",
                name=name,
                char=odd[0],
            )
        )
    return compact


def _refuse_letter_o(compact: str, name: str) -> None:
    if _LETTER_O.fullmatch(compact) and not compact.isdigit():
        raise InvalidValue(
            _l(
                "Un %(name)s ne contient que des chiffres : "
                "remplacez la lettre O par le chiffre 0.",
                name=name,
            )
        )


def _with_lost_zeros(digits: str, length: int, valid: Callable[[str], bool]) -> str:
    """The zeros that a spreadsheet took off the front, when the check digit vouches for them."""
    if length - MOST_LOST_ZEROS <= len(digits) < length and valid(digits.zfill(length)):
        return digits.zfill(length)
    return digits


def _check_length(digits: str, length: int, name: str) -> None:
    missing = length - len(digits)
    if missing > 0:
        message = _l(
            "Un %(name)s compte %(length)s chiffres : il en manque %(count)s.",
            name=name,
            length=length,
            count=missing,
        )
        raise InvalidValue(message)
    if missing < 0:
        message = _l(
            "Un %(name)s compte %(length)s chiffres : il y en a %(count)s de trop.",
            name=name,
            length=length,
            count=-missing,
        )
        raise InvalidValue(message)


def _wrong_key(name: str) -> InvalidValue:
    return InvalidValue(
        _l(
            "Ce %(name)s n’est pas valable : sa clé de contrôle ne tombe pas juste. "
            "Vérifiez les chiffres.",
            name=name,
        )
    )


# --- SIREN and SIRET -----------------------------------------------------------------------


def _siren_is_valid(digits: str) -> bool:
    return len(digits) == 9 and digits != "0" * 9 and luhn.is_valid(digits)


def _siret_is_valid(digits: str) -> bool:
    """Luhn's sum, or for La Poste's sites a digit sum that is a multiple of 5.

    INSEE, Sirene: La Poste ran out of numbers under Luhn's rule.
    """
    if len(digits) != 14 or not _siren_is_valid(digits[:9]):
        return False
    own_rule = digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0
    return own_rule or luhn.is_valid(digits)


def parse_siren(text: str) -> str:
    """Nine digits with a right check digit (Luhn)."""
    digits = _with_lost_zeros(_digits(text, "SIREN"), 9, _siren_is_valid)
    if _siret_is_valid(digits):
        raise InvalidValue(
            _l("C’est un SIRET (14 chiffres) : le SIREN est fait de ses 9 premiers chiffres.")
        )
    _check_length(digits, 9, "SIREN")
    if not _siren_is_valid(digits):
        raise _wrong_key("SIREN")
    return digits


def format_siren(siren: str) -> str:
    """356 000 000, with no-break spaces."""
    return NBSP.join((siren[:3], siren[3:6], siren[6:]))


def parse_siret(text: str) -> str:
    """Fourteen digits with a right check digit (Luhn, or La Poste's own rule)."""
    digits = _with_lost_zeros(_digits(text, "SIRET"), 14, _siret_is_valid)
    if _siren_is_valid(digits):
        raise InvalidValue(
            _l("C’est un SIREN (9 chiffres) : ajoutez les 5 chiffres de l’établissement.")
        )
    _check_length(digits, 14, "SIRET")
    if not _siret_is_valid(digits):
        raise _wrong_key("SIRET")
    return digits


def format_siret(siret: str) -> str:
    """356 000 000 00048, with no-break spaces."""
    return NBSP.join((siret[:3], siret[3:6], siret[6:9], siret[9:]))


def siren_of_siret(siret: str) -> str:
    """The SIREN inside a stored SIRET."""
    return siret[:9]


# --- VAT -----------------------------------------------------------------------------------


def parse_vat(text: str) -> str:
    """FR, a key of two characters, the SIREN: FR83356000000.

    The old keys are digits, the new ones hold a letter (never I or O); Monaco's numbers start
    with three zeros after the key and hold no SIREN (python-stdnum, stdnum.fr.tva).
    """
    plain = without_label(typed(text))
    refuse_lost_digits(plain)
    compact = _SEPARATORS.sub("", without_float(plain)).upper()
    number = compact.removeprefix("FR")
    _refuse_letter_o(number, "numéro de TVA")
    if re.fullmatch(r"[0-9]{10}", compact) and tva.is_valid("0" + compact):
        number = "0" + compact
    if not re.fullmatch(r"[0-9A-Z]{2}[0-9]{9}", number):
        raise InvalidValue(
            _l(
                "Un numéro de TVA français est fait de FR, d’une clé de 2 caractères et des "
                "9 chiffres du SIREN."
            )
        )
    if not tva.is_valid(number):
        raise _wrong_key("numéro de TVA")
    return f"FR{number}"


def format_vat(vat: str) -> str:
    """FR 83 356 000 000, with no-break spaces."""
    return NBSP.join((vat[:2], vat[2:4], format_siren(vat[4:])))


def siren_of_vat(vat: str) -> str:
    """The SIREN inside a stored VAT number; InvalidValue for Monaco's, which hold none."""
    return parse_siren(vat[4:])


def vat_of_siren(siren: str) -> str:
    """The VAT number that a French company has by its SIREN (Code général des impôts, 286 ter)."""
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


# --- NAF -----------------------------------------------------------------------------------

_NAF_ALONE = re.compile(r"([0-9]{2})[ .\-]?([0-9]{2})[ .\-]?([A-Za-z])")
_NAF_INSIDE = re.compile(r"(?<![0-9A-Za-z.])([0-9]{2})\.?([0-9]{2}) ?([A-Za-z])(?![0-9A-Za-z])")
# By design no letter serves both: INSEE, NAF 2025, so that a code tells its nomenclature.
_NAF_LETTERS = {"rev2": frozenset("ABCDEFZ"), "2025": frozenset("GHIJKLMNOPQRSTUVWXY")}


def parse_naf(text: str, nomenclature: Nomenclature = "rev2") -> str:
    """A NAF code as 62.01Z, alone or inside a text: « Conseil (70.22Z) ».

    Checks the form and the letter, not that the code exists: lists change, old codes stay.
    """
    plain = without_label(typed(text))
    codes = {f"{a}.{b}{c.upper()}" for a, b, c in _naf_parts(plain)}
    if len(codes) > 1:
        raise InvalidValue(_l("Ce texte contient plusieurs codes NAF : n’en gardez qu’un."))
    if not codes:
        raise _no_naf(plain)
    code = codes.pop()
    if code[-1] not in _NAF_LETTERS[nomenclature]:
        raise _other_nomenclature(code, nomenclature)
    return code


def _naf_parts(plain: str) -> list[tuple[str, str, str]]:
    alone = _NAF_ALONE.fullmatch(plain)
    if alone:
        return [(alone[1], alone[2], alone[3])]
    return [(m[1], m[2], m[3]) for m in _NAF_INSIDE.finditer(plain)]


def _no_naf(plain: str) -> InvalidValue:
    compact = _SEPARATORS.sub("", plain).upper()
    if re.fullmatch(r"[0-9]{4}", compact):
        return InvalidValue(
            _l("Il manque la lettre à la fin du code NAF : il s’écrit comme 62.01Z.")
        )
    if re.fullmatch(r"(?=.{0,3}O)[0-9O]{4}[A-Z]", compact):
        return InvalidValue(_l("Dans ce code NAF, remplacez la lettre O par le chiffre 0."))
    return InvalidValue(
        _l("Un code NAF est fait de 4 chiffres et d’une lettre : il s’écrit comme 62.01Z.")
    )


def _other_nomenclature(code: str, nomenclature: Nomenclature) -> InvalidValue:
    if nomenclature == "rev2":
        return InvalidValue(
            _l(
                "Le code %(code)s est de la NAF 2025 et non de la NAF rév. 2 : "
                "vérifiez sa lettre ou changez de nomenclature.",
                code=code,
            )
        )
    return InvalidValue(
        _l(
            "Le code %(code)s est de la NAF rév. 2 et non de la NAF 2025 : "
            "vérifiez sa lettre ou changez de nomenclature.",
            code=code,
        )
    )


def format_naf(code: str) -> str:
    """62.01Z: a NAF code is shown as it is stored."""
    return code


# --- RNA -----------------------------------------------------------------------------------

# W2A and W2B in Corsica, W9 and a letter overseas (W9R La Réunion): seen in Sirene's own data.
_RNA = re.compile(r"W(?:[0-9]{2}|2[AB]|9[A-Z])[0-9]{7}")


def parse_rna(text: str) -> str:
    """An association's number: W and 9 characters, such as W751234567 or W9R1234567.

    Associations of Alsace-Moselle have none: they are in the register of a court.
    """
    compact = _SEPARATORS.sub("", without_label(typed(text))).upper()
    if _RNA.fullmatch(compact):
        return compact
    if re.fullmatch(r"W[0-9O]{9}", compact):
        raise InvalidValue(_l("Dans ce numéro RNA, remplacez la lettre O par le chiffre 0."))
    raise InvalidValue(
        _l("Un numéro RNA est fait de la lettre W et de 9 chiffres, comme W751234567.")
    )


def format_rna(rna: str) -> str:
    """W751234567: an RNA number is shown as it is stored, like on the receipt."""
    return rna
