"""The health of a living PMS on its page: what it does, what waits, how late its changes come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import override

from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications, wanted
from staytrue.inbox.models import Connection
from staytrue.inbox.wanted import Want
from staytrue.mirror import actions as mirror
from staytrue.staff import audit
from staytrue.web import reasons
from tests import make
from tests.web.house import NOW, House

HOUR = timedelta(hours=1)


@pytest.fixture
def link(hotel_house: House) -> Connection:
    """Hotel Sirga's Mews, walked through an hour ago."""
    walked = {"through": (NOW - HOUR).isoformat()}
    with scope.everything(), audit.acting("tests", NOW):
        link = inbox.connect("sirga-mews", hotel_house.sirga, "mews", {}, now=NOW)
        inbox.set_bookmark(link, "walk", walked, NOW)
        for object in ("profile", "reservation"):
            mirror.tell_read(
                link.pk, object, property_id=link.property_id, true_through=NOW - HOUR, now=NOW
            )
    return link


def told(client: Client, more: str = "") -> str:
    answer = client.get(f"/connections/sirga-mews/{more}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def changed(link: Connection, minutes_ago: int, lag_seconds: int) -> None:
    """A live change that came so long ago, so late."""
    parcel = make.delivery(link, NOW - 12 * HOUR, state="applied")
    at = NOW - timedelta(minutes=minutes_ago)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO change (at, source_at, object, object_id, no, connection_id,
                                   property_id, kinds, delivery_id, history)
               VALUES (%s, %s, 'reservation', 1, 2, %s, %s, '{modified}', %s, false)""",
            [at, at - timedelta(seconds=lag_seconds), link.pk, link.property_id, parcel.pk],
        )


def test_what_is_read_and_what_waits_stands_in_plain_words(
    hotel_house: House, link: Connection
) -> None:
    with scope.everything():
        wants = [Want("reservation", str(n)) for n in range(3)]
        wanted.want(link, wants, NOW - timedelta(minutes=7))
        call = notifications.arrived(link.pk, b"{}", now=NOW - timedelta(minutes=2))
        notifications.keep_many([call])
    text = told(hotel_house.client("front_desk"))
    assert "It is asked for changes at the next turn." in text
    assert "3, the oldest since" in text
    assert "1, the oldest since" in text
    assert "17:53" in text
    assert "No live change came in this time" in text
    assert "watched folder" not in text


def test_a_resting_connection_says_until_when_and_why(hotel_house: House, link: Connection) -> None:
    rest = {
        "until": (NOW + timedelta(minutes=4)).isoformat(),
        "reason": "The PMS asks for patience.",
    }
    with scope.everything():
        inbox.set_bookmark(link, "rest", rest, NOW)
    text = told(hotel_house.client("front_desk"))
    assert "Resting" in text
    assert "It is asked again at 18:04. The PMS asks for patience." in text


def test_the_lag_is_drawn_by_hour_and_told_to_the_second(
    hotel_house: House, link: Connection
) -> None:
    changed(link, 200, 40)
    changed(link, 130, 30)
    changed(link, 20, 125)
    client = hotel_house.client("front_desk")
    text = told(client)
    assert "At worst 2 min 05 s" in text
    assert 'class="cf">last hour</th><td role="cell" class="num" data-l="Half within">' in text
    assert "95 of 100; half of them within" in text
    assert 'data-l="Changes">3</td>' in text
    assert "p50" not in text
    assert "p95" not in text
    assert 'aria-current="true">7 days' in told(client, "?lag=week")


def test_before_a_changed_pms_is_resumed_the_page_says_what_that_means(
    hotel_house: House, link: Connection
) -> None:
    with scope.everything():
        inbox.stop(link, "views_changed", {"reason": "In stays, column dep is gone."}, NOW)
    text = told(hotel_house.client("administrator"))
    assert "column dep is gone" in text
    assert text.index("Compare the views with the mapping first") < text.index(
        "I have compared them"
    )
    assert "I have compared them" not in told(hotel_house.client("front_desk"))


def test_which_column_is_gone_is_told_in_every_language(
    hotel_house: House, link: Connection
) -> None:
    with scope.everything():
        inbox.stop(link, "views_changed", {"reason": "In stays, column dep is gone."}, NOW)
    client = hotel_house.client("administrator")
    client.post("/language/", {"language": "fr"})
    text = told(client)
    assert '<span lang="en">In stays, column dep is gone.</span>' in text
    assert "Next due</span><b>—</b>" in told(hotel_house.client("front_desk"))


def test_before_a_restored_pms_is_resumed_the_page_says_what_that_means(
    hotel_house: House, link: Connection
) -> None:
    with scope.everything():
        inbox.stop(link, "went_back", {"reason": "The PMS shows 3 of its records older."}, NOW)
    text = told(hotel_house.client("administrator"))
    assert "The PMS shows 3 of its records older." in text
    assert text.index("learned in the last 7 days is read again") < text.index(
        "The PMS is right as it is now"
    )
    assert "It is mended" not in text
    assert "The PMS is right as it is now" not in told(hotel_house.client("front_desk"))


@pytest.mark.parametrize(("language", "word"), [("fr", "sauvegarde"), ("es", "copia de seguridad")])
def test_why_a_restored_pms_is_stopped_is_told_in_the_language_of_the_reader(
    language: str, word: str
) -> None:
    with override(language):
        assert word in reasons.told("went_back", "The PMS shows 3 of its records older.")
