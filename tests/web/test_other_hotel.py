"""No form, list or number tells of another hotel, nor changes it, nor takes more than it asks (2, 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from staytrue.hotel import scope
from staytrue.inbox.models import ParkedPart
from staytrue.staff import guard
from tests import make
from tests.web import house, rights_scene
from tests.web.rights_scene import Scene
from tests.web.test_routes import CELLS, FORMS, ROUTES, address

MORE = {"role": "administrator", "is_active": "", "property": "2", "property_id": "2",
        "points": "100000", "balance": "100000", "rights": "staff.manage", "is_built_in": "on",
        "member": "1", "state": "approved", "approved_by": "member:1", "armed_at": "2020-01-01",
        "actor": "member:1", "second_factor": "nobody"}  # fmt: skip
# Lists, searches and figures, which must not even count what is another hotel's.
COUNTED = [
    "/today/", "/today/?list=in_house", "/today/?list=out_of_sight", "/stays/",
    "/stays/?status=confirmed&from=2020-01-01", "/guests/", "/guests/?name=quast", "/search/?q=quast",
    "/search/?q=9021", "/guests/flows/", "/guests/reachability/", "/guests/completeness/",
    "/guests/review/", "/guests/hubs/", "/guests/households/", "/guests/consent/",
    "/guests/forms/", "/guests/capture/", "/connections/", "/audit/", "/desk/", "/desk/figures/",
    "/messages/", "/mailings/", "/sending/", "/check-outs/", "/journeys/", "/texts/",
    "/api/reservations", "/api/profiles", "/api/guests", "/api/cases",
]  # fmt: skip


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Both hotels, built once."""
    with django_db_blocker.unblock(), rights_scene.built() as made:
        yield made


def forms(scene: Scene) -> dict[str, tuple[str, dict[str, Any]]]:
    """Forms of one's own hotel in which a thing of the other one is named."""
    here, there, other = scene.here, scene.there, scene.house.other
    card, pair = f"/guests/{here['guest']}", f"{here['profile']},{there['profile']}"
    return {
        "new case": ("/desk/new/", {"for": "LYO:front", "words": "x", "place": "1"}),
        "export": ("/guests/export/", {"hotel": other.pk, "reason": "x"}),
        "form": ("/guests/forms/of/LYO/", {"act": "open"}),
        "taken apart": (f"{card}/apart/", {"profile": there["profile"], "reason": "x"}),
        "joined": ("/guests/review/", {"pair": pair, "said": "same", "reason": "x"}),
        "ground": ("/guests/grounds/choose/", {"hotel": other.pk, "purpose": "marketing",
                                               "channel": "email", "requirement": "opt_in"}),
        "statement": ("/guests/grounds/sign/", {"house": f"property:{other.pk}", "wording": "x",
                                                "since": "2020-01-01"}),
        "past days": ("/check-outs/run/", {"hotel": ["LYO"], "from": "2026-05-01",
                                           "to": "2026-05-02", "act": "run"}),
        "shared computer": ("/members/signing-in/share/", {"hotel": other.pk, "name": "x"}),
        "mailing of it": ("/mailings/new/?hotel=LYO", {"name": "x", "source": "everyone"}),
    }  # fmt: skip


FORM_NAMES = ["new case", "export", "form", "taken apart", "joined",
              "ground", "statement", "past days", "shared computer", "mailing of it"]  # fmt: skip


@pytest.mark.parametrize("name", FORM_NAMES)
def test_a_form_that_names_a_thing_of_another_hotel_finds_nothing(name: str, scene: Scene) -> None:
    where, given = forms(scene)[name]
    with scope.everything():
        before = kept_of(scene.house.other.pk)
    answer, later = scene.after("administrator_here", where, given,
                                lambda: kept_of(scene.house.other.pk))  # fmt: skip
    assert (answer.status, [code for code, _route in answer.denials]) == (404, ["not_visible"])
    assert later == before


def test_of_many_at_once_those_of_another_hotel_are_left_out(scene: Scene) -> None:
    """What waits no more is left out as well: two people work through one list."""
    other = scene.house.other.pk
    given = {"act": "drop", "part": [scene.here["part"], scene.there["part"]]}
    with scope.everything():
        before = kept_of(other)
    answer, later = scene.after("general_manager", "/connections/bio-files/parked/", given,
                                lambda: (kept_of(other), states()))  # fmt: skip
    assert answer.status == 302
    assert later == (before, {scene.here["part"]: "dropped", scene.there["part"]: "parked"})


def states() -> dict[int, str]:
    return dict(ParkedPart.objects.values_list("pk", "state"))


def kept_of(hotel: int) -> dict[str, str]:
    """A fingerprint of all rows of this hotel, by table; what was refused stands in the audit."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name FROM information_schema.columns JOIN information_schema.tables
                USING (table_schema, table_name)
                WHERE column_name = 'property_id' AND table_schema = 'public'
                  AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'audit%'"""
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), ''))"
                f" FROM {table} t WHERE property_id = %s",
                [hotel],
            )
            found[table] = cursor.fetchone()[0]
    return found


def test_what_another_hotel_has_changes_no_list_and_no_number(scene: Scene) -> None:
    before = {where: plain(scene, where) for where in COUNTED}
    people = [
        make.profile(source_id=f"X{n}", last_name=f"Quastenberg {n}", language="de", emails=[])
        for n in range(9)
    ]
    stays = [make.reservation(number=f"9021{n}", property="LYO", arrival_on=house.TODAY,
                              guests=[house.guest(profile=f"X{n}")]) for n in range(9)]  # fmt: skip
    house.take(scene.house.other_link, *people)
    house.take(scene.house.other_link, *stays)
    scene.kept.clear()
    changed = [where for where in COUNTED if plain(scene, where) != before[where]]
    assert changed == []


def plain(scene: Scene, where: str) -> str:
    """A page without what differs from one look to the next."""
    answer = scene.ask("general_manager", "get", where)
    assert answer.status == 200, where
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", answer.text)


def test_more_than_a_form_asks_for_changes_nothing(scene: Scene) -> None:
    with scope.everything():
        before = sensitive()
    tried = 0
    for route in ROUTES:
        is_asked = CELLS[route.name, "front_desk"] and route.right != guard.OPEN
        if not is_asked or route.name in {"single_keys", "lock_now"}:
            continue
        where, given = address(route, scene.here), FORMS.get(route.name, {}) | MORE
        answer, later = scene.after("front_desk", where, given, sensitive)
        assert answer.status != 500, route.name
        assert later == before, route.name
        tried += answer.status not in {403, 405}
    assert tried > 15


def sensitive() -> list[Any]:
    """Who may do what where, what is armed or approved, and every point there is."""
    with connection.cursor() as cursor:
        told = []
        for statement in (
            "SELECT id, email, is_active, language FROM member ORDER BY id",
            "SELECT member_id, role_id, property_id FROM role_grant ORDER BY 1, 2, 3",
            "SELECT key, rights, hidden_fields, is_built_in FROM role ORDER BY key",
            "SELECT second_factor, lock_minutes FROM sign_in_policy",
            "SELECT id, armed_at, armed_by FROM sending_outlet ORDER BY id",
            "SELECT id, state, approved_by FROM mailing ORDER BY id",
            "SELECT id, state, decided_by FROM money_line ORDER BY id",
            "SELECT count(*), sum(points) FROM points_entry",
        ):
            cursor.execute(statement)
            told += cursor.fetchall()
        return told
