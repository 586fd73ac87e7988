"""What the simulated Mews answers to each question: filters, windows, pages from the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from staytrue.lab.pms.mews.books import Books, Row, moment, utc

QUARTER = timedelta(days=92)
A_MONTH = timedelta(days=31)
COUNT_MAX = 1_000
HEAVY_ROWS = 4_000
Question = dict[str, Any]


class Rejected(Exception):
    """An answer that is none: its status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


# Path of the operation → the table it reads, and its filters by ids → the field they look at.
_OF: dict[str, tuple[str, dict[str, str]]] = {
    "reservations/getAll/2023-06-06": ("Reservations", {
        "ReservationIds": "Id", "Numbers": "Number", "AccountIds": "AccountId",
        "ReservationGroupIds": "GroupId", "ServiceIds": "ServiceId",
    }),
    "customers/getAll": ("Customers", {"CustomerIds": "Id", "Emails": "Email"}),
    "companies/getAll": ("Companies", {"Ids": "Id"}),
    "companionships/getAll": ("Companionships", {
        "ReservationIds": "ReservationId", "CustomerIds": "CustomerId",
    }),
    "orderItems/getAll": ("OrderItems", {"ServiceOrderIds": "ServiceOrderId"}),
    "payments/getAll": ("Payments", {"PaymentIds": "Id", "ReservationIds": "ReservationId"}),
    "sourceAssignments/getAll/2024-09-20": ("SourceAssignments",
                                            {"ReservationIds": "ReservationId"}),
    "sources/getAll": ("Sources", {"SourceIds": "Id"}),
    "serviceOrderNotes/getAll": ("ServiceOrderNotes", {"ServiceOrderIds": "OrderId"}),
    "reservationGroups/getAll": ("ReservationGroups", {"ReservationGroupIds": "Id"}),
    "addresses/getAll": ("Addresses", {"AccountIds": "AccountId"}),
    "accountNotes/getAll": ("AccountNotes", {"AccountIds": "AccountId"}),
    "loyaltyMemberships/getAll": ("LoyaltyMemberships", {"AccountIds": "AccountId"}),
    "loyaltyPrograms/getAll": ("LoyaltyPrograms", {"LoyaltyProgramIds": "Id"}),
    "loyaltyTiers/getAll": ("LoyaltyTiers", {"LoyaltyTierIds": "Id"}),
    "services/getAll": ("Services", {"ServiceIds": "Id"}),
    "rates/getAll": ("Rates", {"RateIds": "Id"}),
    "resources/getAll": ("Resources", {"ResourceIds": "Id"}),
    "resourceCategories/getAll": ("ResourceCategories", {"ResourceCategoryIds": "Id"}),
    "resourceCategoryAssignments/getAll": ("ResourceCategoryAssignments",
                                           {"ResourceIds": "ResourceId"}),
    "ageCategories/getAll": ("AgeCategories", {"AgeCategoryIds": "Id"}),
    "businessSegments/getAll": ("BusinessSegments", {"Ids": "Id"}),
    "products/getAll": ("Products", {"ServiceIds": "ServiceId"}),
    "availabilityBlocks/getAll": ("AvailabilityBlocks", {"AvailabilityBlockIds": "Id"}),
}  # fmt: skip
NEEDS_EXTENT = {"customers/getAll", "rates/getAll", "resources/getAll", "availabilityBlocks/getAll"}
NEEDS_A_FILTER = {"customers/getAll", "companionships/getAll", "serviceOrderNotes/getAll"}


