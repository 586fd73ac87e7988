"""Terms from draft to live: written by one, let live with what they would have done beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import Max

from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.loyalty import terms, tiers
from staytrue.loyalty.models import TermsVersion
from staytrue.loyalty.modules import MANAGE
from staytrue.loyalty.terms import Terms
from staytrue.loyalty.tiers import Ladder
from staytrue.staff import audit
from staytrue.staff.access import Access, require_everywhere

MONTHS_MAX = 120


@dataclass(frozen=True)
class Version:
    """What the programme says, read from its row."""

    id: int
    number: int
    state: str
    from_on: date | None
    terms: Terms
    ladder: Ladder
    expires_after: int | None
    written_by: str
    written_at: datetime
    live_by: str
    live_at: datetime | None


def read(row: TermsVersion) -> Version:
    """A row as the rules take it."""
    return Version(
        row.pk, row.number, row.state, row.from_on,
        terms.from_stored(row.terms),
        tiers.from_stored(row.ladder),
        row.expires_after, row.written_by, row.written_at, row.live_by, row.live_at,
    )  # fmt: skip


def listed() -> list[Version]:
    """All there are, the newest first."""
    return [read(row) for row in TermsVersion.objects.order_by("-number")]


def draft() -> Version | None:
    """The terms that wait to go live."""
    row = TermsVersion.objects.filter(state=TermsVersion.State.DRAFT).first()
    return read(row) if row else None


def live() -> list[Version]:
    """All that ever counted, in the order in which they begin to."""
    rows = TermsVersion.objects.filter(state=TermsVersion.State.LIVE).order_by("from_on", "number")
    return [read(row) for row in rows]


def in_force(day: date) -> Version | None:
    """What counts for a check-out of this day."""
    known = [each for each in live() if each.from_on and each.from_on <= day]
    return known[-1] if known else None


def write(access: Access, raw: Mapping[str, Any], now: datetime, reason: str = "") -> TermsVersion:
    """Keep a draft: `terms`, `ladder` and `expires_after` as given; nothing counts by it yet."""
    require_everywhere(access, MANAGE)
    months = raw.get("expires_after")
    if months is not None and not (isinstance(months, int) and 0 < months <= MONTHS_MAX):
        raise Refused(f"Points end after 1 to {MONTHS_MAX} months, or never.", "terms_expiry")
    made = terms.checked(raw.get("terms", {}))
    ladder = tiers.checked(raw.get("ladder", {}))
    with scope.everything(), audit.acting(access.actor, now, reason):
        TermsVersion.objects.filter(state=TermsVersion.State.DRAFT).delete()
        last = TermsVersion.objects.aggregate(last=Max("number"))["last"] or 0
        return TermsVersion.objects.create(
            number=last + 1, terms=terms.stored(made), ladder=msgspec.to_builtins(ladder),
            expires_after=months, written_by=access.actor, written_at=now,
        )  # fmt: skip


def discard(access: Access, number: int, now: datetime, reason: str = "") -> None:
    """Throw a draft away."""
    require_everywhere(access, MANAGE)
    with scope.everything(), audit.acting(access.actor, now, reason):
        _draft(number).delete()


def go_live(access: Access, number: int, from_on: date, now: datetime, reason: str = "") -> None:
    """Let a draft count for check-outs from a day on."""
    require_everywhere(access, MANAGE)
    with scope.everything(), audit.acting(access.actor, now, reason):
        row = _draft(number)
        row.state, row.from_on, row.live_by, row.live_at = "live", from_on, access.actor, now
        row.save(update_fields=["state", "from_on", "live_by", "live_at"])


def _draft(number: int) -> TermsVersion:
    row = TermsVersion.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise Refused(f"There is no draft {number}. Somebody wrote another.", "no_draft")
    if row.state != TermsVersion.State.DRAFT:
        raise Refused("These terms are live already.", "terms_live")
    return row
