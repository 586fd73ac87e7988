"""The event stream against the simulated server: offsets, repetition, one reader, token end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from staytrue.connectors.base import Bookmark, Delivery, Settings
from staytrue.connectors.opera_cloud import stream
from staytrue.connectors.opera_cloud.connector import OperaCloud
from staytrue.connectors.opera_cloud.stream import Conversation
from staytrue.kit.errors import Misconfigured, Temporary
from staytrue.lab.bookings import build_world
from staytrue.lab.house import hotel_sirga
from staytrue.lab.pms.opera_cloud import OperaCloud as Lab
from staytrue.lab.pms.opera_cloud.streaming import Line, Stream
from tests.lab.pms.follower import Clock, Wire

TODAY = date(2026, 5, 21)


class Chain:
    """A hotel's stream with virtual time, and a reader."""

    def __init__(self) -> None:
        span = timedelta(days=20)
        world = build_world(3, hotel_sirga(rooms=8), TODAY - span, TODAY + span, today=TODAY)
        self.clock = Clock(datetime(2026, 5, 21, 6, tzinfo=UTC))
        self.lab = Lab(world, self.clock)
        self.server = Stream(self.lab)
        values = {**self.lab.settings_values(), "base_url": "http://opera.lab"}
        self.settings = Settings("BIO", "Europe/Madrid", "ES", "EUR", self.clock(), values)
        self.token = self.sign_in()

    def sign_in(self) -> str:
        """A fresh token."""
        return OperaCloud().token(Wire(self.lab.answer), self.settings)

    def talk(self, bookmark: Bookmark) -> tuple[Conversation, Line]:
        """Greets and subscribes."""
        conversation, line = (
            Conversation(self.settings, self.token, bookmark),
            self.server.connect(),
        )
        for answer in line.say(conversation.greeting()):
            for message in conversation.received(answer).send:
                line.say(message)
        return conversation, line

    def heard(self, conversation: Conversation, line: Line) -> list[Delivery]:
        """What comes by now."""
        return [
            delivery
            for message in line.events()
            for delivery in conversation.received(message).deliveries
        ]


@pytest.fixture
def chain() -> Chain:
    """A fresh stream."""
    return Chain()


def test_every_event_comes_once_with_the_place_to_go_on(chain: Chain) -> None:
    conversation, line = chain.talk({"offset": "0"})
    chain.clock.instant += timedelta(hours=6)
    found = chain.heard(conversation, line)
    ids = {event.id for event in chain.lab.timeline.events if event.ready_at <= chain.clock()
           and event.ready_at >= chain.clock() - timedelta(days=7)}  # fmt: skip
    assert len(found) == len(ids) > 0
    assert found[-1].bookmark == {"offset": conversation.offset, "seen": conversation.seen}


def test_after_a_cut_it_goes_on_and_the_repeated_event_is_dropped(chain: Chain) -> None:
    conversation, line = chain.talk({"offset": "0"})
    first = chain.heard(conversation, line)
    conversation, line = chain.talk(first[-1].bookmark or {})
    assert chain.heard(conversation, line) == []
    chain.clock.instant += timedelta(hours=12)
    assert chain.heard(conversation, line)


def test_after_a_day_the_server_forgot_us_but_the_offset_did_not(chain: Chain) -> None:
    conversation, line = chain.talk({"offset": "0"})
    bookmark = chain.heard(conversation, line)[-1].bookmark or {}
    chain.clock.instant += timedelta(days=2)
    chain.token = chain.sign_in()
    conversation, line = chain.talk(bookmark)
    found = chain.heard(conversation, line)
    missed = {event.id for event in chain.lab.timeline.events
              if chain.clock() - timedelta(days=2) < event.ready_at <= chain.clock()}  # fmt: skip
    assert {delivery.bookmark["seen"][-1] for delivery in found if delivery.bookmark} >= missed


def test_the_offset_is_text_and_the_hotel_is_asked_for() -> None:
    conversation = Chain().talk({"offset": "42"})[0]
    assert 'offset:\\"42\\"' in conversation._subscribe()
    assert 'hotelCode:\\"BIO\\"' in conversation._subscribe()


def test_a_second_reader_is_a_thing_to_settle(chain: Chain) -> None:
    conversation, line = chain.talk({})
    chain.server.connect()
    with pytest.raises(Misconfigured) as stop:
        conversation.closed(line.closed or 0)
    assert stop.value.code == "stream_taken_over"


def test_an_ended_token_opens_the_stream_again(chain: Chain) -> None:
    chain.clock.instant += timedelta(hours=2)
    conversation, line = chain.talk({})
    with pytest.raises(Temporary):
        conversation.closed(line.closed or 0)


def test_a_ping_is_answered_and_a_complete_ends(chain: Chain) -> None:
    conversation = Conversation(chain.settings, chain.token, {})
    assert conversation.received('{"type": "ping"}').send == ['{"type": "pong"}']
    assert conversation.received('{"type": "complete", "id": "1"}').ended


@pytest.mark.parametrize("said", ["", "[]", '{"type": "error", "payload": [{"message": "no"}]}'])
def test_what_is_no_message_closes_for_a_while(chain: Chain, said: str) -> None:
    with pytest.raises(Temporary):
        Conversation(chain.settings, chain.token, {}).received(said)


def test_the_address_holds_a_hash_and_never_the_key() -> None:
    found = stream.address("https://gateway.example/", "app-key")
    assert found.startswith("wss://gateway.example/subscriptions?key=")
    assert "app-key" not in found
