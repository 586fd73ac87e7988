"""Fidelity runs: what they draw from the mirror, what they found, and the shares that come of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection

from staytrue.inbox.models import Connection
from staytrue.mirror import reading
from staytrue.mirror.fidelity import WINDOWS, Share, window_of
from staytrue.mirror.models import FidelityDifference, FidelityRun
from staytrue.mirror.reading import Found

OBJECTS = ("reservation", "profile")
KEPT = timedelta(days=30)
"""How long differences are kept: they hold guests' data; the shares stay."""

# What can be read at the PMS and should be equal: of a number used again only its newest booking,
# of profiles the people that the PMS itself did not give up.
_COMPARABLE = {
    "reservation": """t.out_of_sight_since IS NULL AND NOT EXISTS (
        SELECT FROM reservation n WHERE n.connection_id = t.connection_id
           AND n.property_id = t.property_id AND n.number = t.number AND n.leg = t.leg
           AND n.epoch > t.epoch)""",
    "profile": "t.kind = 'person' AND NOT t.deleted AND NOT t.anonymised AND t.merged_into IS NULL",
}
_KEY = {"reservation": "number", "profile": "source_id"}


@dataclass(frozen=True)
class Held:
    """One row of the mirror as an audit sees it; `source_key` is what the PMS is asked by."""

    found: Found
    window: str

    @property
    def id(self) -> int:
        """The row's id."""
        return int(self.found.row["id"])

    @property
    def source_key(self) -> tuple[str, str]:
        """Number and leg, or the source id alone."""
        row = self.found.row
        return str(row[_KEY[self.found.object]]), str(row.get("leg", ""))

    @property
    def since(self) -> datetime:
        """Since when the mirror says this: when the row was read."""
        return datetime.fromisoformat(self.found.row["read_at"])


def begin(link: Connection, sample: int | None, chance: Random, now: datetime) -> FidelityRun:
    """A new run: so many records of each kind drawn at random, or all."""
    drawn: dict[str, list[int]] = {}
    if sample is not None:
        known = {object: _comparable(link, object) for object in OBJECTS}
        if all(len(ids) <= sample for ids in known.values()):
            sample = None
        else:
            drawn = {
                object: sorted(chance.sample(ids, min(sample, len(ids))))
                for object, ids in known.items()
            }
    return FidelityRun.objects.create(
        connection=link, property_id=link.property_id, begun_at=now, sample=sample, drawn=drawn,
        cursor={"object": OBJECTS[0], "after": 0},
    )  # fmt: skip


