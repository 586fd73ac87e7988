"""One pair side by side: both profiles field by field, what each field weighs, what stands against.

Values are those of the mirror, redacted for the reader; weights are of the matcher in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from django.db import connection

from staytrue.guests import edges, links, pair_rules, published
from staytrue.guests.matching.explain import Explanation, Part, explained
from staytrue.guests.matching.fields import CORE, fields_for
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vetoes import Veto
from staytrue.guests.models import Edge, PairRule, SourceProfile
from staytrue.guests.reviewing import Item
from staytrue.guests.salting import salt
from staytrue.hotel import phones
from staytrue.hotel.models import Property
from staytrue.mirror.lists import STAYS, full_name
from staytrue.mirror.models import Profile
from staytrue.staff.access import Access, hides, reads
from staytrue.staff.masks import MASK

FIELDS = tuple(field.name for field in CORE)
# The right that opens each compared field, by the name of the mirror's.
_OPENED_BY = {
    "given": "first_name", "surname": "last_name", "born": "birth_date", "email": "emails",
    "phone": "phones", "place": "addresses", "card": "card_token", "loyalty": "loyalty",
    "document": "document",
}  # fmt: skip
_NIGHTS_SHOWN = 2


@dataclass(frozen=True)
class Visits:
    """The stays of one side at the hotels the reader sees."""

    stays: int
    last_on: date | None
    next_on: date | None


@dataclass(frozen=True)
class Side:
    """One of the two: the profile that is shown, and the guest it stands for."""

    name: str
    hotel: str
    profiles: tuple[int, ...]
    visits: Visits
    values: Mapping[str, tuple[str, ...]]
    hidden: frozenset[str]

    def says(self, field: str) -> bool:
        """Whether the source says something of a field, hidden or not."""
        return bool(self.values[field]) or field in self.hidden


@dataclass(frozen=True)
class Line:
    """One field of both; `part` is empty where one side says nothing."""

    field: str
    ones: tuple[str, ...]
    others: tuple[str, ...]
    one_hidden: bool
    other_hidden: bool
    part: Part | None

    @property
    def relay_only(self) -> bool:
        """Whether both say something that is not compared: relays, values of many people."""
        return (
            self.part is None
            and bool(self.ones or self.one_hidden)
            and bool(self.others or self.other_hidden)
        )


@dataclass(frozen=True)
class Together:
    """A night both were expected or in house: where, when, and whether on one booking."""

    hotels: tuple[str, ...]
    first_on: date
    same_booking: bool


@dataclass(frozen=True)
class Sheet:
    """Everything about a pair that its reader needs to decide."""

    item: Item
    one: Side
    other: Side
    lines: tuple[Line, ...]
    silent: tuple[str, ...]
    explanation: Explanation
    vetoes: tuple[str, ...]
    cited: tuple[PairRule, ...]
    nights: tuple[Together, ...]

    @property
    def profiles(self) -> int:
        """How many profiles would be one guest's."""
        return len({*self.one.profiles, *self.other.profiles})

    @property
    def is_mobile(self) -> bool:
        """Whether a number that both have is a mobile's."""
        phone = next((part for part in self.explanation.parts if part.field == "phone"), None)
        both = set(phone.ones) & set(phone.others) if phone else ()
        return any(phones.phone(number, None, "").line == "mobile" for number in both)


def disagrees(part: Part) -> bool:
    """Whether a part speaks of a difference: a household shares an address even more surely than a
    person with himself, and its agreement is no reason to name against him.
    """
    field = next(each for each in fields_for((part.field,)) if each.name == part.field)
    return field.levels.index(part.level) > field.agrees


def names(access: Access, profile_ids: Collection[int]) -> dict[int, str]:
    """Profile → what its reader calls it."""
    return {row.pk: _name(access, row) for row in Profile.objects.filter(pk__in=profile_ids)}


