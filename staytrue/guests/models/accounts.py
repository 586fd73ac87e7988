"""The CRM's own list: accounts, what became of each check-out, and how hotels want it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from staytrue.hotel.models import Property


class Account(models.Model):
    """The guest's entry in the CRM's own list, at most one per guest; its number is for ever.

    It hangs on the profile whose check-out opened it, so that it follows merge and unmerge: where
    a guest's profiles have several, the oldest is his and the others rest in it.
    `empty` says of a contact why nothing was taken over.
    """

    id = models.BigAutoField(primary_key=True)
    profile_id = models.BigIntegerField(unique=True)
    property_id = models.BigIntegerField()
    reservation_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    opened_by = models.TextField()
    phone_1 = models.TextField(default="")
    phone_2 = models.TextField(default="")
    email = models.TextField(default="")
    empty = models.JSONField(default=dict)
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "account"


class ContactType(models.Model):
    """A type of phone or e-mail that hotels choose from; one in use is retired, never removed."""

    kind = models.TextField()
    code = models.TextField()
    label = models.TextField(default="")
    words = ArrayField(models.TextField(), default=list)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "contact_type"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "code"], name="one_contact_type")
        ]


class CheckOutSetting(models.Model):
    """How check-outs are treated at one hotel; without a hotel, at all of them while `is_common`."""

    property = models.OneToOneField(Property, models.CASCADE, related_name="+", null=True)
    values = models.JSONField(default=dict)
    is_common = models.BooleanField(default=False)
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        db_table = "checkout_setting"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["property"], name="one_checkout_setting", nulls_distinct=False
            )
        ]


class CheckOut(models.Model):
    """What became of one check-out: `outcome` of `accounts.rules.Outcome`, and why.

    `left_on` is the hotel's day of it, `nights` are those really stayed, `taken` the contacts that it
    gave its account. A check-out that was taken back stays, as `reversed`.
    """

    reservation_id = models.BigIntegerField(unique=True)
    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    left_on = models.DateField()
    nights = models.IntegerField(default=0)
    outcome = models.TextField()
    why = models.TextField(default="")
    word = models.TextField(default="")
    profile_id = models.BigIntegerField(null=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", null=True)
    considered_at = models.DateTimeField()
    run_id = models.BigIntegerField(null=True)
    taken = models.JSONField(null=True)

    class Meta:
        db_table = "checkout"
        indexes: ClassVar = [
            models.Index(fields=["property", "left_on"], name="checkout_day"),
            models.Index(fields=["profile_id"], name="checkout_profile"),
        ]


class CheckOutRun(models.Model):
    """A range of days that a person ran by hand, and what came of it so far.

    `counts` add up to `done`, and to `stays` once it ended.
    """

    id = models.BigAutoField(primary_key=True)
    first = models.DateField()
    last = models.DateField()
    property_ids = ArrayField(models.BigIntegerField())
    actor = models.TextField()
    at = models.DateTimeField()
    reason = models.TextField(default="")
    stays = models.IntegerField()
    done = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "checkout_run"


class CheckOutLine(models.Model):
    """What one run by hand found of one check-out, as it was then; `points` that this run gave.

    Without points where there was no programme.
    """

    run = models.ForeignKey(CheckOutRun, models.CASCADE, related_name="lines")
    reservation_id = models.BigIntegerField()
    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    left_on = models.DateField()
    outcome = models.TextField()
    why = models.TextField(default="")
    word = models.TextField(default="")
    profile_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    points = models.IntegerField(null=True)
    points_why = models.TextField(default="")

    class Meta:
        db_table = "checkout_line"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "reservation_id"], name="one_line_per_run")
        ]
