"""Messages that later facts showed to be wrong, and what people did about each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from staytrue.messages.models.messages import Message


class WrongSend(models.Model):
    """One message, one cause; never changed. `knowable` says whose fault it was.

    `true_at` is since when the fact held, `known_at` when we learnt it. `then` is what the message
    took to be so, `stands` what was so; each names its versions.
    """

    message = models.ForeignKey(
        Message, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    property_id = models.BigIntegerField()
    cause = models.TextField()
    knowable = models.TextField()
    true_at = models.DateTimeField()
    known_at = models.DateTimeField()
    found_at = models.DateTimeField()
    then = models.JSONField(default=dict)
    stands = models.JSONField(default=dict)
    owner = models.TextField()

    class Meta:
        db_table = "wrong_send"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "cause"], name="one_wrong_send_per_cause")
        ]
        indexes: ClassVar = [
            models.Index(fields=["property_id", "-id"], name="wrong_send_property")
        ]


class WrongSendAct(models.Model):
    """What somebody did about one: taken, corrected (by `correction`, a message) or left so."""

    wrong_send = models.ForeignKey(
        WrongSend, models.PROTECT, related_name="acts", db_constraint=False
    )
    property_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    act = models.TextField()
    correction_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "wrong_send_act"
