"""Cases, what happened to each, its money, and who is named in it. Tables and constraints only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from staytrue.desk.kinds import Kind, LineState, Money, State
from staytrue.hotel.models import Property
from staytrue.staff.models import Member, Role


class Case(models.Model):
    """One thing somebody answers for: the fold of its history, kept so that it can be searched.

    It hangs on records of the PMS, never on a guest: an unmerge deals it back with them. What the
    stay is stands in the mirror; `place` is where the thing is, which may be no room at all.
    """

    property = models.ForeignKey(Property, models.PROTECT, related_name="+")
    kind = models.TextField()
    type_key = models.TextField()
    words = models.TextField(default="")
    cause = models.TextField(default="")
    place = models.TextField(default="")
    department = models.TextField(default="")
    reservation_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField(null=True)
    folio_line = models.TextField(default="")
    message_id = models.UUIDField(null=True)
    origin = models.TextField()
    origin_key = models.TextField(default="")
    state = models.TextField(default=State.NEW.value)
    owner_role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    owner_member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField()
    step = models.IntegerField(default=0)
    climbs_at = models.DateTimeField(null=True)
    left_seconds = models.IntegerField(null=True)
    offered_role = models.ForeignKey(Role, models.PROTECT, related_name="+", null=True)
    offered_member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True)
    offered_by = models.TextField(default="")
    handovers = models.IntegerField(default=0)
    exceptions = ArrayField(models.TextField(), default=list)
    note_parts = ArrayField(models.TextField(), default=list)
    authors = ArrayField(models.TextField(), default=list)
    is_mismatched = models.BooleanField(default=False)
    draft_no = models.IntegerField(null=True)
    has_answer = models.BooleanField(default=False, db_default=False)
    approved_by = models.TextField(default="")
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(default="")
    last_no = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "desk_case"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind]), name="case_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="case_state"
            ),
            models.CheckConstraint(
                condition=Q(state="complete", closed_at__isnull=False, climbs_at=None)
                | (~Q(state="complete") & Q(closed_at=None)),
                name="case_ends_once",
            ),
            # What is blocked has its clock's rest kept, and an instant at which somebody looks.
            models.CheckConstraint(
                condition=Q(state="blocked", left_seconds__isnull=False)
                | (~Q(state="blocked") & Q(left_seconds=None)),
                name="blocked_case_rests",
            ),
            models.CheckConstraint(condition=~Q(opened_by=""), name="case_names_who_opened"),
            # What triggers a case opens it once, however often it is told.
            models.UniqueConstraint(
                fields=["property", "origin_key", "kind"],
                name="one_case_per_origin",
                condition=~Q(origin_key=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["property", "due_at"], name="case_open",
                         condition=~Q(state="complete")),
            models.Index(fields=["climbs_at"], name="case_climbs",
                         condition=Q(climbs_at__isnull=False)),
            models.Index(fields=["property", "opened_at"], name="case_opened"),
            models.Index(fields=["property", "changed_at"], name="case_changed"),
            models.Index(fields=["reservation_id"], name="case_reservation"),
            models.Index(fields=["profile_id"], name="case_profile"),
        ]  # fmt: skip


class CaseEvent(models.Model):
    """One line of a case's history, never edited: what happened, and which values it set.

    Words of people stand in `words` alone; `facts` and `sets` name them by number.
    """

    visible_by = "case__property_id"

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    no = models.IntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    kind = models.TextField()
    sets = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    reason = models.TextField(default="")
    words = models.JSONField(default=dict)

    class Meta:
        db_table = "case_event"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "no"], name="one_line_per_number"),
            models.CheckConstraint(condition=~Q(actor=""), name="case_event_names_who"),
        ]
        indexes: ClassVar = [models.Index(fields=["property_id", "at"], name="case_event_at")]


class MoneyLine(models.Model):
    """Money a case moves: decided here, posted in the PMS, proved by the mirror's folio.

    `known` are the lines the folio had when it was proposed: none of them is its proof.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    state = models.TextField(default=LineState.PROPOSED.value)
    reason = models.TextField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    folio_line = models.TextField(default="")
    known = ArrayField(models.TextField(), default=list)
    posted_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "money_line"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Money]), name="money_line_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in LineState]), name="money_line_state"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="money_line_amount"),
            # Posted is what the folio shows, and nothing else.
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "reconciled"]) | ~Q(folio_line=""),
                name="posted_line_is_on_the_folio",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | ~Q(decided_by=""), name="money_line_is_decided"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["property", "decided_at"], name="money_line_decided")
        ]


class Mention(models.Model):
    """A member named in a comment, until he has read it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    property_id = models.BigIntegerField()
    no = models.IntegerField()
    member = models.ForeignKey(Member, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "case_mention"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "no", "member"], name="named_once"),
            models.CheckConstraint(
                condition=Q(read_at=None) | Q(read_at__gte=F("at")), name="mention_read_after"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member"], name="mention_unread", condition=Q(read_at=None))
        ]
