"""One call of the Connector API, and the walk through its pages. What waits or stops is raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from staytrue.connectors.base import Http, Settings
from staytrue.connectors.mews.choices import listed
from staytrue.kit.errors import Misconfigured, Refused, Temporary
from staytrue.kit.strict_json import whole

CLIENT = "Staytrue 1.0.0"
COUNT = 500
IDS_MAX = 500
PAGES_MAX = 10_000

Row = dict[str, Any]
Filters = dict[str, Any]


class TooHeavy(Temporary):
    """The API gives up on a question (408): one about a shorter time may do."""


@dataclass(frozen=True)
class Operation:
    """One `getAll`: its address, the list in its answer, what must always be said with it."""

    path: str
    key: str
    extra: Filters

    @classmethod
    def of(cls, path: str, key: str, **extra: Any) -> Operation:
        """An operation with the fixed part of its question."""
        return cls(path, key, extra)


RESERVATIONS = Operation.of("reservations/getAll/2023-06-06", "Reservations")
# What the default leaves out is not stated; merged guests are among the deleted ones.
CUSTOMERS = Operation.of(
    "customers/getAll", "Customers",
    Extent={"Customers": True, "Addresses": False}, ActivityStates=["Active", "Deleted"],
)  # fmt: skip
DELETED_CUSTOMERS = Operation.of(
    "customers/getAll", "Customers",
    Extent={"Customers": True, "Addresses": False}, ActivityStates=["Deleted"],
)  # fmt: skip
COMPANIES = Operation.of("companies/getAll", "Companies")
ORDER_ITEMS = Operation.of("orderItems/getAll", "OrderItems")
PAYMENTS = Operation.of("payments/getAll", "Payments")
SOURCE_ASSIGNMENTS = Operation.of("sourceAssignments/getAll/2024-09-20", "SourceAssignments")
RESERVATION_GROUPS = Operation.of("reservationGroups/getAll", "ReservationGroups")
ADDRESSES = Operation.of("addresses/getAll", "Addresses")
MEMBERSHIPS = Operation.of("loyaltyMemberships/getAll", "LoyaltyMemberships")
ACCOUNT_NOTES = Operation.of("accountNotes/getAll", "AccountNotes")


class Page:
    """Rows as sent, and where the next, older page begins."""

    def __init__(self, rows: list[msgspec.Raw], cursor: str | None) -> None:
        self.rows = rows
        self.cursor = cursor
        self.fields: list[Row] = [_fields(row) for row in rows]


class Api:
    """The API for one connection at one instant."""

    def __init__(self, http: Http, settings: Settings, now: datetime) -> None:
        self.http, self.settings, self.now = http, settings, now
        self._is_signed_in = False
        values = settings.values
        self.address = str(values.get("base_url") or "https://api.mews.com").rstrip("/")
        self.without = frozenset(listed(values, "without"))
        try:
            self._tokens = {
                "ClientToken": values["client_token"],
                "AccessToken": values["access_token"],
                "Client": CLIENT,
            }
        except KeyError as missing:
            raise Misconfigured(
                f"The connection has no {missing.args[0]}. Enter it.", "no_credentials"
            ) from None

    def call(self, path: str, question: Filters) -> dict[str, msgspec.Raw]:
        """The named parts of one answer, each as sent."""
        answer = self.http.request(
            "POST",
            f"{self.address}/api/connector/v1/{path}",
            headers={"content-type": "application/json"},
            body=msgspec.json.encode(self._tokens | question),
        )
        if answer.status == 408:
            raise TooHeavy(
                f"Mews took too long over {path}. It will be asked for less.", "too_heavy"
            )
        if answer.status in (401, 403) and self._is_signed_in:
            raise Misconfigured(
                f"Mews does not let this connection read {path}. Ask Mews for it, or name it in "
                "the setting `without`.",
                "not_allowed",
                operation=path,
            )
        if answer.usable(self.now).status != 200:
            raise Refused(
                f"Mews refused {path} ({answer.status}): {_message(answer.body)}",
                "mews_refused",
                operation=path,
                status=answer.status,
            )
        try:
            return msgspec.json.decode(whole(answer.body), type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            # A proxy's page with status 200 must never be taken for "nothing is new".
            raise _no_answer(path) from None

    def page(self, operation: Operation, filters: Filters, cursor: str | None) -> Page:
        """One page, newest first. An empty one where a full one went before is asked for twice."""
        page = self._page(operation, filters, cursor)
        if cursor is None or page.rows:
            return page
        # Nothing tells a last page that got lost from the end after exactly full pages.
        return self._page(operation, filters, cursor)

    def _page(self, operation: Operation, filters: Filters, cursor: str | None) -> Page:
        limit: Filters = {"Count": COUNT} | ({"Cursor": cursor} if cursor else {})
        answer = self.call(operation.path, operation.extra | filters | {"Limitation": limit})
        if operation.key not in answer:
            raise _no_answer(operation.path)
        try:
            rows = msgspec.json.decode(answer[operation.key], type=list[msgspec.Raw] | None) or []
            told = msgspec.json.decode(answer.get("Cursor", msgspec.Raw(b"null")), type=str | None)
            page = Page(rows, told if len(rows) == COUNT else None)
        except msgspec.DecodeError:
            raise _no_answer(operation.path) from None
        if page.cursor is not None and page.cursor == cursor:
            raise Temporary("Mews gives the same page again and again.", "paging_stuck")
        return page

    def pages(self, operation: Operation, filters: Filters) -> Iterator[Page]:
        """All pages of one question."""
        cursor = None
        for _ in range(PAGES_MAX):
            page = self.page(operation, filters, cursor)
            yield page
            cursor = page.cursor
            if cursor is None:
                return
        raise Temporary("Mews has more pages than there can be.", "paging_stuck")

    def by_ids(self, operation: Operation, name: str, ids: Iterable[str]) -> Iterator[Page]:
        """Pages of an operation for these ids, asked in portions."""
        rest = iter(sorted(set(ids)))
        while portion := list(islice(rest, IDS_MAX)):
            yield from self.pages(operation, {name: portion})

    def configuration(self) -> tuple[datetime, Row]:
        """The PMS's own clock, and the enterprise. Its instants are compared with no other clock."""
        answer = self.call("configuration/get", {})
        try:
            now = msgspec.json.decode(answer["NowUtc"], type=datetime)
            enterprise: Row = msgspec.json.decode(answer["Enterprise"], type=dict[str, Any])
        except (KeyError, msgspec.DecodeError):
            raise _no_answer("configuration/get") from None
        if not enterprise.get("Id"):
            raise _no_answer("configuration/get")
        # From here on a refusal is about one operation, not about the tokens.
        self._is_signed_in = True
        return now if now.tzinfo else now.replace(tzinfo=UTC), enterprise


def instant(moment: datetime) -> str:
    """An instant as the API writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _fields(row: msgspec.Raw) -> Row:
    """What a row says; one that cannot be read leads to nothing else and will be parked."""
    try:
        said = msgspec.json.decode(row)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _no_answer(path: str) -> Temporary:
    return Temporary(
        f"What came back from {path} is no answer of Mews. It will be asked again.",
        "no_answer",
        operation=path,
        retry_after=None,
    )


def _message(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "without a reason."
    text = told.get("Message") if isinstance(told, dict) else None
    return str(text)[:200] if text else "without a reason."
