"""Guests leave as a file only for who may, with proof and reason, each line marked (attack 52)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from staytrue.guests import exporting, links
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.staff import audit
from staytrue.staff.access import access_of
from staytrue.staff.models import AuditEntry, Member
from tests.staff import people
from tests.web import house
from tests.web.house import House

WHERE = "/guests/export/"


def taken(client: Client, hotel: Property, reason: str = "For the owners' meeting") -> str:
    answer = client.post(WHERE, {"hotel": hotel.pk, "reason": reason})
    assert answer["Content-Type"].startswith("text/csv")
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def audited(action: str) -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action=action).order_by("pk"))


@pytest.mark.parametrize("role", ["front_desk", "guest_relations", "department", "auditor"])
def test_who_may_not_export_is_denied_and_noted(role: str, hotel_house: House) -> None:
    client = hotel_house.client(role)
    assert client.get(WHERE).status_code == 403
    assert client.post(WHERE, {"hotel": hotel_house.sirga.pk, "reason": "x"}).status_code == 403
    told = [(each.facts["right"], each.facts["route"]) for each in audited("denied")]
    assert told == [("export.list", "guest_export")] * 2


def test_a_manager_proves_who_he_is_first(hotel_house: House) -> None:
    client = Client()
    client.force_login(people.member("general_manager", at=hotel_house.sirga))
    for answer in (client.get(WHERE), client.post(WHERE, {"hotel": hotel_house.sirga.pk})):
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert audited("guests_exported") == []


def test_every_line_carries_the_number_by_which_the_audit_knows_who_and_why(
    hotel_house: House,
) -> None:
    member = people.member("general_manager", at=hotel_house.sirga)
    text = taken(house.signed_in(member), hotel_house.sirga)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["last_name"] for row in rows] == ["Fontanel", "Olabarria", "van Dongen", "Meyer"]
    assert (rows[0]["email"], rows[1]["email"]) == ("claire@fontanel.example", "")
    (number,) = {row["export"] for row in rows}
    (entry,) = audited("guests_exported")
    assert (entry.object, entry.actor) == (f"export:{number}", f"member:{member.pk}")
    assert (entry.property_id, entry.reason) == (hotel_house.sirga.pk, "For the owners' meeting")
    assert entry.facts == {"lines": 4}
    assert "emails" in entry.fields


def test_without_a_reason_nothing_leaves(hotel_house: House) -> None:
    client = hotel_house.client("general_manager")
    answer = client.post(WHERE, {"hotel": hotel_house.sirga.pk, "reason": "  "})
    assert "Say why" in answer.content.decode()
    assert audited("guests_exported") == []


def test_another_hotels_guests_do_not_exist(hotel_house: House) -> None:
    client = hotel_house.client("general_manager")
    assert client.post(WHERE, {"hotel": hotel_house.other.pk, "reason": "x"}).status_code == 404
    assert "Traboule" not in client.get(WHERE).content.decode()


def test_what_a_role_does_not_show_stays_out(hotel_house: House) -> None:
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL staytrue.reason = 'a test'; SET LOCAL staytrue.actor = 'tests'")
        cursor.execute("SELECT set_config('staytrue.at', %s, true)", [house.NOW.isoformat()])
        cursor.execute("UPDATE role SET hidden_fields = '{emails}' WHERE key = 'marketing'")
    text = taken(hotel_house.client("marketing"), hotel_house.sirga)
    assert "Fontanel" in text
    assert "@" not in text
    assert "'+33612345678" in text


def test_a_guest_of_two_profiles_stands_once(hotel_house: House) -> None:
    both = [hotel_house.guest("G1"), hotel_house.guest("G2")]
    with scope.everything():
        (guest,) = links.open_guests(1, house.NOW)
        event = links.note(links.Act(links.Kind.CREATED, "worker"), house.NOW)
        links.move(dict.fromkeys(both, guest), event, house.NOW)
    text = taken(hotel_house.client("general_manager"), hotel_house.sirga)
    assert "Fontanel" in text
    assert "Olabarria" not in text


def test_in_one_day_a_member_takes_out_so_much_and_no_more(
    hotel_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "LINES_A_DAY", 8)
    member = people.member("general_manager", at=hotel_house.sirga)
    client = house.signed_in(member)
    for _ in range(2):
        taken(client, hotel_house.sirga)
    answer = client.post(WHERE, {"hotel": hotel_house.sirga.pk, "reason": "Once more"})
    assert "more than one day allows" in answer.content.decode()
    assert len(audited("guests_exported")) == 2
    # What somebody else takes is his own, and a day later it goes on.
    taken(hotel_house.client("general_manager"), hotel_house.sirga)
    with clock.use(lambda: house.NOW + timedelta(days=1)):
        taken(house.signed_in(member), hotel_house.sirga)


@pytest.mark.large
def test_a_hundred_thousand_guests_are_written_piece_by_piece(hotel_house: House) -> None:
    with scope.everything(), audit.acting("tests", house.NOW), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM profile WHERE source_id = 'G1'")
        names = [each.name for each in cursor.description if each.name not in {"id", "source_id"}]
        cursor.execute(
            f"""INSERT INTO profile (source_id, {", ".join(names)})
                SELECT 'M' || n, {", ".join(names)} FROM profile, generate_series(1, 100000) n
                 WHERE source_id = 'G1'"""
        )
        member: Member = people.member("general_manager", at=hotel_house.sirga)
        out = io.StringIO()
        made = exporting.export(access_of(member), hotel_house.sirga, "x", out, house.NOW)
    assert made.lines == 100_004
    marked = sum(line.startswith(f'"{made.number}"') for line in out.getvalue().splitlines())
    assert marked == 100_004
