"""Who may hand over: the lease of the one sender, each hotel's ways out, and what came back."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property
from staytrue.messages.models.messages import Message


class Lease(models.Model):
    """The right of one worker on one machine to hand over: at most one row.

    `host` is the hash of the token of the machine that was armed, `fence` rises with each worker
    that takes the lease: what an older one claimed, it can no longer hand over. `seen_at` is the
    last instant of which the journal heard too: a journal that heard of a later one outlived this
    database.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    host = models.TextField()
    armed_at = models.DateTimeField(null=True)
    armed_by = models.TextField(default="")
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.TextField(default="")
    stopped_because = models.TextField(default="")
    fence = models.BigIntegerField(default=0)
    holder = models.TextField(default="")
    until_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sending_lease"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_sending_lease")
        ]


class Outlet(models.Model):
    """A hotel's way out on one channel: its carrier, in whose name, and since when it is armed.

    It sends from `from_at` on, at most `first_day_limit` messages in the 24 hours after it, and
    only to `allowed` (addresses, or @domain) where that names any.
    """

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    channel = models.TextField(default="email")
    carrier = models.TextField()
    settings = models.JSONField(default=dict)
    sealed = models.JSONField(default=dict)
    sender_address = models.TextField(default="")
    sender_name = models.TextField(default="")
    reply_to = models.TextField(default="")
    armed_at = models.DateTimeField(null=True)
    armed_by = models.TextField(default="")
    from_at = models.DateTimeField(null=True)
    first_day_limit = models.IntegerField(default=50)
    allowed = ArrayField(models.TextField(), default=list)
    # Complaints stop what the guest did not ask for; what his stay needs still leaves.
    quieted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sending_outlet"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "channel"], name="one_outlet_per_channel")
        ]


class Remembered(models.Model):
    """What the journal knew and a restored database had forgotten.

    `what`: a *slot* that was used, a *point* that opted out of the purposes in `facts`, or an
    instant *before* which nothing planned may leave, where the journal itself was lost.
    """

    what = models.TextField()
    hash = models.TextField()
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "sending_remembered"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["what", "hash"], name="remembered_once")
        ]


class OutboxEntry(models.Model):
    """A message that was kept on this machine instead of leaving it, and what it would have cost."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    property = models.ForeignKey(Property, models.CASCADE, related_name="+", db_constraint=False)
    channel = models.TextField()
    address = models.TextField()
    text = models.TextField()
    segments = models.IntegerField(default=1)
    cost = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    currency = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "outbox_entry"
        indexes: ClassVar = [models.Index(fields=["property", "-at"], name="outbox_by_instant")]


class CarrierReport(models.Model):
    """What a carrier told later of one message: bounced, complained, delivered, deferred.

    `key` is the report's own: it may come twice and counts once.
    """

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    property = models.ForeignKey(Property, models.CASCADE, related_name="+", db_constraint=False)
    what = models.TextField()
    origin = models.TextField()
    key = models.TextField(unique=True)
    at = models.DateTimeField()
    detail = models.TextField(default="")

    class Meta:
        db_table = "carrier_report"
        indexes: ClassVar = [
            models.Index(fields=["message"], name="report_message"),
            models.Index(fields=["property", "at"], name="report_by_instant"),
        ]
