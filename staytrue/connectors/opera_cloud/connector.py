"""Speaks with OPERA Cloud: the event queue, the sweep by summary, records by id. All its HTTP."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from staytrue.connectors.base import Bookmark, Delivery, Hint, Http, Settings, Translated
from staytrue.connectors.opera_cloud import sweep
from staytrue.connectors.opera_cloud.events import hints_of, of_stream, stream_events
from staytrue.connectors.opera_cloud.profiles import survivor_of
from staytrue.connectors.opera_cloud.reading import Json, objects, one, text
from staytrue.connectors.opera_cloud.stream import EventStream
from staytrue.connectors.opera_cloud.translate import document, translate
from staytrue.kit.errors import Misconfigured, Temporary, Unreadable
from staytrue.kit.http import Response

EVENTS_PER_CALL = 20
EVENT_CALLS_MAX = 200
WINDOW_DAYS = 94
RESERVATION_PARTS = (
    "Reservation", "Comments", "Packages", "InventoryItems", "ReservationPaymentMethods",
    "RevenuesAndBalances", "Shares", "TotalCostOfStay", "FetchChildAges",
)  # fmt: skip
PROFILE_PARTS = ("Profile", "Address", "Communication", "Comment", "Membership", "Preference")
FOLIO_STATUSES = ("InHouse", "DueOut", "PendingCheckout", "CheckedOut", "Walkin")


class Tokens:
    """Access tokens by credential; however many threads ask, one of them signs in."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, ...], str] = {}
        self._locks: dict[tuple[str, ...], threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, http: Http, settings: Settings, stale: str | None = None) -> str:
        """A token; a new one when the one we have is `stale`."""
        values = settings.values
        names = ("base_url", "client_id", "client_secret", "app_key", "username")
        key = tuple(str(values.get(name) or "") for name in names)
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            known = self._tokens.get(key)
            if known is None or known == stale:
                known = self._tokens[key] = _sign_in(http, values, settings.read_at)
            return known


def _sign_in(http: Http, values: Mapping[str, Any], now: datetime) -> str:
    form = {"grant_type": "client_credentials", "scope": values.get("scope") or ""}
    if values.get("username"):
        form = {
            "grant_type": "password",
            "username": values["username"],
            "password": values.get("password") or "",
        }
    pair = f"{values.get('client_id', '')}:{values.get('client_secret', '')}"
    answer = http.request(
        "POST",
        _address(values, "/oauth/v1/tokens"),
        headers={
            "authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
            "x-app-key": str(values.get("app_key") or ""),
        },
        body=urlencode({name: said for name, said in form.items() if said}).encode(),
    )
    if answer.status == 400:
        raise Misconfigured(
            "OPERA Cloud does not accept this way to sign in. Check the scope, or the user name "
            "and password of the integration user.",
            "sign_in",
        )
    token = text(_json(answer.usable(now)), "access_token")
    if token is None:
        raise Temporary("OPERA Cloud signed us in without giving a token.", "no_token")
    return token


