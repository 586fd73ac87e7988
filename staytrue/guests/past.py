"""A guest as programs and the past view read him: composed anew from what was known at an instant.

Two axes: what we knew by then (`known_at`), and what was true at the hotels by then (`true_at`),
going by that knowledge. Of a profile that was erased since, no past is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from staytrue.changes import log, past
from staytrue.guests import identities
from staytrue.guests.composing import FIELDS, Golden, Profile, Standing, Trust, Word, composed
from staytrue.guests.identities import Answer, State
from staytrue.guests.models import Correction, Guest, SourceTrust
from staytrue.kit.errors import Refused
from staytrue.mirror.lists import STAYS
from staytrue.mirror.reading import Found, Wanted, stream
from staytrue.staff.access import Access, hides, redact

Person = tuple[Found, dict[str, Any]]
"""A profile and its record at the moment, redacted."""
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
    held = identities.held(access, found.current, moment.known_at)
    people = _profiles(access, held, moment, now)
    stays = _stays(access, [each for each, _ in people], moment, now)
    return replace(_known(found, people, _Beside.of(access, people, moment)), stays=stays)


def listed(access: Access, guests: Sequence[Guest], now: datetime) -> list[Known]:
    """These guests as they are now, without their stays: for lists."""
    held = identities.held(access, guests)
    people = _profiles(access, held, Moment(), now)
    beside = _Beside.of(access, people, Moment())
    of: dict[int, list[Person]] = {each.pk: [] for each in guests}
    for found, record in people:
        of[held[found.row["id"]]].append((found, record))
    return [
        _known(Answer(each.public_id, State.ACTIVE, [each]), of[each.pk], beside) for each in guests
    ]


def _known(answer: Answer, people: Sequence[Person], beside: _Beside) -> Known:
    profiles = [{"key": each.key, **record} for each, record in people]
    return Known(answer, beside.golden(people), profiles)


def _profiles(access: Access, ids: Collection[int], moment: Moment, now: datetime) -> list[Person]:
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


def _at(found: Iterable[Found], moment: Moment, now: datetime) -> Iterable[Person]:
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


@dataclass(frozen=True)
class _Beside:
    """What guests are composed from beside the records of their profiles."""

    moment: Moment
    words: Sequence[Word]
    trust: dict[int, Trust]
    nobodys: frozenset[str]

    @classmethod
    def of(cls, access: Access, people: Sequence[Person], moment: Moment) -> _Beside:
        """All that these profiles need, less what the reader may not read."""
        rows = {each.row["id"]: each.row for each, _ in people}
        words = [
            word
            for word in _words(rows, moment.known_at)
            if not hides(access, word.field, rows[word.profile_id]["property_id"])
        ]
        links = {row["connection_id"] for row in rows.values()}
        return cls(moment, words, _trust(links), _nobodys(rows))

    def golden(self, people: Sequence[Person]) -> Golden:
        """The guest these records make, as the present one is made of the mirror."""
        ids = {each.row["id"] for each, _ in people}
        profiles = [
            Profile(
                each.row["id"],
                each.row["connection_id"],
                each.row["source_id"],
                _version_at(each, self.moment),
                {name: record[name] for name in FIELDS},
                each.row["property_id"],
                is_gone=bool(record["deleted"] or record["merged_into"]),
                is_anonymised=bool(record["anonymised"]),
            )
            for each, record in people
        ]
        words = [word for word in self.words if word.profile_id in ids]
        return composed(profiles, words, self.trust, self.nobodys)


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


def _trust(links: Collection[int]) -> dict[int, Trust]:
    found = SourceTrust.objects.filter(pk__in=links)
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
