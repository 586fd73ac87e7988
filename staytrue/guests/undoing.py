"""Decisions taken back, and profiles dealt out of a guest they were wrongly joined to.

Undoing is exact: the profiles an event touched go where the decisions that still stand put them,
however many came after it. Undoing an undoing brings the decision back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import chain, combinations, islice, pairwise, product

from django.db import connection

from staytrue.guests import consequences, deciding, links, pair_rules, proposals, replay
from staytrue.guests.consequences import Consequence
from staytrue.guests.deciding import STAFF, acting, event_named, held, require_over
from staytrue.guests.links import Act, Kind
from staytrue.guests.models import IdentityEvent, Link, PairRule
from staytrue.guests.pair_rules import Word
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access

_JOINING = frozenset({Kind.MERGED, Kind.ATTACHED})
_UNDOABLE = _JOINING | {Kind.SPLIT, Kind.CONFIRMED, Kind.REJECTED, Kind.LIFTED, Kind.UNDONE}
Rule = PairRule.Kind
_ONE_NEW = -1
"""Stands for the guest to whom those that leave together will go."""
PAIRS_MAX = 10_000
"""One do-not-merge keeps two guests apart; the others only keep their parts from changing sides."""


def undo(access: Access, event_id: int, now: datetime, reason: str = "") -> int:
    """Take a decision back, however old: membership, rules and questions are as without it.

    Who takes back his own answer to a question is asked it again. Whatever else was joined is kept
    apart from now on, or the next look at it would join it again.
    """
    with acting(access, now, reason):
        event = _undoable(access, event_id)
        root = _chain(event)[-1]
        moved = replay.moved_by(root.pk)
        profiles = sorted({move.profile for move in moved})
        ways = replay.moves_of(profiles)
        before = held(profiles, {guest for way in (*ways, *moved) for guest in way.ends})
        named = [id_ for id_ in (event.one, event.other) if id_ is not None]
        require_over(access, {*profiles, *(id_ for ids in before.values() for id_ in ids), *named})
        is_own_answer = proposals.answered_by(event_id, access.actor)
        moves = foreseen(event)
        tasks = consequences.of(moves, event.at, now)
        undone = _note_undoing(event, Word(access.actor, 0, now, reason))
        touched = links.move(moves, undone, now)
        touched |= _give_homes([id_ for id_, guest in moves.items() if guest is None], access, now)
        if _is_undone(root) and not is_own_answer:
            _hold_to_it(root, before, Word(access.actor, undone, now, reason))
        proposals.reopen(event_id)
        proposals.follow(touched, undone, now)
        consequences.close(event_id, now)
        consequences.ask(tasks, undone, now)
        return undone


def preview(access: Access, event_id: int, now: datetime) -> list[Consequence]:
    """What would follow from undoing this decision, for whoever may undo it; nothing is changed."""
    with acting(access, now):
        event = _undoable(access, event_id)
        moves = foreseen(event)
        mates = links.profiles_of(set(links.guests_of(moves).values()))
        named = [id_ for id_ in (event.one, event.other) if id_ is not None]
        require_over(access, {*moves, *(id_ for ids in mates.values() for id_ in ids), *named})
        return consequences.of(moves, event.at, now)


def foreseen(event: IdentityEvent) -> dict[int, int | None]:
    """The profiles that would move if this event were undone, with whose they would be.

    None: nobody's by any decision that stands, so that it becomes a guest of its own.
    """
    root = _chain(event)[-1]
    moved = replay.moved_by(root.pk)
    profiles = {move.profile for move in moved}
    ways = replay.moves_of(profiles)
    if root.undone_by is None:
        wanted = replay.membership(ways, {root.pk})
    else:
        wanted = replay.membership(sorted([*ways, *moved], key=lambda move: move.event))
    # An erased profile has no link now and gets none.
    at = links.guests_of(profiles)
    return {id_: wanted.get(id_) for id_ in sorted(at) if wanted.get(id_) != at[id_]}


def split(
    access: Access, guest_id: int, profile_ids: Collection[int], now: datetime, reason: str = ""
) -> int:
    """These profiles are another person: back to the guest they came from, or to a new one.

    Between both sides stands a do-not-merge; what was said to join them no longer holds.
    """
    with acting(access, now, reason):
        leaving = sorted(set(profile_ids))
        before = held(leaving)
        if list(before) != [guest_id] or not leaving:
            raise deciding.stale()
        require_over(access, before[guest_id])
        staying = [id_ for id_ in before[guest_id] if id_ not in set(leaving)]
        if not staying or set(leaving) - set(before[guest_id]):
            raise Refused(
                "Take some of a guest's profiles out, not all: nobody would be left.",
                "nobody_left",
            )
        tasks = consequences.of(dict.fromkeys(leaving, _ONE_NEW), _joined_at(leaving, staying), now)
        said = pair_rules.standing(leaving, staying, Rule.MUST_LINK)
        one, other = pair_rules.ordered(leaving[0], staying[0])
        act = Act(
            Kind.SPLIT,
            access.actor,
            rule=STAFF,
            one=one,
            other=other,
            reason=reason,
        )
        event = links.note(act, now)
        word = Word(access.actor, event, now, reason)
        pair_rules.lift([rule.pk for rule in said], word)
        pair_rules.write(Rule.CANNOT_LINK, _between(leaving, staying), word)
        target = _came_from(leaving) or links.open_guests(1, now)[0]
        touched = links.move(dict.fromkeys(leaving, target), event, now)
        proposals.follow(touched, event, now)
        consequences.ask(tasks, event, now)
        return event


def _undoable(access: Access, event_id: int) -> IdentityEvent:
    """The event, locked, if it can be taken back; what it is, nobody learns of others' profiles."""
    event = event_named(event_id)
    named = {id_ for id_ in (event.one, event.other) if id_ is not None}
    if about := named or {move.profile for move in replay.moved_by(event_id)}:
        require_over(access, about)
    _check_undoable(event)
    return event


