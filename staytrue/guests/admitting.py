"""Profiles recognised at once, in the transaction that brought them: features, edges, guests.

What is decided here is what the settler would decide: both read the same component whole and let
`resolving` say who is whom, so that no order of arrival makes a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from staytrue.guests import (
    components,
    edges,
    erasing,
    links,
    proposing,
    source_profiles,
    standings,
    stays,
    terms,
    values,
)
from staytrue.guests.comparing import BANDS
from staytrue.guests.components import Component
from staytrue.guests.edges import Edge
from staytrue.guests.links import Kind
from staytrue.guests.matching import safety
from staytrue.guests.matching.normalise import VERSION
from staytrue.guests.placing import ACTOR, Placing
from staytrue.guests.proposing import OVERSIZE, Question, question_of
from staytrue.guests.resolving import Policy, Resolved, Said, resolve
from staytrue.guests.source_profiles import Refreshed
from staytrue.guests.standings import Place
from staytrue.guests.terms import Terms

TRIES = 5


def admit(profile_ids: Collection[int], now: datetime, *, anew: bool = False) -> None:
    """Recognise these mirrored profiles, new or changed, within the present transaction.

    Whoever matches nobody opens a guest; on a match one link is added and no guest is opened.
    `anew` compares also those again that did not change, because others did.
    """
    force = terms.in_force()
    done = source_profiles.refresh(profile_ids, force.salt, now, anew=anew)
    if not done.rows:
        return
    if own := done.disturbed & done.rows.keys():
        # What they brought makes one of their own values count for less, or a key too common.
        done.follow(source_profiles.refresh(own, force.salt, now, anew=True))
    values.look_again(done.disturbed - done.rows.keys(), now)
    found = edges.met({id_: seen.features for id_, seen in done.seen.items()}, done.keys, force)
    made = edges.scored(found, force)
    known = [id_ for id_, row in done.rows.items() if not row.is_new]
    edges.keep(made, known, force.by.version)
    _settle(done, made, force, now, is_again=anew)


def _settle(
    done: Refreshed, made: Collection[Edge], force: Terms, now: datetime, *, is_again: bool
) -> None:
    """Guests for these profiles. Most are new and like nobody: they need no component."""
    erased = [id_ for id_, row in done.rows.items() if row.is_erased]
    if erased:
        erasing.erase(erased, ACTOR, now)
    tied = {id_ for edge in made if ties(edge, force) for id_ in (edge.one, edge.other)}
    alone = [id_ for id_, row in done.rows.items()
             if row.is_new and row.merged_into is None and id_ not in tied
             and not row.is_erased]  # fmt: skip
    opened = links.open_for(alone, ACTOR, VERSION, now) if alone else {}
    rest = done.rows.keys() - {*alone, *erased}
    asked = [question for edge in made
             if {edge.one, edge.other}.isdisjoint(rest) and (question := question_of(edge))]  # fmt: skip
    if rest:
        place(rest, force, now, asked, opened.values(), is_again=is_again)
    elif asked:
        proposing.ask_first(asked, now)


def ties(edge: Edge, force: Terms) -> bool:
    """Whether this edge alone may make two profiles one guest, or stand in the way of it."""
    is_scored = force.policy.automatic and edge.person >= BANDS.review
    return edge.is_joined_by_rule or is_scored


def place(
    profile_ids: Collection[int],
    force: Terms,
    now: datetime,
    asked: Collection[Question] = (),
    besides: Iterable[int] = (),
    *,
    is_again: bool = False,
) -> None:
    """Make guests and open questions around these profiles what they ought to be. A rule that would
    join more here than it may ahead of people's answers joins nobody yet.
    """
    for _ in range(TRIES):
        around = components.around(profile_ids, force)
        policy = force.policy
        placing, resolved = _placed(around, policy, force, now)
        # What a proven rule only suggested was drawn from before: the settler joins all of it.
        free = policy.proven if is_again else frozenset()
        while over := _over(around, placing, policy) - free:
            policy = policy.pausing(over)
            placing, resolved = _placed(around, policy, force, now)
        guests = {each.guest for component in around for each in component.profiles} - {None}
        if not placing.acts or _held(around):
            break
    touched = placing.write()
    joins = _joins(around, placing, policy)
    questions = [*asked]
    for component, answer in resolved:
        questions += _questions(component, answer, placing)
    proposing.settle({*(g for g in guests if g is not None), *touched, *besides}, questions, now)
    if joins:
        standings.joined(joins, now)


Answered = list[tuple[Component, Resolved]]


def _placed(
    around: Collection[Component], policy: Policy, force: Terms, now: datetime
) -> tuple[Placing, Answered]:
    """What is to be written for these components, if the rules may do what this policy says."""
    force = replace(force, policy=policy)
    placing, resolved = Placing(force, now), []
    for component in around:
        answer = _resolved(component, force)
        resolved.append((component, answer))
        if component.is_oversize:
            placing.add_alone(component)
        else:
            placing.add(component, answer)
    return placing, resolved


def _over(around: Collection[Component], placing: Placing, policy: Policy) -> set[Place]:
    """Where a rule would join more than it may ahead of people's answers."""
    joins = _joins(around, placing, policy)
    return {place for place, count in joins.items() if count > safety.DEFAULT.ahead}


