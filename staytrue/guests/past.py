"""A guest as programs and the past view read him: composed anew from what was known at an instant.

Two axes: what we knew by then (`known_at`), and what was true at the hotels by then (`true_at`),
going by that knowledge. Of a profile that was erased since, no past is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from staytrue.changes import log, past
from staytrue.guests import identities
from staytrue.guests.composing import FIELDS, Golden, Profile, Standing, Trust, Word, composed
from staytrue.guests.identities import Answer, State
from staytrue.guests.models import Correction, SourceTrust
from staytrue.kit.errors import Refused
from staytrue.mirror.lists import STAYS
from staytrue.mirror.reading import Found, Wanted, stream
from staytrue.staff.access import Access, hides, redact

_CONTACTS = "own", "agency", "placeholder"


@dataclass(frozen=True)
class Moment:
    """Which knowledge, and of which instant; empty: the present."""

    known_at: datetime | None = None
    true_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """A guest at a moment, as far as the reader may see him.

    `profiles` and `stays` are canonical records, redacted, each with its `key`.
    """

    answer: Answer
    golden: Golden = field(default_factory=lambda: Golden({}))
    profiles: Sequence[dict[str, Any]] = ()
    stays: Sequence[dict[str, Any]] = ()

    @property
    def as_of(self) -> str | None:
        """Up to when every change is in it: the oldest of what it is made of."""
        each: list[str | None] = [record["as_of"] for record in (*self.profiles, *self.stays)]
        told = [text for text in each if text is not None]
        return min(told, key=datetime.fromisoformat) if len(told) == len(each) > 0 else None


def guest(access: Access, public_id: UUID, moment: Moment, now: datetime) -> Known:
    """The guest of this id; of an id that is another guest's now, only what became of it."""
    found = identities.answer(access, public_id, moment.known_at)
    if found.state != State.ACTIVE:
        return Known(found)
    held = identities.held_at(access, found.current[0], moment.known_at)
    profiles = _profiles(access, held, moment, now)
    stays = _stays(access, [each for each, _ in profiles], moment, now)
    return Known(
        found,
        _golden(access, profiles, moment),
        [{"key": each.key, **record} for each, record in profiles],
        stays,
    )


def _profiles(
    access: Access, ids: Collection[int], moment: Moment, now: datetime
) -> list[tuple[Found, dict[str, Any]]]:
    wanted = Wanted("profile", condition="t.id = ANY(%s)", values=[list(ids)])
    return [
        (each, redact(record, access, each.row["property_id"]) | {"as_of": record["as_of"]})
        for each, record in _at(list(stream(wanted)), moment, now)
    ]


def _stays(
    access: Access, people: Sequence[Found], moment: Moment, now: datetime
) -> list[dict[str, Any]]:
    """Every stay one of them is on, newest arrival first, with the parts they take in it."""
    wanted = Wanted(
        "reservation",
        property_ids=sorted(access.where(STAYS)),
        condition="t.id = ANY(%s)",
        values=[_ever_on(people)],
    )
    names = {(each.row["connection_id"], each.row["source_id"]) for each in people}
    found = []
    for each, record in _at(list(stream(wanted)), moment, now):
        roles = sorted(
            {
                seat["role"]
                for seat in record["guests"] or ()
                if (each.row["connection_id"], seat["profile"]) in names
            }
        )
        if roles:
            shown = redact(record, access, each.row["property_id"])
            found.append({"key": each.key, "roles": roles, **shown, "as_of": record["as_of"]})
    return sorted(found, key=lambda stay: (stay["arrival_on"] or "", stay["key"]), reverse=True)


def _ever_on(people: Sequence[Found]) -> list[int]:
    """The reservations they are on, or were taken off."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT reservation_id
                 FROM unnest(%s::bigint[], %s::text[]) AS w(connection_id, profile)
                 JOIN roster USING (connection_id, profile)""",
            [
                [each.row["connection_id"] for each in people],
                [each.row["source_id"] for each in people],
            ],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _at(
    found: Iterable[Found], moment: Moment, now: datetime
) -> Iterable[tuple[Found, dict[str, Any]]]:
    """The records as they were at the moment, less those that were not there."""
    for each in found:
        if moment.known_at is None and moment.true_at is None:
            yield each, each.record()
            continue
        try:
            yield each, past.as_known(each, moment.known_at or now, moment.true_at)
        except Refused as error:
            if error.code != "not_known_then":
                raise


def _golden(
    access: Access, people: Sequence[tuple[Found, dict[str, Any]]], moment: Moment
) -> Golden:
    """The guest these records make, as the present one is made of the mirror."""
    rows = {each.row["id"]: each for each, _ in people}
    profiles = [
        Profile(
            each.row["id"],
            each.row["connection_id"],
            each.row["source_id"],
            _version_at(each, moment),
            {name: record[name] for name in FIELDS},
            each.row["property_id"],
            is_gone=bool(record["deleted"] or record["merged_into"]),
            is_anonymised=bool(record["anonymised"]),
        )
        for each, record in people
    ]
    words = [
        word
        for word in _words(rows, moment.known_at)
        if not hides(access, word.field, rows[word.profile_id].row["property_id"])
    ]
    return composed(profiles, words, _trust(profiles), _nobodys(rows))


def _version_at(each: Found, moment: Moment) -> datetime:
    instant = moment.true_at or moment.known_at
    before = log.version_at("profile", each.row["id"], instant) if instant else None
    return before or datetime.fromisoformat(each.row["version_at"])


def _words(profile_ids: Collection[int], at: datetime | None) -> list[Word]:
    """What people said of these profiles and had not taken back."""
    standing = Q(lifted_at=None)
    if at is not None:
        standing = Q(at__lte=at) & (standing | Q(lifted_at__gt=at))
    found = Correction.objects.filter(standing, profile_id__in=profile_ids).order_by("pk")
    return [
        Word(
            each.profile_id,
            each.field,
            each.value,
            each.base,
            Standing(each.standing),
            each.at,
            each.actor,
            each.reason,
        )
        for each in found
    ]


def _trust(profiles: Collection[Profile]) -> dict[int, Trust]:
    found = SourceTrust.objects.filter(pk__in={each.connection_id for each in profiles})
    return {each.connection_id: Trust(each.kind, each.trust) for each in found}


def _nobodys(profile_ids: Collection[int]) -> frozenset[str]:
    """Addresses and numbers of no guest, as we know them by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT value FROM contact_point WHERE role = ANY(%s) AND value IN (
                 SELECT unnest(contact_keys) FROM profile WHERE id = ANY(%s))""",
            [list(_CONTACTS), list(profile_ids)],
        )
        return frozenset(value for (value,) in cursor.fetchall())
