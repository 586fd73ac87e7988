"""Cases where one looks at a guest or a stay: what is there, and a new one opened from there."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from staytrue.desk.models import Case
from staytrue.guests.card import guest_of
from staytrue.guests.settling import settle_guests
from staytrue.hotel import scope
from staytrue.kit import clock
from tests.desk import scene
from tests.desk.scene import Desk
from tests.make import NOON
from tests.staff import people
from tests.web.test_desk import client, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Claire is in room 214, and known as a guest."""
    with clock.use(lambda: NOON):
        made = scene.build()
        with scope.everything():
            settle_guests([made.profile()], NOON)
        yield made


def card_of(desk: Desk) -> UUID:
    with scope.everything():
        found = guest_of(desk.profile())
    assert found
    return found.public_id


def newest() -> Case:
    with scope.everything():
        return Case.objects.latest("pk")


def test_a_guests_cases_stand_on_his_card_as_far_as_one_sees_them(desk: Desk) -> None:
    desk.opens(words="Noise at night")
    desk.opens(desk.iker, kind="request", words="Two pillows")
    address = f"/guests/{card_of(desk)}/cases/"
    shown = read(client(desk, desk.lea), address)
    assert "Noise at night" in shown
    assert "2 open" in shown
    shown = read(client(desk, desk.iker), address)
    assert "Two pillows" in shown
    assert "Noise at night" not in shown


def test_a_case_opened_on_the_card_is_about_the_stay_while_he_is_in_house(desk: Desk) -> None:
    who = client(desk, desk.lea)
    shown = read(who, f"/guests/{card_of(desk)}/cases/")
    assert f'name="about" value="stay:{desk.stay}"' in shown
    given = {"about": f"stay:{desk.stay}", "kind": "recovery", "words": "The fan ran",
             "cause": "noise"}  # fmt: skip
    opened = who.post("/desk/open/", given, follow=True).content.decode()
    case = newest()
    assert "Written down" in opened
    assert (case.kind, case.cause, case.place) == ("recovery", "noise", "214")
    assert (case.reservation_id, case.profile_id) == (desk.stay, desk.profile())
    assert "The fan ran" in read(who, f"/stays/{desk.stay}/")


def test_a_case_about_a_guest_who_is_not_there_is_about_his_profile(desk: Desk) -> None:
    who = client(desk, desk.lea)
    given = {"about": f"profile:{desk.profile()}", "kind": "preference", "words": "High floor"}
    who.post("/desk/open/", given)
    case = newest()
    assert (case.profile_id, case.reservation_id) == (desk.profile(), None)
    assert "High floor" in read(who, f"/guests/{card_of(desk)}/cases/")


def test_without_words_nothing_is_opened_and_one_stays_where_one_was(desk: Desk) -> None:
    who = client(desk, desk.lea)
    answer = who.post("/desk/open/", {"about": f"stay:{desk.stay}", "kind": "request"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/stays/{desk.stay}/"
    assert "Say what it is about" in answer.content.decode()
    with scope.everything():
        assert not Case.objects.exists()


@pytest.mark.parametrize("about", ["", "stay:", "stay:x", "room:1", "stay:999999999"])
def test_what_is_not_there_cannot_have_a_case(desk: Desk, about: str) -> None:
    given = {"about": about, "kind": "request", "words": "x"}
    assert client(desk, desk.lea).post("/desk/open/", given).status_code == 404


def test_nobody_opens_a_case_of_another_hotel_or_of_a_kind_that_is_not_his(desk: Desk) -> None:
    stranger = client(desk, people.access("front_desk", at=desk.at.other))
    about = f"stay:{desk.stay}"
    given = {"about": about, "kind": "request", "words": "x"}
    assert stranger.post("/desk/open/", given).status_code == 404
    iker = client(desk, desk.iker)
    assert 'value="recovery"' not in read(iker, f"/stays/{desk.stay}/")
    assert iker.post("/desk/open/", {**given, "kind": "recovery"}).status_code == 403
    with scope.everything():
        assert not Case.objects.exists()
