"""The programme on screens: sentences, exclusive modes, a draft that is tried, a member's ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from django.test import Client

from staytrue.guests.card import guest_of
from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.loyalty.models import AwardPause, PointsEntry, Redemption, TermsVersion
from tests.loyalty import scene
from tests.make import NOON
from tests.web.house import House

pytestmark = pytest.mark.django_db
DEFAULT = {
    "mode": "rules", "rules": "1", "tiers": "1", "combine": "first", "window": "rolling",
    "default-points": "25", "default-per": "night", "default-rooms": "each",
    "default-rounding": "floor", "default-rounded": "points",
    "rule1-per": "night", "rule1-rooms": "each", "rule1-by": "arrival", "rule1-share": "whole",
    "rule1-rounding": "floor", "rule1-rounded": "points",
}  # fmt: skip


@pytest.fixture
def at() -> Iterator[House]:
    """A hotel whose programme gives 25 points a night to everybody."""
    with clock.use(lambda: NOON):
        yield scene.programme()


@pytest.fixture
def chief(at: House) -> Client:
    """Whoever manages all hotels."""
    return at.client("administrator", everywhere=True)


def text(client: Client, address: str, **given: str) -> str:
    answer = client.get(address, given)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def said(client: Client, address: str, told: dict[str, str]) -> str:
    return unescape(client.post(address, told, follow=True).content.decode())


def account(at: House, guest: str = "G1") -> str:
    """The address of a guest's account."""
    with scope.everything():
        found = guest_of(at.guest(guest))
    assert found is not None
    return f"/guests/{found.public_id}/account/"


def test_the_terms_are_told_in_the_words_that_compute_them(at: House, chief: Client) -> None:
    assert "25 points per night, for every guest." in text(chief, "/loyalty/")
    scene.live({"rules": [{"key": "year", "per": "stay", "points": 500, "dates": {
        "first": "2021-01-01", "last": "2021-12-31", "by": "arrival"}}],
        "default": {"key": "default", "per": "night", "points": 25}}, from_on=date(2026, 1, 1))  # fmt: skip
    shown = text(chief, "/loyalty/")
    assert "500 points per reservation, for arrivals from 1 Jan to 31 Dec 2021" in shown
    assert "25 points per night, where no other rule fits." in shown


def test_one_mode_excludes_the_other_on_screen_and_on_the_server(at: House, chief: Client) -> None:
    by_rules = text(chief, "/loyalty/terms/")
    before, _, after = by_rules.partition('name="room_charge"')
    assert before.rpartition("<fieldset")[2].split(">")[0].strip().endswith("disabled")
    plain = text(chief, "/loyalty/terms/?mode=room_charge")
    assert (
        "disabled"
        not in plain.partition('name="room_charge"')[0].rpartition("<fieldset")[2].split(">")[0]
    )
    forced = said(chief, "/loyalty/terms/", DEFAULT | {"room_charge": "2"})
    assert "Points come by rules or by room charge, not by both." in forced
    with scope.everything():
        assert not TermsVersion.objects.filter(state="draft").exists()
    assert after


def test_a_draft_is_written_tried_and_activated(at: House, chief: Client) -> None:
    scene.left(at, "G1", "G2")
    rule = {"rule1-key": "Long stays", "rule1-points": "100", "rule1-nights_min": "3",
            "tier1-name": "Silver", "tier1-1-nights": "3"}  # fmt: skip
    shown = said(chief, "/loyalty/terms/", DEFAULT | rule)
    assert "100 points per night, only stays of 3 nights or more." in shown
    assert "3 nights within the last 12 months." in shown
    tried = said(chief, "/loyalty/draft/", {"act": "try", "from": "2026-05-01", "to": "2026-05-01"})
    assert "<span>Points they have now</span><b>150</b>" in tried
    assert "<span>Points by the draft</span><b>600</b>" in tried
    done = said(chief, "/loyalty/draft/", {"act": "activate", "from": "2026-05-01"})
    assert "version 2, for check-outs from 1 May on" in done


def test_whoever_stops_awarding_is_warned_that_it_is_for_ever(at: House, chief: Client) -> None:
    shown = text(chief, "/loyalty/pause/", hotel="BIO", **{"from": "2026-05-10"})
    assert "Points that are skipped can never be regained." in shown
    said(
        chief,
        "/loyalty/pausing/",
        {"hotel": "BIO", "from": "2026-05-01", "to": "", "reason": "No budget"},
    )
    scene.left(at, "G1")
    with scope.everything():
        pause = AwardPause.objects.get()
        assert Account.objects.count() == 1
        assert not PointsEntry.objects.exists()
    said(chief, "/loyalty/pausing/", {"end": str(pause.pk), "to": "2026-05-02"})
    assert "1 to 2 May" in text(chief, "/loyalty/")


def test_the_account_opens_every_stay_and_version_behind_its_points(at: House) -> None:
    (stay,) = scene.left(at, "G1")
    client = at.client("general_manager")
    shown = text(client, account(at))
    assert "<span>Points</span><b>75</b>" in shown
    assert "default: 3 × 25 = 75" in shown
    assert f'href="/stays/{stay}/"' in shown
    assert 'href="/loyalty/versions/1/"' in shown


def test_points_are_opened_adjusted_set_aside_used_and_given_back(at: House) -> None:
    scene.left(at, "G1")
    client, address = at.client("general_manager"), account(at)
    post = address.replace("/account/", "/points/")
    assert "Say why" in said(client, post, {"act": "open", "points": "1200", "reason": " "})
    said(client, post, {"act": "open", "points": "1200", "reason": "Old card"})
    said(client, post, {"act": "adjust", "points": "-75", "reason": "Typed twice"})
    said(client, post, {"act": "hold", "points": "500", "reason": "Dinner"})
    assert "<span>Points</span><b>700</b>" in text(client, address)
    with scope.everything():
        held = Redemption.objects.get().public_id
    said(client, post, {"act": "release", "redemption": str(held)})
    assert "<span>Points</span><b>1,200</b>" in text(client, address)
    assert "has 1200 points" in said(
        client, post, {"act": "hold", "points": "1201", "reason": "Suite"}
    )


def test_front_desk_sees_the_account_and_no_points(at: House) -> None:
    scene.left(at, "G1")
    shown = text(at.client("front_desk"), account(at))
    assert "Account" in shown
    assert "<dt>Number</dt>" in shown
    assert ">Points<" not in shown
    assert "Ledger" not in shown


def test_a_file_of_opening_balances_is_seen_before_it_is_entered(at: House) -> None:
    scene.left(at, "G1", "G2")
    with scope.everything():
        one, other = Account.objects.order_by("pk").values_list("pk", flat=True)
    client = at.client("general_manager")
    file = f"account,points\n{one},1200\n{other},300\n"
    wrong = said(client, "/loyalty/openings/", {"act": "check", "text": file, "total": "1499"})
    assert "are not your total" in wrong
    shown = said(client, "/loyalty/openings/", {"act": "check", "text": file, "total": "1500"})
    assert "Enter 2 balances" in shown
    said(
        client,
        "/loyalty/openings/",
        {"act": "take", "text": file, "total": "1500", "reason": "Old cards"},
    )
    with scope.everything():
        assert (
            sum(PointsEntry.objects.filter(kind="opening").values_list("points", flat=True))
            == 1_500
        )


def test_what_is_owed_opens_the_entries_that_make_it(at: House, chief: Client) -> None:
    scene.left(at, "G1", "G2")
    shown = text(chief, "/loyalty/owed/", month="2026-05")
    assert "150 points, of all members together" in shown
    assert shown.count("to the stay") == 2
