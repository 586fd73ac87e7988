"""From message rows to cases: everything the pure rule looks at, read once for the whole set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked, Permission
from staytrue.messages import people, reaching, remembering, surroundings
from staytrue.messages.arming import Armed, Disarmed, Key
from staytrue.messages.case import Case, Chosen, Permitted, Point, Recipient
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import Message, TemplateVersion
from staytrue.messages.people import Address, Whom
from staytrue.messages.reaching import Meant, Way
from staytrue.messages.reasons import Reason
from staytrue.messages.surroundings import Hotel, StayRow
from staytrue.messages.writing import live
from staytrue.messages.writing.live import Wish
from staytrue.messages.writing.rendering import Version

CAP_DAYS_MAX = 90


@dataclass(frozen=True)
class Gathered:
    """One message with its case, and what a decision about it has to note."""

    message: Message
    case: Case
    person: Whom | None
    address: Address | None
    value: str
    permission: Permission | None
    template: int | None
    facts: Mapping[str, Any]

    @property
    def stay_version(self) -> int | None:
        """The version of the stay that was looked at."""
        return self.case.stay.version if self.case.stay else None


class Set:
    """A set of messages with what surrounds them; `cases` builds one case after the other."""

    def __init__(self, messages: Sequence[Message], now: datetime, reads: Collection[int]) -> None:
        self.now = now
        persons = people.whom({each.profile_id for each in messages})
        known = people.addresses(persons.values())
        self._people = {
            each.pk: persons.get(each.profile_id)
            or (people.NOBODY if _to_mailbox(each) and not each.profile_id else None)
            for each in messages
        }
        boxes = people.mailboxes([each for each in messages if _to_mailbox(each)])
        self._usable = {
            each.pk: boxes.get(each.pk, [])
            if _to_mailbox(each)
            else people.addresses_for(each.channel, each.contact_point_id, person, known)
            if (person := self._people[each.pk])
            else []
            for each in messages
        }
        # Contact point before stay, in the order of their numbers: writers take them so too.
        points = surroundings.lock_points(
            {each.point_id for usable in self._usable.values() for each in usable}
        )
        stays = surroundings.lock_stays(
            {each.reservation_id for each in messages if _of_stay(each) and each.reservation_id}
        )
        self._stays: Mapping[int, StayRow] = stays
        wanted = {each.reservation_id for each in messages if _of_stay(each)} - set(stays)
        self._absent = surroundings.absent_stays({id_ for id_ in wanted if id_})
        # Who is being written to at this moment, by whomever, is decided in the next round.
        self.messages = [each for each in messages if self._is_still(each, points)]
        self._hotels = surroundings.hotels({each.property_id for each in messages}, reads)
        self._templates = _templates(self.messages)
        self._gather(now)

    def _is_still(self, message: Message, points: Collection[int]) -> bool:
        if any(each.point_id not in points for each in self._usable[message.pk]):
            return False
        # A reservation that is not there at all is no writer's: the rule closes the message.
        return (
            not _of_stay(message)
            or message.reservation_id in self._stays
            or message.reservation_id in self._absent
            or message.reservation_id is None
        )

    def _gather(self, now: datetime) -> None:
        mine = self.messages
        reservations = {each.reservation_id for each in mine if each.reservation_id}
        profiles = {id_ for each in mine if (p := self._people[each.pk]) for id_ in p.profiles}
        self._proofs = surroundings.proofs(reservations)
        self._choose(now)
        self._used = surroundings.used_slots(
            mine, {pk: found.point_id if found else None for pk, found in self._addresses.items()}
        )
        self._spent = remembering.spent(mine, {each.pk: self.value(each) for each in mine})
        self._silences = surroundings.silences(profiles, reservations)
        self._written = surroundings.written(profiles, now - timedelta(days=CAP_DAYS_MAX))
        winning = {
            id_ for each in mine if each.kind == Kind.WIN_BACK
            if (p := self._people[each.pk]) for id_ in p.profiles
        }  # fmt: skip
        self._again = surroundings.coming_again(winning, now.date()) if winning else frozenset()

    def _choose(self, now: datetime) -> None:
        """Of each message's addresses the first that nothing speaks against."""
        usable = [(each, address) for each in self.messages for address in self._usable[each.pk]]
        most = min((each.chosen.shared_above for each in self._hotels.values()), default=0)
        self._guests = people.guests_of([address for _, address in usable], most)
        answers = permissions.of(
            [
                Asked(address.point_id, address.profile_id, each.property_id, self.purpose(each),
                      each.channel)
                for each, address in usable
            ],
            now,
        )  # fmt: skip
        self._permissions = {
            (each.pk, address.point_id): answer
            for (each, address), answer in zip(usable, answers, strict=True)
        }
        self._addresses: dict[int, Address | None] = {}
        self._others: dict[int, list[dict[str, Any]]] = {}
        for each in self.messages:
            chosen, said = reaching.first(self._ways(each), self._meant(each))
            mine = self._usable[each.pk]
            self._addresses[each.pk] = mine[chosen] if mine else None
            self._others[each.pk] = [
                {"contact_point": address.point_id, "role": address.role.value, "reason": reason}
                for place, (address, reason) in enumerate(zip(mine, said, strict=True))
                if place != chosen
            ]

    def _ways(self, message: Message) -> list[Way]:
        return [
            Way(
                self._point(each, each.to(message.channel)),
                _permitted(self._permissions[message.pk, each.point_id]),
            )
            for each in self._usable[message.pk]
        ]

    def _meant(self, message: Message) -> Meant:
        hotel = self._hotels[message.property_id]
        return Meant(self.purpose(message), message.recipient_role, hotel.chosen.shared_above)

    def purpose(self, message: Message) -> str:
        """The kind's purpose, unless its words or its step sell something."""
        version = self._templates.get(message.pk)
        if version is None or message.purpose == "marketing":
            return message.purpose
        return version.purpose

    def value(self, message: Message) -> str:
        """The address as it goes on the envelope, or nothing."""
        found = self._addresses[message.pk]
        return found.to(message.channel) if found else ""

    def gathered(self, message: Message, armed: Armed | Disarmed) -> Gathered:
        """One message with everything about it; what this same set has used already counts."""
        person, address = self._people[message.pk], self._addresses[message.pk]
        hotel, kind = self._hotels[message.property_id], Kind(message.kind)
        row = self._stays.get(message.reservation_id or 0)
        permission = self._permissions[message.pk, address.point_id] if address else None
        version = self._templates.get(message.pk)
        value, purpose = self.value(message), self.purpose(message)
        source = hotel.source(row.connection_id if row else None)
        proof = self._proofs.get(message.reservation_id or 0)
        case = Case(
            now=self.now,
            today=self.now.astimezone(hotel.zone).date(),
            kind=kind,
            purpose=purpose,
            recipient_role=message.recipient_role,
            not_before=message.not_before,
            not_after=message.not_after,
            basis=message.basis,
            stay=row.stay if row else None,
            source=source,
            proof=proof,
            recipient=self._recipient(message, person, row),
            point=self._point(address, value) if address else None,
            permitted=_permitted(permission),
            chosen=_tightened(hotel.choice(kind), message),
            is_before_go_live=bool(
                hotel.chosen.live_from and message.due_at < hotel.chosen.live_from
            ),
            is_sent=self._is_used(message) or message.pk in self._spent,
            is_party_written=self._is_party_used(message),
            has_future_stay=bool(person and self._again.intersection(person.profiles)),
            silence=self._silence(message, person),
            unready=_unready(message, version),
            quiet_until=hotel.quiet_until(self.now),
            capped_until=self._capped(person, hotel),
            shut=_shut(message, value, purpose, armed),
        )
        facts = {
            "stay_version": case.stay.version if case.stay else None,
            "status": case.stay.status if case.stay else None,
            "as_of": source.as_of.isoformat() if source and source.as_of else None,
            "look_up": {"told": proof.told, "at": proof.at.isoformat()} if proof else None,
            "profile": person.profile_id if person else None,
            "contact_point": address.point_id if address else None,
            "other_addresses": self._others[message.pk] or None,
            "consent": _consent_facts(permission),
            "template_version": version.id if version else None,
        }
        return Gathered(
            message, case, person, address, value, permission,
            version.id if version else None,
            {name: fact for name, fact in facts.items() if fact is not None},
        )  # fmt: skip

    def use(self, found: Gathered) -> None:
        """It leaves: its slots are used for the rest of the set, and its guest was written."""
        message, point = found.message, found.address.point_id if found.address else None
        stays, parties = self._used
        stays.add(_stay_slot(message))
        if message.party:
            parties.add((message.party, message.kind, message.occurrence, point))
        if not found.case.demands.is_critical:
            self._written.setdefault(message.profile_id, []).append(self.now)

    def _recipient(
        self, message: Message, person: Whom | None, row: StayRow | None
    ) -> Recipient | None:
        if person is None:
            return None
        is_on_stay = row.has(person.way, message.recipient_role) if row else None
        return Recipient(person.is_gone, person.is_child, is_on_stay)

    def _point(self, address: Address, value: str) -> Point:
        return Point(address.role, bool(value), self._guests.get(address.point_id, 0))

    def _is_used(self, message: Message) -> bool:
        return message.reservation_id is not None and _stay_slot(message) in self._used[0]

    def _is_party_used(self, message: Message) -> bool:
        address = self._addresses[message.pk]
        slot = (message.party, message.kind, message.occurrence,
                address.point_id if address else None)  # fmt: skip
        return bool(message.party) and slot in self._used[1]

    def _silence(self, message: Message, person: Whom | None) -> str:
        profiles = set(person.profiles) if person else set()
        for hotel, profile, stay, cause in self._silences:
            is_here = hotel in (None, message.property_id)
            is_his = profile in profiles
            is_of_stay = stay is not None and stay == message.reservation_id
            if (is_his and is_here) or is_of_stay:
                return cause
        return ""

    def _capped(self, person: Whom | None, hotel: Hotel) -> datetime | None:
        """When the next may leave, where so many left in so many days."""
        most, days = hotel.chosen.cap_messages, timedelta(days=hotel.chosen.cap_days)
        profiles = person.profiles if person else ()
        left = sorted(
            at for id_ in profiles for at in self._written.get(id_, ()) if at > self.now - days
        )
        return left[-most] + days if most and len(left) >= most else None