def _check_undoable(event: IdentityEvent) -> None:
    if event.undone_by is not None:
        raise Refused("This decision has been taken back already.", "already_undone")
    if event.kind not in _UNDOABLE:
        raise Refused(
            "This cannot be taken back: only decisions about who is who can.", "not_undoable"
        )
    # Each undoing left the one before it undone and the one before that standing.
    for above, below in pairwise(_chain(event)):
        if below.undone_by != (above.pk if above.undone_by is None else None):
            raise Refused(
                "This was decided anew since. Take the newer decision back instead.",
                "decided_anew",
            )


def _chain(event: IdentityEvent) -> list[IdentityEvent]:
    """The event, what it undoes, what that undoes, and so on down to a decision."""
    found = [event]
    while found[-1].undoes is not None:
        found.append(event_named(found[-1].undoes))
    return found


def _is_undone(event: IdentityEvent) -> bool:
    return IdentityEvent.objects.filter(pk=event.pk, undone_by__isnull=False).exists()


def _note_undoing(event: IdentityEvent, word: Word) -> int:
    """The event of the undoing, with the decisions and rules that change their standing by it."""
    act = Act(
        Kind.UNDONE,
        word.actor,
        rule=STAFF,
        one=event.one,
        other=event.other,
        reason=word.reason,
        undoes=event.pk,
    )
    undone = links.note(act, word.at)
    below = _chain(event)
    # What an undoing had undone stands again, what that had undone does not, and so on down.
    mark: int | None = undone
    for each in below:
        IdentityEvent.objects.filter(pk=each.pk).update(undone_by=mark)
        mark = None if mark is not None else each.pk
    pair_rules.follow([each.pk for each in below], word)
    return undone


def _give_homes(profiles: Collection[int], access: Access, now: datetime) -> set[int]:
    """A profile that no decision places any more becomes a guest of its own."""
    if not profiles:
        return set()
    event = links.note(Act(Kind.CREATED, access.actor, rule=STAFF), now)
    homes = links.open_guests(len(profiles), now)
    return links.move(dict(zip(sorted(profiles), homes, strict=True)), event, now)


def _hold_to_it(root: IdentityEvent, before: Mapping[int, Collection[int]], word: Word) -> None:
    """A person has said it was wrong: what was joined stays apart, what was parted stays together."""
    named = [(root.one, root.other)] if root.one and root.other else []
    everybody = {id_ for ids in before.values() for id_ in ids}
    at = links.guests_of(everybody | {id_ for pair in named for id_ in pair})
    if root.kind in _JOINING:
        pairs = chain(named, *(combinations(ids, 2) for ids in before.values()))
        # An erased profile is nobody's: nothing is to be said of it.
        parted = (pair for pair in pairs if at.keys() >= {*pair} and at[pair[0]] != at[pair[1]])
        apart = list(islice(parted, PAIRS_MAX))
        said = pair_rules.standing(everybody, everybody, Rule.MUST_LINK)
        joined = {(rule.one, rule.other) for rule in said}
        pair_rules.write(
            Rule.CANNOT_LINK,
            [pair for pair in apart if pair_rules.ordered(*pair) not in joined],
            word,
        )
    elif root.kind == Kind.SPLIT and root.rule != STAFF:
        together = [(one, other) for one, other in named if at.get(one) == at.get(other)]
        pair_rules.write(Rule.MUST_LINK, together, word)


def _between(ones: Collection[int], others: Collection[int]) -> list[pair_rules.Pair]:
    return list(islice(product(ones, others), PAIRS_MAX))


def _joined_at(ones: Collection[int], others: Collection[int]) -> datetime:
    """Since when some of both sides have been one guest."""
    standing = Link.objects.filter(until_at=None)
    firsts = (
        standing.filter(profile_id__in=side).order_by("since_at").values_list("since_at", flat=True)
        for side in (ones, others)
    )
    return max(found[0] for found in firsts)


def _came_from(profile_ids: Collection[int]) -> int | None:
    """The oldest guest that was opened for one of these and has nobody now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT g.id FROM guest g
                WHERE g.state = 'retired'
                  AND g.id IN (SELECT guest_id FROM link WHERE profile_id = ANY(%(ids)s))
                  AND (SELECT profile_id FROM link f WHERE f.guest_id = g.id
                        ORDER BY f.id LIMIT 1) = ANY(%(ids)s)
                ORDER BY g.id LIMIT 1 FOR UPDATE""",
            {"ids": list(profile_ids)},
        )
        row = cursor.fetchone()
    return row[0] if row else None
