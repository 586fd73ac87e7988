"""Addresses are found again by a key; a machine with another one says so instead of writing."""

from __future__ import annotations

import pytest

from staytrue.consent import recorded
from staytrue.consent.models import AddressKey
from staytrue.consent.purposes import GROUP, Scope, Within
from staytrue.hotel import scope
from staytrue.kit.errors import Misconfigured

pytestmark = pytest.mark.django_db


def test_an_address_is_told_from_a_number_of_the_same_letters() -> None:
    found = {recorded.address_hash(kind, "34600112233") for kind in ("email", "phone")}
    assert len(found) == 2
    assert all(len(each) == 32 for each in found)


def test_with_another_key_nobody_is_said_to_be_reachable() -> None:
    with scope.everything():
        recorded.check_key()
        recorded.check_key(is_written=True)
        recorded.check_key()
        AddressKey.objects.update(fingerprint=b"another")
        with pytest.raises(Misconfigured, match="secrets/addresses"):
            recorded.check_key()


def test_a_hotel_is_reached_by_itself_its_company_and_the_group() -> None:
    here = Scope(Within.PROPERTY, 3)
    assert recorded.scopes_of(3, None) == {GROUP, here}
    assert recorded.scopes_of(3, 9) == {GROUP, here, Scope(Within.LEGAL_ENTITY, 9)}
