"""Where a hotel has its staff alerted outside Staytrue. Tables and constraints only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property
from staytrue.staff.models import Role


class AlertChannel(models.Model):
    """One way on which one role of a hotel is alerted: each member by e-mail, or a service's address.

    Only what is asked from `since_at` on is told. `failures` in a row make the next try later;
    `error` is a stable word for what went wrong.
    """

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    service = models.TextField()
    sealed = models.TextField(default="")
    since_at = models.DateTimeField()
    set_by = models.TextField()
    tried_at = models.DateTimeField(null=True)
    spoke_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "alert_channel"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(service=""), name="alert_channel_has_a_way")
        ]


class AlertSent(models.Model):
    """A channel told of an ask: it does so once."""

    channel = models.ForeignKey(AlertChannel, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    ask_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "alert_sent"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "ask_id"], name="alerted_once")
        ]
