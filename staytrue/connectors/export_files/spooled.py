"""What is known of a file after its text was checked and written as it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from staytrue.kit.errors import Refused


@dataclass
class Spooled:
    """Counts and titles of a written spool. `top` are the first rows, for the instant in a cell."""

    records: int = 0
    masked_cards: int = 0
    columns: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    top: list[Any] = field(default_factory=list)

    def check_end(self, end: re.Pattern[str] | None, last: str) -> None:
        """Where the mapping says how a complete file ends, it must end so; a count must be right."""
        if end is None:
            return
        match = end.search(last)
        if not match:
            raise Refused(
                "The file does not end with the line that the mapping expects at its end: it was "
                "cut. Send it again; nothing of it was taken.",
                "truncated",
            )
        self.records -= 1
        if match.groups() and int(match[1]) != self.records:
            raise Refused(
                f"The file says at its end that it has {match[1]} records and has {self.records}. "
                "Send it again; nothing of it was taken.",
                "truncated",
                said=int(match[1]),
                found=self.records,
            )
