"""Where each rule stands at each hotel by what people said of its joins, and what follows from it.

A rule that is to prove itself first only suggests until it has; one that is not trusted joins so much
ahead of people's answers; past its budget any rule only suggests, until somebody lets it join again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.db import connection

from staytrue.guests import values
from staytrue.guests.matching import safety
from staytrue.guests.matching.named_rules import Rule
from staytrue.guests.matching.safety import Budget, Stage, Watch
from staytrue.guests.models import MatchingSetting, RuleStanding, RuleState
from staytrue.guests.resolving import SCORE
from staytrue.hotel import scope
from staytrue.kit.asking import ask_all

Place = tuple[str, int | None]
"""A rule at a hotel; None: of profiles of no hotel."""
_LATELY = timedelta(days=28)


@dataclass(frozen=True)
class Measured:
    """What people said of a rule's joins at a hotel; None: at all hotels together."""

    rule: str
    property_id: int | None
    checked: int
    wrong: int


@dataclass(frozen=True)
class Standing:
    """A rule at a hotel: what people said of it, whether it joins, and what is still to be said.

    `needed` right answers prove it, by `until` if people go on as they did lately.
    """

    measured: Measured
    at_most: float
    stage: Stage
    joins: bool
    waiting: int
    needed: int
    until: date | None


def budget() -> Budget:
    """How much may be wrong."""
    return Budget(rate=MatchingSetting.objects.values_list("error_budget", flat=True).get())


def measured() -> list[Measured]:
    """Every rule that was checked, at each hotel."""
    with scope.everything():
        return [
            Measured(*place, watch.reviewed, watch.wrong)
            for place, watch in sorted(_watches(budget()).items(), key=lambda each: _order(each[0]))
        ]


def standings(now: datetime) -> list[Standing]:
    """Every rule at each hotel where it joined somebody or would have, by rule and hotel."""
    with scope.everything():
        by, said, open_ = budget(), _said(), waiting()
        force = ahead()
        found = []
        for row in sorted(RuleStanding.objects.all(), key=lambda row: _order(_place(row))):
            place, stage = _place(row), Stage(row.stage)
            watch = safety.watched((is_wrong for _, is_wrong in said.get(place, ())), by)
            needed = safety.until_proven(watch, by) if stage == Stage.TRIAL else 0
            joins = row.may_merge if row.rule in force else stage != Stage.CLOSED
            found.append(
                Standing(
                    Measured(*place, watch.reviewed, watch.wrong), watch.upper_bound, stage, joins,
                    open_.get(place, 0), needed, _until(said.get(place, ()), needed, now),
                )
            )  # fmt: skip
        return found


def judge(
    places: Collection[Place], now: datetime, *, is_drawn: bool = False
) -> dict[Place, Stage]:
    """Note where the rules stand here now: those past the budget close, those proven may join, and
    those watched. Whoever waits goes on only when all that he joined `is_drawn`.
    """
    kept = hold(places)
    by, open_, force = budget(), waiting(joined=True), ahead()
    watches = _watches(by)
    shut = {_place(row) for row in RuleState.objects.filter(reopened_at=None)}
    found = {}
    for place in sorted(places, key=_order):
        watch = watches.get(place, Watch(by))
        if place not in shut and watch.stage == Stage.CLOSED:
            _close(place, watch, by, now)
        stage = found[place] = Stage.CLOSED if place in shut else watch.stage
        is_watched = force.get(place[0], False) and not watch.wrong
        may = safety.may_merge(stage, open_.get(place, 0), by, is_watched=is_watched)
        row = kept.get(place)
        may &= is_drawn or row is None or row.may_merge or row.stage != stage
        _keep(row, place, stage, now, may=may)
    return found


def hold(places: Collection[Place]) -> dict[Place, RuleStanding]:
    """Keep others from judging these rules until the transaction ends; whoever decides about guests
    as well holds these before them.
    """
    rules = {rule for rule, _ in places}
    rows = RuleStanding.objects.select_for_update().filter(rule__in=rules).order_by("pk")
    return {_place(row): row for row in rows}


