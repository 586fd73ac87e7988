"""The database writes the audit in the same transaction, and nobody changes a written row."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Forbidden
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry, Member, Role
from tests.staff import people

pytestmark = pytest.mark.django_db


def last() -> AuditEntry:
    with scope.everything():
        return AuditEntry.objects.order_by("-pk")[0]


def test_a_change_is_kept_with_actor_instant_reason_and_values() -> None:
    hotel = people.property_("H9", name="Casa da Ria")
    with audit.acting("member:7", people.NOW, "renamed by the owner"):
        Property.objects.filter(pk=hotel.pk).update(name="Casa do Mar")
    entry = last()
    assert (entry.actor, entry.at, entry.action) == ("member:7", people.NOW, "changed")
    assert (entry.object, entry.property_id) == (f"property:{hotel.pk}", hotel.pk)
    assert (entry.fields, entry.reason) == (["name"], "renamed by the owner")
    assert (entry.before, entry.after) == ({"name": "Casa da Ria"}, {"name": "Casa do Mar"})


def test_personal_values_are_named_but_not_kept() -> None:
    member = people.member(email="lea.morel@tresrios.example")
    with audit.acting("member:1", people.NOW):
        Member.objects.filter(pk=member.pk).update(email="lea.m@tresrios.example", language="fr")
    entry = last()
    assert entry.fields == ["email", "language"]
    assert entry.after == {"language": "fr"}
    with scope.everything():
        everything = json.dumps(list(AuditEntry.objects.values_list("before", "after", "facts")))
    assert "tresrios.example" not in everything
    assert "argon2" not in everything


def test_a_change_of_nothing_that_counts_leaves_no_row() -> None:
    hotel = people.property_()
    before = last().pk
    with audit.acting("worker", people.NOW):
        Property.objects.update(business_date=people.NOW.date(), code=hotel.code)
    assert last().pk == before


def test_a_change_by_nobody_is_refused() -> None:
    with pytest.raises(DatabaseError, match="nobody said who"), transaction.atomic():
        Role.objects.filter(pk="marketing").update(rights=["room.read"])
    assert "room.read" not in Role.objects.get(pk="marketing").rights


def test_a_rolled_back_change_leaves_no_row() -> None:
    people.property_()
    before = last().pk
    with transaction.atomic():
        people.property_()
        transaction.set_rollback(True)
    assert last().pk == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'member:2'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_seal SET digest = ''",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    ],
)
def test_the_app_cannot_change_a_written_row(statement: str) -> None:
    people.property_()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_act_that_is_no_write_is_recorded() -> None:
    with audit.acting("member:3", people.NOW, "asked by the guest"):
        audit.record("revealed", "profile:5", property_id=1, fields=["birth_date"])
    entry = last()
    assert (entry.action, entry.object, entry.fields) == ("revealed", "profile:5", ["birth_date"])
    assert (entry.actor, entry.reason) == ("member:3", "asked by the guest")


def test_a_denial_about_a_foreign_property_is_written_but_not_readable() -> None:
    here, there = people.property_(), people.property_()
    with scope.properties([here.pk]), audit.acting("member:3", people.NOW):
        audit.denied(
            Forbidden("no", "right_missing", right="stays.read", property_id=there.pk, secret="x")
        )
        assert not AuditEntry.objects.filter(action="denied").exists()
    assert last().facts == {"code": "right_missing", "right": "stays.read"}


def test_a_reason_may_be_given_inside() -> None:
    hotel = people.property_()
    with audit.acting("member:3", people.NOW):
        with audit.because("moved"):
            Property.objects.filter(pk=hotel.pk).update(city="Faro")
        assert last().reason == "moved"
        Property.objects.filter(pk=hotel.pk).update(city="Lagos")
        assert last().reason == ""
