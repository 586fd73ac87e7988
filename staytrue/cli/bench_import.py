"""The import bench: a history of bookings and profiles against plain COPY of the rows it leaves.

The yardstick is COPY on one connection, into equal tables with equal indexes, of every row that
the import left behind: reservations, profiles, rosters, changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, Memory, fresh_home
from staytrue.flow import intake
from staytrue.hotel import actions as hotel
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit import clock, database
from staytrue.kit.errors import Refused
from staytrue.lab import bulk
from staytrue.lab.bulk import BulkFiles
from staytrue.staff import audit

_TABLES = ("profile", "reservation", "roster", "change")
_LIMIT_MB = 1_000
_GROWTH = 10
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Size:
    """How many of each; `home` is where what a bench fills is kept and found again."""

    reservations: int
    profiles: int
    guests: int = 200_000
    crowd: int = 1_000_000
    home: Path | None = None

    @property
    def rows(self) -> int:
        """Lines of both files."""
        return self.reservations + self.profiles


def measures(size: Size) -> Iterator[Measure]:
    """Speed, memory, growth from a tenth, and the same again with one row in a hundred changed."""
    tenth = Size(size.reservations // _GROWTH, size.profiles // _GROWTH)
    with fresh_home() as home, _connection() as link:
        small = take(link, _written(home, tenth), tenth)
    with fresh_home() as home, _connection() as link:
        files = _written(home, size)
        with Memory() as memory:
            first = take(link, files, size)
        copied = _copy_seconds(home)
        yield Measure(
            "import",
            round(size.rows / first),
            "rows/s",
            round(size.rows / copied),
            round(copied / first, 3),
        )
        peak = memory.peak_bytes / 1_000_000
        yield Measure("import.memory", round(peak), "MB", _LIMIT_MB, round(peak / _LIMIT_MB, 3))
        yield Measure(
            "import.growth", round(first, 2), "s", round(small, 2), round(first / small, 2)
        )
        again = take(link, bulk.mutate(files), size)
        yield Measure(
            "import.again", round(again, 2), "s", round(first, 2), round(first / again, 2)
        )


@contextmanager
def _connection() -> Iterator[Connection]:
    now = clock.now()
    with scope.everything(), audit.acting(ACTOR, now):
        house = hotel.add_property(
            "BIO", name="Hotel Sirga", timezone="Europe/Madrid", country="ES", currency="EUR"
        )
        link = inbox.connect("bench", house, "export_files", {}, now=now)
    yield link


def _written(home: Path, size: Size) -> BulkFiles:
    return bulk.write_bulk(home / "files", size.reservations, size.profiles)


def take(link: Connection, files: BulkFiles, size: Size) -> float:
    """Seconds of importing both files, through the same door as any other."""
    seconds = 0.0
    for path, mapping, count in (
        (files.guests, "staytrue_guests", size.profiles),
        (files.stays, "staytrue_stays", size.reservations),
    ):
        outcome = intake.import_file(link, path, mapping=mapping, history=True, now=clock.now())
        if outcome.refused or outcome.read != count or outcome.parked_count:
            raise Refused(
                f"The bench's own file was not taken whole: {outcome.as_json()}", "bench_broken"
            )
        seconds += outcome.seconds
    return seconds


def _copy_seconds(home: Path) -> float:
    """Seconds of COPY alone, of the same rows into equal tables."""
    with database.address("owner").connect() as server:
        server.execute("SELECT set_config('staytrue.properties', '*', false)")
        for table in _TABLES:
            with (
                (home / table).open("wb") as out,
                server.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as rows,
            ):
                for block in rows:
                    out.write(block)
            server.execute(f"CREATE TABLE yardstick_{table} (LIKE {table} INCLUDING ALL)")
        server.commit()
        started = clock.monotonic()
        for table in _TABLES:
            with (
                (home / table).open("rb") as rows,
                server.cursor().copy(f"COPY yardstick_{table} FROM STDIN") as copy,
            ):
                while block := rows.read(_BLOCK):
                    copy.write(block)
            server.commit()
        seconds = clock.monotonic() - started
        for table in _TABLES:
            server.execute(f"DROP TABLE yardstick_{table}")
        server.commit()
    return seconds
