"""Finds messages that later facts show to have been wrong, in sets; what it finds stays listed.

Three sources of truth: the log of changes (stays, addresses), acts of consent, who is one guest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from staytrue.connectors import registry
from staytrue.hotel.codes import Status, StatusOrigin
from staytrue.inbox.models import Connection
from staytrue.kit.asking import ask
from staytrue.messages import people, wrongness
from staytrue.messages.kinds import DEMANDS, LEFT, Kind
from staytrue.messages.models import Message, WrongSend
from staytrue.messages.wrongness import Asked, Cause, Known, Learnt, Standing
from staytrue.staff.actions import NewAsk, open_asks

LOOKED_BACK = timedelta(days=400)
"""What left longer ago is nobody's to correct any more."""
ASK, OWNER = "wrong_send", "guest_relations"
_DAY = timedelta(days=1)
_LAST_ZONE = timedelta(hours=12)
_LEFT = sorted(state.value for state in LEFT)
_OF_STAY = sorted(kind.value for kind, asked in DEMANDS.items() if asked.of_stay)


@dataclass(frozen=True)
class Sent:
    """A message that left, with what was decided on."""

    id: int
    property_id: int
    kind: Kind
    role: str
    reservation_id: int
    profile_id: int
    point_id: int
    sent_at: datetime
    facts: Mapping[str, Any]

    def asked(self, reads: Collection[int]) -> Asked:
        """What the PMS said just before."""
        look = self.facts.get("look_up")
        told, at = (look["told"], look["at"]) if isinstance(look, Mapping) else ("", None)
        instant = datetime.fromisoformat(at) if at else None
        # A person's word is not the PMS's: what he overlooked could still be had.
        is_pms = told != "confirmed"
        return Asked(self.property_id in reads, told, instant if is_pms else None)


@dataclass(frozen=True)
class Found:
    """One wrong message with its cause, the fact that shows it, and what stood then and stands."""

    sent: Sent
    cause: Cause
    fact: Learnt
    then: Mapping[str, Any]
    stands: Mapping[str, Any]


def of_stays(reservation_ids: Collection[int], now: datetime) -> int:
    """List what changes of these stays show to have been wrong; how many are new."""
    sent = _sent(
        "m.reservation_id = ANY(%(ids)s) AND m.kind = ANY(%(kinds)s)", reservation_ids, now
    )
    if not sent:
        return 0
    stays = _stays({each.reservation_id for each in sent}, min(each.sent_at for each in sent))
    ways = people.whom({each.profile_id for each in sent})
    found = []
    for each in sent:
        stay, person = stays.get(each.reservation_id), ways.get(each.profile_id)
        if stay and person and (one := stay.wrong(each, person.way)):
            found.append(one)
    return keep(found, now)


def of_people(profile_ids: Collection[int], now: datetime) -> int:
    """List what was said by these people, or became known of them, that shows a message wrong."""
    if not Message.objects.filter(state__in=_LEFT).exists():
        # A history brings very many people to whom nothing ever left.
        return 0
    everybody = people.whom(profile_ids)
    ids = {id_ for each in everybody.values() for id_ in each.profiles} | set(profile_ids)
    sent = _sent(_TO_THEM, ids, now)
    if not sent:
        return 0
    return keep([*_refused(sent), *_misdirected(sent, now)], now)


def of_share(part: int, parts: int, now: datetime) -> int:
    """Look through one part of all that left, so that nothing hangs on a reaction alone."""
    rows = ask(
        """SELECT reservation_id, profile_id FROM message
            WHERE handed_at > %(since)s AND state = ANY(%(left)s) AND id %% %(parts)s = %(part)s""",
        {"since": now - LOOKED_BACK, "left": _LEFT, "parts": parts, "part": part},
    )
    stays = {stay for stay, _ in rows if stay is not None}
    return of_stays(stays, now) + of_people({profile for _, profile in rows}, now)


