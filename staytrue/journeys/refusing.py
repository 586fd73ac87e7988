"""Whom a plan leaves out because they said so: opted out, or on the suppression list.

Who said so for one of his addresses is planned for at the next, which the gate would take too.
Only what somebody said: a ground that is lacking today may be there when the message is due, and
the gate asks for it then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from staytrue.consent import permissions
from staytrue.consent.permissions import Asked
from staytrue.journeys.rules import ABSENT, Line
from staytrue.kit.asking import ask
from staytrue.messages import people, reaching
from staytrue.messages.case import Permitted, Point
from staytrue.messages.reaching import Meant, Way
from staytrue.messages.reasons import Reason
from staytrue.messages.wanted import Wanted

_SAID = frozenset({Reason.OPTED_OUT.value, Reason.SUPPRESSED.value})
_OF_STAY = frozenset({"stay", "service"})
# Most guests never said anything: only the others are asked about. Of what the stay needs only a no
# counts; what advertises rests on all that was said.
_SPOKEN = """
  SELECT u.profile_id FROM consent_act a JOIN contact_use u
      ON u.contact_point_id = a.contact_point_id AND u.until_at IS NULL
   WHERE u.profile_id = ANY(%(profiles)s::bigint[]) AND {counts}
   UNION
  SELECT m.profile_id FROM link m JOIN link l ON l.guest_id = m.guest_id AND l.until_at IS NULL
    JOIN consent_act a ON a.profile_id = l.profile_id
   WHERE m.profile_id = ANY(%(profiles)s::bigint[]) AND m.until_at IS NULL AND {counts}
   UNION
  SELECT a.profile_id FROM consent_act a
   WHERE a.profile_id = ANY(%(profiles)s::bigint[]) AND {counts}"""
_ANY = _SPOKEN.format(counts="true")
_NO = _SPOKEN.format(
    counts="a.act IN ('opt_out', 'suppress') AND a.purpose IN ('', 'stay', 'service')"
)


def without_refusals(lines: Sequence[Line], now: datetime) -> list[Line]:
    """The same lines; what somebody refused is absent, with his refusal as the reason."""
    wanted = [line.wanted for line in lines if line.wanted]
    of_stay = {each.profile_id for each in wanted if each.purpose in _OF_STAY}
    others = {each.profile_id for each in wanted if each.purpose not in _OF_STAY}
    spoken = {True: _spoken(_NO, of_stay), False: _spoken(_ANY, others)}
    asked = {
        place: Asked(
            line.wanted.contact_point_id, line.wanted.profile_id, line.wanted.property_id,
            line.wanted.purpose, line.wanted.channel,
        )
        for place, line in enumerate(lines)
        if line.wanted and line.wanted.contact_point_id and line.wanted.profile_id in spoken[line.wanted.purpose in _OF_STAY]
    }  # fmt: skip
    found = list(lines)
    answers = permissions.of(list(asked.values()), now)
    refused = {
        place: answer.reason for place, answer in zip(asked, answers, strict=True)
        if not answer.allowed and answer.reason in _SAID
    }  # fmt: skip
    instead = _elsewhere({place: lines[place].wanted for place in refused}, now) if refused else {}
    for place, reason in refused.items():
        line = lines[place]
        found[place] = (
            replace(line, wanted=dataclasses.replace(line.wanted, contact_point_id=instead[place]))
            if line.wanted and place in instead
            else replace(line, standing=ABSENT, reason=reason, wanted=None)
        )
    return found


def _elsewhere(refused: Mapping[int, Wanted | None], now: datetime) -> dict[int, int]:
    """Place of a line → another address of its guest that he did not refuse."""
    wanted = {place: each for place, each in refused.items() if each}
    persons = people.whom({each.profile_id for each in wanted.values()})
    known = people.addresses(persons.values())
    usable = [
        (place, address)
        for place, each in wanted.items() if each.profile_id in persons
        for address in people.addresses_for(
            each.channel, each.contact_point_id, persons[each.profile_id], known
        )
    ]  # fmt: skip
    answers = permissions.of(
        [
            Asked(address.point_id, address.profile_id, wanted[place].property_id,
                  wanted[place].purpose, wanted[place].channel)
            for place, address in usable
        ],
        now,
    )  # fmt: skip
    found: dict[int, int] = {}
    for (place, address), answer in zip(usable, answers, strict=True):
        each = wanted[place]
        # How many share it is asked at the gate, as of the address that was planned first.
        point = Point(address.role, bool(address.to(each.channel)), guests=0)
        way = Way(point, Permitted(answer.allowed, answer.reason, answer.basis))
        said = reaching.objection(way, Meant(each.purpose, each.recipient_role, shared_above=0))
        if said is None or said.reason == Reason.NO_BASIS:
            found.setdefault(place, address.point_id)
    return found


def _spoken(statement: str, profile_ids: Collection[int]) -> set[int]:
    if not profile_ids:
        return set()
    return {id_ for (id_,) in ask(statement, {"profiles": sorted(profile_ids)})}
