"""Reads what the plan looks at, for many stays at once: one question per kind of fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from staytrue.consent.rules import Role
from staytrue.hotel.codes import GuestRole, ProfileKind, Status
from staytrue.hotel.contacts import language_tag
from staytrue.journeys.facts import Edit, Person, Point, Stay
from staytrue.journeys.steps import CHANGE_FIELDS
from staytrue.journeys.timing import at_local
from staytrue.kit import merge
from staytrue.kit.asking import ask_as
from staytrue.messages.kinds import USED
from staytrue.mirror.children import ADULT_FROM
from staytrue.mirror.rules import IS_HISTORY

_IN, _OUT = time(15), time(11)
"""Taken for the hour of a check-in or check-out of which only the day is known."""
_UNSEEN_MAX = timedelta(days=1)

# All rooms of the bookings of these stays: of one group number, or legs of one number. A PMS may
# use a number again after years: that is no leg. A hotel that changes its PMS, or has a second
# connection, shows a booking twice: that is one party as well. And the past stays of their guests of which
# something is still to leave: whoever comes again is not won back.
_SIBLINGS = """
  SELECT r.id FROM reservation r WHERE r.id = ANY(%(ids)s)
   UNION
  SELECT s.id FROM reservation r JOIN reservation s
      ON s.property_id = r.property_id AND s.group_number = r.group_number
   WHERE r.id = ANY(%(ids)s) AND r.group_number IS NOT NULL
     AND abs(s.arrival_on - r.arrival_on) <= %(days)s
   UNION
  SELECT s.id FROM reservation r JOIN reservation s
      ON s.number = r.number AND s.property_id = r.property_id AND s.epoch = r.epoch
     AND abs(s.arrival_on - r.arrival_on) <= %(days)s
   WHERE r.id = ANY(%(ids)s)
   UNION
  SELECT m.reservation_id FROM roster t
    JOIN profile p ON p.connection_id = t.connection_id AND p.source_id = t.profile
    JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
    JOIN link k ON k.guest_id = l.guest_id AND k.until_at IS NULL
    JOIN message m ON m.profile_id = k.profile_id AND m.kind IN ('win_back', 'birthday')
     AND m.state IN ('planned', 'held') AND m.reservation_id IS NOT NULL
   WHERE t.reservation_id = ANY(%(ids)s) AND t.until_at IS NULL"""
_BOOKING_DAYS = 60

_STAYS = f"""
  SELECT r.id, r.property_id, r.connection_id, r.number, r.group_number, r.epoch, r.status,
         r.arrival_on, r.departure_on, r.first_seen_at, r.created_at, r.checked_in_at,
         r.checked_out_at, r.day_only, r.imported, {IS_HISTORY} AS is_history,
         r.custom->>'language' AS language,
         jsonb_build_object('channel', r.channel, 'segment', coalesce(r.segment,
           r.derived_segment), 'board', r.board, 'rate_code', r.rate_code, 'nights', r.nights,
           'room_category', r.room_category, 'children', r.children, 'source', r.source,
           'lead_days', r.lead_days, 'people', r.adults + coalesce(r.children, 0))::text AS told,
         z.timezone, c.cadence_seconds
    FROM reservation r JOIN property z ON z.id = r.property_id
    JOIN connection c ON c.id = r.connection_id
   WHERE r.id = ANY(%s) ORDER BY r.id"""

_ROSTER = """
  SELECT t.reservation_id, t.role, p.id, p.connection_id, p.merged_into
    FROM roster t
    JOIN profile p ON p.connection_id = t.connection_id AND p.source_id = t.profile
   WHERE t.reservation_id = ANY(%s) AND t.until_at IS NULL
   ORDER BY t.reservation_id, t.since_at, t.id"""
_SURVIVORS = """
  SELECT x.id, p.id FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) x(id, link, source)
    JOIN profile p ON p.connection_id = x.link AND p.source_id = x.source"""
_PROFILES = """
  SELECT id, concat_ws(' ', first_name, last_name) AS name, kind, language, country, birth_date,
         custom->>'is_child' = 'true' AS is_child, deleted OR anonymised AS is_gone
    FROM profile WHERE id = ANY(%s)"""

_POINTS = """
  SELECT DISTINCT ON (u.profile_id, c.id) u.profile_id, c.id AS point, c.kind, c.role, u.seen_at
    FROM contact_use u JOIN contact_point c ON c.id = u.contact_point_id
   WHERE u.profile_id = ANY(%s) AND u.until_at IS NULL AND c.kind IN ('email', 'phone')
   ORDER BY u.profile_id, c.id, u.seen_at DESC"""

_EDITS = """
  SELECT object_id, at, kinds,
         (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(diff) e
           WHERE e.key = ANY(%(fields)s))::text
    FROM change WHERE object = 'reservation' AND object_id = ANY(%(ids)s) AND diff IS NOT NULL
     AND NOT history ORDER BY object_id, at, no"""

# Of the guests of stays that are over: when they come again, and whether they came later.
_OTHERS = """
  SELECT m.profile_id, min(r.arrival_on) FILTER (WHERE r.arrival_on >= %(today)s
           AND r.status IN ('confirmed', 'option', 'in_house')),
         (array_agg(r.id ORDER BY r.departure_on DESC, r.id DESC)
            FILTER (WHERE r.status IN ('checked_out', 'in_house')))[1]
    FROM link m JOIN link l ON l.guest_id = m.guest_id AND l.until_at IS NULL
    JOIN profile p ON p.id = l.profile_id
    JOIN roster t ON t.connection_id = p.connection_id AND t.profile = p.source_id
     AND t.until_at IS NULL AND t.role <> 'booker'
    JOIN reservation r ON r.id = t.reservation_id
   WHERE m.profile_id = ANY(%(profiles)s) AND m.until_at IS NULL GROUP BY m.profile_id"""

_LEFT = """
  SELECT reservation_id, kind, occurrence, recipient_role, contact_point_id FROM message
   WHERE reservation_id = ANY(%s) AND (state = ANY(%s) OR is_shadow AND reason = 'shadow')"""


class _StayRow(msgspec.Struct):
    """A row as `_STAYS` asks for it."""

    id: int
    property_id: int
    connection_id: int
    number: str
    group_number: str | None
    epoch: int
    status: str
    arrival_on: date
    departure_on: date
    first_seen_at: datetime
    created_at: datetime | None
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    day_only: list[str]
    imported: bool
    is_history: bool
    language: str | None
    told: str
    timezone: str
    cadence_seconds: int


class _RosterRow(msgspec.Struct):
    reservation_id: int
    role: GuestRole
    id: int
    connection_id: int
    merged_into: str | None


class _ProfileRow(msgspec.Struct):
    id: int
    name: str
    kind: ProfileKind
    language: str | None
    country: str | None
    birth_date: str | None
    is_child: bool | None
    is_gone: bool


class _PointRow(msgspec.Struct):
    profile_id: int
    point: int
    kind: str
    role: Role
    seen_at: datetime


@dataclass(frozen=True)
class Left:
    """A message that left, or may have: its slot is used."""

    stay_id: int
    kind: str
    occurrence: str
    role: str
    point: int | None


def with_siblings(reservation_ids: Collection[int]) -> list[int]:
    """These stays, the other rooms of their bookings, and what hangs on their guests' next stay."""
    given = {"ids": sorted(set(reservation_ids)), "days": _BOOKING_DAYS}
    return [id_ for (id_,) in _rows(_SIBLINGS, given)]


