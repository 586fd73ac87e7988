"""From a profile to the features that are compared: one function, one version, no guesses.

A profile is a `hotel.records.Profile` or a row of texts with the names of `FIELDS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from hashlib import blake2b

import msgspec

from staytrue.hotel import contacts, phones
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.names import bare, given_of, initials_of, listed, split_of, surname_of
from staytrue.hotel.records import Profile
from staytrue.kit.text import fold, mixes_scripts

VALUES_MAX = 20
"""Of each kind so many of a profile's values are compared: more are a list, nobody's own."""
TEXT_MAX = 200
"""So many letters of a name or a line are compared, and no value that is longer."""
VERSION = 2
"""Rises with every change of what these functions answer: features of another version are remade."""

FIELDS = (
    "id", "kind", "title", "first_name", "last_name", "second_last_name", "full_name", "birth_date",
    "email", "phone", "line1", "line2", "postcode", "city", "country", "card_token",
    "loyalty", "document",
)  # fmt: skip
"""The texts a row may have. Several e-mails, phones, cards, numbers and documents: by semicolons."""
OTHER = "other."
"""A row may hold further texts under names that begin so; they are compared as texts."""


class Features(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What is compared of one profile. An empty text or tuple is missing, never a value.

    `born` is YYYY-MM-DD, or YYYY where day and month are a placeholder. Phones are E.164, or bare
    digits where the country is not known. `initials` stand for given names of which none is written
    out. Cards are "provider:token", loyalty "programme:number",
    documents "type:country:hash". `others` are (name, folded text), in the order of names.
    """

    id: str = ""
    kind: str = "person"
    given: str = ""
    surname: str = ""
    suffix: str = ""
    initials: str = ""
    born: str = ""
    emails: tuple[str, ...] = ()
    relays: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    line: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    cards: tuple[str, ...] = ()
    loyalty: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


def features_of_row(row: Mapping[str, str], country: str = "", salt: bytes = b"") -> Features:
    """The features of a row of texts; `country` is where its national phone numbers belong.

    Features that are stored need the `salt` of the house: a document's number is soon guessed.
    """

    def text(name: str) -> str:
        return (row.get(name) or "").strip()

    first, last = text("first_name"), text("last_name")
    if not first and (full := text("full_name") or last):
        first, last = split_of(full) if full != last or "," in full or "/" in full else ("", last)
    given, surname, suffix = _names(first, last, text("second_last_name"))
    own, relays = _emails(_several(text("email")))
    home = text("country")
    code = (contacts.country_code(home) or "") if home else ""
    numbers = tuple(_phone(raw, code or country) for raw in _several(text("phone")))
    return Features(
        id=text("id"),
        kind=text("kind") or ProfileKind.PERSON,
        given=given,
        surname=surname,
        suffix=suffix,
        initials=initials_of(first[:TEXT_MAX]),
        born=_born(text("birth_date")),
        emails=own,
        relays=relays,
        phones=_distinct(numbers),
        line=address_line((text("line1") or text("line2"))[:TEXT_MAX]),
        postcode=_postcode(text("postcode")[:TEXT_MAX]),
        city=_city(text("city")[:TEXT_MAX]),
        country=code,
        cards=_scoped(text("card_token")),
        loyalty=_scoped(text("loyalty")),
        documents=_documents(text("document"), salt),
        others=tuple(
            (name.removeprefix(OTHER), _other(value))
            for name, value in sorted(row.items())
            if name.startswith(OTHER)
        ),
    )


def features_of(profile: Profile, country: str = "", card_provider: str = "") -> Features:
    """The features of a canonical profile of a property in this country with this card provider."""
    given, surname, suffix = _names(
        profile.first_name or "", profile.last_name or "", profile.second_last_name or ""
    )
    masked = {email.address.lower() for email in profile.emails if email.masked}
    own, relays = _emails(tuple(email.address for email in profile.emails), masked)
    home = next((each for each in profile.addresses if each.line1 or each.line2), None)
    home = home or next(iter(profile.addresses), None)
    numbers = tuple(
        _phone(phone.number or phone.raw, profile.country or country) for phone in profile.phones
    )
    cards = _distinct((f"{card_provider}:{profile.card_token}",)) if profile.card_token else ()
    return Features(
        id=profile.source_id,
        kind=profile.kind,
        given=given,
        surname=surname,
        suffix=suffix,
        initials=initials_of((profile.first_name or "")[:TEXT_MAX]),
        born=_born(profile.birth_date or ""),
        emails=own,
        relays=relays,
        phones=_distinct(numbers),
        line=address_line((home.line1 or home.line2 or "")[:TEXT_MAX] if home else ""),
        postcode=_postcode((home.postcode or "")[:TEXT_MAX] if home else ""),
        city=_city((home.city or "")[:TEXT_MAX] if home else ""),
        country=(home.country if home else None) or profile.country or "",
        cards=cards,
        loyalty=_distinct(
            tuple(
                f"{fold(each.programme)}:{fold(each.number)}"
                for each in profile.loyalty
                if each.number
            )
        ),
    )


def _names(first: str, last: str, second: str) -> tuple[str, str, str]:
    given, suffix = given_of(first[:TEXT_MAX])
    surname, surname_suffix = surname_of(last[:TEXT_MAX])
    if second:
        surname = f"{surname} {surname_of(second[:TEXT_MAX])[0]}".strip()
    return given, surname, suffix or surname_suffix


_SEPARATOR = re.compile(r"[;|\n]+")


