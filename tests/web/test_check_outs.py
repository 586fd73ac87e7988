"""Check-outs on screens: what waits is seen, a preview adds up, a run reports every stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from django.test import Client

from staytrue.flow import checking_out, jobs
from staytrue.guests.accounts import configuring
from staytrue.guests.models import Account, CheckOutRun, ContactType
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.mirror.models import Reservation
from tests.consent.scenes import two_hotels
from tests.guests.accounts.test_considering import left as past
from tests.loyalty import scene
from tests.make import NOON
from tests.web.house import House

pytestmark = pytest.mark.django_db
SETTING = {
    "not_rate_codes": "COMP", "groups": "on", "day_use": "on", "adds_new": "on",
    "phone_1": "cell", "phone_2": "home", "email": "home",
}  # fmt: skip
RANGE = {"from": "2026-05-01", "to": "2026-05-07"}


@pytest.fixture
def at() -> Iterator[House]:
    """Two hotels that nobody has configured yet."""
    with clock.use(lambda: NOON):
        yield two_hotels()


def text(client: Client, address: str, **given: str) -> str:
    answer = client.get(address, given)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def configure(at: House, **changes: object) -> None:
    """Save the form of Hotel Sirga; a change to None leaves a field out."""
    told = {name: value for name, value in (SETTING | changes).items() if value is not None}
    answer = at.client("general_manager").post("/check-outs/settings/?hotel=BIO", told, follow=True)
    assert "Saved." in answer.content.decode()


def test_a_hotel_without_configuration_blocks_where_everybody_sees_it(at: House) -> None:
    scene.left(at, "G1", "G2")
    client = at.client("general_manager")
    assert "Hotel Sirga is not configured" in text(client, "/check-outs/")
    assert "2 check-outs wait" in text(client, "/check-outs/settings/")
    listed = text(client, "/check-outs/list/", outcome="blocked", hotel="BIO")
    assert listed.count("Waits for its hotel’s settings</span>") == 2
    configure(at)
    assert "is not configured" not in text(client, "/check-outs/")


def test_what_does_not_qualify_is_listed_with_its_rate(at: House) -> None:
    configure(at)
    scene.left(at, "G1", rate_code="COMP")
    listed = text(at.client("general_manager"), "/check-outs/list/", outcome="not_qualifying")
    assert "rate COMP" in listed
    assert "Ana G1" in listed


def test_new_guests_stay_out_by_setting_and_are_listed(at: House) -> None:
    configure(at)
    scene.left(at, "G1", day=date(2026, 5, 1))
    configure(at, adds_new=None)
    scene.left(at, "G1", "G2", "G3", day=date(2026, 5, 4))
    client = at.client("general_manager")
    assert (
        text(client, "/check-outs/list/", outcome="not_added").count("Not added, by setting</span>")
        == 2
    )
    assert text(client, "/check-outs/list/", outcome="member").count("Had an account</span>") == 1
    with scope.everything():
        assert Account.objects.count() == 1


def test_a_preview_adds_up_to_its_check_outs_and_a_run_does_just_that(at: House) -> None:
    configure(at)
    past(at, "G1", day=date(2026, 5, 1), imported=True)
    past(at, "G2", day=date(2026, 5, 7), imported=True)
    past(at, "G3", day=date(2026, 5, 2), rate_code="COMP", imported=True)
    past(at, "G4", day=date(2026, 5, 9), imported=True)
    client = at.client("general_manager")
    would = text(client, "/check-outs/run/", **RANGE)
    assert "Run 3 check-outs" in would
    with scope.everything():
        assert not CheckOutRun.objects.exists()
        stay = Reservation.objects.get(number="G1-2026-05-01").pk
    assert f"/stays/{stay}/" in would
    done = client.post("/check-outs/run/", RANGE | {"hotel": "BIO"}, follow=True)
    told = unescape(done.content.decode())
    assert "All check-outs of these days" in told
    assert "rate COMP" in told
    with scope.everything():
        run = CheckOutRun.objects.get()
    assert run.counts == {"added": 2, "not_qualifying": 1}
    assert sum(run.counts.values()) == run.stays == 3
    assert "Considered before" in text(client, "/check-outs/run/", **RANGE)


def test_a_run_of_many_days_is_the_workers_and_its_page_counts_along(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking_out, "AT_ONCE", 1)
    configure(at)
    past(at, "G1", day=date(2026, 5, 1), imported=True)
    past(at, "G2", day=date(2026, 5, 7), imported=True)
    client = at.client("general_manager")
    asked = client.post("/check-outs/run/", RANGE | {"hotel": "BIO"})
    begun = text(client, asked["Location"])
    assert "0 of 2 check-outs done" in begun
    assert f'hx-get="{asked["Location"]}" hx-trigger="every 2s"' in begun
    assert "under way" in text(client, "/check-outs/")
    jobs.run_past_days(NOON)
    ended = text(client, asked["Location"])
    assert "All check-outs of these days" in ended
    assert 'hx-trigger="every 2s"' not in ended
    with scope.everything():
        run = CheckOutRun.objects.get()
    assert (run.counts, run.done, run.ended_at) == ({"added": 2}, 2, NOON)


def test_days_in_the_wrong_order_are_refused_with_a_sentence(at: House) -> None:
    configure(at)
    shown = text(
        at.client("general_manager"),
        "/check-outs/run/",
        **{"from": RANGE["to"], "to": RANGE["from"]},
    )
    assert "Exchange its dates" in shown


def test_a_run_of_another_hotel_does_not_exist(at: House) -> None:
    client = at.client("general_manager")
    assert client.get("/check-outs/run/", RANGE | {"hotel": "LYO"}).status_code == 404
    with scope.everything():
        run = CheckOutRun.objects.create(
            first=date(2026, 5, 1), last=date(2026, 5, 2), property_ids=[at.other.pk],
            actor="tests", at=NOON, stays=0,
        )  # fmt: skip
    assert client.get(f"/check-outs/runs/{run.pk}/").status_code == 404


def test_one_configuration_for_all_hotels_and_back(at: House) -> None:
    chief = at.client("administrator", everywhere=True)
    chief.post("/check-outs/settings/?hotel=*", SETTING | {"not_rate_codes": "HOUSE, COMP"})
    with scope.everything():
        told = configuring.settings()
        assert {each.qualifying.not_rate_codes for each in told.values() if each} == {
            ("HOUSE", "COMP")
        }
    assert "The same configuration" not in text(chief, "/check-outs/settings/")
    # Who answers for one hotel reads it and cannot change it.
    answer = at.client("general_manager").post(
        "/check-outs/settings/?hotel=BIO", SETTING, follow=True
    )
    assert "All hotels have the same configuration" in unescape(answer.content.decode())
    chief.post("/check-outs/settings/change/", {"act": "each"})
    assert "is not configured" in text(chief, "/check-outs/")


def test_a_type_is_added_to_both_lists_and_one_in_use_cannot_go(at: House) -> None:
    configure(at)
    chief = at.client("administrator", everywhere=True)
    change = "/check-outs/settings/change/"
    chief.post(
        change, {"act": "add", "kind": "phone", "code": "assistant", "words": "PA, secretary"}
    )
    shown = text(chief, "/check-outs/settings/?hotel=BIO")
    assert shown.count('value="assistant"') == 3, "for both phones, and the button that retires it"
    answer = chief.post(change, {"act": "retire", "kind": "phone", "code": "cell"}, follow=True)
    assert "Choose another there first" in unescape(answer.content.decode())
    chief.post(change, {"act": "retire", "kind": "phone", "code": "fax"})
    with scope.everything():
        assert ContactType.objects.get(kind="phone", code="fax").retired_at
    assert '<option value="fax"' not in text(chief, "/check-outs/settings/?hotel=BIO")
