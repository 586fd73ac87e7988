"""The one table of rights and fields is complete, and the seven roles say what the papers say."""

from __future__ import annotations

import msgspec
import pytest

from staytrue.hotel.records import Profile, Reservation
from staytrue.staff.rights import FIELDS, RIGHTS, ROLES

ROLE = {role.key: role.rights for role in ROLES}


@pytest.mark.parametrize("record", [Reservation, Profile])
def test_every_field_of_a_record_names_the_right_that_opens_it(
    record: type[msgspec.Struct],
) -> None:
    assert not set(record.__struct_fields__) - FIELDS.keys()


def test_every_right_that_opens_a_field_exists() -> None:
    assert set(FIELDS.values()) <= RIGHTS.keys()


def test_the_roles_are_the_seven() -> None:
    assert list(ROLE) == [
        "administrator",
        "general_manager",
        "guest_relations",
        "marketing",
        "front_desk",
        "department",
        "auditor",
    ]


def test_every_right_of_a_role_exists_and_the_administrator_has_all() -> None:
    assert frozenset().union(*ROLE.values()) <= RIGHTS.keys()
    assert ROLE["administrator"] == RIGHTS.keys()


def test_marketing_sees_the_room_category_and_never_the_room_number() -> None:
    assert FIELDS["room_category"] in ROLE["marketing"]
    assert FIELDS["room_number"] not in ROLE["marketing"]


def test_only_the_administrator_manages_staff() -> None:
    assert [key for key, rights in ROLE.items() if "staff.manage" in rights] == ["administrator"]
