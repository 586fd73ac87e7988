"""Speaking with OPERA Cloud: sign-in, what the queue forgets, sweeps that resume, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest

from staytrue.connectors.base import Hint, Settings
from staytrue.connectors.opera_cloud.connector import OperaCloud
from staytrue.kit.errors import Misconfigured, Temporary, Unreadable
from staytrue.kit.http import Response

NOW = datetime(2026, 5, 21, 12, tzinfo=UTC)
VALUES = {
    "base_url": "https://gateway.example",
    "client_id": "id",
    "client_secret": "hush",
    "app_key": "key",
    "hotel_id": "BIO",
    "external_system": "STAYTRUE",
    "days_behind": "1",
    "days_ahead": "1",
}
SETTINGS = Settings("BIO", "Europe/Madrid", "ES", "EUR", NOW, VALUES)
TOKEN = json.dumps({"access_token": "t1", "expires_in": 3600}).encode()
Answer = Callable[[str, str, dict[str, str], bytes], tuple[int, Any, dict[str, str]]]


class Gateway:
    """Answers by a function of the test; counts what was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked, self.signed_in = answer, [], 0

    def request(self, method: str, url: str, *, headers: Any = None, body: bytes = b"") -> Response:
        """One call."""
        if url.endswith("/oauth/v1/tokens"):
            self.signed_in += 1
            token = json.dumps({"access_token": f"t{self.signed_in}"}).encode()
            return Response(200, {}, token, 0.0)
        self.asked.append((method, url.removeprefix("https://gateway.example"), body))
        status, said, more = self.answer(method, url, dict(headers or {}), body)
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        return Response(status, more, content, 0.0)


def always(status: int, said: Any = b"", **headers: str) -> Gateway:
    """A gateway with one answer to everything."""
    return Gateway(lambda *_: (status, said, headers))


def first_events(gateway: Gateway) -> list[bytes]:
    """What the queue gives."""
    found = OperaCloud().fetch({"swept_to": NOW.isoformat()}, gateway, SETTINGS, NOW)
    return [delivery.body for delivery in found]


def test_a_token_that_ends_in_mid_page_is_renewed_once_and_the_page_asked_again() -> None:
    pages = iter([{"businessEventData": [{"n": 1}]}, {"businessEventData": [{"n": 2}]}])

    def answer(_: str, __: str, headers: dict[str, str], ___: bytes) -> tuple[int, Any, Any]:
        if len(gateway.asked) > 1 and headers["authorization"] == "Bearer t1":
            return 401, b"", {}
        page = next(pages, None)
        return (200, page, {}) if page else (204, b"", {})

    gateway = Gateway(answer)
    assert [json.loads(body) for body in first_events(gateway)] == [
        {"businessEventData": [{"n": 1}]},
        {"businessEventData": [{"n": 2}]},
    ]
    assert gateway.signed_in == 2


def test_a_revoked_sign_in_stops_the_connection_after_one_renewal() -> None:
    gateway = always(401)
    with pytest.raises(Misconfigured) as stop:
        first_events(gateway)
    assert (stop.value.code, gateway.signed_in) == ("revoked", 2)


def test_a_refused_secret_is_a_setting_to_change() -> None:
    class Closed(Gateway):
        def request(self, method: str, url: str, **_: Any) -> Response:
            return Response(401, {}, b"", 0.0)

    with pytest.raises(Misconfigured):
        OperaCloud().check(Closed(lambda *_: (200, {}, {})), SETTINGS)


def test_what_paces_the_calls_may_see_the_refused_token_first() -> None:
    class Paced(Gateway):
        def request(self, method: str, url: str, **more: Any) -> Response:
            return super().request(method, url, **more).usable(NOW)

    gateway = Paced(
        lambda *args: (401 if args[2]["authorization"].endswith("t1") else 204, b"", {})
    )
    assert first_events(gateway) == []
    assert gateway.signed_in == 2


def test_however_many_threads_ask_one_signs_in() -> None:
    both = Barrier(2)

    class Slow(Gateway):
        def request(self, method: str, url: str, **more: Any) -> Response:
            if url.endswith("/oauth/v1/tokens"):
                # Two at a time would meet here; one alone stops waiting for the other.
                with suppress(BrokenBarrierError):
                    both.wait(0.2)
            return super().request(method, url, **more)

    gateway, connector = Slow(lambda *_: (204, b"", {})), OperaCloud()
    looks = [
        Thread(target=connector.read, args=(Hint("profile", "1"), gateway, SETTINGS))
        for _ in range(4)
    ]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert (gateway.signed_in, len(gateway.asked)) == (1, 4)


