"""Streams of PMSs over real sockets: what is told is kept once, and a broken line is opened again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from staytrue.connectors import registry
from staytrue.connectors.base import Settings, Streams
from staytrue.connectors.opera_cloud.connector import OperaCloud, Tokens
from staytrue.flow import outgoing, streaming
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection, Notification
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.kit.sockets import MESSAGE_BYTES
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.mews.script import Told
from staytrue.lab.pms.mews.socket import Line, Socket
from staytrue.lab.pms.opera_cloud.simulator import OperaCloud as OperaLab
from staytrue.lab.pms.opera_cloud.streaming import Stream
from staytrue.lab.pms.sockets import ServedSocket
from staytrue.staff import audit
from tests import make
from tests.lab.pms.follower import Clock, Wire

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 21)
TOKENS = {"client_token": "lab-client", "access_token": "lab-access"}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(outgoing, "_ways", {})
    monkeypatch.setattr(streaming, "LISTEN_SECONDS", 0.05)


def connect(dialect: str, **values: Any) -> Connection:
    """A connection; its private address is allowed unless `inside` says no."""
    is_private = bool(values.pop("inside", True))
    with scope.everything(), audit.acting("tests", make.NOON):
        link = inbox.connect("live", make.hotel(), dialect, values, now=make.NOON)
        inbox.allow_private(link, is_allowed=is_private)
    return link


def calls() -> list[Notification]:
    with scope.everything():
        return list(Notification.objects.order_by("id"))


class Until(threading.Event):
    """Tells the ear to stop as soon as something is true; gives up after many looks."""

    def __init__(self, is_done: Callable[[], bool], looks: int = 200) -> None:
        super().__init__()
        self.is_done, self.looks = is_done, looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks <= 0 or self.is_done()


@contextmanager
def mews() -> Iterator[tuple[Socket, ServedSocket]]:
    """The event socket of a house."""
    socket = Socket("lab-client", "lab-access")
    with ServedSocket(socket.connect) as served:
        yield socket, served


def changed(socket: Socket, *ids: str) -> None:
    told = [Told(make.NOON, "ServiceOrderUpdated", id_) for id_ in ids]
    socket.take([*told, Told(make.NOON, "CustomerUpdated", "guest")])


def test_what_mews_says_on_its_socket_is_kept_like_a_call() -> None:
    with mews() as (socket, served):
        link = connect("mews", socket_url=served.url, **TOKENS)

        def is_done() -> bool:
            if socket.lines and not calls():
                changed(socket, "r-1", "r-2")
            return bool(calls())

        assert streaming.listen(link, Until(is_done))
    (call,) = calls()
    live = registry.live("mews")
    assert live is not None
    assert [hint.id for hint in live.hints(bytes(call.body), {})] == ["r-1", "r-2"]


def test_a_house_without_an_address_of_a_socket_is_not_listened_to() -> None:
    assert not streaming.listen(connect("mews", **TOKENS), threading.Event())


def test_tokens_that_are_refused_stop_the_line_for_a_person() -> None:
    with mews() as (_socket, served):
        link = connect("mews", socket_url=served.url, **{**TOKENS, "access_token": "another"})
        with pytest.raises(Misconfigured, match="refused our credentials"):
            streaming.listen(link, threading.Event())


def test_a_socket_in_the_own_network_needs_an_administrators_word() -> None:
    with mews() as (_socket, served):
        link = connect("mews", inside=False, socket_url=served.url, **TOKENS)
        with pytest.raises(Misconfigured, match="port"):
            streaming.listen(link, threading.Event())


@pytest.mark.parametrize(
    "address",
    ["wss://169.254.169.254", "wss://127.0.0.1:8443", "https://x.example", "wss://[::1]"],
)
def test_a_stream_never_leads_to_a_place_we_may_not_speak_to(address: str) -> None:
    link = connect("mews", inside=False, socket_url=address, **TOKENS)
    with pytest.raises(Misconfigured):
        streaming.listen(link, threading.Event())


def test_a_broken_line_is_said_and_what_came_before_is_kept() -> None:
    with mews() as (socket, served):
        link = connect("mews", socket_url=served.url, **TOKENS)

        def is_done() -> bool:
            if socket.lines and not calls():
                changed(socket, "r-1")
            elif calls():
                socket.lines[0].closed = 1012
            return False

        with pytest.raises(Temporary, match="1012"):
            streaming.listen(link, Until(is_done, 2000))
    assert calls()


def test_a_message_beyond_the_limit_ends_the_line() -> None:
    with mews() as (socket, served):
        link = connect("mews", socket_url=served.url, **TOKENS)

        def is_done() -> bool:
            if socket.lines:
                socket.lines[0].waiting.append("x" * (MESSAGE_BYTES + 1))
            return False

        with pytest.raises(Temporary):
            streaming.listen(link, Until(is_done, 2000))
    assert calls() == []


def test_two_workers_never_listen_to_one_stream() -> None:
    with mews() as (socket, served):
        link = connect("mews", socket_url=served.url, **TOKENS)
        answers = []

        def is_done() -> bool:
            other = threading.Thread(target=lambda: answers.append(_listen_elsewhere(link)))
            other.start()
            other.join()
            return True

        streaming.listen(link, Until(is_done))
        assert len(socket.lines) == 1
    assert answers == [False]


def _listen_elsewhere(link: Connection) -> bool:
    try:
        return streaming.listen(link, threading.Event())
    finally:
        connection.close()


def test_the_ear_opens_a_broken_line_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "backoff", lambda *_a, **_k: 0.0)
    with mews() as (socket, served):
        link = connect("mews", socket_url=served.url, **TOKENS)

        def is_done() -> bool:
            if len(socket.lines) == 1:
                socket.lines[0].closed = 1001
            return len(socket.lines) > 1

        streaming._ear(link.pk, Until(is_done, 2000))
        assert len(socket.lines) == 2


def test_a_refusal_stops_the_connection_and_asks_for_it() -> None:
    with mews() as (_socket, served):
        link = connect("mews", socket_url=served.url, **{**TOKENS, "client_token": "x"})
        streaming._ear(link.pk, threading.Event())
    with scope.everything():
        link.refresh_from_db()
    assert link.stopped_code == "http_credentials"


class Opera:
    """A chain's stream on a real socket, and a connection of one hotel to it."""

    def __init__(self) -> None:
        span = timedelta(days=20)
        world = build_world(3, hotel_sirga(rooms=8), TODAY - span, TODAY + span, today=TODAY)
        self.clock = Clock(datetime(2026, 5, 21, 6, tzinfo=UTC))
        self.lab = OperaLab(world, self.clock)
        self.stream = Stream(self.lab)

    def sign_in(self) -> str:
        """A token of the gateway, which stands on another port here."""
        values = {**self.lab.settings_values(), "base_url": "http://opera.lab"}
        told = Settings("BIO", "Europe/Madrid", "ES", "EUR", self.clock(), values)
        return Tokens().get(Wire(self.lab.answer), told)


