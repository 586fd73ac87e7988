"""Real traffic of a PMS with everybody's data replaced: invented values of the same shape.

What is not on the list of keys that stay is replaced, known or not; so a field that nobody thought
of is replaced too. One value becomes the same other value wherever it stands, so that a record is
still found by its id. Pure: chance comes from the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

HOST = "pms.example"

# Keys whose value stays where it is one word of a list, an instant or a number.
_WORDS_STAY = """
    state status reservationstatus computedreservationstatus accountingstate activitystate
    activitystates states type kind types discriminator origin commandorigin purpose
    currency currencycode extent fetchinstructions modulename eventname elementname eventtype
    object entity action version client grant_type token_type languagecode timezoneidentifier
    roomtype roomtypecharged roomclass rateplancode marketcode sourcecode sourceofsalecode
    transactioncode packagecode paymentmethod cancellationreason hasmore todo
    createdutc updatedutc cancelledutc startutc endutc scheduledstartutc scheduledendutc
    actualstartutc actualendutc consumedutc closedutc deletedutc nowutc releasedutc
    arrivaldate departuredate createdatetime lastmodifydatetime startdate enddate businessdate
    timestamp postingdate revenuedate swept_to since until
"""
KEEP = frozenset(_WORDS_STAY.split())
# Keys whose number stays; a text below the same key does not.
_NUMBERS_STAY = """
    value netvalue grossvalue taxvalues amount amountbeforetax amountaftertax grossamount netamount
    total rateamount quantity unitcount count limit pagesize totalresults totalpages adults
    children adultcount childcount nights roomnights numberofrooms expires_in
