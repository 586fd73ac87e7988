"""The facts of messages read for many at once: stays from the mirror, people as composed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from staytrue.guests.accounts import programme
from staytrue.hotel.codes import ProfileKind
from staytrue.kit.asking import ask
from staytrue.messages.kinds import LEFT
from staytrue.messages.writing import facts, letterheads
from staytrue.messages.writing.facts import Corrects, Facts, Given, Letter, Stay
from staytrue.messages.writing.greeting import Person
from staytrue.messages.writing.language import Known

_decode = msgspec.json.decode
_DATES = ("arrival_on", "departure_on")


@dataclass(frozen=True)
class Asked:
    """One message to be filled: to which profile, of which reservation, with which links.

    `facts` are the message's own: `rooms` where it speaks for a party, `corrects` what it corrects,
    `letter` what its writer typed.
    """

    property_id: int
    profile_id: int
    language: str
    reservation_id: int | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def read(asked: Sequence[Asked], now: datetime) -> list[Facts]:
    """What a template is filled with, for each of these in turn."""
    given = zip(asked, _given(asked, now.date()), strict=True)
    return [facts.of(each, one.language, now) for one, each in given]


def _given(asked: Sequence[Asked], today: date) -> list[Given]:
    houses = letterheads.houses({each.property_id for each in asked})
    people = _people({each.profile_id for each in asked})
    stays = _stays({each.reservation_id for each in asked if each.reservation_id is not None})
    members = programme.memberships({(each.property_id, each.profile_id) for each in asked}, today)
    made = []
    for each in asked:
        person, custom = people.get(each.profile_id, (Person(), {}))
        row = stays.get(each.reservation_id or 0)
        stay = _stay(row, each.facts) if row else None
        wrong = each.facts.get("corrects")
        corrects = msgspec.convert(wrong, Corrects) if wrong else None
        typed = each.facts.get("letter")
        letter = msgspec.convert(typed, Letter) if typed else None
        house = houses[each.property_id]
        member = members.get((each.property_id, each.profile_id))
        made.append(Given(house, person, stay, each.links, custom, corrects, letter, member))
    return made


def _people(profile_ids: Collection[int]) -> dict[int, tuple[Person, dict[str, Any]]]:
    """Each profile's guest as he was composed; the profile itself where nobody looked at it yet."""
    rows = ask(
        """SELECT p.id, p.kind, p.custom::text,
                  coalesce(g.golden->>'title', p.title, ''),
                  coalesce(g.golden->>'first_name', p.first_name, ''),
                  coalesce(g.golden->>'last_name', p.last_name, ''),
                  CASE WHEN g.golden ? 'last_name' THEN coalesce(g.golden->>'second_last_name', '')
                       ELSE coalesce(p.second_last_name, '') END
             FROM profile p
             LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
             LEFT JOIN guest g ON g.id = l.guest_id AND g.golden <> '{}'
            WHERE p.id = ANY(%(ids)s)""",
        {"ids": list(profile_ids)},
    )
    return {
        id_: (Person(title, first, last, second, kind == ProfileKind.PERSON), _decode(custom))
        for id_, kind, custom, title, first, last, second in rows
    }


def languages(asked: Collection[tuple[int, int, int | None]]) -> list[Known]:
    """What is known of the language, for (property, profile, reservation) in turn."""
    properties, profiles, reservations = zip(*asked, strict=True) if asked else ((), (), ())
    rows = ask(
        """SELECT coalesce(chosen.value #>> '{}', ''), coalesce(r.custom->>'language', ''),
                  coalesce(g.golden->>'language', p.language, ''),
                  coalesce(g.golden->>'country', p.country, ''), h.language
             FROM unnest(%(properties)s::bigint[], %(profiles)s::bigint[],
                         %(reservations)s::bigint[]) WITH ORDINALITY AS x(h, p, r, place)
             JOIN property h ON h.id = x.h
             LEFT JOIN reservation r ON r.id = x.r
             LEFT JOIN profile p ON p.id = x.p
             LEFT JOIN link l ON l.profile_id = p.id AND l.until_at IS NULL
             LEFT JOIN guest g ON g.id = l.guest_id
             LEFT JOIN LATERAL (
               -- What the guest said himself counts for all his profiles, the newest first.
               SELECT c.value FROM correction c
                WHERE c.field = 'language' AND c.standing = 'confirmed' AND c.lifted_at IS NULL
                  AND c.profile_id IN (SELECT m.profile_id FROM link m
                                        WHERE m.guest_id = l.guest_id AND m.until_at IS NULL)
                ORDER BY c.at DESC, c.id DESC LIMIT 1) chosen ON true
            ORDER BY x.place""",
        {
            "properties": list(properties),
            "profiles": list(profiles),
            "reservations": list(reservations),
        },
    )
    return [Known(*row) for row in rows]


def _stays(ids: Collection[int]) -> dict[int, tuple[Any, ...]]:
    rows = ask(
        """SELECT r.id, r.number, r.arrival_on, r.departure_on, r.nights, r.room_category,
                  r.rate_code, r.board, r.adults, r.children, r.infants, r.amount, r.currency,
                  r.extras::text, r.custom::text, f.true_through,
                  -- The dates as the guest was told them last, by a message that left.
                  (SELECT m.basis::text FROM message m
                    WHERE m.reservation_id = r.id AND m.basis ? 'arrival_on'
                      AND m.basis ? 'departure_on' AND m.state = ANY(%(left)s)
                    ORDER BY m.handed_at DESC NULLS LAST, m.id DESC LIMIT 1)
             FROM reservation r
             LEFT JOIN freshness f ON f.connection_id = r.connection_id
                  AND f.object = 'reservation'
            WHERE r.id = ANY(%(ids)s)""",
        {"ids": list(ids), "left": sorted(LEFT)},
    )
    return {id_: tuple(row) for id_, *row in rows}


def _stay(row: tuple[Any, ...], told: Mapping[str, Any]) -> Stay:
    (number, arrival_on, departure_on, nights, category, rate, board, adults, children, infants,
     amount, currency, extras, custom, true_through, said) = row  # fmt: skip
    basis = _decode(said) if said else {}
    before = tuple(date.fromisoformat(basis[name]) for name in _DATES if name in basis)
    labels = [str(each.get("label") or "") for each in _decode(extras)]
    return Stay(
        number, arrival_on, departure_on, nights, category or "", rate or "", board or "",
        adults, children, infants, amount, currency or "", tuple(filter(None, labels)),
        rooms=int(told.get("rooms") or 1),
        as_of=true_through,
        before=before if len(before) == 2 and before != (arrival_on, departure_on) else None,
        custom=_decode(custom),
    )  # fmt: skip
