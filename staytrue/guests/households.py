"""Households: guests whose profiles tell that they live together, and what staff know better.

Computed from pairs of profiles of different guests; whoever staff took out stays out. The strongest
pairs join first and no household grows beyond what a family is, so that no office becomes one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from staytrue.guests import deciding, links, pair_rules, undoing
from staytrue.guests.links import Act, Kind
from staytrue.guests.models import Household, HouseholdMember, PairRule
from staytrue.guests.pair_rules import Word, ordered
from staytrue.hotel import scope
from staytrue.kit.asking import ask, ask_all
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access

SHARE_LEAST = 0.8
SIZE_MAX = 12
_REACH_MAX = 400
"""Guests looked at together at most: a tangle that large is no family."""
_BATCH = 5_000
RULE = "household"
"""The rule of events that take somebody out of a household."""


@dataclass(frozen=True)
class Tie:
    """Two guests who seem to live together, lower id first, and the strongest pair that says so."""

    one: int
    other: int
    share: float


def recompute(guest_ids: Collection[int], now: datetime) -> None:
    """Make the households of these guests, and of all they are tied to, what the pairs say."""
    with scope.everything():
        guests = {*guest_ids, *_fellows(guest_ids)}
        ties, guests = _reached(guests)
        apart = _apart(guests)
        _keep(grouped(ties, apart), ties, guests, now)


def recompute_all(now: datetime) -> None:
    """The same for every guest who is tied to another, or was."""
    with scope.everything():
        ties = _ties(None)
        known = HouseholdMember.objects.values_list("guest_id", flat=True)
        guests = {*known, *(id_ for tie in ties for id_ in (tie.one, tie.other))}
        _keep(grouped(ties, _apart(None)), ties, guests, now)


def grouped(ties: Iterable[Tie], apart: Collection[tuple[int, int]] = ()) -> list[list[int]]:
    """The households of these ties: the strongest first, never over a word of staff, none too large."""
    of: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    forbidden: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        forbidden[one].add(other)
        forbidden[other].add(one)
    for tie in sorted(ties, key=lambda each: (-each.share, each.one, each.other)):
        ones, others = (members.get(of.get(id_, -1), {id_}) for id_ in (tie.one, tie.other))
        together = ones | others
        is_forbidden = any(forbidden[id_] & others for id_ in ones)
        if ones is others or is_forbidden or len(together) > SIZE_MAX:
            continue
        home = min(together)
        members[home] = together
        of.update(dict.fromkeys(together, home))
    return sorted(sorted(members[home]) for home in {*of.values()})


def take_out(access: Access, guest_id: int, reason: str, now: datetime) -> int:
    """Say that a guest is not of the household he stands in; answers the event, for `put_back`."""
    if not reason.strip():
        raise Refused("Say why he or she does not live there.", "reason_missing")
    with deciding.acting(access, now, reason):
        member = HouseholdMember.objects.filter(guest=guest_id).first()
        if member is None:
            raise Refused("This guest is in no household.", "no_household")
        family = HouseholdMember.objects.filter(household=member.household_id)
        guests = sorted(family.values_list("guest_id", flat=True))
        profiles = links.profiles_of(guests)
        deciding.require_over(access, [id_ for ids in profiles.values() for id_ in ids])
        own = profiles[guest_id][0]
        others = [profiles[id_][0] for id_ in guests if id_ != guest_id]
        act = Act(Kind.REJECTED, access.actor, rule=RULE, one=own, other=others[0], reason=reason)
        event = links.note(act, now)
        word = Word(access.actor, event, now, reason)
        kind = PairRule.Kind.NOT_HOUSEHOLD
        pair_rules.write(kind, [ordered(own, other) for other in others], word)
        recompute(guests, now)
        return event


def put_back(access: Access, event: int, now: datetime) -> None:
    """He lives there after all: the word of that event no longer holds."""
    with deciding.acting(access, now):
        rules = PairRule.objects.filter(event_id=event, kind=PairRule.Kind.NOT_HOUSEHOLD)
        profiles = {id_ for rule in rules for id_ in (rule.one, rule.other)}
        undoing.undo(access, event, now)
        recompute(set(links.guests_of(profiles).values()), now)


def _fellows(guest_ids: Collection[int]) -> set[int]:
    """Everybody of the households of these guests, and who was retired from them."""
    homes = HouseholdMember.objects.filter(guest__in=guest_ids).values("household")
    return set(HouseholdMember.objects.filter(household__in=homes).values_list("guest", flat=True))


def _reached(guests: Collection[int]) -> tuple[list[Tie], set[int]]:
    """All ties of these guests and of everybody they lead to, with their households' members."""
    seen: set[int] = set()
    ties: dict[tuple[int, int], Tie] = {}
    new = set(guests)
    while new and len(seen) < _REACH_MAX:
        seen |= new
        found = _ties(new)
        ties |= {(tie.one, tie.other): tie for tie in found}
        new = {id_ for tie in found for id_ in (tie.one, tie.other)} | _fellows(new)
        new -= seen
    # Whoever is out of reach keeps his household: not all of his ties were looked at.
    return [tie for tie in ties.values() if {tie.one, tie.other} <= seen], seen