def _several(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(part.strip() for part in _SEPARATOR.split(text) if part.strip())


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in order, so that the same ones are left of too many whichever came first."""
    return tuple(sorted({value for value in values if 0 < len(value) <= TEXT_MAX})[:VALUES_MAX])


# Dates that systems put where they know none.
_PLACEHOLDERS = {"1970-01-01", "1900-01-01", "1899-12-30", "1901-01-01", "2000-01-01", "1800-01-01"}
_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ].*)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)
_YEAR = re.compile(r"(1[5-9]\d\d|20\d\d)(?:\.0)?", re.ASCII)


@lru_cache(maxsize=1 << 16)
def _born(text: str) -> str:
    """YYYY-MM-DD, YYYY where the day is 1 January, or nothing."""
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        year, month, day = map(int, iso.groups())
    elif european := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, european.groups())
        if month > 12:
            day, month = month, day
    else:
        return only[1] if (only := _YEAR.fullmatch(text)) else ""
    try:
        born = date(year, month, day).isoformat()
    except ValueError:
        return f"{year:04d}" if 1500 < year < 2100 else ""
    if born in _PLACEHOLDERS or not 1500 < year < 2100:
        return ""
    return born[:4] if born.endswith("-01-01") else born


_GOOGLE = {"gmail.com", "googlemail.com"}


def _emails(
    addresses: tuple[str, ...], masked: set[str] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """People's own addresses and those of relays, each in the form one person has one of."""
    own: set[str] = set()
    relays: set[str] = set()
    for address in addresses:
        plain = _email(address)
        if not plain:
            continue
        is_relay = contacts.is_relay_address(plain) or (
            masked is not None and address.lower() in masked
        )
        (relays if is_relay else own).add(plain)
    return _distinct(tuple(own)), _distinct(tuple(relays))


@lru_cache(maxsize=1 << 16)
def _email(address: str) -> str:
    local, at, domain = address.strip().lower().removeprefix("mailto:").rpartition("@")
    local = local.partition("+")[0]
    if domain in _GOOGLE:
        local, domain = local.replace(".", ""), "gmail.com"
    if not at or not local or "." not in domain or " " in local or local in contacts.NO_LOCALS:
        return ""
    # Of a lookalike nobody knows whom it imitates: it is no evidence, and never the real address.
    return "" if mixes_scripts(local) else f"{local}@{contacts.ascii_host(domain)}"


@lru_cache(maxsize=1 << 16)
def _phone(raw: str, country: str) -> str:
    """E.164, bare digits where that cannot be said, or nothing for what is no number."""
    number = phones.phone(raw, None, country).number
    if number:
        return number
    digits = "".join(sign for sign in raw if sign.isascii() and sign.isdigit())
    is_filler = len(set(digits)) < 3 or digits in "01234567890123456789"
    return "" if len(digits) < 7 or is_filler else digits.lstrip("0")


_NOT_WORD = re.compile(r"[\W_]+")
_STREETS = {
    "street": "st", "str": "st", "strasse": "st", "straat": "st", "road": "rd", "avenue": "av",
    "ave": "av", "avda": "av", "avenida": "av", "lane": "ln", "drive": "dr", "place": "pl",
    "platz": "pl", "plaza": "pl", "piazza": "pl", "pza": "pl", "pl": "pl", "court": "ct",
    "boulevard": "bd", "blvd": "bd", "bld": "bd", "crescent": "cr", "cres": "cr", "close": "cl",
    "calle": "c", "rue": "r", "rua": "r", "r": "r", "c": "c", "via": "v", "v": "v", "square": "sq",
    "terrace": "tce", "terr": "tce", "parade": "pde", "chemin": "ch", "route": "rte", "gasse": "g",
}  # fmt: skip
_NOISE = listed("no nr num numero n apt apartment flat unit app appartement piso the")
_TAIL = re.compile(r"(?<=[a-z]{3})(strasse|str|straat)\b")


@lru_cache(maxsize=1 << 16)
def address_line(line: str) -> str:
    """The words of an address line in the order of the alphabet: street names and numbers move."""
    folded = _TAIL.sub(" st", bare(fold(line)).replace("strase", "strasse"))
    words = [_STREETS.get(word, word) for word in _NOT_WORD.sub(" ", folded).split()]
    kept = [word for word in words if word not in _NOISE]
    return " ".join(sorted(kept)) if any(len(word) > 1 for word in kept) else ""


@lru_cache(maxsize=1 << 16)
def _postcode(text: str) -> str:
    code = _NOT_WORD.sub("", fold(text))
    return "" if len(code) < 3 or set(code) <= {"0"} or set(code) <= {"9"} else code


@lru_cache(maxsize=1 << 16)
def _city(text: str) -> str:
    return " ".join(_NOT_WORD.sub(" ", bare(fold(text))).split())


@lru_cache(maxsize=1 << 16)
def _other(text: str) -> str:
    return " ".join(_NOT_WORD.sub(" ", fold(text or "")).split())


def _scoped(text: str) -> tuple[str, ...]:
    """Numbers that mean something only in their provider or programme: "scope:number"."""
    return _distinct(
        tuple(fold(part) if ":" in part else f":{fold(part)}" for part in _several(text))
    )


def _documents(text: str, salt: bytes) -> tuple[str, ...]:
    """Type and country in clear, the number hashed: a feature row must not be a passport list."""
    found = []
    for part in _several(text):
        *scope, number = part.split(":")
        kind, country = (*scope, "", "")[:2]
        bare_number = _NOT_WORD.sub("", fold(number))
        if bare_number:
            digest = blake2b(bare_number.encode(), digest_size=8, key=salt).hexdigest()
            found.append(f"{fold(kind)}:{fold(country)}:{digest}")
    return _distinct(tuple(found))
