"""Contact points, each once for the whole group, and who uses them since when and until when."""

from __future__ import annotations

from typing import ClassVar

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
