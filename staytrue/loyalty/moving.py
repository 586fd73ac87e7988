"""Points that people move: opening balances, adjustments, redemptions; and those that end.

Whoever takes points holds the guest's row: of many at once that want the same points, one has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from staytrue.guests import links
from staytrue.guests.accounts import queries as accounts
from staytrue.guests.accounts.queries import Held
from staytrue.hotel import scope
from staytrue.kit import ids
from staytrue.kit.errors import Refused
from staytrue.loyalty import ledger
from staytrue.loyalty.ledger import Entry, Kind, Lot
from staytrue.loyalty.models import PointsEntry, Redemption
from staytrue.staff import audit
from staytrue.staff.access import Access, require

RIGHT = "points.adjust"
OPENING_MAX = 10_000_000


def entries_of(profile_ids: Iterable[int]) -> list[Entry]:
    """What the ledger has of these profiles."""
    rows = PointsEntry.objects.filter(profile_id__in=list(profile_ids)).order_by("id")
    return [
        Entry(profile, Kind(kind), points, on)
        for profile, kind, points, on in rows.values_list("profile_id", "kind", "points", "lot_on")
    ]


def balance_of(held: Held) -> int:
    """The points a guest has."""
    return ledger.balance(entries_of(held.profile_ids))


def open_with(access: Access, account_id: int, points: int, reason: str, now: datetime) -> None:
    """Enter what a member had before: once for an account, with a reason."""
    with scope.everything(), transaction.atomic(), audit.acting(access.actor, now):
        held = _mine(access, account_id)
        _require_reason(reason)
        if not 0 < points <= OPENING_MAX:
            raise Refused("An opening balance is more than nothing.", "points_none")
        if PointsEntry.objects.filter(
            profile_id__in=held.profile_ids, kind=Kind.OPENING.value
        ).exists():
            raise Refused(
                "This account has its opening balance already. Write an adjustment instead.",
                "opened_already",
            )
        on = now.date()
        _append(
            held,
            Kind.OPENING,
            [Lot(on, accounts.profile_of(account_id), points)],
            now,
            access.actor,
            reason,
        )


def adjust(access: Access, account_id: int, points: int, reason: str, now: datetime) -> None:
    """Add points, or take some away, as an entry of its own that says who and why."""
    with scope.everything(), transaction.atomic(), audit.acting(access.actor, now):
        held = _mine(access, account_id)
        _require_reason(reason)
        if not 0 < abs(points) <= OPENING_MAX:
            raise Refused("An adjustment adds or takes something.", "points_none")
        # Of two accounts that rest in one guest, the one that was named: he may be two again.
        lots = [Lot(now.date(), accounts.profile_of(account_id), points)]
        if points < 0:
            lots = [Lot(lot.on, lot.profile_id, -lot.left) for lot in _taken(held, -points)]
        _append(held, Kind.ADJUSTMENT, lots, now, access.actor, reason)


def hold(access: Access, account_id: int, points: int, what: str, now: datetime) -> UUID:
    """Set points aside for something; they are gone from the balance until it is given back."""
    with scope.everything(), transaction.atomic(), audit.acting(access.actor, now):
        held = _mine(access, account_id)
        if points <= 0:
            raise Refused("Say how many points it takes.", "points_none")
        if not what.strip():
            raise Refused("Say what the points are for.", "no_purpose")
        lots = [Lot(lot.on, lot.profile_id, -lot.left) for lot in _taken(held, points)]
        made = Redemption.objects.create(
            public_id=ids.new(), account_id=account_id, property_id=held.account.property_id,
            points=points, what=what.strip(), held_by=access.actor, held_at=now,
        )  # fmt: skip
        _append(held, Kind.HOLD, lots, now, access.actor, what, made)
        return made.public_id


def use(access: Access, public_id: UUID, now: datetime) -> None:
    """What was held was given out."""
    _settle(access, public_id, Redemption.State.USED, now)


def release(access: Access, public_id: UUID, now: datetime) -> None:
    """It came to nothing: every point goes back to where it was taken from, with its day."""
    _settle(access, public_id, Redemption.State.RELEASED, now)


def _settle(access: Access, public_id: UUID, state: Redemption.State, now: datetime) -> None:
    with scope.everything(), transaction.atomic(), audit.acting(access.actor, now):
        made = Redemption.objects.select_for_update().filter(public_id=public_id).first()
        if made is None:
            raise Refused("There is no such redemption.", "no_redemption")
        require(access, RIGHT, made.property_id)
        if made.state != Redemption.State.HELD:
            raise Refused(f"It is settled already: {made.state}.", "redemption_settled")
        made.state, made.settled_by, made.settled_at = state, access.actor, now
        made.save(update_fields=["state", "settled_by", "settled_at"])
        if state == Redemption.State.RELEASED:
            # As it stands now: some of it may have been given back when a guest was parted.
            taken = (
                PointsEntry.objects.filter(redemption_id=made.pk)
                .values_list("profile_id", "property_id", "lot_on")
                .annotate(left=Sum("points"))
                .filter(left__lt=0)
                .order_by("profile_id", "lot_on")
            )
            PointsEntry.objects.bulk_create(
                PointsEntry(
                    profile_id=profile, property_id=hotel, kind=Kind.RELEASE.value, points=-left,
                    lot_on=on, at=now, redemption_id=made.pk, actor=access.actor,
                    reason=made.what,
                )
                for profile, hotel, on, left in taken
            )  # fmt: skip


def end_old(guest_id: int, until: date, now: datetime, actor: str) -> int:
    """End what is left of points earned on this day or before; how many points that were."""
    with transaction.atomic():
        links.lock([guest_id])
        held = accounts.of_guest(guest_id)
        if held is None:
            return 0
        lots = ledger.expired(entries_of(held.profile_ids), until)
        _append(held, Kind.EXPIRY, [Lot(lot.on, lot.profile_id, -lot.left) for lot in lots], now,
                actor, "")  # fmt: skip
        return sum(lot.left for lot in lots)


def _mine(access: Access, account_id: int) -> Held:
    """The guest's account, held until the transaction ends."""
    held = accounts.held(account_id)
    require(access, RIGHT, held.account.property_id)
    links.lock([held.guest_id])
    # He may have been joined with somebody while we waited.
    return accounts.held(account_id)


def _taken(held: Held, points: int) -> list[Lot]:
    lots = ledger.taken(entries_of(held.profile_ids), points)
    if lots is None:
        has = balance_of(held)
        raise Refused(
            f"The account has {has} points, {points} are asked for.", "points_missing",
            has=has, asked=points,
        )  # fmt: skip
    return lots


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("Say why: the ledger keeps it.", "no_reason")


def _append(
    held: Held,
    kind: Kind,
    lots: Sequence[Lot],
    now: datetime,
    actor: str,
    reason: str,
    redemption: Redemption | None = None,
) -> None:
    PointsEntry.objects.bulk_create(
        PointsEntry(
            profile_id=lot.profile_id, property_id=held.account.property_id, kind=kind.value,
            points=lot.left, lot_on=lot.on, at=now, actor=actor, reason=reason.strip(),
            redemption_id=redemption.pk if redemption else None,
        )
        for lot in lots
    )  # fmt: skip
