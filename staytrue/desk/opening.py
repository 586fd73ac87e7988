"""How a case begins: with an owner, an end, and what it is about by key. By people, or by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from staytrue.desk import clock_rules, keeping, promise_rules, rules, working
from staytrue.desk.folding import Happened, Standing
from staytrue.desk.kinds import Cause, Event, Kind, Origin, State, Trigger, right_for
from staytrue.desk.models import Case, Department
from staytrue.desk.promise_rules import Promise
from staytrue.desk.rules import Who
from staytrue.desk.terms import Terms
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff.access import Access, one_of, require
from staytrue.staff.models import Grant

WORDS_MAX = 2000
ITSELF = "desk"
STAY_FACTS = (
    "status", "arrival_on", "departure_on", "room_number", "room_category", "rate_code", "amount",
    "currency", "versions",
)  # fmt: skip
"""What of a stay is kept beside a promise as it was when the promise was checked."""


@dataclass(frozen=True)
class Note:
    """An exception note as it is typed; the manager's comment may follow later."""

    unusual: str
    impact: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What somebody asks for."""

    property_id: int
    kind: str
    words: str = ""
    type_key: str = ""
    department: str = ""
    place: str = ""
    reservation_id: int | None = None
    profile_id: int | None = None
    cause: str = ""
    due_at: datetime | None = None
    owner_member_id: int | None = None
    promise: Promise | None = None
    note: Note | None = None
    folio_line: str = ""
    message_id: UUID | None = None


@transaction.atomic
def open_case(access: Access, new: NewCase, now: datetime) -> Case:
    """Open a case for a member; a promise against a house rule is refused with the rule's words."""
    kind = _kind(new.kind)
    require(access, right_for(kind), new.property_id)
    if new.reservation_id is not None:
        stays = Reservation.objects.filter(property_id=new.property_id)
        one_of(access, stays, "stays.read", pk=new.reservation_id)
    if new.profile_id is not None:
        one_of(access, Profile.objects.all(), "profiles.read", pk=new.profile_id)
    return open_as(new, Origin.STAFF, "", working.who(access, new.property_id), now)


def quick(
    access: Access, property_id: int, words: str, place: str, department: str, now: datetime
) -> Case:
    """A request in three fields: what, where, for whom; a room number finds the stay in it."""
    stay = None
    if place.strip() and access.may("room.read", property_id):
        stay = Reservation.objects.filter(
            property_id=property_id, status="in_house", room_number=place.strip()
        ).order_by("-arrival_on", "-pk").first()  # fmt: skip
    terms = working.terms_of(
        property_id, working.wanted(property_id, Trigger.TASK) or Kind.REQUEST.value
    )
    new = NewCase(
        property_id=property_id, kind=terms.kind.value, type_key=terms.key, words=words,
        place=place.strip(), department=department, reservation_id=stay.pk if stay else None,
    )  # fmt: skip
    return open_case(access, new, now)


