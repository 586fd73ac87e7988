"""What must be read is asked for once, survives a killed reader, and is never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from staytrue.hotel import scope
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection
from staytrue.inbox.wanted import LOST_AFTER, Want
from tests import make

pytestmark = pytest.mark.django_db

STAY = Want("reservation", "30117")
SOON = timedelta(seconds=30)


@pytest.fixture
def link() -> Connection:
    """A connection with nothing to read."""
    return make.link(make.hotel())


def ids(claimed: list[wanted.Claimed]) -> list[str]:
    """What was claimed."""
    return [one.id for one in claimed]


def test_equal_wants_join_and_their_facts_come_together(link: Connection) -> None:
    with scope.everything():
        wanted.want(link, [Want("profile", "G1", {"merged_into": "G2"})], make.NOON)
        wanted.want(link, [Want("profile", "G1", {"event": "e7"})], make.NOON + SOON)
        (one,) = wanted.claim(link, make.NOON + SOON)
        assert one.facts == {"merged_into": "G2", "event": "e7"}
        assert wanted.oldest(link) == make.NOON


def test_what_is_wanted_while_it_is_being_read_is_read_again(link: Connection) -> None:
    with scope.everything():
        wanted.want(link, [STAY], make.NOON)
        first = wanted.claim(link, make.NOON)
        wanted.want(link, [STAY], make.NOON)
        wanted.done(first)
        assert ids(wanted.claim(link, make.NOON)) == ["30117"]


def test_what_a_killed_reader_held_is_free_after_a_while(link: Connection) -> None:
    with scope.everything():
        wanted.want(link, [STAY], make.NOON)
        wanted.claim(link, make.NOON)
        assert wanted.claim(link, make.NOON + SOON) == []
        assert ids(wanted.claim(link, make.NOON + LOST_AFTER + SOON)) == ["30117"]


def test_put_back_beside_a_new_want_leaves_one_with_both_facts(link: Connection) -> None:
    with scope.everything():
        wanted.want(link, [Want("profile", "G1", {"merged_into": "G2"})], make.NOON)
        first = wanted.claim(link, make.NOON)
        wanted.want(link, [Want("profile", "G1")], make.NOON + SOON)
        wanted.put_back(first, make.NOON + SOON, "busy")
        (one,) = wanted.claim(link, make.NOON + 2 * SOON)
        assert one.facts == {"merged_into": "G2"}
        assert wanted.oldest(link) == make.NOON


def test_a_killed_reader_s_claim_and_a_new_one_are_put_back_as_one(link: Connection) -> None:
    later = make.NOON + LOST_AFTER + SOON
    with scope.everything():
        wanted.want(link, [STAY], make.NOON)
        wanted.claim(link, make.NOON)
        wanted.want(link, [STAY], make.NOON + SOON)
        both = wanted.claim(link, later)
        assert ids(both) == ["30117", "30117"]
        wanted.put_back(both, later, "busy")
        assert ids(wanted.claim(link, later)) == ["30117"]
