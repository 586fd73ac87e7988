"""The dry-run bench: a draft of the programme tried on every past stay of a large hotel.

The stays come from its PMS's export; accounts and what was counted so far are written at once, for
a million check-outs of their own would take an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from staytrue.cli import bench_import
from staytrue.cli.bench_import import Size
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, Memory, kept_home
from staytrue.guests import links
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.kit import clock, database
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.lab import bulk
from staytrue.loyalty import dry_runs, modules, versions
from staytrue.staff import audit
from staytrue.staff.access import house_access

_LIMIT = timedelta(seconds=60)
_OF = 1_000_000
_LIMIT_MB = 1_000
_PIECE = 50_000
_FIRST = date(2000, 1, 1)
_LIVE = {"terms": {"default": {"key": "default", "per": "night", "points": 25}}}
_DRAFT = {
    "terms": {
        "rules": [
            {"key": "long", "per": "night", "points": 40, "only": {"nights_min": 4},
             "dates": {"first": "2025-01-01", "last": "2025-12-31", "by": "any_night",
                       "share": "nights"}},
            {"key": "spent", "per": "unit", "points": "0.5", "of": ["room", "extra"]},
        ],
        "default": {"key": "default", "per": "night", "points": 25},
        "combine": "sum",
    },
    "ladder": {
        "tiers": [
            {"key": "silver", "name": "Silver", "any_of": [[{"measure": "nights", "at_least": 10}]]},
            {"key": "gold", "name": "Gold", "any_of": [
                [{"measure": "points", "at_least": 2000}],
                [{"measure": "stays", "at_least": 5}, {"measure": "spend", "at_least": 3000}]]},
        ]
    },
    "expires_after": 24,
}  # fmt: skip


def measures(size: Size) -> Iterator[Measure]:
    """Seconds and memory of one dry run over all past stays, with tiers, bills and pro-rata."""
    with kept_home(size.home) as home:
        now = clock.now()
        _prepare(home, size, now)
        with scope.everything(), audit.acting(ACTOR, now):
            versions.write(house_access(ACTOR), _DRAFT, now)
        told = dry_runs.ask(house_access(ACTOR), _FIRST, now.date(), now)
        with Memory() as memory:
            started = clock.monotonic()
            dry_runs.count_waiting(now)
            seconds = clock.monotonic() - started
        with scope.everything():
            told.refresh_from_db()
    if not told.ended_at or told.done < size.reservations // 2 or not told.result["points"]:
        raise Refused(f"{told.done} stays were tried.", "bench_broken")
    limit = round(_LIMIT.total_seconds() * told.done / _OF, 3)
    yield Measure("dry_run", round(seconds, 2), "s", limit, round(seconds / limit, 3))
    yield Measure("dry_run.stays", told.done, "stays", None, None)
    peak = memory.peak_bytes / 1_000_000
    yield Measure("dry_run.memory", round(peak), "MB", _LIMIT_MB, round(peak / _LIMIT_MB, 3))


def _prepare(home: Path, size: Size, now: datetime) -> None:
    """The hotel with its past stays; one that this home has already is taken as it is."""
    with scope.everything():
        ((stays,),) = ask("SELECT count(*) FROM reservation")
    if not stays:
        _build(home, size, now)
    elif stays != size.reservations:
        raise Refused(
            f"The home holds {stays} stays, not {size.reservations}. Say --reservations {stays}, or"
            " give another home.",
            "bench_other_home",
        )


def _build(home: Path, size: Size, now: datetime) -> None:
    """The hotel and its past stays with their bills, members all of them."""
    access = house_access(ACTOR)
    with scope.everything(), audit.acting(ACTOR, now):
        house = hotel.add_property(
            "BIO", name="Hotel Sirga", timezone="Europe/Madrid", country="ES", currency="EUR"
        )
        link = inbox.connect("bench", house, "export_files", {}, now=now)
    files = bulk.write_bulk(home / "files", size.reservations, size.profiles)
    bench_import.take(link, files, size)
    with scope.everything():
        profiles = [id_ for (id_,) in ask("SELECT id FROM profile ORDER BY id")]
    for at in range(0, len(profiles), _PIECE):
        piece = profiles[at : at + _PIECE]
        with scope.everything():
            opened = links.open_guests(len(piece), now)
            event = links.note(links.Act(links.Kind.CREATED, ACTOR), now)
            links.move(dict(zip(piece, opened, strict=True)), event, now)
    with scope.everything(), audit.acting(ACTOR, now):
        modules.turn(access, None, now, on=True)
        live = versions.write(access, _LIVE, now)
        versions.go_live(access, live.number, _FIRST, now)
    with database.address("owner").connect(autocommit=True) as server:
        server.execute("SELECT set_config('staytrue.properties', '*', false)")
        for statement in _FILLED:
            server.execute(statement, {"now": now, "version": live.pk})
        # As a server's own autovacuum does sooner or later.
        server.execute("VACUUM ANALYZE")


_FILLED = (
    """UPDATE reservation SET folio = jsonb_build_array(
         jsonb_build_object('line', '1', 'kind', 'room', 'amount', room_amount::text,
                            'currency', 'EUR'),
         jsonb_build_object('line', '2', 'kind', 'extra', 'amount', coalesce(extras_amount, 0)::text,
                            'currency', 'EUR'),
         jsonb_build_object('line', '3', 'kind', 'payment', 'amount', (-amount)::text,
                            'currency', 'EUR'))
        WHERE status = 'checked_out' AND room_amount IS NOT NULL""",
    """INSERT INTO account (profile_id, property_id, opened_at, opened_on, opened_by, phone_1,
                            phone_2, email, empty, taken_at)
       SELECT p.id, min(r.property_id), %(now)s, min(r.departure_on), 'bench', '', '', '', '{}',
              %(now)s
         FROM reservation r JOIN profile p
           ON p.connection_id = r.connection_id AND p.source_id = r.primary_profile
        WHERE r.status = 'checked_out' GROUP BY p.id""",
    """INSERT INTO checkout (reservation_id, property_id, left_on, nights, outcome, why, word,
                             profile_id, account_id, considered_at)
       SELECT r.id, r.property_id, r.departure_on, r.departure_on - r.arrival_on, 'member', '', '',
              p.id, a.id, %(now)s
         FROM reservation r JOIN profile p
           ON p.connection_id = r.connection_id AND p.source_id = r.primary_profile
         JOIN account a ON a.profile_id = p.id WHERE r.status = 'checked_out'""",
    """INSERT INTO counted_stay (reservation_id, property_id, profile_id, version_id, left_on,
                                 nights, spend, points, why, facts, parts, counted_at)
       SELECT o.reservation_id, o.property_id, o.profile_id, %(version)s, o.left_on, o.nights,
              coalesce(r.amount, 0), 25 * o.nights, '', '{}', '[]', %(now)s
         FROM checkout o JOIN reservation r ON r.id = o.reservation_id""",
    """INSERT INTO points_entry (profile_id, property_id, kind, points, lot_on, at, reservation_id,
                                 version_id, ordinal, inputs, actor, reason)
       SELECT profile_id, property_id, 'award', points, left_on, counted_at, reservation_id,
              version_id, 1, '[]', 'bench', '' FROM counted_stay WHERE points > 0""",
)
