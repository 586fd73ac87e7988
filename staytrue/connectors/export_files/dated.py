"""Reads a word whose meaning changed with time: the day the booking was made decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.connectors.export_files.compile import Notes, Row, TextReader
from staytrue.connectors.export_files.mapping_words import DatedTable
from staytrue.kit.text import fold


class DatedReader:
    """One coded field. Without a creation day, or on a day no entry holds, the plain table counts."""

    def __init__(
        self, field: str, text: TextReader, table: dict[str, Any], dated: DatedTable, other: Any
    ) -> None:
        self.field, self.text, self.table, self.dated, self.other = (
            field, text, table, dated, other,
        )  # fmt: skip

    def read(self, row: Row, made_on: date | None, notes: Notes) -> tuple[Any, str | None]:
        """The code and the word it came from."""
        word = self.text(row)
        if word is None:
            return self.other, None
        key = fold(word)
        entries = self.dated.get(key, ()) if made_on else ()
        code = next((code for span, code in entries if made_on and span.holds(made_on)), None)
        if code is None:
            code = self.table.get(key)
        if code is None:
            notes.append(("unknown_word", {"field": self.field, "word": word}))
            code = self.other
        return code, word


def local_day(moment: datetime | date | None, zone: ZoneInfo) -> date | None:
    """The hotel's calendar day of an instant."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
