"""The guest card: one person over all hotels, every value with its origin, every act on it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from staytrue.consent import actions as contacts
from staytrue.guests import links, published
from staytrue.guests.models import Guest, SourceProfile, SourceTrust
from staytrue.hotel import scope
from staytrue.hotel.codes import Board, Status
from staytrue.hotel.records import Email, Profile, Reservation
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.staff import audit
from staytrue.staff.actions import set_language
from tests import make
from tests.guests.test_golden import guest_of
from tests.staff import people
from tests.web import house
from tests.web.house import House

MAIL = [Email("claire@fontanel.example")]


def page(client: Client, guest: Guest, tab: str = "") -> str:
    answer = client.get(f"/guests/{guest.public_id}/{tab}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def opened(shown: str, field: str) -> str:
    """What a field of the golden sheet opens: its summary, rule and candidates."""
    before, after = shown.split(f'id="of-{field}"')
    return before.rpartition("<details>")[2] + after.split("</details>")[0]


def everyone(at: House) -> Client:
    return at.client("general_manager", everywhere=True)


def looking_at(guest: Guest, client: Client) -> Client:
    """He has said why he needs what is masked."""
    client.post(f"/guests/{guest.public_id}/reveal/", {"reason": "a test"})
    return client


def lodged(profile: str, number: str, cents: int, **facts: Any) -> Reservation:
    """Two nights that took place."""
    return make.reservation(
        number=number, status=Status.CHECKED_OUT, source_status="Checked out", nights=2,
        arrival_on=date(2025, 6, 1) + timedelta(days=cents % 97), board=Board.HB,
        rate_code="BAR", currency="EUR", amount=Decimal(cents) / 100,
        room_amount=Decimal(cents - 1000) / 100, guests=[house.guest(profile=profile)], **facts,
    )  # fmt: skip


def lodged_in_three_hotels(at: House) -> tuple[Guest, int]:
    """Claire in three PMSs, 39 stays and one to come; and what they came to in cents."""
    third = make.link(make.hotel("GET", name="Getaria Etxea"), "get-files")
    for link, code, profile in ((at.other_link, "LYO", "L7"), (third, "GET", "C3")):
        house.take(link, make.profile(source_id=profile, emails=MAIL))
        house.take(
            link, *(lodged(profile, f"{code}{n}", 10_007 + n, property=code) for n in range(13))
        )
    house.take(at.link, *(lodged("G1", f"41{n}", 10_007 + n) for n in range(13)))
    guest = guest_of(at.guest("G1"), at.guest("L7"), at.guest("C3"))
    return guest, 3 * sum(10_007 + n for n in range(13))


def test_forty_stays_in_three_hotels_are_forty_rows_and_their_sum(hotel_house: House) -> None:
    guest, cents = lodged_in_three_hotels(hotel_house)
    shown = page(everyone(hotel_house), guest)
    table = shown.split("<tbody")[1].split("</tbody>")[0]
    assert table.count("<tr ") == 40
    assert [table.count(name) for name in ("Hotel Sirga", "Hôtel Traboule", "Getaria Etxea")] == [
        14, 13, 13,
    ]  # fmt: skip
    assert table.count("Half board") == 39
    assert f"<span>Whole stays</span><b>€{Decimal(cents) / 100:,.2f}</b>" in shown
    assert f"<span>Rooms</span><b>€{Decimal(cents - 39_000) / 100:,.2f}</b>" in shown
    assert "<span>Nights</span><b>78</b>" in shown


def test_a_member_of_one_hotel_sees_its_stays_and_the_number_of_the_rest(
    hotel_house: House,
) -> None:
    guest, _cents = lodged_in_three_hotels(hotel_house)
    with scope.everything(), audit.acting("tests", house.NOW):
        Connection.objects.filter(pk=hotel_house.other_link.pk).update(dialect="mews")
    whole = page(everyone(hotel_house), guest).split("<tbody")[1]
    assert "Hotel Sirga" in whole
    assert "Hôtel Traboule" in whole
    desk = hotel_house.client("front_desk")
    for tab in ("", "profiles/", "history/"):
        shown = page(desk, guest, tab)
        assert "Traboule" not in shown
        assert "Getaria" not in shown
        assert "lyo-files" not in shown
    shown = page(desk, guest)
    assert shown.split("<tbody")[1].count("<tr ") == 14
    assert "Also 26 stays in 2 other hotels of the group, last in 2025." in shown
    assert "Also 26 stays" not in page(hotel_house.client("marketing"), guest)


def test_a_profiles_old_address_leads_to_the_guest_and_without_one_to_itself(
    hotel_house: House,
) -> None:
    client = everyone(hotel_house)
    one, other = hotel_house.guest("G1"), hotel_house.guest("G3")
    guest = guest_of(one)
    assert client.get(f"/guests/{one}/")["Location"] == f"/guests/{guest.public_id}/"
    assert "van Dongen" in client.get(f"/guests/{other}/").content.decode()
    source = client.get(f"/profiles/{one}/").content.decode()
    assert f"/guests/{guest.public_id}/" in source


def three_sources(at: House) -> Guest:
    """Claire from the PMS, a web form and the file of the spa."""
    form, spa = make.link(at.sirga, "web-form"), make.link(at.sirga, "spa-file")
    house.take(form, make.profile(source_id="W1", language="de", emails=[Email("c@web.example")]))
    house.take(spa, Profile(source_id="S1", first_name="C.", last_name="FONTANEL", vip="Spa gold"))
    with scope.everything(), audit.acting("tests", house.NOW):
        SourceTrust.objects.create(connection_id=form.pk, kind="form", trust=60)
        SourceTrust.objects.create(connection_id=spa.pk, kind="file", trust=20)
    return guest_of(at.guest("G1"), at.guest("W1"), at.guest("S1"))


def test_three_sources_are_three_cards_and_each_value_names_its_own(hotel_house: House) -> None:
    guest = three_sources(hotel_house)
    shown = page(looking_at(guest, everyone(hotel_house)), guest, "profiles/")
    cards = shown.split('<aside class="col">')[1]
    assert cards.count('<section class="card">') == 3
    for connection, kind, value in (
        ("bio-files", "PMS", "1980"),
        ("web-form", "Web form", "c@web.example"),
        ("spa-file", "File of another system", "Spa gold"),
    ):
        own = cards.split(f">{connection}</a>")[1].split("</section>")[0]
        assert kind in own
        assert value in own
    language = opened(shown, "language")
    assert "German" in language
    assert "web-form, Hotel Sirga" in language
    assert "bio-files, Hotel Sirga" in language
    assert "This source is trusted more than the others." in language
    assert "Spa gold" in opened(shown, "vip")


def test_an_address_of_the_past_is_shown_as_such_and_a_shared_one_by_its_role(
    hotel_house: House,
) -> None:
    profile = hotel_house.guest("G1")
    guest = guest_of(profile)
    with scope.everything():
        contacts.keep_contacts([profile], house.NOW)
    newer = [Email("claire@new.example"), Email("c.77@guest.booking.com", masked=True)]
    house.take(
        hotel_house.link,
        make.profile(emails=newer, language="fr"),
        made_at=house.READ_AT + timedelta(hours=1),
    )
    with scope.everything():
        contacts.learn_roles(contacts.keep_contacts([profile], house.NOW), house.NOW)
    reach = page(everyone(hotel_house), guest).split("<h2>How to reach</h2>")[1]
    lines = reach.split("</section>")[0].split('<div class="row apart">')
    old = next(line for line in lines if "claire@fontanel.example" in line)
    assert "kept for search, never written to" in old
    relay = next(line for line in lines if "guest.booking.com" in line)
    assert "relay, not his own" in relay
    new = next(line for line in lines if "claire@new.example" in line)
    assert "since" in new
    assert "of his company" in new
    marketing = page(hotel_house.client("department", "marketing"), guest)
    assert "claire@new.example" in marketing


def test_what_a_role_does_not_read_is_not_on_the_card(hotel_house: House) -> None:
    guest = guest_of(hotel_house.guest("G1"))
    for tab in ("", "profiles/", "history/"):
        assert "1980" not in page(hotel_house.client("front_desk"), guest, tab)
    reader = looking_at(guest, everyone(hotel_house))
    assert "1980" in page(reader, guest, "profiles/")


def test_a_hand_over_is_told_on_both_cards(hotel_house: House) -> None:
    before, after = guest_of(hotel_house.guest("G1")), guest_of(hotel_house.guest("G2"))
    house.take(
        hotel_house.link,
        make.reservation(guests=[house.guest(profile="G2")]),
        made_at=house.READ_AT + timedelta(hours=1),
    )
    client = everyone(hotel_house)
    handed = page(client, before).split("<h2>Handed over</h2>")[1].split("</section>")[0]
    assert "Nekane Olabarria" in handed
    assert "taken over from" in page(client, after)
    assert "Claire Fontanel" in page(client, after)


def test_the_sheet_says_why_it_is_one_person(hotel_house: House) -> None:
    house.take(hotel_house.other_link, make.profile(source_id="L7", emails=MAIL))
    one, other = hotel_house.guest("G1"), hotel_house.guest("L7")
    guest, ana = guest_of(one), people.member("guest_relations")
    with scope.everything():
        fields = [field.name for field in published.current().model.fields]
        levels = [0 if name in ("born", "phone") else -1 for name in fields]
        for profile in (one, other):
            SourceProfile.objects.create(
                profile_id=profile, connection_id=1, profile_hash=1, normaliser=1,
                features={"phones": ["+33612345678"]},
            )  # fmt: skip
        told = links.Act(links.Kind.ATTACHED, "worker", "score", one, other,
                         evidence={"levels": levels})  # fmt: skip
        event = links.note(told, datetime(2026, 5, 4, 10, tzinfo=UTC))
        links.move({other: guest.pk}, event, datetime(2026, 5, 4, 10, tzinfo=UTC))
        said = links.Act(links.Kind.CONFIRMED, f"member:{ana.pk}", "staff", one, other)
        links.note(said, datetime(2026, 5, 6, 10, tzinfo=UTC))
    shown = page(everyone(hotel_house), guest)
    why = shown.split("<h2>Why this is one person</h2>")[1].split("</section>")[0]
    assert "lyo-files: " in why
    assert "since 4 May, confirmed by Lea Morel on 6 May." in why
    assert "same mobile" in why
    assert "same birth date" in why
    wanted = {
        "fr": ("même mobile", "même date de naissance", "confirmé par Lea Morel le 6 mai"),
        "es": ("mismo móvil", "misma fecha de nacimiento", "confirmado por Lea Morel el 6"),
    }
    for language, parts in wanted.items():
        reader = people.member("general_manager")
        with audit.acting("tests", house.NOW):
            set_language(reader, language)
        spoken = page(house.signed_in(reader), guest).replace("\u202f", " ")
        for part in parts:
            assert part in spoken


def test_rooms_booked_for_others_are_told_apart_and_not_counted(hotel_house: House) -> None:
    others = [
        make.reservation(
            number=f"7{n}", status=Status.CHECKED_OUT, source_status="Checked out",
            arrival_on=date(2026, 2, 1), group_number="W",
            guests=[house.guest(profile="G2"), house.guest("booker", "G1")],
        )
        for n in range(3)
    ]  # fmt: skip
    house.take(hotel_house.link, *others)
    shown = page(everyone(hotel_house), guest_of(hotel_house.guest("G1")))
    assert "<span>Stays</span><b>0</b>" in shown
    booked = shown.split("<h2>Booked for others</h2>")[1].split("</section>")[0]
    assert booked.count("Nekane Olabarria") == 3
    assert "<b>Group organiser</b>" in shown


def test_the_card_of_a_past_day_knows_what_was_known_then(hotel_house: House) -> None:
    guest = guest_of(hotel_house.guest("G1"))
    house.take(
        hotel_house.link,
        make.profile(first_name="Klara", language="fr"),
        made_at=house.READ_AT + timedelta(hours=30),
    )
    client = everyone(hotel_house)
    with clock.use(lambda: house.NOW + timedelta(days=3)):
        assert "<h1><bdi>Klara Fontanel" in page(client, guest)
        then = page(client, guest, "?known=2026-05-21")
        assert "<h1><bdi>Claire Fontanel" in then
        assert "As known at the end of 21 May" in then
        assert "nothing was known" in page(client, guest, "?known=2019-01-01")
        assert client.get(f"/guests/{guest.public_id}/?known=yesterday").status_code == 404


def test_a_guest_nobody_there_may_see_is_not_found(hotel_house: House) -> None:
    guest = guest_of(hotel_house.guest("L1"))
    for tab in ("", "profiles/", "history/"):
        answer = hotel_house.client("front_desk").get(f"/guests/{guest.public_id}/{tab}")
        assert answer.status_code == 404
