"""News ticked on a website where a tick is not enough: it counts after the click in a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from staytrue.consent import permissions
from staytrue.consent.models import BasisChoice, ConsentAct, ContactPoint
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import Purpose
from staytrue.forms import website
from staytrue.forms.models import WebsiteEntry
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.hotel.records import Email
from staytrue.kit import clock
from staytrue.lab.mail_sink import MailSink
from staytrue.messages import dispatching, guest_links, letters
from staytrue.messages.dispatching import Ports
from staytrue.messages.kinds import Kind
from staytrue.messages.models import Letterhead, Message, TemplateVersion
from staytrue.messages.reasons import Reason
from staytrue.messages.writing import standard_set
from staytrue.staff import audit
from tests import make
from tests.forms import scene
from tests.forms.scene import Claire, acts, visitor
from tests.forms.test_website import entries, follows, send
from tests.make import NOON
from tests.messages import ways
from tests.staff import people

DAY = timedelta(days=1)
NOA: dict[str, Any] = {
    "first_name": "Noa",
    "last_name": "Bergeron",
    "email": "noa@bergeron.example",
}


@pytest.fixture
def house(db: None, tmp_path: Path) -> Iterator[tuple[Claire, MailSink]]:
    """A hotel that wants addresses confirmed, with an open form, words that ship, and a mail server that takes everything."""
    cache.clear()
    with ways.home(tmp_path / "home"), clock.use(lambda: NOON), MailSink() as sink:
        claire = scene.build()
        ways.armed(claire.house.hotel, sink.port, limit=1000)
        chief = people.access("general_manager", at=claire.house.hotel)
        with scope.everything(), audit.acting("tests", NOON):
            chosen(claire.house.hotel, "double_opt_in")
            Letterhead.objects.create(
                property=claire.house.hotel, legal_line="Tres Ríos SL, Bilbao"
            )
            website.set_open(chief, claire.house.hotel, NOON, is_wanted=True)
        yield claire, sink


def chosen(hotel: Property, requirement: str) -> None:
    """What the hotel asks before it writes to guests of Spain."""
    BasisChoice.objects.create(
        property_id=hotel.pk, country="ES", purpose=Purpose.MARKETING, channel="email",
        requirement=requirement, reason="Advice", chosen_by="tests", chosen_at=NOON,
    )  # fmt: skip


def leaves(sink: MailSink, kind: Kind = Kind.CONFIRM_ADDRESS) -> list[str]:
    """What is due leaves, in the words that ship; the links to confirm that came with it."""
    with scope.everything(), audit.acting("tests", NOON):
        texts = {name: asdict(text) for name, text in standard_set.texts(kind).items()}
        TemplateVersion.objects.filter(template__kind=kind).update(texts=texts)
    seen = len(sink.mails)
    at = NOON + timedelta(minutes=1)
    ports = Ports(write=letters.written(guest_links.of_claims), clock=lambda: at)
    dispatching.send_due(ways.WORKER, ports)
    ports.close()
    bodies = []
    for mail in sink.mails[seen:]:
        part = message_from_bytes(mail.body, policy=policy.default).get_body(("plain",))
        bodies.append(part.get_content() if part else "")
    return [link for body in bodies for link in re.findall(r"(/g/[\w-]{43}/confirm/)", body)]


def may(address: str, profile: int, hotel: Property) -> bool:
    """Whether advertising may be written there."""
    point = scene.point_of(address)
    asked = Asked(point, profile, hotel.pk, Purpose.MARKETING, "email")
    return permissions.of([asked], NOON + DAY)[0].allowed


def test_a_tick_counts_only_after_the_click_in_the_mail(house: tuple[Claire, MailSink]) -> None:
    claire, sink = house
    send(news="on")
    assert acts() == []
    (link,) = leaves(sink)
    assert not claire.may(Purpose.MARKETING, now=NOON + DAY)
    for look in (visitor().get, visitor().head):
        assert look(link).status_code == 200
    assert acts() == []
    assert visitor().post(link).status_code == 303
    assert acts() == [("confirm", "marketing", "property", "form")]
    assert claire.may(Purpose.MARKETING, now=NOON + DAY)
    with scope.everything():
        act = ConsentAct.objects.get()
    assert act.wording.startswith("News and offers")
    assert set(act.proof) == {"website_form", "guest_link", "message"}
    assert "your address is confirmed" in visitor().get(link).content.decode()


def test_without_words_that_a_person_approved_for_this_hotel_nobody_is_asked(
    house: tuple[Claire, MailSink],
) -> None:
    _, sink = house
    with scope.everything(), audit.acting("tests", NOON):
        mine = TemplateVersion.objects.filter(template__kind=Kind.CONFIRM_ADDRESS)
        mine.update(state="draft", approved_by="", approved_at=None)
    send(news="on")
    assert leaves(sink) == []
    with scope.everything(), audit.acting("tests", NOON):
        asked = Message.objects.get(kind=Kind.CONFIRM_ADDRESS)
        assert (asked.state, asked.reason) == ("held", Reason.NOT_APPROVED)
        # Words of another hotel are none of this one's.
        mine.update(state="live", property_id=make.hotel("LYO").pk, approved_by="tests",
                    approved_at=NOON)  # fmt: skip
        Message.objects.update(held_until=NOON)
    assert leaves(sink) == []


def test_clicked_twice_is_once_and_lifts_nothing_said_since(house: tuple[Claire, MailSink]) -> None:
    claire, sink = house
    send(news="on")
    (link,) = leaves(sink)
    visitor().post(link)
    claire.house.refuses(Purpose.MARKETING)
    visitor().post(link)
    assert [act for act, *_ in acts()] == ["confirm", "opt_out"]
    assert not claire.may(Purpose.MARKETING, now=NOON + DAY)


def test_a_stranger_confirms_and_may_be_written_to_once_he_is_a_guest(
    house: tuple[Claire, MailSink],
) -> None:
    claire, sink = house
    send(news="on", **NOA)
    (link,) = leaves(sink)
    assert sink.mails[-1].recipients == (NOA["email"],)
    assert visitor().post(link).status_code == 303
    with scope.everything():
        assert ConsentAct.objects.get().profile_id is None
    noa = make.profile(source_id="G9", first_name="Noa", last_name="Bergeron", country="DE",
                       emails=[Email(NOA["email"])])  # fmt: skip
    claire.house.tells(noa, at=NOON + timedelta(hours=1))
    follows(claire.house.person("G9"), NOON + timedelta(hours=1))
    assert may(NOA["email"], claire.house.person("G9"), claire.house.hotel)


def test_a_stranger_who_does_not_click_is_never_written_to(house: tuple[Claire, MailSink]) -> None:
    claire, sink = house
    send(news="on", **NOA)
    leaves(sink)
    noa = make.profile(source_id="G9", first_name="Noa", last_name="Bergeron", country="DE",
                       emails=[Email(NOA["email"])])  # fmt: skip
    claire.house.tells(noa, at=NOON + timedelta(hours=1))
    follows(claire.house.person("G9"), NOON + timedelta(hours=1))
    assert acts() == []
    assert not may(NOA["email"], claire.house.person("G9"), claire.house.hotel)


def test_where_a_tick_is_enough_no_mail_asks(house: tuple[Claire, MailSink]) -> None:
    claire, sink = house
    with scope.everything(), audit.acting("tests", NOON):
        chosen(claire.house.hotel, "existing_customer")
    send(news="on")
    assert leaves(sink) == []
    assert acts() == [("opt_in", "marketing", "property", "form")]


def test_one_address_gets_two_of_these_a_day_whoever_types_it(
    house: tuple[Claire, MailSink],
) -> None:
    _, sink = house
    for n in range(4):
        send(news="on", words=f"{n}", **NOA)
    assert len(leaves(sink)) == 2
    assert [each.asked_at is not None for each in entries()] == [True, True, False, False]


def test_who_opted_out_is_not_asked_by_mail_either(house: tuple[Claire, MailSink]) -> None:
    claire, sink = house
    claire.house.refuses(Purpose.MARKETING)
    send(news="on")
    assert leaves(sink) == []
    assert [act for act, *_ in acts()] == ["opt_out"]


def test_an_ended_or_foreign_link_opens_nothing(house: tuple[Claire, MailSink]) -> None:
    claire, sink = house
    send(news="on")
    (link,) = leaves(sink)
    with clock.use(lambda: NOON + timedelta(days=8)):
        assert visitor().post(link).status_code == 404
    foreign = claire.link(guest_links.Opens.PREFERENCES)
    assert visitor().post(f"{foreign}confirm/").status_code == 404
    assert visitor().post(link.replace("/confirm/", "/")).status_code == 404
    assert acts() == []


def test_the_answer_to_a_form_is_the_same_for_everybody(house: tuple[Claire, MailSink]) -> None:
    claire, _ = house
    claire.house.refuses(Purpose.MARKETING)
    known, stranger = send(news="on"), send(news="on", **NOA)
    assert (known.status_code, known["Location"]) == (stranger.status_code, stranger["Location"])


def test_it_leaves_at_night_too_and_the_gate_says_why_it_may(
    house: tuple[Claire, MailSink],
) -> None:
    _, sink = house
    send(news="on")
    assert len(leaves(sink)) == 1
    with scope.everything():
        message = Message.objects.get()
    assert (message.state, message.reservation_id, message.profile_id > 0) == (
        "accepted", None, True,
    )  # fmt: skip


def test_a_stranger_who_is_thrown_away_takes_his_address_along(
    house: tuple[Claire, MailSink],
) -> None:
    claire, sink = house
    send(news="on", **NOA)
    (link,) = leaves(sink)
    (entry,) = entries()
    with scope.everything():
        website.discard(people.access("front_desk", at=claire.house.hotel), entry.pk, NOON)
        assert not ContactPoint.objects.filter(value=NOA["email"]).exists()
        assert not WebsiteEntry.objects.exists()
    assert visitor().post(link).status_code == 404
