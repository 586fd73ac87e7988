"""A secret that is open in this process stands on no page of ours and in no repr (attack test 56)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from staytrue.flow import outgoing
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.staff import audit
from tests.web.house import NOW, House

CANARY = "kanari-17-never-to-be-seen"


@pytest.fixture
def link(hotel_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A connection with secrets."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    tokens = {"client_token": CANARY, "access_token": CANARY, "base_url": "https://pms.example"}
    with scope.everything(), audit.acting("tests", NOW):
        return inbox.connect("sirga-mews", hotel_house.sirga, "mews", tokens, now=NOW)


def test_a_page_that_fails_while_a_secret_is_open_shows_none(
    hotel_house: House, link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        with scope.everything():
            opened = outgoing.open_settings(link, NOW).values
        assert opened["access_token"] == CANARY
        raise RuntimeError(f"asked with {opened}")

    monkeypatch.setattr("staytrue.mirror.lists.day_tallies", broken)
    client = hotel_house.client("administrator", "front_desk")
    client.raise_request_exception = False
    answer = client.get("/today/")
    assert answer.status_code == 500
    assert b"Number of this error:" in answer.content
    assert CANARY not in answer.content.decode() + str(answer.headers)


def test_opened_settings_show_their_house_and_no_values(link: Connection) -> None:
    with scope.everything():
        opened = outgoing.open_settings(link, NOW)
    assert opened.values["access_token"] == CANARY
    assert "BIO" in repr(opened)
    assert CANARY not in repr(opened) + str(opened) + f"{opened!r:>5}"
