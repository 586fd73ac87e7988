"""Journeys, their versions from draft to live, at which hotels they run, and what a hotel decided."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property


def confirming_channels() -> list[str]:
    """Channels that confirm a booking themselves, until a hotel says otherwise."""
    return ["ota"]


class Journey(models.Model):
    """A sequence of messages around a stay, of the whole group."""

    key = models.TextField(unique=True)
    name = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "journey"


class JourneyVersion(models.Model):
    """What a journey says: `steps` as `steps.read` understands them.

    One is drafted, one is approved, one is live; a new live one retires the one before. What was
    approved is never edited: an edit drafts the next number. `rehearsal` is what the last twelve
    months would have been.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        LIVE = "live"
        RETIRED = "retired"

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    steps = models.JSONField()
    drafted_by = models.TextField()
    drafted_at = models.DateTimeField()
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    rehearsed_at = models.DateTimeField(null=True)
    rehearsal = models.JSONField(default=dict)

    class Meta:
        db_table = "journey_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journey", "number"], name="one_journey_version"),
            models.UniqueConstraint(
                fields=["journey", "state"],
                name="one_journey_version_per_state",
                condition=~Q(state="retired"),
            ),
        ]


class JourneyPlace(models.Model):
    """A hotel at which a journey runs: for what happens from `live_from` on, never before.

    In shadow it is planned and decided and nothing leaves. `standings` is what the hotel got of
    each step when that was last looked at.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="+", db_index=False)
    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    live_from = models.DateTimeField()
    switched_on_by = models.TextField()
    is_shadow = models.BooleanField(default=False)
    standings = models.JSONField(default=dict)

    class Meta:
        db_table = "journey_place"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journey", "property"], name="one_journey_place")
        ]


class JourneySetting(models.Model):
    """What a hotel decided about its journeys; one without a row has the values written here.

    `writes_to_blocks`: also the rooms of a group block get messages; a booking of `block_rooms`
    rooms or more is one, whatever the PMS calls it. `nights_min` is of the mid-stay question.
    """

    property = models.OneToOneField(Property, models.CASCADE, primary_key=True, related_name="+")
    confirming_channels = ArrayField(models.TextField(), default=confirming_channels)
    writes_to_blocks = models.BooleanField(default=False)
    block_rooms = models.IntegerField(default=10)
    nights_min = models.IntegerField(default=0)

    class Meta:
        db_table = "journey_setting"
