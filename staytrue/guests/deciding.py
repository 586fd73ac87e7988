"""What staff decide about who is who: join, keep apart, confirm, put off; `undoing` takes it back.

Each decision is an event with its evidence, needs the right at every hotel of every profile of the
guests involved, and is refused where the guests are no longer what the page showed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from staytrue.guests import links, pair_rules, proposals, values
from staytrue.guests.links import Act, Kind
from staytrue.guests.models import Edge, IdentityEvent, Link, PairRule, Proposal, SourceProfile
from staytrue.guests.pair_rules import Word, ordered
from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, require, require_everywhere

MERGE = "guests.merge"
STAFF = "staff"
_LATER = timedelta(days=1)


@dataclass(frozen=True)
class Sides:
    """Two profiles as a page shows them, and the guests they are of, locked."""

    one: int
    other: int
    guests: tuple[int, int]
    profiles: dict[int, list[int]]

    @property
    def of_one(self) -> list[int]:
        """Every profile of the first guest."""
        return self.profiles[self.guests[0]]

    @property
    def of_other(self) -> list[int]:
        """Every profile of the second guest."""
        return self.profiles[self.guests[1]]


@dataclass(frozen=True)
class Shown:
    """What the member saw when he decided; empty: the page showed just the two profiles."""

    proposal: int | None = None
    profiles: Collection[int] = field(default=())


NOTHING = Shown()


def merge(
    access: Access,
    one_profile: int,
    other_profile: int,
    now: datetime,
    reason: str = "",
    shown: Shown = NOTHING,
    lifting: Collection[int] = (),
) -> int:
    """Join the guests of these profiles: the younger's profiles become the older's.

    A do-not-merge between them refuses it, unless it is among those the member says he lifts.
    """
    with acting(access, now, reason):
        sides = _sides(access, one_profile, other_profile, shown)
        if sides.guests[0] == sides.guests[1]:
            raise Refused("These profiles are one guest already.", "already_one")
        against = pair_rules.standing(sides.of_one, sides.of_other, PairRule.Kind.CANNOT_LINK)
        _refuse_across([rule for rule in against if rule.pk not in set(lifting)])
        older, younger = sorted(sides.guests)
        event = _note(Kind.MERGED, access, sides, now, reason)
        word = Word(access.actor, event, now, reason)
        pair_rules.lift([rule.pk for rule in against], word)
        pair_rules.write(PairRule.Kind.MUST_LINK, [(one_profile, other_profile)], word)
        proposals.decide(sides.guests, Proposal.State.MERGED, event, access.actor, now)
        touched = links.move(dict.fromkeys(sides.profiles[younger], older), event, now)
        proposals.follow(touched, event, now)
        return event


def reject(
    access: Access,
    one_profile: int,
    other_profile: int,
    now: datetime,
    reason: str = "",
    shown: Shown = NOTHING,
) -> int:
    """Do not merge: the two profiles are different people, whichever guests they become.

    The rule is on the profiles shown. No guest may hold both, so it keeps the whole guests apart.
    """
    with acting(access, now, reason):
        sides = _sides(access, one_profile, other_profile, shown)
        if sides.guests[0] == sides.guests[1]:
            raise Refused(
                "These profiles are one guest. Take them apart instead of keeping them apart.",
                "already_one",
            )
        event = _note(Kind.REJECTED, access, sides, now, reason)
        pair_rules.write(
            PairRule.Kind.CANNOT_LINK,
            [(one_profile, other_profile)],
            Word(access.actor, event, now, reason),
        )
        proposals.decide(sides.guests, Proposal.State.REJECTED, event, access.actor, now)
        return event


def confirm(
    access: Access, one_profile: int, other_profile: int, now: datetime, reason: str = ""
) -> int:
    """These two profiles, one guest already, are one person: no score takes them apart again."""
    with acting(access, now, reason):
        sides = _sides(access, one_profile, other_profile, NOTHING)
        if sides.guests[0] != sides.guests[1]:
            raise stale()
        event = _note(Kind.CONFIRMED, access, sides, now, reason)
        pair_rules.write(
            PairRule.Kind.MUST_LINK,
            [(one_profile, other_profile)],
            Word(access.actor, event, now, reason),
        )
        return event


def lift(access: Access, rule_id: int, reason: str, now: datetime) -> int:
    """Let a person's word about two profiles no longer stand; the reason stays beside it."""
    if not reason.strip():
        raise Refused("Say why this no longer holds.", "reason_missing")
    with acting(access, now, reason):
        rule = PairRule.objects.select_for_update().filter(pk=rule_id).first()
        if rule is None:
            raise not_visible(f"pair_rule:{rule_id}")
        require_over(access, [rule.one, rule.other])
        if rule.lifted_at is not None:
            raise Refused("Somebody has lifted this already.", "already_lifted")
        act = Act(
            Kind.LIFTED,
            access.actor,
            rule=STAFF,
            one=rule.one,
            other=rule.other,
            evidence={"rule": rule.kind},
            reason=reason,
        )
        event = links.note(act, now)
        pair_rules.lift([rule.pk], Word(access.actor, event, now, reason))
        # What the decision kept apart, or together, is now for the evidence to say.
        values.look_again({rule.one, rule.other}, now)
        return event