def _name(access: Access, row: Profile) -> str:
    """Its name, or its number where it has none or none that he may read."""
    parts = {"first_name": row.first_name, "last_name": row.last_name,
             "second_last_name": row.second_last_name}  # fmt: skip
    shown = (part for name, part in parts.items() if not hides(access, name, row.property_id))
    return full_name(*shown) or row.source_id


def sheet(access: Access, item: Item, sides: tuple[Sequence[int], Sequence[int]]) -> Sheet:
    """The pair with all its evidence; `sides` are the profiles that each of the two stands for."""
    rows = {row.pk: row for row in Profile.objects.filter(pk__in=[item.one, item.other])}
    features = compared([item.one, item.other])
    matcher = published.current()
    why = explained(
        matcher.model, matcher.rarities, features[item.one], features[item.other], matcher.profiles
    )
    one, other = (
        _side(access, rows[pk], tuple(ids), features[pk])
        for pk, ids in zip((item.one, item.other), sides, strict=True)
    )
    rules = pair_rules.standing(sides[0], sides[1], PairRule.Kind.CANNOT_LINK)
    spoken = {part.field: part for part in why.parts}
    said = [name for name in FIELDS if one.says(name) or other.says(name)]
    return Sheet(
        item=item,
        one=one,
        other=other,
        lines=tuple(_line(name, one, other, spoken.get(name)) for name in said),
        silent=tuple(name for name in FIELDS if name not in said),
        explanation=why,
        vetoes=_vetoes(item, why, rules),
        cited=tuple(rules),
        nights=_nights(access, sides),
    )


