"""Guests on the command line: listed, and shown by any id ever issued or by a profile."""

from __future__ import annotations

from staytrue.guests import deciding, links
from staytrue.guests.models import Guest
from staytrue.hotel import scope
from staytrue.mirror.models import Profile
from staytrue.staff.access import house_access
from tests.cli.conftest import Cli
from tests.make import NOON


def test_guests_are_listed_and_shown_by_id_and_by_profile(filled: Cli) -> None:
    with scope.everything():
        profiles = list(Profile.objects.order_by("pk")[:2])
        if not links.guests_of([each.pk for each in profiles]):
            event = links.note(links.Act(links.Kind.CREATED, "tests"), NOON)
            opened = links.open_guests(2, NOON)
            links.move(dict(zip([each.pk for each in profiles], opened, strict=True)), event, NOON)
    first, second = filled("list", "guests", "--limit", 2, "--json").document
    assert (first["state"], second["state"]) == ("active", "active")
    shown = filled("show", "guest", first["id"], "--json").document
    assert shown["name"] == first["name"]
    assert shown == filled("show", "guest", first["profiles"][0]["key"], "--json").document
    with scope.everything():
        held = Guest.objects.filter(public_id__in=[first["id"], second["id"]])
        groups = links.profiles_of(list(held.values_list("pk", flat=True)))
        one, other = (ids[0] for ids in groups.values())
        deciding.merge(house_access("ana"), one, other, NOON)
    moved = filled("show", "guest", second["id"], "--json").document
    assert (moved["state"], moved["current"]) == ("moved", [first["id"]])


def test_an_id_that_was_never_issued_is_a_no_and_status_is_wrong_use(filled: Cli) -> None:
    ran = filled("show", "guest", "3f2c8e0e-0000-4000-8000-000000000000", "--json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "not_visible")
    assert filled("list", "guests", "--status", "confirmed").code == 2
