"""What is known of a contact point by its use: who has it, when they stayed, how they booked. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec
from rapidfuzz.distance import OSA, JaroWinkler

from staytrue.consent.signs import is_personal, is_serial, names_in, split
from staytrue.hotel.codes import Channel, ProfileKind, Segment
from staytrue.hotel.names import given_of, is_alias, sound, surname_of
from staytrue.kit.text import fold

_COMPARED_MAX = 40
"""So many profiles are compared by pairs; of a crowd the different sounds are counted."""
_LIKE = 0.92
_TRIP_DAYS = 3
_AGENCY = frozenset({Channel.TOUR_OPERATOR, Channel.WHOLESALE})


class User(msgspec.Struct, frozen=True, gc=False):
    """A profile that has the contact point, now or once; `home` is where it lives, if known."""

    id: int
    property_id: int | None
    kind: str
    first_name: str
    last_name: str
    home: str = ""


class Stay(msgspec.Struct, frozen=True, gc=False):
    """A reservation of one of them; dropped: cancelled, or nobody came."""

    id: int
    property_id: int
    profile_id: int
    arrival_on: date
    departure_on: date
    channel: str
    segment: str
    is_dropped: bool


class DomainFacts(msgspec.Struct, frozen=True):
    """What the addresses of one domain have in common; shares are of addresses or of stays."""

    addresses: int = 0
    surnames: int = 0
    with_number: float = 0
    serial: float = 0
    named: float = 0
    stays: int = 0
    ota: float = 0
    agency: float = 0
    business: float = 0


class Facts(msgspec.Struct, frozen=True):
    """The evidence on one contact point. `named`: somebody of them stands in the address.

    `trips` are the journeys of all; `others` are all people but the one it seems to belong to,
    `others_trips` the journeys they made and `others_stayed` how many of them made one. `apart` is
    true when two of the people were in two hotels in one night, `joined` when two of them were on
    one reservation; `one_home` when two live together, `homes_apart` when no two do of whom the
    home is known.
    """

    kind: str
    value: str
    masked: bool = False
    profiles: int = 0
    people: int = 0
    surnames: int = 0
    companies: int = 0
    agencies: int = 0
    hotels: int = 0
    one_home: bool = False
    homes_apart: bool = False
    named: bool = False
    domain_named: bool = False
    stays: int = 0
    at_once: int = 0
    apart: bool = False
    joined: bool = False
    trips: int = 0
    others: int = 0
    others_stayed: int = 0
    others_trips: int = 0
    ota: float = 0
    agency: float = 0
    corporate: float = 0
    business: float = 0
    domain: DomainFacts = DomainFacts()
    bounces: int = 0


class _Name(msgspec.Struct, frozen=True, gc=False):
    given: str
    surname: str
    initial: str

    @property
    def words(self) -> list[str]:
        return f"{self.given} {self.surname}".split()


def facts_of(
    kind: str,
    value: str,
    users: Sequence[User],
    stays: Sequence[Stay],
    domain: DomainFacts | None = None,
    *,
    masked: bool = False,
    bounces: int = 0,
) -> Facts:
    """The evidence on one contact point, from everybody who ever used it and all their stays."""
    persons = [user for user in users if user.kind == ProfileKind.PERSON]
    names = {user.id: _name_of(user) for user in persons}
    local, host = split(value) if kind == "email" else ("", "")
    person_of, heads = _people(names)
    owner = _owner(local, names, person_of)
    homes = _homes(persons, person_of)
    kept = [stay for stay in stays if not stay.is_dropped]
    real = {stay.id: stay for stay in stays}.values()
    others = [stay for stay in stays if person_of.get(stay.profile_id, owner) != owner]
    words = [word for name in names.values() for word in name.words]
    shared = len({home for each in homes for home in each}) < sum(map(len, homes))
    return Facts(
        kind=kind,
        value=value,
        masked=masked,
        profiles=len(users),
        people=len(heads),
        surnames=_surnames(heads),
        companies=sum(user.kind == ProfileKind.COMPANY for user in users),
        agencies=sum(user.kind == ProfileKind.AGENCY for user in users),
        hotels=len({user.property_id for user in users}),
        one_home=shared,
        homes_apart=len(homes) > 1 and not shared,
        named=bool(local) and names_in(local, words),
        domain_named=bool(host) and is_personal(local, host, words),
        stays=len(real),
        at_once=_at_once(kept),
        apart=_apart(kept, person_of),
        joined=_joined(kept, person_of),
        trips=_trips_of(stays),
        others=max(0, len(heads) - 1),
        others_stayed=len({person_of[stay.profile_id] for stay in others}),
        others_trips=_trips_of(others),
        ota=share(real, lambda stay: stay.channel == Channel.OTA),
        agency=share(real, lambda stay: stay.channel in _AGENCY),
        corporate=share(real, lambda stay: stay.channel == Channel.CORPORATE),
        business=share(real, _is_business),
        domain=domain or DomainFacts(),
        bounces=bounces,
    )


def _is_business(stay: Stay) -> bool:
    return stay.segment == Segment.BUSINESS or stay.channel == Channel.CORPORATE


def domain_facts(
    addresses: int, sample: Iterable[tuple[str, Sequence[User], Sequence[Stay]]]
) -> DomainFacts:
    """What a sample of a domain's addresses tells of it, `addresses` being all of them."""
    rows = [(split(value)[0], users, stays) for value, users, stays in sample]
    stays = {stay.id: stay for _, _, each in rows for stay in each}.values()
    surnames: set[str] = set()
    named = 0
    for local, users, _ in rows:
        names = [_name_of(user) for user in users if user.kind == ProfileKind.PERSON]
        surnames.update(sound(name.surname) for name in names if name.surname)
        named += names_in(local, [word for name in names for word in name.words])
    count = max(1, len(rows))
    return DomainFacts(
        addresses=addresses,
        surnames=len(surnames),
        with_number=sum(local[-1:].isdigit() for local, _, _ in rows) / count,
        serial=sum(is_serial(local) for local, _, _ in rows) / count,
        named=named / count,
        stays=len(stays),
        ota=share(stays, lambda stay: stay.channel == Channel.OTA),
        agency=share(stays, lambda stay: stay.channel in _AGENCY),
        business=share(stays, _is_business),
    )


