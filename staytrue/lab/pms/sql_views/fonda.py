"""The simulated PMS of a small hotel: a database of its own, with a login that reads two views.

What its owner does to it in virtual time is the script's; what networks, updates and
administrators do to its readers is here.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from importlib import resources
from types import TracebackType
from typing import Any, Self

from psycopg import sql

from staytrue.lab.bookings import World
from staytrue.lab.pms.sql_views.quirks import ALL, Quirk
from staytrue.lab.pms.sql_views.relay import Relay
from staytrue.lab.pms.sql_views.schema import KEYS, TABLES, views
from staytrue.lab.pms.sql_views.script import Script, Truth
from staytrue.lab.pms.sql_views.tables import Connect, Tables
from staytrue.lab.streams import stream

MAPPING = resources.files(__package__).joinpath("mapping.toml").read_text("utf-8")
CUT, SLOW = 0.02, 0.01
FOREIGN = "MONTANA"
# What befalls the views or the login, on which day and for how many hours, until a person mends it.
TROUBLES = (
    (Quirk.RENAMED, 6, 3, "ALTER VIEW staytrue.stays RENAME COLUMN dep TO departure"),
    (Quirk.DROPPED, 12, 2, "DROP VIEW staytrue.guests"),
    (Quirk.MAY_WRITE, 17, 4, "GRANT UPDATE ON pms.guest TO {reader}"),
)


class Fonda:
    """One house. `connect` opens sessions of the PMS's own login in its empty database."""

    def __init__(
        self,
        world: World,
        now: Callable[[], datetime],
        connect: Connect,
        *,
        reader: str,
        relay: Relay | None = None,
        seed: int = 1,
        quirks: frozenset[Quirk] = ALL,
        script: type[Script] = Script,
    ) -> None:
        self.now, self.quirks, self.reader, self.relay = now, quirks, reader, relay
        self.tables = Tables(connect)
        self.zone = str(world.house.zone)
        self.begun_at = now()
        self.ends_at: datetime | None = None
        self.shown_as = ""
        self.present: set[Quirk] = set()
        self.script = script(world, seed, quirks, self.tables)
        self._stream = stream(seed, "sql_views line")
        self._run(TABLES)
        self.mend()
        with self.tables.owner.transaction():
            self.script.play(self.begun_at)
            if Quirk.FOREIGN_ROWS in quirks:
                self._run(f"""
                    INSERT INTO pms.booking SELECT (jsonb_populate_record(b, jsonb_build_object(
                      'house', '{FOREIGN}', 'booking_no', b.booking_no + 900000))).*
                    FROM pms.booking b ORDER BY b.booking_no LIMIT 20""")
        self.script.begin(self.begun_at)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.tables.close()

    @property
    def truth(self) -> Truth:
        """What is so in the PMS now."""
        return self.script.truth

    def tick(self) -> None:
        """Let happen what happens until now, and what will befall the next look."""
        self.tables.unlock()
        self.script.play(min(self.now(), self.ends_at or self.now()))
        if self.ends_at:
            return
        self._befall()
        rng = self._stream
        slow, cut = rng.random() < SLOW, rng.random() < CUT
        if Quirk.SLOW in self.quirks and slow:
            self.tables.lock(rng.choice(("guest", "booking")))
        if Quirk.CUT in self.quirks and cut and self.relay:
            self.relay.cut(rng.randrange(2_000, 40_000))

    def rest(self) -> None:
        """From now on nothing happens any more; all transactions end and all troubles are mended."""
        self.tables.unlock()
        self.tables.settle()
        self.ends_at = self.now()
        self.mend()

    def back_up(self) -> None:
        """Every table as it is now goes to the safe."""
        self.tables.unlock()
        self.tables.settle()
        self._run("DROP SCHEMA IF EXISTS safe CASCADE; CREATE SCHEMA safe")
        for table in KEYS:
            self._run(f"CREATE TABLE safe.{table} AS TABLE pms.{table}")
        self._safe = deepcopy(self.script.state())

    def restore(self) -> None:
        """A disk died: the tables are what they were at the backup, and what came since is lost."""
        self.tables.unlock()
        self.tables.settle()
        with self.tables.owner.transaction():
            for table in KEYS:
                self._run(f"DELETE FROM pms.{table}")
                self._run(f"INSERT INTO pms.{table} TABLE safe.{table}")
        self.script.restore(deepcopy(self._safe))

    def renumber(self) -> str:
        """From now on the views show this house under another code; the new one."""
        self.shown_as = f"{self.script.house.code}2"
        self.mend()
        return self.shown_as

    def trouble(self, quirk: Quirk) -> None:
        """What an update of the PMS or an administrator does to our views or our login."""
        statement = next(told for which, _, _, told in TROUBLES if which is quirk)
        self._run(statement)
        self.present.add(quirk)

    def mend(self) -> None:
        """The administrator puts the views and the login's rights right."""
        code = self.script.house.code
        self._run(views(self.quirks, self.zone, code, self.shown_as or code))
        self._run("REVOKE ALL ON ALL TABLES IN SCHEMA pms FROM {reader}")
        self._run("GRANT USAGE ON SCHEMA staytrue TO {reader}")
        self._run("GRANT SELECT ON ALL TABLES IN SCHEMA staytrue TO {reader}")
        self.present.clear()

    def _befall(self) -> None:
        age = self.now() - self.begun_at
        for quirk, day, hours, _ in TROUBLES:
            if quirk not in self.quirks:
                continue
            begins = timedelta(days=day, hours=3)
            is_due = begins <= age < begins + timedelta(hours=hours)
            if is_due and quirk not in self.present:
                self.trouble(quirk)
            elif not is_due and quirk in self.present:
                self.mend()

    def _run(self, statement: str) -> None:
        told: Any = sql.SQL(statement)
        self.tables.owner.execute(told.format(reader=sql.Identifier(self.reader)))
