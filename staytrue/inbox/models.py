"""Connections, raw deliveries, notifications, what is wanted, and what was not understood."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property
from staytrue.kit import paths


class Connection(models.Model):
    """A property's link to one PMS. `settings` are the manifest's, `cadence_seconds` is the pace
    it promised; `stopped_*` say why it takes nothing until a person acts.

    `sealed` holds the secret settings, each sealed to this row; `hook_hash` is SHA-256 of the
    secret in the address the PMS calls; `is_private` is an administrator's word that its address
    may lie in a private network. `cadence` maps objects to their own pace, by hour of the
    property's day where wanted; `objectives` are what the connection must reach. One for
    `lookups_only` mirrors nothing: it is asked about single stays just before a message.
    """

    name = models.TextField(unique=True)
    property = models.ForeignKey(Property, models.PROTECT, related_name="+")
    dialect = models.TextField()
    two_way = models.BooleanField(default=False)
    lookups_only = models.BooleanField(default=False, db_default=False)
    settings = models.JSONField(default=dict)
    sealed = models.JSONField(default=dict)
    hook_hash = models.TextField(default="")
    is_private = models.BooleanField(default=False)
    cadence_seconds = models.IntegerField(default=86_400)
    cadence = models.JSONField(default=dict)
    objectives = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stopped_code = models.TextField(default="")
    stopped_facts = models.JSONField(default=dict)
    last_attempt_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "connection"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def page(self) -> str:
        """Where people see it."""
        return f"/connections/{paths.quoted(self.name)}/"


class Delivery(models.Model):
    """One raw parcel from a connection: a file, a page, a webhook body.

    `content_hash` is over the original bytes; the raw text is in `DeliveryPiece`, card numbers
    masked. `counts` says what became of its lines. `source_ids` (compressed) lists the ids inside
    it, so that erasure can rewrite exactly those parts.
    """

    class State(models.TextChoices):
        """What became of it."""

        RECEIVED = "received"
        APPLIED = "applied"
        REFUSED = "refused"
        HELD = "held"
        ROLLED_BACK = "rolled_back"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+")
    property_id = models.BigIntegerField()
    object = models.TextField()
    kind = models.TextField(default="file")
    name = models.TextField()
    content_hash = models.TextField()
    size = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    history = models.BooleanField(default=False)
    made_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.RECEIVED)
    reason_code = models.TextField(default="")
    reason = models.TextField(default="")
    reason_facts = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    seconds = models.FloatField(null=True)
    settled_at = models.DateTimeField(null=True)
    released_by = models.TextField(default="")
    raw_dropped_at = models.DateTimeField(null=True)
    source_ids = models.BinaryField(null=True)

    class Meta:
        db_table = "delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "object", "content_hash"],
                condition=~Q(state="rolled_back"),
                name="each_delivery_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["connection", "-received_at"], name="delivery_newest"),
            models.Index(fields=["id"], name="delivery_waiting", condition=Q(state="received")),
        ]


class DeliveryPiece(models.Model):
    """A slice of a delivery's raw text, zlib-compressed by us (the server compresses nothing)."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="+")
    seq = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "delivery_piece"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "seq"], name="one_piece_per_seq")
        ]


class ParkedPart(models.Model):
    """A record that was not understood: kept whole with its reason, out of use, until released.

    The same part coming again each day stays one row (`seen_at` moves on); it is solved by itself
    when a later delivery brings the same key in good order.
    """

    class State(models.TextChoices):
        """What became of it."""

        PARKED = "parked"
        RELEASED = "released"
        SOLVED = "solved"
        DROPPED = "dropped"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+")
    property_id = models.BigIntegerField()
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="+")
    object = models.TextField()
    line = models.IntegerField(null=True)
    key = models.TextField(null=True)
    code = models.TextField()
    reason = models.TextField()
    facts = models.JSONField(default=dict)
    raw = models.TextField()
    raw_hash = models.BigIntegerField()
    state = models.TextField(choices=State.choices, default=State.PARKED)
    parked_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.TextField(default="")

    class Meta:
        db_table = "parked_part"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "object", "raw_hash"],
                condition=Q(state="parked"),
                name="each_part_parked_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["connection", "key"], name="parked_by_key", condition=Q(state="parked")
            )
        ]


class Bookmark(models.Model):
    """How far a connection has been read, per object."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    object = models.TextField()
    value = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "bookmark"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "object"], name="one_bookmark")
        ]


class Notification(models.Model):
    """What a PMS called us with, durable before the answer: a signal, never proof of anything.

    One event id counts once for ever. A signal without id is absorbed only while an equal one
    still waits; once that is claimed, it is new.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    event_id = models.TextField(null=True)
    body_hash = models.BigIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "notification"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "event_id"],
                condition=Q(event_id__isnull=False),
                name="each_event_once",
            ),
            models.UniqueConstraint(
                fields=["connection", "body_hash"],
                condition=Q(event_id__isnull=True, claimed_at__isnull=True),
                name="one_equal_signal_waits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["connection", "id"],
                name="notification_waiting",
                condition=Q(settled_at__isnull=True),
            ),
            models.Index(fields=["received_at"], name="notification_by_age"),
        ]


class Wanted(models.Model):
    """A record of a PMS that must be read, because something said that it became different.

    While one waits, equal ones join it; once claimed, another may wait. `since` is when we first
    knew, `due_at` when it may be tried.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    entity = models.TextField()
    source_id = models.TextField()
    facts = models.JSONField(default=dict)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "wanted"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "entity", "source_id"],
                condition=Q(claimed_at__isnull=True),
                name="wanted_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["connection", "due_at"], name="wanted_due")]


class CallPace(models.Model):
    """Calls with one credential that still count, whoever of our processes made them.

    `credential` is a keyed hash; `calls` is a `kit.pacing.Calls`: arrays of instants would cost more
    to write than the calls themselves. Written by `inbox/calls.py` only.
    """

    credential = models.TextField(primary_key=True)
    calls = models.JSONField(default=dict)

    class Meta:
        db_table = "call_pace"

    def __str__(self) -> str:
        return self.credential
