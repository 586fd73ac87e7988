"""What is kept on a guest: composed over all his profiles, and again whenever they change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staytrue.guests import golden, links
from staytrue.guests.models import Correction, Guest, SourceTrust
from staytrue.hotel import scope
from staytrue.hotel.records import Email, Profile
from staytrue.staff import audit
from tests import make
from tests.make import NOON
from tests.web import house
from tests.web.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_hotels() -> House:
    sirga = make.hotel("BIO")
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    return House(sirga, other, make.link(sirga), make.link(other, "lyo-files"))


def guest_of(*profile_ids: int) -> Guest:
    """One guest with these profiles."""
    with scope.everything():
        (id_,) = links.open_guests(1, NOON)
        made = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        links.move(dict.fromkeys(profile_ids, id_), made, NOON)
        return Guest.objects.get(pk=id_)


def read_both(at: House) -> tuple[int, int]:
    """Claire at both hotels; the second was read a day later."""
    house.take(
        at.link,
        Profile(source_id="G1", first_name="CLAIRE", last_name="FONTANEL", language="fr",
                emails=[Email("claire@fontanel.example")]),
        made_at=NOON,
    )  # fmt: skip
    house.take(
        at.other_link,
        Profile(source_id="L1", first_name="C.", last_name="Fontanel", country="FR", language="es",
                emails=[Email("x.1@guest.booking.com", masked=True)]),
        made_at=NOON + timedelta(days=1),
    )  # fmt: skip
    return at.guest("G1"), at.guest("L1")


def test_a_guest_keeps_the_values_that_won_over_all_his_profiles(two_hotels: House) -> None:
    kept = guest_of(*read_both(two_hotels))
    assert kept.name == "Claire Fontanel"
    assert (kept.name_key, kept.last_name_key) == ("claire fontanel", "fontanel")
    assert kept.profiles == 2
    # The younger profile has but a relay: it came by an OTA.
    assert kept.golden["language"] == "fr"
    assert kept.golden["country"] == "FR"
    assert [each["address"] for each in kept.golden["emails"]] == [
        "claire@fontanel.example", "x.1@guest.booking.com",
    ]  # fmt: skip


def test_what_is_kept_does_not_hang_on_who_asks(two_hotels: House) -> None:
    kept = guest_of(*read_both(two_hotels))
    with scope.properties([two_hotels.other.pk]):
        golden.compute([kept.pk], NOON)
    with scope.everything():
        assert Guest.objects.get(pk=kept.pk).golden == kept.golden


def test_a_word_of_staff_and_the_trust_in_a_source_are_counted_in(two_hotels: House) -> None:
    one, other = read_both(two_hotels)
    kept = guest_of(one, other)
    with scope.everything(), audit.acting("tests", NOON):
        SourceTrust.objects.create(connection_id=two_hotels.link.pk, kind="ota", trust=10)
        Correction.objects.create(
            profile_id=other, property_id=two_hotels.other.pk, field="language", value="de",
            base="es", standing="pinned", actor="member:1", at=NOON,
        )  # fmt: skip
        golden.compute([kept.pk], NOON)
        kept.refresh_from_db()
        assert kept.golden["language"] == "de"
        read = golden.read([kept.pk])[kept.pk]
        assert read.trust[two_hotels.link.pk].kind == "ota"
        assert [word.value for word in read.words] == ["de"]
        alone = golden.read([kept.pk], profiles=[one])[kept.pk]
        assert [each.id for each in alone.profiles] == [one]


def test_many_guests_are_computed_with_the_statements_of_one(two_hotels: House) -> None:
    ids = [guest_of(each).pk for each in read_both(two_hotels)]
    with scope.everything():
        with CaptureQueriesContext(connection) as one:
            golden.compute(ids[:1], NOON)
        with CaptureQueriesContext(connection) as both:
            golden.compute(ids, NOON)
    assert len(both) == len(one)