def left(reservation_ids: Collection[int]) -> list[Left]:
    """What left for these stays already."""
    states = sorted(state.value for state in USED)
    return [Left(*row) for row in _rows(_LEFT, [list(reservation_ids), states])]


def stays(reservation_ids: Collection[int], today: date) -> list[Stay]:
    """These stays as the plan looks at them; give whole bookings."""
    ids = list(reservation_ids)
    rows = [msgspec.structs.astuple(row) for row in ask_as(_STAYS, [ids], _StayRow)]
    edits = _edits(ids)
    people = _people(ids, {row[0] for row in rows if row[6] == Status.CHECKED_OUT}, today)
    parties = parties_of(rows)
    return [stay_of(row, parties, edits, people.get(row[0], [])) for row in rows]


def _rows(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def parties_of(rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[str, list[int]]]:
    """Stay → the key of its booking and all rooms of it, where there are several."""
    found: dict[str, list[int]] = defaultdict(list)
    for id_, hotel, _link, number, group, epoch, *_ in rows:
        found[f"{hotel}:g:{group}" if group else f"{hotel}:{number}:{epoch}"].append(id_)
    return {id_: (key, ids) for key, ids in found.items() if len(ids) > 1 for id_ in ids}


def _edits(ids: list[int]) -> dict[int, list[tuple[datetime, list[str], dict[str, Any]]]]:
    found: dict[int, list[tuple[datetime, list[str], dict[str, Any]]]] = defaultdict(list)
    for id_, at, kinds, diff in _rows(_EDITS, {"ids": ids, "fields": list(CHANGE_FIELDS)}):
        found[id_].append((at, kinds, merge.parse(diff) if diff else {}))
    return found


def _people(ids: list[int], over: Collection[int], today: date) -> dict[int, list[Person]]:
    rows = ask_as(_ROSTER, [ids], _RosterRow)
    merged = [row for row in rows if row.merged_into]
    keys = [[row.id for row in merged], [row.connection_id for row in merged],
            [row.merged_into for row in merged]]  # fmt: skip
    survivors = dict(_rows(_SURVIVORS, keys)) if merged else {}
    # The message names the profile on the stay; what is known of the person, its survivor tells.
    roster = [(row.reservation_id, row.role, row.id, survivors.get(row.id, row.id))
              for row in rows]  # fmt: skip
    profiles = sorted({his for *_, his in roster})
    told = {row.id: row for row in ask_as(_PROFILES, [profiles], _ProfileRow)}
    points: dict[int, list[Point]] = defaultdict(list)
    for row in ask_as(_POINTS, [profiles], _PointRow):
        points[row.profile_id].append(Point(row.point, row.kind, row.role, row.seen_at))
    past = sorted(
        {his for stay, role, _, his in roster if stay in over and role == GuestRole.PRIMARY}
    )
    others = {}
    if past:
        others = {row[0]: row[1:] for row in _rows(_OTHERS, {"profiles": past, "today": today})}
    found: dict[int, list[Person]] = defaultdict(list)
    for stay, role, id_, his in roster:
        known = told[his]
        next_on, last = others.get(his, (None, None))
        born = known.birth_date
        found[stay].append(
            Person(
                role=role, profile_id=id_, name=known.name, kind=known.kind,
                language=known.language, country=known.country, birthday=born or "",
                is_child=bool(known.is_child) or _is_young(born, today), is_gone=known.is_gone,
                points=tuple(points[his]), next_stay_on=next_on,
                is_last=last is None or stay not in over or last == stay,
            )
        )  # fmt: skip
    return found


def _is_young(born: str | None, today: date) -> bool:
    if not born or born.startswith("-"):
        return False
    return today.year - int(born[:4]) - (born[5:] > today.isoformat()[5:]) < ADULT_FROM


def stay_of(
    row: tuple[Any, ...],
    parties: Mapping[int, tuple[str, list[int]]],
    edits: Mapping[int, list[tuple[datetime, list[str], dict[str, Any]]]],
    people: Sequence[Person],
) -> Stay:
    """A stay from what was read of it; a row as `_STAYS` asks for it."""
    (id_, property_id, _link, _number, _group, _epoch, status, arrival, departure, first, created,
     came, went, day_only, imported, history, language, values, zone, cadence) = row  # fmt: skip
    party, rooms = parties.get(id_, ("", [id_]))
    mine = edits.get(id_, [])
    half = min(timedelta(seconds=cadence), _UNSEEN_MAX) / 2
    stamps = {"created_at": created, "checked_in_at": came, "checked_out_at": went}
    exact = {name: at for name, at in stamps.items() if name not in day_only}
    is_in = status in (Status.IN_HOUSE, Status.CHECKED_OUT)
    return Stay(
        id=id_, property_id=property_id, status=Status(status), arrival_on=arrival,
        departure_on=departure, first_seen_at=first,
        known_at=max([first, *(at for at, kinds, _ in mine if _MOVES & {*kinds})]),
        created_at=created,
        checked_in_at=_evidence(
            exact.get("checked_in_at"), came, "checked_in", mine, half,
            at_local(arrival, _IN, zone), zone, _IN,
        ) if is_in else None,
        checked_out_at=_evidence(
            exact.get("checked_out_at"), went, "checked_out", mine, half,
            at_local(departure, _OUT, zone), zone, _OUT,
        ) if status == Status.CHECKED_OUT else None,
        edits=tuple(
            Edit(room, at, diff) for room in rooms for at, kinds, diff in edits.get(room, [])
            if diff and not _STATES & {*kinds}
        ),
        cancellations=tuple(
            Edit(room, at) for room in rooms for at, kinds, _ in edits.get(room, [])
            if "cancelled" in kinds
        ),
        imported=imported, is_history=history, values=msgspec.json.decode(values),
        language=language_tag(language) if language else None, people=tuple(people),
        party=party, rooms=len(rooms),
    )  # fmt: skip


_MOVES = {"dates_moved", "reinstated", "no_show_reversed"}
# What moved with the state of a stay is told by that state's own message.
_STATES = {"cancelled", "checked_in", "checked_out", "no_show", "rolled_back"}


def _evidence(
    exact: datetime | None, day: datetime | None, kind: str,
    edits: Sequence[tuple[datetime, list[str], dict[str, Any]]], half: timedelta,
    booked: datetime, zone: str, clock: time,
) -> datetime:  # fmt: skip
    """When it happened: the PMS's instant; the day it names; half a reading before we learned of
    it; and of what was so from the first, the booked day.
    """
    if exact:
        return exact
    if day:
        from_day = day.astimezone(ZoneInfo(zone)).date()
        return at_local(from_day, clock, zone)
    seen = [at for at, kinds, _ in edits if kind in kinds]
    return seen[-1] - half if seen else booked
