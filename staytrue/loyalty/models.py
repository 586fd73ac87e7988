"""The programme's tables: terms and pauses, stays that count, seals, and the ledger of points.

Points hang on source profiles, never on guests: what was merged is dealt back by an unmerge.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from staytrue.hotel.models import Property


class Switch(models.Model):
    """Whether the module is there: for the group (no property), and for a hotel within it."""

    property = models.OneToOneField(Property, models.CASCADE, related_name="+", null=True)
    is_on = models.BooleanField()
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_switch"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["property"], name="one_loyalty_switch", nulls_distinct=False
            )
        ]


class TermsVersion(models.Model):
    """What the programme says, numbered; live ones count for check-outs from `from_on` on.

    `terms` is of `terms.Terms`, `ladder` of `tiers.Ladder`; points end `expires_after` months after
    the month they were earned in, or never.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"

    number = models.IntegerField(unique=True)
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    terms = models.JSONField()
    ladder = models.JSONField(default=dict)
    expires_after = models.IntegerField(null=True)
    from_on = models.DateField(null=True)
    written_by = models.TextField()
    written_at = models.DateTimeField()
    live_by = models.TextField(default="")
    live_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "loyalty_terms"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(from_on__isnull=False, live_at__isnull=False),
                name="live_terms_begin",
            )
        ]


class TrialOfTerms(models.Model):
    """What a draft would have given had it counted from `first` on; the worker fills it.

    `result` is of `dry_runs.Result` once it ended. It keeps the draft itself: drafts are rewritten.
    """

    number = models.IntegerField()
    draft = models.JSONField()
    first = models.DateField()
    last = models.DateField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        db_table = "terms_trial"


class AwardPause(models.Model):
    """Days on which a hotel awards nothing: who checks out then is entered and sealed."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        db_table = "award_pause"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")),
                name="pause_ends_after_it_began",
            )
        ]


class Seal(models.Model):
    """A reservation that was checked out in a pause: it earns nothing, for ever."""

    reservation_id = models.BigIntegerField(unique=True)
    property_id = models.BigIntegerField()
    left_on = models.DateField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "points_seal"


class CountedStay(models.Model):
    """What one stay counts for, and what it was computed from; `why` says why it earns nothing.

    The newest state only: the ledger keeps how it came about.
    """

    reservation_id = models.BigIntegerField(unique=True)
    property_id = models.BigIntegerField()
    profile_id = models.BigIntegerField()
    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+", null=True)
    left_on = models.DateField()
    nights = models.IntegerField()
    spend = models.DecimalField(max_digits=14, decimal_places=4)
    points = models.IntegerField()
    why = models.TextField(default="")
    facts = models.JSONField(default=dict)
    parts = models.JSONField(default=list)
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "counted_stay"
        indexes: ClassVar = [
            models.Index(fields=["profile_id", "left_on"], name="counted_stay_profile"),
            models.Index(fields=["property_id", "left_on"], name="counted_stay_day"),
        ]


class Redemption(models.Model):
    """Points set aside for something: held, then used or given back."""

    class State(models.TextChoices):
        HELD = "held"
        USED = "used"
        RELEASED = "released"

    public_id = models.UUIDField(unique=True)
    account_id = models.BigIntegerField()
    property_id = models.BigIntegerField()
    points = models.IntegerField()
    what = models.TextField()
    state = models.TextField(choices=State.choices, default=State.HELD)
    held_by = models.TextField()
    held_at = models.DateTimeField()
    settled_by = models.TextField(default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "redemption"
        indexes: ClassVar = [models.Index(fields=["account_id"], name="redemption_account")]


class PointsEntry(models.Model):
    """One dated plus or minus of a profile, never edited: `ledger.Kind` says why.

    For what a stay earns, `ordinal` counts the entries of (reservation, terms, profile): the first
    is the award, every further one a correction or a counter-entry, and none can be written twice.
    """

    profile_id = models.BigIntegerField()
    property_id = models.BigIntegerField()
    kind = models.TextField()
    points = models.IntegerField()
    lot_on = models.DateField()
    at = models.DateTimeField()
    reservation_id = models.BigIntegerField(null=True)
    version_id = models.BigIntegerField(null=True)
    ordinal = models.IntegerField(null=True)
    redemption_id = models.BigIntegerField(null=True)
    inputs = models.JSONField(default=list)
    actor = models.TextField()
    reason = models.TextField(default="")

    class Meta:
        db_table = "points_entry"
        # Partitioned by profile (0002): the key of a partitioned table holds its column.
        managed = False
