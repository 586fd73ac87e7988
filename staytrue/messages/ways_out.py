"""The ways out of mails that left, in the journal too: a restored database still opens them.

A guest clicks what stands in his mail, whatever became of the database that wrote it. Of a link
only its hash is kept, of an address its keyed hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from staytrue.consent import recorded
from staytrue.hotel.models import Property
from staytrue.messages import guest_links
from staytrue.messages.claims import Claimed
from staytrue.messages.guest_links import Opens
from staytrue.messages.journal import HANDED, Journal, Line
from staytrue.messages.models import GuestLink

WAY_OUT = "way_out"
_PIECE = 5_000


def of(claims: Sequence[Claimed], addresses: Mapping[int, str]) -> dict[int, dict[str, str]]:
    """Message → what its line in the journal says of its way out; `addresses` are where it leads."""
    codes = dict(Property.objects.values_list("pk", "code"))
    points = recorded.points({each.contact_point_id for each in claims})
    told = {}
    for each in claims:
        message, point = each.message, points.get(each.contact_point_id)
        hashed = guest_links.hash_in(addresses.get(message.pk, ""))
        if hashed is not None and point is not None:
            told[message.pk] = {
                "token": hashed.hex(), "address": point[1].hex(),
                "hotel": codes.get(message.property_id, ""), "channel": message.channel,
                "language": message.language,
            }  # fmt: skip
    return told


def refill(now: datetime) -> int:
    """Let every way out that the journal knows be opened here again; how many had been forgotten."""
    told = list(dict(_told(Journal(settings.HOME).lines())).items())
    hotels = {code: pk for pk, code in Property.objects.values_list("pk", "code")}
    count = 0
    for piece in (told[start : start + _PIECE] for start in range(0, len(told), _PIECE)):
        known = _known(bytes.fromhex(token) for token, _ in piece)
        lost = [
            GuestLink(
                token_hash=bytes.fromhex(token), kind=Opens.PREFERENCES.value,
                property_id=hotels[facts["hotel"]], profile_id=0, channel=facts["channel"],
                address_hash=bytes.fromhex(facts["address"]), language=facts["language"], made_at=now,
            )
            for token, facts in piece
            if bytes.fromhex(token) not in known and facts["hotel"] in hotels
        ]  # fmt: skip
        GuestLink.objects.bulk_create(lost, ignore_conflicts=True)
        count += len(lost)
    return count


def led_to(public_id: UUID) -> Mapping[str, str] | None:
    """What the journal has of where a message went that this database did not send itself."""
    name = str(public_id)
    lines = (line for line in Journal(settings.HOME).lines() if line.what == HANDED)
    found = [line.facts.get(WAY_OUT) for line in lines if line.facts.get("message") == name]
    return found[-1] if found else None


def is_forgetful() -> bool:
    """Whether a way out of the newest mails leads nowhere here: this database was restored."""
    newest = [bytes.fromhex(token) for token, _ in _told(Journal(settings.HOME).tail())]
    return len(_known(newest)) < len(set(newest))


def _told(lines: Iterable[Line]) -> Iterable[tuple[str, Mapping[str, str]]]:
    for line in lines:
        if line.what == HANDED and (facts := line.facts.get(WAY_OUT)):
            yield facts["token"], facts


def _known(hashes: Iterable[bytes]) -> set[bytes]:
    rows = GuestLink.objects.filter(token_hash__in=list(hashes))
    return {bytes(each) for each in rows.values_list("token_hash", flat=True)}
