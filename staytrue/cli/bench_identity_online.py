"""The identity bench's online half: one profile after the other recognised against a whole group.

Each is a transaction of its own whose commit waits for the disk. The group was mirrored and
recognised by the product itself, so guests, edges and open questions are there (G7). Then very many
share one address, one after the other (G10).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from staytrue.cli.callers import Ran
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.flow import reactions
from staytrue.guests import admitting, batch_run
from staytrue.guests.batch_run import How
from staytrue.guests.matching.normalise import features_of_row
from staytrue.guests.models import IdentityEvent, ValueStat
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.hotel.codes import ProfileKind
from staytrue.hotel.records import Address, Email, Loyalty, Phone, Profile
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit import clock, database, merge
from staytrue.kit.errors import Refused
from staytrue.lab.doubles import Doubles, Row
from staytrue.mirror import actions as mirror
from staytrue.mirror.rows import Encoder
from staytrue.staff import audit

_SEED = 4_712
_PAGE = 20_000
_WARM, _PROBES = 200, 2_000
_HUB_MOST, _HUB_SHARE = 10_000, 20
_AGENCY = "bookings@viajes-sol.example"
P50_MS, P99_MS, A_SECOND, HUB_TIMES = 5, 25, 300, 2
"""The goals G7 and G10."""


def measures(profiles: int) -> Iterator[Measure]:
    """How soon one profile is recognised among so many, and one that shares a hub's address."""
    with fresh_home():
        now = clock.now()
        link = connected(now)
        probes = min(_PROBES, profiles // 10)
        hub = min(_HUB_MOST, profiles // _HUB_SHARE)
        rows = Doubles(_SEED).rows(profiles + _WARM + probes + hub)
        ids = mirrored(link, rows[:profiles], now)
        batch_run.run(ACTOR, now, How())
        with database.address("owner").connect(autocommit=True) as server:
            # As a server's own autovacuum does sooner or later.
            server.execute("VACUUM ANALYZE")
        rest = rows[profiles:]
        _recognised(mirrored(link, rest[:_WARM], now), now)
        normal = _recognised(mirrored(link, rest[_WARM : _WARM + probes], now), now)
        shared = [{**row, "email": _AGENCY, "phone": ""} for row in rest[_WARM + probes :]]
        ids = mirrored(link, shared, now)
        crowded = _recognised(ids, now)
        reactions.settle(now)
        _check_hub(ids)
    for name, share, goal in (("p50", 0.5, P50_MS), ("p99", 0.99, P99_MS)):
        value = normal.percentile(share) * 1_000
        yield Measure(
            f"identity.online.{name}", round(value, 2), "ms", goal, round(value / goal, 3)
        )
    rate = len(normal.waits) / sum(normal.waits)
    yield Measure("identity.online", round(rate), "profiles/s", A_SECOND, round(rate / A_SECOND, 3))
    value, usual = crowded.percentile(0.99) * 1_000, normal.percentile(0.99) * 1_000
    yield Measure(
        "identity.hub.p99", round(value, 2), "ms", round(usual, 2), round(value / usual, 3)
    )


def connected(now: datetime) -> Connection:
    with scope.everything(), audit.acting(ACTOR, now):
        house = hotel.add_property(
            "BIO", name="Hotel Sirga", timezone="Europe/Madrid", country="ES", currency="EUR"
        )
        return inbox.connect("bench-files", house, "export_files", {}, now=now)


def mirrored(link: Connection, rows: Sequence[Row], now: datetime) -> list[int]:
    """These profiles through the product's own merge; the ids of their rows."""
    encoder = Encoder(link.pk, link.property_id, "Europe/Madrid", now)
    given = {"connection_id": link.pk, "read_at": now, "delivery_id": 1, "imported": True,
             "first_seen_at": now}  # fmt: skip
    target = mirror.TARGETS["profile"]
    ids: list[int] = []
    for start in range(0, len(rows), _PAGE):
        page = [profile_of(row) for row in rows[start : start + _PAGE]]
        lines = [encoder.profile(seq, seq, seq, each) for seq, each in enumerate(page)]
        with scope.everything():
            merge.stage(target, ["\n".join(lines) + "\n"])
            merged = mirror.merge_staged("profile", link.pk, 0, len(lines), given, fresh=True)
            merge.clear(target, link.pk)
        ids += merged.inserted
    return ids


def profile_of(row: Row) -> Profile:
    """A row of the lab's doubles as a connector would hand it over."""
    address = {name: row[name] or None for name in ("line1", "line2", "postcode", "city")}
    born = features_of_row(row).born
    loyalty = [each.partition(":") for each in row["loyalty"].split(";") if each]
    return Profile(
        source_id=row["id"],
        kind=ProfileKind(row["kind"] or ProfileKind.PERSON),
        first_name=row["first_name"] or None,
        last_name=row["last_name"] or None,
        birth_date=born if len(born) == len("1980-05-17") else None,
        emails=[Email(each) for each in row["email"].split(";") if each],
        phones=[Phone(each) for each in row["phone"].split(";") if each],
        addresses=[Address(**address)] if any(address.values()) else [],
        loyalty=[Loyalty(programme, number) for programme, _, number in loyalty],
        card_token=row["card_token"] or None,
    )


def _recognised(ids: Sequence[int], now: datetime) -> Ran:
    """Recognise each in a transaction of its own, and note how long it took until it was durable."""
    ran, begun = Ran(), clock.monotonic()
    for id_ in ids:
        at = clock.monotonic()
        with scope.everything():
            admitting.admit([id_], now)
        ran.waits.append(clock.monotonic() - at)
    ran.seconds = clock.monotonic() - begun
    return ran


def _check_hub(ids: Sequence[int]) -> None:
    """One finding for the hub, and nobody joined by its address alone."""
    with scope.everything(), connection.cursor() as cursor:
        findings = ValueStat.objects.filter(
            field="email", state="generic", profiles__gte=len(ids)
        ).count()
        cursor.execute(
            """SELECT count(*) FROM edge e JOIN identity_event v
                   ON least(v.one, v.other) = e.one AND greatest(v.one, v.other) = e.other
                WHERE e.one = ANY(%s) AND v.kind = ANY(%s) AND e.levels[4] = 0""",
            [list(ids), [IdentityEvent.Kind.MERGED, IdentityEvent.Kind.ATTACHED]],
        )
        (joined,) = cursor.fetchone()
    if findings != 1 or joined:
        raise Refused(
            f"The hub made {findings} findings and joined {joined} pairs.", "bench_broken"
        )
