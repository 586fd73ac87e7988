"""What comes back to a hotel: its mailbox that is read, and texts that guests sent to its number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from staytrue.hotel.models import Property
from staytrue.messages.models.sending import Outlet


class Mailbox(models.Model):
    """A mailbox that is read by IMAP and left as it is: what stands in it after `last_uid` is new.

    `failures` in a row make the next look later; `error` is a stable word for what went wrong.
    """

    property = models.OneToOneField(Property, models.CASCADE, related_name="+")
    host = models.TextField()
    port = models.IntegerField(default=993)
    username = models.TextField()
    sealed = models.TextField(default="")
    folder = models.TextField(default="INBOX")
    validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "mailbox"


class IncomingText(models.Model):
    """A text that asked us to stop, by the gateway's own key: it may be told twice and counts once.

    `number` and `language` are kept only while the one confirmation to it is due.
    """

    class State(models.TextChoices):
        """What of its one confirmation."""

        NONE = "none"
        DUE = "due"
        LEFT = "left"
        CLOSED = "closed"

    outlet = models.ForeignKey(Outlet, models.CASCADE, related_name="+", db_constraint=False)
    property = models.ForeignKey(Property, models.CASCADE, related_name="+", db_constraint=False)
    key = models.TextField()
    at = models.DateTimeField()
    number = models.TextField(default="")
    language = models.TextField(default="")
    state = models.TextField(choices=State, default=State.NONE)

    class Meta:
        db_table = "incoming_text"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "key"], name="text_counts_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="text_due", condition=models.Q(state="due"))
        ]


class GuestReply(models.Model):
    """What a guest answered to a message of ours, by the mail's own key: told twice, kept once.

    `message_id` is the message he answers. `taken_at` is when the desk knew what to do with it.
    """

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    key = models.TextField()
    at = models.DateTimeField()
    channel = models.TextField()
    message_id = models.BigIntegerField()
    profile_id = models.BigIntegerField()
    sender = models.TextField(default="")
    subject = models.TextField(default="")
    words = models.TextField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "guest_reply"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "key"], name="reply_is_kept_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="reply_waits", condition=models.Q(taken_at=None)),
            models.Index(fields=["message_id"], name="reply_message"),
            models.Index(fields=["profile_id"], name="reply_profile"),
        ]