_TIES = """
  SELECT least(a.guest_id, b.guest_id), greatest(a.guest_id, b.guest_id), max(e.household)
    FROM {edges} e
    JOIN link a ON a.profile_id = e.one AND a.until_at IS NULL
    JOIN link b ON b.profile_id = e.other AND b.until_at IS NULL AND b.guest_id <> a.guest_id
    JOIN guest x ON x.id = a.guest_id AND x.kind = 'person' AND x.state = 'active'
    JOIN guest y ON y.id = b.guest_id AND y.kind = 'person' AND y.state = 'active'
   WHERE e.household >= %(least)s GROUP BY 1, 2 ORDER BY 1, 2"""
_OF_SOME = """(
  SELECT e.* FROM link l JOIN edge e ON e.one = l.profile_id
   WHERE l.guest_id = ANY(%(guests)s) AND l.until_at IS NULL
  UNION SELECT e.* FROM link l JOIN edge e ON e.other = l.profile_id
   WHERE l.guest_id = ANY(%(guests)s) AND l.until_at IS NULL)"""


def _ties(guests: Collection[int] | None) -> list[Tie]:
    """The ties of these guests; None: of all."""
    if guests is None:
        rows = ask_all(_TIES.format(edges="edge"), {"least": SHARE_LEAST})
    else:
        given = {"least": SHARE_LEAST, "guests": list(guests)}
        rows = ask(_TIES.format(edges=_OF_SOME), given)
    return [Tie(*row) for row in rows]


def _apart(guests: Collection[int] | None) -> list[tuple[int, int]]:
    """Pairs of these guests (None: of all) that staff said do not live together."""
    profiles = None
    if guests is not None:
        profiles = [id_ for ids in links.profiles_of(guests).values() for id_ in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.guest_id, b.guest_id FROM pair_rule r
                 JOIN link a ON a.profile_id = r.one AND a.until_at IS NULL
                 JOIN link b ON b.profile_id = r.other AND b.until_at IS NULL
                WHERE r.kind = 'not_household' AND r.lifted_at IS NULL
                  AND (%(ids)s::bigint[] IS NULL
                       OR r.one = ANY(%(ids)s) OR r.other = ANY(%(ids)s))""",
            {"ids": profiles},
        )
        return list(cursor.fetchall())


def _keep(
    families: Sequence[Sequence[int]], ties: Collection[Tie], guests: Collection[int], now: datetime
) -> None:
    """Write what differs; a household keeps its number as long as most of it stays together."""
    before = HouseholdMember.objects.filter(guest__in=list(guests))
    known = dict(before.values_list("guest_id", "household_id"))
    homes, names = _homes(families, known), _names(families)
    new = [place for place in range(len(families)) if place not in homes]
    made = Household.objects.bulk_create(
        [Household(name=names[place], opened_at=now) for place in new], batch_size=_BATCH
    )
    homes |= {place: home.pk for place, home in zip(new, made, strict=True)}
    _rename({homes[place]: name for place, name in enumerate(names)})
    shares = _shares(families, ties)
    HouseholdMember.objects.filter(guest__in=list(known.keys() - shares.keys())).delete()
    HouseholdMember.objects.bulk_create(
        [HouseholdMember(guest_id=id_, household_id=homes[place], share=shares[id_])
         for place, family in enumerate(families) for id_ in family],
        batch_size=_BATCH,
        update_conflicts=True, unique_fields=["guest"], update_fields=["household", "share"],
    )  # fmt: skip
    Household.objects.filter(pk__in=list({*known.values()}), members=None).delete()


def _rename(names: Mapping[int, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE household h SET name = x.name
                 FROM unnest(%s::bigint[], %s::text[]) x(id, name)
                WHERE h.id = x.id AND h.name <> x.name""",
            [list(names), list(names.values())],
        )


def _homes(families: Sequence[Sequence[int]], known: Mapping[int, int]) -> dict[int, int]:
    """Place of a family → the household it goes on, by how many of its members are there."""
    shared = [
        (-count, home, place)
        for place, family in enumerate(families)
        for home, count in Counter(known[id_] for id_ in family if id_ in known).items()
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _count, home, place in sorted(shared):
        if place not in found and home not in taken:
            found[place] = home
            taken.add(home)
    return found


def _shares(families: Iterable[Collection[int]], ties: Iterable[Tie]) -> dict[int, float]:
    """How likely each lives with the one of his family he is most surely tied to."""
    place_of = {id_: place for place, family in enumerate(families) for id_ in family}
    found = dict.fromkeys(place_of, 0.0)
    for tie in ties:
        place = place_of.get(tie.one)
        if place is not None and place == place_of.get(tie.other):
            for id_ in (tie.one, tie.other):
                found[id_] = max(found[id_], tie.share)
    return found


def _names(families: Sequence[Sequence[int]]) -> list[str]:
    """The last name that most of each family's profiles have."""
    everybody = [id_ for family in families for id_ in family]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.guest_id, mode() WITHIN GROUP (ORDER BY p.last_name) FROM link l
                 JOIN profile p ON p.id = l.profile_id AND p.last_name <> ''
                WHERE l.guest_id = ANY(%s) AND l.until_at IS NULL GROUP BY 1""",
            [everybody],
        )
        names = dict(cursor.fetchall())
    found = []
    for family in families:
        counts = Counter(names[id_] for id_ in family if id_ in names)
        found.append(min(counts, key=lambda name: (-counts[name], name), default=""))
    return found
