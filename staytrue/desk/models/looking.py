"""Who has looked: at a shift, at cases drawn by lot, at a report; and what others write about a hotel."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from staytrue.desk.kinds import Verdict
from staytrue.desk.models.cases import Case
from staytrue.hotel.models import Property
from staytrue.staff.models import Member


class ShiftReading(models.Model):
    """A member took over a shift: he has read what changed until then."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    since_at = models.DateTimeField()
    cases = models.IntegerField()

    class Meta:
        db_table = "shift_reading"
        indexes: ClassVar = [
            models.Index(fields=["property", "member", "-at"], name="shift_reading_newest")
        ]


class SpotCheck(models.Model):
    """A complete case drawn by lot on a day, and what somebody found who went and looked."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    day = models.DateField()
    seed = models.IntegerField()
    drawn_at = models.DateTimeField()
    verdict = models.TextField(default="")
    checked_by = models.TextField(default="")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "spot_check"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], name="spot_checked_once"),
            models.CheckConstraint(
                condition=Q(verdict="", checked_at=None, checked_by="")
                | (Q(verdict__in=[each.value for each in Verdict], checked_at__isnull=False)
                   & ~Q(checked_by="")),
                name="spot_check_names_who",
            ),
        ]  # fmt: skip


class BusyReport(models.Model):
    """Exceptions to know before busy nights: due the day before, and read by somebody."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    first_on = models.DateField()
    last_on = models.DateField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    read_by = models.TextField(default="")
    read_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "busy_report"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "first_on"], name="one_busy_report"),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="busy_nights_in_order"
            ),
        ]


class OutsideReview(models.Model):
    """What somebody wrote about a hotel elsewhere, with his score out of ten."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    key = models.TextField()
    on = models.DateField()
    source = models.TextField()
    score = models.DecimalField(max_digits=4, decimal_places=2)
    text = models.TextField(default="")
    entered_by = models.TextField()
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "outside_review"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "key"], name="one_outside_review"),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=10), name="outside_review_score"
            ),
        ]
