"""One group is made ready while another leaves; what is known of either is settled, in their order."""

from __future__ import annotations

import gc
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from staytrue.hotel import scope
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import dispatching, outlets
from staytrue.messages.departing import Departure, Departures
from staytrue.messages.dispatching import Ports
from staytrue.messages.kinds import Kind, State
from staytrue.messages.letters import Written
from staytrue.messages.models import Message
from tests.make import NOON
from tests.messages import scene, ways

WORDS = Written("Your stay", "<p>Welcome</p>", "Welcome", "Claire", "https://sirga.example/g/u/abc")


@dataclass
class Group:
    """A group that leaves when it is told to."""

    name: str
    may_go: threading.Event = field(default_factory=threading.Event)
    thread: int = 0
    error: Exception | None = None

    def go(self) -> None:
        assert self.may_go.wait(10)
        self.thread = threading.get_ident()
        if self.error:
            raise self.error


@dataclass
class Post:
    """What was settled, in its order."""

    settled: list[str] = field(default_factory=list)

    def settle(self, group: Departure) -> None:
        self.settled.append(cast(Any, group).name)

    def send(self, out: Departures, group: Group, *, is_waited_for: bool = False) -> None:
        out.send(cast(Departure, group), is_waited_for=is_waited_for)


def test_the_next_is_made_ready_while_one_is_on_the_wire() -> None:
    post, first, second = Post(), Group("first"), Group("second")
    with Departures(post.settle) as out:
        post.send(out, first)
        assert post.settled == []
        first.may_go.set()
        second.may_go.set()
        post.send(out, second)
        assert post.settled == ["first"]
    assert post.settled == ["first", "second"]
    assert first.thread == second.thread != threading.get_ident()


def test_what_is_waited_for_leaves_behind_what_went_before_it() -> None:
    post, first, last = Post(), Group("first"), Group("last")
    first.may_go.set()
    last.may_go.set()
    with Departures(post.settle) as out:
        post.send(out, first)
        post.send(out, last, is_waited_for=True)
        assert post.settled == ["first", "last"]
    assert last.thread == threading.get_ident()


@pytest.mark.parametrize("is_waited_for", [True, False])
def test_a_broken_group_is_settled_as_far_as_it_came_and_so_is_the_next(
    is_waited_for: bool,  # noqa: FBT001
) -> None:
    before, collects, post = sys.getswitchinterval(), gc.get_threshold(), Post()
    broken, next_ = Group("broken", error=OSError("the disk is full")), Group("next")
    broken.may_go.set()
    next_.may_go.set()

    def send() -> None:
        with Departures(post.settle) as out:
            post.send(out, broken, is_waited_for=is_waited_for)
            post.send(out, next_)

    with pytest.raises(OSError, match="full"):
        send()
    assert post.settled == (["broken"] if is_waited_for else ["broken", "next"])
    assert sys.getswitchinterval() == before
    assert gc.isenabled()
    assert gc.get_threshold() == collects


@pytest.mark.django_db(transaction=True)
def test_groups_behind_each_other_leave_each_message_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "GROUP", 2)
    with ways.home(tmp_path / "home"), MailSink() as sink:
        house = scene.build()
        ways.armed(house.hotel, sink.port, limit=1000)
        house.plan(*(house.wanted(Kind.CHANGE, occurrence=str(n)) for n in range(7)))
        ports = Ports(write=lambda claims, _: [WORDS] * len(claims), clock=lambda: NOON, ahead=True)
        counts = dispatching.send_due(ways.WORKER, ports)
        ports.close()
        assert (counts.claimed, counts.accepted, counts.held) == (7, 7, 0)
        assert len({each.message_id for each in sink.mails}) == len(sink.mails) == 7
        assert {each.state for each in scene.messages()} == {State.ACCEPTED}


@pytest.mark.django_db(transaction=True)
def test_a_stop_reaches_the_group_that_was_made_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "GROUP", 2)

    def stop(_mail: object) -> None:
        if sink.taken == 1:
            outlets.stop("tests", NOON)

    with ways.home(tmp_path / "home"), MailSink(heard=stop) as sink:
        house = scene.build()
        ways.armed(house.hotel, sink.port, limit=1000)
        house.plan(*(house.wanted(Kind.CHANGE, occurrence=str(n)) for n in range(8)))
        ports = Ports(write=lambda claims, _: [WORDS] * len(claims), clock=lambda: NOON, ahead=True)
        dispatching.send_due(ways.WORKER, ports)
        ports.close()
        assert len(sink.mails) == 2
        with scope.everything():
            assert Message.objects.filter(state=State.ACCEPTED).count() == 2
