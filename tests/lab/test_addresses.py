"""The labelled world of contact points: one seed, one world, with all roles and all their noise."""

from __future__ import annotations

from staytrue.lab.addresses import World


def test_one_seed_is_one_world() -> None:
    assert World(7).labelled(600) == World(7).labelled(600)
    assert World(7).labelled(600) != World(8).labelled(600)


def test_every_role_is_there_and_no_address_twice() -> None:
    world = World(7).labelled(2_000)
    assert {point.role for point in world} == {
        "private", "company", "agency", "relay", "family", "own", "placeholder",
    }  # fmt: skip
    assert len({(point.kind, point.value) for point in world}) == len(world)


def test_stays_are_those_of_the_profiles_that_have_the_address() -> None:
    for point in World(7).labelled(600):
        assert {stay.profile_id for stay in point.stays} <= {user.id for user in point.users}
