"""Messages on the command line: listed, shown whole, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import pytest

from staytrue.hotel import scope
from staytrue.messages import planning
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Message, WrongSend
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted
from staytrue.mirror.models import Profile, Reservation
from tests.cli.conftest import Cli

DUE = datetime(2026, 5, 22, 12, tzinfo=UTC)


@pytest.fixture
def message(filled: Cli) -> Message:
    """A pre-check-in that somebody dropped."""
    with scope.everything():
        stay, person = Reservation.objects.order_by("pk")[0], Profile.objects.order_by("pk")[0]
        wanted = Wanted(
            kind=Kind.PRE_CHECKIN, property_id=stay.property_id, profile_id=person.pk,
            contact_point_id=None, purpose="stay", due_at=DUE, not_before=DUE,
            not_after=DUE + timedelta(days=1), language="en", language_why="", step="stay:before",
            step_version=1,
        )  # fmt: skip
        planning.settle({stay.pk: [wanted]}, DUE)
        found = Message.objects.get()
        planning.close([found.pk], Reason.DROPPED_BY_STAFF, DUE, by="member:1")
    return found


def test_messages_are_listed_shown_and_explained(filled: Cli, message: Message) -> None:
    key = str(message.public_id)
    listed = filled("list", "messages", "--status", "closed", "--property", "BIO", "--json")
    assert [each["id"] for each in listed.document] == [key]
    shown = filled("show", "message", key, "--json").document
    assert [each["reason"] for each in shown["decisions"]] == ["dropped_by_staff"]
    why = filled("why", key, "--json").document["why"]
    assert (why["answer"], why["reason"]) == ("dropped", "dropped_by_staff")
    assert why["facts"] == {"by": "member:1"}
    assert "dropped by staff" in filled("why", key).out


def test_what_is_no_message_is_a_no_and_nonsense_is_wrong_use(filled: Cli) -> None:
    assert filled("why", uuid5(NAMESPACE_URL, "nobody"), "--json").code == 1
    assert filled("show", "message", "x").code == 1
    assert filled("list", "messages", "--status", "confirmed").code == 2
    assert filled("list", "profiles", "--status", "confirmed").code == 2


def test_those_that_later_facts_showed_to_be_wrong_are_listed_with_their_cause(
    filled: Cli, message: Message
) -> None:
    with scope.everything():
        WrongSend.objects.create(
            message=message, property_id=message.property_id, cause="cancelled",
            knowable="unknowable", true_at=DUE, known_at=DUE, found_at=DUE, owner="guest_relations",
            then={"status": "confirmed"}, stands={"status": "cancelled"},
        )  # fmt: skip
    (found,) = filled("list", "messages", "--wrong", "--json").document
    assert (found["id"], found["cause"]) == (str(message.public_id), "cancelled")
    assert (found["then"]["status"], found["stands"]["status"]) == ("confirmed", "cancelled")
    assert (found["owner"], found["is_open"]) == ("guest_relations", True)
    assert filled("list", "guests", "--wrong").code == 2
