"""Check-outs on the running database: who enters the CRM's own list, and who not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from staytrue.guests import links
from staytrue.guests.accounts import configuring, considering
from staytrue.guests.accounts.rules import Outcome
from staytrue.guests.models import Account, CheckOut
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Phone
from staytrue.kit.errors import Refused
from staytrue.mirror.models import Profile, Reservation
from tests import make
from tests.consent.scenes import person, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web import house
from tests.web.house import House

pytestmark = pytest.mark.django_db
MAY_1 = date(2026, 5, 1)


@pytest.fixture
def at() -> House:
    return two_hotels()


def configured(*hotels: Any, **values: Any) -> None:
    chief = people.access("administrator")
    with scope.everything():
        for hotel in hotels:
            configuring.set_for(chief, hotel, values, NOON)


def left(
    at: House, *guests: str, day: date = MAY_1, imported: bool = False, **facts: Any
) -> list[int]:
    """Each of these guests stays three nights and leaves; the ids of the stays."""
    people = [
        person(guest, f"Ana {guest}", phones=()) for guest in guests
        if not _known(guest)
    ]  # fmt: skip
    if people:
        house.take(at.link, *people)
        _each_a_guest(guests)
    stays = [
        make.reservation(
            number=f"{guest}-{day}", status=Status.CHECKED_OUT, arrival_on=day - timedelta(days=3),
            checked_out_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
            guests=[house.guest(profile=guest)], **facts,
        )
        for guest in guests
    ]  # fmt: skip
    house.take(at.link, *stays, imported=imported)
    with scope.everything():
        numbers = [stay.number for stay in stays]
        return sorted(Reservation.objects.filter(number__in=numbers).values_list("pk", flat=True))


def _known(source_id: str) -> bool:
    with scope.everything():
        return Profile.objects.filter(source_id=source_id).exists()


def _each_a_guest(source_ids: tuple[str, ...]) -> None:
    with scope.everything():
        ids = list(Profile.objects.filter(source_id__in=source_ids).values_list("pk", flat=True))
        made = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
        opened = links.open_guests(len(ids), NOON)
        links.move(dict(zip(ids, opened, strict=True)), made, NOON)


def considered(ids: list[int], **how: Any) -> list[str]:
    with scope.everything():
        return [each.outcome.value for each in considering.consider(ids, NOON, **how)]


def test_an_unknown_guest_is_entered_once_however_often_it_is_looked_at(at: House) -> None:
    configured(at.sirga)
    stays = left(at, "G1")
    assert considered(stays) == ["added"]
    assert considered(stays) == []
    with scope.everything():
        account, kept = Account.objects.get(), CheckOut.objects.get()
    assert (kept.account_id, kept.left_on, account.opened_on) == (account.pk, MAY_1, MAY_1)


def test_the_next_check_out_of_a_member_adds_nobody(at: House) -> None:
    configured(at.sirga)
    first, second = left(at, "G1"), left(at, "G1", day=date(2026, 5, 9))
    assert considered([*first, *second]) == ["added", "member"]
    with scope.everything():
        assert Account.objects.count() == 1


def test_who_is_recognised_as_a_member_is_linked(at: House) -> None:
    configured(at.sirga)
    assert considered(left(at, "G1")) == ["added"]
    stays = left(at, "G2", day=date(2026, 5, 9))
    with scope.everything():
        one, other = (Profile.objects.get(source_id=id_).pk for id_ in ("G1", "G2"))
        guest = links.guests_of([one])[one]
        merged = links.note(links.Act(links.Kind.MERGED, "tests"), NOON)
        links.move({other: guest}, merged, NOON)
    assert considered(stays) == ["linked"]
    with scope.everything():
        assert Account.objects.count() == 1
        assert len({row.account_id for row in CheckOut.objects.all()}) == 1


def test_whoever_may_not_be_added_is_counted_and_members_stay_members(at: House) -> None:
    configured(at.sirga)
    members = [f"M{n}" for n in range(4)]
    considered(left(at, *members))
    configured(at.sirga, adds_new=False)
    day = date(2026, 5, 9)
    told = considered(left(at, *members, *(f"N{n}" for n in range(6)), day=day))
    assert (told.count("member"), told.count("not_added")) == (4, 6)
    with scope.everything():
        assert Account.objects.count() == 4


def test_the_check_outs_of_an_unconfigured_hotel_wait_and_none_is_lost(at: House) -> None:
    stays = left(at, "G1", "G2")
    assert considered(stays) == ["blocked", "blocked"]
    configured(at.sirga)
    assert considered(stays) == ["added", "added"]


def test_one_configuration_for_all_hotels_changes_all_at_once(at: House) -> None:
    chief = people.access("administrator")
    with scope.everything():
        configuring.set_for_all(chief, {"phone_1": "business"}, NOON)
        assert {each.phone_1 for each in configuring.settings().values() if each} == {"business"}
        configuring.set_for_all(chief, {"phone_1": "home"}, NOON)
        assert {each.phone_1 for each in configuring.settings().values() if each} == {"home"}
        with pytest.raises(Refused):
            configuring.set_for(chief, at.sirga, {}, NOON)
        configuring.let_each(chief, NOON)
        assert configuring.settings()[at.other.pk] is None


def test_a_complimentary_rate_is_listed_with_its_reason(at: House) -> None:
    configured(at.sirga, qualifying={"not_rate_codes": ["COMP"]})
    assert considered(left(at, "G1", rate_code="COMP")) == ["not_qualifying"]
    with scope.everything():
        kept = CheckOut.objects.get()
    assert (kept.why, kept.word, kept.account_id) == ("rate", "COMP", None)


def test_a_history_waits_until_a_person_runs_its_days(at: House) -> None:
    configured(at.sirga)
    stays = left(at, "G1", imported=True)
    assert considered(stays) == []
    with scope.everything():
        assert [each.outcome for each in considering.preview([stays], is_asked=False)] == [
            Outcome.HISTORY
        ]
        assert [each.outcome for each in considering.preview([stays])] == [Outcome.ADDED]
        assert not Account.objects.exists()
    assert considered(stays, is_asked=True) == ["added"]
    assert considered(stays, is_asked=True) == []


def test_a_check_out_taken_back_is_kept_as_such_and_considered_again(at: House) -> None:
    configured(at.sirga)
    stays = left(at, "G1")
    considered(stays)
    with scope.everything():
        Reservation.objects.update(status="in_house")
    assert considered(stays) == ["reversed"]
    assert considered(stays) == []
    with scope.everything():
        Reservation.objects.update(status="checked_out")
    assert considered(stays) == ["member"]


def test_who_is_not_recognised_yet_comes_again(at: House) -> None:
    configured(at.sirga)
    house.take(at.link, person("G1", "Ana Vidal"))
    stays = left(at, "G1")
    assert considered(stays) == []
    _each_a_guest(("G1",))
    assert considered(stays) == ["added"]


def test_contacts_are_taken_over_by_the_types_the_hotel_chose(at: House) -> None:
    configured(at.sirga, phone_1="cell", phone_2="fax", email="home")
    house.take(
        at.link,
        make.profile(
            phones=[Phone("944 1", "+349441", "work"), Phone("600 1", "+346001", "Mobile")],
            emails=[Email("x@guest.booking.com", masked=True), Email("c@work.example", "work"),
                    Email("claire@home.example", "home")],
        ),
    )  # fmt: skip
    _each_a_guest(("G1",))
    considered(left(at, "G1"))
    with scope.everything():
        account = Account.objects.get()
    assert (account.phone_1, account.phone_2, account.email) == (
        "+346001",
        "",
        "claire@home.example",
    )
    assert account.empty == {"phone_2": "fax"}
