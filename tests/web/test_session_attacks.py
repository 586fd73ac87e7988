"""Attacks on signing in and on the browser between: 46 to 51 of the list."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from staytrue.hotel import scope
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import end_membership
from staytrue.staff.models import AuditEntry
from tests.staff import matrix, people
from tests.web import house
from tests.web.house import House

# Carriers and mail programs have no page of ours before them: they bring a proof of their own.
LINKS = ("api/", "g/", "w/")
"""What a key or the guest's own link opens."""
WITHOUT_PAGE = {"carrier_reports", "carrier_mail", "carrier_text", "guest_stop", "hook"}


def test_a_new_password_is_never_led_to_another_host(hotel_house: House) -> None:
    cache.clear()
    member = people.member("front_desk", at=hotel_house.sirga, password=people.PASSWORD)
    where, given = "/accounts/password/reset/", {"email": member.email}
    answer = Client().post(where, given, headers={"Host": "evil.example"})
    assert (answer.status_code, mail.outbox) == (400, [])
    forwarded = {"X-Forwarded-Host": "evil.example"}
    Client().post(where, given, headers=forwarded)
    (sent,) = mail.outbox
    assert "http://testserver/accounts/password/reset/key/" in sent.body
    assert "evil" not in sent.body
    cache.clear()


def test_every_form_needs_its_token(hotel_house: House, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"  # ours looks better, and slower
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.member("administrator"))
    routes = [
        route
        for route in matrix.routes("staytrue.urls")
        if route.name not in WITHOUT_PAGE and not route.pattern.startswith(LINKS)
    ]
    answers = {
        route.name: client.post(address(route.pattern), {"act": "x"}).status_code
        for route in routes
    }
    assert len(answers) > 80
    # What takes no form at all says so.
    assert {name: code for name, code in answers.items() if code not in {403, 405}} == {}


def address(pattern: str) -> str:
    parts = {"int:": "1", "uuid:": "01900000-0000-7000-8000-000000000001"}
    told = []
    for part in pattern.split("<"):
        kind, _close, rest = part.partition(">")
        if not _close:
            told.append(part)
            continue
        told.append(next((v for k, v in parts.items() if kind.startswith(k)), "front_desk") + rest)
    return "/" + "".join(told)


@pytest.mark.parametrize("where", ["/today/", "/api/reservations", "/accounts/login/", "/lock/"])
def test_no_other_site_reads_or_frames_an_answer(where: str, hotel_house: House) -> None:
    client = hotel_house.client("front_desk")
    answer = client.get(where, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_whoever_says_he_was_forwarded_is_not_believed(hotel_house: House) -> None:
    cache.clear()
    spoofed = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"}
    given = {"login": "nobody@tresrios.example", "password": "not the password"}
    Client().post("/accounts/login/", given, headers=spoofed)
    with scope.everything():
        (entry,) = AuditEntry.objects.filter(action="sign_in_failed")
    assert entry.facts == {"network": "127.0.0.0/24"}
    cache.clear()


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_after_the_sign_in_nobody_is_led_away(back: str, hotel_house: House) -> None:
    cache.clear()
    member = people.member("front_desk", at=hotel_house.sirga, password=people.PASSWORD)
    given = {"login": member.email, "password": people.PASSWORD, "next": back}
    assert Client().post("/accounts/login/", given)["Location"] == "/"
    assert Client().post("/language/", {"language": "fr", "next": back})["Location"] == "/"
    cache.clear()


def test_a_cookie_after_signing_out_or_leaving_is_dead(hotel_house: House) -> None:
    people.member("administrator")
    for end in ("signs out", "leaves", "new password"):
        member = people.member("front_desk", at=hotel_house.sirga)
        client, thief = Client(), Client()
        client.force_login(member)
        thief.cookies["sessionid"] = client.cookies["sessionid"].value
        assert thief.get("/me/").status_code == 200
        if end == "signs out":
            client.post("/accounts/logout/")
        elif end == "leaves":
            with audit.acting("tests", house.NOW, "a test"):
                end_membership(house_access("tests"), member, house.NOW)
        else:
            member.set_password("another quiet room")
            with audit.acting("tests", house.NOW):
                member.save()
        assert thief.get("/me/")["Location"].startswith("/accounts/login/"), end
