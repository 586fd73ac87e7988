"""The only writer of consent acts: what guests, hotels, lists and carriers say, once and for good.

Each act is appended with its change and its audit row in one transaction, and holds the addresses
it concerns, so that the door for messages either sees it or comes before it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.changes.kinds import Kind
from staytrue.consent import keeping, permissions, pms_asks, pms_words, recorded, telling
from staytrue.consent.permissions import Asked
from staytrue.consent.purposes import OWN, Channel, Origin, Purpose, Scope, Within
from staytrue.consent.ratchet import Act, Cause, within
from staytrue.hotel import scope as seen
from staytrue.kit.errors import Refused
from staytrue.staff import audit

_KINDS = {Act.OPT_OUT: Kind.OPTED_OUT, Act.SUPPRESS: Kind.OPTED_OUT, Act.OPT_IN: Kind.OPTED_IN,
          Act.CONFIRM: Kind.OPTED_IN, Act.RELEASE: Kind.OPTED_IN}  # fmt: skip


@dataclass(frozen=True)
class About:
    """Whom or what an act is about: a person by his profile, one address, or both.

    With a profile it is the person's word and an opt-out then means all his addresses; without
    one it is about the address alone. An address nobody has yet is known by its hash.
    """

    profile_id: int | None = None
    contact_point_id: int | None = None
    address_hash: bytes = b""


@dataclass(frozen=True)
class Spoken:
    """Where it was said, by whom recorded, and what proves it.

    `wording` is the text put before the guest, `words` what he answered; `said_at` is empty when
    it is said now.
    """

    origin: Origin
    actor: str
    property_id: int | None = None
    wording: str = ""
    wording_version: str = ""
    language: str = ""
    words: str = ""
    said_at: datetime | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    act: Act
    about: About
    purpose: str
    channel: Channel
    reach: Scope
    cause: str = ""
    lifts: tuple[int, ...] = ()


def opt_out(
    about: Sequence[About],
    purposes: Collection[Purpose],
    channels: Collection[Channel],
    reach: Scope,
    spoken: Spoken,
    now: datetime,
) -> list[int]:
    """They want no more of this: effective at once. Said twice it stands once; answers new acts."""
    rows = [
        _Row(Act.OPT_OUT, each, purpose, channel, reach)
        for each in about
        for purpose in sorted(purposes)
        for channel in sorted(channels)
    ]
    return _record(rows, spoken, now, once=True)


def opt_in(
    about: Sequence[About],
    purposes: Collection[Purpose],
    channels: Collection[Channel],
    reach: Scope,
    spoken: Spoken,
    now: datetime,
    *,
    confirmed: bool = False,
) -> list[int]:
    """They agreed, with the wording they agreed to; their own act takes their opt-outs back.

    `confirmed`: by the link in a mail to this very address, the second half of a double opt-in.
    """
    if spoken.origin in OWN and not (spoken.wording.strip() or spoken.words.strip()):
        raise Refused("Write down what the guest agreed to, in his words.", "wording_missing")
    act = Act.CONFIRM if confirmed else Act.OPT_IN
    with seen.everything():
        pms_words.keep([each.profile_id for each in about if each.profile_id], now)
        rows = [
            _Row(act, each, purpose, channel, reach, "", _lifted(each, purpose, channel, reach, spoken, now))
            for each in about
            for purpose in sorted(purposes)
            for channel in sorted(channels)
        ]  # fmt: skip
        return _record(rows, spoken, now)


def suppress(
    about: Sequence[About],
    channel: Channel,
    cause: Cause,
    spoken: Spoken,
    now: datetime,
) -> list[int]:
    """These addresses get nothing more: they bounced, complained or were erased."""
    rows = [_Row(Act.SUPPRESS, each, "", channel, _ALL, cause) for each in about]
    return _record(rows, spoken, now, once=True)


def release(
    about: Sequence[About], channel: Channel, cause: Cause, spoken: Spoken, now: datetime
) -> list[int]:
    """Off the suppression list again: by the guest's own act, with his words."""
    if spoken.origin not in OWN or not (spoken.words.strip() or spoken.wording.strip()):
        raise Refused(
            "Only the guest himself takes an address off the list; write down his words.",
            "not_the_guests_act",
        )
    rows = [_Row(Act.RELEASE, each, "", channel, _ALL, cause) for each in about]
    return _record(rows, spoken, now)


_ALL = Scope(Within.GROUP)


def _lifted(
    about: About, purpose: Purpose, channel: Channel, reach: Scope, spoken: Spoken, now: datetime
) -> tuple[int, ...]:
    """The opt-outs that stand against him where he speaks, which his own act takes back by name."""
    at = _hotel_of(reach, spoken)
    if spoken.origin not in OWN or not (about.profile_id and about.contact_point_id and at):
        return ()
    asked = Asked(about.contact_point_id, about.profile_id, at, purpose, channel)
    ((_, said),) = permissions.explained([asked], now)
    return tuple(each.id for each in said if each.act == Act.OPT_OUT and within(reach, each.scope))


def _hotel_of(reach: Scope, spoken: Spoken) -> int | None:
    return reach.id if reach.within == Within.PROPERTY else spoken.property_id


def _record(
    rows: Sequence[_Row], spoken: Spoken, now: datetime, *, once: bool = False
) -> list[int]:
    with seen.everything(), audit.acting(spoken.actor, now):
        _hold([row.about for row in rows])
        rows = [row for row in rows if not (once and _stands(row))]
        if not rows:
            return []
        recorded.check_key(is_written=True)
        ids = _insert(rows, spoken, now)
        _tell(rows, ids, spoken, now)
        return ids


