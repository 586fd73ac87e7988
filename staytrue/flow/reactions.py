"""What happens after a change: one table. No conditions here; each reaction settles from state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

import structlog
from django.db import OperationalError, transaction

from staytrue.changes import pending, screens
from staytrue.changes.kinds import PROFILE_CHANGES, RESERVATION_CHANGES, Kind
from staytrue.changes.log import Entry
from staytrue.consent import actions as consent
from staytrue.consent import other_address
from staytrue.flow import casework, checking_out, contacts, plans
from staytrue.forms import keeping as forms
from staytrue.guests import correcting, golden, households, links
from staytrue.guests.accounts import considering
from staytrue.guests.settling import settle_guests
from staytrue.hotel import scope
from staytrue.inbox import parcels
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit.errors import StaytrueError
from staytrue.messages import wrong_finding
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff.actions import NewAsk, close_asks, open_ask, open_asks

Reaction = Callable[[Collection[int], datetime], None]
logger = structlog.get_logger(__name__)
BATCH = 500


def verify_sight(reservation_ids: Collection[int], now: datetime) -> None:
    """A coming stay that left the feed is verified by the front desk; the ask ends by itself."""
    hidden = Reservation.objects.filter(
        id__in=reservation_ids, out_of_sight_since__isnull=False
    ).exclude(status__in=["cancelled", "checked_out", "no_show"])
    asks = [
        NewAsk(
            key=f"verify-stay:{stay.id}",
            kind="verify_stay",
            role="front_desk",
            property_id=stay.property_id,
            facts={"number": stay.number, "cause": stay.out_of_sight_cause},
            link=f"/stays/{stay.id}/",
        )
        for stay in hidden
    ]
    open_asks(asks, now)
    asked = {ask.key for ask in asks}
    keys = {f"verify-stay:{id_}" for id_ in reservation_ids}
    close_asks(keys - asked, "seen", now)


def raise_numbers(reservation_ids: Collection[int], _now: datetime) -> None:
    """Open screens of these hotels have something new to show."""
    raise_screens(
        Reservation.objects.filter(id__in=reservation_ids)
        .values_list("property_id", flat=True)
        .distinct()
    )


def keep_contacts(profile_ids: Collection[int], now: datetime) -> None:
    """Which addresses these profiles have and had, and who is behind those that are new to them."""
    changed = consent.learn_roles(consent.keep_contacts(profile_ids, now), now)
    # Whoever else has such an address is shown by another one now.
    contacts.recompose(changed, now)
    plans.look_after(profile_ids, now)


def compute_guests(profile_ids: Collection[int], now: datetime) -> None:
    """What these profiles' guests are is composed anew; a PMS against a person's word is asked."""
    golden.compute(links.guests_of(profile_ids).values(), now)
    correcting.settle_conflicts(profile_ids, now)


def find_households(profile_ids: Collection[int], now: datetime) -> None:
    """Who lives with these profiles' guests, as far as they tell."""
    households.recompute(links.guests_of(profile_ids).values(), now)
    # Who went to another guest has other stays to come, and an account of his own or none.
    checking_out.settle_parted(profile_ids, now)
    plans.look_after(profile_ids, now)


def follow_guest_pages(profile_ids: Collection[int], now: datetime) -> None:
    """What guests typed on their pages and the PMS shows by now is asked for no more."""
    forms.follow(profile_ids, now)


def ask_other_address(reservation_ids: Collection[int], now: datetime) -> None:
    """Whose addresses are all dead or unwelcome is asked for another one when he arrives."""
    other_address.ask_for_stays(reservation_ids, now)


def follow_consent(profile_ids: Collection[int], now: datetime) -> None:
    """What follows for those who opted out or in, or whose address went on the suppression list."""
    other_address.ask_for_profiles(profile_ids, now)
    plans.look_after(profile_ids, now)
    hotels = Profile.objects.filter(id__in=profile_ids).values_list("property_id", flat=True)
    raise_screens(id_ for id_ in hotels.distinct() if id_)


def find_wrong_sends(reservation_ids: Collection[int], now: datetime) -> None:
    """What left for these stays and was wrong, as is known by now, lists itself."""
    wrong_finding.of_stays(reservation_ids, now)


def find_wrong_sends_to(profile_ids: Collection[int], now: datetime) -> None:
    """What left for these people and was wrong, as is known by now, lists itself."""
    wrong_finding.of_people(profile_ids, now)


