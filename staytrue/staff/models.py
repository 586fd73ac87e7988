"""Members, roles, grants, keys, how one signs in, asks, and the audit. Tables and constraints only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from staytrue.hotel.models import Property


class Members(BaseUserManager["Member"]):
    """Finds a member by the address he signs in with, whatever the case."""

    def get_by_natural_key(self, username: str | None) -> Member:
        """The member with this address."""
        return self.get(email=(username or "").lower())


class Member(AbstractBaseUser):
    """A person who works here. Signs in by e-mail; what he may see is in his grants."""

    email = models.EmailField(unique=True)
    name = models.TextField()
    language = models.TextField(default="en")
    is_active = models.BooleanField(default=True)
    # Hashed like a password; worth something only on a shared machine he signed in on today.
    pin = models.TextField(default="")

    objects: ClassVar[Members] = Members()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "member"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="member_email_lower"),
            models.CheckConstraint(condition=~Q(name=""), name="member_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of rights (`rights.RIGHTS`) with the fields it hides. Built-in ones stay."""

    key = models.SlugField(primary_key=True)
    name = models.TextField()
    rights = ArrayField(models.TextField(), default=list)
    hidden_fields = ArrayField(models.TextField(), default=list)
    is_built_in = models.BooleanField(default=False)

    class Meta:
        db_table = "role"
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A member has a role at one property, or at all of them when `property` is empty."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, models.CASCADE, related_name="+", null=True)

    class Meta:
        db_table = "role_grant"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "role", "property"], nulls_distinct=False, name="one_grant"
            )
        ]


class ApiKey(models.Model):
    """A key for programs. It may do what its member may do; only its hash is kept."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    name = models.TextField()
    prefix = models.CharField(max_length=12, unique=True)
    hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_key"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="api_key_expires"
            )
        ]


class SignInPolicy(models.Model):
    """What the group asks of those who sign in: exactly one row."""

    SENSITIVE, EVERYBODY, NOBODY = "sensitive", "everybody", "nobody"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    second_factor = models.TextField(default=SENSITIVE)
    lock_minutes = models.PositiveSmallIntegerField(default=3)

    class Meta:
        db_table = "sign_in_policy"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_sign_in_policy"),
            models.CheckConstraint(
                condition=Q(second_factor__in=["sensitive", "everybody", "nobody"]),
                name="second_factor_known",
            ),
            models.CheckConstraint(
                condition=Q(lock_minutes__gte=1, lock_minutes__lte=30), name="lock_is_short"
            ),
        ]


class SharedMachine(models.Model):
    """A computer at a desk that several members use: known by a cookie, kept as a hash."""

    property = models.ForeignKey(Property, models.CASCADE, related_name="+")
    name = models.TextField()
    token = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "shared_machine"


class Seat(models.Model):
    """A member who signed in whole on a shared machine, and may come back to it by his PIN."""

    machine = models.ForeignKey(SharedMachine, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    proved_at = models.DateTimeField()
    wrong_pins = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "seat"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["machine", "member"], name="one_seat")
        ]


class MemberSession(models.Model):
    """A session as its member sees it in a list: since when, where, on what."""

    key = models.CharField(max_length=40, primary_key=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    network = models.TextField(default="")
    device = models.TextField(default="")
    machine = models.ForeignKey(SharedMachine, models.SET_NULL, related_name="+", null=True)

    class Meta:
        db_table = "member_session"
        indexes: ClassVar = [models.Index(fields=["member"], name="sessions_of_member")]


class SignInTry(models.Model):
    """Wrong tries of one account, second factor or network, named by a keyed hash (`throttle.py`)."""

    key = models.CharField(max_length=40, primary_key=True)
    tries = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    until_at = models.DateTimeField()
    # The last code of a second factor that opened, hashed: it opens once.
    used = models.CharField(max_length=40, default="")

    class Meta:
        db_table = "sign_in_try"


class Ask(models.Model):
    """One thing a role must know or do. The state that made it opens it and closes it."""

    key = models.TextField()
    property = models.ForeignKey(Property, models.CASCADE, related_name="+", null=True)
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    kind = models.TextField()
    facts = models.JSONField(default=dict)
    link = models.TextField(default="")
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.TextField(default="")

    class Meta:
        db_table = "ask"
        constraints: ClassVar = [
            # Closed ones stay as history: the same thing may come up again.
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at=None), name="one_open_ask_per_key"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_why="")
                | (Q(closed_at__gte=F("opened_at")) & ~Q(closed_why="")),
                name="closed_ask_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["property", "role", "due_at"],
                condition=Q(closed_at=None),
                name="open_asks",
            )
        ]


class AuditEntry(models.Model):
    """What somebody did. Append-only; guests stand in it as references and field names only."""

    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    object = models.TextField()
    # No foreign key: a row outlives the property it speaks of.
    property_id = models.BigIntegerField(null=True)
    fields = ArrayField(models.TextField(), default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(default="")
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(actor="") & ~Q(action=""), name="audit_names_who_and_what"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["object", "id"], name="audit_by_object"),
            models.Index(fields=["at"], name="audit_by_instant"),
        ]


class AuditSeal(models.Model):
    """The chain over the audit: which entry stands at which place, signed outside the database.

    Entries commit in another order than their ids, so the chain has a sequence of its own.
    """

    sequence = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_seal"


class AuditWaiting(models.Model):
    """Entries that wait for their seal; a trigger of the audit fills it, the sealer empties it."""

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "audit_waiting"
