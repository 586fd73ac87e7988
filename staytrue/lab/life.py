"""The life of a record: every version it had, with the instant at which it became true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Record = TypeVar("Record")


@dataclass(slots=True)
class Life(Generic[Record]):
    """Versions in order of time: (instant, what happened, the record from then on)."""

    versions: list[tuple[datetime, str, Record]]

    def state_at(self, instant: datetime) -> Record | None:
        """What the PMS held at this instant; `None` before the record was made."""
        for at, _, record in reversed(self.versions):
            if at <= instant:
                return record
        return None

    def then(self, at: datetime, what: str, record: Record) -> None:
        """Add what happened next."""
        self.versions.append((at, what, record))

    @property
    def first_at(self) -> datetime:
        """When the record was made."""
        return self.versions[0][0]

    @property
    def last(self) -> Record:
        """How it ends."""
        return self.versions[-1][2]
