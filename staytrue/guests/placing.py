"""From the persons of a component to guests: who keeps which guest id, and by which event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests import links
from staytrue.guests.components import Component
from staytrue.guests.links import Act, Kind
from staytrue.guests.matching.normalise import VERSION
from staytrue.guests.resolving import Doubt, Pair, Resolved
from staytrue.guests.terms import Terms

ACTOR = "staytrue"
SETTLED, STAFF, PMS = "settled", "staff", "pms"
REOPENED = "reopened"


@dataclass
class Placing:
    """What is to be written for some components, gathered so that all goes in one."""

    terms: Terms
    now: datetime
    new: int = 0
    acts: list[Act] = field(default_factory=list)
    moves: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Profile → (guest, or below nought one that is to be opened; place of the act)."""
    reopened: dict[Pair, Doubt] = field(default_factory=dict)
    """Pairs of profiles that were one guest until now, though no person nor PMS parted them."""

    def add(self, component: Component, resolved: Resolved) -> None:
        """Deal the profiles of a component out to the guests of its persons."""
        persons = _persons(component, resolved)
        guest_of = {each.id: each.guest for each in component.profiles}
        if _is_settled(persons, guest_of):
            return
        targets = self._targets(persons, guest_of)
        staying = Counter(targets)
        for person, target in zip(persons, targets, strict=True):
            if target is None:
                self.new += 1
            to = -self.new if target is None else target
            self._move(component, resolved, person, to, guest_of, set(staying))

    def add_alone(self, component: Component) -> None:
        """Too many hang together to be one person: whoever has no guest gets one of his own."""
        for each in component.profiles:
            if each.guest is None:
                self.new += 1
                self.moves[each.id] = (-self.new, len(self.acts))
                self.acts.append(Act(Kind.CREATED, ACTOR, one=each.id, normaliser=VERSION))

    def _targets(
        self, persons: Sequence[list[int]], guest_of: dict[int, int | None]
    ) -> list[int | None]:
        """The guest of each person: the oldest that is his; who leaves gets back the one he had."""
        had = Counter(guest for person in persons for guest in {guest_of[id_] for id_ in person})
        is_split = any(count > 1 for guest, count in had.items() if guest is not None)
        homes = _homes([id_ for person in persons for id_ in person]) if is_split else {}
        owner: dict[int, int] = {}
        for guest in sorted({each for each in guest_of.values() if each is not None}):
            counts = [
                (homes.get(guest) in person, sum(guest_of[id_] == guest for id_ in person), -place)
                for place, person in enumerate(persons)
            ]
            owner[guest] = -max(counts)[2]
        for guest, profile in homes.items():
            # A guest of old who has nobody now: he is of whom he was opened for.
            fitting = [place for place, person in enumerate(persons) if profile in person]
            if fitting and guest not in owner:
                owner[guest] = fitting[0]
        found: list[int | None] = []
        for place, person in enumerate(persons):
            present = {guest_of[id_] for id_ in person}
            own = sorted(guest for guest, at in owner.items() if at == place)
            found.append(next((guest for guest in own if guest in present), next(iter(own), None)))
        return found

    def _move(
        self,
        component: Component,
        resolved: Resolved,
        person: list[int],
        to: int,
        guest_of: dict[int, int | None],
        staying: Collection[int | None],
    ) -> None:
        """One event for each guest that profiles come from, and for each profile that had none."""
        coming: dict[int | None, list[int]] = defaultdict(list)
        for id_ in person:
            if guest_of[id_] != to:
                coming[guest_of[id_]].append(id_)
        here = [id_ for id_ in person if guest_of[id_] == to]
        for guest, ids in sorted(coming.items(), key=lambda item: (item[0] is None, item[0] or 0)):
            if guest is None:
                for id_ in ids:
                    self._note(component, resolved, [id_], here, to)
                    here.append(id_)
            elif guest in staying:
                left = [id_ for id_, at in guest_of.items() if at == guest and id_ not in person]
                self._split(component, resolved, ids, left, to)
                here += ids
            else:
                self._note(component, resolved, ids, here, to, kind=Kind.MERGED)
                here += ids

    def _note(
        self,
        component: Component,
        resolved: Resolved,
        ids: Sequence[int],
        here: Sequence[int],
        to: int,
        kind: Kind = Kind.ATTACHED,
    ) -> None:
        if not here and kind == Kind.ATTACHED:
            act = Act(Kind.CREATED, ACTOR, one=ids[0], normaliser=VERSION)
        else:
            act = self._act(component, resolved, ids, here, kind)
        self.moves |= dict.fromkeys(ids, (to, len(self.acts)))
        self.acts.append(act)

    def _act(
        self,
        component: Component,
        resolved: Resolved,
        ids: Sequence[int],
        here: Sequence[int],
        kind: Kind,
    ) -> Act:
        """The event of a join, with the pair that speaks most for it."""
        at = {member.id: place for place, member in enumerate(resolved.members)}
        pairs = [(at[one], at[other]) for one in ids for other in here if one in at and other in at]
        ruled = [(min(pair), max(pair)) for pair in pairs
                 if (min(pair), max(pair)) in resolved.reasons]  # fmt: skip
        if not pairs:
            # One of them is compared no more: the PMS has merged it away.
            one, other = ids[0], here[0] if here else ids[-1]
            return Act(kind, ACTOR, rule=PMS, one=min(one, other), other=max(one, other))
        best = max(ruled or pairs, key=lambda pair: resolved.pairs.bits[resolved.place(*pair)])
        rule = resolved.reasons.get((min(best), max(best)), _said(component))
        place = resolved.place(*best)
        one, other = sorted(resolved.members[end].id for end in best)
        evidence: dict[str, Any] = {
            "levels": resolved.pairs.levels[place].tolist(),
            "household": float(resolved.pairs.household[place]),
            "vetoes": int(resolved.vetoes[place]),
        }
        mode = self.terms.policy.mode
        if mode is not None and rule not in (STAFF, PMS, "score"):
            evidence["mode"] = str(mode)
        return Act(
            kind, ACTOR, rule=rule, one=one, other=other,
            bits=float(resolved.pairs.bits[place]), person=float(resolved.pairs.person[place]),
            evidence=evidence, matcher=self.terms.by.version, normaliser=VERSION,
        )  # fmt: skip

    def _split(
        self,
        component: Component,
        resolved: Resolved,
        ids: Sequence[int],
        left: Sequence[int],
        to: int,
    ) -> None:
        """What held them together holds no more; a person is asked whether that is right."""
        at = {member.id: place for place, member in enumerate(resolved.members)}
        pairs = [(one, other) for one in ids for other in left if one in at and other in at]
        best = max(
            pairs,
            key=lambda pair: resolved.pairs.bits[resolved.place(at[pair[0]], at[pair[1]])],
            default=(ids[0], left[0]),
        )
        one, other = sorted(best)
        by_pms = any(rule == PMS and {a, b} & set(ids) and {a, b} & set(left)
                     for a, b, rule in component.joins)  # fmt: skip
        if pairs and not by_pms:
            self.reopened[one, other] = Doubt(REOPENED, "")
        self.moves |= dict.fromkeys(ids, (to, len(self.acts)))
        self.acts.append(
            Act(Kind.SPLIT, ACTOR, rule=PMS if by_pms else SETTLED, one=one, other=other,
                matcher=self.terms.by.version, normaliser=VERSION)
        )  # fmt: skip

    def write(self) -> set[int]:
        """Write events and links; answers the guests that gained or lost a profile."""
        if not self.acts:
            return set()
        events = links.notes(self.acts, self.now)
        opened = links.open_guests(self.new, self.now) if self.new else []
        moves = {
            profile: (opened[-to - 1] if to < 0 else to, events[place])
            for profile, (to, place) in self.moves.items()
        }
        return links.move_each(moves, self.now)


