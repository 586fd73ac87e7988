"""Messages, what was decided about each, and what the gate asks besides the mirror and consent."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from staytrue.hotel.models import Property
from staytrue.messages.kinds import OPEN, USED

_OPEN = Q(state__in=sorted(state.value for state in OPEN))
_USED = Q(state__in=sorted(state.value for state in USED))


class Message(models.Model):
    """One thing to write to a guest: a reminder to decide at `due_at`, then what became of it.

    What is planned stands in the columns up to `planned_at`; what the gate decided in the rest.
    `profile_id` is the profile of the mirror it is written to, never a guest: merges are followed
    when it leaves. `stay_version` and `consent_version` are what was looked at when it was claimed.
    One of a journey in shadow is decided like any other and never leaves.
    """

    public_id = models.UUIDField(unique=True)
    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.TextField()
    occurrence = models.TextField(default="1")
    purpose = models.TextField()
    channel = models.TextField(default="email")
    reservation_id = models.BigIntegerField(null=True)
    party = models.TextField(default="")
    recipient_role = models.TextField(default="primary")
    profile_id = models.BigIntegerField()
    contact_point_id = models.BigIntegerField(null=True)
    language = models.TextField()
    language_why = models.TextField(default="")
    step = models.TextField()
    step_version = models.IntegerField(default=1)
    due_at = models.DateTimeField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    basis = models.JSONField(default=dict)
    template_version = models.BigIntegerField(null=True)
    planned_at = models.DateTimeField()
    state = models.TextField(default="planned")
    reason = models.TextField(default="")
    facts = models.JSONField(default=dict)
    held_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    claim_token = models.BigIntegerField(null=True)
    claimed_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    stay_version = models.BigIntegerField(null=True)
    consent_version = models.BigIntegerField(null=True)
    address = models.TextField(default="")
    subject = models.TextField(default="")
    provider_id = models.TextField(default="")
    is_shadow = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "message"
        constraints: ClassVar = [
            # At most once, whatever runs twice: these two carry it, not the code.
            models.UniqueConstraint(
                fields=["reservation_id", "kind", "occurrence", "recipient_role"],
                name="one_message_per_stay",
                condition=_USED & Q(reservation_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["party", "kind", "occurrence", "contact_point_id"],
                name="one_message_per_party",
                condition=_USED & ~Q(party=""),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["reservation_id", "kind", "occurrence", "recipient_role"],
                name="one_open_message_per_stay",
                condition=_OPEN & Q(reservation_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["party", "kind", "occurrence", "profile_id"],
                name="one_open_message_per_party",
                condition=_OPEN & Q(reservation_id__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(reservation_id__isnull=False) | ~Q(party=""), name="message_has_slot"
            ),
            # Whatever the code does, what runs in shadow reaches no carrier.
            models.CheckConstraint(condition=Q(is_shadow=False) | ~_USED, name="shadow_stays_here"),
        ]
        indexes: ClassVar = [
            # What is held is not walked over again at each look.
            models.Index(Coalesce("held_until", "due_at"), name="message_due", condition=_OPEN),
            models.Index(
                fields=["claimed_at"], name="message_underway",
                condition=Q(state__in=["claimed", "handed_over"]),
            ),
            models.Index(fields=["reservation_id"], name="message_reservation"),
            models.Index(
                Coalesce("held_until", "due_at"), name="message_shadow_due",
                condition=_OPEN & Q(is_shadow=True),
            ),
            models.Index(fields=["profile_id"], name="message_profile"),
            models.Index(fields=["contact_point_id", "handed_at"], name="message_contact_point"),
            models.Index(fields=["property", "due_at"], name="message_property"),
            models.Index(
                fields=["provider_id"], name="message_provider", condition=~Q(provider_id="")
            ),
        ]  # fmt: skip


class Decision(models.Model):
    """One answer about a message, with the facts and versions as known then; never edited.

    `answer`: send, hold, close, expire or replan at the gate; `moved` and `dropped` by a plan;
    afterwards the state the hand-over ended in.
    """

    message = models.ForeignKey(
        Message, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    property_id = models.BigIntegerField()
    at = models.DateTimeField()
    answer = models.TextField()
    reason = models.TextField(default="")
    until = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "message_decision"
        indexes: ClassVar = [models.Index(fields=["message", "id"], name="decision_message")]


class MessageText(models.Model):
    """What was handed over, word for word."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    property_id = models.BigIntegerField()
    html = models.TextField(default="")
    text = models.TextField()

    class Meta:
        db_table = "message_text"


class LookUp(models.Model):
    """One question to a PMS about one reservation, just before a message: the proof, and the budget.

    `answer`: same, differs, unreachable, not_found or busy (the budget of the hour was spent).
    """

    property_id = models.BigIntegerField()
    reservation_id = models.BigIntegerField()
    at = models.DateTimeField()
    answer = models.TextField()
    stay_version = models.BigIntegerField(null=True)
    told_by = models.TextField(default="")

    class Meta:
        db_table = "look_up"
        indexes: ClassVar = [
            models.Index(fields=["reservation_id", "-at"], name="look_up_reservation"),
            models.Index(fields=["property_id", "at"], name="look_up_budget"),
        ]


class Silence(models.Model):
    """A time in which a guest gets nothing but what his stay needs: his next contact is the owner's.

    It hangs on a profile, or on one reservation; without a property it holds in the whole group.
    """

    key = models.TextField()
    property_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField(null=True)
    reservation_id = models.BigIntegerField(null=True)
    cause = models.TextField()
    owner = models.TextField(default="")
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "silence"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], name="one_open_silence", condition=Q(until_at=None)
            ),
            models.CheckConstraint(
                condition=Q(profile_id__isnull=False) | Q(reservation_id__isnull=False),
                name="silence_is_somebodys",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["profile_id"], name="silence_profile", condition=Q(until_at=None)),
            models.Index(
                fields=["reservation_id"], name="silence_stay", condition=Q(until_at=None)
            ),
        ]


class GateSetting(models.Model):
    """What a hotel chose for its door; a hotel without a row has the values written here.

    `limits` are minutes of freshness by kind, where they differ from `kinds.DEMANDS`;
    `without_check_in` the kinds it sends without the evidence of a check-in. `live_from` is when
    the hotel went live: what happened before is history and writes to nobody.
    """

    property = models.OneToOneField(Property, models.CASCADE, primary_key=True, related_name="+")
    limits = models.JSONField(default=dict)
    without_check_in = ArrayField(models.TextField(), default=list)
    shared_above = models.IntegerField(default=5)
    look_ups_per_hour = models.IntegerField(default=120)
    quiet_from = models.TimeField(default="21:00")
    quiet_until = models.TimeField(default="09:00")
    cap_messages = models.IntegerField(default=7)
    cap_days = models.IntegerField(default=7)
    live_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "gate_setting"
