"""What a delivery is called: a file by its name, a reading of a living PMS by why it was read."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from staytrue.inbox.models import Delivery
from staytrue.inbox.parcels import LIVE
from staytrue.web import formats, words


def why_read(by: str | None) -> str:
    """Why a living PMS was read; readings of before this was kept are only readings."""
    return words.word(words.READING, by or "reading")


def title_of(of: Delivery) -> str:
    """For lists, where its object and instant stand beside it."""
    return why_read(of.facts.get("by")) if of.kind == LIVE else of.name


def name_of(of: Delivery, zone: str, now: datetime | None = None) -> str:
    """For sentences: a file by its name, a reading with its object and the hotel's own time."""
    if of.kind != LIVE:
        return of.name
    return reading_of(of.facts.get("by"), of.object, of.received_at, zone, now)


def reading_of(
    by: str | None, object_: str, at: datetime, zone: str, now: datetime | None = None
) -> str:
    """A reading of a living PMS: "Full walk: Reservations, 21 May 16:00"."""
    told = {"what": what_of(by, object_), "at": formats.instant(at, zone, now)}
    return _("%(what)s, %(at)s") % told


def what_of(by: str | None, object_: str) -> str:
    """A reading without its instant: "Full walk: Reservations"."""
    told = {"reading": why_read(by), "object": words.word(words.OBJECT, object_)}
    return _("%(reading)s: %(object)s") % told