def _joins(around: Collection[Component], placing: Placing, policy: Policy) -> Counter[Place]:
    """How often each rule that waits for answers joins, hotel by hotel."""
    hotels = {each.id: each.property_id for component in around for each in component.profiles}
    return Counter(
        (act.rule, hotels.get(act.one or 0))
        for act in placing.acts
        if act.kind in (Kind.ATTACHED, Kind.MERGED) and policy.is_ahead(act.rule)
    )


def _held(around: Collection[Component]) -> bool:
    """Lock the guests that may change; False where one has changed since they were read."""
    guest_of = {each.id: each.guest for component in around for each in component.profiles}
    held = {guest for guest in guest_of.values() if guest is not None}
    if not held:
        return True
    links.lock(held)
    present = links.guests_of(list(guest_of))
    return all(present.get(id_) == guest for id_, guest in guest_of.items())


def _resolved(component: Component, force: Terms) -> Resolved:
    members = [] if component.is_oversize else component.members
    ids = [member.id for member in members]
    here = set(ids)
    inside = {(e.one, e.other) for e in component.edges if e.one in here and e.other in here}
    presence = stays.presence(ids) if inside else None
    said = component.said if members else Said()
    return resolve(members, inside, force.policy, force.by, said, presence)


def _questions(component: Component, resolved: Resolved, placing: Placing) -> list[Question]:
    """What a person should be asked of the pairs around a component."""
    if component.is_oversize:
        return _one_case(component)
    ids = [member.id for member in resolved.members]
    doubts = {
        (min(ids[one], ids[other]), max(ids[one], ids[other])): doubt
        for (one, other), doubt in resolved.doubts.items()
    }
    asked = [question_of(edge, doubts.get((edge.one, edge.other))) for edge in component.edges]
    at = {id_: place for place, id_ in enumerate(ids)}
    for (one, other), doubt in placing.reopened.items():
        if one in at and other in at:
            place = resolved.place(at[one], at[other])
            pairs = resolved.pairs
            bits, person = float(pairs.bits[place]), float(pairs.person[place])
            asked.append(Question(one, other, doubt.why, doubt.rule, bits, person))
    return [each for each in asked if each]


def _one_case(component: Component) -> list[Question]:
    """A single question for all that hang together, however many pairs they make."""
    joining = [edge for edge in component.edges if edge.is_joined_by_rule or edge.may_join]
    guest_of = {each.id: each.guest for each in component.profiles}
    best = max(
        (e for e in joining if guest_of.get(e.one) != guest_of.get(e.other)),
        key=lambda edge: (edge.person, edge.bits, edge.one, edge.other),
        default=None,
    )
    if best is None:
        return []
    facts = {"profiles": sorted(guest_of)}
    return [Question(best.one, best.other, OVERSIZE, "", best.bits, best.person, facts)]