REACTIONS: dict[Reaction, frozenset[Kind]] = {
    verify_sight: frozenset(
        {Kind.OUT_OF_SIGHT, Kind.SEEN_AGAIN, Kind.CANCELLED, Kind.CHECKED_OUT, Kind.NO_SHOW}
    ),
    raise_numbers: RESERVATION_CHANGES,
    # Before guests: which address stands on a guest's card hangs on who is behind it.
    keep_contacts: PROFILE_CHANGES,
    # A new profile's guest is composed when he gets it.
    compute_guests: PROFILE_CHANGES - {Kind.PROFILE_CREATED},
    # No change wakes it: whoever was recognised says who is to be looked at again with him.
    settle_guests: frozenset(),
    find_households: PROFILE_CHANGES,
    follow_guest_pages: PROFILE_CHANGES,
    # Consent acts wake it themselves (`consent/telling.py`).
    follow_consent: frozenset({Kind.CONTACT_CORRECTED}),
    ask_other_address: frozenset(
        {
            Kind.CREATED,
            Kind.CONFIRMED,
            Kind.REINSTATED,
            Kind.CANCELLED,
            Kind.CHECKED_IN,
            Kind.NO_SHOW,
            Kind.GUEST_REPLACED,
            Kind.DATES_MOVED,
        }
    ),
    # After contacts and consent, which say whom a message may reach.
    plans.settle_plans: RESERVATION_CHANGES,
    # Kept contacts and consent acts wake it.
    plans.plan_for_people: PROFILE_CHANGES,
    # What guests write wakes it too (`forms/reading.py`).
    casework.settle_cases: frozenset({Kind.MODIFIED}),
    # What stays bring in is nobody's hurry; a check-out may be corrected for days.
    checking_out.settle_check_outs: frozenset(
        {
            Kind.CREATED,
            Kind.MODIFIED,
            Kind.CHECKED_OUT,
            Kind.CHECK_OUT_REVERSED,
            Kind.FOLIO_CORRECTED,
            Kind.GUEST_REPLACED,
            Kind.REINSTATED,
            Kind.CANCELLED,
        }
    ),
    considering.forget_contacts: frozenset({Kind.PROFILE_ANONYMISED}),
    find_wrong_sends: RESERVATION_CHANGES - {Kind.CREATED},
    # Woken with the plans of people.
    find_wrong_sends_to: frozenset(),
}


def wake(entries: Iterable[Entry], now: datetime) -> None:
    """Note, in the transaction of the change, which reactions have to look at what."""
    made = list(entries)
    for reaction, kinds in REACTIONS.items():
        for object in ("reservation", "profile"):
            ids = [e.object_id for e in made if e.object == object and kinds.intersection(e.kinds)]
            pending.add(reaction.__name__, object, ids, now)


def settle(now: datetime) -> int:
    """Let every reaction settle what waits for it; returns how many objects were settled."""
    return sum(settle_one(reaction, now) for reaction in REACTIONS)


def settle_one(
    reaction: Reaction, now: datetime, batch: int = BATCH, *, from_end: bool = False
) -> int:
    """The same for one reaction, so many at a time."""
    settled = 0
    while True:
        with scope.everything():
            claimed = pending.claim(reaction.__name__, now, batch, from_end=from_end)
            if not claimed:
                return settled
            settled += _try(reaction, claimed, now)


def _try(reaction: Reaction, claimed: Sequence[tuple[int, int]], now: datetime) -> int:
    """Settle these (row id, object id), or halve them until the poison stands alone."""
    rows = [row for row, _ in claimed]
    try:
        with transaction.atomic():
            reaction([object_id for _, object_id in claimed], now)
    except OperationalError:
        # Not the reaction's fault: a lost server or race. All of it is tried at the next round.
        raise
    except Exception as error:  # a bug in one reaction must not stop the line
        if len(claimed) > 1:
            middle = len(claimed) // 2
            return sum(_try(reaction, half, now) for half in (claimed[:middle], claimed[middle:]))
        logger.exception("reaction failed", reaction=reaction.__name__, object_id=claimed[0][1])
        said = error.sentence if isinstance(error, StaytrueError) else repr(error)
        pending.failed(rows, said, now)
        return 0
    pending.done(rows)
    return len(rows)


def raise_screens(property_ids: Iterable[int]) -> None:
    """Raise the number that open screens of these hotels ask for."""
    screens.raise_for(property_ids)


def tell_held(link: Connection, delivery: Delivery, now: datetime) -> None:
    """A delivery waits: whoever looks after connections is asked."""
    open_ask(
        NewAsk(
            key=f"held-delivery:{delivery.id}",
            kind="held_delivery",
            role="administrator",
            property_id=link.property_id,
            facts={"connection": link.name, "reason": delivery.reason_code}
            | parcels.told_of(delivery),
            link=link.page(),
        ),
        now,
    )
    raise_screens([link.property_id])