def test_one_record_that_is_refused_does_not_stop_the_connection() -> None:
    with pytest.raises(Unreadable):
        OperaCloud().read(Hint("profile", "1"), always(400, {"title": "Bad id"}), SETTINGS)


def test_too_many_calls_say_when_to_come_back() -> None:
    with pytest.raises(Temporary) as rest:
        first_events(always(429, **{"retry-after": "17"}))
    assert rest.value.facts["retry_after"] == 17


@pytest.mark.parametrize(
    ("status", "said"), [(503, b""), (200, b""), (200, b"<html>maintenance</html>")]
)
def test_an_answer_that_is_no_data_is_asked_for_again(status: int, said: bytes) -> None:
    with pytest.raises(Temporary):
        first_events(always(status, said))


@pytest.mark.parametrize("entity", ["reservation", "profile"])
@pytest.mark.parametrize("said", [b"", b"<html>maintenance</html>"])
def test_a_record_that_comes_as_no_data_is_asked_for_again(entity: str, said: bytes) -> None:
    with pytest.raises(Temporary):
        OperaCloud().read(Hint(entity, "30117"), always(200, said), SETTINGS)


def test_the_queue_is_not_read_on_before_the_first_parcel_is_kept() -> None:
    gateway = always(200, {"businessEventData": [{"n": 1}]})
    walk = OperaCloud().fetch({"swept_to": NOW.isoformat()}, gateway, SETTINGS, NOW)
    next(walk)
    assert len(gateway.asked) == 1


def test_a_check_never_takes_events_away() -> None:
    gateway = always(200, {"reservations": {}})
    OperaCloud().check(gateway, SETTINGS)
    assert not [url for _, url, _ in gateway.asked if "businessEvents" in url]


def test_an_unknown_hotel_is_said_at_the_check() -> None:
    with pytest.raises(Misconfigured) as stop:
        OperaCloud().check(always(404), SETTINGS)
    assert stop.value.code == "no_hotel"


def test_what_the_pms_has_no_more_reads_as_none() -> None:
    for status in (204, 404):
        gateway = Gateway(lambda _, url, *__: (status if "/1?" in url else 200, {}, {}))  # noqa: B023
        assert OperaCloud().read(Hint("reservation", "1"), gateway, SETTINGS) is None


@pytest.mark.parametrize("values", [{}, {"external_system": None}])
def test_a_hotel_that_opera_knows_no_more_is_never_taken_for_one_without_bookings(
    values: dict[str, Any],
) -> None:
    settings = replace(SETTINGS, values=VALUES | values)
    with pytest.raises(Misconfigured) as unread:
        OperaCloud().read(Hint("reservation", "1"), always(404), settings)
    with pytest.raises(Misconfigured) as unswept:
        list(OperaCloud().fetch({}, always(404), settings, NOW))
    assert unread.value.code == unswept.value.code == "no_hotel"


def test_ids_cannot_leave_their_place_in_the_address() -> None:
    gateway = always(204)
    OperaCloud().read(Hint("reservation", "../../crm/v1/x?y"), gateway, SETTINGS)
    assert "/reservations/..%2F..%2Fcrm%2Fv1%2Fx%3Fy?" in gateway.asked[0][1]


class Summaries:
    """Orders and summaries, ready when the test says so."""

    def __init__(self) -> None:
        self.is_ready, self.is_known, self.orders, self.location = False, True, [], "/summary/1"
        self.rows: list[dict[str, str]] = []

    def __call__(self, method: str, url: str, _: Any, body: bytes) -> tuple[int, Any, Any]:
        if "businessEvents" in url:
            return 204, b"", {}
        if method == "POST":
            self.orders.append(json.loads(body)["criteria"])
            return 202, b"", {"location": self.location}
        if not self.is_known:
            return 404, b"", {}
        if method == "HEAD":
            return (201, b"", {"location": "/summary/1"}) if self.is_ready else (200, b"", {})
        return 200, {"reservations": self.rows}, {}