def _persons(component: Component, resolved: Resolved) -> list[list[int]]:
    """The persons by the ids of profiles, with those that are compared no more."""
    persons = [[resolved.members[place].id for place in places] for places in resolved.persons]
    person_of = {id_: person for person in persons for id_ in person}
    of_guest: dict[int, list[int]] = defaultdict(list)
    for each in component.profiles:
        if each.guest is not None and not each.is_gone:
            of_guest[each.guest].append(each.id)
    for each in component.profiles:
        if not each.is_gone:
            continue
        to = component.follows.get(each.id)
        if to is None and each.guest is not None and of_guest[each.guest]:
            # Whoever has most of his guest's profiles has him too.
            mates = of_guest[each.guest]
            counts = Counter(min(person_of[id_]) for id_ in mates)
            to = max(counts, key=lambda id_: (counts[id_], -id_))
        if to is None:
            persons.append([])
        person = persons[-1] if to is None else person_of[to]
        person.append(each.id)
        person_of[each.id] = person
        if each.guest is not None:
            of_guest[each.guest].append(each.id)
    return [sorted(person) for person in persons]


def _is_settled(persons: Sequence[Sequence[int]], guest_of: dict[int, int | None]) -> bool:
    guests = [{guest_of[id_] for id_ in person} for person in persons]
    return all(len(each) == 1 and None not in each for each in guests) and len(
        set().union(*guests)
    ) == len(guests)


def _said(component: Component) -> str:
    return STAFF if any(kind == "must_link" for *_, kind in component.rules) else PMS


def _homes(profile_ids: Collection[int]) -> dict[int, int]:
    """Guest → the profile he was opened for, of all guests that these ever had; erased ones and
    those whom others hold by now left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (l.guest_id) l.guest_id, l.profile_id FROM link l
                 JOIN guest g ON g.id = l.guest_id AND g.state <> 'erased'
                WHERE l.guest_id IN (SELECT guest_id FROM link WHERE profile_id = ANY(%(ids)s))
                  AND NOT EXISTS (SELECT FROM link o WHERE o.guest_id = l.guest_id
                        AND o.until_at IS NULL AND NOT o.profile_id = ANY(%(ids)s))
                ORDER BY l.guest_id, l.id""",
            {"ids": list(profile_ids)},
        )
        return dict(cursor.fetchall())
