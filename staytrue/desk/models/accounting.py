"""What leaves for accounting: where a hotel wants it, and each notice of money that was decided."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from staytrue.desk.kinds import Notice
from staytrue.desk.models.cases import MoneyLine
from staytrue.hotel.models import Property


class AccountingHook(models.Model):
    """Where accounting of a hotel is told of decided money; `sealed` is the key notices are signed by.

    `allowed` are the `host:port`s of the own network that an administrator allowed for it.
    """

    property = models.OneToOneField(Property, models.CASCADE, primary_key=True, related_name="+")
    url = models.TextField()
    allowed = ArrayField(models.TextField(), default=list)
    sealed = models.BinaryField()
    is_on = models.BooleanField(default=True)
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        db_table = "accounting_hook"


class AccountingNotice(models.Model):
    """One notice about a line of money, told apart by line, kind and the instant of the decision.

    `body` is what leaves, the same at every attempt. It waits while `next_at` is set; then it was
    taken (`sent_at`) or given up (`problem` says why).
    """

    visible_by = "property_id"

    property_id = models.BigIntegerField()
    line = models.ForeignKey(MoneyLine, models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    decided_at = models.DateTimeField()
    body = models.TextField()
    made_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        db_table = "accounting_notice"
        constraints: ClassVar = [
            # A decision is told once, however often anybody looks.
            models.UniqueConstraint(
                fields=["line", "kind", "decided_at"], name="one_notice_per_decision"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Notice]), name="accounting_notice_kind"
            ),
            models.CheckConstraint(
                condition=Q(next_at=None) | Q(sent_at=None), name="notice_is_sent_or_waits"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="notice_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["property_id", "-id"], name="notice_of_hotel"),
        ]
