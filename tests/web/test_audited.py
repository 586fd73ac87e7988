"""The audit on its screen: people and things by name, codes beside them only."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from staytrue.hotel import scope
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry
from staytrue.web import audited
from tests.web.house import NOW, House


def told(hotel_house: House, more: str = "") -> str:
    client = hotel_house.client("general_manager", everywhere=True)
    return " ".join(client.get(f"/audit/{more}").content.decode().split())


def line(object_: str, actor: str = "worker", **facts: object) -> audited.Line:
    with scope.everything():
        with audit.acting(actor, NOW):
            audit.record("denied", object_, facts=facts)
        return audited.lines([AuditEntry.objects.latest("pk")])[0]


def test_the_audit_tells_who_was_denied_what(hotel_house: House) -> None:
    hotel_house.client("front_desk").get("/members/")
    text = told(hotel_house)
    assert "Denied" in text
    assert "Right: Manage members, roles and keys" in text


def test_what_an_entry_is_about_stands_by_its_name(hotel_house: House) -> None:
    text = told(hotel_house)
    assert f"Connection <bdi>{hotel_house.link.name}</bdi>" in text
    assert "Hotel <bdi>Hotel Sirga</bdi>" in text
    assert "Time zone" in text
    assert "day_close_at" not in text


def test_a_granted_role_names_the_role_and_the_member(hotel_house: House) -> None:
    hotel_house.client("front_desk")
    with scope.everything():
        found = AuditEntry.objects.filter(object__startswith="role_grant:").latest("pk")
        said = audited.lines([found])[0]
    assert said.kind == "Granted role"
    assert said.name.startswith("Front desk, ")


@pytest.mark.parametrize(
    ("object_", "name"),
    [("delivery:999999", "999999"), ("reservation:pk=7", "7"), ("", "")],
)
def test_what_is_gone_or_never_was_keeps_its_key(db: None, object_: str, name: str) -> None:
    assert line(object_).name == name


def test_who_acts_without_being_a_member_has_a_name(hotel_house: House) -> None:
    assert line("").who == "Staytrue by itself"
    assert line("", f"connection:{hotel_house.link.name}").who == "Connection bio-files"


def test_the_audit_speaks_the_language_of_its_reader(hotel_house: House) -> None:
    with override("fr"):
        said = line(f"connection:{hotel_house.link.pk}", right="audit.read")
    assert said.kind == "Connexion"
    assert said.facts == [("Droit", "Lire l’audit")]
