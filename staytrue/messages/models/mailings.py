"""Mailings: one approved text to one frozen list of guests of a hotel."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property


class Mailing(models.Model):
    """One text to one list. `source` is how its list came: by hand, from a file, or everyone.

    `words` is the fingerprint of the text: the same words reach an address once, by whichever
    mailing, also after a restore that forgot one.

    `listed_at` is when the list was taken, `asked_at` when somebody asked who would get it and
    `looked_at` when that was answered; from `handed_in_at` on the list is frozen. `report` says
    what a file named that is no guest of the hotel.
    """

    class State(models.TextChoices):
        """Where it stands; `done` and `recalled` are ends."""

        DRAFT = "draft"
        WAITING = "waiting"
        APPROVED = "approved"
        SENDING = "sending"
        PAUSED = "paused"
        DONE = "done"
        RECALLED = "recalled"

    class Source(models.TextChoices):
        """How the list was chosen."""

        HAND = "hand"
        FILE = "file"
        EVERYONE = "everyone"

    public_id = models.UUIDField(unique=True)
    property = models.ForeignKey(Property, models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    template_version = models.BigIntegerField()
    words = models.TextField()
    source = models.TextField(choices=Source.choices)
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    per_minute = models.IntegerField(default=300)
    report = models.JSONField(default=dict)
    written_by = models.TextField()
    written_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    started_by = models.TextField(default="")
    started_at = models.DateTimeField(null=True)
    stopped_by = models.TextField(default="")
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mailing"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "waiting", "recalled"]) | ~Q(approved_by=""),
                name="mailing_is_approved",
            ),
            models.CheckConstraint(condition=Q(per_minute__gte=1), name="mailing_moves"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["property", "-written_at"], name="mailing_property"),
            models.Index(fields=["state"], name="mailing_open",
                         condition=~Q(state__in=["done", "recalled"])),
        ]  # fmt: skip


class MailingRecipient(models.Model):
    """One guest on the list of a mailing, by a profile of the hotel.

    `verdict` is empty until it was asked whether he would get it: then `go`, or the reason why not.
    `country`, `basis` and `rule` are the legal ground as it stood then; `waits` is what would delay
    it. `message_id` is the message, once it is planned.
    """

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    profile_id = models.BigIntegerField()
    contact_point_id = models.BigIntegerField(null=True)
    verdict = models.TextField(default="")
    waits = models.TextField(default="")
    country = models.TextField(default="")
    basis = models.TextField(default="")
    rule = models.TextField(default="")
    message_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "mailing_recipient"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailing", "profile_id"], name="one_line_per_profile")
        ]
        indexes: ClassVar = [
            models.Index(fields=["mailing", "id"], name="mailing_unplanned",
                         condition=Q(verdict="go", message_id=None)),
            models.Index(fields=["mailing", "id"], name="mailing_unlooked",
                         condition=Q(verdict="")),
            models.Index(fields=["profile_id"], name="mailing_profile"),
            models.Index(fields=["message_id"], name="mailing_message",
                         condition=~Q(message_id=None)),
        ]  # fmt: skip
