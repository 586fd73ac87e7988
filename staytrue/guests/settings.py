"""How guests are recognised, and who may set it: the cascade, what joins by itself, what it costs.

A figure stands beside each switch: nothing joins by itself before people have seen how often it
would have been right.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from staytrue.guests import standings
from staytrue.guests.matching.named_rules import Mode, Rule
from staytrue.guests.matching.safety import upper_bound
from staytrue.guests.models import MatchingSetting
from staytrue.guests.resolving import SCORE
from staytrue.guests.safety_reviews import MANAGE
from staytrue.guests.standings import Measured, measured
from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, require_everywhere

OFF = "off"
MODES = (OFF, Mode.GUARDED.value, Mode.EXACT.value)
ANSWERS_LEAST = 100
"""Fewer answers of people than this measure nothing."""


@dataclass(frozen=True)
class Cost:
    """What a way of joining would join among all pairs known, and how many of 10,000 wrongly."""

    pairs: int
    wrong_per_10000: float | None


@dataclass(frozen=True)
class Costs:
    """The score alone; the cascade with its guards; the cascade exactly as it is usually written."""

    score: Cost
    guarded: Cost
    exact: Cost


@dataclass(frozen=True)
class Shown:
    """What people said of joins by the score: how many were right, and how sure that is."""

    measured: Measured
    wrong_at_most: float
    budget: float

    @property
    def is_enough(self) -> bool:
        """Whether enough people have looked for the figure to mean something."""
        return self.measured.checked >= ANSWERS_LEAST

    @property
    def is_within(self) -> bool:
        """Whether it is as good as sure that errors stay below the budget."""
        return self.wrong_at_most <= self.budget


def current() -> MatchingSetting:
    """The settings as they are."""
    return MatchingSetting.objects.get()


def set_cascade(
    access: Access, mode: str, steps: Collection[str], now: datetime, *, confirmed: bool = False
) -> None:
    """Let the cascade run so from now on; the exact one only for who has read what it does."""
    require_everywhere(access, MANAGE)
    if mode not in MODES or not {*steps} <= {*Rule}:
        raise Refused("The cascade is off, guarded or exact, and has known steps.", "unknown_mode")
    if mode != OFF and not steps:
        raise Refused("A cascade needs a step: card, phone or address.", "no_steps")
    if mode == Mode.EXACT and not confirmed:
        raise Refused(
            "The exact cascade joins couples: about 35 of 100 couples share a card, and it asks "
            "for nothing but last name and card. Confirm that you want it so.",
            "exact_unconfirmed",
        )
    with scope.everything(), audit.acting(access.actor, now):
        kept = MatchingSetting.objects.select_for_update().get()
        kept.cascade = mode
        kept.steps = [rule.value for rule in Rule if rule in steps]
        kept.save(update_fields=["cascade", "steps"])


def set_automatic(access: Access, now: datetime, *, on: bool, confirmed: bool = False) -> None:
    """Let the score join by itself, or no longer; first it must be measured how often it errs."""
    require_everywhere(access, MANAGE)
    if on:
        _check_shown(confirmed=confirmed)
    with scope.everything(), audit.acting(access.actor, now):
        kept = MatchingSetting.objects.select_for_update().get()
        kept.automatic = on
        kept.save(update_fields=["automatic"])


def set_proving(
    access: Access, rules: Collection[str], now: datetime, *, trusted: Collection[str] = ()
) -> None:
    """These rules only suggest at a hotel until people's answers have proven them there; `trusted`
    ones join whatever they find, the others two answers ahead.
    """
    require_everywhere(access, MANAGE)
    if not {*rules, *trusted} <= {SCORE, *Rule}:
        raise Refused("What proves itself is the score or a step of the cascade.", "unknown_rule")
    with scope.everything(), audit.acting(access.actor, now):
        kept = MatchingSetting.objects.select_for_update().get()
        free = ({*kept.prove_first} - {*rules}) | ({*trusted} - {*kept.trusted})
        kept.prove_first = [rule for rule in (SCORE, *Rule) if rule in rules]
        kept.trusted = [rule for rule in (SCORE, *Rule) if rule in {*trusted} - {*rules}]
        kept.save(update_fields=["prove_first", "trusted"])
        for place in sorted(standings.places_known(), key=str):
            if place[0] in free:
                standings.look_again(place, now)


def _check_shown(*, confirmed: bool) -> None:
    found = shown()
    if not found.is_enough:
        raise Refused(
            "Nobody knows yet how often the score is right. Decide more pairs first.",
            "not_measured",
            checked=found.measured.checked,
            wanted=ANSWERS_LEAST,
        )
    if not found.is_within and not confirmed:
        raise Refused(
            "It is not sure yet that errors stay within the budget. Decide more pairs, or confirm.",
            "not_within_budget",
        )


def shown() -> Shown:
    """What is known of the score: answers to checks, and to pairs that it would have joined."""
    checks = [each for each in measured() if each.rule == SCORE]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE p.state = 'rejected')
                 FROM proposal p
                 JOIN edge e ON e.one = least(p.one_profile, p.other_profile)
                      AND e.other = greatest(p.one_profile, p.other_profile) AND e.may_join
                WHERE p.state IN ('merged', 'rejected') AND p.decided_by LIKE 'member:%%'
                  AND NOT EXISTS (SELECT FROM safety_check c WHERE c.proposal_id = p.id)"""
        )
        decided, rejected = cursor.fetchone()
    whole = Measured(
        SCORE,
        None,
        decided + sum(each.checked for each in checks),
        rejected + sum(each.wrong for each in checks),
    )
    budget = current().error_budget
    return Shown(whole, upper_bound(whole.wrong, whole.checked), budget)


def costs() -> Costs:
    """What each way would join, by the shares that the present matcher gives the pairs it knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE may_join), avg(1 - person) FILTER (WHERE may_join),
                      count(*) FILTER (WHERE is_linked), avg(1 - person) FILTER (WHERE is_linked),
                      count(*) FILTER (WHERE is_named), avg(1 - person) FILTER (WHERE is_named)
                 FROM (SELECT may_join, person, rule <> '' AND rule NOT LIKE '%% %%' AS is_linked,
                              rule <> '' AND rule NOT LIKE '%%surname_differs' AS is_named
                         FROM edge) e"""
        )
        score, score_wrong, linked, linked_wrong, named, named_wrong = cursor.fetchone()
    return Costs(
        Cost(score, _per_10000(score_wrong)),
        Cost(linked, _per_10000(linked_wrong)),
        Cost(named, _per_10000(named_wrong)),
    )


def _per_10000(share: float | None) -> float | None:
    return None if share is None else float(share) * 10_000
