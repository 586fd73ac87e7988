"""Guests of merged profiles: live ones with their delivery or not at all, those of files after it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from staytrue.changes.models import Unsettled
from staytrue.flow import intake, races, reactions, recognising
from staytrue.guests import golden, links
from staytrue.guests.models import Guest, Link, SourceProfile
from staytrue.hotel import scope
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import Email, GuestOnBooking, Phone, Profile
from staytrue.inbox.models import Connection
from staytrue.inbox.parcels import LIVE
from staytrue.kit import merge
from staytrue.kit.errors import Refused
from staytrue.mirror import actions as mirror
from staytrue.mirror.models import Profile as ProfileRow
from staytrue.mirror.models import Reservation as Stay
from staytrue.mirror.rows import Encoder
from tests import make
from tests.guests import crowds
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "+34600111222"


def message(link: Connection, number: str, *guests: Profile, kind: str = LIVE) -> None:
    """A delivery of one booking with its guests, merged as the line does it."""
    delivery = make.delivery(link, kind=kind)
    on_it = [
        GuestOnBooking(GuestRole.PRIMARY if not place else GuestRole.COMPANION, guest.source_id)
        for place, guest in enumerate(guests)
    ]
    stay = make.reservation(number=number, guests=on_it)
    encoder = Encoder(delivery.pk, link.property_id, "Europe/Madrid", NOON)
    lines = {
        "profile": [encoder.profile(seq, seq, seq, guest) for seq, guest in enumerate(guests, 1)],
        "reservation": [encoder.reservation(9, 9, 9, stay)],
    }

    def merged() -> None:
        for object, rows in lines.items():
            merge.stage(mirror.TARGETS[object], [("\n".join(rows) + "\n").encode()])
        intake.merge_rows(delivery, list(lines), (0, 10), NOON, NOON)

    races.run(merged)


def claire(source_id: str = "G1", **facts: object) -> Profile:
    return make.profile(source_id=source_id, phones=[Phone(PHONE, PHONE)], **facts)


@pytest.fixture
def link() -> Connection:
    return make.link(make.hotel())


def test_a_reservation_message_yields_one_stay_one_source_profile_and_one_link(
    link: Connection,
) -> None:
    message(link, "30117", claire())
    with scope.everything():
        stay, profile, linked = Stay.objects.get(), SourceProfile.objects.get(), Link.objects.get()
        assert stay.primary_profile == "G1"
        assert linked.profile_id == profile.profile_id
        assert Guest.objects.get().name == "Claire Fontanel"


@pytest.mark.parametrize("part", ["merging stays", "linking", "composing"])
def test_nothing_of_a_reservation_message_stays_where_a_part_of_it_fails(
    link: Connection, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Refused("It failed.", "tests")

    owner, name = {
        "merging stays": (mirror, "settle_rosters"),
        "linking": (links, "open_for"),
        "composing": (golden, "alone"),
    }[part]
    monkeypatch.setattr(owner, name, fail)
    if part == "merging stays":
        monkeypatch.setattr(recognising, "merged", _after_profiles(fail))
    with pytest.raises(Refused):
        message(link, "30117", claire())
    with scope.everything():
        for table in (Stay, ProfileRow, SourceProfile, Link, Guest):
            assert not table.objects.exists()


def _after_profiles(fail: object) -> object:
    """The profile's part is done, the stay's fails."""
    whole = recognising.merged

    def merged(delivery: object, object: str, ids: object, now: object) -> None:
        whole(delivery, object, ids, now)  # type: ignore[arg-type]
        if object == "reservation":
            fail()  # type: ignore[operator]

    return merged


def test_a_guest_who_comes_again_gets_one_link_and_no_second_account(link: Connection) -> None:
    message(link, "30117", claire())
    message(link, "30118", claire("G2"))
    with scope.everything():
        assert Guest.objects.count() == 1
        assert Link.objects.count() == 2


def test_two_guests_of_one_booking_are_two_people(link: Connection) -> None:
    message(link, "30117", claire())
    message(link, "30118", claire("G2"))
    message(link, "30119", claire(), claire("G2"))
    reactions.settle(NOON)
    with scope.everything():
        assert Guest.objects.filter(state="active").count() == 2


def test_a_file_leaves_one_mark_and_its_guests_are_recognised_after_it(
    link: Connection, tmp_path: Path
) -> None:
    guests = [claire(f"G{n}") for n in range(3)]
    made_at = NOON - timedelta(hours=2)
    path = make.guests_file(tmp_path, made_at, *guests)
    make.take(link, path, NOON, mapping="staytrue_guests")
    with scope.everything():
        assert not Link.objects.exists()
        assert Unsettled.objects.filter(reaction=recognising.REST).count() == 1
    assert recognising.catch_up(NOON) == 3
    assert recognising.catch_up(NOON) == 0
    with scope.everything():
        assert not Unsettled.objects.filter(reaction=recognising.REST).exists()
        assert Guest.objects.count() == 1


def test_many_profiles_of_a_file_are_recognised_in_one_run(
    link: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognising, "PAGE", 4)
    guests = [
        claire(f"G{n}", first_name=name, emails=[Email(f"{name.lower()}@fontanel.example")])
        for n, name in enumerate(["Claire", "Claire", "Bruno", "Diane", "Émile", "Fanny"])
    ]
    path = make.guests_file(tmp_path, NOON - timedelta(hours=2), *guests)
    make.take(link, path, NOON, mapping="staytrue_guests")
    assert recognising.catch_up(NOON) == 6
    reactions.settle(NOON)
    with scope.everything():
        ids = list(ProfileRow.objects.order_by("source_id").values_list("id", flat=True))
    assert crowds.partition(ids) == {frozenset(ids[:2]), *(frozenset([id_]) for id_ in ids[2:])}
