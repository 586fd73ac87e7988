"""Under which keys a profile meets others: salted hashes of 64 bits, each narrow by itself.

Key tables are personal data, so a key tells nothing without the salt of the house.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from struct import unpack
from typing import NamedTuple

from staytrue.guests.matching.normalise import Features
from staytrue.hotel.names import listed, root, sound

Generic = frozenset[tuple[str, str]]
"""Values that say nothing alone, as (field, value): see `hubs`."""

_NONE: Generic = frozenset()
_COMMON_LOCALS = listed(
    "info contact office mail hello admin reception reservations booking bookings sales"
)


class Value(NamedTuple):
    """A value whose users are counted, as `hubs` names it, and its key: where it makes one, that
    under which its users meet.
    """

    field: str
    value: str
    key: int


def keys_of(features: Features, salt: bytes, generic: Generic = _NONE) -> tuple[int, ...]:
    """The keys of a profile, signed as PostgreSQL's bigint, in order and each once."""
    seed = _seed(salt)
    return tuple(sorted({_hashed(text, seed) for text in _texts(features, generic)}))


def key_of(text: str, salt: bytes) -> int:
    """The salted hash of a text, signed as PostgreSQL's bigint."""
    return _hashed(text, _seed(salt))


def _hashed(text: str, seed: blake2b) -> int:
    digest = seed.copy()
    digest.update(text.encode())
    found: int = unpack(">q", digest.digest())[0]
    return found


@lru_cache(maxsize=4)
def _seed(salt: bytes) -> blake2b:
    return blake2b(key=salt, digest_size=8)


def values_of(features: Features, salt: bytes) -> tuple[Value, ...]:
    """The values of a profile that may turn out to be shared by many, each once."""
    line = features.line if features.postcode or features.city else ""
    found = [
        *(("email", each, f"mail\0{each}") for each in features.emails),
        *(("phone", each, f"phone\0{each[-9:]}") for each in features.phones),
        *(("card", each, f"card\0{each}") for each in features.cards),
        *(("loyalty", each, f"loyalty\0{each}") for each in features.loyalty),
        *(("document", each, f"document\0{each}") for each in features.documents),
        *([("line", line, f"address\0{line}\0{features.postcode or features.city}")] * bool(line)),
        *([("born", features.born, f"born\0{features.born}")] * (len(features.born) > 4)),
    ]
    return tuple(Value(field, value, key_of(text, salt)) for field, value, text in found)


def sound_key(features: Features, salt: bytes) -> int | None:
    """The sound of the surname as a key: typing errors of one surname count as one."""
    return key_of(f"sound\0{sound(features.surname)}", salt) if features.surname else None


def _texts(features: Features, generic: Generic) -> Iterator[str]:
    given, surname = root(features.given), features.surname
    spoken = sound(surname) if surname else ""
    yield from _of_values(features, spoken, generic)
    yield from _of_names(features, given, spoken)
    if features.born and ("born", features.born) not in generic:
        yield from _of_birth(features, given, spoken)
    if not (features.emails or features.phones or features.cards or features.documents):
        yield from _of_the_unreachable(features, given, spoken)


def _of_values(features: Features, spoken: str, generic: Generic) -> Iterator[str]:
    """Keys of what one person or household has alone. A value that many share needs the name too,
    so that the members of a hub can still meet.
    """

    def key(kind: str, field: str, value: str, whole: str = "") -> Iterator[str]:
        if (field, whole or value) not in generic:
            yield f"{kind}\0{value}"
        elif spoken:
            yield f"{kind}*\0{value}\0{spoken}"

    for email in features.emails:
        local = email.partition("@")[0]
        yield from key("mail", "email", email)
        if len(local) > 4 and local not in _COMMON_LOCALS:
            yield from key("local", "email", local.replace(".", ""), email)
    for phone in features.phones:
        yield from key("phone", "phone", phone[-9:], phone)
    for card in features.cards:
        yield from key("card", "card", card)
    for number in features.loyalty:
        yield from key("loyalty", "loyalty", number)
    for number in features.documents:
        yield from key("document", "document", number)
    if features.line and (features.postcode or features.city):
        where = features.postcode or features.city
        yield from key("address", "line", f"{features.line}\0{where}", features.line)


def _of_names(features: Features, given: str, spoken: str) -> Iterator[str]:
    surname = features.surname.partition(" ")[0]
    if given and surname:
        one, other = sorted((features.given.partition(" ")[0], surname))
        yield f"names\0{one}\0{other}"
        one, other = sorted((sound(given), spoken))
        yield f"sounds\0{one}\0{other}"
        # The last part too: who has two surnames is known by either.
        last = features.surname.rpartition(" ")[2]
        if last != surname:
            one, other = sorted((features.given.partition(" ")[0], last))
            yield f"names\0{one}\0{other}"
    elif surname:
        yield f"surname\0{features.surname}\0{features.postcode or features.city}"
    if spoken and features.postcode:
        yield f"surname+postcode\0{spoken}\0{features.postcode}"
    if given and features.postcode:
        yield f"given+postcode\0{given}\0{features.postcode}"
    if given and spoken and features.city:
        yield f"initials+city\0{given[0]}\0{spoken}\0{features.city}"


def _of_birth(features: Features, given: str, spoken: str) -> Iterator[str]:
    born = features.born
    if len(born) > 4:
        if spoken:
            yield f"born+surname\0{born}\0{spoken[:2]}"
        if given:
            yield f"born+given\0{born}\0{given[:3]}"
        if features.postcode:
            yield f"born+postcode\0{born}\0{features.postcode}"
    if given and spoken:
        yield f"year+names\0{born[:4]}\0{given[0]}\0{spoken}"


def _of_the_unreachable(features: Features, given: str, spoken: str) -> Iterator[str]:
    """Sources without contacts (registers, old card files) need more ways to forgive a name."""
    surname, year = features.surname, features.born[:4]
    where = year or features.postcode[:3] or features.city
    if given and surname and where:
        yield f"heads\0{features.given[:3]}\0{surname[:4]}\0{where}"
        yield f"tails\0{features.given[:2]}\0{surname[-4:]}\0{where}"
        yield f"initials\0{features.given[0]}\0{surname[:2]}\0{year}\0{features.postcode}"
    if year and spoken:
        yield f"year+surname\0{year}\0{spoken}"
    if len(features.born) > 4 and given:
        yield f"day+given\0{features.born[5:]}\0{given}\0{surname[:1]}"
    if year and given and features.postcode:
        yield f"year+postcode\0{year}\0{features.postcode}"
    for name, text in features.others:
        if len(text) > 3 and spoken:
            yield f"other+surname\0{name}\0{text}\0{spoken}"
        if len(text) > 3 and given:
            yield f"other+given\0{name}\0{text}\0{given}\0{year[:3]}"
