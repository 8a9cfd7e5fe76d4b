"""Phone numbers: read as people write them, stored in E.164, shown as France does.

French short numbers (3639, 118 712) have no E.164 form; they are stored as +333639.
"""

from __future__ import annotations

import re

import phonenumbers
from flask_babel import lazy_gettext as _l
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from app.core.errors import InvalidValue
from app.core.identifiers import refuse_lost_digits, without_float
from app.core.text import typed

NBSP = "\u00a0"

# Their numbers are dialled from France like any other, yet each has its own country code.
_OVERSEAS_REGIONS = ("GP", "MQ", "GF", "RE", "YT")
# Theirs whatever phonenumbers says of a range (fiction, just opened): ARCEP, numbering plan.
_OVERSEAS_PREFIXES = {
    **dict.fromkeys(("262", "263", "269", "692", "693"), 262),
    **dict.fromkeys(("590", "690", "691"), 590),
    **dict.fromkeys(("594", "694"), 594),
    **dict.fromkeys(("596", "696", "697"), 596),
}
_DIALLED_FROM_FRANCE = frozenset({"262", "508", "590", "594", "596"})
# Territories whose numbers have no 0 in front: only the postal code tells them.
_LOCAL_REGIONS = {"975": "PM", "986": "WF", "987": "PF", "988": "NC"}
_SHORT = re.compile(r"3[0-9]{3}|10[0-9]{2}|11[68][0-9]{3}")
_LABEL = re.compile(
    r"^(?:t[ée]l[ée]phone|t[ée]l|fax|mobile|portable|standard|phone)?[ .:]*", re.IGNORECASE
)
_ALLOWED = re.compile(r"[0-9 .,\-_/()+\u2010-\u2015\u00b7\u2212]+")
_LETTER_O = re.compile(r"[0-9Oo .,\-/()+]+")
_NO_TRUNK_ZERO = re.compile(r"33[1-9][0-9]{8}|330[1-9][0-9]{8}|(?:262|590|594|596)[0-9]{9}")
_NATIONAL = re.compile(r"0?([1-9][0-9]{8})")


def parse_phone(text: str, *, postal_code: str | None = None) -> str:
    """A phone number in E.164: « 01 42 68 53 00 » → +33142685300.

    Takes 0033, +33 (0), a zero lost in a spreadsheet, overseas numbers dialled as in France
    (0262… → +262262…) and foreign ones with their prefix. `postal_code` (of the company or
    site) is needed only for the local numbers of 975, 986, 987 and 988. Ranges that ARCEP
    keeps for fiction are taken. Raises InvalidValue.
    """
    plain = _LABEL.sub("", typed(text))
    refuse_lost_digits(plain)
    plain = without_float(plain)
    _check_characters(plain)
    number = _dialled(plain)
    if number.startswith("+"):
        return _international(number)
    return _local(number, postal_code) or _french(number)


def _check_characters(plain: str) -> None:
    if _LETTER_O.fullmatch(plain) and "o" in plain.casefold():
        raise InvalidValue(
            _l(
                "Un numéro de téléphone ne contient pas de lettre O : "
                "remplacez-la par le chiffre 0."
            )
        )
    if not _ALLOWED.fullmatch(plain) or "+" in plain.lstrip("( ")[1:]:
        raise InvalidValue(
            _l(
                "Ce numéro de téléphone n’est pas valable : saisissez un seul numéro, "
                "en chiffres et sans poste, comme 01 23 45 67 89."
            )
        )
    if len(re.findall("[0-9]", plain)) > 17:  # 15 in E.164, and 00 before them.
        raise InvalidValue(
            _l("Ce champ ne prend qu’un numéro de téléphone : saisissez les autres à part.")
        )


def _dialled(plain: str) -> str:
    """Digits alone, with a plus sign in front of a country code."""
    digits = "".join(re.findall("[0-9]", plain))
    if "+" in plain:
        return f"+{digits.removeprefix('00')}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{digits}" if _NO_TRUNK_ZERO.fullmatch(digits) else digits