def keep(found: Iterable[Found], now: datetime) -> int:
    """Write down what is not listed yet, and ask its owner to look; nothing is ever taken away."""
    made = list(found)
    known = set(
        WrongSend.objects.filter(message__in={each.sent.id for each in made}).values_list(
            "message_id", "cause"
        )
    )
    new = [each for each in made if (each.sent.id, each.cause) not in known]
    reads = _reading({each.sent.property_id for each in new})
    rows = WrongSend.objects.bulk_create(
        [
            WrongSend(
                message_id=each.sent.id, property_id=each.sent.property_id, cause=each.cause,
                knowable=_knowable(each, reads), true_at=each.fact.true_at,
                known_at=each.fact.known_at, found_at=now, then=dict(each.then),
                stands=dict(each.stands), owner=OWNER,
            )
            for each in new
        ],
    )  # fmt: skip
    asks = [
        NewAsk(f"wrong-send:{row.pk}", ASK, OWNER, row.property_id,
               {"kind": each.sent.kind, "cause": each.cause}, f"/sending/wrong/{row.pk}/")
        for row, each in zip(rows, new, strict=True)
    ]  # fmt: skip
    open_asks(asks, now)
    return len(new)


def _knowable(each: Found, reads: Collection[int]) -> Known:
    # A PMS is asked about a stay, not about what people say or who they are.
    of_stay = each.cause not in (Cause.OPTED_OUT, Cause.OLD_ADDRESS)
    asked = each.sent.asked(reads) if of_stay else Asked(reads_one=False)
    return wrongness.known(each.sent.sent_at, each.fact, asked)


def _reading(property_ids: Collection[int]) -> frozenset[int]:
    """Hotels of which some PMS can be asked about one reservation."""
    links = Connection.objects.filter(property_id__in=property_ids, stopped_at=None)
    return frozenset(each.property_id for each in links if registry.live(each.dialect) is not None)


# Also what went to an address of theirs and was meant for whoever was taken for the same guest.
_TO_THEM = """(m.profile_id = ANY(%(ids)s) OR m.contact_point_id IN (
  SELECT u.contact_point_id FROM contact_use u WHERE u.profile_id = ANY(%(ids)s)))"""
_SENT = """
SELECT m.id, m.property_id, m.kind, m.recipient_role, coalesce(m.reservation_id, 0), m.profile_id,
       coalesce(m.contact_point_id, 0), m.handed_at,
       coalesce((SELECT d.facts::text FROM message_decision d
                  WHERE d.message_id = m.id AND d.answer = 'send' ORDER BY d.id DESC LIMIT 1), '{}')
  FROM message m
 WHERE m.state = ANY(%(left)s) AND m.handed_at > %(since)s AND """


def _sent(where: str, ids: Collection[int], now: datetime) -> list[Sent]:
    values = {
        "ids": sorted(ids), "kinds": _OF_STAY, "left": _LEFT, "since": now - LOOKED_BACK,
    }  # fmt: skip
    return [
        Sent(id_, hotel, Kind(kind), role, stay, profile, point, at, msgspec.json.decode(facts))
        for id_, hotel, kind, role, stay, profile, point, at, facts in ask(_SENT + where, values)
    ]


@dataclass(frozen=True)
class _Version:
    """One difference: when it became true, when it lay here, when we knew it."""

    no: int
    fact: Learnt
    diff: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class _Stay:
    """A stay as it is now, and its versions, newest first."""

    connection_id: int
    now: Mapping[str, Any]
    versions: Sequence[_Version]

    def wrong(self, sent: Sent, way: Collection[tuple[int, str]]) -> Found | None:
        """Why this message was wrong, as far as later versions show."""
        later = [each for each in self.versions if each.fact.known_at > sent.sent_at]
        if not later:
            return None
        known = dict(self.now)
        for each in later:
            known |= {name: before for name, (before, _) in each.diff.items()}
        truth, shown = dict(known), list[_Version]()
        for each in reversed(later):
            if each.fact.true_at <= sent.sent_at:
                truth |= {name: after for name, (_, after) in each.diff.items()}
                shown.append(each)
        names = {source for connection, source in way if connection == self.connection_id}
        then, was = _standing(known), _standing(truth)
        cause = wrongness.of_stay(sent.kind, sent.role, names, then, was) if shown else None
        if cause is None and wrongness.never_came(sent.kind, then, _standing(self.now)):
            cause, truth = Cause.NO_SHOW, dict(self.now)
            shown = [each for each in later if "status" in each.diff][:1]
        if cause is None or not shown:
            return None
        proof = next((each for each in shown if _tells(each, cause)), shown[-1])
        version = sent.facts.get("stay_version")
        return Found(
            sent, cause, proof.fact, _told(known) | ({"stay_version": version} if version else {}),
            _told(truth) | {"no": proof.no},
        )  # fmt: skip


