"""The API answers with the caller's own rights, and never says what he may not know."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.models import Property
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.staff import audit
from staytrue.staff.keys import make_key
from staytrue.staff.models import AuditEntry, Member
from tests import make
from tests.mirror.test_actions import take
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.urls")]


@pytest.fixture
def hotel() -> Property:
    return make.hotel()


@pytest.fixture
def link(hotel: Property) -> Connection:
    """Three stays and a guest at Hotel Sirga."""
    link = make.link(hotel)
    take(
        link,
        make.reservation(number="30117", amount=Decimal("412.50"), room_number="12"),
        make.reservation(number="30118", status=Status.CANCELLED),
        make.reservation(number="30119", notes="Cot in room"),
    )
    take(link, make.profile())
    return link


def by_key(member: Member) -> Client:
    now = clock.now()
    with scope.everything(), audit.acting("tests", now):
        _, text = make_key(member, "report", now + timedelta(days=7), now)
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {text}"})


def by_session(member: Member) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(member)
    return client


def manager(hotel: Property) -> Client:
    return by_key(people.member("general_manager", at=hotel))


def numbers(answer: Any) -> list[str]:
    return [item["number"] for item in answer.json()["items"]]


def test_without_key_or_session_there_is_no_answer(link: Connection) -> None:
    for address in ("/api/reservations", "/api/reservations/BIO:30117", "/api/profiles"):
        assert Client().get(address).status_code == 401


def test_a_wrong_key_is_refused(link: Connection) -> None:
    answer = Client(headers={"Authorization": "Bearer staytrue_1_2"}).get("/api/reservations")
    assert answer.status_code == 401


def test_a_key_needs_its_own_right(link: Connection, hotel: Property) -> None:
    desk = people.member("front_desk", at=hotel)
    assert by_key(desk).get("/api/reservations").status_code == 403
    assert by_session(desk).get("/api/reservations").status_code == 200


def test_a_reservation_is_shown_with_the_instant_it_is_true_for(
    link: Connection, hotel: Property
) -> None:
    record = manager(hotel).get("/api/reservations/BIO:30117").json()
    assert (record["number"], record["amount"], record["status"]) == (
        "30117", "412.50", "confirmed",
    )  # fmt: skip
    assert "as_of" in record
    assert record["hidden"] == []


def test_fields_a_role_may_not_read_are_named_and_empty(link: Connection, hotel: Property) -> None:
    kitchen = by_session(people.member("department", at=hotel))
    record = kitchen.get("/api/reservations/30117").json()
    assert record["amount"] is None
    assert {"amount", "notes", "folio"} <= set(record["hidden"])
    assert record["room_number"] == "12"
    assert kitchen.get("/api/profiles").json()["items"] == []


def test_a_birth_date_is_masked_until_a_reason_is_kept(link: Connection, hotel: Property) -> None:
    take(link, make.profile(source_id="G5", birth_date="1979-11-03"))
    client, key = manager(hotel), f"{link.name}:G5"
    shown = client.get(f"/api/profiles/{key}").json()
    assert (shown["birth_date"], shown["masked"]) == (None, ["birth_date"])
    assert "1979" not in client.get("/api/profiles").content.decode()
    refused = reveal(client, key, " ")
    assert refused.status_code == 400
    assert "1979" not in refused.content.decode()
    told = reveal(client, key, "police form")
    assert told.json() == {"key": key, "values": {"birth_date": "1979-11-03"}}
    with scope.everything():
        (entry,) = AuditEntry.objects.filter(action="revealed")
    assert (entry.reason, entry.fields) == ("police form", ["birth_date"])


def test_whoever_reads_no_birth_dates_has_none_revealed(link: Connection, hotel: Property) -> None:
    take(link, make.profile(source_id="G5", birth_date="1979-11-03"))
    client = by_key(people.member("administrator", at=hotel))
    assert reveal(client, f"{link.name}:G5", "police form").status_code == 200
    desk = by_session(people.member("front_desk", at=hotel))
    assert reveal(desk, f"{link.name}:G5", "police form").status_code in {400, 403}


def test_a_page_of_another_site_writes_nothing_by_the_session(
    link: Connection, hotel: Property, settings: Any
) -> None:
    # Ours leads to pages that these addresses do not have.
    settings.CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
    take(link, make.profile(source_id="G5", birth_date="1979-11-03"))
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(people.member("general_manager", at=hotel))
    where, given = f"/api/profiles/{link.name}:G5/reveal", '{"reason": "police form"}'
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        assert client.post(where, given, content_type=kind).status_code == 403
    with scope.everything():
        assert not AuditEntry.objects.filter(action="revealed").exists()


def test_without_the_second_factor_his_role_needs_the_api_answers_nothing(
    link: Connection, hotel: Property
) -> None:
    client = by_session(people.member("general_manager", at=hotel, second_factor=False))
    answer = client.get("/api/reservations/30117")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")


def reveal(client: Client, key: str, reason: str) -> Any:
    where = f"/api/profiles/{key}/reveal"
    return client.post(where, {"reason": reason}, content_type="application/json")


def test_what_is_not_his_and_what_is_not_there_answer_alike(link: Connection) -> None:
    stranger = manager(people.property_("ELSE"))
    his = stranger.get("/api/reservations/BIO:30117")
    none = stranger.get("/api/reservations/BIO:99999")
    assert his.status_code == none.status_code == 404
    assert his.json()["code"] == none.json()["code"]
    with scope.everything():
        denied = AuditEntry.objects.filter(action="denied").values_list("object", flat=True)
        assert list(denied.order_by("pk")) == ["reservation:BIO:30117", "reservation:BIO:99999"]


def test_a_list_holds_only_what_he_may_see(link: Connection, hotel: Property) -> None:
    assert numbers(manager(hotel).get("/api/reservations")) == ["30117", "30118", "30119"]
    stranger = manager(people.property_("ELSE"))
    assert numbers(stranger.get("/api/reservations")) == []
    assert stranger.get("/api/reservations?property=BIO").status_code == 404


def test_a_list_is_filtered_by_status(link: Connection, hotel: Property) -> None:
    assert numbers(manager(hotel).get("/api/reservations?status=cancelled")) == ["30118"]
    assert manager(hotel).get("/api/reservations?status=asleep").status_code == 422


def test_pages_follow_each_other_without_gap_or_repetition(
    link: Connection, hotel: Property
) -> None:
    client, seen, address = manager(hotel), [], "/api/reservations?limit=1"
    cursor = ""
    while cursor is not None:
        answer = client.get(address + (f"&after={cursor}" if cursor else ""))
        seen += numbers(answer)
        cursor = answer.json()["next"]
    assert seen == ["30117", "30118", "30119"]


@pytest.mark.parametrize("cursor", ["nonsense", "WyJyIl0", "0"])
def test_a_made_up_cursor_is_refused(link: Connection, hotel: Property, cursor: str) -> None:
    assert manager(hotel).get(f"/api/reservations?after={cursor}").status_code == 400


def test_a_cursor_of_one_list_does_not_open_the_other(link: Connection, hotel: Property) -> None:
    client = manager(hotel)
    cursor = client.get("/api/reservations?limit=1").json()["next"]
    assert client.get(f"/api/profiles?after={cursor}").status_code == 400


def test_the_description_has_every_canonical_field(link: Connection, hotel: Property) -> None:
    text = Client().get("/api/openapi.json").json()
    described = set(text["components"]["schemas"]["Reservation"]["properties"])
    record = manager(hotel).get("/api/reservations/30117").json()
    assert set(record) == described
