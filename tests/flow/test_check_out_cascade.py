"""A check-out finds the account of whoever is recognised, by the cascade as it is written (I08–I11)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from staytrue.guests import links
from staytrue.guests.models import Account, CheckOut, Link
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.mirror.models import Reservation
from tests import make
from tests.guests import crowds
from tests.guests.crowds import admit, mirrored, why
from tests.loyalty import scene
from tests.loyalty.scene import MAY_1, entries, programme
from tests.web import house
from tests.web.house import House

pytestmark = pytest.mark.django_db

CLAIRE = {"first_name": "Claire", "last_name": "Fontanel"}
BERNARD = {"first_name": "Bernard", "last_name": "Fontanel"}
CARD, OTHER_CARD = {"card_token": "tok_7fa1"}, {"card_token": "tok_0b22"}
PHONE = {"phone": "+34600111222"}
HOME = {"line1": "Calle Mayor 12", "postcode": "48001", "city": "Bilbao"}
ELSEWHERE = {"line1": "", "line2": HOME["line1"], "postcode": "48001", "city": "Bilbao"}
LATER = MAY_1 + timedelta(days=9)


def checked_out(at: House, profile: int, day: date) -> CheckOut:
    """A stay of this profile was checked out on a day, and is settled."""
    name = crowds.named([profile])[profile]
    stay = make.reservation(
        number=f"{name}-{day}", status=Status.CHECKED_OUT, arrival_on=day - timedelta(days=3),
        guests=[house.guest(profile=name)],
    )  # fmt: skip
    house.take(at.link, stay)
    with scope.everything():
        pk = Reservation.objects.get(number=stay.number).pk
    scene.settle([pk])
    with scope.everything():
        return CheckOut.objects.get(reservation_id=pk)


@pytest.mark.parametrize(
    ("mode", "first", "second", "outcome", "asked"),
    [
        # I08: last name and card; given names in conflict are for a person, unless the mode is exact.
        ("guarded", CLAIRE | CARD, CLAIRE | CARD, "linked", None),
        ("guarded", CLAIRE | CARD, BERNARD | CARD, "added", "given_names_differ"),
        ("exact", CLAIRE | CARD, BERNARD | CARD, "linked", None),
        # I09: the phone where a side has no card; cards that differ end the cascade.
        ("guarded", CLAIRE | PHONE | CARD, CLAIRE | PHONE, "linked", None),
        ("exact", CLAIRE | PHONE | CARD, CLAIRE | PHONE | OTHER_CARD, "added", "score"),
        # I10: the address, or its second line where the first is blank; of a family, a person.
        ("guarded", CLAIRE | HOME, CLAIRE | ELSEWHERE, "linked", None),
        ("guarded", CLAIRE | HOME, BERNARD | HOME, "added", "given_names_differ"),
        ("exact", CLAIRE | HOME, BERNARD | HOME, "linked", None),
    ],
)
def test_a_check_out_is_linked_to_the_account_of_whom_the_cascade_finds(
    mode: str, first: dict[str, Any], second: dict[str, Any], outcome: str, asked: str | None
) -> None:
    at = programme()
    crowds.choose(cascade=mode)
    member = mirrored(at.link, **first)
    admit(member)
    account = checked_out(at, member, MAY_1).account_id
    with scope.everything():
        before = Link.objects.count()
    comes = mirrored(at.link, **second)
    admit(comes)
    kept = checked_out(at, comes, LATER)
    with scope.everything():
        assert (kept.outcome, kept.account_id == account) == (outcome, outcome == "linked")
        # I11: whoever matches adds a link and no account; his points are his own all the same.
        assert Account.objects.count() == (1 if outcome == "linked" else 2)
        assert Link.objects.count() == before + 1
    assert why(member, comes) == asked
    assert entries() == [("award", 75)] * 2


def test_of_several_accounts_that_match_a_person_chooses_and_the_oldest_then_holds_all() -> None:
    at = programme()
    older, younger = (mirrored(at.link, **CLAIRE, **PHONE, **each) for each in (CARD, OTHER_CARD))
    admit(older, younger)
    first = checked_out(at, older, MAY_1).account_id
    second = checked_out(at, younger, MAY_1 + timedelta(days=1)).account_id
    assert first != second
    third = mirrored(at.link, **CLAIRE, **PHONE)
    admit(third)
    assert checked_out(at, third, LATER).outcome == "added"
    pairs = [{each.one_profile, each.other_profile} for each in crowds.asked()
             if each.why == "several_accounts"]  # fmt: skip
    assert pairs == [{older, third}, {younger, third}]
    # A person decides that he is the older one's: the next check-out goes to that account.
    with scope.everything():
        guest = links.guests_of([older])[older]
        merged = links.note(links.Act(links.Kind.MERGED, "tests"), make.NOON)
        links.move({third: guest}, merged, make.NOON)
    later = checked_out(at, third, LATER + timedelta(days=9))
    assert (later.outcome, later.account_id) == ("member", first)