def go_on(now: datetime) -> None:
    """What proven rules only suggested while they waited for answers: a few of it in each round."""
    kept = MatchingSetting.objects.get()
    rules = ahead().keys() - (set() if kept.automatic else {SCORE})
    for row in RuleStanding.objects.filter(may_merge=True, rule__in=rules).order_by("pk"):
        look_again(_place(row), now, budget().ahead)


def joined(places: Collection[Place], now: datetime) -> None:
    """These rules joined here: they wait until it was drawn. Where somebody judges a rule just now
    he is not waited for, because he may wait for the guests that are held here.
    """
    for rule, property_id in sorted(places, key=_order):
        RuleStanding.objects.bulk_create(
            [RuleStanding(rule=rule, property_id=property_id, stage=Stage.TRIAL, since=now)],
            ignore_conflicts=True,
        )
        free = RuleStanding.objects.select_for_update(skip_locked=True).filter(
            rule=rule, property_id=property_id, may_merge=True
        )
        RuleStanding.objects.filter(pk__in=[row.pk for row in free]).update(may_merge=False)


def look_again(place: Place, now: datetime, most: int | None = None) -> None:
    """Have pairs that this rule only suggested here looked at once more, others in each round."""
    rule, property_id = place
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT one FROM ({SUGGESTED}) s WHERE rule = %(rule)s
                  AND (one_property IS NOT DISTINCT FROM %(property)s
                       OR other_property IS NOT DISTINCT FROM %(property)s)
                ORDER BY hashint8extended(id, %(seed)s) LIMIT %(most)s""",
            {"rule": rule, "property": property_id, "most": most, "seed": int(now.timestamp())},
        )
        values.look_again([one for (one,) in cursor.fetchall()], now)


def waiting(*, joined: bool = False) -> dict[Place, int]:
    """How many checks of each rule at each hotel nobody has answered, of what can be answered;
    those alone that are about what was `joined`.
    """
    with scope.everything():
        rows = ask_all(
            """SELECT s.rule, s.property_id, count(*) FROM safety_check s
                 LEFT JOIN proposal p ON p.id = s.proposal_id
                 LEFT JOIN identity_event v ON v.id = s.event_id
                 LEFT JOIN link a ON a.profile_id = s.one AND a.until_at IS NULL
                 LEFT JOIN link b ON b.profile_id = s.other AND b.until_at IS NULL
                WHERE s.answered_at IS NULL AND (NOT %(joined)s OR s.event_id IS NOT NULL)
                  AND (p.state = 'open'
                       OR v.id IS NOT NULL AND v.undone_by IS NULL AND a.guest_id = b.guest_id)
                GROUP BY 1, 2""",
            {"joined": joined},
        )
    return {(rule, property_id): count for rule, property_id, count in rows}


def places_known() -> set[Place]:
    """Every rule and hotel that was ever judged, or of which something was said."""
    return {_place(row) for row in RuleStanding.objects.all()} | _said().keys()


SUGGESTED = f"""
  SELECT CASE p.why WHEN 'score' THEN '{SCORE}' ELSE p.rule END AS rule, p.id, p.why,
         p.one_profile AS one, p.other_profile AS other,
         a.property_id AS one_property, b.property_id AS other_property
    FROM proposal p
    JOIN profile a ON a.id = least(p.one_profile, p.other_profile)
    JOIN profile b ON b.id = greatest(p.one_profile, p.other_profile)
    LEFT JOIN edge e ON e.one = a.id AND e.other = b.id
   WHERE p.state = 'open' AND (p.why IN ('rule_trial', 'rule_closed')
                               OR p.why = 'score' AND p.rule = '' AND e.may_join)"""
"""Open questions about pairs that a rule would have joined if it might."""

# What people said of joins: answers to checks and to questions that were drawn, and joins that staff
# took back unasked. Two who were taken apart and joined by somebody again were one person after all.
_SAID = """
  SELECT s.rule, s.property_id, s.answered_at AS at, s.id AS place,
         s.answer = 'different' AND a.guest_id IS DISTINCT FROM b.guest_id AS is_wrong
    FROM safety_check s
    LEFT JOIN link a ON a.profile_id = s.one AND a.until_at IS NULL
    LEFT JOIN link b ON b.profile_id = s.other AND b.until_at IS NULL
   WHERE s.answer IN ('same', 'different')
  UNION ALL
  SELECT s.rule, s.property_id, p.decided_at, s.id, p.state = 'rejected'
    FROM safety_check s JOIN proposal p ON p.id = s.proposal_id
   WHERE p.state IN ('merged', 'rejected') AND p.decided_by LIKE 'member:%%'
  UNION ALL
  SELECT v.rule, p.property_id, u.at, u.id, true
    FROM identity_event u
    JOIN identity_event v ON v.id = u.undoes AND v.undone_by = u.id
     AND v.kind IN ('attached', 'merged') AND v.actor NOT LIKE 'member:%%'
    JOIN profile p ON p.id = v.one
   WHERE u.kind = 'undone' AND u.actor LIKE 'member:%%'
     AND NOT EXISTS (SELECT FROM safety_check c WHERE c.event_id = v.id AND c.answer <> '')"""


def _said() -> dict[Place, list[tuple[datetime, bool]]]:
    """When was it said of which rule and hotel whether a join was wrong, since it was let join."""
    rows = ask_all(
        f"""SELECT s.rule, s.property_id, s.at, s.is_wrong FROM ({_SAID}) s
              LEFT JOIN (SELECT rule, property_id, max(reopened_at) AS at
                           FROM rule_state GROUP BY 1, 2) r
                ON r.rule = s.rule AND r.property_id IS NOT DISTINCT FROM s.property_id
             WHERE s.at > coalesce(r.at, '-infinity') ORDER BY s.at, s.place"""
    )
    found: dict[Place, list[tuple[datetime, bool]]] = defaultdict(list)
    for rule, property_id, at, is_wrong in rows:
        found[rule, property_id].append((at, is_wrong))
    return dict(found)


def _watches(by: Budget) -> Mapping[Place, Watch]:
    return {
        place: safety.watched((is_wrong for _, is_wrong in said), by)
        for place, said in _said().items()
    }


def ahead() -> dict[str, bool]:
    """The rules that join only so much ahead of people's answers, and whether from the first day."""
    kept = MatchingSetting.objects.get()
    return {
        rule: rule not in kept.prove_first
        for rule in (SCORE, *map(str, Rule))
        if rule in kept.prove_first or rule not in kept.trusted
    }


