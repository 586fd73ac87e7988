"""A request acts as its member, within his properties, and leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from staytrue.hotel import rls, scope
from staytrue.kit import clock
from staytrue.staff import audit
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt, change_role, end_membership, set_roles
from staytrue.staff.keys import make_key, revoke_key
from staytrue.staff.middleware import IDLE, LONGEST
from staytrue.staff.models import AuditEntry, Member, Role
from tests.staff import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.screens")]


def signed_in(member: Member) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(member)
    return client


def audited(action: str) -> list[AuditEntry]:
    with scope.everything():
        return list(AuditEntry.objects.filter(action=action).order_by("pk"))


def test_a_view_that_names_no_right_is_closed_even_to_the_administrator() -> None:
    assert signed_in(people.member("administrator")).get("/unmarked").status_code == 403
    assert audited("denied")[0].facts == {"code": "view_closed", "route": "unmarked"}


def test_without_signing_in_only_open_views_answer() -> None:
    assert Client().get("/health").status_code == 200
    for address in ("/unmarked", "/me", "/today/H1", "/people"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_without_signing_in_nothing_is_in_scope() -> None:
    assert Client().get("/health").content == b""


def test_a_member_works_within_his_properties() -> None:
    hotel = people.property_("HERE")
    answer = signed_in(people.member("front_desk", at=hotel)).get("/today/HERE")
    assert answer.content.decode() == f"HERE {hotel.pk}"


def test_whoever_works_everywhere_has_everything_in_scope() -> None:
    people.property_("HERE")
    assert signed_in(people.member("general_manager")).get("/today/HERE").content == b"HERE *"


def test_another_hotels_page_does_not_exist_and_the_try_is_audited() -> None:
    people.property_("THERE")
    member = people.member("front_desk", at=people.property_("HERE"))
    assert signed_in(member).get("/today/THERE").status_code == 404
    (entry,) = audited("denied")
    assert (entry.actor, entry.object) == (f"member:{member.pk}", "property:code=THERE")
    assert entry.facts == {"code": "not_visible", "right": "stays.read", "route": "today"}


def test_a_missing_right_is_refused_and_audited() -> None:
    client = signed_in(people.member("front_desk", at=people.property_()))
    assert client.get("/people").status_code == 403
    assert audited("denied")[0].facts["right"] == "staff.manage"


def test_a_refused_act_leaves_only_its_denial() -> None:
    hotel = people.property_("HERE")
    assert signed_in(people.member("front_desk", at=hotel)).get("/half/HERE").status_code == 403
    assert audited("half") == []
    assert [entry.property_id for entry in audited("denied")] == [hotel.pk]


def test_a_member_moved_while_signed_in_is_refused_at_the_next_request() -> None:
    here, there = people.property_("HERE"), people.property_("THERE")
    people.member("administrator")
    member = people.member("front_desk", at=here)
    client = signed_in(member)
    assert client.get("/today/HERE").status_code == 200
    with audit.acting("tests", people.NOW, "a test"):
        set_roles(house_access("tests"), member, [RoleAt("front_desk", there.pk)])
    assert client.get("/today/HERE").status_code == 404
    assert client.get("/today/THERE").status_code == 200


def test_a_right_taken_from_a_role_is_gone_at_the_next_request() -> None:
    people.member("administrator")
    client = signed_in(people.member("front_desk", at=people.property_("HERE")))
    with audit.acting("tests", people.NOW, "a test"):
        change_role(house_access("tests"), Role.objects.get(pk="front_desk"), ["room.read"])
    assert client.get("/today/HERE").status_code == 403


def test_who_leaves_is_signed_out_everywhere() -> None:
    people.member("administrator")
    member = people.member("front_desk", at=people.property_("HERE"))
    client = signed_in(member)
    with audit.acting("tests", people.NOW, "a test"):
        end_membership(house_access("tests"), member, people.NOW)
    assert client.get("/today/HERE").status_code == 302


def test_extra_fields_of_a_request_change_nothing() -> None:
    here, there = people.property_("HERE"), people.property_("THERE")
    client = signed_in(people.member("front_desk", at=here))
    extra = {"role": "administrator", "property_id": there.pk, "access": "*"}
    assert client.post("/today/THERE", extra).status_code == 404
    assert client.post("/today/HERE", extra).content.decode() == f"HERE {here.pk}"


def test_a_session_ends_when_idle() -> None:
    client = signed_in(people.member("front_desk", at=people.property_()))
    assert statuses(client, [timedelta(0), IDLE, 2 * IDLE + timedelta(seconds=1)]) == [
        200,
        200,
        302,
    ]


def test_a_session_ends_after_a_long_day_of_work() -> None:
    client = signed_in(people.member("front_desk", at=people.property_()))
    day = [minutes * timedelta(minutes=20) for minutes in range(37)]
    assert statuses(client, [*day, LONGEST + timedelta(seconds=1)]) == [200] * 37 + [302]


def statuses(client: Client, moments: list[timedelta]) -> list[int]:
    found = []
    for moment in moments:
        with clock.use(lambda moment=moment: people.NOW + moment):
            found.append(client.get("/me").status_code)
    return found


@pytest.mark.parametrize(
    ("address", "headers"), [("/version", {}), ("/me", {"X-Staytrue-Live": "1"})]
)
def test_a_screen_that_refreshes_by_itself_keeps_no_session_alive(
    address: str, headers: dict[str, str]
) -> None:
    client = signed_in(people.member("front_desk", at=people.property_()))
    moment = people.NOW
    with clock.use(lambda: moment):
        client.get("/me")
        for _ in range(4):
            moment += timedelta(minutes=10)
            answer = client.get(address, headers=headers)
    assert answer.status_code == 302


def test_a_key_acts_as_its_member_until_it_is_revoked() -> None:
    hotel = people.property_("HERE")
    with audit.acting("tests", people.NOW):
        key, text = make_key(
            people.member("front_desk", at=hotel),
            "robot",
            people.NOW + timedelta(days=9),
            people.NOW,
        )
    with clock.use(lambda: people.NOW):
        answer = Client().get("/today/HERE", headers={"Authorization": f"Bearer {text}"})
        assert answer.content.decode() == f"HERE {hotel.pk}"
        with audit.acting("tests", people.NOW):
            revoke_key(key, people.NOW)
        answer = Client().get("/today/HERE", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401
    assert audited("denied")[0].object == f"api_key:{key.pk}"


@pytest.mark.parametrize("bearer", ["", "x", "staytrue_", "staytrue_a_b", "staytrue_\udcff_é"])
def test_a_wrong_key_is_refused(bearer: str) -> None:
    header = f"Bearer {bearer}".encode("utf-8", "surrogateescape").decode("latin-1")
    assert Client().get("/health", headers={"Authorization": header}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_failing_request_leaves_no_scope_on_its_connection() -> None:
    client = signed_in(people.member("general_manager"))
    assert client.get("/broken").status_code == 500
    assert scope.current(rls.SETTING) == ""
    assert scope.current(audit.ACTOR) == ""
    assert not connection.in_atomic_block
