"""Links to a guest's own pages: made for a message, resolved by their hash, never kept themselves.

32 random bytes are the whole right: no account, no cookie, no password. Whoever opens a wrong,
cut, expired or foreign one is not told which.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from django.conf import settings

from staytrue.consent import recorded
from staytrue.kit import ids
from staytrue.kit.asking import ask
from staytrue.messages.claims import Claimed
from staytrue.messages.kinds import Kind
from staytrue.messages.letters import ONE_CLICK, UNSUBSCRIBE
from staytrue.messages.models import GuestLink

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SURVEY_DAYS = timedelta(days=60)
CONFIRM_DAYS = timedelta(days=7)
KEPT = timedelta(days=90)
"""So long after its end a link is kept: what was opened by it can still be looked up."""
_ARRIVING = frozenset({Kind.CONFIRMATION, Kind.CHANGE, Kind.ARRIVAL_INFO, Kind.PRE_CHECKIN,
                       Kind.PRE_STAY})  # fmt: skip
_ASKING = frozenset({Kind.THANK_YOU, Kind.SURVEY})


class Opens(StrEnum):
    """What a link opens; it opens nothing else."""

    PREFERENCES = "preferences"
    ARRIVAL = "arrival"
    SURVEY = "survey"
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Wanted:
    """A link to be made. Without an end it works for ever, as a way out of a list must."""

    opens: Opens
    property_id: int
    profile_id: int
    channel: str
    language: str
    contact_point_id: int | None = None
    reservation_id: int | None = None
    message_id: int | None = None
    expires_at: datetime | None = None


_PATHS = {Opens.PREFERENCES: "", Opens.ARRIVAL: "arrival/", Opens.SURVEY: "survey/",
          Opens.CONFIRM: "confirm/"}  # fmt: skip
STOP = "stop/"
"""Below the path of a link to the preferences: the one click of RFC 8058."""


_MAKE = """
  INSERT INTO guest_link (made_at, token_hash, kind, property_id, message_id, reservation_id,
                          profile_id, contact_point_id, address_hash, channel, language, expires_at)
  SELECT %s, x.* FROM unnest(%s::bytea[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::bytea[], %s::text[], %s::text[],
                             %s::timestamptz[]) x"""


def make(wanted: Sequence[Wanted], now: datetime) -> list[str]:
    """The paths of new links, in this order; their tokens stand nowhere else."""
    tokens = [ids.token() for _ in wanted]
    points = recorded.points({w.contact_point_id for w in wanted if w.contact_point_id})
    rows = [
        (
            rf"\x{_hash(token).hex()}", each.opens.value, each.property_id, each.message_id,
            each.reservation_id, each.profile_id, each.contact_point_id,
            rf"\x{points[each.contact_point_id][1].hex()}"
            if each.contact_point_id in points else "",
            each.channel, each.language, each.expires_at,
        )
        for each, token in zip(wanted, tokens, strict=True)
    ]  # fmt: skip
    if rows:
        ask(_MAKE, [now, *(list(column) for column in zip(*rows, strict=True))])
    return [f"/g/{token}/{_PATHS[each.opens]}" for each, token in zip(wanted, tokens, strict=True)]


def resolve(token: str, opens: Opens, now: datetime) -> GuestLink | None:
    """The link with this token, if there is one that opens this and has not ended."""
    if not _TOKEN.fullmatch(token):
        return None
    found = (
        GuestLink.objects.select_related("property__legal_entity")
        .filter(token_hash=_hash(token), kind=opens)
        .first()
    )
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    return found


def forget_ended(now: datetime) -> int:
    """Remove links that ended long ago: whoever opens one is told the same either way."""
    return GuestLink.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def of_claims(claims: Sequence[Claimed], now: datetime) -> list[dict[str, str]]:
    """The whole addresses that each message may name, by the names texts use."""
    wanted = [link for each in claims for link in _wanted(each, now)]
    paths = iter(zip(wanted, make(wanted, now), strict=True))
    made = []
    for each in claims:
        told: dict[str, str] = {}
        for _ in _opened(each):
            link, path = next(paths)
            told |= _named(link.opens, f"{settings.BASE_URL}{path}")
        made.append(told)
    return made


def _opened(each: Claimed) -> list[Opens]:
    message = each.message
    opened = [Opens.PREFERENCES]
    if message.reservation_id is not None and message.kind in _ARRIVING:
        opened.append(Opens.ARRIVAL)
    if message.reservation_id is not None and message.kind in _ASKING:
        opened.append(Opens.SURVEY)
    if message.kind == Kind.CONFIRM_ADDRESS:
        opened.append(Opens.CONFIRM)
    return opened


def _wanted(each: Claimed, now: datetime) -> list[Wanted]:
    message = each.message
    ends = {
        Opens.PREFERENCES: None,
        Opens.ARRIVAL: _after_stay(message.basis, now),
        Opens.SURVEY: now + SURVEY_DAYS,
        Opens.CONFIRM: now + CONFIRM_DAYS,
    }
    return [
        Wanted(
            opens, message.property_id, each.profile_id, message.channel, message.language,
            each.contact_point_id, message.reservation_id, message.pk, ends[opens],
        )
        for opens in _opened(each)
    ]  # fmt: skip


def _after_stay(basis: Mapping[str, str], now: datetime) -> datetime:
    """The end of the day on which he leaves; of a stay whose days nobody told, two weeks."""
    told = basis.get("departure_on")
    if not told:
        return now + timedelta(days=14)
    return datetime.combine(date.fromisoformat(told), time.max, tzinfo=UTC) + timedelta(days=1)


def _named(opens: Opens, address: str) -> dict[str, str]:
    if opens == Opens.ARRIVAL:
        return {"pre_checkin": address, "wishes": f"{address}#wishes"}
    if opens == Opens.SURVEY:
        return {"survey": address}
    if opens == Opens.CONFIRM:
        return {"confirm": address}
    return {"preferences": address, UNSUBSCRIBE: address, ONE_CLICK: f"{address}{STOP}"}


def hash_in(address: str) -> bytes | None:
    """The hash by which the link in this address is known, if there is one in it."""
    found = _TOKEN.search(address.partition("/g/")[2])
    return _hash(found[0]) if found else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
