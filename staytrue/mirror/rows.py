"""Canonical records → lines of PostgreSQL's COPY text format, ready for the stage. Pure and fast.

A million bookings pass here, in a process of their own, so each line is built by hand and the
content hash is taken over the very bytes that are staged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from staytrue.hotel.contacts import address_key
from staytrue.hotel.records import Profile, Reservation
from staytrue.kit.hashes import hash_of
from staytrue.kit.text import fold
from staytrue.mirror import children, segments

NULL = "\\N"
# The version of a profile seen in passing: any read of the profile itself is newer.
GLIMPSED_AT = datetime(1970, 1, 1, tzinfo=UTC)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_CENT = Decimal("0.01")
_NO_DIGITS = re.compile(r"\D+")
# Names repeat: a million guests share some ten thousand of them.
_folded = lru_cache(maxsize=1 << 16)(fold)


def amount_text(value: Decimal) -> str:
    """An exact amount as text: at least two decimals, no needless zeros after them."""
    text = str(value)
    if text[-3:-2] == "." and text[-2:].isdigit():
        return text
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -2:
        return str(value.quantize(_CENT)) if exponent != -2 else str(value)
    text = format(value, "f").rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


def tidy(priced: Iterable[Any]) -> None:
    """Give every amount of these its canonical form, so that JSON shows one cent as one cent."""
    for item in priced:
        for name in ("amount", "room_amount"):
            value = getattr(item, name, None)
            if value is not None and value.as_tuple().exponent != -2:
                setattr(item, name, Decimal(amount_text(value)))
        quantity = getattr(item, "quantity", None)
        if quantity is not None and quantity.as_tuple().exponent != 0:
            item.quantity = Decimal(amount_text(quantity).removesuffix(".00"))


_json = msgspec.json.Encoder(decimal_format="string")


def json_text(value: Any) -> str:
    """Canonical JSON of records, lists and dictionaries, amounts as strings."""
    return _json.encode(value).decode()


def record_text(record: Any) -> str:
    """Canonical JSON of one record as translated."""
    if isinstance(record, Reservation):
        tidy([record, *record.extras, *record.folio])
    return json_text(record)


def _texts(*values: str | None) -> Iterable[str]:
    """Texts as COPY wants them. They are looked through as one: hardly any needs an escape."""
    said = "".join(filter(None, values))
    if said.isprintable() and "\\" not in said:
        return [NULL if value is None else value for value in values]
    return [NULL if value is None else value.translate(_ESCAPES) for value in values]


def _json_column(value: Any, empty: str) -> str:
    if not value:
        return empty
    text = json_text(value)
    # JSON writes line ends and tabs as escapes, so only its backslashes are left to double.
    return text.replace("\\", "\\\\") if "\\" in text else text


def _plain(value: Any) -> str:
    return NULL if value is None else str(value)


def _amount(value: Decimal | None) -> str:
    return NULL if value is None else amount_text(value)


def _array(values: list[str]) -> str:
    """A text[] literal; the values are folded keys or column names, quoted all the same."""
    if not values:
        return "{}"
    said = "".join(values)
    if said.isprintable() and '"' not in said and "\\" not in said:
        return '{"' + '","'.join(values) + '"}'
    quoted = ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return ("{" + quoted + "}").translate(_ESCAPES)


@lru_cache(maxsize=256)
def _is_plain(offset: tzinfo | None) -> bool:
    """Whether JSON writes this offset as `isoformat` does: fixed, in whole minutes, not UTC."""
    if not isinstance(offset, timezone):
        return False
    return bool(seconds := offset.utcoffset(None).total_seconds()) and seconds % 60 == 0


def instant_text(value: datetime) -> str:
    """As `isoformat` writes it, only faster for most."""
    return _json.encode(value)[1:-1].decode() if _is_plain(value.tzinfo) else value.isoformat()


class Encoder:
    """Turns the records of one delivery into stage lines.

    `zone` is the property's; a day-only instant is stored as its local midnight and named in
    `day_only`. `read_at` orders records whose source gives no version.
    """

    def __init__(self, batch: int, property_id: int, zone: str, read_at: datetime) -> None:
        self.batch, self.property = f"{batch}\t", f"\t{property_id}\t"
        self.zone = ZoneInfo(zone)
        self.read_at = read_at.isoformat()
        self.day = read_at.astimezone(self.zone).date()
        self.midnights: dict[date, str] = {}

    def _instant(self, value: datetime | date | None, name: str, day_only: list[str]) -> str:
        if value is None:
            return NULL
        if isinstance(value, datetime):
            return instant_text(value)
        day_only.append(name)
        known = self.midnights.get(value)
        if known is None:
            known = datetime.combine(value, time.min, self.zone).isoformat()
            self.midnights[value] = known
        return known

    def reservation(self, seq: int, line: int, raw_hash: int, r: Reservation) -> str:
        """One line of `stage_reservation`; also fills what reports want stored."""
        day_only: list[str] = []
        if r.extras or r.folio:
            tidy([*r.extras, *r.folio])
        created = self._instant(r.created_at, "created_at", day_only)
        cancelled = self._instant(r.cancelled_at, "cancelled_at", day_only)
        checked_in = self._instant(r.checked_in_at, "checked_in_at", day_only)
        checked_out = self._instant(r.checked_out_at, "checked_out_at", day_only)
        modified = NULL if r.modified_at is None else instant_text(r.modified_at)
        (number, leg, group, source_status, room, category, rate, source_board, source_channel,
         source, source_segment, currency, source_payment, notes, primary) = _texts(
            r.number, r.leg, r.group_number, r.source_status, r.room_number, r.room_category,
            r.rate_code, r.source_board, r.source_channel, r.source, r.source_segment,
            r.currency, r.source_payment, r.notes, _primary(r),
        )  # fmt: skip
        said = "\t".join((
            group, r.status, source_status, r.status_origin,
            r.arrival_on.isoformat(), r.departure_on.isoformat(), str(r.nights),
            _plain(lead_days(r, self.zone)), created,
        ))  # fmt: skip
        facts = "\t".join((
            cancelled, checked_in, checked_out, _array(day_only),
            _plain(r.adults), _plain(r.children), _plain(r.infants), room, category, rate,
            r.board or NULL, source_board, r.channel, source_channel,
            source, r.segment or NULL, source_segment,
            _amount(r.amount), _amount(r.room_amount), _amount(extras_amount(r)),
            currency, _truth(r.tax_included), r.payment_method or NULL,
            source_payment, _json_column(r.extras, "[]"), _json_column(r.folio, "[]"),
            _json_column(r.guests, "[]"), notes, _json_column(r.custom, "{}"), primary,
        ))  # fmt: skip
        content = hash_of(f"{said}\t{facts}")
        return (
            f"{self.batch}{seq}{self.property}{number}\t{leg}\t1\t{said}\t"
            f"{modified}\t{facts}\t{segments.guess(r).segment}\t{_plain(r.version)}\t"
            f"{self.read_at if modified is NULL else modified}\t{line}\t{raw_hash}\t{content}"
        )

    def profile(self, seq: int, line: int, raw_hash: int, p: Profile) -> str:
        """One line of `stage_profile`, with its folded search keys; of a child only the least."""
        if children.is_child(p, self.day):
            p = children.minimised(p)
        modified = NULL if p.modified_at is None else instant_text(p.modified_at)
        (source_id, title, first, last, second, card, vip, merged_into, notes, names, last_key) = (
            _texts(
                p.source_id, p.title, p.first_name, p.last_name, p.second_last_name, p.card_token,
                p.vip, p.merged_into, p.notes,
                name_key(p.first_name, p.last_name, p.second_last_name), _folded(p.last_name or "")[:KEY_MAX],
            )
        )  # fmt: skip
        said = "\t".join((
            source_id, p.kind, title, first, last, second, _plain(p.birth_date),
            _plain(p.language), _plain(p.nationality), _plain(p.country),
            _json_column(p.emails, "[]"), _json_column(p.phones, "[]"),
            _json_column(p.addresses, "[]"), _json_column(p.loyalty, "[]"), card, vip,
            _json_column(p.consents, "[]"), merged_into, _truth(p.deleted), _truth(p.anonymised),
        ))  # fmt: skip
        rest = f"{notes}\t{_json_column(p.custom, '{}')}"
        content = hash_of(f"{said}\t{rest}")
        return (
            f"{self.batch}{seq}{self.property}{said}\t{modified}\t{rest}\t"
            f"{names}\t{last_key}\t{_array(contact_keys(p))}\t{_plain(p.version)}\t"
            f"{self.read_at if modified is NULL else modified}\t{line}\t{raw_hash}\t{content}"
        )


def _truth(value: bool | None) -> str:  # noqa: FBT001 - a column's value, not a switch
    return NULL if value is None else "t" if value else "f"


def _primary(r: Reservation) -> str | None:
    for guest in r.guests:
        if guest.role == "primary":
            return guest.profile
    return None


def lead_days(r: Reservation, zone: ZoneInfo) -> int | None:
    """Days between the booking and the arrival, both in the hotel's own calendar."""
    if r.created_at is None:
        return None
    booked = r.created_at
    if isinstance(booked, datetime):
        booked = booked.astimezone(zone).date()
    return (r.arrival_on - booked).days


