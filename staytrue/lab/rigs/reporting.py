"""What a simulation came to, on one page: broken promises first, then the figures (SIMULATION 7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from staytrue.lab.rigs.oracle import Violation

STORY_LINES = 40
SENT_LEAST = 0.995
"""So much of what is surely due leaves in normal weather, or it is safety by silence."""


@dataclass
class Told:
    """A broken promise with the seed that shows it again, and the story of its stay."""

    seed: int
    violation: Violation
    story: list[tuple[datetime, str]]

    def lines(self) -> list[str]:
        """As a person reads it."""
        broken = self.violation
        head = f"{broken.invariant} broken at {broken.at:%Y-%m-%d %H:%M:%S} UTC: {broken.what}"
        where = f"hotel {broken.hotel}, stay {broken.booking}, world {self.seed}"
        told = [f"  {at:%m-%d %H:%M:%S} {what}" for at, what in self.story[-STORY_LINES:]]
        return [head, where, *told]


@dataclass
class Report:
    """The figures of all worlds of one simulation."""

    rig: str
    seed: int
    bookings: int = 0
    worlds: int = 0
    steps: int = 0
    sent: int = 0
    unknown: int = 0
    kills: int = 0
    asked: int = 0
    modes: Counter[str] = field(default_factory=Counter)
    due: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    sent_by_feed: Counter[str] = field(default_factory=Counter)
    unknowable: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: list[Told] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    repeated: int = 0

    @property
    def sent_in_normal(self) -> float:
        """The share of what was surely due, and waited for no person, that left in normal worlds."""
        counts = {how: n for (mode, how), n in self.due.items() if mode == "normal"}
        due = sum(n for how, n in counts.items() if how != "waits for a person")
        left = counts.get("on time", 0) + counts.get("late", 0)
        return left / due if due else 1.0

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept, also the one not to be silent."""
        return not self.broken and self.sent_in_normal >= SENT_LEAST

    def per_100_000(self) -> dict[str, float]:
        """Wrong messages that nobody could know to be wrong, per 100,000 sent, by feed."""
        wrong: Counter[str] = Counter()
        for (feed, _), count in self.unknowable.items():
            wrong[feed] += count
        return {
            feed: round(100_000 * wrong[feed] / sent, 1)
            for feed, sent in sorted(self.sent_by_feed.items()) if sent
        }  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "rig": self.rig, "seed": self.seed, "bookings": self.bookings, "worlds": self.worlds,
            "steps": self.steps, "modes": dict(self.modes), "sent": self.sent,
            "unknown": self.unknown, "kills": self.kills, "asked_of_people": self.asked,
            "due": {f"{mode}: {how}": n for (mode, how), n in sorted(self.due.items())},
            "sent_in_normal": round(self.sent_in_normal, 5),
            "held": dict(self.held.most_common()), "ended": dict(self.ended.most_common()),
            "unknowable_per_100_000": self.per_100_000(), "repeated": self.repeated,
            "clean": self.is_clean,
            "broken": [
                {"invariant": each.violation.invariant, "world": each.seed,
                 "hotel": each.violation.hotel, "stay": each.violation.booking,
                 "at": each.violation.at.isoformat(), "what": each.violation.what}
                for each in self.broken
            ],
        }  # fmt: skip
