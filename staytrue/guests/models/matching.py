"""What profiles are compared by, and with: features, keys, values, pairs, models, settings."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class SourceProfile(models.Model):
    """The features of a profile, from the version with this hash; may be made again at any time.

    `is_gone`: deleted, anonymised or merged away at the PMS, so that it meets nobody any more.
    """

    profile_id = models.BigIntegerField(primary_key=True)
    connection_id = models.BigIntegerField()
    property_id = models.BigIntegerField(null=True)
    profile_hash = models.BigIntegerField()
    normaliser = models.SmallIntegerField()
    features = models.JSONField()
    is_gone = models.BooleanField(default=False)

    class Meta:
        db_table = "source_profile"


class MatchKey(models.Model):
    """Under which salted keys a profile meets others (`matching.keys`)."""

    pk = models.CompositePrimaryKey("key", "profile_id")
    key = models.BigIntegerField()
    profile_id = models.BigIntegerField()

    class Meta:
        db_table = "match_key"
        indexes: ClassVar = [models.Index(fields=["profile_id"], name="match_key_profile")]


class ValueStat(models.Model):
    """How many use one value (an e-mail, a phone, a card …), by its salted key; what that makes it.

    `ruled` is a person's word (`personal` or `generic`), which beats the count.
    """

    key = models.BigIntegerField(primary_key=True)
    field = models.TextField()
    profiles = models.IntegerField()
    surnames = models.IntegerField()
    state = models.TextField(default="personal")
    found_at = models.DateTimeField(null=True)
    ruled = models.TextField(default="")
    ruled_by = models.TextField(default="")
    ruled_why = models.TextField(default="")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "value_stat"
        indexes: ClassVar = [
            models.Index(
                fields=["-profiles"], name="value_stat_hubs", condition=~Q(state="personal")
            )
        ]


class ValueSurname(models.Model):
    """How many profiles of one surname (by its sound) use a value."""

    pk = models.CompositePrimaryKey("key", "sound")
    key = models.BigIntegerField()
    sound = models.BigIntegerField()
    profiles = models.IntegerField()

    class Meta:
        db_table = "value_surname"


class Edge(models.Model):
    """A compared pair above the floor, one < other: why it is one person, or one household."""

    pk = models.CompositePrimaryKey("one", "other")
    one = models.BigIntegerField()
    other = models.BigIntegerField()
    bits = models.FloatField()
    person = models.FloatField()
    household = models.FloatField()
    levels = ArrayField(models.SmallIntegerField())
    vetoes = models.IntegerField(default=0)
    rule = models.TextField(default="")
    may_join = models.BooleanField(default=False)
    matcher = models.IntegerField()

    class Meta:
        db_table = "edge"
        indexes: ClassVar = [models.Index(fields=["other"], name="edge_other")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="edge_in_order")
        ]


class Matcher(models.Model):
    """A published model with the frozen rarities and number of profiles it was learned on.

    So the score of a pair depends on its two profiles only, never on the order they came in.
    """

    version = models.AutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    source = models.TextField(default="")
    document = models.JSONField()
    rarities = models.BinaryField()
    profiles = models.IntegerField()
    figures = models.JSONField(default=dict)
    is_active = models.BooleanField(default=False)

    class Meta:
        db_table = "matcher"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_active"], name="one_active_matcher", condition=Q(is_active=True)
            )
        ]


class MatchingSetting(models.Model):
    """How guests are recognised; one row. Automatic joins by score are off to begin with.

    `prove_first`: the rules that only suggest at a hotel until people's answers have proven them.
    `trusted` ones join whatever they find; all others join and wait for answers to it.
    `salt` is sealed; without it no key and no value can be told from another.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    automatic = models.BooleanField(default=False)
    cascade = models.TextField(default="guarded")
    steps = ArrayField(models.TextField(), default=list)
    error_budget = models.FloatField(default=0.005)
    prove_first = ArrayField(models.TextField(), default=list)
    trusted = ArrayField(models.TextField(), default=list)
    salt = models.BinaryField(default=b"")

    class Meta:
        db_table = "matching_setting"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_matching_setting"),
            models.CheckConstraint(
                condition=Q(cascade__in=["off", "guarded", "exact"]), name="known_cascade"
            ),
        ]


class IdentityRun(models.Model):
    """A batch over all profiles: how far it is, and what it came to."""

    id = models.BigAutoField(primary_key=True)
    actor = models.TextField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    step = models.TextField(default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "identity_run"
