"""Judges what left: against the truth, and against what could be known of it. Safety first.

Written from the truth's side. It shares no rule with the product, not even a table of hours: a
mistake there must not be made here as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from staytrue.hotel.records import Reservation
from staytrue.lab.rigs.acts import Act, Way
from staytrue.lab.rigs.knowledge import GONE, HandOver, Knowledge
from staytrue.lab.rigs.world import Hotel, Truth

APPLY = timedelta(seconds=60)
LIVE = timedelta(seconds=3)
OPT_OUT = timedelta(seconds=3)
CONFIRMED = timedelta(minutes=30)

_STANDS = {
    "confirmation": {"confirmed"}, "change": {"confirmed", "in_house"},
    "cancellation": {"cancelled"}, "pre_stay": {"confirmed"}, "pre_checkin": {"confirmed"},
    "arrival_info": {"confirmed"}, "welcome": {"in_house"}, "mid_stay": {"in_house"},
    "thank_you": {"checked_out"}, "survey": {"checked_out"},
}  # fmt: skip
_ONCE = set(_STANDS) - {"change", "cancellation"}
_LIMIT = {
    "confirmation": 15,
    "change": 15,
    "cancellation": 15,
    "arrival_info": 15,
    "pre_checkin": 30,
}
_DAY = 24 * 60
# Local days and hours: from how many days after the anchor's date, until when at the latest.
_HOURS = {
    "pre_stay": ("arrival", -3, time(10), 0, time(12)),
    "pre_checkin": ("arrival", -2, time(15), 0, time(14)),
    "welcome": ("arrival", -1, time(0), None, time(9)),
    "mid_stay": ("arrival", 0, time(17), None, time(22)),
}


class Known(StrEnum):
    """Whose fault a wrong message is."""

    KNOWABLE = "knowable"
    OBTAINABLE = "obtainable"
    UNKNOWABLE = "unknowable"


@dataclass(frozen=True)
class Violation:
    """A promise that was broken: which, on which stay, when, and what happened."""

    invariant: str
    hotel: str
    booking: str
    at: datetime
    what: str


def stands(kind: str, stay: Reservation) -> bool:
    """Whether a stay stands where this kind of message needs it."""
    return stay.status.value in _STANDS.get(kind, {stay.status.value})


def right(kind: str, stay: Reservation | None, message: HandOver) -> bool:
    """Whether a message of this kind and these dates is right for a stay that is so."""
    if kind not in _STANDS:
        return True
    if stay is None or not stands(kind, stay):
        return False
    dates = stay.arrival_on.isoformat(), stay.departure_on.isoformat()
    return dates == (message.arrival_on, message.departure_on)


@dataclass
class Oracle:
    """One world's judge."""

    truth: Truth
    knowledge: Knowledge

    def wrong(self, sent: HandOver) -> Known | None:
        """Whose fault it is that this message is wrong; `None` where it is right."""
        hotel = self.truth.by_code[sent.hotel]
        if not any(right(sent.kind, stay, sent) for stay in self._as_known(hotel, sent)):
            return Known.KNOWABLE
        if self._is_askable(hotel, sent.at):
            asked = hotel.shown(sent.booking, sent.at - LIVE)
            if not right(sent.kind, asked, sent):
                return Known.OBTAINABLE
        is_right = right(sent.kind, hotel.shown(sent.booking, sent.at), sent)
        return None if is_right else Known.UNKNOWABLE

    def safety(self, sent: Sequence[HandOver]) -> Iterator[Violation]:
        """Every promise that these messages broke, in order of time."""
        for each in sent:
            yield from self._each(each)
        yield from self._twice(sent)

    def unknowable(self, sent: Iterable[HandOver]) -> Counter[tuple[str, str]]:
        """Wrong messages that nobody could have known to be wrong, by feed and kind."""
        return Counter(
            (self.truth.by_code[each.hotel].feed.value, each.kind)
            for each in sent
            if each.is_accepted and self.wrong(each) == Known.UNKNOWABLE
        )

    def _each(self, sent: HandOver) -> Iterator[Violation]:
        hotel = self.truth.by_code[sent.hotel]

        def broken(invariant: str, what: str) -> Violation:
            return Violation(invariant, sent.hotel, sent.booking, sent.at, f"{sent.kind}: {what}")

        match self.wrong(sent):
            case Known.KNOWABLE:
                yield broken("I1", "it was known here that this is not so (any more)")
            case Known.OBTAINABLE:
                yield broken("I2", "the PMS could have been asked, and knew that it is not so")
        if not sent.not_before <= sent.by_our_clock <= sent.not_after:
            yield broken("I3", f"it was to leave from {sent.not_before} to {sent.not_after}")
        elif hours := self._outside(hotel, sent):
            yield broken("I3", hours)
        if not self._is_observed(hotel, sent):
            yield broken("I5", "nothing we received said that the guest came, or left")
        for act in self._against(sent):
            yield broken("I6", f"{act.what} by {act.way} at {act.at} for {', '.join(act.purposes)}")
        if sent.address not in self._addresses(hotel, sent.booking):
            yield broken("I8", f"{sent.address} is nobody's who is on this booking")
        yield from (broken("I9", why) for why in self._untrusted(hotel, sent))
        created = hotel.world.bookings[sent.booking].first_at
        if sent.at < self.truth.live_from or (
            sent.kind == "confirmation" and created < self.truth.live_from
        ):
            yield broken("I10", "it is of the time before the hotel went live")

    def _as_known(self, hotel: Hotel, sent: HandOver) -> Iterator[Reservation | None]:
        """The stay as it was known a minute ago, and as it came to be known since."""
        key, life = (hotel.code, sent.booking), hotel.world.bookings[sent.booking]
        since = sent.at - APPLY
        before = self.knowledge.known(key, since)
        told = self.knowledge.learned.get(key, ())
        for version in (before, *(each for at, each in told if since < at <= sent.at)):
            is_shown = version is not None and version != GONE
            yield life.versions[version][2] if is_shown and version is not None else None

    def _is_askable(self, hotel: Hotel, at: datetime) -> bool:
        return hotel.is_living and self.knowledge.is_reachable(hotel.code, at - LIVE, at)

    def _outside(self, hotel: Hotel, sent: HandOver) -> str:
        """By the hotel's own clocks: what hangs on the dates of a stay has its hours."""
        if sent.kind not in _HOURS:
            return ""
        _, days, opens, last_days, closes = _HOURS[sent.kind]
        arrival, departure = map(date.fromisoformat, (sent.arrival_on, sent.departure_on))
        first = datetime.combine(arrival + timedelta(days=days), opens)
        if last_days is not None:
            last = datetime.combine(arrival + timedelta(days=last_days), closes)
        else:
            is_mid = sent.kind == "mid_stay"
            last = datetime.combine(departure - timedelta(days=is_mid), closes)
        # A wall clock may jump in between, hence an hour's grace.
        grace = timedelta(hours=1, seconds=1)
        local = sent.at.astimezone(ZoneInfo(hotel.house.zone.key)).replace(tzinfo=None)
        if first - grace <= local <= last + grace:
            return ""
        return f"by the hotel's clocks it was {local}, and it belongs between {first} and {last}"

    def _is_observed(self, hotel: Hotel, sent: HandOver) -> bool:
        needed = {"welcome": "in_house", "mid_stay": "in_house", "thank_you": "checked_out",
                  "survey": "checked_out"}.get(sent.kind)  # fmt: skip
        if needed is None:
            return True
        versions = hotel.world.bookings[sent.booking].versions
        told = self.knowledge.learned.get((hotel.code, sent.booking), ())
        return any(
            at <= sent.at and version != GONE and versions[version][2].status == needed
            for at, version in told
        )

    def _against(self, sent: HandOver) -> Iterator[Act]:
        """Acts on this address that forbid the message and were not taken back by the guest."""
        heard = self.knowledge.heard.get(sent.address, ())
        for each in heard:
            if each.act.what == "opt_in" or sent.purpose not in each.act.purposes:
                continue
            if each.at + OPT_OUT > sent.at:
                continue
            is_taken_back = any(
                _lifts(later.act, each.act, sent.purpose) and each.at <= later.at <= sent.at
                for later in heard
            )
            if not is_taken_back:
                yield each.act

    def _addresses(self, hotel: Hotel, number: str) -> set[str]:
        """Every address of the people who are on a booking, or were, or booked it."""
        world = hotel.world
        names = {
            guest.profile for _, _, stay in world.bookings[number].versions for guest in stay.guests
        }
        return {
            email.address for name in names for _, _, profile in world.profiles[name].versions
            for email in profile.emails
        }  # fmt: skip

    def _untrusted(self, hotel: Hotel, sent: HandOver) -> Iterator[str]:
        if self.knowledge.is_disarmed(sent.at):
            yield "sending was not armed"
        if self.knowledge.is_braked(hotel.code, sent.at):
            yield "a delivery of this hotel was waiting for a person"
        as_of = self.knowledge.as_of(hotel.code, sent.at)
        limit = timedelta(minutes=_LIMIT.get(sent.kind, _DAY))
        # A file says itself when it was made; what is asked is dated by the asking.
        at = sent.at if hotel.is_living else sent.by_our_clock
        is_fresh = as_of is not None and at - as_of <= limit
        looked, confirmed = sent.looked_at, sent.confirmed_at
        is_looked = looked is not None and sent.at - looked <= LIVE
        is_confirmed = confirmed is not None and sent.by_our_clock - confirmed <= CONFIRMED
        if not (is_fresh or is_looked or is_confirmed):
            yield f"what was known was as of {as_of}, and may be {limit} old"

    def _twice(self, sent: Sequence[HandOver]) -> Iterator[Violation]:
        """One message per stay, kind, occurrence and part; one per party and address."""
        slots: dict[tuple[object, ...], list[HandOver]] = defaultdict(list)
        for each in sent:
            if not each.is_accepted:
                continue
            number = "" if each.kind in _ONCE else each.occurrence
            slots["stay", each.hotel, each.booking, each.kind, number, each.role].append(each)
            group = self.truth.by_code[each.hotel].world.bookings[each.booking].last.group_number
            if group:
                slots["party", each.hotel, group, each.kind, each.occurrence, each.address].append(
                    each
                )
        for slot, copies in slots.items():
            for first, again in pairwise(copies):
                what = f"{again.kind}: the same {slot[0]} had it at {first.at} already"
                yield Violation("I4", again.hotel, again.booking, again.at, what)


def _lifts(later: Act, out: Act, purpose: str) -> bool:
    # Only his own act takes back what he said: what a PMS says of it does not.
    is_his = later.what == "opt_in" and later.way != Way.PMS and later.person == out.person
    return is_his and out.what == "opt_out" and purpose in later.purposes
