"""E-mail addresses and websites: read as people paste them, stored in one form.

An e-mail keeps its local part as it was typed and has its domain in lower case. A website is
an https or http address whose host is lower-case ASCII (punycode), as browsers want it.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit

import idna
from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

from app.core.errors import InvalidValue
from app.core.text import typed

WEBSITE_LENGTH = 500

# --- E-mail --------------------------------------------------------------------------------

_ANGLE = re.compile(r"<([^<>]*)>")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


def parse_email(text: str) -> str:
    """One address: « Jeanne <mailto:Jeanne@ACME.fr> » → Jeanne@acme.fr.

    The form is checked, not that the mailbox exists. Raises InvalidValue.
    """
    address = _bare_address(typed(text))
    if address.count("@") > 1 and re.search(r"[ ,;/]", address):
        raise InvalidValue(
            _l("Ce champ ne prend qu’une adresse e-mail : saisissez les autres à part.")
        )
    if "@" not in address:
        raise InvalidValue(
            _l("Il manque le signe @ dans cette adresse e-mail : prenom.nom@exemple.fr.")
        )
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as refusal:
        raise InvalidValue(
            _l(
                "Cette adresse e-mail n’est pas valable : vérifiez-la, elle s’écrit comme "
                "prenom.nom@exemple.fr, sans espace."
            )
        ) from refusal


def _bare_address(plain: str) -> str:
    inside = _ANGLE.findall(plain)
    address = (inside[0] if len(inside) == 1 else plain).strip()
    link = _MAILTO.match(address)
    if link:
        address = address[link.end() :].partition("?")[0]
    return address.strip(" ,;:<>\"'").rstrip(".")


# Mailboxes of a service, read by several people: they tell nobody apart.
_GENERIC_NAMES = """
    accueil achat achats admin administratif administration adv agence alternance assistance
    billing bonjour boutique bureau campus candidature candidatures career careers client clients
    commercial communication compta comptabilite compte contact contacts courrier direction drh
    ecole emploi entreprise entreprises enquiries equipe facturation factures finance formation
    gestion hello hr info information informations infos jobs juridique logistique magasin mail
    mairie marketing newsletter office paie partenariat partenariats personnel postmaster presse
    production qualite reception recruitment recruiting recrutement relations reservation
    reservations rh sales sav scolarite secretariat service services siege societe stage stages
    standard support team technique tresorerie vente ventes webmaster
