"""The programme over the API: two ways to give points exclude each other."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.loyalty import modules
from staytrue.loyalty.models import TermsVersion
from tests.api.test_app import by_key, by_session
from tests.loyalty.scene import programme
from tests.make import NOON
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.urls")]
NIGHT = {"key": "default", "per": "night", "points": 25}


def write(client: Client, **given: Any) -> Any:
    return client.post("/api/loyalty/terms", given, content_type="application/json")


def test_rules_and_room_charge_at_once_are_refused_with_the_reason() -> None:
    programme()
    client = by_key(people.member("administrator"))
    answer = write(client, terms={"default": NIGHT, "room_charge": 1})
    assert (answer.status_code, answer.json()["code"]) == (400, "terms_exclusive")
    assert "not by both" in answer.json()["detail"]
    with scope.everything():
        assert not TermsVersion.objects.filter(state="draft").exists()
    assert write(client, terms={"mode": "room_charge", "room_charge": 1}).status_code == 201
    made = write(client, terms={"default": NIGHT}, expires_after=24, reason="Simpler").json()
    assert (made["state"], made["terms"]["default"]["points"]) == ("draft", "25")
    listed = client.get("/api/loyalty/terms").json()["items"]
    assert [(each["number"], each["state"]) for each in listed] == [(2, "draft"), (1, "live")]


def test_drafts_are_written_by_key_by_whoever_may_set_the_programme() -> None:
    at = programme()
    terms = {"default": NIGHT}
    assert write(by_session(people.member("administrator")), terms=terms).status_code == 403
    assert (
        write(by_key(people.member("general_manager", at=at.sirga)), terms=terms).status_code == 403
    )
    with scope.everything():
        assert not TermsVersion.objects.filter(state="draft").exists()


def test_without_a_programme_there_is_nothing_to_ask_for() -> None:
    programme()
    with scope.everything():
        modules.turn(people.access("administrator"), None, NOON, on=False)
    client = by_key(people.member("administrator"))
    assert client.get("/api/loyalty/terms").status_code == 404
    assert write(client, terms={"default": NIGHT}).status_code == 404
