"""Records that no reader expects: an unknown word, a new field, another type, nothing, half a character.

The PMS itself knows better: what is so in it stays so, only how it shows a record is strange.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from staytrue.connectors.base import Http
from staytrue.kit.http import Response
from staytrue.lab.pms.sql_views import Fonda
from staytrue.lab.pms.sql_views.tables import Row


class Fault(StrEnum):
    """What is strange about a record."""

    WORD = "unknown word"
    FIELD = "new field"
    TYPE = "other type"
    NOTHING = "nothing"  # where a value must be
    ZERO = "zero character"  # no text can hold it
    HALF = "half a character"  # no reader of JSON in UTF-8 agrees about it


Spoil = Callable[[Row], None]
_ANYWHERE: dict[Fault, Spoil] = {
    Fault.FIELD: lambda row: row.update(mood={"level": 3, "since": ["May"]}),
    Fault.ZERO: lambda row: row.update(mood="\0"),
    Fault.HALF: lambda row: row.update(mood="\ud83d"),
}
_MEWS: dict[Fault, Spoil] = _ANYWHERE | {
    Fault.WORD: lambda row: row.update(State="Frozen"),
    Fault.TYPE: lambda row: row.update(ScheduledStartUtc={"Utc": row["ScheduledStartUtc"]}),
    Fault.NOTHING: lambda row: row.update(ScheduledEndUtc=None),
}
_DETAIL: dict[Fault, Spoil] = _ANYWHERE | {
    Fault.WORD: lambda row: row.update(reservationStatus="Frozen"),
    Fault.TYPE: lambda row: row["roomStay"].update(arrivalDate={"on": "2026-05-21"}),
    Fault.NOTHING: lambda row: row["roomStay"].update(departureDate=None),
}
_SUMMARY: dict[Fault, Spoil] = _ANYWHERE | {
    Fault.WORD: lambda row: row.update(resvStatus="FROZEN"),
    Fault.TYPE: lambda row: row.update(arrival={"on": "2026-05-21"}),
    Fault.NOTHING: lambda row: row.update(departure=None),
}


@dataclass
class StrangeAnswers:
    """The way to a PMS that shows some of its records strangely, by number or a guest's id."""

    http: Http
    faults: dict[str, Fault] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)

    def begin(self, key: str, fault: Fault, at: datetime) -> None:
        """From now on this record is shown strangely."""
        del at
        self.faults[key.partition("/")[0]] = fault

    def end(self) -> None:
        """Every record is shown as it is again."""
        self.faults.clear()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The answer, some of its records strange."""
        answer = self.http.request(method, url, headers=headers, body=body)
        if not self.faults or answer.status != 200 or not answer.body.startswith(b"{"):
            return answer
        said = json.loads(answer.body)
        for key, row, ways in _records(said):
            if fault := self.faults.get(key):
                ways[fault](row)
                self.shown.add(key)
        return replace(answer, body=json.dumps(said).encode())


def _records(said: Any) -> Iterator[tuple[str, Row, Mapping[Fault, Spoil]]]:
    """Every record of an answer with its key, and how one of its kind becomes strange."""
    for row in _objects(said):
        if "ScheduledStartUtc" in row:
            yield str(row["Number"]), row, _MEWS
        elif "LastName" in row:
            yield str(row["Id"]), row, _ANYWHERE
        elif number := _id_in(row.get("reservationIdList"), "Reservation"):
            yield number, row, _SUMMARY if "resvStatus" in row else _DETAIL
        elif "profileDetails" in row and (guest := _id_in(row.get("profileIdList"), "Profile")):
            yield guest, row, _ANYWHERE


def _objects(value: Any) -> Iterator[Row]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _objects(inner)


def _id_in(told: Any, kind: str) -> str | None:
    ids = told if isinstance(told, list) else [told] if told else []
    return next((one["id"] for one in ids if one.get("type") == kind), None)


# What a typed column can still hold. Dates may lie where no calendar of ours goes.
_COLUMNS: Mapping[Fault, Row] = {
    Fault.WORD: {"sts": "FRZ"},
    Fault.TYPE: {"price": "NaN"},
    Fault.NOTHING: {"arr": None},
    Fault.ZERO: {"dep": "infinity"},
    Fault.HALF: {"dep": "20260-05-21"},
}


@dataclass
class StrangeRows:
    """Rows of a PMS's own tables that hold what they should not, by number and line."""

    pms: Fonda
    faults: dict[str, tuple[Fault, datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pms.tables.owner.execute("ALTER TABLE pms.booking ALTER arr DROP NOT NULL")

    def begin(self, key: str, fault: Fault, at: datetime) -> None:
        """From now on this row holds something strange, stamped as changed."""
        if fault in _COLUMNS:
            self.faults[key] = fault, at
            self.pms.tables.put("booking", {**self._row(key), **_COLUMNS[fault], "changed": at})

    def end(self) -> None:
        """Every row is what it should be, and bears the stamp of its own last change."""
        for key in self.faults:
            self.pms.tables.put("booking", self._row(key))
        self.faults.clear()

    def _row(self, key: str) -> Row:
        number, line = map(int, key.split("/"))
        return self.pms.script.row(number, line)
