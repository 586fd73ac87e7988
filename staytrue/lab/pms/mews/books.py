"""The tables of the simulated PMS: each row with its versions, found by id or by when it changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Row = dict[str, Any]


def utc(moment: datetime) -> str:
    """An instant as Mews writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """An instant as Mews reads it."""
    return datetime.fromisoformat(text).astimezone(UTC)


class Books:
    """All tables. A change may become visible later than it is dated, and dated by a wrong clock:
    `behind` is what the PMS's clock lacks, from now on.
    """

    def __init__(self, seed: int, behind: timedelta = timedelta()) -> None:
        self._seed = seed
        self.behind = behind
        self._rows: dict[str, dict[str, list[tuple[datetime, Row | None]]]] = {}
        self._log: dict[str, list[tuple[datetime, str]]] = {}
        self._index: dict[tuple[str, str], dict[str, set[str]]] = {}

    def id(self, kind: str, key: object) -> str:
        """The id of a thing: the same in every run of the seed."""
        return str(uuid5(NAMESPACE_URL, f"mews:{self._seed}:{kind}:{key}"))

    def put(self, table: str, row: Row, at: datetime, visible_at: datetime | None = None) -> None:
        """A row as it is from now on."""
        row = {**row, "UpdatedUtc": utc(at - self.behind)}
        versions = self._rows.setdefault(table, {}).setdefault(row["Id"], [])
        versions.append((visible_at or at, row))
        self._indexed(table, row)
        # In order of the stamps, also when the PMS's clock was set back.
        insort(self._log.setdefault(table, []), (moment(row["UpdatedUtc"]), row["Id"]))

    def overwrite(self, table: str, row: Row, at: datetime) -> None:
        """A change that the row's UpdatedUtc does not tell."""
        self._rows[table][row["Id"]].append((at, row))
        self._indexed(table, row)

    def remove(self, table: str, id: str, at: datetime) -> None:
        """A row that is gone without a trace."""
        self._rows[table][id].append((at, None))

    def newest(self, table: str, id: str) -> Row | None:
        """The last version of a row, visible or not."""
        versions = self._rows.get(table, {}).get(id)
        return versions[-1][1] if versions else None

    def row(self, table: str, id: str, now: datetime) -> Row | None:
        """A row as it shows now."""
        for visible_at, row in reversed(self._rows.get(table, {}).get(id, [])):
            if visible_at <= now:
                return row
        return None

    def rows(self, table: str, now: datetime) -> Iterator[Row]:
        """All rows that show now."""
        for id in self._rows.get(table, {}):
            if (row := self.row(table, id, now)) is not None:
                yield row

    def where(self, table: str, field: str, values: Iterable[str], now: datetime) -> Iterator[Row]:
        """Rows that show one of these values in a field."""
        wanted = set(values)
        index = self._index.get((table, field))
        if index is None:
            index = self._index[table, field] = {}
            for versions in self._rows.get(table, {}).values():
                for _, row in versions:
                    if row is not None:
                        index.setdefault(str(row.get(field)), set()).add(row["Id"])
        for id in sorted({id for value in wanted for id in index.get(value, ())}):
            row = self.row(table, id, now)
            if row is not None and row.get(field) in wanted:
                yield row

    def _indexed(self, table: str, row: Row) -> None:
        for (known, field), index in self._index.items():
            if known == table:
                index.setdefault(str(row.get(field)), set()).add(row["Id"])

    def changed(self, table: str, first: datetime, last: datetime, now: datetime) -> Iterator[Row]:
        """Rows whose UpdatedUtc lies in a window, both ends included."""
        log = self._log.get(table, [])
        begin = bisect_left(log, (first, ""))
        end = bisect_right(log, (last, "~"))
        for id in dict.fromkeys(id for _, id in log[begin:end]):
            row = self.row(table, id, now)
            if row and first <= moment(row["UpdatedUtc"]) <= last:
                yield row
