"""Before the arrival: a guest's own address replaces the portal's, and staff types it into the PMS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache

from staytrue.changes.kinds import Kind
from staytrue.consent.models import ContactUse
from staytrue.consent.purposes import Purpose
from staytrue.flow import reactions
from staytrue.forms.models import ArrivalForm
from staytrue.guests.models import Correction
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Email, Phone
from staytrue.kit import clock
from staytrue.messages import people
from staytrue.messages.guest_links import Opens
from staytrue.messages.models import GuestLink
from tests import make
from tests.forms import scene
from tests.forms.scene import Claire, acts, asks, visitor
from tests.make import NOON
from tests.messages import ways

RELAY = "mj8841@guest.booking.com"
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def relayed(db: None, tmp_path: Path) -> Iterator[Claire]:
    """Her booking came through a portal, which forwards."""
    cache.clear()
    with ways.home(tmp_path / "home"), clock.use(lambda: LATER):
        yield scene.build(Email(RELAY, masked=True))


def sends(claire: Claire, **typed: str) -> str:
    answer = visitor().post(claire.link(Opens.ARRIVAL), typed, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def follows(claire: Claire, at: datetime) -> None:
    """What a change of her profile wakes."""
    assert Kind.CONTACT_CORRECTED in reactions.REACTIONS[reactions.follow_guest_pages]
    with scope.everything():
        reactions.follow_guest_pages([claire.profile], at)


def leads_to(claire: Claire) -> str:
    """Where a message to her would go now."""
    whom = people.whom([claire.profile])[claire.profile]
    best, *_ = people.addresses_for("email", None, whom, people.addresses([whom]))
    return best.value


def test_looking_at_the_page_keeps_nothing(relayed: Claire) -> None:
    page = visitor().get(relayed.link(Opens.ARRIVAL)).content.decode()
    assert "booking portals only forward" in page
    with scope.everything():
        assert not ArrivalForm.objects.exists()


def test_a_real_address_stands_over_the_portals_and_messages_go_there(relayed: Claire) -> None:
    page = sends(relayed, email="claire@fontanel.example")
    assert "Thank you, the hotel has it." in page
    with scope.everything():
        word = Correction.objects.get(field="emails", lifted_at=None)
        assert (word.standing, word.actor) == ("confirmed", "guest")
        assert word.value[0]["address"] == "claire@fontanel.example"
        assert leads_to(relayed) == "claire@fontanel.example"


def test_his_newest_own_address_counts_and_the_one_before_keeps_its_end(relayed: Claire) -> None:
    sends(relayed, email="claire@old.example")
    at = LATER + timedelta(minutes=1)
    with clock.use(lambda: at):
        sends(relayed, email="claire@new.example")
    with scope.everything():
        assert leads_to(relayed) == "claire@new.example"
        uses = ContactUse.objects.filter(origin="guest").order_by("since_at")
        assert [(use.written, use.until_at) for use in uses] == [
            ("claire@old.example", at), ("claire@new.example", None),
        ]  # fmt: skip


def test_staff_types_it_into_the_pms_and_the_ask_ends_when_the_mirror_shows_it(
    relayed: Claire,
) -> None:
    sends(relayed, email="claire@fontanel.example", phone="+34 944 55 01 22")
    assert asks()["type_into_pms"] == {"fields": ["emails", "phones"]}
    told = [Email("Claire@Fontanel.example"), Email(RELAY, masked=True)]
    relayed.house.tells(make.profile(language="en", emails=told), at=LATER)
    follows(relayed, LATER)
    assert asks()["type_into_pms"] == {"fields": ["phones"]}
    phones = [Phone("+34944550122", "+34944550122")]
    at = LATER + timedelta(minutes=1)
    relayed.house.tells(make.profile(language="en", emails=told, phones=phones), at=at)
    follows(relayed, at)
    assert "type_into_pms" not in asks()


@pytest.mark.parametrize("wrong", [RELAY, "claire@", "a@b.example, c@d.example", "noreply"])
def test_what_is_no_own_address_is_said_beside_it_and_nothing_is_kept(
    relayed: Claire, wrong: str
) -> None:
    page = sends(relayed, email=wrong, phone="+34 944 55 01 22", wishes="A quiet room")
    assert 'aria-invalid="true"' in page
    assert "A quiet room" in page
    with scope.everything():
        assert not Correction.objects.exists()
        assert not ArrivalForm.objects.exists()


def test_a_known_address_is_hinted_at_and_never_spelled_out(claire: Claire) -> None:
    page = visitor().get(claire.link(Opens.ARRIVAL)).content.decode()
    assert "c•••@fontanel.example" in page
    assert scene.MAIL not in page


def test_wishes_are_asked_about_until_somebody_has_read_them(claire: Claire) -> None:
    sends(claire, comes="evening", wishes="Ground floor, please <b>now</b> 4111 1111 1111 1111")
    assert asks()["guest_wish"] == {"number": "30117"}
    with scope.everything():
        form = ArrivalForm.objects.get()
    assert form.comes == "evening"
    assert "<b>now</b>" in form.wishes
    assert "4111 1111 1111 1111" not in form.wishes
    page = visitor().get(claire.link(Opens.ARRIVAL)).content.decode()
    assert "&lt;b&gt;now" in page


def test_news_ticked_on_the_page_are_agreed_to_with_the_words_shown(claire: Claire) -> None:
    sends(claire, news="on")
    assert acts() == [("confirm", "marketing", "property", "form")]
    assert claire.may(Purpose.MARKETING)


def test_news_at_a_new_address_are_agreed_to_and_not_confirmed(claire: Claire) -> None:
    sends(claire, news="on", email="claire@lyon.example")
    assert acts() == [("opt_in", "marketing", "property", "form")]


def test_who_handed_the_stay_over_sees_it_no_more(claire: Claire) -> None:
    path = claire.link(Opens.ARRIVAL)
    claire.house.tells(make.profile(source_id="G2", first_name="Ana"), at=LATER)
    claire.house.tells(make.reservation(guests=scene.scene.guests("G2")), at=LATER)
    assert visitor().get(path).status_code == 404


def test_a_cancelled_stay_has_nothing_to_prepare(claire: Claire) -> None:
    path = claire.link(Opens.ARRIVAL)
    claire.house.tells(make.reservation(status=Status.CANCELLED), at=LATER)
    page = visitor().post(path, {"wishes": "A cot"}).content.decode()
    assert "nothing left to prepare" in page
    with scope.everything():
        assert not ArrivalForm.objects.exists()


def test_who_is_anonymised_leaves_no_words_and_no_links_but_the_way_out(claire: Claire) -> None:
    claire.link(Opens.PREFERENCES)
    sends_until = NOON + timedelta(days=9)
    visitor().post(claire.link(Opens.ARRIVAL, expires_at=sends_until), {"wishes": "A cot"})
    claire.house.tells(make.profile(anonymised=True, first_name=None, last_name=None), at=LATER)
    follows(claire, LATER)
    with scope.everything():
        assert not ArrivalForm.objects.exists()
        assert [link.kind for link in GuestLink.objects.all()] == ["preferences"]