def _local(digits: str, postal_code: str | None) -> str | None:
    region = _LOCAL_REGIONS.get((postal_code or "").strip()[:3])
    if region is None or len(digits) not in {6, 8}:
        return None
    number = _parsed(digits, region)
    return _e164(number) if phonenumbers.is_possible_number(number) else None


def _french(digits: str) -> str:
    if _SHORT.fullmatch(digits):
        return f"+33{digits}"
    national = _NATIONAL.fullmatch(digits)
    if national is None:
        raise _wrong_length(digits)
    return _e164(_placed(national[1]))


def _wrong_length(digits: str) -> InvalidValue:
    if len(digits) > 10 or not digits.startswith("0"):
        return InvalidValue(
            _l(
                "Un numéro français compte 10 chiffres : celui-ci en a %(count)s. "
                "À l’étranger, commencez par + et l’indicatif du pays.",
                count=len(digits),
            )
        )
    return InvalidValue(
        _l(
            "Un numéro français compte 10 chiffres : il en manque %(count)s.",
            count=10 - len(digits),
        )
    )


def _placed(national: str) -> PhoneNumber:
    """The nine digits after the 0 with the country code of the place where they ring."""
    code = _OVERSEAS_PREFIXES.get(national[:3])
    if code:
        return PhoneNumber(country_code=code, national_number=int(national))
    french = PhoneNumber(country_code=33, national_number=int(national))
    if phonenumbers.is_valid_number(french):
        return _saint_pierre(national) or french
    for region in _OVERSEAS_REGIONS:
        there = _parsed(national, region)
        if phonenumbers.is_valid_number(there):
            return there
    return french


def _saint_pierre(national: str) -> PhoneNumber | None:
    """Saint-Pierre-et-Miquelon, dialled from France as 0508 and its six digits."""
    if not national.startswith("508"):
        return None
    there = PhoneNumber(country_code=508, national_number=int(national[3:]))
    return there if phonenumbers.is_valid_number(there) else None


def _international(number: str) -> str:
    if number.startswith("+33") and _SHORT.fullmatch(number[3:]):
        return number
    parsed = _parsed(number, None)
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        raise _unknown()
    if parsed.country_code == 33:
        return _french(str(parsed.national_number))
    return _e164(parsed)


def _parsed(number: str, region: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(number, region)
    except NumberParseException as refusal:
        raise _unknown() from refusal


def _unknown() -> InvalidValue:
    return InvalidValue(
        _l(
            "Ce numéro de téléphone n’est pas valable : vérifiez l’indicatif du pays et le "
            "nombre de chiffres."
        )
    )


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _national_digits(e164: str) -> str | None:
    """How a number is dialled in France when that alone leads back to it, else None."""
    if e164.startswith("+33"):
        return e164[3:] if _SHORT.fullmatch(e164[3:]) else f"0{e164[3:]}"
    if e164[1:4] not in _DIALLED_FROM_FRANCE:
        return None
    digits = e164[1:] if e164.startswith("+508") else e164[4:]
    return f"0{digits}" if len(digits) == 9 and _e164(_placed(digits)) == e164 else None


def format_phone(e164: str) -> str:
    """01 23 45 67 89 for France and overseas, else +44 20 7946 0958.

    The spaces do not break. parse_phone(format_phone(x)) == x.
    """
    national = _national_digits(e164)
    if national is None:
        number = phonenumbers.parse(e164)
        shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        return shown.replace(" ", NBSP)
    size = 3 if len(national) == 6 else 2
    return NBSP.join(national[i : i + size] for i in range(0, len(national), size))


def phone_digits(e164: str) -> str:
    """The digits dialled inside the number's own country: 0142685300, 02079460958."""
    national = _national_digits(e164)
    if national is not None:
        return national
    number = phonenumbers.parse(e164)
    shown = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return "".join(re.findall("[0-9]", shown))


def phone_search_forms(e164: str) -> list[str]:
    """What a record's search_text holds for a phone: ["0142685300", "0033142685300"].

    The second holds both the E.164 digits and the writing with 00, even when half typed.
    """
    return [phone_digits(e164), f"00{e164[1:]}"]
