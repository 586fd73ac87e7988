"""What the gate asks of the house for a set of messages: stays, feeds, look-ups, silences, caps.

Everything in sets. What a writer holds at this moment is left out, and its messages wait for the
next round: nothing is decided on half of a change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from staytrue.hotel.models import Property
from staytrue.inbox.wanted import HEARD
from staytrue.kit.asking import ask
from staytrue.messages.case import Chosen, Proof, Source, Stay, Told
from staytrue.messages.kinds import DEMANDS, USED, Kind, Needs
from staytrue.messages.models import GateSetting, Message
from staytrue.mirror.lists import PARKED
from staytrue.mirror.rules import IS_HISTORY

_USED = sorted(state.value for state in USED)


@dataclass(frozen=True)
class StayRow:
    """A reservation, held so that nobody changes it before the decision is written."""

    stay: Stay
    connection_id: int
    roster: frozenset[tuple[str, int, str]]

    def has(self, way: frozenset[tuple[int, str]], role: str) -> bool:
        """Whether this person, under any of his ids, has this part on it now.

        An agency is no guest: it is on the stay when it booked it in any part.
        """
        part = role.partition(":")[0]
        return any(
            (connection, profile) in way and part in (of, "agency")
            for of, connection, profile in self.roster
        )


def lock_points(point_ids: Collection[int]) -> frozenset[int]:
    """Those of these contact points that nobody changes before this transaction ends."""
    return _locked("contact_point", point_ids)


def lock_stays(reservation_ids: Collection[int]) -> dict[int, StayRow]:
    """These reservations as they stand, held; those that a writer holds are absent."""
    held = sorted(_locked("reservation", reservation_ids))
    if not held:
        return {}
    roster: dict[int, set[tuple[str, int, str]]] = defaultdict(set)
    for id_, role, link, profile in ask(
        "SELECT reservation_id, role, connection_id, profile FROM roster"
        " WHERE reservation_id = ANY(%s::bigint[]) AND until_at IS NULL",
        [held],
    ):
        roster[id_].add((role, link, profile))
    return {
        id_: StayRow(Stay(*facts), link, frozenset(roster[id_]))
        for id_, link, *facts in ask(
            f"""SELECT r.id, r.connection_id, r.status, r.status_origin, r.arrival_on,
                       r.departure_on, r.content_hash, {IS_HISTORY},
                       r.out_of_sight_since IS NOT NULL,
                       coalesce((SELECT k.code FROM parked_part k WHERE {PARKED} LIMIT 1), ''),
                       EXISTS (SELECT FROM wanted w WHERE w.connection_id = r.connection_id
                                  AND w.entity = 'reservation' AND w.source_id = r.number
                                  AND w.facts ? '{HEARD}')
                  FROM reservation r JOIN property z ON z.id = r.property_id
                 WHERE r.id = ANY(%s::bigint[])""",
            [held],
        )
    }


def absent_stays(reservation_ids: Collection[int]) -> frozenset[int]:
    """Those of these that are not in the mirror at all."""
    wanted = frozenset(reservation_ids)
    rows = ask("SELECT id FROM reservation WHERE id = ANY(%s::bigint[])", [sorted(wanted)])
    return wanted - {id_ for (id_,) in rows}


def _locked(table: str, ids: Collection[int]) -> frozenset[int]:
    rows = ask(
        f"SELECT id FROM {table} WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE SKIP LOCKED",
        [sorted(set(ids))],
    )
    return frozenset(id_ for (id_,) in rows)


@dataclass(frozen=True)
class Hotel:
    """A hotel as the gate sees it: its zone, what it chose, its feeds."""

    zone: ZoneInfo
    chosen: GateSetting
    feeds: Mapping[int, tuple[datetime | None, timedelta]]
    has_held_delivery: bool
    reads_one: bool

    def source(self, connection_id: int | None) -> Source | None:
        """How true the mirror is for a stay of this connection; without one, the oldest feed."""
        found = [feed for id_, feed in self.feeds.items() if connection_id in (None, id_)]
        if not found:
            return None
        instants = [as_of for as_of, _ in found if as_of is not None]
        return Source(
            min(instants) if len(instants) == len(found) else None,
            max(cadence for _, cadence in found),
            self.has_held_delivery,
            self.reads_one,
        )

    def choice(self, kind: Kind) -> Chosen:
        """What it chose for one kind."""
        minutes = self.chosen.limits.get(kind.value)
        limit = timedelta(minutes=minutes) if minutes is not None else DEMANDS[kind].freshness
        needs = DEMANDS[kind].needs
        waives = kind in self.chosen.without_check_in and needs != Needs.CANCELLED
        return Chosen(limit, waives, self.chosen.shared_above)

    def quiet_until(self, now: datetime) -> datetime | None:
        """When its quiet hours end, while they last; both in the hotel's own time."""
        return quiet_end(now, self.zone, self.chosen.quiet_from, self.chosen.quiet_until)


def quiet_end(now: datetime, zone: ZoneInfo, begin: time, end: time) -> datetime | None:
    """The instant at which quiet hours end that last now; None outside of them."""
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    overnight = begin > end
    is_quiet = (clock >= begin or clock < end) if overnight else begin <= clock < end
    if not is_quiet or begin == end:
        return None
    day = local.date() + timedelta(days=1 if overnight and clock >= begin else 0)
    # A wall clock that does not exist on this day comes out later, one that comes twice first.
    return datetime.combine(day, end, zone).astimezone(now.tzinfo)


