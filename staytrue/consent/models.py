"""Contact points with their uses, and what was said about writing to them. Tables only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class ContactPoint(models.Model):
    """One e-mail address, phone number or postal address, however many profiles use it.

    `value` is folded: what is written and what is searched both become it. `role` says who is
    behind it, `basis` the facts it was learned from; once `ruled_by` names a person, his word
    stands. `refused` is true while a profile that uses it, or used it, wants no marketing e-mail.
    """

    kind = models.TextField()
    value = models.TextField()
    domain = models.TextField(default="")
    role = models.TextField()
    basis = models.JSONField(default=dict)
    profiles = models.IntegerField(default=0)
    learned_at = models.DateTimeField(null=True)
    ruled_by = models.TextField(default="")
    ruled_at = models.DateTimeField(null=True)
    ruled_because = models.TextField(default="")
    refused = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "contact_point"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["value", "kind"], name="one_contact_point")
        ]
        indexes: ClassVar = [
            models.Index(fields=["domain", "id"], name="contact_point_domain",
                         condition=~Q(domain="")),
            models.Index(fields=["-profiles", "id"], name="contact_point_shared",
                         condition=~Q(role="private")),
        ]  # fmt: skip


class ContactUse(models.Model):
    """A profile uses a contact point: from `since_at` until `until_at`, empty while it still does.

    `written` is how the source writes it, `marketing` what its profile says of marketing e-mail
    (`in`, `out` or nothing), `seen_at` when the source confirmed it last. `origin` is who gave it:
    rows of `pms` follow the mirror, whatever else there is stays.
    """

    contact_point = models.ForeignKey(ContactPoint, models.PROTECT, related_name="+",
                                      db_index=False)  # fmt: skip
    profile_id = models.BigIntegerField()
    property_id = models.BigIntegerField(null=True)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    type = models.TextField(null=True)
    masked = models.BooleanField(default=False)
    written = models.TextField()
    marketing = models.TextField(default="")
    origin = models.TextField()

    class Meta:
        db_table = "contact_use"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile_id", "contact_point", "since_at", "origin"],
                name="one_use_since",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["contact_point", "profile_id"], name="contact_use_point"),
            models.Index(fields=["contact_point"], name="contact_use_refused",
                         condition=Q(marketing="out")),
        ]  # fmt: skip


class ConsentAct(models.Model):
    """One thing said or learned about writing to somebody; never changed. `id` is its version.

    `profile_id` is the person who spoke and then means all his addresses of the channel; without
    one it is about the address alone. `address_hash` finds the address again when the contact
    point was forgotten. `said_at` is when it was said, `at` when it was recorded. `wording` is
    the text put before the guest, `words` what he answered. A suppression has no purpose.
    """

    at = models.DateTimeField()
    said_at = models.DateTimeField()
    act = models.TextField()
    purpose = models.TextField(default="")
    channel = models.TextField()
    within = models.TextField()
    scope_id = models.BigIntegerField(null=True)
    origin = models.TextField()
    actor = models.TextField()
    property_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField(null=True)
    contact_point_id = models.BigIntegerField(null=True)
    address_hash = models.BinaryField(default=b"")
    cause = models.TextField(default="")
    wording = models.TextField(default="")
    wording_version = models.TextField(default="")
    language = models.TextField(default="")
    words = models.TextField(default="")
    lifts = ArrayField(models.BigIntegerField(), default=list)
    proof = models.JSONField(default=dict)

    class Meta:
        db_table = "consent_act"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(actor="") & ~Q(origin="") & ~Q(channel=""),
                name="act_names_who_and_how",
            ),
            models.CheckConstraint(
                condition=Q(profile_id__isnull=False)
                | Q(contact_point_id__isnull=False)
                | ~Q(address_hash=b""),
                name="act_is_about_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["profile_id"], name="consent_act_profile",
                         condition=Q(profile_id__isnull=False)),
            models.Index(fields=["contact_point_id"], name="consent_act_point",
                         condition=Q(contact_point_id__isnull=False)),
            models.Index(fields=["address_hash"], name="consent_act_address",
                         condition=~Q(address_hash=b"")),
            models.Index(fields=["channel", "-id"], name="consent_act_suppressed",
                         condition=Q(act__in=["suppress", "release"])),
        ]  # fmt: skip


class CustomerStatement(models.Model):
    """A house's dated word that its customers were told of news and could say no.

    It holds for stays from `since_on` on, of one company's hotels (of one hotel, where no company
    is named), as one connection tells them, or all (`source` empty).
    """

    legal_entity_id = models.BigIntegerField(null=True)
    property_id = models.BigIntegerField(null=True)
    source = models.TextField(default="")
    wording = models.TextField()
    language = models.TextField()
    since_on = models.DateField()
    signed_by = models.TextField()
    signed_at = models.DateTimeField()
    ended_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customer_statement"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(legal_entity_id__isnull=False, property_id__isnull=True)
                | Q(legal_entity_id__isnull=True, property_id__isnull=False),
                name="statement_of_one_house",
            )
        ]


class BasisChoice(models.Model):
    """What one hotel asks before it writes, instead of the country's rule; the newest counts.

    An empty `requirement` goes back to the table.
    """

    property_id = models.BigIntegerField()
    country = models.TextField()
    purpose = models.TextField()
    channel = models.TextField()
    requirement = models.TextField()
    reason = models.TextField()
    chosen_by = models.TextField()
    chosen_at = models.DateTimeField()

    class Meta:
        db_table = "basis_choice"
        indexes: ClassVar = [models.Index(fields=["property_id", "-id"], name="basis_choice_of")]


class ProposedOptOut(models.Model):
    """Words of a guest that sound like an opt-out; a member confirms or dismisses them."""

    at = models.DateTimeField()
    origin = models.TextField()
    channel = models.TextField()
    property_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField(null=True)
    contact_point_id = models.BigIntegerField(null=True)
    sender = models.TextField(default="")
    words = models.TextField()
    language = models.TextField(default="")
    proof = models.JSONField(default=dict)
    decision = models.TextField(default="")
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "proposed_opt_out"
        indexes: ClassVar = [
            models.Index(fields=["property_id", "id"], name="proposed_opt_out_open",
                         condition=Q(decision=""))
        ]  # fmt: skip


class AddressKey(models.Model):
    """The fingerprint of the key by which addresses are found again: one row, never changed.

    A machine with another key would find no imported or erased address, and write to it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    fingerprint = models.BinaryField()

    class Meta:
        db_table = "address_key"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="one_address_key")]
