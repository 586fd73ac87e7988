"""Fetches what belongs to a page of stays or guests, so that the parcel can be read by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from staytrue.connectors.base import Bookmark, Delivery
from staytrue.connectors.mews import api
from staytrue.connectors.mews.api import Api, Operation, Page, Row
from staytrue.connectors.mews.reading import text_of, tree
from staytrue.kit.cards import mask_cards, may_hold_cards_in_json
from staytrue.kit.errors import Unreadable


@dataclass(frozen=True)
class Side:
    """A side entity: which operation gives it, by which ids, and where those ids stand.

    `of` are pairs (list, field): the field of the rows of that list, gathered before. `lasting`
    entities hardly change (rates, rooms), so they are asked for once in a walk; `own` is where the
    ids asked for stand in their rows. Of what was not asked for by its own id only what stands in
    `only` is kept.
    """

    operation: Operation
    by: str
    of: tuple[tuple[str, str], ...]
    lasting: bool = False
    own: str = "Id"
    only: tuple[tuple[str, str], ...] = ()


STAY_SIDES = (
    Side(Operation.of("companionships/getAll", "Companionships"), "ReservationIds",
         (("Reservations", "Id"),)),
    Side(api.ORDER_ITEMS, "ServiceOrderIds", (("Reservations", "Id"),)),
    Side(api.PAYMENTS, "ReservationIds", (("Reservations", "Id"),)),
    Side(api.SOURCE_ASSIGNMENTS, "ReservationIds", (("Reservations", "Id"),)),
    Side(Operation.of("serviceOrderNotes/getAll", "ServiceOrderNotes"), "ServiceOrderIds",
         (("Reservations", "Id"),)),
    Side(api.RESERVATION_GROUPS, "ReservationGroupIds", (("Reservations", "GroupId"),)),
    Side(api.COMPANIES, "Ids",
         (("Reservations", "PartnerCompanyId"), ("Reservations", "TravelAgencyId"))),
    Side(Operation.of("sources/getAll", "Sources"), "SourceIds",
         (("SourceAssignments", "SourceId"),), lasting=True),
    Side(Operation.of("services/getAll", "Services"), "ServiceIds",
         (("Reservations", "ServiceId"),), lasting=True),
    Side(Operation.of("rates/getAll", "Rates", Extent={"Rates": True}), "RateIds",
         (("Reservations", "RateId"),), lasting=True),
    Side(Operation.of("resources/getAll", "Resources", Extent={"Resources": True}), "ResourceIds",
         (("Reservations", "AssignedResourceId"),), lasting=True),
    Side(Operation.of("resourceCategoryAssignments/getAll", "ResourceCategoryAssignments"),
         "ResourceIds", (("Reservations", "AssignedResourceId"),), lasting=True, own="ResourceId"),
    Side(Operation.of("resourceCategories/getAll", "ResourceCategories"), "ResourceCategoryIds",
         (("Reservations", "RequestedResourceCategoryId"),
          ("ResourceCategoryAssignments", "CategoryId")), lasting=True),
    Side(Operation.of("ageCategories/getAll", "AgeCategories"), "AgeCategoryIds",
         (("PersonCounts", "AgeCategoryId"),), lasting=True),
    Side(Operation.of("businessSegments/getAll", "BusinessSegments"), "Ids",
         (("Reservations", "BusinessSegmentId"),), lasting=True),
    # The price list can only be asked for by the service that sells.
    Side(Operation.of("products/getAll", "Products"), "ServiceIds",
         (("Sold", "ServiceId"),), lasting=True, own="ServiceId", only=(("Sold", "ProductId"),)),
    Side(Operation.of("availabilityBlocks/getAll", "AvailabilityBlocks",
                      Extent={"AvailabilityBlocks": True}), "AvailabilityBlockIds",
         (("Reservations", "AvailabilityBlockId"),), lasting=True),
)  # fmt: skip
GUEST_SIDES = (
    Side(api.ADDRESSES, "AccountIds", (("Customers", "Id"), ("Companies", "Id"))),
    Side(api.ACCOUNT_NOTES, "AccountIds", (("Customers", "Id"), ("Companies", "Id"))),
    Side(api.MEMBERSHIPS, "AccountIds", (("Customers", "Id"),)),
    Side(Operation.of("loyaltyPrograms/getAll", "LoyaltyPrograms"), "LoyaltyProgramIds",
         (("LoyaltyMemberships", "LoyaltyProgramId"),), lasting=True),
    Side(Operation.of("loyaltyTiers/getAll", "LoyaltyTiers"), "LoyaltyTierIds",
         (("LoyaltyMemberships", "LoyaltyTierId"),), lasting=True),
)  # fmt: skip
# Not its bank account, which stands there as well.
ENTERPRISE = ("Id", "Name", "TimeZoneIdentifier", "DefaultLanguageCode", "Pricing", "Address")
CHANNEL_DETAILS = "reservations/getChannelManagerDetails"
CHANNEL_KEY = "ChannelManagerDetails"


class Gathering:
    """The lists of one parcel as they come together."""

    def __init__(self) -> None:
        self.raw: dict[str, list[msgspec.Raw]] = {}
        self.fields: dict[str, list[Row]] = {}

    def add(self, key: str, rows: Iterable[msgspec.Raw], fields: Iterable[Row]) -> None:
        """Rows of one list."""
        self.raw.setdefault(key, []).extend(rows)
        self.fields.setdefault(key, []).extend(fields)

    def ids(self, of: Iterable[tuple[str, str]]) -> set[str]:
        """The ids that stand in these fields."""
        found = (row.get(name) for key, name in of for row in self._rows(key))
        return {one for one in found if isinstance(one, str) and one}

    def _rows(self, key: str) -> list[Row]:
        inner = _INSIDE.get(key)
        return inner(self.fields) if inner else self.fields.get(key, [])


class Gatherer:
    """Completes pages within one walk; what hardly changes is asked for once."""

    def __init__(self, calls: Api, enterprise: Row) -> None:
        self.api = calls
        self.enterprise = {name: enterprise.get(name) for name in ENTERPRISE}
        self._lasting: dict[str, dict[str, list[tuple[msgspec.Raw, Row]]]] = {}

    def stays(self, page: Page, bookmark: Bookmark | None) -> Delivery:
        """A page of reservations with all that belongs to them, their guests included."""
        whole = Gathering()
        whole.add("Reservations", page.rows, page.fields)
        for side in STAY_SIDES:
            self._side(side, whole)
        self._channel_details(whole)
        for found in self.api.by_ids(api.CUSTOMERS, "CustomerIds", _guests(whole)):
            whole.add("Customers", found.rows, found.fields)
        for side in GUEST_SIDES:
            self._side(side, whole)
        return self._parcel("reservation", ("Reservations", "Customers"), whole, bookmark)

    def guests(self, key: str, page: Page, bookmark: Bookmark | None) -> Delivery:
        """A page of customers or companies with what belongs to them."""
        whole = Gathering()
        whole.add(key, page.rows, page.fields)
        for side in GUEST_SIDES:
            self._side(side, whole)
        return self._parcel("profile", (key,), whole, bookmark)

    def _side(self, side: Side, whole: Gathering) -> None:
        operation = side.operation
        if operation.path.partition("/")[0] in self.api.without:
            return
        ids = whole.ids(side.of)
        if not side.lasting:
            for page in self.api.by_ids(operation, side.by, ids):
                whole.add(operation.key, page.rows, page.fields)
            return
        memory = self._lasting.setdefault(operation.key, {})
        unknown = ids - memory.keys()
        memory.update({id: [] for id in unknown})
        for page in self.api.by_ids(operation, side.by, unknown):
            for row, fields in zip(page.rows, page.fields, strict=True):
                memory.setdefault(str(fields.get(side.own)), []).append((row, fields))
        only = whole.ids(side.only)
        for id in sorted(ids):
            known = [one for one in memory[id] if not only or one[1].get("Id") in only]
            whole.add(operation.key, (row for row, _ in known), (fields for _, fields in known))

    def _channel_details(self, whole: Gathering) -> None:
        ids = sorted(
            {str(row["Id"]) for row in whole.fields["Reservations"]
             if row.get("Id") and row.get("Origin") == "ChannelManager"}
        )  # fmt: skip
        if not ids or CHANNEL_KEY in self.api.without:
            return
        answer = self.api.call(CHANNEL_DETAILS, {"ReservationIds": ids})
        rows = msgspec.json.decode(answer.get(CHANNEL_KEY, msgspec.Raw(b"[]")))
        whole.raw[CHANNEL_KEY] = [msgspec.Raw(msgspec.json.encode(row)) for row in rows or []]

    def _parcel(
        self, object: str, main: tuple[str, ...], whole: Gathering, bookmark: Bookmark | None
    ) -> Delivery:
        body = {key: whole.raw[key] for key in main if key in whole.raw}
        beside: dict[str, Any] = {
            key: rows for key, rows in whole.raw.items() if key not in main and rows
        }
        beside["Enterprises"] = [self.enterprise]
        return Delivery(
            object=object,
            body=_kept(msgspec.json.encode(body)),
            bookmark=bookmark,
            context=(_kept(msgspec.json.encode(beside)),),
        )


def _guests(whole: Gathering) -> set[str]:
    owners = [row for row in whole.fields["Reservations"] if row.get("AccountType") != "Company"]
    found = {str(row["AccountId"]) for row in owners if row.get("AccountId")}
    return found | whole.ids((("Reservations", "BookerId"), ("Companionships", "CustomerId")))


def _person_counts(lists: dict[str, list[Row]]) -> list[Row]:
    told = [row.get("PersonCounts") for row in lists["Reservations"]]
    return [one for counts in told if isinstance(counts, list) for one in counts]


def _sold(lists: dict[str, list[Row]]) -> list[Row]:
    items = lists.get("OrderItems", [])
    return [
        row for row in items if isinstance(row.get("Data"), dict) and row["Data"].get("Product")
    ]


_INSIDE = {"PersonCounts": _person_counts, "Sold": _sold}


def _kept(body: bytes) -> bytes:
    """What may be kept of an answer: no card number, wherever people wrote it."""
    if not may_hold_cards_in_json(body):
        return body
    try:
        return text_of(tree(body)).encode()
    except Unreadable:
        # It will be parked as it is: whatever it is, no card number stays in it.
        return mask_cards(body.decode("utf-8", "replace"))[0].encode()