def open_as(
    new: NewCase, origin: Origin, origin_key: str, by: Who, now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Case:  # fmt: skip
    """Open a case for whoever `by` is: also for what opened it by itself, once for each origin."""
    kind = _kind(new.kind)
    hotel = Property.objects.get(pk=new.property_id)
    terms = working.terms_of(hotel.pk, new.type_key or kind.value)
    if terms.kind != kind:
        raise Refused(f"{terms.key} is no type of a {kind.value}.", "case_type_unknown")
    department = _department(hotel, new.department or terms.department)
    _require_words(new, origin)
    _require_owner(new)
    first = _born(new, terms, hotel, department, now)
    begun = Standing(
        property_id=hotel.pk, origin=origin.value, origin_key=origin_key, opened_by=by.actor,
        **first,
    )  # fmt: skip
    note = _note_words(new.note)
    checked, happened = _checked(new, begun, by, note)
    case = Case(property=hotel, words=new.words.strip())
    opened = Happened(Event.OPENED, msgspec.structs.asdict(begun),
                      {"why": working.owner_of_new(hotel, terms, department, now).why,
                       **(facts or {})},
                      {"text": new.words.strip()})  # fmt: skip
    keeping.begin(case, opened, by.actor, now)
    if new.note is not None:
        keeping.write(case, rules.noted(note, keeping.standing(case), by), by.actor, now)
    if checked is not None:
        keeping.write(case, happened, by.actor, now)
    return case


def _born(
    new: NewCase, terms: Terms, hotel: Property, department: str, now: datetime
) -> dict[str, Any]:
    """What a case has from its first instant: an owner, and an end."""
    owner = working.owner_of_new(hotel, terms, department, now)
    hours = working.hours_of(hotel, department)
    due_at = new.due_at or clock_rules.due(now, timedelta(minutes=terms.minutes), hours)
    if due_at <= now:
        raise Refused("The time it is due is over already.", "due_is_past")
    stay = Reservation.objects.filter(pk=new.reservation_id).first() if new.reservation_id else None
    return {
        "kind": terms.kind, "type_key": terms.key, "department": department,
        "owner_role_id": owner.role, "owner_member_id": new.owner_member_id or owner.member,
        "due_at": due_at, "climbs_at": due_at if terms.steps else None, "opened_at": now,
        "cause": Cause(new.cause).value if new.cause else "",
        "place": new.place.strip() or (stay.room_number or "" if stay else ""),
        "reservation_id": new.reservation_id,
        "profile_id": new.profile_id or (_primary(stay) if stay else None),
        "folio_line": new.folio_line,
        "message_id": str(new.message_id) if new.message_id else None,
        "state": State.NEW,
    }  # fmt: skip


def _primary(stay: Reservation) -> int | None:
    """The source profile of a stay's guest: an unmerge deals the case back with it."""
    found = Profile.objects.filter(
        connection_id=stay.connection_id, source_id=stay.primary_profile or ""
    )
    return found.values_list("pk", flat=True).first()


def _checked(
    new: NewCase, begun: Standing, by: Who, note: Mapping[str, str]
) -> tuple[Promise | None, Happened]:
    """Hold a promise against the house rules, and keep what was checked as it is now."""
    if new.promise is None:
        return None, Happened(Event.CHECKED)
    found = promise_rules.check(new.promise, working.rules_of(new.property_id))
    broken = promise_rules.broken(found)
    sets: dict[str, Any] = {}
    if broken:
        if new.note is None:
            raise Refused(" ".join(broken), "house_rule_broken", rules=broken)
        written = [name for name, text in note.items() if text]
        sets = rules.leaves_normal_way(begun, rules.RULE_BROKEN, by, written)
    stay = Reservation.objects.filter(pk=new.reservation_id or 0).values(*STAY_FACTS).first()
    facts = {
        "promise": msgspec.to_builtins(new.promise),
        "rules": msgspec.to_builtins(found),
        "stay": msgspec.to_builtins(stay or {}),
    }
    return new.promise, Happened(Event.CHECKED, sets, facts)


def _note_words(note: Note | None) -> dict[str, str]:
    if note is None:
        return {}
    return {"unusual": note.unusual, "impact": note.impact, "comment": note.comment}


def _kind(word: str) -> Kind:
    try:
        return Kind(word)
    except ValueError as error:
        raise Refused(f"There is no kind of case {word}.", "case_kind_unknown") from error


def _department(hotel: Property, key: str) -> str:
    if key and not Department.objects.filter(property=hotel, key=key).exists():
        raise Refused(f"There is no department {key} at {hotel.name}.", "department_unknown")
    return key


def _require_words(new: NewCase, origin: Origin) -> None:
    if origin == Origin.STAFF and not new.words.strip():
        raise Refused("Say what it is about.", "words_missing")
    if len(new.words) > WORDS_MAX:
        raise Refused(f"Say it in at most {WORDS_MAX} letters.", "words_long")
    if new.cause and new.cause not in {each.value for each in Cause}:
        raise Refused(f"There is no cause {new.cause}.", "cause_unknown")


def _require_owner(new: NewCase) -> None:
    """Whom somebody names as the owner works at this hotel."""
    if new.owner_member_id is None:
        return
    works = Grant.objects.filter(member_id=new.owner_member_id, member__is_active=True)
    if not (works.filter(property=None) | works.filter(property_id=new.property_id)).exists():
        raise Refused("Nobody of this number works at the hotel.", "owner_unknown")
