"""Whom a mailing is for: by hand, from a file with its report, everyone of the hotel."""

from __future__ import annotations

import pytest

from staytrue.guests import erasing, reachability
from staytrue.guests.card import guest_of
from staytrue.hotel import scope
from staytrue.hotel.records import Email, Profile
from staytrue.kit.errors import Forbidden, Refused
from staytrue.messages.mailings import actions, lists
from staytrue.messages.models import Mailing, MailingRecipient
from staytrue.mirror.models import Profile as Person
from tests import make
from tests.make import NOON
from tests.messages.mailings import scene
from tests.messages.mailings.scene import House
from tests.messages.scene import MINUTE
from tests.staff import people
from tests.web import house as houses

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    """Three guests who agreed."""
    return scene.build(3)


def of(mailing: Mailing) -> list[int]:
    """The profiles on its list."""
    with scope.everything():
        rows = MailingRecipient.objects.filter(mailing=mailing)
        return list(rows.order_by("profile_id").values_list("profile_id", flat=True))


def take(house: House, text: str) -> tuple[Mailing, dict[str, object]]:
    """A draft whose list is this file, and the report."""
    mailing = house.draft("file")
    with scope.everything():
        report = actions.take_file(house.writer, mailing.public_id, text.encode(), NOON)
    return mailing, dict(report)


def elsewhere() -> int:
    """A guest of another hotel of the group."""
    other = make.hotel("LYO", name="Hôtel Traboule", country="FR")
    houses.take(make.link(other, "lyo-files"), Profile(
        source_id="X1", first_name="Paul", last_name="Cordier",
        emails=[Email("paul@cordier.example")],
    ))  # fmt: skip
    with scope.everything():
        return Person.objects.get(source_id="X1").pk


def test_a_file_of_addresses_finds_its_guests_and_names_the_rest(house: House) -> None:
    mailing, report = take(house, "Email;Name\nANE0@fontanel.example;A\nnobody@else.example;B\n")
    assert of(mailing) == [house.guest(0)]
    assert report == {
        "read": 2,
        "found": 1,
        "again": 0,
        "not_found": 1,
        "lines": ["nobody@else.example"],
    }


def test_a_file_of_guest_ids_finds_its_guests(house: House) -> None:
    scene.recognised()
    with scope.everything():
        guest = guest_of(house.guest(1))
    assert guest is not None
    mailing, report = take(house, f"{guest.public_id}\n{str(guest.public_id).upper()}\n12\n")
    assert of(mailing) == [house.guest(1)]
    assert (report["found"], report["lines"]) == (1, ["12"])


def test_a_guest_named_twice_stands_once(house: House) -> None:
    mailing, report = take(house, "ane0@fontanel.example\nane0@fontanel.example\n")
    assert of(mailing) == [house.guest(0)]
    assert (report["found"], report["again"]) == (1, 1)


def test_formulas_and_markup_in_a_file_are_words_that_name_nobody(house: House) -> None:
    lines = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "+1", "@x", "a@b, c@d", "a@b(c@d)"]
    mailing, report = take(house, "\n".join(f'"{line}"' for line in lines))
    assert of(mailing) == []
    assert report["not_found"] == len(lines)


def test_a_guest_of_another_hotel_is_not_found_like_one_who_is_nowhere(house: House) -> None:
    elsewhere()
    mailing, report = take(house, "paul@cordier.example\nnobody@else.example\n")
    assert of(mailing) == []
    assert report["lines"] == ["paul@cordier.example", "nobody@else.example"]


def test_a_guest_of_another_hotel_cannot_be_chosen_by_hand(house: House) -> None:
    other = elsewhere()
    mailing = house.draft()
    with scope.everything():
        assert actions.add(house.writer, mailing.public_id, [other], NOON) == 0
    assert of(mailing) == []


def test_an_erased_guest_is_on_no_list(house: House) -> None:
    scene.recognised()
    gone = house.guest(0)
    with scope.everything():
        guest = guest_of(gone)
        assert guest is not None
        Person.objects.filter(pk=gone).update(anonymised=True)
        erasing.erase([gone], "tests", NOON)
    mailing, report = take(house, f"ane0@fontanel.example\n{guest.public_id}\n")
    assert of(mailing) == []
    assert report["not_found"] == 2


def test_a_file_of_a_million_lines_is_refused_before_anybody_is_looked_for(house: House) -> None:
    with pytest.raises(Refused, match="200,000 lines"):
        lists.read(b"a\n" * 1_000_000)
    with pytest.raises(Refused, match="16 MB"):
        lists.read(b"a" * (lists.BYTES_MAX + 1))


def test_what_is_no_text_is_refused(house: House) -> None:
    with pytest.raises(Refused):
        lists.read(b"PK\x03\x04\0\0\0")


def test_a_cell_without_end_is_refused(house: House) -> None:
    with pytest.raises(Refused):
        lists.read(b'"' + b"a" * 200_000)


def test_everyone_is_each_guest_of_the_hotel_once(house: House) -> None:
    elsewhere()
    mailing = house.handed_in([], "everyone")
    assert of(mailing) == house.guests(0, 3)


def test_everyone_reachable_is_whom_the_report_of_reach_names_each_at_that_address(
    house: House,
) -> None:
    house.of.tells(
        make.profile(source_id="M0", emails=[Email("a.991@guest.booking.com", masked=True)]),
        at=NOON + MINUTE,
    )
    scene.recognised()
    mailing = house.handed_in([], "everyone")
    with scope.everything():
        named = {
            each.profile_id: each.contact_point_id
            for each in reachability.recipients(house.chief, NOON, house.of.hotel.pk)
        }
        goes = MailingRecipient.objects.filter(mailing=mailing, verdict="go")
        assert dict(goes.values_list("profile_id", "contact_point_id")) == named
    counts = scene.counts(mailing)
    assert (counts.goes, counts.unreachable, counts.listed) == (2, 1, 3)


def test_whoever_may_not_read_addresses_may_bring_none(house: House) -> None:
    with scope.everything():
        mailing = house.draft("file")
        stranger = people.access("front_desk", at=house.of.hotel)
        with pytest.raises(Forbidden):
            actions.take_file(stranger, mailing.public_id, b"ane0@fontanel.example", NOON)
