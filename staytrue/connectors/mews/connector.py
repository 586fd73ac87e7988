"""Reads Mews: what changed since the last time, one thing by its id, history by an export.

Pages go from the newest to the oldest, so a window counts as read only when its last page is
kept; windows are inclusive and begin a little before the last one ended, so rows come twice and
none is missed. All instants are those of the PMS's own clock; by how much it is `ahead` of ours
tells whether it was set back meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from staytrue.connectors.base import Bookmark, Delivery, Hint, Http, Settings, Translated
from staytrue.connectors.mews import api, export
from staytrue.connectors.mews.api import Api, Operation, Page, TooHeavy, instant
from staytrue.connectors.mews.gather import Gatherer
from staytrue.connectors.mews.reading import tree
from staytrue.connectors.mews.socket import EventSocket
from staytrue.connectors.mews.translate import hints_of, translate
from staytrue.kit.errors import Misconfigured, Temporary

OVERLAP = timedelta(minutes=10)
LONGEST = timedelta(days=89)
A_MONTH = timedelta(days=28)
A_DAY = timedelta(days=1)
SHORTEST = timedelta(minutes=10)
PAST_DAYS = 730
AHEAD_DAYS = 730


@dataclass(frozen=True)
class Feed:
    """What is asked for by windows of time, and to which records it leads.

    Nothing promises that a change of a side entity shows on its reservation or guest, so those are
    polled as well: `leads_to` reads the records named by their `field`, by the filter `by`.
    """

    operation: Operation
    window: str = "UpdatedUtc"
    longest: timedelta = LONGEST
    leads_to: str = ""
    field: str = ""
    by: str = ""


STAYS, GUESTS = "Reservations", "Customers"
ARRIVALS = "arrivals"
POLLED = {
    "customers": Feed(api.CUSTOMERS),
    "deleted_customers": Feed(api.DELETED_CUSTOMERS, window="DeletedUtc"),
    "companies": Feed(api.COMPANIES),
    "reservations": Feed(api.RESERVATIONS),
    "orderItems": Feed(api.ORDER_ITEMS, leads_to=STAYS, field="ServiceOrderId",
                       by="ReservationIds"),
    "payments": Feed(api.PAYMENTS, leads_to=STAYS, field="ReservationId", by="ReservationIds"),
    "sourceAssignments": Feed(api.SOURCE_ASSIGNMENTS, longest=A_MONTH, leads_to=STAYS,
                              field="ReservationId", by="ReservationIds"),
    "reservationGroups": Feed(api.RESERVATION_GROUPS, leads_to=STAYS, field="Id",
                              by="ReservationGroupIds"),
    "addresses": Feed(api.ADDRESSES, leads_to=GUESTS, field="AccountId", by="CustomerIds"),
    "loyaltyMemberships": Feed(api.MEMBERSHIPS, leads_to=GUESTS, field="AccountId",
                               by="CustomerIds"),
    "accountNotes": Feed(api.ACCOUNT_NOTES, leads_to=GUESTS, field="AccountId",
                         by="CustomerIds"),
}  # fmt: skip
_FILTERS = {
    "reservation": "ReservationIds",
    "profile": "CustomerIds",
    "payment": "PaymentIds",
}
FEEDS = POLLED | {ARRIVALS: Feed(api.RESERVATIONS, window="CollidingUtc")}


class Mews:
    """The API of one chain's houses. It remembers nothing between two calls."""

    signals: frozenset[str] = frozenset()

    def fetch(
        self, bookmark: Bookmark, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """What is new since the bookmark; without one the past and the coming stays as well.

        The last parcel is empty: it only moves the bookmark.
        """
        calls = Api(http, settings, now)
        pms_now, enterprise = _configuration(calls)
        gatherer = Gatherer(calls, enterprise)
        walk = _begin(bookmark, settings, calls, pms_now, now)
        if "export" in walk:
            yield from export.parcels(walk, calls, gatherer)
            if "export" in walk:
                return
        while walk["todo"]:
            yield from _window(walk, calls, gatherer)
        done: Bookmark = {name: walk[name] for name in ("through", "ahead") if name in walk}
        yield Delivery("reservation", b"", bookmark=done)

    def sweep(
        self, first: date, last: date, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """All stays that touch these days, as they are now: near arrivals, in house, just departed."""
        calls = Api(http, settings, now)
        enterprise = _configuration(calls)[1]
        gatherer = Gatherer(calls, enterprise)
        zone = ZoneInfo(enterprise.get("TimeZoneIdentifier") or settings.zone)
        start, end = (datetime.combine(day, time(), zone) for day in (first, last + A_DAY))
        walk: Bookmark = {"through": {}, "todo": [[ARRIVALS, instant(start), instant(end), None]]}
        while walk["todo"]:
            for parcel in _window(walk, calls, gatherer):
                yield Delivery(parcel.object, parcel.body, context=parcel.context)

    def hints(self, body: bytes, headers: Mapping[str, str]) -> list[Hint]:
        """The ids a push names. It is no proof of anything: what is true is read."""
        del headers  # Mews signs nothing; the secret stands in the address.
        return hints_of(tree(body))

    def stream(
        self,
        bookmark: Bookmark,
        http: Http,
        settings: Settings,
    ) -> EventSocket | None:
        """The event socket, where its address is given. It replays nothing: no place to go on."""
        return EventSocket(settings) if settings.values.get("socket_url") else None

    def read(self, hint: Hint, http: Http, settings: Settings) -> Delivery | None:
        """One stay or guest as it is now; None where the PMS does not show it (yet).

        A reservation is found by its id, or by its confirmation number.
        """
        return next(self.read_all([hint], http, settings), None)

    def read_all(self, hints: Sequence[Hint], http: Http, settings: Settings) -> Iterator[Delivery]:
        """Many at once: a push may name hundreds, and a call is as dear for one as for all."""
        calls = Api(http, settings, settings.read_at)
        wanted: dict[tuple[str, str], set[str]] = {}
        for hint in hints:
            name = _FILTERS[hint.entity]
            if hint.entity == "reservation" and hint.id.count("-") != 4:
                name = "Numbers"
            wanted.setdefault((hint.entity, name), set()).add(hint.id)
        stays = wanted.setdefault(("reservation", "ReservationIds"), set())
        paid = wanted.pop(("payment", "PaymentIds"), set())
        for page in calls.by_ids(api.PAYMENTS, "PaymentIds", paid):
            stays |= {str(row["ReservationId"]) for row in page.fields if row.get("ReservationId")}
        gatherer: Gatherer | None = None
        for (entity, name), ids in wanted.items():
            operation = api.CUSTOMERS if entity == "profile" else api.RESERVATIONS
            for page in calls.by_ids(operation, name, ids):
                if page.rows:
                    gatherer = gatherer or Gatherer(calls, _configuration(calls)[1])
                    yield _parcel(gatherer, operation.key, page, None)

    def house(self, http: Http, settings: Settings) -> str:
        """The enterprise these tokens are for."""
        return str(_configuration(Api(http, settings, settings.read_at))[1]["Id"])

    def check(self, http: Http, settings: Settings) -> list[str]:
        """Signs in, compares the house, and tries every operation once."""
        calls = Api(http, settings, settings.read_at)
        pms_now, enterprise = _configuration(calls)
        told = [f"Mews knows this house as {enterprise.get('Name')}."]
        zone = enterprise.get("TimeZoneIdentifier")
        if zone != settings.zone:
            told.append(f"Mews says the time zone {zone}, the property says {settings.zone}.")
        for name, feed in POLLED.items():
            if name in calls.without:
                continue
            try:
                calls.page(feed.operation, _filters(feed, pms_now - SHORTEST, pms_now), None)
            except Misconfigured:
                told.append(
                    f"Mews does not let this connection read {name}. Ask Mews for it, or name it "
                    "in the setting `without`."
                )
        return told

    def translate(
        self, payload: bytes, settings: Settings, context: Sequence[bytes] = ()
    ) -> Iterator[Translated]:
        """Canonical records of one body."""
        return translate(payload, settings, context)


def _configuration(calls: Api) -> tuple[datetime, api.Row]:
    """The PMS's clock and the enterprise: a token of another one would fill this with its guests."""
    now, enterprise = calls.configuration()
    expected = calls.settings.values.get("enterprise_id")
    if expected and enterprise.get("Id") != expected:
        raise Misconfigured(
            f"These credentials are for {enterprise.get('Name')}, another house than the one this "
            "connection was made for. Enter the right ones.",
            "foreign_property",
        )
    return now, enterprise


def _begin(
    bookmark: Bookmark, settings: Settings, calls: Api, pms_now: datetime, now: datetime
) -> Bookmark:
    """Where to go on: in the middle of a walk, at the next poll, or at the very beginning."""
    feeds = [name for name in POLLED if name not in calls.without]
    end, ahead = instant(pms_now), (pms_now - now).total_seconds()
    if "todo" in bookmark:
        return deepcopy(bookmark)
    if "through" in bookmark:
        through = dict(bookmark["through"])
        # A clock of the PMS that was set back must not open a gap.
        set_back = timedelta(seconds=max(0.0, bookmark.get("ahead", ahead) - ahead))
        todo = []
        for name in feeds:
            last = min(_moment(through.get(name, end)) - set_back, pms_now)
            todo.append([name, instant(last - OVERLAP), end, None])
        return {"through": through, "ahead": ahead, "todo": todo}
    values = settings.values
    first = pms_now - timedelta(days=int(values.get("past_days", PAST_DAYS)))
    last = pms_now + timedelta(days=int(values.get("ahead_days", AHEAD_DAYS)))
    todo = [[ARRIVALS, instant(first), instant(last), None]]
    if "companies" in feeds:
        todo.append(["companies", instant(first), end, None])
    walk: Bookmark = {"through": dict.fromkeys(feeds, end), "ahead": ahead, "todo": todo}
    if values.get("history") == "export":
        walk["export"] = {}
    return walk


def _window(walk: Bookmark, calls: Api, gatherer: Gatherer) -> Iterator[Delivery]:
    """The next window of the walk, page by page; a long one is cut, a heavy one halved."""
    name, first, last, cursor = walk["todo"][0]
    feed, start, end = FEEDS[name], _moment(first), _moment(last)
    if end - start > feed.longest:
        cut = instant(start + feed.longest)
        walk["todo"][:1] = [[name, first, cut, None], [name, cut, last, None]]
        return
    try:
        while True:
            page = calls.page(feed.operation, _filters(feed, start, end), cursor)
            cursor = page.cursor
            parcels = list(_follow(feed, page, calls, gatherer))
            _advance(walk, name, last, cursor)
            for parcel in parcels[:-1]:
                yield parcel
            for parcel in parcels[-1:]:
                yield _marked(parcel, walk)
            if cursor is None:
                return
    except TooHeavy:
        if end - start <= SHORTEST:
            raise Temporary("Mews finds even ten minutes too much. It will be asked again.",
                            "too_heavy") from None  # fmt: skip
        middle = instant(start + (end - start) / 2)
        walk["todo"][:1] = [[name, first, middle, None], [name, middle, last, None]]


def _advance(walk: Bookmark, name: str, last: str, cursor: str | None) -> None:
    """Only the last page of a window moves the mark: older rows come later."""
    if cursor is not None:
        walk["todo"][0][3] = cursor
        return
    del walk["todo"][0]
    if name in POLLED:
        walk["through"][name] = last


def _follow(feed: Feed, page: Page, calls: Api, gatherer: Gatherer) -> Iterator[Delivery]:
    """The parcels of a page: the records themselves, or those its side entities belong to."""
    if not feed.leads_to:
        if page.rows:
            yield _parcel(gatherer, feed.operation.key, page, None)
        return
    ids = {str(row[feed.field]) for row in page.fields if row.get(feed.field)}
    operation = api.RESERVATIONS if feed.leads_to == STAYS else api.CUSTOMERS
    for found in calls.by_ids(operation, feed.by, ids):
        if found.rows:
            yield _parcel(gatherer, feed.leads_to, found, None)


def _parcel(gatherer: Gatherer, key: str, page: Page, bookmark: Bookmark | None) -> Delivery:
    if key == STAYS:
        return gatherer.stays(page, bookmark)
    return gatherer.guests(key, page, bookmark)


def _marked(parcel: Delivery, walk: Bookmark) -> Delivery:
    """The parcel with where to go on. The bookmark is a copy: the walk goes on changing."""
    return Delivery(parcel.object, parcel.body, bookmark=deepcopy(walk), context=parcel.context)


def _filters(feed: Feed, start: datetime, end: datetime) -> api.Filters:
    return {feed.window: {"StartUtc": instant(start), "EndUtc": instant(end)}}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
