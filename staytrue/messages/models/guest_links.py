"""The links of guests to their own pages: only the hash of each is kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from staytrue.hotel.models import Property


class GuestLink(models.Model):
    """What one link opens, for whom: whoever has it needs no account.

    `address_hash` finds the address again when its contact point was forgotten. Links out of a
    list never end, the others at `expires_at`. A link that came back from the journal knows its
    address alone: its profile is zero.
    """

    token_hash = models.BinaryField(unique=True)
    kind = models.TextField()
    property = models.ForeignKey(
        Property, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    message_id = models.BigIntegerField(null=True)
    reservation_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField()
    contact_point_id = models.BigIntegerField(null=True)
    address_hash = models.BinaryField(default=b"")
    channel = models.TextField()
    language = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "guest_link"
        indexes: ClassVar = [models.Index(fields=["profile_id"], name="guest_link_profile")]

    def stay_id(self) -> int:
        """The reservation it is about; zero is none."""
        return self.reservation_id or 0