def share(stays: Collection[Stay], fits: Callable[[Stay], bool]) -> float:
    """The part of the stays that fits; of none, nothing does."""
    return sum(map(fits, stays)) / len(stays) if stays else 0.0


def _name_of(user: User) -> _Name:
    given, _ = given_of(user.first_name)
    initial = "" if given else fold(user.first_name).strip(" .")[:1]
    return _Name(given, surname_of(user.last_name)[0], initial)


def _is_one_person(one: _Name, other: _Name) -> bool:
    if _same_given(one, other) and (
        _shares_surname(one, other)
        # Of one given name, a letter more or less in the last is a slip.
        or (one.given and OSA.distance(*_joined_up(one, other), score_cutoff=1) <= 1)
    ):
        return True
    # First and last name in each other's field.
    return bool(one.given and other.given) and (
        _share(one.given, other.surname) and _share(one.surname, other.given)
    )


def _joined_up(*names: _Name) -> list[str]:
    return [name.surname.replace(" ", "") for name in names]


def _shares_surname(one: _Name, other: _Name) -> bool:
    return not one.surname or not other.surname or _share(one.surname, other.surname)


def _share(one: str, other: str) -> bool:
    return any(_alike(mine, his) for mine in one.split() for his in other.split())


def _same_given(one: _Name, other: _Name) -> bool:
    if one.given and other.given:
        first, second = one.given.partition(" ")[0], other.given.partition(" ")[0]
        return is_alias(one.given, other.given) or _alike(first, second)
    initials = (one.given or one.initial)[:1], (other.given or other.initial)[:1]
    return not all(initials) or initials[0] == initials[1]


