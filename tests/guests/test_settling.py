"""The settler: the same guests in whatever order profiles came, and never across what people said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

import msgspec
import pytest
from django.db import transaction

from staytrue.guests import (
    components,
    deciding,
    edges,
    published,
    resolving,
    source_profiles,
)
from staytrue.guests.matching import model as models
from staytrue.guests.matching.batch import Batch
from staytrue.guests.matching.normalise import Features
from staytrue.guests.models import (
    IdentityEvent,
    MatchKey,
    PairRule,
    SourceProfile,
    ValueStat,
)
from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.lab.doubles import Doubles, Row
from tests.guests import crowds, worlds
from tests.guests.crowds import admit, mirrored, one_guest, why
from tests.make import NOON

pytestmark = pytest.mark.django_db

PROFILES, SHUFFLES = 90, 3
"""`staytrue bench identity` does the same with 5,000 in 20 orders."""
CLAIRE = {"first_name": "Claire", "last_name": "Fontanel"}
SURNAMES = (
    "Arana", "Beltza", "Casals", "Duarte", "Etxeberria", "Ferrer", "Garmendia", "Hidalgo",
    "Iturbe", "Jauregi", "Kortabarria", "Lacalle", "Mendoza", "Navarro", "Olano",
)  # fmt: skip
PHONE, EMAIL = "+34600111222", "claire@fontanel.example"


def crowd() -> list[Row]:
    """Some guests as hotels wrote them down, and an agency's address on many of them."""
    rows = Doubles(5).rows(PROFILES)
    for row in rows[::9]:
        row["email"] = "bookings@viajes-sol.example"
    return rows


@contextmanager
def nothing_stays() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def recognised(link: Connection, rows: Sequence[Row]) -> set[frozenset[str]]:
    """Who is whom after these profiles came in this order, one by one, and all was settled."""
    ids = crowds.of_rows(link, rows)
    admit(*ids)
    crowds.settle()
    names = crowds.named(ids)
    return {frozenset(names[id_] for id_ in person) for person in crowds.partition(ids)}


