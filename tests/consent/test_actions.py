"""Contact points follow the profiles of the mirror, whatever the order, and a person's word holds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staytrue.consent import actions, queries
from staytrue.consent.models import ContactPoint, ContactUse
from staytrue.consent.rules import Role
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff.access import house_access
from tests.consent.scenes import kept, person, point, stays, told, two_hotels, uses
from tests.make import NOON
from tests.staff import people

pytestmark = pytest.mark.django_db


def test_an_address_that_the_pms_replaced_stays_with_its_end() -> None:
    at = two_hotels()
    (ana,) = told(at, person("G1", "Ana Vidal", "ana@2015.example"))
    kept([ana])
    told(at, person("G1", "Ana Vidal", "Ana@Now.example"), day=3)
    kept([ana])
    assert uses() == [
        (str(ana), "ana@2015.example", 0, 3),
        (str(ana), "ana@now.example", 3, None),
    ]


def test_kept_once_at_the_end_is_the_same_as_kept_at_every_step() -> None:
    at = two_hotels()
    versions = [
        person("G1", "Ana Vidal", "a@x.example", phones=["+34600112233"]),
        person("G1", "Ana Vidal", "b@x.example", "a@x.example"),
        person("G1", "Ana Vidal", "b@x.example"),
        person("G1", "Ana Vidal", "a@x.example", marketing="out"),
    ]
    for day, version in enumerate(versions):
        (ana,) = told(at, version, day=day)
        kept([ana])
    step_by_step = uses()
    with scope.everything():
        ContactUse.objects.all().delete()
        ContactPoint.objects.all().delete()
    kept([ana])
    assert uses() == step_by_step
    assert len(step_by_step) == 4
    assert point("b@x.example").refused


def test_keeping_again_writes_nothing() -> None:
    at = two_hotels()
    ids = told(
        at, person("G1", "Ana Vidal", "a@x.example"), person("G2", "Jon Cole", "j@x.example")
    )
    assert len(kept(ids)) == 2
    with (
        scope.everything(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        assert actions.keep_contacts(ids, NOON) == set()
    assert [each for each in asked.captured_queries if "INSERT" in each["sql"]] == []
    assert len(asked.captured_queries) <= 3


def test_a_deleted_profile_ends_its_uses_and_an_erased_one_leaves_nothing() -> None:
    at = two_hotels()
    ids = told(
        at, person("G1", "Ana Vidal", "a@x.example"), person("G2", "Jon Cole", "j@x.example")
    )
    kept(ids)
    told(
        at,
        person("G1", "Ana Vidal", "a@x.example", deleted=True),
        person("G2", "", anonymised=True),
        day=2,
    )
    kept(ids)
    assert uses() == [(str(ids[0]), "a@x.example", 0, 2)]
    with scope.everything():
        assert not ContactPoint.objects.filter(value="j@x.example").exists()


def test_whoever_refuses_with_an_address_refuses_for_all_who_use_it() -> None:
    at = two_hotels()
    (ana,) = told(at, person("G1", "Ana Vidal", "us@x.example", marketing="in"))
    (jon,) = told(at, person("L1", "Jon Vidal", "us@x.example", marketing="out"), there=True)
    kept([ana, jon])
    assert point("us@x.example").refused
    told(at, person("L1", "Jon Vidal", "us@x.example", marketing="in"), there=True, day=2)
    kept([jon])
    assert not point("us@x.example").refused


def test_a_role_is_learned_from_all_who_use_the_address() -> None:
    at = two_hotels()
    names = ["Ana Vidal", "Jon Cole", "Léa Morel", "Tim Weber", "Eva Rossi"]
    guests = [person(f"G{place}", name, "norte@gmail.com") for place, name in enumerate(names)]
    ids = told(at, *guests)
    kept(ids[:1])
    assert point("norte@gmail.com").role == Role.PRIVATE
    stays(at, *(guest.source_id for guest in guests), channel="tour_operator")
    with scope.everything():
        touched = actions.keep_contacts(ids, NOON)
        assert actions.learn_roles(touched, NOON) == touched
        assert actions.learn_roles(touched, NOON) == set()
        assert queries.users_of(touched) == ids
    learned = point("norte@gmail.com")
    assert (learned.role, learned.profiles) == (Role.AGENCY, 5)
    assert learned.basis["why"] == "agency_channels"
    assert learned.basis["stays"] == 5


def test_everything_is_kept_in_chunks_and_learned_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = two_hotels()
    ids = told(at, *(person(f"G{n}", "Ana Vidal", f"a{n}@x.example") for n in range(5)))
    monkeypatch.setattr(actions, "CHUNK", 2)
    assert list(actions.keep_all(NOON)) == [ids[1], ids[3], ids[4]]
    assert len(uses()) == 5
    assert point("a1@x.example").basis["profiles"] == 1


def test_a_persons_word_beats_what_is_learned_until_it_is_taken_back() -> None:
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "info@viajesnorte.example"))
    kept(ids)
    manager = people.access("administrator")
    id_ = point("info@viajesnorte.example").pk
    with scope.everything():
        actions.rule_role(manager, id_, Role.PRIVATE, "She writes from there.", NOON)
        actions.learn_roles([id_], NOON)
    ruled = point("info@viajesnorte.example")
    assert (ruled.role, ruled.ruled_by) == (Role.PRIVATE, manager.actor)
    assert ruled.basis["role"] == Role.AGENCY
    with scope.everything():
        actions.rule_role(manager, id_, None, "She does not.", NOON)
    back = point("info@viajesnorte.example")
    assert (back.role, back.ruled_by) == (Role.AGENCY, "")


def test_who_rules_needs_a_reason_and_the_right_at_every_hotel_that_uses_it() -> None:
    at = two_hotels()
    ids = told(at, person("G1", "Ana Vidal", "a@x.example"))
    ids += told(at, person("L1", "Ana Vidal", "a@x.example"), there=True)
    kept(ids)
    id_ = point("a@x.example").pk
    here = people.access("administrator", at=at.sirga)
    with scope.properties([at.sirga.pk]), pytest.raises(Forbidden) as refused:
        actions.rule_role(here, id_, Role.AGENCY, "I know them.", NOON)
    assert refused.value.code == "right_missing"
    with scope.everything(), pytest.raises(Refused):
        actions.rule_role(house_access("tests"), id_, Role.AGENCY, " ", NOON)
    with scope.properties([]), pytest.raises(Forbidden) as unseen:
        actions.rule_role(people.access("department", at=at.sirga), id_, None, "x", NOON)
    assert unseen.value.code == "not_visible"
