"""A hotel known by its daily files alone: what it exports, what befalls the files, where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from staytrue.inbox.models import Connection
from staytrue.lab import files
from staytrue.lab.files import Delivery, Vices
from staytrue.lab.rigs.weather import Rates
from staytrue.lab.rigs.world import Hotel

EXPORT_MINUTE = 3 * 60 + 10
TAKEN_WITHIN = timedelta(hours=1)
MAPPINGS = {"guests_*": "staytrue_guests", "stays_*": "staytrue_stays"}
MISSING, LATE, CUT, AGAIN = 0.02, 0.03, 0.005, 0.003


@dataclass
class DailyHouse:
    """A house whose PMS writes its files each night into a folder that we watch."""

    hotel: Hotel
    folder: Path
    rates: Rates
    seed: int = 1
    link: Connection | None = None
    happened: dict[str, int] = field(default_factory=dict)
    _laid_at: datetime | None = None
    _next: date | None = None
    _late: list[tuple[datetime, Delivery]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} files")
        self.outbox = self.folder / "outbox"
        self.outbox.mkdir(parents=True, exist_ok=True)

    def history(self, at: datetime) -> Delivery:
        """Everything so far, for the first load."""
        made = files.write_delivery(self.folder / "history", self.hotel.world, at, history=True)
        self._next = at.astimezone(self.hotel.house.zone).date() + timedelta(days=1)
        return made

    @property
    def next_at(self) -> datetime | None:
        """When it next exports, or lays files."""
        if self._next is None:
            return None
        export = self.hotel.house.instant(self._next, EXPORT_MINUTE)
        return min([export, *(due for due, _ in self._late)])

    def live(self, now: datetime) -> Iterator[tuple[datetime, Delivery]]:
        """Lay what is due by now where we look; the deliveries that came whole."""
        while self._next and (at := self.hotel.house.instant(self._next, EXPORT_MINUTE)) <= now:
            self._next += timedelta(days=1)
            self._export(at)
        for due, made in [each for each in self._late if each[0] <= now]:
            self._late.remove((due, made))
            for path in made.paths:
                path.rename(self.outbox / path.name)
            if made.vices.cut == 1:
                yield now, made
            self._laid_at = now

    def is_awaited(self, now: datetime) -> bool:
        """Whether files came so lately that they may not have been taken yet."""
        return self._laid_at is not None and now - self._laid_at < TAKEN_WITHIN

    def _export(self, at: datetime) -> None:
        is_faulty = self.rates.too_many > 0
        roll = self.chance.random() if is_faulty else 1.0
        if roll < MISSING:
            self._count("file_missing")
            return
        vices = Vices()
        if roll < MISSING + LATE:
            self._count("file_late")
            due = at + timedelta(minutes=self.chance.randrange(20, 600))
        else:
            due = at + timedelta(minutes=5)
        if MISSING + LATE < roll < MISSING + LATE + CUT:
            self._count("file_cut")
            vices = Vices(cut=0.6)
        elif MISSING + LATE + CUT < roll < MISSING + LATE + CUT + AGAIN:
            self._count("file_of_yesterday")
            vices = Vices(yesterday=True)
        made = files.write_delivery(self.folder / "made", self.hotel.world, at, vices=vices)
        self._late.append((due, made))

    def _count(self, name: str) -> None:
        self.happened[name] = self.happened.get(name, 0) + 1
