"""Guests, their profiles, the decisions, and what people know better than a PMS."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Guest(models.Model):
    """A person across hotels and PMSs. `public_id` answers for ever.

    `active` has profiles; `retired` had some, which are another guest's now; `erased` has none and
    never will. The rest is computed from the profiles (`golden.py`) and may be computed again.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"
        ERASED = "erased"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True)
    state = models.TextField(choices=State.choices, default=State.ACTIVE)
    opened_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    kind = models.TextField(default="person")
    name = models.TextField(default="")
    name_key = models.TextField(default="")
    last_name_key = models.TextField(default="")
    profiles = models.IntegerField(default=1)
    golden = models.JSONField(default=dict)

    class Meta:
        db_table = "guest"
        indexes: ClassVar = [
            models.Index(
                fields=["last_name_key", "id"], name="guest_last_name", condition=Q(state="active")
            ),
            models.Index(fields=["name_key"], name="guest_name", condition=Q(state="active")),
        ]


class Link(models.Model):
    """A profile is a guest's from `since_at` until `until_at`; empty: still.

    The moves of an event are the links it began and those it ended.
    """

    id = models.BigAutoField(primary_key=True)
    profile_id = models.BigIntegerField()
    guest = models.ForeignKey(
        Guest, models.PROTECT, related_name="links", db_index=False, db_constraint=False
    )
    property_id = models.BigIntegerField(null=True)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    begun_by = models.BigIntegerField()
    ended_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "link"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile_id"], name="one_guest_per_profile", condition=Q(until_at=None)
            ),
            models.CheckConstraint(
                condition=Q(until_at=None, ended_by=None)
                | Q(until_at__isnull=False, ended_by__isnull=False),
                name="link_ends_by_an_event",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["guest"], name="link_guest"),
            models.Index(fields=["profile_id", "id"], name="link_profile"),
            models.Index(fields=["begun_by"], name="link_begun_by"),
            models.Index(
                fields=["ended_by"], name="link_ended_by", condition=Q(ended_by__isnull=False)
            ),
        ]


class IdentityEvent(models.Model):
    """One decision about who is who, append-only; only `undone_by` is ever written later.

    `one` and `other` are the profiles whose comparison decided it; `evidence` holds levels and
    bits, never values. `rule` is `score`, a step of the cascade, `pms`, `staff` or `settled`.
    """

    class Kind(models.TextChoices):
        CREATED = "created"
        ATTACHED = "attached"
        MERGED = "merged"
        SPLIT = "split"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        LIFTED = "lifted"
        UNDONE = "undone"
        CORRECTED = "corrected"
        ERASED = "erased"
        MATCHER = "matcher"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    kind = models.TextField(choices=Kind.choices)
    rule = models.TextField(default="")
    one = models.BigIntegerField(null=True)
    other = models.BigIntegerField(null=True)
    bits = models.FloatField(null=True)
    person = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)
    matcher = models.IntegerField(null=True)
    normaliser = models.SmallIntegerField(null=True)
    reason = models.TextField(default="")
    undoes = models.BigIntegerField(null=True)
    undone_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "identity_event"
        indexes: ClassVar = [
            models.Index(fields=["at"], name="identity_event_at"),
            models.Index(fields=["one"], name="identity_event_one", condition=Q(one__isnull=False)),
            models.Index(
                fields=["other"], name="identity_event_other", condition=Q(other__isnull=False)
            ),
        ]


class Correction(models.Model):
    """What people know better than a PMS of one profile's field, and what the PMS said then.

    A new, different value of the PMS (neither `value` nor `base`) is a conflict; nothing changes
    until a person decides.
    """

    class Standing(models.TextChoices):
        PINNED = "pinned"
        CONFIRMED = "confirmed"
        CORRECTED = "corrected"

    id = models.BigAutoField(primary_key=True)
    profile_id = models.BigIntegerField()
    property_id = models.BigIntegerField(null=True)
    field = models.TextField()
    value = models.JSONField(null=True)
    base = models.JSONField(null=True)
    standing = models.TextField(choices=Standing.choices)
    actor = models.TextField()
    reason = models.TextField(default="")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        db_table = "correction"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile_id", "field"], name="one_correction", condition=Q(lifted_at=None)
            )
        ]


class SourceTrust(models.Model):
    """How far a connection's values are trusted against another's: higher wins."""

    connection_id = models.BigIntegerField(primary_key=True)
    kind = models.TextField(default="pms")
    trust = models.SmallIntegerField(default=50)

    class Meta:
        db_table = "source_trust"


class PersonaChoice(models.Model):
    """A persona that a person chose for somebody, with the reason; it survives re-computation."""

    id = models.BigAutoField(primary_key=True)
    profile_id = models.BigIntegerField()
    property_id = models.BigIntegerField(null=True)
    persona = models.TextField()
    is_so = models.BooleanField(default=True)
    actor = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        db_table = "persona_choice"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile_id", "persona"],
                name="one_persona_choice",
                condition=Q(lifted_at=None),
            )
        ]


class Household(models.Model):
    """People who live together, as far as their profiles tell; may be computed again."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(default="")
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "household"


class HouseholdMember(models.Model):
    """A guest of a household, and the pair of profiles that says so."""

    guest = models.OneToOneField(
        Guest, models.CASCADE, related_name="+", primary_key=True, db_constraint=False
    )
    household = models.ForeignKey(Household, models.CASCADE, related_name="members")
    share = models.FloatField()

    class Meta:
        db_table = "household_member"
