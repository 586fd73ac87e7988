"""A clock that jumps is not believed (RELIABILITY fault 39), and a full disk pauses sending (45)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.flow.sending import JUMP, REST, Watch
from staytrue.kit.errors import Temporary
from staytrue.lab.mail_sink import MailSink
from staytrue.messages.kinds import Kind, State
from tests.make import NOON
from tests.messages import scene, ways
from tests.messages.test_dispatching import Post

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("jump", [JUMP + SECOND, -JUMP - SECOND, timedelta(days=1)])
def test_a_clock_that_jumped_is_waited_out(jump: timedelta) -> None:
    watch = Watch()
    rest = REST.total_seconds()
    assert watch.believes(NOON, 0)
    assert watch.believes(NOON + SECOND, 1)
    assert not watch.believes(NOON + SECOND * 2 + jump, 2)
    assert not watch.believes(NOON + jump + SECOND * (rest + 1), rest + 1)
    assert watch.believes(NOON + jump + SECOND * (rest + 2), rest + 2)


def test_a_clock_that_is_set_by_a_little_is_believed() -> None:
    watch = Watch()
    assert watch.believes(NOON, 0)
    assert watch.believes(NOON + SECOND + JUMP, 1)


@pytest.mark.django_db
def test_a_full_disk_pauses_sending_and_it_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ways.home(tmp_path / "home"), MailSink() as sink:
        house = scene.build()
        ways.armed(house.hotel, sink.port, limit=1_000)
        house.plan(house.wanted(Kind.CHANGE))

        def full() -> None:
            raise Temporary("The disk is full.", "disk_full")

        with monkeypatch.context() as patched:
            patched.setattr("staytrue.messages.dispatching.database.wait_for_disk", full)
            with pytest.raises(Temporary):
                Post().send()
            assert sink.mails == []
            assert scene.only().state == State.PLANNED
        Post().send()
        assert len(sink.mails) == 1
        assert scene.only().state == State.ACCEPTED
