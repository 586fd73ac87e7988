"""Links of guests: only the hash is kept, each opens one thing, those out of a list never end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.kit import ids
from staytrue.kit.scrubbing import scrubbed
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens, Wanted
from staytrue.messages.kinds import Kind
from staytrue.messages.models import GuestLink
from tests.make import NOON
from tests.messages import scene, ways

YEARS = timedelta(days=9 * 365)


@pytest.fixture
def sirga(db: None, tmp_path: Path) -> Iterator[scene.Scene]:
    with ways.home(tmp_path / "home"):
        yield scene.build()


def made(house: scene.Scene, opens: Opens, expires_at: datetime | None = None) -> str:
    wanted = Wanted(opens, house.hotel.pk, house.person(), "email", "fr", expires_at=expires_at)
    with scope.everything():
        (path,) = guest_links.make([wanted], NOON)
    return path.split("/")[2]


def found(token: str, opens: Opens, now: datetime = NOON) -> GuestLink | None:
    with scope.everything():
        return guest_links.resolve(token, opens, now)


def test_a_link_opens_what_it_was_made_for_and_nothing_else(sirga: scene.Scene) -> None:
    token = made(sirga, Opens.SURVEY)
    assert found(token, Opens.SURVEY)
    assert found(token, Opens.PREFERENCES) is None
    assert found(token, Opens.ARRIVAL) is None


def test_a_link_ends_at_its_moment_and_one_out_of_a_list_never(sirga: scene.Scene) -> None:
    survey = made(sirga, Opens.SURVEY, NOON + timedelta(days=1))
    assert found(survey, Opens.SURVEY, NOON + timedelta(hours=23))
    assert found(survey, Opens.SURVEY, NOON + timedelta(days=1)) is None
    assert found(made(sirga, Opens.PREFERENCES), Opens.PREFERENCES, NOON + YEARS)


def test_a_link_that_ended_is_forgotten_after_a_season_and_one_without_an_end_never(
    sirga: scene.Scene,
) -> None:
    made(sirga, Opens.SURVEY, NOON)
    out = made(sirga, Opens.PREFERENCES)
    season = guest_links.KEPT
    with scope.everything():
        assert guest_links.forget_ended(NOON + season) == 0
        assert guest_links.forget_ended(NOON + season + timedelta(seconds=1)) == 1
        assert guest_links.forget_ended(NOON + YEARS) == 0
    assert found(out, Opens.PREFERENCES, NOON + YEARS)


def test_only_the_hash_of_a_link_is_in_the_database(sirga: scene.Scene) -> None:
    token = made(sirga, Opens.PREFERENCES)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT g::text FROM guest_link g")
        (row,) = cursor.fetchone()
    assert token not in row
    assert token.encode().hex() not in row


def test_no_two_links_are_alike_and_none_is_short() -> None:
    tokens = {ids.token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


@pytest.mark.django_db
@given(st.text(max_size=60))
def test_whatever_stands_where_a_link_should_opens_nothing(text: str) -> None:
    assert found(text, Opens.PREFERENCES) is None


def test_a_cut_link_opens_nothing(sirga: scene.Scene) -> None:
    token = made(sirga, Opens.PREFERENCES)
    assert found(token[:-1], Opens.PREFERENCES) is None
    assert found(token + "A", Opens.PREFERENCES) is None
    assert found(token.swapcase(), Opens.PREFERENCES) is None


def test_no_log_shows_a_link() -> None:
    token = ids.token()
    for line in (f"Not Found: /g/{token}/", f"GET https://h.example/g/{token}/stop/ 200"):
        assert token not in scrubbed(line)


def test_a_link_is_seen_within_its_hotel_only(sirga: scene.Scene) -> None:
    made(sirga, Opens.PREFERENCES)
    with scope.properties([sirga.hotel.pk + 1]):
        assert not GuestLink.objects.exists()


def test_a_message_before_arrival_names_the_way_out_and_the_arrival(sirga: scene.Scene) -> None:
    sirga.plan(sirga.wanted(Kind.PRE_CHECKIN))
    claims = sirga.claim()
    with scope.everything():
        (links,) = guest_links.of_claims(claims, NOON)
    assert set(links) == {"preferences", "unsubscribe", "one_click", "pre_checkin", "wishes"}
    assert links["one_click"] == f"{links['unsubscribe']}stop/"
    token = links["pre_checkin"].split("/")[4]
    opened = found(token, Opens.ARRIVAL)
    assert opened
    assert (opened.profile_id, opened.channel) == (sirga.person(), "email")
    assert bytes(opened.address_hash)
    # He leaves on 26 May; the day after, the link is dead.
    assert found(token, Opens.ARRIVAL, NOON + timedelta(days=7)) is None
