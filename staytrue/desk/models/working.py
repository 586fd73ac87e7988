"""How a hotel works: departments and shifts, types of cases, house rules. Tables and constraints only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from staytrue.desk.kinds import Kind, Promised
from staytrue.hotel.models import Property
from staytrue.staff.models import Member, Role


class Department(models.Model):
    """A department of a hotel; without hours it works round the clock."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    key = models.SlugField()
    name = models.TextField()
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)

    class Meta:
        db_table = "department"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "key"], name="one_department_per_key"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False),
                name="department_hours_are_two",
            ),
        ]  # fmt: skip


class DepartmentMember(models.Model):
    """Who works in a department: whoever sees no other sees the cases of these."""

    visible_by = "department__property_id"

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    property_id = models.BigIntegerField()
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")

    class Meta:
        db_table = "department_member"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department", "member"], name="in_a_department_once")
        ]


class Shift(models.Model):
    """A shift as it repeats every week: Monday is 0; who ends at or before he begins works overnight."""

    visible_by = "department__property_id"

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    property_id = models.BigIntegerField()
    name = models.TextField()
    days = ArrayField(models.SmallIntegerField())
    begins = models.TimeField()
    ends = models.TimeField()
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True)

    class Meta:
        db_table = "shift"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["department", "name", "member"], name="one_shift", nulls_distinct=False
            )
        ]


class CaseType(models.Model):
    """A type of case at a hotel, where it wants another than the usual: `terms.Terms`."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    key = models.SlugField()
    kind = models.TextField()
    name = models.TextField(default="")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    department = models.TextField(default="")
    minutes = models.IntegerField()
    steps = models.JSONField(default=list)
    is_reviewed = models.BooleanField(default=False)
    handovers_max = models.IntegerField(default=2)

    class Meta:
        db_table = "case_type"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "key"], name="one_case_type_per_key"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind]), name="case_type_kind"
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0) & Q(handovers_max__gt=0), name="case_type_ends"
            ),
        ]


class DeskSetting(models.Model):
    """What a hotel decided about its desk; a hotel without a row has the values written here.

    Above `money_limit` a supervisor decides. A night is busy from `busy_percent` of `rooms` on.
    The same cause at the same place for the third time in `repeat_days` is listed as a repeat.
    """

    property = models.OneToOneField(Property, models.CASCADE, primary_key=True, related_name="+")
    duty_role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    money_limit = models.DecimalField(max_digits=12, decimal_places=2, default=50)
    rooms = models.IntegerField(null=True)
    busy_percent = models.IntegerField(default=85)
    checks_a_day = models.IntegerField(default=5)
    repeat_days = models.IntegerField(default=30)

    class Meta:
        db_table = "desk_setting"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(money_limit__gte=0)
                & Q(busy_percent__gt=0, busy_percent__lte=100)
                & (Q(rooms=None) | Q(rooms__gt=0))
                & Q(repeat_days__gt=0, repeat_days__lte=366),
                name="desk_setting_makes_sense",
            )
        ]


class HouseRule(models.Model):
    """A version of a house rule; a changed one is a new version, and the old one stays readable."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    about = models.TextField()
    subject = models.SlugField()
    version = models.IntegerField()
    text = models.TextField()
    bounds = models.JSONField()
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "house_rule"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["property", "about", "subject", "version"], name="one_rule_version"
            ),
            models.UniqueConstraint(
                fields=["property", "about", "subject"], name="one_rule_in_force",
                condition=Q(until_at=None),
            ),
            models.CheckConstraint(
                condition=Q(about__in=[each.value for each in Promised]) & ~Q(text=""),
                name="house_rule_says_what",
            ),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=F("since_at")),
                name="house_rule_ends_later",
            ),
        ]  # fmt: skip


class TriggerRule(models.Model):
    """Which type of case a trigger opens at a hotel; an empty type opens none."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    trigger = models.TextField()
    type_key = models.TextField(default="")

    class Meta:
        db_table = "trigger_rule"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "trigger"], name="one_rule_per_trigger")
        ]
