"""Important values change only with a reason, by whatever way, and the audit keeps both (M12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from staytrue.desk.models import (
    AccountingHook,
    CaseType,
    Department,
    DeskSetting,
    HouseRule,
    TriggerRule,
)
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.staff import audit, important
from staytrue.staff.access import house_access
from staytrue.staff.actions import RoleAt, change_role, set_policy, set_roles
from staytrue.staff.important import IMPORTANT, WHOLE
from staytrue.staff.models import AuditEntry, Role
from tests.staff import people

pytestmark = pytest.mark.django_db

CHANGES = {
    "member": "is_active = NOT is_active",
    "role": "rights = '{}'",
    "role_grant": "role_id = 'auditor'",
    "property": "currency = 'CHF'",
    "sign_in_policy": "second_factor = 'nobody'",
    "desk_setting": "money_limit = 500",
    "house_rule": "text = 'Check-in is from 09:00.'",
    "case_type": "minutes = 5",
    "trigger_rule": "type_key = 'request'",
    "department": "role_id = 'auditor'",
    "accounting_hook": "url = 'https://books.example/'",
}


def changed(table: str, reason: str = "") -> int:
    """A program that changes a table past every action of ours."""
    acting = audit.acting("tests", people.NOW, reason)
    with scope.everything(), acting, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {CHANGES[table]}")
        return int(cursor.rowcount)


@pytest.fixture(autouse=True)
def _somebody_works_somewhere() -> None:
    here = people.property_("HERE")
    people.member("front_desk", at=here)
    with scope.everything(), audit.acting("tests", people.NOW, "set up"):
        _set_up_desk(here)


def _set_up_desk(here: Property) -> None:
    DeskSetting.objects.create(property=here, duty_role_id="general_manager")
    Department.objects.create(property=here, key="house", name="House", role_id="department")
    CaseType.objects.create(
        property=here, key="cot", kind="request", role_id="department", minutes=60
    )
    TriggerRule.objects.create(property=here, trigger="guest.wish")
    HouseRule.objects.create(
        property=here, about="time", subject="check_in", version=1, text="From 12:00.",
        bounds={"not_before": "12:00"}, since_at=people.NOW,
    )  # fmt: skip
    AccountingHook.objects.create(
        property=here, url="https://accounts.example/", sealed=b"x", set_by="tests",
        set_at=people.NOW,
    )  # fmt: skip


@pytest.mark.parametrize("table", IMPORTANT)
def test_nobody_changes_an_important_value_without_a_reason(table: str) -> None:
    for reason in ("", "  "):
        with pytest.raises(IntegrityError, match="nobody said why"):
            changed(table, reason)
    assert changed(table, "agreed with the manager") > 0
    with scope.everything():
        entry = AuditEntry.objects.filter(action="changed", object__startswith=table).last()
    assert entry is not None
    assert entry.reason == "agreed with the manager"
    assert entry.before != entry.after
    assert entry.before.keys() == entry.after.keys()


@pytest.mark.parametrize("table", IMPORTANT)
def test_the_database_holds_to_the_list(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgname, coalesce(array_agg(a.attname::text) FILTER (WHERE a.attname IS NOT NULL), '{}')
                 FROM pg_trigger t
                 LEFT JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)
                WHERE t.tgrelid = %s::regclass AND t.tgname = ANY (%s) GROUP BY 1""",
            [table, list(important.TRIGGERS)],
        )
        found = {name: set(columns) for name, columns in cursor.fetchall()}
    wanted = set() if IMPORTANT[table] == (WHOLE,) else set(IMPORTANT[table])
    assert found == dict(zip(important.TRIGGERS, (wanted, set()), strict=True))


def test_no_other_table_is_held_to_a_list_of_its_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = ANY (%s)",
            [list(important.TRIGGERS)],
        )
        assert {name for (name,) in cursor.fetchall()} == set(IMPORTANT)


def test_the_audit_tells_in_order_who_changed_what_and_why() -> None:
    house, member = house_access("tests"), people.member("auditor")
    people.member("administrator")
    acts = [
        ("new at the desk", lambda: set_roles(house, member, [RoleAt("front_desk")])),
        ("the auditor asked", lambda: change_role(house, Role.objects.get(pk="auditor"), [])),
        ("trying out", lambda: set_policy(house, "everybody", 5)),
    ]
    for minutes, (why, act) in enumerate(acts):
        with audit.acting("member:7", people.NOW + timedelta(minutes=minutes), why):
            act()
    with scope.everything():
        told = AuditEntry.objects.filter(actor="member:7").order_by("at", "pk")
        seen = [(each.object.partition(":")[0], each.reason) for each in told]
    assert list(dict.fromkeys(seen)) == [
        ("role_grant", "new at the desk"),
        ("role", "the auditor asked"),
        ("sign_in_policy", "trying out"),
    ]