def _comparable(link: Connection, object: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id FROM {object} t WHERE t.connection_id = %s AND {_COMPARABLE[object]}"
            " ORDER BY t.id",
            [link.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def unfinished(link: Connection) -> FidelityRun | None:
    """The run of this connection that was interrupted, to be taken to its end."""
    return FidelityRun.objects.filter(connection=link, ended_at=None).order_by("-id").first()


def following(run: FidelityRun, object: str, after: int, limit: int) -> list[int]:
    """The next row ids of a run."""
    if object in run.drawn:
        return [id_ for id_ in run.drawn[object] if id_ > after][:limit]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT t.id FROM {object} t
                 WHERE t.connection_id = %s AND t.id > %s AND {_COMPARABLE[object]}
                 ORDER BY t.id LIMIT %s""",
            [run.connection_id, after, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def held(link: Connection, object: str, ids: Collection[int], today: date) -> list[Held]:
    """These rows as they are now; those that cannot be compared any more are left out."""
    return _held(link, object, "t.id = ANY(%s)", list(ids), today)


def held_by_key(link: Connection, object: str, keys: Collection[str], today: date) -> list[Held]:
    """All rows of these numbers or source ids."""
    return _held(link, object, f"t.{_KEY[object]} = ANY(%s)", list(keys), today)


def _held(
    link: Connection, object: str, condition: str, values: list[Any], today: date
) -> list[Held]:
    wanted = reading.Wanted(
        object,
        condition=f"t.connection_id = %s AND {condition} AND {_COMPARABLE[object]}",
        values=[link.pk, values],
    )
    found = list(reading.stream(wanted))
    if object == "reservation":
        return [Held(each, _window(each.row, today)) for each in found]
    windows = _windows_of_profiles(link, [each.row["source_id"] for each in found], today)
    return [Held(each, windows.get(each.row["source_id"], WINDOWS[-1])) for each in found]


def _window(row: dict[str, Any], today: date) -> str:
    return window_of(row["status"], date.fromisoformat(row["arrival_on"]), today)


def _windows_of_profiles(link: Connection, ids: Sequence[str], today: date) -> dict[str, str]:
    """Of each profile the window of its most urgent stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.profile, r.status, r.arrival_on
                 FROM roster o JOIN reservation r ON r.id = o.reservation_id
                WHERE o.connection_id = %s AND o.profile = ANY(%s) AND o.until_at IS NULL""",
            [link.pk, list(ids)],
        )
        windows: dict[str, str] = {}
        for profile, status, arrival_on in cursor.fetchall():
            both = (windows.get(profile, WINDOWS[-1]), window_of(status, arrival_on, today))
            windows[profile] = min(both, key=WINDOWS.index)
    return windows


def unknown(link: Connection, object: str, keys: Iterable[str]) -> set[str]:
    """Those of these numbers or source ids that the mirror does not hold at all."""
    asked = set(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_KEY[object]} FROM {object} WHERE connection_id = %s"
            f" AND {_KEY[object]} = ANY(%s)",
            [link.pk, list(asked)],
        )
        return asked - {row[0] for row in cursor.fetchall()}


def span(link: Connection) -> tuple[date, date] | None:
    """First arrival and last departure of the mirrored stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(arrival_on), max(departure_on) FROM reservation WHERE connection_id = %s",
            [link.pk],
        )
        first, last = cursor.fetchone()
    return (first, last) if first else None


def count(run: FidelityRun, held_: Held, fields: int, differing: int) -> None:
    """Add one compared record to the tallies; without fields the PMS has it no more."""
    tally = run.tallies.setdefault(held_.window, {}).setdefault(held_.found.object, [0, 0, 0, 0])
    tally[0] += 1
    tally[1] += bool(fields) and not differing
    tally[2] += fields
    tally[3] += fields - differing


def save(run: FidelityRun, differences: Collection[FidelityDifference] = ()) -> None:
    """Keep how far a run has come and what it found."""
    run.save()
    FidelityDifference.objects.bulk_create(differences)


def end(run: FidelityRun, now: datetime) -> None:
    """The run is whole; differences of old runs go."""
    run.ended_at, run.drawn, run.cursor, run.suspects = now, {}, {}, []
    run.save()
    FidelityDifference.objects.filter(
        run__connection=run.connection_id, run__ended_at__lt=now - KEPT
    ).delete()


@dataclass(frozen=True)
class Shares:
    """Equal records and equal fields of one arrival window, or of all (`window` empty)."""

    window: str
    records: Share
    fields: Share


def shares(run: FidelityRun) -> list[Shares]:
    """All together first, then each window in which something was compared."""
    whole = run.sample is None
    windows = []
    for window in WINDOWS:
        found = run.tallies.get(window)
        if not found:
            continue
        records, equal, fields, equal_fields = map(sum, zip(*found.values(), strict=True))
        windows.append(
            Shares(window, Share(equal, records, whole), Share(equal_fields, fields, whole))
        )
    nothing = Share(0, 0, whole)
    total = Shares(
        "",
        sum((each.records for each in windows), nothing),
        sum((each.fields for each in windows), nothing),
    )
    return [total, *windows]


def newest(link: Connection, limit: int) -> list[FidelityRun]:
    """The last whole runs, newest first."""
    runs = FidelityRun.objects.filter(connection=link, ended_at__isnull=False)
    return list(runs.order_by("-id")[:limit])


def differences(run: FidelityRun) -> list[FidelityDifference]:
    """What a run found, record by record."""
    return list(FidelityDifference.objects.filter(run=run).order_by("object", "key", "field", "id"))
