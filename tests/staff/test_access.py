"""What a member may see: by role, by property, by field; deny by default, effective at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel import scope
from staytrue.hotel.models import LegalEntity, Property
from staytrue.kit.errors import Forbidden
from staytrue.staff import access as rules
from staytrue.staff import audit
from staytrue.staff.access import Access, RoleHeld
from staytrue.staff.actions import NewAsk, RoleAt, open_asks, set_roles
from staytrue.staff.models import Ask, Member
from staytrue.staff.rights import FIELDS, RIGHTS
from tests.staff import people

database = pytest.mark.django_db

held = st.builds(
    RoleHeld,
    key=st.just("role"),
    rights=st.frozensets(st.sampled_from(sorted(RIGHTS)), max_size=4),
    hidden=st.frozensets(st.sampled_from(sorted(FIELDS)), max_size=4),
)
places = st.integers(1, 3)
accesses = st.builds(
    lambda everywhere, at: Access(
        "member:1", 1, tuple(everywhere), {k: tuple(v) for k, v in at.items()}, frozenset({1, 2, 3})
    ),
    st.lists(held, max_size=2),
    st.dictionaries(places, st.lists(held, max_size=2)),
)


def move(member: Member, roles: list[RoleAt]) -> None:
    people.member("administrator")
    with audit.acting("tests", people.NOW, "a test"):
        set_roles(rules.house_access("tests"), member, roles)


@given(accesses, places, st.sampled_from(sorted(FIELDS)))
def test_a_field_is_shown_only_by_one_role_that_both_opens_and_does_not_hide_it(
    access: Access, place: int, name: str
) -> None:
    shown = not rules.hides(access, name, place)
    assert shown == any(
        FIELDS[name] in role.rights and name not in role.hidden
        for role in (*access.everywhere, *access.at.get(place, ()))
    )


@given(accesses, places, st.sampled_from(sorted(RIGHTS)))
def test_a_right_at_another_property_counts_for_nothing(
    access: Access, place: int, right: str
) -> None:
    alone = Access("member:1", 1, access.everywhere, {place: access.at.get(place, ())})
    assert access.may(right, place) == alone.may(right, place)


@given(accesses, places)
def test_redaction_keeps_the_keys_and_only_the_readable_values(access: Access, place: int) -> None:
    record = {**dict.fromkeys(FIELDS, "x"), "custom": {"x": "x"}, "emails": ["x"], "invented": "x"}
    told = rules.redact(record, access, place)
    assert told.keys() == record.keys() | {"hidden", "masked"}
    assert "invented" in told["hidden"]
    for name in record:
        assert bool(told[name]) == (name not in told["hidden"])


def test_nobody_may_anything() -> None:
    assert not any(rules.NOBODY.may_anywhere(right) for right in RIGHTS)


@database
def test_a_member_without_a_grant_sees_no_property() -> None:
    people.property_()
    access = people.access()
    assert not rules.visible_to(access, Property.objects.all()).exists()
    assert not any(access.may_anywhere(right) for right in RIGHTS)


@database
def test_a_member_sees_the_properties_of_his_grants() -> None:
    here, there = people.property_(), people.property_()
    people.property_()
    member = people.member("front_desk", at=[here, there])
    assert set(rules.visible_to(member, Property.objects.all())) == {here, there}


@database
def test_a_grant_without_property_holds_at_those_to_come() -> None:
    member = people.member("general_manager")
    new = people.property_()
    assert new in rules.visible_to(member, Property.objects.all())
    assert rules.access_of(member).may("stays.read", new.pk)


@database
def test_with_a_right_only_the_properties_where_it_is_held_are_visible() -> None:
    here, there = people.property_(), people.property_()
    member = people.member("auditor", at=there)
    move(member, [RoleAt("front_desk", here.pk), RoleAt("auditor", there.pk)])
    visible = rules.visible_to(member, Property.objects.all(), "stays.read")
    assert list(visible) == [here]


@database
def test_rows_of_no_property_are_for_those_who_work_everywhere() -> None:
    here = people.property_()
    with scope.everything():
        open_asks(
            [NewAsk("a", "stale", "front_desk"), NewAsk("b", "stale", "front_desk", here.pk)],
            people.NOW,
        )
        desk = rules.visible_to(people.access("front_desk", at=here), Ask.objects.all())
        manager = rules.visible_to(people.access("general_manager"), Ask.objects.all())
        assert {ask.key for ask in desk} == {"b"}
        assert {ask.key for ask in manager} == {"a", "b"}


@database
def test_a_model_that_names_no_way_to_its_property_is_not_shown() -> None:
    with pytest.raises(TypeError, match="visible_by"):
        rules.visible_to(people.access("administrator"), LegalEntity.objects.all())


@database
def test_a_member_moved_to_another_property_loses_the_first_at_once() -> None:
    here, there = people.property_(), people.property_()
    member = people.member("front_desk", at=here)
    move(member, [RoleAt("front_desk", there.pk)])
    with pytest.raises(Forbidden):
        rules.require(rules.access_of(member), "stays.read", here)
    rules.require(rules.access_of(member), "stays.read", there)


@database
def test_what_is_foreign_and_what_is_not_there_answer_alike() -> None:
    here, there = people.property_("HERE"), people.property_("THERE")
    access = people.access("front_desk", at=here)
    told = []
    for code in ("THERE", "NOWHERE"):
        with pytest.raises(Forbidden) as refusal:
            rules.one_of(access, Property.objects.all(), "stays.read", code=code)
        told.append((str(refusal.value), refusal.value.code))
    assert told[0] == told[1]
    assert rules.one_of(access, Property.objects.all(), code="HERE") == here
    assert there.pk not in access.property_ids


@database
def test_a_member_who_left_may_nothing() -> None:
    member = people.member("administrator")
    member.is_active = False
    assert not rules.access_of(member).may_anywhere("stays.read")
    assert rules.access_of(member).property_ids == frozenset()


@database
def test_a_group_wide_act_needs_the_right_everywhere() -> None:
    here = people.property_()
    with pytest.raises(Forbidden):
        rules.require_everywhere(people.access("administrator", at=here), "staff.manage")
    rules.require_everywhere(people.access("administrator"), "staff.manage")
