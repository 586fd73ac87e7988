"""A dead or unwelcome address is asked for again at the desk; the guest is not lost."""

from __future__ import annotations

import pytest

from staytrue.consent import acts, other_address
from staytrue.consent.acts import About, Spoken
from staytrue.consent.purposes import Channel, Origin
from staytrue.consent.ratchet import Cause
from staytrue.flow import reactions
from staytrue.hotel import scope
from staytrue.mirror.models import Reservation
from staytrue.staff.models import Ask
from tests.consent.scenes import kept, person, point, stays, told, two_hotels
from tests.make import NOON
from tests.web.house import House

pytestmark = pytest.mark.django_db
CARRIER = Spoken(Origin.CARRIER, "carrier")


def complained(*emails: str) -> House:
    """Ana, who is to arrive, complained of her first address."""
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", *emails))
    kept(ids)
    stays(at, "G1", status="confirmed")
    about = [About(contact_point_id=point(emails[0]).pk)]
    acts.suppress(about, Channel.EMAIL, Cause.COMPLAINT, CARRIER, NOON)
    return at


def test_a_complaint_has_the_desk_ask_for_another_address_at_the_next_arrival() -> None:
    at = complained("ana@gmail.com")
    reactions.settle(NOON)
    with scope.everything():
        ask = Ask.objects.get(kind="other_address")
        stay = Reservation.objects.get()
    assert (ask.role_id, ask.property_id, ask.closed_at) == ("front_desk", at.sirga.pk, None)
    assert ask.due_at
    assert ask.due_at.date() == stay.arrival_on
    assert ask.link == f"/stays/{stay.pk}/"


def test_who_has_another_address_is_asked_nothing() -> None:
    complained("ana@gmail.com", "ana@other.example")
    reactions.settle(NOON)
    with scope.everything():
        assert not Ask.objects.filter(kind="other_address").exists()


def test_the_ask_ends_with_the_stay_it_was_for() -> None:
    complained("ana@gmail.com")
    reactions.settle(NOON)
    with scope.everything():
        Reservation.objects.update(status="cancelled")
        other_address.ask_for_stays(list(Reservation.objects.values_list("pk", flat=True)), NOON)
        assert Ask.objects.get(kind="other_address").closed_why == "has_address"
