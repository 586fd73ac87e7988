"""What a mapping would read of a file, without keeping any of it: for a person's eye."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from staytrue.connectors.base import Settings, Translated
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.opening import Opened, open_file, read_lines
from staytrue.connectors.export_files.translate import translator
from staytrue.hotel.records import Parked, Profile, Reservation

Item = TypeVar("Item")
SHOWN = 5
PARKED_SHOWN = 20


@dataclass
class Reading:
    """Counts by status, the first records, what was parked and why, which words are unknown."""

    opened: Opened
    statuses: Counter[str] = field(default_factory=Counter)
    profiles: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)
    unknown_words: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    first_reservations: list[Reservation] = field(default_factory=list)
    first_profiles: list[Profile] = field(default_factory=list)
    first_parked: list[Parked] = field(default_factory=list)

    @property
    def reservations(self) -> int:
        """How many reservations were read."""
        return self.statuses.total()

    def add(self, translated: Translated) -> None:
        """Counts one line."""
        self.statuses.update(str(one.status) for one in translated.reservations)
        self.profiles += len(translated.profiles)
        if translated.skipped:
            self.skipped[translated.skipped] += 1
        for one in translated.parked:
            self.parked[one.code] += 1
        for finding in translated.findings:
            self.findings[finding.code] += 1
            if finding.code == "unknown_word":
                self.unknown_words[finding.facts["field"], finding.facts["word"]] += 1
        _fill(self.first_reservations, translated.reservations, SHOWN)
        _fill(self.first_profiles, translated.profiles, SHOWN)
        _fill(self.first_parked, translated.parked, PARKED_SHOWN)


def check(path: Path, mapping: Mapping, settings: Settings, *, spool: Path) -> Reading:
    """Reads the whole file by the mapping; a file that would be refused is refused."""
    reading = Reading(open_file(path, mapping, spool=spool, zone=settings.zone))
    try:
        for translated in translator(mapping, settings).translate(read_lines(spool, mapping)):
            reading.add(translated)
    finally:
        spool.unlink(missing_ok=True)
    return reading


def _fill(shown: list[Item], found: list[Item], most: int) -> None:
    if len(shown) < most:
        shown.extend(found[: most - len(shown)])
