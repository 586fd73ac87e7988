"""Members, roles, keys and asks: what is refused, what is done once, what is left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff import actions, audit, keys, queries
from staytrue.staff.access import Access, access_of, house_access
from staytrue.staff.actions import NewAsk, RoleAt
from staytrue.staff.models import ApiKey, Ask, Grant, Member, Role
from tests.staff import people

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def house() -> Access:
    return house_access("tests")


@pytest.fixture(autouse=True)
def _somebody_acts() -> object:
    with audit.acting("tests", people.NOW, "a test"), scope.everything():
        yield


@pytest.mark.parametrize("role", ["general_manager", "front_desk", "auditor"])
def test_only_an_administrator_changes_staff(role: str) -> None:
    access = people.access(role)
    member = people.member("front_desk")
    marketing = Role.objects.get(pk="marketing")
    with pytest.raises(Forbidden):
        actions.create_member(access, "eve@example.org", "Eve")
    with pytest.raises(Forbidden):
        actions.set_roles(access, member, [RoleAt("administrator")])
    with pytest.raises(Forbidden):
        actions.end_membership(access, member, people.NOW)
    with pytest.raises(Forbidden):
        actions.change_role(access, marketing, ["staff.manage"])


def test_an_administrator_of_one_hotel_cannot_make_himself_one_of_all() -> None:
    member = people.member("administrator", at=people.property_())
    with pytest.raises(Forbidden):
        actions.set_roles(access_of(member), member, [RoleAt("administrator")])


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [
        ("no address", None, "email_unreadable"),
        ("TAKEN@tresrios.example", None, "member_exists"),
        ("rui@tresrios.example", "short", "password_weak"),
    ],
)
def test_a_member_that_cannot_be_is_refused(
    house: Access, email: str, password: str | None, code: str
) -> None:
    people.member(email="taken@tresrios.example")
    with pytest.raises(Refused) as refusal:
        actions.create_member(house, email, "Rui", password=password)
    assert refusal.value.code == code


def test_an_unknown_role_is_refused_and_leaves_no_member(house: Access) -> None:
    with pytest.raises(Refused, match="no role king"):
        actions.create_member(house, "rui@tresrios.example", "Rui", [RoleAt("king")])
    assert not Member.objects.exists()


def test_setting_the_same_roles_again_changes_nothing(house: Access) -> None:
    member = people.member("administrator", "auditor")
    before = set(Grant.objects.values_list("pk"))
    actions.set_roles(house, member, [RoleAt("auditor"), RoleAt("administrator")])
    assert set(Grant.objects.values_list("pk")) == before


def test_the_last_administrator_cannot_go(house: Access) -> None:
    member = people.member("administrator")
    role = Role.objects.get(pk="administrator")
    for act in (
        lambda: actions.set_roles(house, member, []),
        lambda: actions.set_roles(house, member, [RoleAt("administrator", people.property_().pk)]),
        lambda: actions.end_membership(house, member, people.NOW),
        lambda: actions.change_role(house, role, ["stays.read"]),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "last_administrator"
    assert Grant.objects.filter(member=member, role="administrator").exists()


def test_a_role_of_the_house_comes_and_goes(house: Access) -> None:
    people.member("administrator")
    role = actions.add_role(house, "spa", "Spa", ["stays.read"])
    actions.change_role(house, role, ["stays.read", "room.read"], ["arrival_on"])
    assert Role.objects.get(pk="spa").hidden_fields == ["arrival_on"]
    actions.remove_role(house, role)
    assert not Role.objects.filter(pk="spa").exists()


def test_a_role_that_is_built_in_or_held_stays(house: Access) -> None:
    with pytest.raises(Refused):
        actions.remove_role(house, Role.objects.get(pk="auditor"))
    role = actions.add_role(house, "spa", "Spa")
    people.member("spa")
    with pytest.raises(Refused):
        actions.remove_role(house, role)


def test_a_right_or_field_that_does_not_exist_is_refused(house: Access) -> None:
    role = Role.objects.get(pk="marketing")
    with pytest.raises(Refused, match="no right fly"):
        actions.change_role(house, role, ["fly"])
    with pytest.raises(Refused, match="no field wings"):
        actions.change_role(house, role, [], ["wings"])


def test_the_same_grant_twice_is_refused_by_the_database() -> None:
    member = people.member("auditor")
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(member=member, role_id="auditor")


def test_a_key_is_kept_as_a_hash_and_ends_by_itself() -> None:
    member = people.member("front_desk")
    key, text = keys.make_key(member, "robot", people.NOW + HOUR, people.NOW)
    assert text.encode() not in bytes(ApiKey.objects.get(pk=key.pk).hash)
    assert keys.member_of(text, people.NOW) == member
    for bearer, moment in ((text, people.NOW + HOUR), (text + "x", people.NOW), ("", people.NOW)):
        with pytest.raises(Forbidden):
            keys.member_of(bearer, moment)


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=400)])
def test_a_key_that_is_over_or_never_ends_is_refused(life: timedelta) -> None:
    with pytest.raises(Refused):
        keys.make_key(people.member(), "robot", people.NOW + life, people.NOW)


def test_what_is_asked_twice_stands_once_with_the_newer_facts() -> None:
    for age in (1, 2):
        actions.open_ask(NewAsk("stale:1", "stale", "front_desk", facts={"hours": age}), people.NOW)
    ask = Ask.objects.get()
    assert (ask.facts, ask.opened_at) == ({"hours": 2}, people.NOW)


def test_what_is_closed_twice_keeps_its_first_end() -> None:
    actions.open_ask(NewAsk("stale:1", "stale", "front_desk"), people.NOW)
    actions.close_ask("stale:1", "fresh", people.NOW + HOUR)
    actions.close_ask("stale:1", "again", people.NOW + 2 * HOUR)
    assert Ask.objects.values_list("closed_at", "closed_why").get() == (people.NOW + HOUR, "fresh")


def test_what_comes_up_again_is_a_new_ask_and_the_old_one_stays() -> None:
    for hour in range(2):
        actions.open_ask(NewAsk("stale:1", "stale", "front_desk"), people.NOW + hour * HOUR)
        actions.close_ask("stale:1", "fresh", people.NOW + hour * HOUR)
    assert Ask.objects.count() == 2


@settings(max_examples=25)
@given(st.lists(st.sets(st.sampled_from("abcd")), max_size=4))
def test_settling_makes_the_open_asks_what_they_should_be(states: list[set[str]]) -> None:
    with transaction.atomic():
        actions.open_ask(NewAsk("other:a", "stale", "front_desk"), people.NOW)
        for hour, state in enumerate(states):
            asks = [NewAsk(f"mine:{key}", "stale", "front_desk") for key in state]
            actions.settle_asks("mine:", asks, "over", people.NOW + hour * HOUR)
            opened = Ask.objects.filter(closed_at=None).values_list("key", flat=True)
            assert set(opened) == {"other:a", *(f"mine:{key}" for key in state)}
        transaction.set_rollback(True)


def test_asks_reach_the_role_at_its_property_and_nobody_else() -> None:
    here, there = people.property_(), people.property_()
    desk, marketing = people.access("front_desk", at=here), people.access("marketing", at=here)
    manager = people.access("front_desk")
    actions.open_asks(
        [
            NewAsk("late", "stale", "front_desk", here.pk, due_at=people.NOW + HOUR),
            NewAsk("soon", "stale", "front_desk", here.pk, due_at=people.NOW),
            NewAsk("group", "stale", "front_desk"),
            NewAsk("there", "stale", "front_desk", there.pk),
        ],
        people.NOW,
    )
    assert [ask.key for ask in queries.asks_for(desk)] == ["soon", "late", "group"]
    assert {ask.key for ask in queries.asks_for(manager, there.pk)} == {"there", "group"}
    assert not queries.asks_for(marketing)


def test_the_audit_of_a_hotel_is_read_by_its_auditor_only() -> None:
    here, there = people.property_(), people.property_()
    auditor, desk = people.access("auditor", at=here), people.access("front_desk", at=here)
    assert {e.property_id for e in queries.audit_of(auditor)} == {here.pk}
    assert not queries.audit_of(auditor, f"property:{there.pk}")
    assert not queries.audit_of(desk)