"""
NUMBERS = frozenset(_NUMBERS_STAY.split())
_SHORTEST, _NAME_WORDS = 4, 4
_LETTERS_IN = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[A-Za-z_@$#][A-Za-z_@$#.:-]{0,60}\d{0,2}")
_OF_A_LIST = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]{0,39}")
_SEGMENT = re.compile(r"[a-z][A-Za-z]*|v\d{1,2}|\d{4}-\d\d-\d\d|")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HEADERS = frozenset({"content-type", "retry-after"})


class Disguise:
    """One bundle's disguise. First `learn` everything that will be written, then write it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._personal: set[str] = set()

    def learn(self, body: bytes) -> None:
        """Take note of every value that must not be found again, wherever else it stands."""
        self._each(body, self._note)

    def learn_values(self, values: Mapping[str, Any]) -> None:
        """The same for settings."""
        for name, value in values.items():
            self._note(name, value)

    def body(self, body: bytes) -> bytes:
        """The body with the same structure and other values."""
        return self._each(body, self._said)

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Settings or a bookmark in disguise."""
        return {name: _walk(name, value, self._said) for name, value in values.items()}

    def address(self, url: str) -> str:
        """Path and query in disguise, without the machine's name."""
        parts = urlsplit(url)
        path = "/".join(
            each if _SEGMENT.fullmatch(each) and self._is_plain(each) else self._path(each)
            for each in parts.path.split("/")
        )
        query = [(name, self._said(name, said)) for name, said in parse_qsl(parts.query)]
        return path + (f"?{urlencode(query)}" if query else "")

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """What says how to read the answer; a location leads to the invented machine."""
        kept = {name: said for name, said in headers.items() if name in _HEADERS}
        if "location" in headers:
            kept["location"] = f"https://{HOST}{self.address(headers['location'])}"
        return kept

    def text(self, value: str) -> str:
        """Another value of the same shape; the same one for the same value."""
        if not any(map(str.isalnum, value)):
            return value
        chance = _Chance(self._key, value)
        if _UUID.fullmatch(value):
            return "".join(c if c == "-" else chance.of("0123456789abcdef") for c in value)
        if _DATE.match(value):
            digits = "".join(chance.of("123456789") for _ in range(3))
            rest = "".join(chance.of("01") if c.isdigit() else c for c in value[10:])
            return f"19{chance.of('5678')}{digits[0]}-0{digits[1]}-1{digits[2]}{rest}"
        if _MAIL.fullmatch(value):
            return f"{''.join(chance.of(_LETTERS) for _ in range(8))}@guest.example"
        made = "".join(map(chance.like, value))
        return made if made != value else self.text(value + " ")[: len(value)]

    def _path(self, segment: str) -> str:
        return quote(self.text(segment), safe="") if segment else segment

    def _said(self, name: str, value: Any) -> Any:
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            if _plain(name) in KEEP | NUMBERS:
                return value
            # A very small or large one is written with an exponent.
            said = str(abs(value))
            return type(value)(self.text(said)) if said.replace(".", "").isdigit() else 1
        if _may_stay(name, value) and self._is_plain(value):
            return value
        return self.text(value) if isinstance(value, str) else value

    def _is_plain(self, value: str) -> bool:
        """Whether nothing personal that was seen elsewhere stands in it."""
        low = value.casefold()
        return self._personal.isdisjoint({low, *_LETTERS_IN.findall(low)})

    def _note(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and not _may_stay(name, value):
            words = _LETTERS_IN.findall(value.casefold())
            # A name's parts, but not each word of a note: "confirmed" must stay a state.
            names = words if len(words) <= _NAME_WORDS else []
            self._personal |= {
                word for word in (value.casefold(), *names) if len(word) >= _SHORTEST
            }
        return value

    def _each(self, body: bytes, change: Callable[[str, Any], Any]) -> bytes:
        text = body.decode("utf-8", "replace")
        start = text.lstrip()[:1]
        try:
            if start and start in "{[":
                return b"\n".join(
                    json.dumps(self._json("", each, change)).encode() for each in _documents(text)
                )
            if start == "<":
                return self._xml(text, change)
        except (ValueError, RecursionError, ET.ParseError):
            # Not what it claims to be: nothing of it is known to be harmless.
            return str(change("", text)).encode()
        if "=" in text and "\n" not in text:
            return urlencode(
                [(name, change(name, said)) for name, said in parse_qsl(text)]
            ).encode()
        return str(change("", text)).encode()

    def _json(self, name: str, value: Any, change: Callable[[str, Any], Any]) -> Any:
        if isinstance(value, dict):
            # The state in an address is a region, and told.
            inner = f"{name}." if "address" in name.lower() else ""
            return {
                (key if _WORD.fullmatch(key) else change("", key)): self._json(
                    inner + key, said, change
                )
                for key, said in value.items()
            }
        if isinstance(value, list):
            return [self._json(name, said, change) for said in value]
        return change(name, value)

    def _xml(self, text: str, change: Callable[[str, Any], Any]) -> bytes:
        if "<!DOCTYPE" in text:
            raise ValueError
        root = ET.fromstring(text)  # noqa: S314 - without a DTD it has no entities
        for element in root.iter():
            element.text = change(element.tag.rpartition("}")[2], element.text or "")
            element.tail = None
            for name, said in element.attrib.items():
                element.set(name, change(name.rpartition("}")[2], said))
        return ET.tostring(root)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class _Chance:
    """A stream of letters and digits that hangs on the key and the value alone."""

    def __init__(self, key: bytes, value: str) -> None:
        self._key, self._value, self._round = key, value.encode("utf-8", "surrogatepass"), 0
        self._left: list[int] = []

    def of(self, letters: str) -> str:
        """One of these."""
        if not self._left:
            seed = self._round.to_bytes(4, "big") + self._value
            self._left = list(hmac.new(self._key, seed, hashlib.sha256).digest())
            self._round += 1
        return letters[self._left.pop() % len(letters)]

    def like(self, letter: str) -> str:
        """A letter for a letter, a digit for a digit; blanks and signs stay."""
        if letter.isdigit():
            return self.of("123456789")
        if letter.isalpha():
            made = self.of(_LETTERS)
            return made.upper() if letter.isupper() else made
        return letter if letter.isascii() else "-"


def _documents(text: str) -> list[Any]:
    """One document of JSON, or one a line."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _walk(name: str, value: Any, change: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _walk(key, said, change) for key, said in value.items()}
    if isinstance(value, list):
        return [_walk(name, said, change) for said in value]
    return change(name, value)


def _may_stay(name: str, value: str) -> bool:
    is_harmless = _INSTANT.fullmatch(value) or _OF_A_LIST.fullmatch(value)
    return _plain(name) in KEEP and is_harmless is not None


def _plain(name: str) -> str:
    return name.replace("-", "").lower()
