"""What a person typed for a field, read as a PMS's values are; or why it cannot be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from staytrue.guests.flaws import Flaw, flaw_of
from staytrue.hotel import contacts, phones
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean

ADDRESS = ("line1", "line2", "postcode", "city", "country")
LENGTH_MAX = 200
_OLDEST = 1900


def value_of(field: str, given: Mapping[str, str], country: str, today: date) -> Any:
    """The value as the mirror would hold it: texts as `field`, addresses by the parts of `ADDRESS`.

    `country` is where a number without its prefix belongs.
    """
    read = _READERS.get(field)
    if read is None:
        raise Refused(f"{field} cannot be corrected here.", "field_fixed", field=field)
    texts = {name: clean(text) for name, text in given.items()}
    if not any(texts.values()):
        raise Refused("Write the right value.", "value_missing", field=field)
    if any(len(text) > LENGTH_MAX for text in texts.values()):
        raise Refused(f"At most {LENGTH_MAX} letters.", "value_long", field=field)
    return read(texts, country, today)


def _text(given: Mapping[str, str], _country: str, _today: date) -> str:
    return given["value"]


def _name(given: Mapping[str, str], _country: str, _today: date) -> str:
    if flaw_of("last_name", given["value"]) == Flaw.NOBODY:
        raise Refused(f"“{given['value']}” is nobody's name.", "name_nobodys")
    return given["value"]


def _born(given: Mapping[str, str], _country: str, today: date) -> str:
    try:
        born = date.fromisoformat(given["value"])
    except ValueError:
        raise Refused("Write the whole date: year, month and day.", "birth_unreadable") from None
    if born.year < _OLDEST or born >= today:
        raise Refused("A guest was born between 1900 and yesterday.", "birth_impossible")
    if flaw_of("birth_date", born.isoformat()) != Flaw.NONE:
        raise Refused("This date stands where none is known.", "birth_placeholder")
    return born.isoformat()


def _language(given: Mapping[str, str], _country: str, _today: date) -> str:
    if tag := contacts.language_tag(given["value"]):
        return tag
    raise Refused("This language is not known. Write its name or code.", "language_unknown")


def _country(given: Mapping[str, str], _country: str, _today: date) -> str:
    return _code(given["value"])


def _code(text: str) -> str:
    if code := contacts.country_code(text):
        return code
    raise Refused("This country is not known. Write its name or code.", "country_unknown")


def _mails(given: Mapping[str, str], _country: str, _today: date) -> list[dict[str, Any]]:
    found = contacts.addresses_in(given["value"])
    if found is None or len(found) != 1:
        raise Refused("This is not one e-mail address.", "email_unreadable")
    mail = {"address": found[0], "type": None, "masked": False}
    if flaw_of("emails", mail) != Flaw.NONE:
        raise Refused(
            "This address only forwards, or stands where none is known. Write the guest's own.",
            "email_not_own",
        )
    return [mail]


def _phones(given: Mapping[str, str], country: str, _today: date) -> list[dict[str, Any]]:
    phone = phones.phone(given["value"], None, country)
    if phone.number is None:
        raise Refused(
            "This is not a phone number. Write it with its country, +34 …", "phone_unreadable"
        )
    return [{"raw": phone.raw, "number": phone.number, "type": None, "line": phone.line}]


def _addresses(given: Mapping[str, str], _country: str, _today: date) -> list[dict[str, Any]]:
    address: dict[str, Any] = {name: given.get(name) or None for name in ADDRESS}
    if address["country"]:
        address["country"] = _code(address["country"])
    if flaw_of("addresses", address) != Flaw.NONE:
        raise Refused("An address needs its street and its town or postcode.", "address_partial")
    return [address | {"region": None, "type": None}]


_READERS: dict[str, Callable[[Mapping[str, str], str, date], Any]] = {
    "title": _text,
    "first_name": _name,
    "last_name": _name,
    "second_last_name": _name,
    "birth_date": _born,
    "language": _language,
    "nationality": _country,
    "country": _country,
    "emails": _mails,
    "phones": _phones,
    "addresses": _addresses,
    "vip": _text,
}
CORRECTABLE = tuple(_READERS)
