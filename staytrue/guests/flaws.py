"""What makes a source's value less than a real and whole one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from staytrue.hotel import contacts, names
from staytrue.kit.text import fold, repaired


class Flaw(StrEnum):
    """What makes a source's value less than a real and whole one; none is the empty text."""

    NONE = ""
    GARBLED = "garbled"
    PARTIAL = "partial"
    UNREADABLE = "unreadable"
    RELAY = "relay"
    NOBODY = "nobody"


def digits(number: str) -> str:
    """A number by its digits; what has none by its letters."""
    return "".join(sign for sign in number if sign.isdecimal()) or fold(number)


def flaw_of(name: str, value: Any, nobodys: frozenset[str] = frozenset()) -> Flaw:
    """What is wrong with a source's value of a field, if anything."""
    of = _FLAW_OF.get(name)
    return of(value, nobodys) if of else Flaw.NONE


def _mail_flaw(mail: Mapping[str, Any], nobodys: frozenset[str]) -> Flaw:
    address = contacts.address_key(mail["address"])
    if mail.get("masked") or contacts.is_relay_address(address):
        return Flaw.RELAY
    is_nobodys = address in nobodys or address.partition("@")[0] in contacts.NO_LOCALS
    return Flaw.NOBODY if is_nobodys else Flaw.NONE


def _phone_flaw(phone: Mapping[str, Any], nobodys: frozenset[str]) -> Flaw:
    if digits(phone.get("number") or phone["raw"]) in nobodys:
        return Flaw.NOBODY
    return Flaw.NONE if phone.get("number") else Flaw.UNREADABLE


def _address_flaw(address: Mapping[str, Any], _nobodys: frozenset[str]) -> Flaw:
    has_line = address.get("line1") or address.get("line2")
    has_place = address.get("postcode") or address.get("city")
    return Flaw.NONE if has_line and has_place else Flaw.PARTIAL


def _name_flaw(name: str, _nobodys: frozenset[str]) -> Flaw:
    if not (names.given_of(name)[0] or names.surname_of(name)[0]):
        words = names.words_of(name)
        if not words or any(len(word) > 1 for word in words):
            return Flaw.NOBODY
        # One Latin letter is an initial; one Chinese sign is a whole name.
        if all(word.isascii() for word in words):
            return Flaw.PARTIAL
    return Flaw.GARBLED if repaired(name) else Flaw.NONE


_NO_BIRTHS = {"1900-01-01", "1899-12-30", "1901-01-01", "1800-01-01", "1970-01-01"}
_DATE = "2026-05-21"


def _birth_flaw(born: str, _nobodys: frozenset[str]) -> Flaw:
    if born in _NO_BIRTHS:
        return Flaw.NOBODY
    is_whole = len(born) == len(_DATE) and not born.startswith("-")
    return Flaw.NONE if is_whole else Flaw.PARTIAL


_FLAW_OF: dict[str, Callable[[Any, frozenset[str]], Flaw]] = {
    "emails": _mail_flaw,
    "phones": _phone_flaw,
    "addresses": _address_flaw,
    "first_name": _name_flaw,
    "last_name": _name_flaw,
    "birth_date": _birth_flaw,
}