def bookmarks(gateway: Gateway, bookmark: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Where each parcel says to go on."""
    walk = OperaCloud().fetch(bookmark, gateway, SETTINGS, now)
    return [delivery.bookmark or {} for delivery in walk]


def test_a_summary_that_is_not_ready_is_fetched_next_time_and_ordered_once() -> None:
    server = Summaries()
    gateway = Gateway(server)
    mark = bookmarks(gateway, {}, NOW)[-1]
    server.is_ready = True
    mark = bookmarks(gateway, mark, NOW + timedelta(minutes=5))[-1]
    assert (len(server.orders), mark) == (1, {"swept_to": NOW.isoformat()})


def test_a_summary_that_was_forgotten_is_ordered_anew() -> None:
    server = Summaries()
    gateway = Gateway(server)
    mark = bookmarks(gateway, {}, NOW)[-1]
    server.is_known = False
    mark = bookmarks(gateway, mark, NOW)[-1]
    server.is_known = server.is_ready = True
    bookmarks(gateway, mark, NOW)
    assert len(server.orders) == 2


def test_the_first_walk_asks_for_all_and_the_next_overlaps() -> None:
    server = Summaries()
    server.is_ready = True
    gateway = Gateway(server)
    mark = bookmarks(gateway, {}, NOW)[-1]
    assert bookmarks(gateway, mark, NOW + timedelta(minutes=50)) == []
    bookmarks(gateway, mark, NOW + timedelta(hours=2))
    assert "lastModifiedDate" not in server.orders[0]
    changed = server.orders[1]["lastModifiedDate"]
    assert changed == {
        "startLastModifiedDate": "2026-05-21T08:30:00Z",
        # A clock that is ahead of ours stamps in our future.
        "endLastModifiedDate": "2026-05-21T17:30:00Z",
    }


def test_a_row_that_the_sweep_before_gave_is_given_again_only_when_it_is_different() -> None:
    server = Summaries()
    server.is_ready = True
    gateway = Gateway(server)
    mark = bookmarks(gateway, {}, NOW)[-1]
    given = []
    for hours, rooms in enumerate((["1", "2"], ["1", "2"], ["1", "7"]), 1):
        server.rows = [
            {"resvStatus": "RESERVED", "room": room, "lastModifiedDateTime": "2026-05-21T11:30:00"}
            for room in rooms
        ]
        found = list(OperaCloud().fetch(mark, gateway, SETTINGS, NOW + timedelta(hours=hours)))
        said = [json.loads(each.body)["reservations"] if each.body else [] for each in found]
        given.append([row["room"] for rows in said for row in rows])
        mark = found[-1].bookmark or {}
    assert [sorted(set(rooms)) for rooms in given] == [["1", "2"], [], ["7"]]


def test_no_window_is_longer_than_opera_allows() -> None:
    server = Summaries()
    server.is_ready = True
    house = Settings("BIO", "UTC", "ES", "EUR", NOW, VALUES | {"days_ahead": "400"})
    list(OperaCloud().fetch({}, Gateway(server), house, NOW))
    spans = [order["timeSpan"] for order in server.orders]
    days = [
        datetime.fromisoformat(s["endDate"]) - datetime.fromisoformat(s["startDate"]) for s in spans
    ]
    assert max(days) < timedelta(days=94)
    ends = [datetime.fromisoformat(span["endDate"]) for span in spans]
    starts = [datetime.fromisoformat(span["startDate"]) for span in spans]
    assert starts[1:] == [end + timedelta(days=1) for end in ends[:-1]]


def test_a_location_on_another_server_gets_no_token() -> None:
    server = Summaries()
    server.location = "https://elsewhere.example/summary/1"
    gateway = Gateway(server)
    with pytest.raises(Misconfigured) as stop:
        bookmarks(gateway, {}, NOW)
    assert stop.value.code == "other_server"
    assert not [url for _, url, _ in gateway.asked if "elsewhere" in url]


def test_secrets_stand_in_no_error() -> None:
    with pytest.raises(Misconfigured) as stop:
        first_events(always(400, {"title": "Bad", "o:errorCode": "OPERA-1"}))
    assert "hush" not in str(stop.value)
    assert stop.value.facts["error"] == "OPERA-1"


@pytest.mark.parametrize(("status", "survivor"), [("Inactive", "5001"), ("Active", None)])
def test_a_survivor_known_before_counts_while_the_profile_is_away(
    status: str, survivor: str | None
) -> None:
    gateway = always(200, {"profileIdList": [{"id": "5101", "type": "Profile"}],
                           "profileDetails": {"statusCode": status}})  # fmt: skip
    opera = OperaCloud()
    said = opera.read(Hint("profile", "5101", {"was_merged_into": "5001"}), gateway, SETTINGS)
    assert said is not None
    (found,) = opera.translate(said.body, SETTINGS, said.context)
    assert found.profiles[0].merged_into == survivor