def _alike(one: str, other: str) -> bool:
    return one == other or JaroWinkler.similarity(one, other) >= _LIKE


def _people(names: dict[int, _Name]) -> tuple[dict[int, int], list[_Name]]:
    """Profile → which person of them it is, and their names: each joins the first that fits."""
    which: dict[int, int] = {}
    heads: list[_Name] = []
    known: dict[tuple[str, str], int] = {}
    is_crowd = len(names) > _COMPARED_MAX
    # Fuller names come first, so that what is missing joins and never leads.
    for id_ in sorted(names, key=lambda id_: (-_told(names[id_]), id_)):
        name = names[id_]
        key = (sound(name.surname), name.given or name.initial)
        place = known.get(key)
        if place is None:
            near = enumerate([] if is_crowd else heads)
            place = next((n for n, head in near if _is_one_person(head, name)), len(heads))
            known[key] = place
        if place == len(heads):
            heads.append(name)
        which[id_] = place
    return which, heads


def _told(name: _Name) -> int:
    return bool(name.given) + bool(name.surname)


def _surnames(heads: Sequence[_Name]) -> int:
    """The different families among these people."""
    if len(heads) > _COMPARED_MAX:
        return len({sound(name.surname) for name in heads})
    found: list[_Name] = []
    for name in heads:
        if not any(_shares_surname(each, name) for each in found):
            found.append(name)
    return len(found)


def _owner(local: str, names: dict[int, _Name], person_of: dict[int, int]) -> int:
    """Whose it seems to be: who stands in the address, else who has it in most profiles."""
    profiles = Counter(person_of.values())
    called = {
        person_of[id_] for id_, name in names.items() if local and names_in(local, name.words)
    }
    order = [(person not in called, -count, person) for person, count in profiles.items()]
    return min(order)[2] if order else -1


def _homes(persons: Sequence[User], person_of: dict[int, int]) -> list[set[str]]:
    """The known homes of each person of whom one is known."""
    found: dict[int, set[str]] = defaultdict(set)
    for user in persons:
        if user.home:
            found[person_of[user.id]].add(user.home)
    return list(found.values())


def _at_once(stays: Collection[Stay]) -> int:
    """How many reservations there were in one night at most."""
    steps: Counter[tuple[date, int]] = Counter()
    for stay in {stay.id: stay for stay in stays}.values():
        # Who leaves makes room before who comes.
        steps[stay.arrival_on, 1] += 1
        steps[stay.departure_on, 0] += 1
    most = now = 0
    for (_, comes), count in sorted(steps.items()):
        now += count if comes else -count
        most = max(most, now)
    return most


def _apart(stays: Collection[Stay], person_of: dict[int, int]) -> bool:
    """Whether two different people of them slept in two hotels in one night."""
    running: list[Stay] = []
    for stay in sorted(stays, key=lambda stay: (stay.arrival_on, stay.id)):
        running = [each for each in running if each.departure_on > stay.arrival_on]
        if any(
            each.property_id != stay.property_id
            and person_of.get(each.profile_id) != person_of.get(stay.profile_id)
            for each in running
        ):
            return True
        running.append(stay)
    return False


def _joined(stays: Collection[Stay], person_of: dict[int, int]) -> bool:
    on: dict[int, set[int]] = defaultdict(set)
    for stay in stays:
        if stay.profile_id in person_of:
            on[stay.id].add(person_of[stay.profile_id])
    return any(len(people) > 1 for people in on.values())


def _trips_of(stays: Collection[Stay]) -> int:
    """The journeys that stays belong to: arrivals some days apart, or elsewhere, are another."""
    days: dict[int, list[date]] = defaultdict(list)
    for stay in stays:
        days[stay.property_id].append(stay.arrival_on)
    return sum(_trips(sorted(each)) for each in days.values())


def _trips(days: list[date]) -> int:
    return 1 + sum(later - day > timedelta(days=_TRIP_DAYS) for day, later in pairwise(days))
