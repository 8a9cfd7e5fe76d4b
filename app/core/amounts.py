"""Amounts of money: whole euros, up to 10^15."""

from __future__ import annotations

import re
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from app.core.errors import InvalidValue
from app.core.identifiers import refuse_lost_digits
from app.core.text import fold, typed

MOST_EUROS = 10**15
NBSP = "\u00a0"
NARROW_NBSP = "\u202f"

_UNITS = {
    **dict.fromkeys(("", "e", "eur", "euro", "euros"), 1),
    **dict.fromkeys(("k", "ke", "keur", "keuros", "mille"), 10**3),
    **dict.fromkeys(("m", "me", "meur", "meuros", "mio", "million", "millions"), 10**6),
    **dict.fromkeys(("md", "mds", "mde", "mdse", "mrd", "mdeur", "g", "ge"), 10**9),
    **dict.fromkeys(("milliard", "milliards"), 10**9),
}
_PREFIX = re.compile(r"^\+? ?(?:€|eur\b)? ?", re.IGNORECASE)
_UNIT = re.compile(r"[A-Za-z€ .']*")
_NUMBER = re.compile(r"[0-9][0-9 .,']*")
_MINUS = ("-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ .,'])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+")


def parse_amount(text: str) -> int:
    """Whole euros: « 1 234 567,00 € », « 1.234.567 », « 12 k€ », « 3,5 M€ », « 3 Md€ ».

    Refused with InvalidValue: cents, negative amounts, another currency, more than 10^15, and
    « 1,234 », which is a thousand for some and one euro for others.
    """
    plain = _without_signs(typed(text))
    refuse_lost_digits(plain)
    end = max(plain.rfind(digit) for digit in "0123456789") + 1
    if not _NUMBER.fullmatch(plain[:end]):
        raise _not_an_amount()
    factor = _factor(plain[end:])
    euros = _number(plain[:end], with_unit=factor > 1) * factor
    if euros != int(euros):
        raise InvalidValue(
            _l("Les montants se saisissent en euros entiers : retirez les centimes.")
        )
    if euros > MOST_EUROS:
        raise InvalidValue(
            _l("Ce montant est trop grand : vérifiez le nombre de zéros et l’unité.")
        )
    return int(euros)


def _without_signs(plain: str) -> str:
    bare = plain.replace("€", "").strip()
    in_brackets = bare.startswith("(") and bare.endswith(")")  # As accountants write a loss.
    if in_brackets or bare.startswith(_MINUS) or bare.endswith(_MINUS):
        raise InvalidValue(_l("Un montant ne peut pas être négatif : retirez le signe moins."))
    return _PREFIX.sub("", plain).replace("’", "'").strip()


def _factor(unit: str) -> int:
    if not _UNIT.fullmatch(unit):
        raise _not_an_amount()
    words = fold(unit.replace("€", "e")).replace(" ", "")
    for tail in ("", "deuros", "euros", "eur", "e"):
        if words.endswith(tail) and words.removesuffix(tail) in _UNITS:
            return _UNITS[words.removesuffix(tail)]
    raise _not_an_amount()


def _number(written: str, *, with_unit: bool) -> Decimal:
    """« 1 234,5 » as 1234.5; the last separator is the decimal one when it comes only once."""
    cut = max(written.rfind("."), written.rfind(","))
    whole, mark, decimals = written[:cut], written[cut], written[cut + 1 :]
    if cut < 0 or not decimals.isdigit():
        whole, mark, decimals = written, "", ""
    if mark and (mark in whole or (len(decimals) == 3 and not with_unit and mark == ".")):
        whole, decimals = written, ""  # That was one more group of three digits.
    elif len(decimals) == 3 and (mark == "." or not with_unit):
        raise InvalidValue(
            _l(
                "Ce montant peut se lire de deux façons : "
                "écrivez-le en entier, sans virgule ni point."
            )
        )
    if not _GROUPED.fullmatch(whole):
        raise _not_an_amount()
    return Decimal(f"{re.sub('[^0-9]', '', whole)}.{decimals or '0'}")


def _not_an_amount() -> InvalidValue:
    return InvalidValue(
        _l("Ce montant n’est pas valable : saisissez des euros, comme 1 234 567, 12 k€ ou 3,5 M€.")
    )


def format_amount(euros: int) -> str:
    """1 234 567 €: narrow no-break spaces in the number, a no-break one before the sign."""
    return f"{euros:,}".replace(",", NARROW_NBSP) + f"{NBSP}€"
