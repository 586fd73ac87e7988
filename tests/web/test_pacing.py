"""Pace and objectives on their page: what holds now, what is wrong in a sentence, who may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from staytrue.flow import living
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import pace
from staytrue.inbox.models import Connection
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry
from tests.web.house import NOW, House

PATH = "/connections/sirga-mews/pace/"


@pytest.fixture
def link(hotel_house: House) -> Connection:
    """Hotel Sirga's Mews, at our own pace."""
    with scope.everything(), audit.acting("tests", NOW):
        return inbox.connect("sirga-mews", hotel_house.sirga, "mews", {}, now=NOW)


def said(**values: Any) -> dict[str, Any]:
    """What the form sends, names with underscores for hyphens."""
    return {"role": "administrator"} | {k.replace("__", "-"): v for k, v in values.items()}


def told(client: Client, values: Mapping[str, Any] | None = None) -> str:
    answer = client.post(PATH, values, follow=True) if values else client.get(PATH)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_what_is_in_force_now(hotel_house: House, link: Connection) -> None:
    text = told(hotel_house.client("administrator"))
    assert "In force now: every 1 min from 13:00 to 23:00, else every 5 min." in text
    assert "Nothing is set." in text


def test_a_pace_and_objectives_are_kept_count_at_once_and_are_audited(
    hotel_house: House, link: Connection
) -> None:
    with scope.everything():
        inbox.set_bookmark(link, "turn changes", {}, NOW)
    soon = NOW + timedelta(seconds=30)
    assert not living.is_due(link, pace.CHANGES, soon)
    values = said(
        changes__else="900", changes__0__from="17", changes__0__to="20", changes__0__every="30",
        lag_p95="5", fidelity="99.9", fidelity_sample="300", role="guest_relations",
    )  # fmt: skip
    text = told(hotel_house.client("administrator"), values)
    assert "every 30 s from 17:00 to 20:00, else every 15 min<" in text
    assert "95 of 100 changes arrive within 5 min." in text
    assert "99.9% of the compared records are equal." in text
    assert "300 bookings and 300 guests are compared each night." in text
    assert "this role hears of it: Guest relations" in text
    # The connection object of the worker is the old one: the pace is read at every turn.
    assert living.is_due(link, pace.CHANGES, soon)
    with scope.everything():
        link.refresh_from_db()
        entries = AuditEntry.objects.filter(object=f"connection:{link.pk}", action="changed")
        assert all(entry.actor.startswith("member:") for entry in entries)
        assert {name for entry in entries for name in entry.fields} == {"cadence", "objectives"}
    assert link.objectives == {
        "lag_p95": 300, "fidelity": 0.999, "fidelity_sample": 300, "role": "guest_relations",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"near__0__from": "8"}, "Say from, to and how often"),
        (
            {"near__0__from": "8", "near__0__to": "8", "near__0__every": "60"},
            "From and to are the same hour.",
        ),
        (
            {"near__0__from": "8", "near__0__to": "12", "near__0__every": "60",
             "near__1__from": "11", "near__1__to": "14", "near__1__every": "30"},
            "The hours 8-12 and 11-14 overlap.",
        ),
        ({"fidelity": "120"}, "less than or equal to 100"),
        ({"fidelity_sample": "5"}, "greater than or equal to 20"),
    ],
)  # fmt: skip
def test_what_nobody_could_mean_is_told_in_a_sentence_and_not_kept(
    hotel_house: House, link: Connection, values: dict[str, str], sentence: str
) -> None:
    assert sentence in told(hotel_house.client("administrator"), said(**values))
    with scope.everything():
        link.refresh_from_db()
    assert (link.cadence, link.objectives) == ({}, {})


def test_only_who_manages_connections_sets_the_pace(hotel_house: House, link: Connection) -> None:
    client = hotel_house.client("general_manager")
    assert client.get(PATH).status_code == 403
    assert client.post(PATH, said()).status_code == 403


def test_a_connection_that_reads_files_has_no_pace(hotel_house: House) -> None:
    client = hotel_house.client("administrator")
    assert client.get("/connections/bio-files/pace/").status_code == 404
