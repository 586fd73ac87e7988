"""What staff know better holds through every sync; what a PMS says anew is asked, never taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from staytrue.flow import reactions
from staytrue.guests import correcting, golden, links
from staytrue.guests.composing import Rule, Standing
from staytrue.guests.models import Correction, Guest, IdentityEvent
from staytrue.hotel import scope
from staytrue.hotel.records import Email, Profile
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.models import Ask
from tests import make
from tests.guests.test_golden import guest_of, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

__all__ = ["two_hotels"]
pytestmark = pytest.mark.django_db
RIGHT = {"value": "claire@right.example"}


def sync(at: House, day: int, address: str, language: str = "fr") -> int:
    """The PMS tells of Claire again, so many days later, and what follows is settled."""
    record = Profile(
        source_id="G1", first_name="Claire", last_name="Fontanel", language=language,
        emails=[Email(address)], notes=f"day {day}",
    )  # fmt: skip
    house.take(at.link, record, made_at=NOON + timedelta(days=day))
    profile = at.guest("G1")
    with scope.everything():
        reactions.compute_guests([profile], NOON + timedelta(days=day))
    return profile


def email_of(guest: Guest) -> str:
    with scope.everything():
        return golden.read([guest.pk])[guest.pk].golden().email


def again(guest: Guest) -> None:
    """What is kept of him by now."""
    with scope.everything():
        guest.refresh_from_db()


def open_asks() -> int:
    with scope.everything():
        return Ask.objects.filter(kind="correction_contradicted", closed_at=None).count()


def test_a_corrected_address_outlives_ten_syncs_and_a_new_one_is_a_conflict(
    two_hotels: House,
) -> None:
    profile = sync(two_hotels, 0, "claire@wrong.example")
    guest = guest_of(profile)
    access = people.access("front_desk", at=two_hotels.sirga)
    correcting.correct(access, profile, "emails", RIGHT, "she spelled it", NOON)
    for day in range(1, 11):
        sync(two_hotels, day, "claire@wrong.example")
    again(guest)
    assert [each["address"] for each in guest.golden["emails"]] == ["claire@right.example"]
    assert open_asks() == 0
    sync(two_hotels, 11, "claire@third.example")
    again(guest)
    assert [each["address"] for each in guest.golden["emails"]] == ["claire@right.example"]
    assert open_asks() == 1
    with scope.everything():
        (conflict,) = golden.read([guest.pk])[guest.pk].golden().conflicts
    assert conflict.said[0]["address"] == "claire@third.example"


def test_a_conflict_ends_with_ours_or_with_theirs(two_hotels: House) -> None:
    profile = sync(two_hotels, 0, "claire@wrong.example")
    guest = guest_of(profile)
    access = people.access("guest_relations")
    correcting.correct(access, profile, "emails", RIGHT, "she spelled it", NOON)
    sync(two_hotels, 1, "claire@third.example")
    correcting.keep(access, profile, "emails", NOON)
    assert (email_of(guest), open_asks()) == ("claire@right.example", 0)
    sync(two_hotels, 2, "claire@fourth.example")
    assert open_asks() == 1
    correcting.take(access, profile, "emails", NOON)
    assert (email_of(guest), open_asks()) == ("claire@fourth.example", 0)


def test_a_pinned_value_survives_the_next_sync_and_a_younger_source(two_hotels: House) -> None:
    profile = sync(two_hotels, 0, "claire@wrong.example", "fr")
    house.take(
        two_hotels.other_link,
        Profile(source_id="L1", first_name="Claire", last_name="Fontanel", language="de"),
        made_at=NOON + timedelta(days=3),
    )
    guest = guest_of(profile, two_hotels.guest("L1"))
    assert guest.golden["language"] == "de"
    correcting.pin(people.access("guest_relations"), profile, "language", "her passport", NOON)
    sync(two_hotels, 9, "claire@wrong.example", "es")
    with scope.everything():
        found = golden.read([guest.pk])[guest.pk].golden().fields["language"]
    assert (found.value, found.rule) == ("fr", Rule.PINNED)
    assert {each.value for each in found.candidates} == {"fr", "de", "es"}
    again(guest)
    assert guest.golden["language"] == "fr"


def test_a_word_taken_back_lets_the_pms_speak_again(two_hotels: House) -> None:
    profile = sync(two_hotels, 0, "claire@wrong.example")
    guest = guest_of(profile)
    access = people.access("guest_relations")
    given = {"value": "+33 6 12 34 56 78"}
    correcting.correct(access, profile, "phones", given, "she said", NOON, Standing.CONFIRMED)
    again(guest)
    assert guest.golden["phones"][0]["number"] == "+33612345678"
    correcting.lift(access, profile, "phones", "not hers", NOON)
    again(guest)
    assert "phones" not in guest.golden
    with scope.everything():
        assert Correction.objects.get().lifted_by == access.actor
        events = IdentityEvent.objects.filter(kind="corrected").order_by("id")
        assert [each.evidence["act"] for each in events] == ["confirmed", "lifted"]
        assert "33612345678" not in str(list(events.values()))


def test_what_a_file_says_anew_reaches_the_guest_and_the_ask_by_the_whole_line(
    two_hotels: House, tmp_path: Path
) -> None:
    link, days = two_hotels.link, [NOON + timedelta(days=day) for day in range(3)]

    def read(at: datetime, language: str, address: str) -> None:
        guest = make.profile(language=language, emails=[Email(address)])
        path = make.guests_file(tmp_path, at, guest)
        make.take(link, path, at + timedelta(minutes=1), "staytrue_guests")
        reactions.settle(at + timedelta(minutes=2))

    read(days[0], "fr", "claire@wrong.example")
    profile = two_hotels.guest("G1")
    with scope.everything():
        known = links.guests_of([profile]).get(profile)
    guest = guest_of(profile) if known is None else Guest(pk=known)
    access = people.access("guest_relations")
    correcting.correct(access, profile, "emails", RIGHT, "she spelled it", NOON)
    read(days[1], "es", "claire@wrong.example")
    again(guest)
    assert (guest.golden["language"], open_asks()) == ("es", 0)
    read(days[2], "es", "claire@third.example")
    again(guest)
    assert guest.golden["emails"][0]["address"] == "claire@right.example"
    assert open_asks() == 1


def test_one_of_two_addresses_is_corrected_and_the_other_stays(two_hotels: House) -> None:
    two = [Email("a@one.example"), Email("b@two.example")]
    house.take(two_hotels.link, Profile(source_id="G1", last_name="Fontanel", emails=two))
    profile = two_hotels.guest("G1")
    guest = guest_of(profile)
    access = people.access("guest_relations")
    correcting.correct(access, profile, "emails", RIGHT, "typing error", NOON, place=1)
    again(guest)
    assert [each["address"] for each in guest.golden["emails"]] == [
        "claire@right.example", "a@one.example",
    ]  # fmt: skip


def test_only_who_may_correct_at_the_profiles_hotel_does(two_hotels: House) -> None:
    profile = sync(two_hotels, 0, "claire@wrong.example")
    marketing = people.access("marketing", at=two_hotels.sirga)
    with pytest.raises(Forbidden):
        correcting.correct(marketing, profile, "emails", RIGHT, "why", NOON)
    elsewhere = people.access("guest_relations", at=two_hotels.other)
    with pytest.raises(Forbidden):
        correcting.pin(elsewhere, profile, "emails", "why", NOON)


def test_a_word_needs_a_reason_and_what_one_does_not_read_one_does_not_write(
    two_hotels: House,
) -> None:
    profile = sync(two_hotels, 0, "claire@wrong.example")
    desk = people.access("front_desk", at=two_hotels.sirga)
    with pytest.raises(Refused) as refusal:
        correcting.correct(desk, profile, "emails", RIGHT, " ", NOON)
    assert refusal.value.code == "reason_missing"
    with pytest.raises(Refused) as refusal:
        correcting.correct(desk, profile, "birth_date", {"value": "1980-04-12"}, "passport", NOON)
    assert refusal.value.code == "field_hidden"
    with pytest.raises(Refused) as refusal:
        correcting.lift(desk, profile, "emails", "why", NOON)
    assert refusal.value.code == "not_corrected"
