"""Opt-outs, bounces and complaints of a former CRM or mailer, from its CSV, before anything is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from django.db import connection, transaction

from staytrue.consent import acts
from staytrue.consent.acts import About, Spoken
from staytrue.consent.points import points_of
from staytrue.consent.purposes import ONE_CLICK, POINT_KIND, Channel, Origin, Scope
from staytrue.consent.ratchet import Cause
from staytrue.consent.recorded import address_hash
from staytrue.hotel import scope
from staytrue.hotel.contacts import addresses_in
from staytrue.hotel.phones import phone
from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import read_rows, text_of
from staytrue.kit.text import clean, fold

BYTES_MAX = 64 << 20
_CHUNK = 500
_REPORTED = 100
_ADDRESS = {
    "email": {"email", "e-mail", "mail", "email address", "e-mail address", "adresse e-mail",
              "courriel", "correo", "correo electronico", "address"},
    "phone": {"phone", "mobile", "telephone", "telefono", "number", "sms", "movil", "portable"},
}  # fmt: skip
_DAY = {"date", "at", "unsubscribed", "unsubscribed_at", "unsub_time", "optout_time", "opted_out_at",
        "timestamp", "created", "bounced_at", "complained_at", "fecha"}  # fmt: skip
_WHY = {"reason", "note", "comment", "words", "unsub_reason", "detail", "motif", "motivo"}


class ListKind(StrEnum):
    """What the list is of."""

    OPT_OUT = "opt_out"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Line:
    """One address of the list, folded as contact points are; without one, why not."""

    number: int
    value: str
    said_at: datetime | None = None
    words: str = ""
    trouble: str = ""


@dataclass
class Taken:
    """What became of a list: `known` addresses are some guest's already."""

    read: int = 0
    recorded: int = 0
    known: int = 0
    refused: list[dict[str, object]] = field(default_factory=list)
    refused_count: int = 0

    def refuse(self, line: Line) -> None:
        """Count a line that holds no address."""
        self.refused_count += 1
        if len(self.refused) < _REPORTED:
            self.refused.append({"line": line.number, "reason": line.trouble})


def read(data: bytes, channel: Channel, column: str = "", country: str = "") -> Iterator[Line]:
    """The lines of a CSV; the address stands in the named column, or in one that is called so."""
    if len(data) > BYTES_MAX:
        raise Refused(f"The file is larger than {BYTES_MAX >> 20} MB. Split it.", "file_large")
    kind = POINT_KIND[channel]
    if kind not in _ADDRESS:
        raise Refused("Lists are of e-mail addresses or phone numbers.", "list_of_post")
    rows = read_rows(text_of(data))
    heading = [fold(name).strip() for name in next(rows, [])]
    place = _place(heading, {fold(column)} if column else _ADDRESS[kind])
    if place is None:
        named = ", ".join(heading) or "nothing"
        raise Refused(
            f"No column holds the address; there are: {named}. Name it with --column.",
            "no_address_column",
        )
    day, why = _place(heading, _DAY), _place(heading, _WHY)
    for number, row in enumerate(rows, 2):
        if not any(row):
            continue
        raw = clean(row[place]) if place < len(row) else ""
        value = _value(kind, raw, country)
        trouble = "" if value else f"“{raw[:60]}” is not one {_NAMES[kind]}."
        yield Line(number, value, _moment(_cell(row, day)), clean(_cell(row, why))[:300], trouble)


_NAMES = {"email": "e-mail address", "phone": "phone number"}


def take(
    lines: Iterable[Line],
    kind: ListKind,
    channel: Channel,
    reach: Scope,
    spoken: Spoken,
    now: datetime,
) -> Taken:
    """Record a list. Twice is once; what a guest himself said later than his line stands."""
    taken, every = Taken(), list(lines)
    for start in range(0, len(every), _CHUNK):
        chunk = every[start : start + _CHUNK]
        with transaction.atomic(), scope.everything():
            _take(chunk, kind, channel, reach, spoken, now, taken)
    return taken


def _take(
    lines: Sequence[Line],
    kind: ListKind,
    channel: Channel,
    reach: Scope,
    spoken: Spoken,
    now: datetime,
    taken: Taken,
) -> None:
    known = _known(POINT_KIND[channel], [line.value for line in lines if line.value])
    for line in lines:
        taken.read += 1
        if not line.value:
            taken.refuse(line)
            continue
        point, profiles = known.get(line.value, (None, []))
        taken.known += point is not None
        address = About(None, point, address_hash(POINT_KIND[channel], line.value))
        said = Spoken(
            Origin.IMPORT, spoken.actor, spoken.property_id, words=line.words,
            said_at=line.said_at, proof={**spoken.proof, "line": line.number},
        )  # fmt: skip
        if kind == ListKind.OPT_OUT:
            # The person left the list, so he is not written to at his other addresses either.
            about = [address, *(About(id_, point) for id_ in profiles)]
            made = acts.opt_out(about, ONE_CLICK, [channel], reach, said, now)
        else:
            made = acts.suppress([address], channel, Cause(kind.value), said, now)
        taken.recorded += bool(made)


def _known(kind: str, values: list[str]) -> dict[str, tuple[int, list[int]]]:
    """Contact points by value, with the profiles of those that are somebody's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.value, c.id,
                      coalesce(array_agg(DISTINCT u.profile_id) FILTER (WHERE u.until_at IS NULL
                        AND c.role IN ('private', 'company')), '{}')
                 FROM contact_point c LEFT JOIN contact_use u ON u.contact_point_id = c.id
                WHERE c.kind = %s AND c.value = ANY(%s) GROUP BY c.value, c.id""",
            [kind, values],
        )
        return {value: (id_, sorted(profiles)) for value, id_, profiles in cursor.fetchall()}


def proof_of(name: str, data: bytes) -> dict[str, str]:
    """What tells the file again."""
    return {"file": name[:200], "sha256": hashlib.sha256(data).hexdigest()}


def _place(heading: Sequence[str], names: Iterable[str]) -> int | None:
    wanted = set(names)
    return next((place for place, name in enumerate(heading) if name in wanted), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _value(kind: str, raw: str, country: str) -> str:
    if kind == "email":
        found = addresses_in(raw) if raw else None
        profile = {"emails": [{"address": found[0]}]} if found and len(found) == 1 else {}
    else:
        number = phone(raw, None, country).number if raw else None
        profile = {"phones": [{"raw": raw, "number": number}]} if number else {}
    return next((point.value for point in points_of(profile).values()), "")


def _moment(text: str) -> datetime | None:
    """When it was said; a day without a time counts to its end, and what cannot be read is now."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) <= len("2026-01-01"):
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