class OperaCloud:
    """One per process; it remembers only access tokens."""

    signals = frozenset({"events", "summary"})

    def __init__(self) -> None:
        self._tokens = Tokens()

    def fetch(
        self, bookmark: Bookmark, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """Waiting events first, then what the sweep by modified instant finds besides."""
        mark = deepcopy(bookmark)
        yield from self._waiting_events(mark, http, settings)
        yield from self._sweep(mark, http, settings, now)

    def hints(self, body: bytes, headers: Mapping[str, str]) -> list[Hint]:
        """What a message of the event stream asks to read. OPERA calls us in no other way."""
        del headers
        events = map(of_stream, stream_events(document(body)))
        return [hint for said, event in events for hint in hints_of(said, event, None)]

    def stream(self, bookmark: Bookmark, http: Http, settings: Settings) -> EventStream | None:
        """The event stream, where a chain is named."""
        if not settings.values.get("chain_code"):
            return None
        token = self.token(http, settings)

        def renew() -> None:
            self._tokens.get(http, settings, stale=token)

        return EventStream(settings, token, bookmark, renew)

    def token(self, http: Http, settings: Settings) -> str:
        """An access token."""
        return self._tokens.get(http, settings)

    def read(self, hint: Hint, http: Http, settings: Settings) -> Delivery | None:
        """A reservation with its folio, or a profile, as it is now."""
        if hint.entity == "profile":
            return self._profile(hint, http, settings)
        hotel_path = f"hotels/{quote(_hotel(settings), safe='')}"
        number = quote(hint.id, safe="")
        answer = self._send(
            http,
            settings,
            f"/rsv/v1/{hotel_path}/reservations/{number}",
            [("fetchInstructions", part) for part in RESERVATION_PARTS],
            about=hint,
        )
        if answer.status == 404:
            self._find_hotel(http, settings)
        if answer.status in (204, 404):
            return None
        body = one(_json(answer), "reservations")
        context: tuple[bytes, ...] = ()
        if text(body, "reservation", "reservationStatus") in FOLIO_STATUSES:
            folio = self._send(
                http,
                settings,
                f"/csh/v1/{hotel_path}/reservations/{number}/folios",
                [("fetchInstructions", "Postings"), ("fetchInstructions", "Reservation")],
                about=hint,
            )
            if folio.status == 200:
                _json(folio)
                context = (folio.body,)
        return Delivery("reservation", answer.body, context=context)

    def check(self, http: Http, settings: Settings) -> list[str]:
        """Signs in and looks at the hotel. Never at the queue: a look would take events away."""
        self._tokens.get(http, settings)
        self._find_hotel(http, settings)
        return ["Signed in.", f"Hotel {_hotel(settings)} answers."]

    def translate(
        self, payload: bytes, settings: Settings, context: Sequence[bytes] = ()
    ) -> Iterator[Translated]:
        """Canonical records of one body."""
        return translate(payload, settings, context)

    def _find_hotel(self, http: Http, settings: Settings) -> None:
        """Refuse a hotel that OPERA does not know (any more): all its bookings would seem gone."""
        path = f"/rsv/v1/hotels/{quote(_hotel(settings), safe='')}/reservations"
        if self._send(http, settings, path, [("limit", "1")]).status == 404:
            raise Misconfigured(
                f"OPERA Cloud knows no hotel {_hotel(settings)!r} for this sign-in. Check hotel_id.",
                "no_hotel",
            )

    def _profile(self, hint: Hint, http: Http, settings: Settings) -> Delivery | None:
        answer = self._send(
            http,
            settings,
            f"/crm/v1/profiles/{quote(hint.id, safe='')}",
            [("fetchInstructions", part) for part in PROFILE_PARTS],
            about=hint,
        )
        if answer.status in (204, 404):
            return None
        said = one(_json(answer), "profileDetails")
        context: tuple[bytes, ...] = ()
        if survivor := survivor_of(said, hint.facts):
            pair = {"victimProfileId": {"id": hint.id}, "survivorProfileId": {"id": survivor}}
            context = (json.dumps(pair).encode(),)
        return Delivery("profile", answer.body, context=context)

    def _waiting_events(self, mark: Bookmark, http: Http, settings: Settings) -> Iterator[Delivery]:
        """Empties the queue. Reading removes: each parcel is kept before the next is asked for."""
        system = settings.values.get("external_system")
        if not system:
            return
        path = (
            f"/int/v1/externalSystem/{quote(str(system), safe='')}"
            f"/hotels/{quote(_hotel(settings), safe='')}/businessEvents"
        )
        for _ in range(EVENT_CALLS_MAX):
            answer = self._send(http, settings, path, [("limit", str(EVENTS_PER_CALL))])
            if answer.status == 404:
                self._find_hotel(http, settings)
            if answer.status in (204, 404):
                return
            if not objects(_json(answer), "businessEventData"):
                return
            yield Delivery("events", answer.body, bookmark=deepcopy(mark))

    def _sweep(
        self, mark: Bookmark, http: Http, settings: Settings, now: datetime
    ) -> Iterator[Delivery]:
        """Asks for a summary of what changed, window by window of stay dates, and resumes it.

        A summary is made in the background. One that is not ready is asked for again next time.
        """
        if "sweep" not in mark:
            if not sweep.is_due(mark, now):
                return
            behind = timedelta(days=int(settings.values.get("days_behind") or WINDOW_DAYS))
            first_day = (now.date() - behind).isoformat()
            mark["sweep"] = sweep.begun(mark, now) | {"first": first_day}
        ahead = timedelta(days=int(settings.values.get("days_ahead") or 6 * WINDOW_DAYS))
        last = datetime.fromisoformat(mark["sweep"]["until"]).date() + ahead
        while (first := date.fromisoformat(mark["sweep"]["first"])) <= last:
            end = first + timedelta(days=WINDOW_DAYS - 1)
            location = mark["sweep"].get("location") or self._order(
                http, settings, mark["sweep"], first, end
            )
            status, body = self._summary(http, settings, location)
            if body is None:
                # One that OPERA forgot is ordered anew next time.
                mark["sweep"]["location"] = None if status == 404 else location
                yield Delivery("summary", b"", bookmark=deepcopy(mark))
                return
            body = sweep.new_rows(body, mark)
            mark["sweep"] |= {"first": (end + timedelta(days=1)).isoformat(), "location": None}
            if end >= last:
                sweep.ended(mark)
            yield Delivery("summary", body, bookmark=deepcopy(mark))
            if end >= last:
                return

    def _order(
        self, http: Http, settings: Settings, under_way: Bookmark, first: date, end: date
    ) -> str:
        """Asks for the summary of one window; the answer says where it will be."""
        criteria: Json = {
            "hotelId": _hotel(settings),
            "timeSpan": {"startDate": first.isoformat(), "endDate": end.isoformat()},
        }
        if stamps := sweep.span(under_way):
            names = ("startLastModifiedDate", "endLastModifiedDate")
            criteria["lastModifiedDate"] = dict(zip(names, stamps, strict=True))
        answer = self._send(
            http,
            settings,
            _summary_path(settings),
            body=json.dumps({"criteria": criteria}).encode(),
        )
        if answer.status == 404:
            self._find_hotel(http, settings)
        location = answer.headers.get("location", "")
        if answer.status != 202 or not location:
            raise Temporary("OPERA Cloud took the order of a summary without saying where.",
                            "no_location")  # fmt: skip
        return location

    def _summary(self, http: Http, settings: Settings, location: str) -> tuple[int, bytes | None]:
        """The status of the making, and the summary once it is made."""
        state = self._send(http, settings, location, method="HEAD")
        if state.status != 201:
            return state.status, None
        answer = self._send(http, settings, state.headers.get("location") or location)
        _json(answer)
        return answer.status, answer.body

    def _send(
        self,
        http: Http,
        settings: Settings,
        place: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        method: str = "",
        body: bytes = b"",
        about: Hint | None = None,
    ) -> Response:
        """One request. A token that ended meanwhile is renewed once and the request repeated."""
        address = _address(settings.values, place) + (f"?{urlencode(query)}" if query else "")
        token = self._tokens.get(http, settings)
        answer = self._ask(http, settings, address, token, method, body)
        if answer is None:
            token = self._tokens.get(http, settings, stale=token)
            answer = self._ask(http, settings, address, token, method, body)
        if answer is None:
            raise Misconfigured(
                "OPERA Cloud signed us in and then refused the token. The application key may have "
                "been revoked, or the integration user lost the rights on this hotel.",
                "revoked",
            )
        if answer.status in (204, 404):
            return answer
        if answer.status >= 400:
            answer.usable(settings.read_at)
            raise _refusal(answer, about)
        return answer

    @staticmethod
    def _ask(
        http: Http, settings: Settings, address: str, token: str, method: str, body: bytes
    ) -> Response | None:
        """The answer, or None where the token is not accepted."""
        headers = {
            "authorization": f"Bearer {token}",
            "x-app-key": str(settings.values.get("app_key") or ""),
            "x-hotelid": _hotel(settings),
            # Lets OPERA's event log show whose reads and writes these were.
            "x-originating-application": "Staytrue",
        }
        if body:
            headers["content-type"] = "application/json"
        try:
            answer = http.request(
                method or ("POST" if body else "GET"), address, headers=headers, body=body
            )
        except Misconfigured as problem:
            # What paces the calls may judge the status before we see it.
            if problem.facts.get("status") == 401:
                return None
            raise
        return None if answer.status == 401 else answer


def _hotel(settings: Settings) -> str:
    if hotel := settings.values.get("hotel_id"):
        return str(hotel)
    raise Misconfigured("The connection has no hotel_id: OPERA's code of the hotel.", "hotel_id")


def _address(values: Mapping[str, Any], place: str) -> str:
    """A full address at the gateway. A Location that points anywhere else is not followed."""
    base = str(values.get("base_url") or "").rstrip("/")
    address = urljoin(f"{base}/", place if "://" in place else place.lstrip("/"))
    if urlsplit(address)[:2] != urlsplit(base)[:2]:
        raise Misconfigured(
            "OPERA Cloud points to another server for its answer. Nothing was sent there.",
            "other_server",
        )
    return address


def _summary_path(settings: Settings) -> str:
    system = quote(str(settings.values.get("external_system") or "STAYTRUE"), safe="")
    hotel = quote(_hotel(settings), safe="")
    return f"/rsvasync/v1/externalSystems/{system}/hotels/{hotel}/reservations/dailySummary"


def _json(answer: Response) -> Json:
    """The body of an answer. A page of HTML or nothing at all is a fault on the way, not data."""
    try:
        return document(answer.body)
    except Unreadable:
        raise Temporary(
            "OPERA Cloud answered with something that is no data; it will be asked again.",
            "no_data",
            status=answer.status,
        ) from None


def _refusal(answer: Response, about: Hint | None) -> Misconfigured | Unreadable:
    """One record that cannot be shown is parked; any other refusal is for a person to settle."""
    try:
        said = document(answer.body)
    except Unreadable:
        said = {}
    detail = (text(said, "title") or text(said, "detail") or "no reason given")[:200]
    code = text(said, "o:errorCode") or ""
    if about:
        return Unreadable(
            f"OPERA Cloud does not show {about.entity} {about.id[:40]} ({answer.status}: {detail}).",
            "refused_record",
            status=answer.status,
            error=code,
        )
    return Misconfigured(
        f"OPERA Cloud refused the request ({answer.status}: {detail}). Check the settings of the "
        "connection and the rights of its integration user.",
        "refused_by_pms",
        status=answer.status,
        error=code,
    )
