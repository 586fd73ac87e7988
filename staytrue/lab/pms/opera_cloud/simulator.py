"""OPERA Cloud as it answers: sign-in, event queue, records by id, search, folios and summaries."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from staytrue.hotel.records import Profile
from staytrue.lab.bookings import World
from staytrue.lab.pms.opera_cloud.bodies import Bodies, Json
from staytrue.lab.pms.opera_cloud.book import Book, Drift, Held, no_drift, words
from staytrue.lab.pms.opera_cloud.folios import folio
from staytrue.lab.pms.opera_cloud.quirks import ALL, Quirk
from staytrue.lab.pms.opera_cloud.timeline import MODULE_NUMBERS, Event, Timeline
from staytrue.lab.pms.serving import Reply, Request
from staytrue.lab.streams import stream

TOKEN_MINUTES, TOKEN_CALLS = 60, 37
CALLS_PER_MINUTE = 60
EVENTS_MAX, SEARCH_MAX = 20, 200
SUMMARY_SECONDS, SUMMARY_DAYS = 60, 94
ERROR_SHARE = 0.01
FOREIGN = "DON"

Route = tuple[str, re.Pattern[str], Callable[..., Reply]]


class OperaCloud:
    """One hotel's OPERA with its gateway. `now` is virtual; tests may read `book` and `lost`."""

    def __init__(
        self,
        world: World,
        now: Callable[[], datetime],
        *,
        seed: int = 1,
        quirks: frozenset[Quirk] = ALL,
        drift: Drift = no_drift,
    ) -> None:
        self.now, self.quirks, self.hotel = now, quirks, world.house.code
        self.drift = drift
        self.book = self._written(world, seed)
        self.timeline = self._told()
        self.bodies = Bodies(self.hotel, world.house.zone, quirks)
        self.secrets = {"client_id": "lab", "client_secret": f"s{seed}", "app_key": f"k{seed}"}
        self.is_revoked = False
        self.calls: deque[datetime] = deque()
        self.refused = 0
        self._rng = stream(seed, "gateway")
        self._tokens: dict[str, tuple[datetime, int]] = {}
        self._signed_in = 0
        self._summaries: dict[str, tuple[datetime, datetime, Json]] = {}
        self._ready = [event.ready_at for event in self.timeline.events]
        self._first = self._next = bisect_right(self._ready, now())
        self._served_once = -1
        hotel = r"/hotels/(?P<hotel>[^/]+)"
        self._routes: list[Route] = [
            ("GET", re.compile(rf"/int/v1/externalSystem/[^/]+{hotel}/businessEvents"), self._dequeue),
            ("GET", re.compile(rf"/rsv/v1{hotel}/reservations"), self._search),
            ("GET", re.compile(rf"/rsv/v1{hotel}/reservations/(?P<id>[^/]+)"), self._reservation),
            ("GET", re.compile(rf"/csh/v1{hotel}/reservations/(?P<id>[^/]+)/folios"), self._folio),
            ("GET", re.compile(r"/crm/v1/profiles/(?P<id>[^/]+)"), self._profile),
            ("POST", re.compile(rf"/rsvasync/v1/externalSystems/[^/]+{hotel}/reservations/dailySummary"),
             self._order),
            ("HEAD", re.compile(r"/rsvasync/v1/.*/dailySummary/(?P<id>[^/]+)"), self._progress),
            ("GET", re.compile(r"/rsvasync/v1/.*/dailySummary/(?P<id>[^/]+)"), self._summary),
        ]  # fmt: skip

    def _written(self, world: World, seed: int) -> Book:
        """What the hotel holds, its whole past and future."""
        return Book(world, seed, self.quirks, drift=self.drift)

    def _told(self) -> Timeline:
        """What it tells of that."""
        return Timeline.of(self.book)

    def back_up(self) -> None:
        """What the hotel holds now goes to the safe."""
        self._backed_up_at = self.now()

    def restore(self) -> None:
        """A disk died: what was written since the backup is lost. The queue is another machine's."""
        self.book.lose(self._backed_up_at, self.now())

    def renumber(self) -> str:
        """The chain gives the hotel another code; the new one."""
        self.hotel = self.bodies.hotel = f"{self.hotel}2"
        return self.hotel

    def settings_values(self) -> dict[str, Any]:
        """What a connection to this hotel is set up with, but for its address."""
        return {**self.secrets, **words(), "hotel_id": self.hotel, "chain_code": "SIRGA",
                "external_system": "STAYTRUE"}  # fmt: skip

    def answer(self, request: Request) -> Reply:
        """The reply to a request, as the gateway sees it: limit, sign-in, then the call itself."""
        if self._is_too_often():
            self.refused += 1
            return _error(429, "Too many requests", {"retry-after": "20"})
        if request.path == "/oauth/v1/tokens":
            return self._sign_in(request)
        if not self._is_signed_in(request):
            return _error(401, "Unauthorized")
        if request.headers.get("x-app-key") != self.secrets["app_key"]:
            return _error(403, "Forbidden")
        if Quirk.SERVER_ERRORS in self.quirks and self._rng.random() < ERROR_SHARE:
            return _error(503, "Service unavailable")
        for method, pattern, action in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                named = found.groupdict()
                if named.pop("hotel", self.hotel) != self.hotel:
                    return _error(404, "Unknown hotel")
                return action(request, **named)
        return _error(404, "Not found")

    def _is_too_often(self) -> bool:
        now = self.now()
        while self.calls and self.calls[0] <= now - timedelta(minutes=1):
            self.calls.popleft()
        if Quirk.RATE_LIMIT in self.quirks and len(self.calls) >= CALLS_PER_MINUTE:
            return True
        self.calls.append(now)
        return False

    def _sign_in(self, request: Request) -> Reply:
        pair = f"{self.secrets['client_id']}:{self.secrets['client_secret']}"
        wanted = f"Basic {b64encode(pair.encode()).decode()}"
        if self.is_revoked or request.headers.get("authorization") != wanted:
            return _error(401, "Invalid client")
        self._signed_in += 1
        token = f"token-{self._signed_in}"
        self._tokens[token] = (self.now() + timedelta(minutes=TOKEN_MINUTES), TOKEN_CALLS)
        return _json({"access_token": token, "expires_in": TOKEN_MINUTES * 60,
                      "token_type": "Bearer"})  # fmt: skip

    def is_token(self, token: str) -> bool:
        """Whether this token still holds."""
        ends_at, calls = self._tokens.get(token, (self.now(), 0))
        return not self.is_revoked and ends_at > self.now() and calls > 0

    def events_ready(self) -> int:
        """How many events of the timeline can be read by now."""
        return bisect_right(self._ready, self.now())

    def merges_told(self) -> set[str]:
        """The victims of all merges whose event was read out of the queue."""
        read = self.timeline.events[self._first : self._next]
        return {str(new) for event in read if event.action == "MERGE PROFILE"
                for _, _, new in event.elements}  # fmt: skip

    def _is_signed_in(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.is_token(token):
            return False
        ends_at, calls = self._tokens[token]
        if Quirk.TOKEN_ENDS in self.quirks:
            self._tokens[token] = (ends_at, calls - 1)
        return True

    def _dequeue(self, request: Request) -> Reply:
        """Reading removes. Without the vice, what was read is shown once more."""
        limit = min(int(request.said("limit") or EVENTS_MAX), EVENTS_MAX)
        first = self._next
        events = self.timeline.events[first : min(self.events_ready(), first + limit)]
        if Quirk.QUEUE_FORGETS in self.quirks or self._served_once == first:
            self._next = first + len(events)
        self._served_once = first
        if not events:
            return Reply(204)
        return self._body({"businessEventData": [self._event(event) for event in events]})

    def _event(self, event: Event) -> Json:
        is_number = Quirk.MODULE_NUMBERS in self.quirks and event.module in MODULE_NUMBERS
        details = []
        for name, old, new in event.elements:
            # The queue leaves blank values out; the stream writes them as empty text.
            said = {"dataElement": name, "oldValue": old, "newValue": new}
            details.append({key: value for key, value in said.items() if value is not None})
        local = event.at.astimezone(self.book.zone)
        return {
            "businessEvent": {
                "header": {
                    "moduleName": MODULE_NUMBERS[event.module] if is_number else event.module,
                    "actionType": event.action,
                    "actionId": event.id,
                    "primaryKey": event.key,
                    "createdDateTime": f"{local:%Y-%m-%d %H:%M:%S}.0",
                    "hotelId": self.hotel,
                },
                "details": details,
            },
            "businessEventId": {"id": event.id},
        }

    def _reservation(self, _: Request, id: str) -> Reply:
        pseudo = next((held for held in self.book.pseudo if held.stay.number == id), None)
        held = pseudo or self.book.stay_at(id, self.now())
        if held is None:
            return Reply(204)
        return self._body(self.bodies.reservation(held, self._guests_of([held]), self._today()))

    def _profile(self, _: Request, id: str) -> Reply:
        life = self.book.profiles.get(id)
        found = life.state_at(self.now()) if life else None
        return self._body(self.bodies.profile(found)) if found else _error(404, "No profile")

    def _folio(self, _: Request, id: str) -> Reply:
        held = self.book.stay_at(id, self.now())
        if held is None:
            return Reply(204)
        return self._body(folio(self.book, id, held, self.now(), self.bodies))

    def _search(self, request: Request) -> Reply:
        """By arrival; no way to ask for what changed."""
        first, last = request.said("arrivalStartDate"), request.said("arrivalEndDate")
        found = [
            held
            for held in [*self._held(), *self.book.pseudo]
            if (not first or held.stay.arrival_on >= date.fromisoformat(first))
            and (not last or held.stay.arrival_on <= date.fromisoformat(last))
        ]
        offset = int(request.said("offset") or 0)
        limit = min(int(request.said("limit") or SEARCH_MAX), SEARCH_MAX)
        page = found[offset : offset + limit]
        lines = self.bodies.search(page, self._guests_of(page), self._today())
        return self._body({
            "reservations": {
                "reservationInfo": lines, "offset": str(offset), "limit": str(limit),
                "hasMore": offset + limit < len(found), "totalResults": str(len(found)),
            }
        })  # fmt: skip

    def _order(self, request: Request) -> Reply:
        criteria = json.loads(request.body)["criteria"]
        span = criteria["timeSpan"]
        days = date.fromisoformat(span["endDate"]) - date.fromisoformat(span["startDate"])
        if days.days >= SUMMARY_DAYS:
            return _error(400, "The span is longer than 94 days")
        id_ = f"{len(self._summaries) + 1}"
        wait = SUMMARY_SECONDS if Quirk.SLOW_SUMMARIES in self.quirks else 0
        made = self.now()
        self._summaries[id_] = (made, made + timedelta(seconds=wait), criteria)
        return Reply(202, headers={"location": f"{request.path}/{id_}"})

    def _progress(self, request: Request, id: str) -> Reply:
        if id not in self._summaries:
            return _error(404, "No such process")
        if self._summaries[id][1] > self.now():
            return Reply(200)
        return Reply(201, headers={"location": request.path})

    def _summary(self, _: Request, id: str) -> Reply:
        if id not in self._summaries:
            return _error(404, "No such summary")
        made, _ready, criteria = self._summaries[id]
        first = date.fromisoformat(criteria["timeSpan"]["startDate"])
        last = date.fromisoformat(criteria["timeSpan"]["endDate"])
        changed = criteria.get("lastModifiedDate") or {}
        span = [changed.get(f"{end}LastModifiedDate") for end in ("start", "end")]
        helds = [held for held in [*self._held(made), *self.book.pseudo]
                 if held.stay.arrival_on <= last and held.stay.departure_on >= first]  # fmt: skip
        if all(span):
            begin, end = (datetime.fromisoformat(str(one)) for one in span)
            helds = [h for h in helds if h.stay.modified_at and begin <= h.stay.modified_at <= end]
        rows = [self.bodies.row(held) for held in helds]
        if Quirk.FOREIGN_ROWS in self.quirks and rows:
            rows.append({**rows[-1], "hotelId": FOREIGN})
        return self._body({"reservations": rows})

    def _held(self, at: datetime | None = None) -> list[Held]:
        instant = at or self.now()
        found = (life.state_at(instant) for life in self.book.stays.values())
        return [held for held in found if held is not None]

    def _guests_of(self, helds: list[Held]) -> dict[str, Profile]:
        ids = {guest.profile for held in helds for guest in held.stay.guests}
        lives = ((id_, self.book.profiles[id_].state_at(self.now())) for id_ in ids)
        return {id_: profile for id_, profile in lives if profile is not None}

    def _today(self) -> date:
        return self.now().astimezone(self.book.zone).date()

    def _body(self, body: Json) -> Reply:
        return Reply(200, self.bodies.dumped(body), {"content-type": "application/json"})


def _json(body: Json) -> Reply:
    return Reply(200, json.dumps(body).encode(), {"content-type": "application/json"})


def _error(status: int, title: str, headers: dict[str, str] | None = None) -> Reply:
    body = {"type": "about:blank", "title": title, "status": str(status), "o:errorCode": "LAB"}
    return Reply(status, json.dumps(body).encode(), headers or {})
