"""The department of an address: 75, 2A, 974, 988."""

from __future__ import annotations

import re
import unicodedata

from app.core.text import fold

DEPARTMENTS = frozenset(
    [f"{number:02}" for number in range(1, 96) if number != 20]
    + ["2A", "2B", "971", "972", "973", "974", "975", "976", "977", "978"]
    + ["984", "986", "987", "988", "989"]
)

# Their postal codes keep the number of the department that they left in 2007.
_WHOLE_CODES = {"97133": "977", "97150": "978", "98799": "989"}
# Communes served by a post office of the department next door (INSEE's communes of 2026,
# compared with their postal codes).
_NEXT_DOOR = {
    "01200": {"eloise": "74"},
    "01410": {"lajoux": "39"},
    "01590": {"chancia": "39", "lavancia epercy": "39"},
    "05110": {"claret": "04", "curbans": "04"},
    "05130": {"piegut": "04", "venterol": "04"},
    "05160": {"pontis": "04"},
    "05700": {"villebois les pins": "26"},
    "06260": {"la rochette": "04", "saint pierre": "04"},
    "13780": {"riboux": "83"},
    "21340": {"change": "71"},
    "33220": {"fougueyrolles": "24", "port sainte foy et ponchapt": "24"},
    "37160": {"buxeuil": "86"},
    "42620": {"saint pierre laval": "03"},
    "43450": {"leyvaux": "15"},
    "48250": {"laveyrune": "07"},
    "52100": {"saint eulien": "51", "sapignicourt": "51"},
    "94390": {"paray vieille poste": "91"},
}
_CORSICA = {"200": "2A", "201": "2A", "202": "2B", "206": "2B"}


def department_of(insee_code: str | None, postal_code: str | None, city: str | None) -> str | None:
    """The department's code by INSEE commune code, else by postal code and city; None if unknown.

    Never raises: an address abroad, or one that is half typed, has no department.
    """
    return _of_commune(_compact(insee_code)) or _of_postal_code(_compact(postal_code), city or "")


def _compact(code: str | None) -> str:
    plain = unicodedata.normalize("NFKC", code or "").upper()
    return re.sub(r"^FR?-|[^0-9A-Z]", "", plain)


def _of_commune(code: str) -> str | None:
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code):
        return None
    department = code[:3] if code[:2] in {"97", "98"} else code[:2]
    return department if department in DEPARTMENTS else None


def _of_postal_code(code: str, city: str) -> str | None:
    if re.fullmatch(r"[0-9]{4}", code):
        code = f"0{code}"  # A spreadsheet has taken the zero off.
    if not re.fullmatch(r"[0-9]{5}", code):
        return None
    exception = _WHOLE_CODES.get(code) or _NEXT_DOOR.get(code, {}).get(fold(city))
    if exception:
        return exception
    if code[:2] == "20":
        return _CORSICA.get(code[:3])
    department = code[:3] if code[:2] in {"97", "98"} else code[:2]
    return department if department in DEPARTMENTS else None
