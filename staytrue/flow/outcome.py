"""What an import answers, to a person and to a machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from staytrue.kit.errors import Refused

SHOWN = 200


@dataclass
class Outcome:
    """The answer of one delivery. `refused` is a sentence when nothing was taken; `held` tells
    whether a person may release it. `parked` lists the parts, `parked_count` counts them all. `rehearsal` is of a dry run only: rows that name
    a record again, and profiles that share name and contact with another.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    parked: list[dict[str, Any]] = field(default_factory=list)
    parked_count: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    finding_count: int = 0
    out_of_sight: int = 0
    profiles: dict[str, int] = field(default_factory=dict)
    refused: str | None = None
    code: str = ""
    held: bool = False
    seen_before: bool = False
    delivery: int | None = None
    rehearsal: dict[str, int] | None = None
    seconds: float = 0.0

    @classmethod
    def refusal(cls, error: Refused) -> Outcome:
        """Nothing was taken, and why."""
        return cls(refused=error.sentence, code=error.code)

    def timed(self, seconds: float) -> Outcome:
        """The same, with how long it took."""
        self.seconds = round(seconds, 3)
        return self

    def as_json(self) -> dict[str, Any]:
        """The contract of `staytrue import --json`."""
        return {
            "read": self.read,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "parked": self.parked,
            "parked_count": self.parked_count,
            "findings": self.findings,
            "finding_count": self.finding_count,
            "out_of_sight": self.out_of_sight,
            "profiles": self.profiles,
            "refused": self.refused,
            "code": self.code,
            "held": self.held,
            "seen_before": self.seen_before,
            "delivery": self.delivery,
            "rehearsal": self.rehearsal,
            "seconds": self.seconds,
        }