_FIELDS = ("status", "arrival_on", "departure_on", "guests")


def _told(of: Mapping[str, Any]) -> dict[str, Any]:
    """The facts without a name: the people by their ids at the PMS are left out."""
    return {name: of[name] for name in _FIELDS[:3]}


def _tells(version: _Version, cause: Cause) -> bool:
    if cause == Cause.DATES_MOVED:
        return bool({"arrival_on", "departure_on"} & set(version.diff))
    return ("guests" if cause == Cause.WRONG_PERSON else "status") in version.diff


def _standing(of: Mapping[str, Any]) -> Standing:
    people_on = frozenset((each["role"], each["profile"]) for each in of["guests"] or [])
    return Standing(
        of["status"],
        date.fromisoformat(of["arrival_on"]),
        date.fromisoformat(of["departure_on"]),
        people_on,
    )


_STAYS = """
SELECT id, connection_id, day_only, jsonb_build_object('status', status, 'guests', guests,
         'arrival_on', arrival_on, 'departure_on', departure_on)::text
  FROM reservation WHERE id = ANY(%(ids)s)"""
_VERSIONS = """
SELECT c.object_id, c.no, c.at, c.source_at, d.received_at, c.diff::text
  FROM change c LEFT JOIN delivery d ON d.id = c.delivery_id
 WHERE c.object = %(object)s AND c.object_id = ANY(%(ids)s) AND c.at > %(since)s
   AND c.diff IS NOT NULL ORDER BY c.object_id, c.at DESC, c.no DESC"""


def _stays(ids: Collection[int], since: datetime) -> dict[int, _Stay]:
    rows = ask(_STAYS, {"ids": sorted(ids)})
    vague = {id_: frozenset(day_only) for id_, _, day_only, _ in rows}
    versions: dict[int, list[_Version]] = defaultdict(list)
    found = ask(_VERSIONS, {"object": "reservation", "ids": sorted(ids), "since": since})
    for id_, no, at, source_at, received_at, text in found:
        diff = msgspec.json.decode(text)
        true_at = _true_at(diff, at, source_at, vague.get(id_, frozenset()))
        said = {name: diff[name] for name in _FIELDS if name in diff}
        if diff.get("status_origin", [None, None])[1] == StatusOrigin.INFERRED:
            # What we inferred ourselves is no fact that shows anything.
            said.pop("status", None)
        if said:
            versions[id_].append(_Version(no, Learnt(true_at, at, received_at), said))
    return {
        id_: _Stay(link, msgspec.json.decode(now), versions[id_])
        for id_, link, _, now in rows
        if versions[id_]
    }


def _true_at(
    diff: Mapping[str, Sequence[Any]],
    at: datetime,
    source_at: datetime | None,
    vague: Collection[str],
) -> datetime:
    """Since when a difference surely held; of what nobody told the instant, since we know it.

    Of a day without an hour only its end is sure.
    """
    instants = [at]
    if source_at is not None:
        instants.append(source_at + _DAY if "modified_at" in vague else source_at)
    is_cancelled = diff.get("status", [None, None])[1] == Status.CANCELLED
    told = diff.get("cancelled_at", [None, None])[1] if is_cancelled else None
    if told:
        cancelled_at = datetime.fromisoformat(told)
        if cancelled_at.tzinfo is None:
            # A day alone, of whatever zone: in the last of them it ends so much later.
            cancelled_at = cancelled_at.replace(tzinfo=UTC) + _LAST_ZONE
            vague = ("cancelled_at",)
        instants.append(cancelled_at + _DAY if "cancelled_at" in vague else cancelled_at)
    return min(instants)


