"""The change log (partitioned by month) and what the reactions still have to settle."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Change(models.Model):
    """One version of one object: which kinds of change it was, and what differed.

    `at` is when we knew it, `source_at` when it became true at the source. `diff` maps each field
    to [before, after]; the first version has none: the row as it is now, less all later diffs, is
    what it was. `prior` keeps the version marks of the row it replaced, for rolling back.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    source_at = models.DateTimeField(null=True)
    object = models.TextField()
    object_id = models.BigIntegerField()
    no = models.IntegerField()
    connection_id = models.BigIntegerField(null=True)
    property_id = models.BigIntegerField(null=True)
    kinds = ArrayField(models.TextField())
    diff = models.JSONField(null=True)
    prior = models.JSONField(null=True)
    delivery_id = models.BigIntegerField(null=True)
    line = models.IntegerField(null=True)
    history = models.BooleanField(default=False)

    class Meta:
        managed = False
        db_table = "change"
        ordering: ClassVar = ["-at", "-id"]


class Unsettled(models.Model):
    """An object some reaction still has to bring to what should be."""

    reaction = models.TextField()
    object = models.TextField()
    object_id = models.BigIntegerField()
    at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "unsettled"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reaction", "object", "object_id"], name="settle_once")
        ]


class ScreenNumber(models.Model):
    """A number per property that reactions raise: open screens ask whether it moved."""

    property_id = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "screen_number"
