"""The group, its legal entities, its hotels, and the words each hotel uses for rooms and rates."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Group(models.Model):
    """The hotel group this database belongs to: exactly one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.TextField()

    class Meta:
        db_table = "hotel_group"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="one_group")]


class LegalEntity(models.Model):
    """The company that runs one or more hotels: consent belongs to it."""

    name = models.TextField(unique=True)
    country = models.CharField(max_length=2)

    class Meta:
        db_table = "legal_entity"


class Property(models.Model):
    """One hotel with its own PMS and business date.

    `business_date` is the hotel's accounting day and moves with the day close, at or after
    `day_close_at` in the hotel's own zone; empty until the first delivery.
    """

    code = models.TextField(unique=True)
    name = models.TextField()
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", null=True)
    timezone = models.TextField()
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    language = models.TextField(default="en")
    city = models.TextField(default="")
    business_date = models.DateField(null=True)
    day_close_at = models.TimeField(default="03:00")

    class Meta:
        db_table = "property"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class RoomCategory(models.Model):
    """A hotel's word for a kind of room, with the label staff and guests read."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    code = models.TextField()
    label = models.TextField(default="")

    class Meta:
        db_table = "room_category"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["property", "code"], name="one_category_per_code")
        ]


class Rate(models.Model):
    """A rate code of a hotel with its label and the days it was in force."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    code = models.TextField()
    label = models.TextField(default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "rate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["property", "code", "valid_from"],
                name="one_rate",
                nulls_distinct=False,
            )
        ]