def test_what_opera_streams_is_kept_once_with_the_place_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opera = Opera()
    monkeypatch.setattr(OperaCloud, "token", lambda *_: opera.sign_in())
    with ServedSocket(lambda _: opera.stream.connect(), "graphql-transport-ws") as served:
        values = {**opera.lab.settings_values(), "base_url": f"http://{served.authority}"}
        link = connect("opera_cloud", **values)
        noon = opera.clock()

        def is_done() -> bool:
            line = opera.stream.line
            if line and line.place is not None:
                # Without a place to go on the stream begins with what comes from now on.
                opera.clock.instant = noon + timedelta(days=2)
            return bool(calls())

        streaming.listen(link, Until(is_done, 2000))
        first = calls()
        with scope.everything():
            mark, _ = inbox.bookmark(link, streaming.BOOKMARK)
        assert mark["offset"]
        streaming.listen(link, Until(lambda: len(calls()) > len(first), 60))
    ids = [call.event_id for call in calls()]
    assert len(set(ids)) == len(ids), "the event at the offset comes again and counts once"
    live = registry.live("opera_cloud")
    assert isinstance(live, Streams)
    hints = [hint for call in calls() for hint in live.hints(bytes(call.body), {})]
    assert {hint.entity for hint in hints} <= {"reservation", "profile"}
    assert hints


def test_a_line_of_the_lab_answers_nobody() -> None:
    line = Line([json.dumps({"Events": []})])
    assert line.say("hello") == []
    assert len(line.events()) == 1
    assert line.events() == []