def _hold(about: Sequence[About]) -> None:
    """Lock the addresses concerned, as the door for messages does: one of the two comes first."""
    points = {each.contact_point_id for each in about if each.contact_point_id}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT contact_point_id FROM contact_use
                WHERE profile_id = ANY(%s) AND until_at IS NULL""",
            [[each.profile_id for each in about if each.profile_id]],
        )
        points |= {id_ for (id_,) in cursor.fetchall()}
    keeping.hold(points, "FOR NO KEY UPDATE")


def _stands(row: _Row) -> bool:
    """Whether the same was said before, and nobody said otherwise since."""
    about, hash_ = row.about, _hash_of(row.about)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM consent_act o
                WHERE o.act = %(act)s AND o.origin <> 'pms'
                  AND o.profile_id IS NOT DISTINCT FROM %(profile)s
                  AND o.contact_point_id IS NOT DISTINCT FROM %(point)s
                  AND o.address_hash = %(hash)s AND o.purpose = %(purpose)s
                  AND o.channel = %(channel)s AND o.within = %(within)s
                  AND o.scope_id IS NOT DISTINCT FROM %(scope)s AND o.cause = %(cause)s
                  AND NOT EXISTS (
                    SELECT FROM consent_act y
                     WHERE y.act IN ('opt_in', 'confirm', 'release') AND y.said_at >= o.said_at
                       AND y.purpose = o.purpose AND y.channel = o.channel
                       AND (y.profile_id = o.profile_id OR y.contact_point_id = o.contact_point_id
                            OR (y.address_hash = o.address_hash AND y.address_hash <> ''))))""",
            {"act": row.act, "profile": about.profile_id, "point": about.contact_point_id,
             "hash": hash_, "purpose": row.purpose, "channel": row.channel,
             "within": row.reach.within, "scope": row.reach.id, "cause": row.cause},
        )  # fmt: skip
        return bool(cursor.fetchone()[0])


def _hash_of(about: About) -> bytes:
    if about.address_hash or about.contact_point_id is None:
        return about.address_hash
    found = recorded.points({about.contact_point_id}).get(about.contact_point_id)
    return found[1] if found else b""


def _insert(rows: Sequence[_Row], spoken: Spoken, now: datetime) -> list[int]:
    told = [
        {"act": row.act, "purpose": row.purpose, "channel": row.channel, "within": row.reach.within,
         "scope_id": row.reach.id, "profile_id": row.about.profile_id, "cause": row.cause,
         "contact_point_id": row.about.contact_point_id, "hash": _hash_of(row.about).hex(),
         "lifts": list(row.lifts), "place": place}
        for place, row in enumerate(rows)
    ]  # fmt: skip
    # Nothing is said tomorrow: a clock that runs ahead would make an opt-out for ever.
    said_at = min(spoken.said_at or now, now)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO consent_act (at, said_at, act, purpose, channel, within, scope_id, origin,
                      actor, property_id, profile_id, contact_point_id, address_hash, cause,
                      wording, wording_version, language, words, lifts, proof)
               SELECT %s, %s, x.act, x.purpose, x.channel, x.within, x.scope_id, %s, %s, %s,
                      x.profile_id, x.contact_point_id, decode(x.hash, 'hex'), x.cause,
                      %s, %s, %s, %s, x.lifts, %s::jsonb
                 FROM jsonb_to_recordset(%s::jsonb) AS x(place int, act text, purpose text,
                      channel text, within text, scope_id bigint, profile_id bigint, cause text,
                      contact_point_id bigint, hash text, lifts bigint[])
                ORDER BY x.place RETURNING id""",
            [now, said_at, spoken.origin, spoken.actor, spoken.property_id, spoken.wording,
             spoken.wording_version, spoken.language, spoken.words,
             json.dumps(dict(spoken.proof)), json.dumps(told)],
        )  # fmt: skip
        return [id_ for (id_,) in cursor.fetchall()]


def _tell(rows: Sequence[_Row], ids: Sequence[int], spoken: Spoken, now: datetime) -> None:
    """The change for who reacts, the audit for who asks later."""
    kinds = {id_: _KINDS[row.act] for id_, row in zip(ids, rows, strict=True)}
    telling.changes(kinds, spoken.property_id, now)
    telling.wake(
        {row.about.profile_id for row in rows if row.about.profile_id},
        {row.about.contact_point_id for row in rows if row.about.contact_point_id},
        now,
    )
    refusing = {
        (row.about.profile_id, row.channel)
        for row in rows
        if row.act == Act.OPT_OUT and row.purpose == Purpose.MARKETING and row.about.profile_id
    }
    # A list of thousands would bury the desk: it is the former tool's to be told to the PMS.
    if spoken.origin != Origin.IMPORT:
        pms_asks.open_for(refusing, now)
    agreed = {
        (row.about.profile_id, row.channel)
        for row in rows
        if row.act in (Act.OPT_IN, Act.CONFIRM) and row.purpose == Purpose.MARKETING
    }
    if spoken.origin in OWN:
        pms_asks.lift_for(agreed, now)
    for act in sorted({row.act for row in rows}):
        mine = [(row, id_) for row, id_ in zip(rows, ids, strict=True) if row.act == act]
        first = mine[0][0].about
        about = (
            f"profile:{first.profile_id}"
            if first.profile_id
            else f"contact_point:{first.contact_point_id or ''}"
        )
        audit.record(
            f"consent_{act}",
            about,
            property_id=spoken.property_id,
            facts={
                "acts": [id_ for _, id_ in mine][:20],
                "count": len(mine),
                "origin": spoken.origin,
                "purposes": sorted({row.purpose for row, _ in mine} - {""}),
                "channels": sorted({row.channel for row, _ in mine}),
                "cause": mine[0][0].cause,
            },
        )
