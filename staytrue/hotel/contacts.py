"""E-mail addresses, countries and languages as a PMS writes them, to standard form."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import idna
import pycountry
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from staytrue.hotel.records import Email
from staytrue.kit.text import clean, fold

# Domains whose addresses only forward, so that many guests may share one and one guest has many.
# Seen in the vendors' own help pages on guest messaging; extended when traffic shows another.
RELAYS = (
    "guest.booking.com",
    "mchat.booking.com",
    "m.expediapartnercentral.com",
    "guest.airbnb.com",
    "reply.airbnb.com",
    "agoda-messaging.com",
    "messages.homeaway.com",
    "guest.trip.com",
    "guest.hostelworld.com",
    "privaterelay.appleid.com",
)
NO_LOCALS = {
    "noemail", "no-email", "none", "na", "n/a", "no", "unknown", "test", "noreply", "no-reply",
    "sinemail", "nomail", "no-mail", "x", "xx", "xxx", "null", "email", "mail", "guest",
    "notprovided", "not.provided", "donotreply", "sincorreo", "pasdemail", "keine",
}  # fmt: skip
"""What stands before the @ where somebody had to write an address and knew none."""
LANGUAGES = ("en", "fr", "es", "de", "it", "pt")
"""Languages in which names of countries and languages are understood."""

# Hosts that only forward, named as such hosts are.
_RELAY_HOST = re.compile(
    r"(^|[.])(guests?|relay|reply|replies|noreply|no-reply|messages?|messaging|mchat|privaterelay)[.]"
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(
    rf"(?=.{{3,254}}$){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}"
)
_SEVERAL = re.compile(r"[;,\s|]+")
_COMMON_COUNTRIES = {"uk": "GB", "usa": "US", "holland": "NL", "england": "GB", "scotland": "GB"}


def addresses_in(text: str) -> list[str] | None:
    """The plain addresses of a cell, or None when something in it is not one plain address."""
    if _PLAIN_ADDRESS.fullmatch(text) and text.index("@") <= 64:
        return [text]
    parts = [part for part in _SEVERAL.split(text) if part]
    addresses: list[str] = []
    for part in parts:
        try:
            checked = validate_email(
                part.removeprefix("mailto:"), check_deliverability=False, allow_quoted_local=False
            )
        except EmailNotValidError:
            return None
        addresses.append(checked.normalized)
    return addresses or None


def email(address: str, type_: str | None) -> Email:
    """An address with the mark of an OTA's relay."""
    domain = address.rpartition("@")[2].lower()
    return Email(address, type_, masked=_is_relay(domain))


def address_key(address: str) -> str:
    """The one form by which an address is known, however it is written: case and accents dropped
    before the @, and the domain as the network asks for it.

    A domain with an accent is another domain: folded, a lookalike would become the real one.
    """
    if address.isascii():
        return fold(address)
    local, at, host = clean(address).rpartition("@")
    return f"{fold(local)}@{ascii_host(host)}" if at else fold(address)


def ascii_host(host: str) -> str:
    """The ASCII form of a host; what has none stays as it is, with its accents."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host.casefold()


def is_relay_address(address: str) -> bool:
    """Whether an address only forwards: of a known OTA's domain, or of a host named like one."""
    domain = address.rpartition("@")[2]
    return email(address, None).masked or bool(_RELAY_HOST.search(domain))


@lru_cache(maxsize=10_000)
def _is_relay(domain: str) -> bool:
    return domain.endswith(RELAYS) and any(
        domain == relay or domain.endswith(f".{relay}") for relay in RELAYS
    )


@cache
def _country_names() -> dict[str, str]:
    names = dict(_COMMON_COUNTRIES)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and pycountry.countries.get(alpha_2=code):
                names[fold(name)] = code
    for country in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if hasattr(country, attribute):
                names[fold(getattr(country, attribute))] = country.alpha_2
    return names


@lru_cache(maxsize=10_000)
def country_code(text: str) -> str | None:
    """ISO 3166 alpha-2 of a code or of a name in the languages above, or None."""
    return _country_names().get(fold(text))


@cache
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in pycountry.languages:
        if hasattr(language, "alpha_2"):
            codes = (language.alpha_2, language.alpha_3, getattr(language, "bibliographic", ""))
            names.update((code, language.alpha_2) for code in codes if code)
    for language in LANGUAGES:
        for code, name in Locale(language).languages.items():
            if len(code) == 2:
                names.setdefault(fold(name), code)
    return names


@cache
def _own_names() -> dict[str, str]:
    """What languages call themselves. Slow to gather, so only asked when all else fails."""
    names = {"castellano": "es"}
    for code in set(_language_names().values()):
        try:
            own = Locale(code).get_display_name()
        except UnknownLocaleError:
            continue
        if own:
            names.setdefault(fold(own), code)
    return names


@lru_cache(maxsize=10_000)
def language_tag(text: str) -> str | None:
    """BCP 47 of a code or a name of a language: `fr-BE`, `FRA`, `Deutsch`; None if unknown."""
    known = _language_names().get(fold(text))
    if known:
        return known
    try:
        locale = Locale.parse(clean(text).replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        return _own_names().get(fold(text))
    return "-".join(part for part in (locale.language, locale.script, locale.territory) if part)
