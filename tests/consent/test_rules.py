"""Which address marketing takes: the newest that is the guest's own and that nobody refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.consent.rules import Address, Reach, Role, best_address, reach_of

OLD, NEW = (datetime(year, 5, 21, tzinfo=UTC) for year in (2015, 2026))


@dataclass
class Facts:
    role: Role = Role.PRIVATE
    refused: bool = False
    marketing: str = ""
    seen_at: datetime = NEW
    until_at: datetime | None = None


def address(value: str, **facts: object) -> Address:
    told = Facts(**facts)  # type: ignore[arg-type]
    return Address(value, told.role, told.refused, told.marketing, OLD, told.seen_at, told.until_at)


def test_of_relay_work_and_private_the_newest_real_one_is_taken() -> None:
    relay = address("x@guest.booking.com", role=Role.RELAY)
    work = address("ana@acero.example", role=Role.COMPANY, seen_at=OLD)
    home = address("ana@mail.example")
    assert best_address([relay, work, home]) == (Reach.REACHABLE, home)
    assert best_address([relay, work]) == (Reach.REACHABLE, work)
    assert best_address([relay]) == (Reach.RELAY, None)


def test_an_address_of_the_past_is_never_written_to() -> None:
    past = address("ana@2015.example", until_at=NEW)
    assert best_address([past]) == (Reach.MISSING, None)


def test_a_refused_address_leaves_the_other_and_who_refuses_is_left_alone() -> None:
    refused, other = address("a@mail.example", refused=True), address("b@mail.example", seen_at=OLD)
    assert best_address([refused, other]) == (Reach.REACHABLE, other)
    assert best_address([refused]) == (Reach.OPTED_OUT, None)
    assert best_address([refused, other], refuses=True) == (Reach.OPTED_OUT, None)


@pytest.mark.parametrize(
    ("marketing", "refused", "reach"),
    [("in", False, Reach.REACHABLE), ("", False, Reach.FAMILY), ("in", True, Reach.OPTED_OUT)],
)
def test_a_familys_mailbox_needs_the_yes_of_who_is_addressed(
    *, marketing: str, refused: bool, reach: Reach
) -> None:
    family = address("us@mail.example", role=Role.FAMILY, marketing=marketing, refused=refused)
    assert reach_of(family) == reach


_ADDRESSES = st.lists(
    st.builds(
        Address,
        st.sampled_from("abc"),
        st.sampled_from(Role),
        st.booleans(),
        st.sampled_from(["", "in", "out"]),
        st.sampled_from([OLD, NEW]),
        st.sampled_from([OLD, NEW]),
        st.sampled_from([None, NEW]),
    ),
    max_size=5,
)


@given(addresses=_ADDRESSES, refuses=st.booleans())
def test_no_order_matters_and_nobody_unwilling_is_ever_taken(
    *, addresses: list[Address], refuses: bool
) -> None:
    reach, best = best_address(addresses, refuses=refuses)
    assert best_address(reversed(addresses), refuses=refuses)[0] == reach
    assert (best is not None) == (reach == Reach.REACHABLE)
    if best:
        assert not refuses
        assert not best.refused
        assert best.until_at is None
        assert best.role not in (Role.RELAY, Role.PLACEHOLDER, Role.AGENCY, Role.OWN)