def later(access: Access, proposal_id: int, now: datetime) -> None:
    """Put a question off until tomorrow."""
    with acting(access, now):
        asked = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
        if asked is None:
            raise not_visible(f"proposal:{proposal_id}")
        require_over(access, [asked.one_profile, asked.other_profile])
        if asked.state != Proposal.State.OPEN:
            raise stale()
        Proposal.objects.filter(pk=proposal_id).update(later_until=now + _LATER)


@contextmanager
def acting(access: Access, now: datetime, reason: str = "") -> Iterator[None]:
    """A decision is one transaction that sees all hotels: a guest is not cut where a right ends."""
    with scope.everything(), audit.acting(access.actor, now, reason):
        yield


def require_over(access: Access, profile_ids: Collection[int]) -> None:
    """Refuse unless he may decide at the hotel of each of these profiles.

    What he sees nothing of is not there for him; what he sees a part of needs somebody who may
    decide over all of it, across legal entities too.
    """
    # Of an erased profile the last link still tells the hotel.
    found = Link.objects.filter(profile_id__in=profile_ids).order_by("pk")
    hotels = dict(found.values_list("profile_id", "property_id"))
    if not any(id_ in access.property_ids or access.is_everywhere for id_ in hotels.values()):
        raise not_visible(f"profile:{min(profile_ids, default=0)}")
    for property_id in sorted(set(hotels.values()), key=lambda id_: id_ or 0):
        if property_id is None:
            require_everywhere(access, MERGE)
        else:
            require(access, MERGE, property_id)


def held(profile_ids: Collection[int], besides: Collection[int] = ()) -> dict[int, list[int]]:
    """Lock the guests of these profiles; answers guest → profiles as they are under the lock.

    `besides`: guests that may get some; all are locked at once, in one order.
    """
    before = links.guests_of(profile_ids)
    links.lock({*before.values(), *besides})
    if links.guests_of(profile_ids) != before:
        raise stale()
    return links.profiles_of(set(before.values()))


def _sides(access: Access, one: int, other: int, shown: Shown) -> Sides:
    if one == other:
        raise Refused("A decision is about two different profiles.", "one_profile")
    profiles = held([one, other])
    at = {id_: guest for guest, ids in profiles.items() for id_ in ids}
    if one not in at or other not in at:
        raise not_visible(f"profile:{one if one not in at else other}")
    # Each of the two by itself first: of a foreign profile nobody learns whose it is.
    require_over(access, [one])
    require_over(access, [other])
    require_over(access, list(at))
    sides = Sides(one, other, (at[one], at[other]), profiles)
    _check_shown(sides, shown)
    return sides


def _check_shown(sides: Sides, shown: Shown) -> None:
    everybody = {id_ for ids in sides.profiles.values() for id_ in ids}
    if shown.profiles and set(shown.profiles) != everybody:
        raise stale()
    if shown.proposal is None:
        return
    asked = Proposal.objects.filter(pk=shown.proposal).first()
    if (
        asked is None
        or asked.state != Proposal.State.OPEN
        or {asked.one_id, asked.other_id} != set(sides.guests)
    ):
        raise stale()


def _note(
    kind: Kind,
    access: Access,
    sides: Sides,
    now: datetime,
    reason: str,
) -> int:
    """The event, with what the two profiles were compared to when it was decided."""
    one, other = ordered(sides.one, sides.other)
    edge = _edge(one, other)
    compared: dict[str, Any] = {}
    if edge is not None:
        compared = {"levels": edge.levels, "household": edge.household, "vetoes": edge.vetoes}
    features = SourceProfile.objects.filter(pk__in=[one, other])
    normalisers = features.order_by("-normaliser").values_list("normaliser", flat=True)
    act = Act(
        kind,
        access.actor,
        rule=STAFF,
        one=one,
        other=other,
        bits=edge.bits if edge else None,
        person=edge.person if edge else None,
        evidence=compared,
        matcher=edge.matcher if edge else None,
        normaliser=normalisers.first(),
        reason=reason,
    )
    return links.note(act, now)


def _edge(one: int, other: int) -> Edge | None:
    low, high = ordered(one, other)
    return Edge.objects.filter(one=low, other=high).first()


def _refuse_across(rules: list[PairRule]) -> None:
    if rules:
        raise Refused(
            "Somebody decided that these are different people. Lift that decision with a reason, "
            "or leave them apart.",
            "kept_apart",
            rules=[rule.pk for rule in rules],
        )


def event_named(event_id: int) -> IdentityEvent:
    """The event, locked; what was never decided is not there."""
    found = IdentityEvent.objects.select_for_update().filter(pk=event_id).first()
    if found is None:
        raise not_visible(f"identity_event:{event_id}")
    return found


def stale() -> Refused:
    """The page is older than the guests."""
    return Refused(
        "Meanwhile these guests are no longer what the page showed. Look again before you decide.",
        "moved_on",
    )


def not_visible(object_: str) -> Forbidden:
    """What is not there and what is not his answer alike."""
    return Forbidden(
        "There is no such profile or decision among those you may see.",
        "not_visible",
        object=object_,
        right=MERGE,
    )