@pytest.mark.parametrize("settings", [{}, {"automatic": True}, {"cascade": "exact"}], ids=str)
def test_any_order_of_the_same_profiles_ends_in_the_same_guests(
    settings: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that even a few profiles make keys that are too common.
    for module in (source_profiles, edges):
        monkeypatch.setattr(module, "BLOCK_MAX", 12)
    crowds.choose(**settings)
    link, rows = crowds.hotel(), crowd()
    found = []
    for seed in range(SHUFFLES):
        Random(seed).shuffle(rows)
        with nothing_stays():
            found.append(recognised(link, rows))
    assert any(len(person) > 1 for person in found[0])
    assert all(each == found[0] for each in found)


def test_profiles_one_by_one_and_all_at_once_come_to_the_same_guests() -> None:
    crowds.choose(automatic=True, cascade="off")
    link, rows = crowds.hotel(), crowd()
    batch = Batch(features(link, rows), b"tests")
    model = models.default()
    whole = batch.resolved(model).automatic.of
    persons: dict[int, set[str]] = {}
    for place, person in enumerate(whole.tolist()):
        persons.setdefault(person, set()).add(batch.features[place].id)
    with scope.everything():
        published.publish(model, batch.table.rarities, len(rows), actor="tests", now=NOON)
    assert recognised(link, rows) == {frozenset(names) for names in persons.values()}


def features(link: Connection, rows: Sequence[Row]) -> list[Features]:
    """What is compared of these profiles, without recognising anybody."""
    with nothing_stays(), scope.everything():
        ids = crowds.of_rows(link, rows)
        source_profiles.refresh(ids, b"tests", NOON)
        stored = SourceProfile.objects.values_list("features", flat=True)
        return [msgspec.convert(each, Features) for each in stored]


def test_a_value_that_turns_out_to_be_everybodys_parts_whom_it_alone_joined() -> None:
    link = crowds.hotel()
    pair = [mirrored(link, **CLAIRE, phone=PHONE) for _ in range(2)]
    admit(*pair)
    assert one_guest(*pair)
    came_with = crowds.guests_of(*pair)
    others = [mirrored(link, last_name=name, phone=PHONE) for name in SURNAMES]
    admit(*others)
    crowds.settle()
    assert not one_guest(*pair)
    assert why(*pair) == "reopened"
    assert crowds.guests_of(pair[0]) == came_with[:1]
    with scope.everything():
        assert ValueStat.objects.filter(state="generic").count() == 1
        parted = IdentityEvent.objects.get(kind="split")
        assert (parted.rule, parted.actor) == ("settled", "staytrue")


def test_one_address_of_many_makes_one_finding_and_joins_nobody() -> None:
    crowds.choose(automatic=True)
    link = crowds.hotel()
    ids = [
        mirrored(link, first_name=first, last_name=last, email="bookings@viajes-sol.example")
        for first in ("Ana", "Bruno", "Carla", "Diego")
        for last in SURNAMES
    ]
    admit(*ids)
    crowds.settle()
    with scope.everything():
        found = ValueStat.objects.get(state="generic")
        assert (found.profiles, found.surnames) == (len(ids), len(SURNAMES))
        assert not IdentityEvent.objects.filter(kind__in=["merged", "attached"]).exists()
    assert crowds.asked() == []


def test_what_staff_joined_stays_joined_whatever_the_evidence_says() -> None:
    link = crowds.hotel()
    ids = [mirrored(link, **CLAIRE), mirrored(link, first_name="Diego", last_name="Arana")]
    admit(*ids)
    deciding.merge(worlds.member_at(link.property), ids[0], ids[1], NOON)
    crowds.look_again(*ids)
    assert one_guest(*ids)


def test_a_do_not_merge_is_never_crossed_and_stronger_evidence_is_shown_beside_it() -> None:
    link = crowds.hotel()
    born = {"birth_date": "1980-05-17"}
    ids = [mirrored(link, **CLAIRE, **born, email=EMAIL), mirrored(link, **CLAIRE, **born)]
    admit(*ids)
    deciding.reject(worlds.member_at(link.property), ids[0], ids[1], NOON)
    crowds.look_again(*ids)
    assert why(*ids) is None
    crowds.changed(ids[1], phone=PHONE, email=EMAIL)
    crowds.changed(ids[0], phone=PHONE)
    admit(*ids)
    assert not one_guest(*ids)
    assert why(*ids) == "cited"
    with scope.everything():
        [rule] = PairRule.objects.all()
    assert crowds.asked()[0].facts == {"rules": [rule.pk]}


def test_a_merge_of_the_pms_is_mirrored_and_its_unmerge_too() -> None:
    link = crowds.hotel()
    first = mirrored(link, **CLAIRE)
    second = mirrored(link, first_name="Diego", last_name="Arana", source_id="KEPT")
    admit(first, second)
    before = crowds.guests_of(first, second)
    crowds.changed(first, merged_into="KEPT")
    admit(first)
    assert one_guest(first, second)
    with scope.everything():
        assert IdentityEvent.objects.get(kind="merged").rule == "pms"
    crowds.changed(first, merged_into=None)
    admit(first)
    assert crowds.guests_of(first, second) == before
    with scope.everything():
        assert IdentityEvent.objects.get(kind="split").rule == "pms"


def test_a_deleted_profile_stays_its_guests_and_meets_nobody_any_more() -> None:
    link = crowds.hotel()
    ids = [mirrored(link, **CLAIRE, phone=PHONE) for _ in range(3)]
    admit(*ids[:2])
    crowds.changed(ids[0], deleted=True)
    admit(ids[0])
    assert one_guest(*ids[:2])
    with scope.everything():
        assert not MatchKey.objects.filter(profile_id=ids[0]).exists()
    admit(ids[2])
    assert one_guest(*ids)


@pytest.mark.parametrize("trusted", [["phone"], []])
def test_more_than_can_be_one_person_is_one_case(
    monkeypatch: pytest.MonkeyPatch, trusted: list[str]
) -> None:
    crowds.choose(trusted=trusted)
    for module in (components, resolving):
        monkeypatch.setattr(module, "SIZE_MAX", 4)
    link = crowds.hotel()
    ids = [mirrored(link, **CLAIRE, phone=PHONE) for _ in range(6)]
    admit(*ids)
    crowds.settle()
    assert [each.why for each in crowds.asked()] == ["oversize"]
    assert crowds.asked()[0].facts["profiles"] == ids
