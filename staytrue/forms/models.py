"""What guests wrote on their own pages, and who at the hotel has read it. Tables only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property


class _Written(models.Model):
    """Words of a guest about one stay; the newest replace the older and are to be read again."""

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reservation_id = models.BigIntegerField(unique=True)
    profile_id = models.BigIntegerField()
    link_id = models.BigIntegerField()
    at = models.DateTimeField()
    language = models.TextField()
    read_at = models.DateTimeField(null=True)
    read_by = models.TextField(default="")

    class Meta:
        abstract = True


class ArrivalForm(_Written):
    """How a guest says he arrives: `comes` is one of `arriving.Comes`, `wishes` his own words."""

    comes = models.TextField(default="")
    wishes = models.TextField(default="")

    class Meta:
        db_table = "arrival_form"
        indexes: ClassVar = [models.Index(fields=["profile_id"], name="arrival_form_profile")]


class SurveyAnswer(_Written):
    """How a guest says it was: 0 to 10 for coming back, what to get better at, his own words."""

    score = models.SmallIntegerField()
    topics = ArrayField(models.TextField(), default=list)
    comment = models.TextField(default="")
    wants_call = models.BooleanField(default=False)

    class Meta:
        db_table = "survey_answer"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=10), name="score_of_eleven")
        ]
        indexes: ClassVar = [models.Index(fields=["profile_id"], name="survey_answer_profile")]


class WebsiteForm(models.Model):
    """Whether a hotel's contact form takes anything: closed until somebody opens it."""

    property = models.OneToOneField(Property, models.CASCADE, primary_key=True, related_name="+")
    is_open = models.BooleanField(default=False)

    class Meta:
        db_table = "website_form"


class WebsiteEntry(models.Model):
    """What somebody wrote on a hotel's website, by a `key` that counts once.

    Without a profile it waits for the guest to be known. `differs` names what is known otherwise;
    `is_agreed` is whether his tick for news counts: where the law wants the address confirmed, only
    after `asked_at`, when a mail was planned, and `confirmed_at`, when its reader opened the link.
    """

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    key = models.TextField(unique=True)
    at = models.DateTimeField()
    language = models.TextField()
    first_name = models.TextField(default="")
    last_name = models.TextField()
    email = models.TextField()
    phone = models.TextField(default="")
    words = models.TextField(default="")
    wants_news = models.BooleanField(default=False)
    wording = models.TextField(default="")
    wording_version = models.TextField(default="")
    profile_id = models.BigIntegerField(null=True)
    differs = models.TextField(default="")
    is_agreed = models.BooleanField(default=False)
    asked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.TextField(default="")

    class Meta:
        db_table = "website_entry"
        indexes: ClassVar = [
            models.Index(fields=["property", "-id"], name="website_entry_hotel"),
            models.Index(fields=["email"], name="website_entry_waiting",
                         condition=Q(profile_id=None)),
            models.Index(fields=["profile_id"], name="website_entry_profile",
                         condition=Q(profile_id__isnull=False)),
        ]  # fmt: skip
