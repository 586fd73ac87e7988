"""Business events are signals: what each makes us read again, and what is no event at all."""

from __future__ import annotations

from typing import Any

import pytest

from staytrue.connectors.opera_cloud.translate import translate
from tests.connectors.opera_cloud.reading_back import answers, settings

Json = dict[str, Any]


def event(**header: Any) -> Json:
    """One dequeued event."""
    details = header.pop("details", [])
    head = {"moduleName": "Reservation", "actionType": "UPDATE RESERVATION", "primaryKey": "7001",
            "hotelId": "BIO", **header}  # fmt: skip
    return {"businessEventData": [{"businessEvent": {"header": head, "details": details}}]}


def hinted(body: Json) -> list[tuple[str, str]]:
    """What an event makes us read."""
    return [(hint.entity, hint.id) for one in answers(body) for hint in one.hints]


def test_an_event_is_a_signal_and_never_the_truth() -> None:
    details = [
        {"dataElement": "RESERVATION STATUS", "oldValue": "RESERVED", "newValue": "CANCELLED"}
    ]
    found = answers(event(details=details))
    assert not found[0].reservations
    assert hinted(event(details=details)) == [("reservation", "7001")]


def test_a_check_in_may_come_as_an_update() -> None:
    details = [
        {"dataElement": "RESERVATION STATUS", "oldValue": "RESERVED", "newValue": "CHECKED IN"}
    ]
    found = answers(event(details=details))[0].hints[0]
    assert found.facts["changed"] == ["RESERVATION STATUS"]


def test_a_module_may_be_a_bare_number() -> None:
    body = event(moduleName=14, actionType="UPDATE PROFILE", primaryKey="5101")
    assert hinted(body) == [("profile", "5101")]
    assert hinted(event(moduleName=16, actionType="CHECK IN")) == [("reservation", "7001")]


def test_a_replaced_guest_is_read_and_the_one_before_too() -> None:
    details = [{"dataElement": "GUEST NAME ID", "oldValue": "5130", "newValue": "5101"}]
    assert hinted(event(details=details))[1:] == [("profile", "5130"), ("profile", "5101")]


def test_an_unchanged_element_makes_nothing_be_read() -> None:
    details = [{"dataElement": "GUEST NAME ID", "oldValue": "5101", "newValue": "5101"}]
    assert hinted(event(details=details)) == [("reservation", "7001")]


def test_a_posting_makes_its_reservation_be_read() -> None:
    details = [{"dataElement": "RESV NAME ID", "newValue": "7031"}]
    body = event(moduleName="Cashiering", actionType="POST CHARGE", primaryKey="8", details=details)
    assert hinted(body) == [("reservation", "7031")]


def test_another_hotels_event_is_left() -> None:
    assert hinted(event(hotelId="DON")) == []


def test_blank_is_absent_in_the_queue_and_empty_in_the_stream() -> None:
    detail = [{"elementName": "ROOM", "oldValue": "", "newValue": None}]
    body = {"newEvent": {"moduleName": "Reservation", "primaryKey": "7001", "detail": detail}}
    assert answers(body)[0].hints[0].facts["changed"] == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"reservations": {}, "reservations": {}}', "duplicate_field"),
        (b'{"reservations": NaN}', "number"),
        (b'{"reservations": 1e999}', "number"),
        (b"[" * 100_000, "too_deep"),
        (b"<html>busy</html>", "not_json"),
        (b"\xff\xfe{}", "not_json"),
        (b"[]", "not_an_object"),
        (b'{"somethingElse": 1}', "envelope"),
    ],
)
def test_what_readers_disagree_about_is_parked_whole(payload: bytes, code: str) -> None:
    found = list(translate(payload, settings()))
    assert [one.parked[0].code for one in found] == [code]