"""
_GENERIC = frozenset(_GENERIC_NAMES.split())
_GENERIC_WHOLE = frozenset({"noreply", "nepasrepondre", "donotreply", "ressourceshumaines"})


def is_generic_email(email: str) -> bool:
    """Whether an address is a shared mailbox: contact@, rh-paris@, no-reply@, service.client@."""
    local = email.partition("@")[0].partition("+")[0].casefold()
    plain = unicodedata.normalize("NFKD", local)
    parts = re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return bool(parts) and (parts[0] in _GENERIC or "".join(parts) in _GENERIC_WHOLE)


# --- Websites ------------------------------------------------------------------------------

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://")
_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,60}:(?![0-9])")
# Not a number, nor hexadecimal: browsers would take 127.0.0.0x1 for an IP address.
_SUFFIX = re.compile(r"[a-z]{2,}|xn--[a-z0-9-]+")
_SAFE = "/%:@!$&'()*+,;=~-._?[]"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_website(text: str) -> str:
    """An http or https address: « WWW.Acme.fr/RH » → https://www.acme.fr/RH.

    Refuses other schemes, spaces, a user name, numeric hosts and hosts without a dot; at most
    500 characters. An international name is stored in punycode, a path percent-encoded.
    Raises InvalidValue.
    """
    address = _with_scheme(typed(text, limit=2 * WEBSITE_LENGTH).strip("<>,;\"'?#"))
    if re.search(r"[ \\]", address):
        raise _not_a_website()
    parts = _split(address)
    url = f"{parts.scheme}://{_host(parts)}{_port(parts)}{_rest(parts)}"
    if len(url) > WEBSITE_LENGTH:
        raise InvalidValue(
            _l(
                "Cette adresse de site est trop longue : %(limit)s caractères au plus.",
                limit=WEBSITE_LENGTH,
            )
        )
    return url


def _with_scheme(address: str) -> str:
    found = _SCHEME.match(address)
    if found and found[1].lower() in _DEFAULT_PORTS:
        return found[1].lower() + address[found.end(1) :]
    if found or _OTHER_SCHEME.match(address):
        raise InvalidValue(
            _l(
                "L’adresse d’un site commence par https:// ou http://, comme https://www.exemple.fr."
            )
        )
    return "https:" + address if address.startswith("//") else "https://" + address


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port  # Raises when it is no number, or above 65535.
    except ValueError as refusal:
        raise _not_a_website() from refusal
    if "@" in parts.netloc:
        raise InvalidValue(
            _l("Une adresse de site ne contient pas de signe @ : est-ce une adresse e-mail ?")
        )
    return parts


def _host(parts: SplitResult) -> str:
    try:
        host = idna.encode((parts.hostname or "").rstrip("."), uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as refusal:
        raise _not_a_website() from refusal
    name, dot, suffix = host.rpartition(".")
    if not (name and dot) or not _SUFFIX.fullmatch(suffix):
        raise _not_a_website()
    return host


def _port(parts: SplitResult) -> str:
    port = parts.port
    return "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"


def _rest(parts: SplitResult) -> str:
    path = "" if parts.path == "/" and not parts.query and not parts.fragment else parts.path
    if (parts.query or parts.fragment) and not path:
        path = "/"
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return quote(path, safe=_SAFE) + quote(query, safe=_SAFE) + quote(fragment, safe=_SAFE + "#")


def _not_a_website() -> InvalidValue:
    return InvalidValue(
        _l(
            "Cette adresse de site n’est pas valable : "
            "elle s’écrit comme www.exemple.fr, sans espace."
        )
    )


def format_website(url: str) -> str:
    """A stored address as it is read: without https://, the name in its own letters.

    http:// stays, so that parse_website(format_website(x)) == x.
    """
    parts = urlsplit(url)
    shown = (
        _readable_host(parts.hostname or "") + url.partition("://")[2][len(parts.hostname or "") :]
    )
    return shown if parts.scheme == "https" else f"http://{shown}"


def _readable_host(host: str) -> str:
    """The name in Unicode when it is Latin: letters of other scripts can pass for Latin ones."""
    if host.isascii() and "xn--" not in host:
        return host  # Most are: they are read as they are stored.
    try:
        name = idna.decode(host)
        again = idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host
    latin = all(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in name)
    return name if latin and again == host else host


# What needs no reading as an international name, which takes twenty times as long.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_PLAIN_SITE = re.compile(r"https?://([a-z0-9.-]+)(?:/[ -~]*)?")
_LONGEST_HOST = 253


def _is_plain(host: str) -> bool:
    """A host in lower-case ASCII; « -- » stands in names that are written in punycode."""
    short = len(host) <= _LONGEST_HOST and "--" not in host
    return short and _PLAIN_HOST.fullmatch(host) is not None


def domain_of(address: str) -> str | None:
    """The domain of a stored website or e-mail, without www., in lower-case ASCII; None if none."""
    try:
        if site := _PLAIN_SITE.fullmatch(address):
            host: str | None = site[1]
        else:
            host = urlsplit(address).hostname if "://" in address else address.rpartition("@")[2]
        if not host or "." not in host:
            return None
        if not _is_plain(host):
            host = idna.encode(host, uts46=True).decode("ascii")
    except ValueError:  # urlsplit's, idna's.
        return None
    return host.removeprefix("www.")
