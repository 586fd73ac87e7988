"""Guests of the demo group who may be one person, live together, or share an agency's address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from staytrue.guests import households, links, source_profiles
from staytrue.guests.models import Edge
from staytrue.guests.salting import salt
from staytrue.hotel import scope
from staytrue.hotel.codes import Status
from staytrue.hotel.records import Address, Email, Loyalty, Phone, Profile, Reservation
from staytrue.inbox.models import Connection
from staytrue.mirror.models import Profile as Mirrored
from tests import make
from tests.guests import twins
from tests.web import house
from tests.web.house import House

NOW = datetime(2026, 5, 21, 15, 0, tzinfo=UTC)
AGENCY = "groups@agency.example"
_FAMILIES = "Abad Bosch Costa Duran Egea Font Gil Haro Ibarra Jover Kuhn Lopez Mora Nieto Olmo"
_BILBAO = Address(line1="Iparraguirre 41", postcode="48011", city="Bilbao", country="ES")
_LISBON = Address(line1="Rua do Vale 9", postcode="1200-472", city="Lisboa", country="PT")


def build(bilbao: Connection, lisbon: Connection) -> None:
    """Six pairs to decide, a household, and a value that many share."""
    at = cast("House", SimpleNamespace(link=bilbao, other_link=lisbon))
    for here, there, why in _pairs():
        (one,), (other,) = twins.known(at, here), twins.known(at, there, other=True)
        twins.propose(one, other, why=why, opened_at=NOW)
    _stays(bilbao, lisbon)
    _household(at)
    _agency(bilbao)


def _pairs() -> list[tuple[Profile, Profile, str]]:
    """The same person by two PMSs, or not."""
    mobile = [Phone("944 55 01 22", "+34666550122")]
    return [
        (_person("Q1", "María José", "Etxeberria", second_last_name="Ruiz", phones=mobile,
                 emails=[Email("mj@etxeberria.example")], birth_date="1979-11-14",
                 addresses=[_BILBAO], loyalty=[Loyalty("Andorinha", "7718")], card_token="t-7"),
         _person("Q2", "Mª José", "Echeverría", phones=mobile, birth_date="1979-11-14",
                 emails=[Email("mj8841@relay.example", masked=True)], addresses=[_LISBON],
                 card_token="t-7"),
         "score"),
        (_person("Q3", "Jürgen", "Weiß", emails=[Email("j.weiss@weiss.example")]),
         _person("Q4", "Juergen", "Weiss", emails=[Email("j.weiss@weiss.example")]), "score"),
        (_person("Q5", "Sofia", "Lund", phones=[Phone("+46 70 123 45 67", "+46701234567")]),
         _person("Q6", "Sophie", "Lund", phones=[Phone("+46 70 123 45 67", "+46701234567")]),
         "given_names_differ"),
        (_person("Q7", "T.", "Okonkwo", birth_date="1990-02-03"),
         _person("Q8", "Tobe", "Okonkwo", birth_date="1990-03-02"), "score"),
        (_person("Q9", "Li", "Wei", addresses=[_BILBAO]),
         _person("Q10", "Wei", "Li", addresses=[_BILBAO]), "score"),
    ]  # fmt: skip


def _person(source_id: str, first: str, last: str, **facts: Any) -> Profile:
    return make.profile(source_id=source_id, first_name=first, last_name=last, **facts)


def _stays(bilbao: Connection, lisbon: Connection) -> None:
    past = [
        Reservation(
            number=f"Q{n}", property="BIO", status=Status.CHECKED_OUT, source_status="Checked out",
            arrival_on=date(2025, 3 * n, 9), departure_on=date(2025, 3 * n, 11), nights=2,
            guests=[house.guest(profile="Q1")],
        )
        for n in (1, 2, 3, 4)
    ]  # fmt: skip
    house.take(bilbao, *past, made_at=NOW - timedelta(days=8), imported=True)
    coming = make.reservation(
        number="Q9",
        property="LIS",
        arrival_on=date(2026, 5, 29),
        guests=[house.guest(profile="Q2")],
    )
    house.take(lisbon, coming, made_at=NOW)


def _household(at: House) -> None:
    home = {"addresses": [_BILBAO], "phones": [Phone("944 10 10 10", "+34944101010")]}
    ids = twins.known(
        at,
        _person("H1", "Jon", "Arrizabalaga", **home),
        _person("H2", "Ane", "Arrizabalaga", **home),
        _person("H3", "Miren", "Arrizabalaga", **home),
    )
    with scope.everything():
        for one, other in ((0, 1), (1, 2)):
            twins.edge(ids[one], ids[other])
            Edge.objects.filter(one=ids[one], other=ids[other]).update(household=0.94)
        households.recompute(links.guests_of(ids).values(), NOW)


def _agency(bilbao: Connection) -> None:
    people = [
        _person(f"AG{n}", "Ana", name, emails=[Email(AGENCY)])
        for n, name in enumerate(_FAMILIES.split())
    ]
    house.take(bilbao, *people)
    with scope.everything():
        rows = {row.source_id: row.pk for row in Mirrored.objects.filter(
            source_id__in=[each.source_id for each in people])}  # fmt: skip
        source_profiles.refresh(list(rows.values()), salt(), NOW)