def _close(place: Place, watch: Watch, by: Budget, now: datetime) -> None:
    facts = {"checked": watch.reviewed, "wrong": watch.wrong, "budget": by.rate,
             "at_most": watch.upper_bound}  # fmt: skip
    RuleState.objects.create(rule=place[0], property_id=place[1], closed_at=now, facts=facts)


def _keep(
    row: RuleStanding | None, place: Place, stage: Stage, now: datetime, *, may: bool
) -> None:
    before = row.stage if row else Stage.TRIAL
    if row is None:
        row = RuleStanding(rule=place[0], property_id=place[1])
    elif (row.stage, row.may_merge) == (stage, may):
        return
    if row.stage != stage:
        row.stage, row.since = stage, now
    row.may_merge = may
    row.save()
    if stage == Stage.PROVEN != before:
        # People looked at some of these, by lot, and found next to none wrong.
        look_again(place, now)


def _until(said: Sequence[tuple[datetime, bool]], needed: int, now: datetime) -> date | None:
    """By when so many answers more are there, at the pace of the last weeks."""
    lately = [at for at, _ in said if at > now - _LATELY]
    if not needed or not lately:
        return None
    days = max((now - lately[0]) / timedelta(days=1), 1.0)
    return (now + timedelta(days=ceil(needed * days / len(lately)))).date()


def _place(row: RuleStanding | RuleState) -> Place:
    return row.rule, row.property_id


def _order(place: Place) -> tuple[str, int]:
    return place[0], place[1] or 0
