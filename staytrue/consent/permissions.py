"""May these addresses be written to, for this purpose, now: asked once more at the door, in sets.

Reads what is recorded at all hotels, whoever asks: an opt-out said elsewhere in the group counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from staytrue.consent import recorded
from staytrue.consent.bases import Rule, rule_for
from staytrue.consent.purposes import Channel, Origin, Purpose
from staytrue.consent.ratchet import Act, Answer, Question, Said, decide
from staytrue.consent.rules import Role
from staytrue.hotel import scope

_NEEDS_GROUND = (Purpose.MARKETING, Purpose.SURVEY)
_MONTH = timedelta(days=30.4)
_CHUNK = 400


@dataclass(frozen=True)
class Asked:
    """One address as one profile has it, at one hotel, for one purpose by one channel."""

    contact_point_id: int
    profile_id: int
    property_id: int
    purpose: str
    channel: str


@dataclass(frozen=True)
class Permission:
    """The answer: `version` is the last act looked at, `act_id` the one that decided."""

    allowed: bool
    reason: str
    basis: str
    rule_version: str
    act_id: int | None
    version: int
    country: str = ""


def of(asked: Sequence[Asked], now: datetime) -> list[Permission]:
    """The permissions, in the order in which they were asked."""
    return [permission for permission, _ in explained(asked, now)]


def explained(asked: Sequence[Asked], now: datetime) -> list[tuple[Permission, list[Said]]]:
    """The same with the acts each answer was made of."""
    with scope.everything():
        # So many at a time are found by indexes; of very many the planner would read whole tables.
        starts = range(0, len(asked), _CHUNK)
        return [one for at in starts for one in _answers(asked[at : at + _CHUNK], now)]


def _answers(asked: Sequence[Asked], now: datetime) -> list[tuple[Permission, list[Said]]]:
    recorded.check_key()
    points = recorded.points({each.contact_point_id for each in asked})
    people = recorded.people({each.profile_id for each in asked})
    hotels = recorded.hotels({each.property_id for each in asked})
    choices = recorded.choices(list(hotels))
    acts = _Acts(points, people, recorded.refusing(list(points)))
    stays = recorded.customers(
        {(each.profile_id, each.property_id) for each in asked if each.purpose in _NEEDS_GROUND}
    )
    made = []
    rules: dict[tuple[object, ...], Rule] = {}
    for each in asked:
        country, scopes = hotels[each.property_id]
        person = people.get(
            each.profile_id, recorded.Person("", frozenset({each.profile_id}), frozenset())
        )
        purpose, channel = Purpose(each.purpose), Channel(each.channel)
        case = (purpose, channel, person.country, each.property_id)
        if (rule := rules.get(case)) is None:
            own = choices.get(each.property_id, ())
            rule = rules[case] = rule_for(purpose, channel, {person.country, country}, own)
        said = acts.on(each, person.siblings)
        role, _ = points.get(each.contact_point_id, (Role.PLACEHOLDER, b""))
        question = Question(
            point=each.contact_point_id,
            profile_id=each.profile_id,
            purpose=purpose,
            channel=channel,
            scopes=scopes,
            role=role,
            requirement=rule.requirement,
            is_customer=_is_customer(
                stays.get((each.profile_id, each.property_id)), rule, now.date()
            ),
            unrecorded=acts.is_unrecorded(each, person.siblings, people),
        )
        made.append((_permission(decide(question, said), rule), said))
    return made


def _permission(answer: Answer, rule: Rule) -> Permission:
    return Permission(
        answer.allowed,
        answer.reason,
        answer.basis,
        rule.version,
        answer.act_id,
        answer.version,
        rule.country,
    )


def _is_customer(last_stay_on: date | None, rule: Rule, today: date) -> bool:
    return bool(last_stay_on and last_stay_on >= today - _MONTH * rule.months)


class _Acts:
    """The acts on these addresses and people, ready to be dealt out."""

    def __init__(
        self,
        points: Mapping[int, tuple[Role, bytes]],
        people: Mapping[int, recorded.Person],
        refusing: Mapping[int, frozenset[int]],
    ) -> None:
        self._points, self._refusing = points, refusing
        profiles = {id_ for each in people.values() for id_ in each.siblings} | set(people)
        profiles |= {id_ for each in refusing.values() for id_ in each}
        self._by_point: dict[int, list[recorded.Row]] = defaultdict(list)
        self._by_hash: dict[bytes, list[recorded.Row]] = defaultdict(list)
        self._by_profile: dict[int, list[recorded.Row]] = defaultdict(list)
        hashes = [digest for _, digest in points.values()]
        for row in recorded.rows(list(points), hashes, list(profiles)):
            if row.point is not None:
                self._by_point[row.point].append(row)
            if row.hash:
                self._by_hash[row.hash].append(row)
            if row.said.profile_id is not None:
                self._by_profile[row.said.profile_id].append(row)

    def on(self, asked: Asked, siblings: Iterable[int]) -> list[Said]:
        """The acts on this address or by this person, of this purpose and channel."""
        point = asked.contact_point_id
        digest = self._points.get(point, (None, b""))[1]
        about = [*self._by_point[point], *(self._by_hash[digest] if digest else ())]
        here = {row.said.id for row in about}
        his = [row for id_ in siblings for row in self._by_profile[id_]]
        # Of others with this mailbox, what their PMS refuses counts, unless they lifted it.
        others = set(self._refusing.get(point, ())).difference(siblings)
        theirs = [
            row
            for id_ in others
            for row in self._by_profile[id_]
            if row.said.act != Act.OPT_OUT or row.said.origin == Origin.PMS
        ]
        by = [row for row in (*his, *theirs) if not row.is_of_address]
        found: dict[int, Said] = {}
        for row in (*about, *by):
            if row.fits(asked.purpose, asked.channel):
                found[row.said.id] = row.placed(point if row.said.id in here else row.point)
        return [found[id_] for id_ in sorted(found)]

    def is_unrecorded(
        self, asked: Asked, siblings: Iterable[int], people: Mapping[int, recorded.Person]
    ) -> bool:
        """Whether a PMS refuses today what no act of its says yet."""
        what = (asked.purpose, asked.channel)
        refusing = set()
        if what == (Purpose.MARKETING, Channel.EMAIL):
            refusing |= set(self._refusing.get(asked.contact_point_id, ()))
        if asked.profile_id in people:
            refusing |= {id_ for id_ in siblings if what in _refusals(people, id_)}
        return any(not self._is_recorded(id_, asked) for id_ in refusing)

    def _is_recorded(self, profile_id: int, asked: Asked) -> bool:
        told = [
            row.said
            for row in self._by_profile[profile_id]
            if row.said.origin == Origin.PMS and row.fits(asked.purpose, asked.channel)
        ]
        return bool(told) and max(told, key=lambda one: one.id).act == Act.OPT_OUT


def _refusals(people: Mapping[int, recorded.Person], profile_id: int) -> frozenset[tuple[str, str]]:
    return people[profile_id].refuses if profile_id in people else frozenset()