_FEEDS = """
SELECT c.property_id, c.id, c.cadence_seconds, f.id IS NOT NULL, f.true_through,
       EXISTS (SELECT FROM delivery d WHERE d.connection_id = c.id AND d.state = 'held')
  FROM connection c
  LEFT JOIN freshness f ON f.connection_id = c.id AND f.object = 'reservation'
 WHERE c.property_id = ANY(%s::bigint[])"""


def hotels(property_ids: Collection[int], reads: Collection[int]) -> dict[int, Hotel]:
    """These hotels; `reads` are those whose PMS can be asked about one reservation."""
    ids = sorted(set(property_ids))
    chosen = GateSetting.objects.in_bulk(ids)
    feeds: dict[int, dict[int, tuple[datetime | None, timedelta]]] = defaultdict(dict)
    held = set()
    for hotel, link, seconds, is_feed, as_of, has_held in ask(_FEEDS, [ids]):
        if is_feed:
            feeds[hotel][link] = (as_of, timedelta(seconds=seconds))
        if has_held:
            held.add(hotel)
    return {
        house.pk: Hotel(
            ZoneInfo(house.timezone),
            chosen.get(house.pk) or defaults(house.pk),
            feeds[house.pk],
            house.pk in held,
            house.pk in reads,
        )
        for house in Property.objects.filter(pk__in=ids)
    }


def defaults(property_id: int) -> GateSetting:
    """What holds at a hotel that chose nothing."""
    return GateSetting(property_id=property_id, quiet_from=time(21), quiet_until=time(9))


def proofs(reservation_ids: Collection[int]) -> dict[int, Proof]:
    """The last look-up of each of these stays."""
    rows = ask(
        """SELECT DISTINCT ON (reservation_id) reservation_id, answer, at, stay_version
             FROM look_up WHERE reservation_id = ANY(%s::bigint[])
            ORDER BY reservation_id, at DESC, id DESC""",
        [sorted(set(reservation_ids))],
    )
    return {id_: Proof(Told(answer), at, version) for id_, answer, at, version in rows}


Slots = set[tuple[object, ...]]


def used_slots(
    messages: Collection[Message], points: Mapping[int, int | None]
) -> tuple[Slots, Slots]:
    """Slots of stays and of parties that something used already; `points` by message."""
    stays = ask(
        "SELECT reservation_id, kind, occurrence, recipient_role FROM message"
        " WHERE reservation_id = ANY(%s::bigint[])"
        " AND (state = ANY(%s::text[]) OR is_shadow AND reason = 'shadow')",
        [sorted({each.reservation_id for each in messages if each.reservation_id}), _USED],
    )
    parties = ask(
        "SELECT party, kind, occurrence, contact_point_id FROM message"
        " WHERE party = ANY(%s::text[]) AND party <> ''"
        " AND (state = ANY(%s::text[]) OR is_shadow AND reason = 'shadow')"
        " AND contact_point_id = ANY(%s::bigint[])",
        [
            sorted({each.party for each in messages if each.party}),
            _USED,
            sorted({point for point in points.values() if point}),
        ],
    )
    return set(stays), set(parties)


def silences(
    profile_ids: Collection[int], reservation_ids: Collection[int]
) -> list[tuple[int | None, int | None, int | None, str]]:
    """Open silences of these people and stays: hotel, profile, reservation, cause."""
    return [
        (hotel, profile, stay, cause)
        for hotel, profile, stay, cause in ask(
            """SELECT property_id, profile_id, reservation_id, cause FROM silence
                WHERE until_at IS NULL AND (profile_id = ANY(%s::bigint[])
                                            OR reservation_id = ANY(%s::bigint[]))""",
            [sorted(set(profile_ids)), sorted(set(reservation_ids))],
        )
    ]


def written(profile_ids: Collection[int], since: datetime) -> dict[int, list[datetime]]:
    """When each of these profiles was last written what its stay did not need, oldest first."""
    critical = sorted(kind.value for kind, asked in DEMANDS.items() if asked.is_critical)
    found: dict[int, list[datetime]] = defaultdict(list)
    for profile, at in ask(
        """SELECT profile_id, at FROM (
             SELECT profile_id, kind, CASE WHEN is_shadow THEN settled_at ELSE claimed_at END AS at
               FROM message WHERE profile_id = ANY(%s::bigint[])
                AND (state = ANY(%s::text[]) OR is_shadow AND reason = 'shadow')) m
            WHERE at > %s AND NOT kind = ANY(%s::text[]) ORDER BY at""",
        [sorted(set(profile_ids)), _USED, since, critical],
    ):
        found[profile].append(at)
    return found


def coming_again(profile_ids: Collection[int], today: date) -> frozenset[int]:
    """Those of these profiles with a stay still to come, anywhere in the group."""
    rows = ask(
        """SELECT DISTINCT p.id FROM profile p
             JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                          AND o.until_at IS NULL
             JOIN reservation r ON r.id = o.reservation_id
            WHERE p.id = ANY(%s::bigint[]) AND r.arrival_on >= %s
              AND r.status IN ('confirmed', 'option', 'waitlist')""",
        [sorted(set(profile_ids)), today],
    )
    return frozenset(id_ for (id_,) in rows)