def sides_of(item: Item) -> tuple[Sequence[int], Sequence[int]]:
    """The profiles that each profile of the pair stands for."""
    if item.check is None:
        at = links.guests_of([item.one, item.other])
        held = links.profiles_of(set(at.values()))
        return held[at[item.one]], held[at[item.other]]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.profile_id, l.begun_by = s.event_id FROM safety_check s
                 JOIN link a ON a.profile_id = s.one AND a.until_at IS NULL
                 JOIN link l ON l.guest_id = a.guest_id AND l.until_at IS NULL
                WHERE s.id = %s ORDER BY l.profile_id""",
            [item.check],
        )
        came = dict(cursor.fetchall())
    moved = [id_ for id_, is_new in came.items() if is_new]
    stayed = [id_ for id_, is_new in came.items() if not is_new]
    if came.get(item.one) == came.get(item.other):
        return [item.one], [item.other]
    return (moved, stayed) if came[item.one] else (stayed, moved)


def compared(profile_ids: Collection[int]) -> dict[int, Features]:
    """These profiles as they are compared; those of which nothing is kept have nothing to compare."""
    rows = SourceProfile.objects.filter(pk__in=profile_ids).values_list("pk", "features")
    known = {id_: msgspec.convert(kept, Features, strict=False) for id_, kept in rows}
    found = edges.seen_together(known, salt())
    return {id_: found.get(id_, Features(id=str(id_))) for id_ in profile_ids}


def _side(access: Access, row: Profile, profiles: tuple[int, ...], features: Features) -> Side:
    unread = {n for n, field in _OPENED_BY.items() if not reads(access, field, row.property_id)}
    hotel = Property.objects.filter(pk=row.property_id or 0).first()
    values = _values(row, features)
    for name, field in _OPENED_BY.items():
        # Of secrets nothing but that they are on file is told anyway.
        if field in access.masked and any(values[name]):
            values[name] = (MASK,)
    return Side(
        name=_name(access, row),
        hotel=hotel.name if hotel else row.connection.name,
        profiles=profiles,
        visits=_visits(access, profiles),
        values={name: () if name in unread else told for name, told in values.items()},
        hidden=frozenset(name for name in unread if values[name]),
    )


def _values(row: Profile, features: Features) -> dict[str, tuple[str, ...]]:
    """What the source says of each compared field; of secrets only that they are on file."""
    return {
        "given": _known(row.first_name),
        "surname": _known(full_name(row.last_name, row.second_last_name)),
        "born": _known(row.birth_date),
        "email": tuple(mail["address"] for mail in row.emails),
        "phone": tuple(each.get("number") or each["raw"] for each in row.phones),
        "place": tuple(filter(None, map(_home, row.addresses))),
        "card": tuple("" for _ in features.cards),
        "loyalty": tuple(
            f"{each.get('programme') or ''} {each['number']}".strip()
            for each in row.loyalty if each.get("number")
        ),
        "document": tuple("" for _ in features.documents),
    }  # fmt: skip


def _known(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _home(address: Mapping[str, Any]) -> str:
    town = " ".join(filter(None, (address.get("postcode"), address.get("city"))))
    return ", ".join(filter(None, (address.get("line1") or address.get("line2"), town)))


def _line(name: str, one: Side, other: Side, part: Part | None) -> Line:
    return Line(
        name, one.values[name], other.values[name], name in one.hidden, name in other.hidden, part
    )


def _vetoes(item: Item, why: Explanation, rules: Collection[PairRule]) -> tuple[str, ...]:
    """What features, stays and people say against it; a standing decision is cited by itself."""
    low, high = pair_rules.ordered(item.one, item.other)
    marks = Edge.objects.filter(one=low, other=high).values_list("vetoes", flat=True).first()
    known = {each.name.lower() for each in Veto(marks or 0) if each.name}
    found = {*why.vetoes, *known} - ({"cannot_link"} if rules else set())
    return tuple(each.name.lower() for each in Veto if each.name and each.name.lower() in found)


def _visits(access: Access, profile_ids: Iterable[int]) -> Visits:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE was), max(arrival_on) FILTER (WHERE was),
                      min(arrival_on) FILTER (WHERE NOT was AND arrival_on >= day)
                 FROM (SELECT DISTINCT r.id, r.arrival_on,
                              coalesce(h.business_date, r.arrival_on) AS day,
                              r.status IN ('in_house', 'checked_out') AS was
                         FROM profile p
                         JOIN roster o ON o.connection_id = p.connection_id
                              AND o.profile = p.source_id AND o.role <> 'booker'
                              AND o.until_at IS NULL
                         JOIN reservation r ON r.id = o.reservation_id
                              AND r.status IN ('in_house', 'checked_out', 'confirmed', 'option')
                         JOIN property h ON h.id = r.property_id
                        WHERE p.id = ANY(%s) AND r.property_id = ANY(%s)) x""",
            [list(profile_ids), sorted(access.where(STAYS))],
        )
        return Visits(*cursor.fetchone())


def _nights(access: Access, sides: tuple[Sequence[int], Sequence[int]]) -> tuple[Together, ...]:
    """Nights for which both sides have a room: the newest first."""
    stays = """SELECT r.id, r.property_id, r.arrival_on, r.departure_on, h.name
                 FROM profile p
                 JOIN roster o ON o.connection_id = p.connection_id AND o.profile = p.source_id
                      AND o.role <> 'booker' AND o.until_at IS NULL
                 JOIN reservation r ON r.id = o.reservation_id
                      AND r.status IN ('in_house', 'checked_out', 'confirmed')
                 JOIN property h ON h.id = r.property_id
                WHERE p.id = ANY(%s) AND r.property_id = ANY(%s)"""
    seen = sorted(access.where(STAYS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT greatest(a.arrival_on, b.arrival_on), a.name, b.name, a.id = b.id
                  FROM ({stays}) a JOIN ({stays}) b
                    ON (a.arrival_on < b.departure_on AND b.arrival_on < a.departure_on)
                       OR a.id = b.id
                 ORDER BY 1 DESC, 4 DESC, 2, 3 LIMIT %s""",
            [list(sides[0]), seen, list(sides[1]), seen, _NIGHTS_SHOWN],
        )
        return tuple(
            Together(tuple(dict.fromkeys((one, other))), day, same)
            for day, one, other, same in cursor.fetchall()
        )