def _tightened(chosen: Chosen, message: Message) -> Chosen:
    """A step may tolerate less than its kind, never more."""
    minutes = message.facts.get("plan", {}).get("freshness_minutes")
    if not minutes:
        return chosen
    return replace(chosen, freshness=min(chosen.freshness, timedelta(minutes=minutes)))


def _of_stay(message: Message) -> bool:
    return DEMANDS[Kind(message.kind)].of_stay


def _to_mailbox(message: Message) -> bool:
    return DEMANDS[Kind(message.kind)].to_mailbox


def _stay_slot(message: Message) -> tuple[object, ...]:
    return message.reservation_id, message.kind, message.occurrence, message.recipient_role


def _permitted(permission: Permission | None) -> Permitted | None:
    if permission is None:
        return None
    return Permitted(permission.allowed, permission.reason, permission.basis)


def _consent_facts(permission: Permission | None) -> dict[str, Any] | None:
    if permission is None:
        return None
    return {
        "allowed": permission.allowed,
        "reason": permission.reason,
        "basis": permission.basis,
        "rule": permission.rule_version,
        "act": permission.act_id,
        "version": permission.version,
    }


def _templates(messages: Sequence[Message]) -> dict[int, Version]:
    """Message → the approved words in force for it; a mailing's are those it was made with."""
    named = {each.template_version for each in messages if each.template_version}
    # A newer text in force leaves the older one approved: a mailing keeps the words it was made of.
    approved = TemplateVersion.objects.filter(pk__in=named, state__in=["live", "retired"])
    by_id = live.by_id(list(approved.values_list("pk", flat=True)))
    wishes = {
        each.pk: Wish(each.property_id, Kind(each.kind), each.channel)
        for each in messages
        if not each.template_version
    }
    in_force = live.live(set(wishes.values()))
    found = {each.pk: by_id.get(each.template_version or 0) for each in messages}
    found |= {pk: in_force.get(wish) for pk, wish in wishes.items()}
    return {pk: version for pk, version in found.items() if version}


def _unready(message: Message, version: Version | None) -> Reason | None:
    if version is None or version.kind != message.kind or version.channel != message.channel:
        return Reason.NOT_APPROVED
    return None if message.language in version.texts else Reason.MISSING_FIELD


def _shut(message: Message, value: str, purpose: str, armed: Armed | Disarmed) -> Reason | None:
    if message.is_shadow:
        return Reason.SHADOW
    if isinstance(armed, Disarmed):
        return Reason.DISARMED
    return armed.refusal(Key(message.property_id, message.channel), value, purpose)