class Answers:
    """Reads the books for one question at one instant."""

    def __init__(self, books: Books, *, too_heavy: bool) -> None:
        self.books = books
        self.too_heavy = too_heavy
        self.exports: dict[str, tuple[datetime, Question]] = {}

    def to(self, path: str, question: Question, now: datetime) -> Row:
        """The answer, or Rejected."""
        if path == "configuration/get":
            enterprise = next(self.books.rows("Enterprises", now))
            return {"NowUtc": utc(now - self.books.behind), "Enterprise": enterprise}
        if path == "reservations/getChannelManagerDetails":
            return {"ChannelManagerDetails": []}
        if path == "exports/add":
            return {"Export": self._export(question, now)}
        if path == "exports/getAll":
            return {"Exports": [self._state(id, now) for id in question["ExportIds"]
                                if id in self.exports]}  # fmt: skip
        if path not in _OF:
            raise Rejected(404, "There is no such operation.")
        table, filters = _OF[path]
        self._check(path, question, filters)
        found = self._windowed(path, table, question, now)
        for name, field in filters.items():
            if (ids := question.get(name)) is None:
                continue
            if len(ids) > COUNT_MAX:
                raise Rejected(400, f"{name} holds too many values.")
            if found is None:
                found = self.books.where(table, field, ids, now)
            else:
                found = (row for row in found if row.get(field) in ids)
        found = self.books.rows(table, now) if found is None else found
        if states := question.get("ActivityStates"):
            found = (row for row in found if row.get("ActivityState", "Active") in states)
        elif path == "customers/getAll":
            found = (row for row in found if row["ActivityState"] == "Active")
        return self._page(table, list(found), question["Limitation"])

    def _check(self, path: str, question: Question, filters: Iterable[str]) -> None:
        limit = question.get("Limitation")
        if not isinstance(limit, dict) or not 1 <= limit.get("Count", 0) <= COUNT_MAX:
            raise Rejected(400, "Limitation is required, with a Count from 1 to 1000.")
        if path in NEEDS_EXTENT and "Extent" not in question:
            raise Rejected(400, "Extent is required.")
        if path in NEEDS_A_FILTER:
            windows = {"UpdatedUtc", "DeletedUtc"} if path == "customers/getAll" else set()
            if not any(question.get(name) for name in {*filters, *windows}):
                raise Rejected(400, "At least one filter is required.")

    def _windowed(
        self, path: str, table: str, question: Question, now: datetime
    ) -> Iterable[Row] | None:
        longest = A_MONTH if path.startswith("sourceAssignments") else QUARTER
        windows: dict[str, Callable[[datetime, datetime], Iterable[Row]]] = {
            "UpdatedUtc": lambda first, last: self.books.changed(table, first, last, now),
            "DeletedUtc": lambda first, last: (
                row for row in self.books.rows(table, now)
                if row.get("DeletedUtc") and first <= moment(row["DeletedUtc"]) <= last
            ),
            "CollidingUtc": lambda first, last: (
                row for row in self.books.rows(table, now)
                if moment(row["ScheduledStartUtc"]) <= last
                and moment(row["ScheduledEndUtc"]) >= first
            ),
        }  # fmt: skip
        for name, rows_in in windows.items():
            if (window := question.get(name)) is not None:
                first, last = moment(window["StartUtc"]), moment(window["EndUtc"])
                if last - first > longest:
                    raise Rejected(400, f"The interval {name} is too long.")
                rows = list(rows_in(first, last))
                if self.too_heavy and len(rows) > HEAVY_ROWS:
                    raise Rejected(408, "The question is too heavy.")
                return rows
        return None

    def _page(self, table: str, found: list[Row], limit: Row) -> Row:
        """The newest first; the cursor is the oldest of the page, None after the last."""
        found.sort(key=lambda row: (row["UpdatedUtc"], row["Id"]), reverse=True)
        start, cursor = 0, limit.get("Cursor")
        if cursor is not None:
            places = [place for place, row in enumerate(found) if row["Id"] == cursor]
            start = places[0] + 1 if places else len(found)
        page = found[start : start + limit["Count"]]
        return {table: page, "Cursor": page[-1]["Id"] if page else None}

    def _export(self, question: Question, now: datetime) -> Row:
        if any(now - begun < timedelta(minutes=5) for begun, _ in self.exports.values()):
            raise Rejected(400, "An export of this type is under way.")
        id = self.books.id("export", len(self.exports))
        self.exports[id] = (now, question)
        return self._state(id, now)

    def _state(self, id: str, now: datetime) -> Row:
        begun, question = self.exports[id]
        is_ready = now - begun >= timedelta(minutes=5)
        return {
            "Id": id,
            "EntityType": question["EntityType"],
            "Status": "Success" if is_ready else "Pending",
            "Files": [{"Url": f"/exports/{id}-1.jsonl?until={utc(now)}"}] if is_ready else [],
        }