# What was said before the message left, and recorded after; nothing said between lifted it.
_REFUSED = """
SELECT m.id, a.id, a.said_at, a.at, a.origin, a.purpose
  FROM unnest(%(messages)s::bigint[], %(profiles)s::bigint[]) AS x(message, profile)
  JOIN message m ON m.id = x.message
  JOIN property h ON h.id = m.property_id
  JOIN consent_act a ON (a.profile_id = x.profile OR a.contact_point_id = m.contact_point_id)
   AND a.act = 'opt_out' AND a.channel = m.channel AND a.purpose IN ('', m.purpose)
   AND a.said_at <= m.handed_at AND a.at > m.handed_at
   AND (a.within = 'group' OR (a.within = 'property' AND a.scope_id = h.id)
        OR (a.within = 'legal_entity' AND a.scope_id = h.legal_entity_id))
 WHERE NOT EXISTS (
   SELECT FROM consent_act y
    WHERE y.act = 'opt_in' AND y.channel = a.channel AND y.purpose = a.purpose
      AND y.said_at > a.said_at AND y.said_at <= m.handed_at
      AND (y.profile_id = a.profile_id OR y.contact_point_id = a.contact_point_id))
 ORDER BY m.id, a.said_at, a.id"""


def _refused(sent: Sequence[Sent]) -> Iterator[Found]:
    by_id = {each.id: each for each in sent}
    persons = people.whom({each.profile_id for each in sent})
    pairs = [
        (each.id, id_)
        for each in sent
        if (person := persons.get(each.profile_id))
        for id_ in person.profiles
    ]
    rows = ask(
        _REFUSED, {"messages": [one for one, _ in pairs], "profiles": [who for _, who in pairs]}
    )
    for message, act, said_at, at, origin, purpose in rows:
        each = by_id.pop(message, None)
        if each is not None:
            then = {"consent": (each.facts.get("consent") or {}).get("version")}
            stands = {"act": act, "origin": origin, "purpose": purpose}
            yield Found(each, Cause.OPTED_OUT, Learnt(said_at, at), then, stands)


# Whether anybody of this guest ever used the address, and still did when the message left.
_USES = """
SELECT x.message, bool_or(u.id IS NOT NULL),
       bool_or(u.since_at <= m.handed_at AND coalesce(u.until_at, m.handed_at + '1 s') > m.handed_at),
       min(u.profile_id) FILTER (WHERE u.until_at <= m.handed_at)
  FROM unnest(%(messages)s::bigint[], %(profiles)s::bigint[]) AS x(message, profile)
  JOIN message m ON m.id = x.message
  LEFT JOIN contact_use u ON u.contact_point_id = m.contact_point_id AND u.profile_id = x.profile
 GROUP BY x.message"""


def _misdirected(sent: Sequence[Sent], now: datetime) -> Iterator[Found]:
    """To an address that was another's, or that its guest had given up before."""
    by_id = {each.id: each for each in sent if each.point_id}
    persons = people.whom({each.profile_id for each in by_id.values()})
    pairs = [
        (each.id, id_)
        for each in by_id.values()
        if (person := persons.get(each.profile_id)) and not person.is_gone
        for id_ in person.profiles
    ]
    uses = ask(
        _USES, {"messages": [one for one, _ in pairs], "profiles": [who for _, who in pairs]}
    )
    given_up = []
    for message, was_ever, was_then, gave_up in uses:
        each = by_id[message]
        then = {"contact_point": each.point_id, "profile": each.facts.get("profile")}
        if not was_ever:
            fact = Learnt(each.sent_at, now)
            yield Found(each, Cause.WRONG_PERSON, fact, then, {"profile": each.profile_id})
        elif not was_then and gave_up:
            given_up.append((each, gave_up, then))
    yield from _given_up(given_up)


def _given_up(found: Sequence[tuple[Sent, int, Mapping[str, Any]]]) -> Iterator[Found]:
    if not found:
        return
    since = min(each.sent_at for each, _, _ in found)
    rows = ask(
        _VERSIONS,
        {"object": "profile", "ids": sorted({id_ for _, id_, _ in found}), "since": since},
    )
    for each, profile, then in found:
        for id_, no, at, source_at, received_at, text in reversed(rows):
            is_told = source_at is not None and source_at <= each.sent_at < at
            if id_ == profile and is_told and {"emails", "phones"} & set(msgspec.json.decode(text)):
                fact = Learnt(source_at, at, received_at)
                yield Found(each, Cause.OLD_ADDRESS, fact, then, {"profile": profile, "no": no})
                break
