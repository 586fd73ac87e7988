"""What people decide: pairs, proposals, and the checks that keep a rule honest."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from staytrue.guests.models.people import Guest


class PairRule(models.Model):
    """What a person said of two profiles, one < other; it beats every score until it is lifted.

    It stands while the event that wrote it does, and none that lifted it.
    """

    class Kind(models.TextChoices):
        CANNOT_LINK = "cannot_link"
        MUST_LINK = "must_link"
        NOT_HOUSEHOLD = "not_household"

    id = models.BigAutoField(primary_key=True)
    one = models.BigIntegerField()
    other = models.BigIntegerField()
    kind = models.TextField(choices=Kind.choices)
    actor = models.TextField()
    reason = models.TextField(default="")
    at = models.DateTimeField()
    event_id = models.BigIntegerField()
    bits = models.FloatField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")
    lifted_why = models.TextField(default="")
    lifted_event = models.BigIntegerField(null=True)

    class Meta:
        db_table = "pair_rule"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["one", "other", "kind"], name="one_pair_rule", condition=Q(lifted_at=None)
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="pair_rule_in_order"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["other"], name="pair_rule_other"),
            models.Index(fields=["event_id"], name="pair_rule_event"),
            models.Index(
                fields=["lifted_event"],
                name="pair_rule_lifted_event",
                condition=Q(lifted_event__isnull=False),
            ),
        ]


class Proposal(models.Model):
    """Two guests that may be one, one < other, for a person to decide; `gain` orders the queue.

    `one_profile` and `other_profile` are the pair that speaks most for it. `why` says why nobody
    joined them yet: `score`, a cascade's reason, `veto`, `cited` (a do-not-merge stands against
    new evidence), `reopened` (it leaned on a value that became generic).
    """

    class State(models.TextChoices):
        OPEN = "open"
        MERGED = "merged"
        REJECTED = "rejected"
        GONE = "gone"

    id = models.BigAutoField(primary_key=True)
    one = models.ForeignKey(
        Guest, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    other = models.ForeignKey(
        Guest, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    one_profile = models.BigIntegerField()
    other_profile = models.BigIntegerField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    why = models.TextField()
    rule = models.TextField(default="")
    bits = models.FloatField()
    person = models.FloatField()
    gain = models.FloatField()
    opened_at = models.DateTimeField()
    later_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")
    event_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "proposal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["one", "other"], name="one_open_proposal", condition=Q(state="open")
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="proposal_in_order"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-gain", "id"], name="proposal_queue", condition=Q(state="open")),
            models.Index(fields=["other"], name="proposal_other"),
            models.Index(fields=["one"], name="proposal_one"),
        ]


class RuleState(models.Model):
    """A rule at a hotel that went back to suggestions by itself, because it erred too often."""

    id = models.BigAutoField(primary_key=True)
    rule = models.TextField()
    property_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.TextField(default="")

    class Meta:
        db_table = "rule_state"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "property_id"],
                name="one_closed_rule",
                condition=Q(reopened_at=None),
                nulls_distinct=False,
            )
        ]


class RuleStanding(models.Model):
    """Where a rule stands at a hotel by people's answers, kept for whoever recognises guests."""

    id = models.BigAutoField(primary_key=True)
    rule = models.TextField()
    property_id = models.BigIntegerField(null=True)
    stage = models.TextField()
    may_merge = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        db_table = "rule_standing"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "property_id"], name="one_standing", nulls_distinct=False
            )
        ]


class SafetyCheck(models.Model):
    """An automatic merge shown blind to a reviewer, as if it were a proposal; and what he said.

    Of a rule on trial: a proposal that was drawn, whose decision is the answer.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField(null=True)
    proposal_id = models.BigIntegerField(null=True, unique=True)
    rule = models.TextField()
    property_id = models.BigIntegerField(null=True)
    one = models.BigIntegerField()
    other = models.BigIntegerField()
    drawn_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    actor = models.TextField(default="")

    class Meta:
        db_table = "safety_check"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_id", "one", "other"], name="checked_once"),
            models.CheckConstraint(
                condition=Q(event_id__isnull=False, proposal_id=None)
                | Q(event_id=None, proposal_id__isnull=False),
                name="merge_or_proposal",
            ),
        ]