def extras_amount(r: Reservation) -> Decimal | None:
    """Spend beside the room: posted extras where there is a folio, else the ordered ones."""
    if not r.folio and not r.extras:
        return None
    posted = [x.amount for x in r.folio if x.kind == "extra" and x.amount is not None]
    ordered = [x.amount for x in r.extras if x.amount is not None]
    amounts = posted or ordered
    return sum(amounts, Decimal(0)) if amounts else None


KEY_MAX = 300
"""More letters find nobody, and no index would hold them."""


def name_key(*names: str | None) -> str:
    """The folded words of a name in alphabetical order, so that order of names never matters."""
    return " ".join(sorted([word for name in names if name for word in _folded(name).split()]))[
        :KEY_MAX
    ]


ENDING = 6
"""So many last digits of a number find it."""


_SPLIT = str.maketrans("-'.,", "    ")


def words_of(key: str) -> list[str]:
    """The words of a folded name, as `name_words` parts them in SQL."""
    return key.translate(_SPLIT).split()


def contact_keys(p: Profile) -> list[str]:
    """What a profile is found by beside its name: addresses folded, numbers as digits, endings."""
    if not p.emails and not p.phones:
        return []
    numbers = [digits(phone.number or phone.raw)[:KEY_MAX] for phone in p.phones]
    keys = [address_key(mail.address)[:KEY_MAX] for mail in p.emails] + numbers
    keys += [ending(number) for number in numbers if len(number) >= ENDING]
    return [key for key in dict.fromkeys(keys) if key]


def ending(number: str) -> str:
    """The key of the last digits of a number; its star tells it from a number."""
    return f"*{number[-ENDING:]}"


def digits(number: str) -> str:
    """A phone number as its digits alone."""
    plain = number[1:]
    if number[:1] == "+" and plain.isascii() and plain.isdigit():
        return plain
    return _NO_DIGITS.sub("", number)
