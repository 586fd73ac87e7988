"""A hotel changes its PMS: the bookings of the old one become the new one's, number by number.

A booking keeps its row, so what was sent keeps its place and is not sent again, and everything that
was earned, answered or said stays with it. The old connection tells nothing any more.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from staytrue.changes import log
from staytrue.flow import conclude, reactions
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.journeys import gathering
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import read_csv
from staytrue.kit.text import fold
from staytrue.messages import planning
from staytrue.mirror import moving
from staytrue.mirror.moving import Rekeyed
from staytrue.staff import audit

CODE = "moved_to_another_pms"
COLUMNS = ("old_number", "new_number")
FURTHER = ("old_leg", "new_leg", "new_group")


@dataclass(frozen=True)
class Pair:
    """One booking in both PMSs."""

    old_number: str
    new_number: str
    old_leg: str = "1"
    new_leg: str = "1"
    new_group: str = ""


@dataclass(frozen=True)
class Preview:
    """What a change would do: how many stays go over, and what keeps it from being whole.

    `unknown` stand in the map alone, `unmapped` are stays still to end that it does not name,
    `taken` the new connection told of already, `ungrouped` are rooms of one booking of which the
    map makes several: their group number is missing.
    """

    stays: int
    planned: int
    sent: int
    unknown: list[str]
    unmapped: list[str]
    taken: list[str]
    ungrouped: list[str]

    @property
    def is_whole(self) -> bool:
        """Whether nothing would be left behind or told twice."""
        return not (self.unknown or self.unmapped or self.taken or self.ungrouped)


def read_map(text: str) -> list[Pair]:
    """The pairs of a CSV file; refused where a number stands twice."""
    rows = list(_rows(text, COLUMNS))
    pairs = [
        Pair(**{name: row[name] for name in (*COLUMNS, *FURTHER) if row.get(name)})
        for row in rows
        if row["old_number"] and row["new_number"]
    ]
    for keys in ([(each.old_number, each.old_leg) for each in pairs],
                 [(each.new_number, each.new_leg) for each in pairs]):  # fmt: skip
        twice = [key[0] for key, count in Counter(keys).items() if count > 1]
        if twice:
            raise Refused(f"{twice[0]} stands twice in the map.", "map_twice", number=twice[0])
    return pairs


def propose(old: Connection, export: str, now: datetime) -> tuple[list[Pair], list[str]]:
    """Pairs by surname, dates and room type, from a list of the new PMS's bookings; and the
    numbers of the old one for which none, or more than one, fits: those a person looks up.
    """
    theirs: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in _rows(export, ("number", "arrival_on", "departure_on", "last_name")):
        theirs[_like(row["last_name"], row["arrival_on"], row["departure_on"])].append(row)
    ours: dict[tuple[str, ...], list[tuple[str, str, str]]] = defaultdict(list)
    for number, leg, arrival, departure, room, name in _coming(old, now):
        ours[_like(name, arrival.isoformat(), departure.isoformat())].append((number, leg, room))
    pairs, unsure = [], []
    for key, mine in sorted(ours.items()):
        for number, leg, room in mine:
            found = [
                row for row in theirs[key]
                if len(mine) == len(theirs[key]) == 1 or fold(row.get("room_type", "")) == fold(room)
            ]  # fmt: skip
            is_alone = len(found) == 1 and sum(fold(other[2]) == fold(room) for other in mine) == 1
            if is_alone:
                (row,) = found
                pairs.append(Pair(number, row["number"], leg, row.get("leg") or "1",
                                  row.get("group") or ""))  # fmt: skip
            else:
                unsure.append(number)
    return pairs, unsure


def as_csv(pairs: Sequence[Pair]) -> str:
    """The pairs as a map, for a person to check."""
    made = io.StringIO()
    writer = csv.DictWriter(made, (*COLUMNS, *FURTHER), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(each) for each in pairs)
    return made.getvalue()


def preview(old: Connection, new: Connection, pairs: Sequence[Pair], now: datetime) -> Preview:
    """What the change would do; nothing is changed."""
    _check(old, new)
    with scope.everything():
        stays, unknown = _stays(old, pairs)
        ids = [each.id for each in stays]
        mapped = {(each.old_number, each.old_leg) for each in pairs}
        left = [row[0] for row in _coming(old, now) if (row[0], row[1]) not in mapped]
        known = moving.stays_of(new.pk, {each.new_number for each in pairs})
        ((planned, sent),) = ask(
            """SELECT count(*) FILTER (WHERE state IN ('planned', 'held')),
                      count(*) FILTER (WHERE state NOT IN ('planned', 'held', 'closed', 'expired'))
                 FROM message WHERE reservation_id = ANY(%s::bigint[])""",
            [ids],
        )
        parted = _parted(stays)
    taken = sorted(number for number, _ in known)
    return Preview(len(stays), planned, sent, unknown, sorted(left), taken, parted)


def change(old: Connection, new: Connection, pairs: Sequence[Pair], by: str, now: datetime) -> int:
    """Give the bookings of the old PMS to the new one, all or none; how many stays went over."""
    with transaction.atomic(), scope.everything(), audit.acting(by, now, "change of the PMS"):
        moving.lock(old.pk)
        found = preview(old, new, pairs, now)
        if not found.is_whole:
            raise Refused(
                "The map is not whole: look at the preview, and complete it.", "map_not_whole",
                unknown=len(found.unknown), unmapped=len(found.unmapped), taken=len(found.taken),
                ungrouped=len(found.ungrouped),
            )  # fmt: skip
        stays, _ = _stays(old, pairs)
        ids = [each.id for each in stays]
        before = {id_: key for id_, (key, _) in gathering.parties_of(_keys(ids)).items()}
        entries = conclude.own_entries(moving.rekey(stays, new.pk), now)
        after = {id_: key for id_, (key, _) in gathering.parties_of(_keys(ids)).items()}
        planning.rename_parties({before[id_]: after[id_] for id_ in before.keys() & after.keys()})
        log.append(entries, now)
        moving.end_feed(old.pk)
        inbox.stop(old, CODE, {"reason": f"The hotel changed to {new.name}."}, now)
        audit.record("pms_changed", f"connection:{old.pk}", property_id=old.property_id,
                     facts={"to": new.name, "stays": len(ids)})  # fmt: skip
        reactions.wake(entries, now)
    return len(ids)


def _check(old: Connection, new: Connection) -> None:
    if old.pk == new.pk or old.property_id != new.property_id:
        raise Refused("Name two connections of one hotel.", "not_one_hotel")
    if old.lookups_only or new.lookups_only:
        raise Refused("A connection for look-ups alone mirrors nothing.", "lookups_only")
    if old.stopped_code == CODE:
        raise Refused(f"{old.name} was given up before.", CODE)


def _stays(old: Connection, pairs: Sequence[Pair]) -> tuple[list[Rekeyed], list[str]]:
    known = moving.stays_of(old.pk, {each.old_number for each in pairs})
    stays, unknown = [], []
    for each in pairs:
        id_ = known.get((each.old_number, each.old_leg))
        if id_ is None:
            unknown.append(each.old_number)
        else:
            stays.append(Rekeyed(id_, each.new_number, each.new_leg, each.new_group))
    return stays, unknown


def _parted(stays: Sequence[Rekeyed]) -> list[str]:
    """Numbers of rooms that are one booking here, and would be several by the map."""
    keys = _keys([each.id for each in stays])
    by_id = {each.id: each for each in stays}
    numbers = {id_: number for id_, _, _, number, *_ in keys}
    parted = set()
    for id_, (_, rooms) in gathering.parties_of(keys).items():
        mine = [by_id[room] for room in rooms]
        if len({each.group_number or f"number {each.number}" for each in mine}) > 1:
            parted.add(numbers[id_])
    return sorted(parted)


def _coming(old: Connection, now: datetime) -> list[tuple[str, str, date, date, str, str]]:
    """Stays of the old PMS that are not over: number, leg, dates, room type, surname."""
    today = now.astimezone(ZoneInfo(old.property.timezone)).date()
    return ask(
        """SELECT r.number, r.leg, r.arrival_on, r.departure_on, coalesce(r.room_category, ''),
                  coalesce(p.last_name, '')
             FROM reservation r
             LEFT JOIN profile p ON p.connection_id = r.connection_id
                  AND p.source_id = r.primary_profile
            WHERE r.connection_id = %s AND r.departure_on >= %s
              AND r.status NOT IN ('cancelled', 'no_show', 'checked_out')
            ORDER BY r.number, r.leg""",
        [old.pk, today],
    )


def _keys(ids: Sequence[int]) -> list[tuple[Any, ...]]:
    return ask(
        """SELECT id, property_id, connection_id, number, group_number, epoch FROM reservation
            WHERE id = ANY(%s::bigint[]) ORDER BY id""",
        [list(ids)],
    )


def _like(name: str, arrival: str, departure: str) -> tuple[str, ...]:
    return fold(name), arrival.strip(), departure.strip()


def _rows(text: str, needed: Iterable[str]) -> Iterator[dict[str, str]]:
    heading, rows = read_csv(text)
    missing = [name for name in needed if name not in heading]
    if missing:
        raise Refused(f"The file has no column {missing[0]}.", "map_column", column=missing[0])
    for _, row in rows:
        yield {name: value.strip() for name, value in row.items()}
