"""Brings the ledger of stays to what they earn: award, correct, counter, or seal.

From state: the check-out as it was considered, the bill as it stands, the terms of its day. Run
again it appends nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction

from staytrue.guests.accounts.rules import WITH_ACCOUNT
from staytrue.kit.asking import ask, ask_all
from staytrue.loyalty import ledger, modules
from staytrue.loyalty.facts import Charged, Stay, charged
from staytrue.loyalty.ledger import Kind, Owed
from staytrue.loyalty.models import AwardPause, CountedStay, PointsEntry, Seal, TermsVersion
from staytrue.loyalty.rules import Award, award_for, spent
from staytrue.loyalty.terms import Base, Terms, from_stored

ITSELF = "loyalty"
SEALED, NO_TERMS = "sealed", "no_terms"
"""Why a stay earns nothing, besides what its award says itself."""


@dataclass(frozen=True)
class Version:
    """Terms in force, with their number in the table."""

    id: int
    terms: Terms


class Considered(msgspec.Struct, frozen=True):
    """A stay whose check-out was considered: whose it is, and what it is computed from."""

    stay: Stay
    profile_id: int
    counts: bool


@dataclass(frozen=True)
class Settled:
    """What settling added for one stay, and why it earns nothing."""

    reservation_id: int
    entries: int
    points: int
    why: str


def settle(reservation_ids: Collection[int], now: datetime, actor: str = ITSELF) -> list[Settled]:
    """Bring the ledger of these stays to what they earn; those that count, with what it took."""
    with transaction.atomic():
        # One at a time for each stay: who comes second finds what the first has written.
        ask(
            "SELECT id FROM checkout WHERE reservation_id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(reservation_ids)],
        )
        # Where there is no programme nothing is owed and nothing taken back.
        hotels = modules.hotels_on()
        found = [each for each in considered(reservation_ids) if each.stay.property_id in hotels]
        sealed = _seal(found, now)
        awards = {
            each.stay.id: _award(each, version, sealed) for each, version in _with_versions(found)
        }
        written = defaultdict(list)
        for entry in _append(found, awards, now, actor):
            written[entry.reservation_id].append(entry.points)
        _count(found, awards, now)
    return [
        Settled(id_, len(written[id_]), sum(written[id_]), award.why)
        for id_, (award, _) in awards.items()
    ]


Awarded = tuple[Award, Version | None]


def _award(each: Considered, version: Version | None, sealed: Collection[int]) -> Awarded:
    if each.stay.id in sealed:
        return Award(0, (), SEALED), version
    if version is None:
        return Award(0, (), NO_TERMS), None
    return award_for(each.stay, version.terms), version


def _with_versions(found: Iterable[Considered]) -> list[tuple[Considered, Version | None]]:
    """Each stay that counts, with the terms of the day of its check-out."""
    live = TermsVersion.objects.filter(state=TermsVersion.State.LIVE).order_by("from_on", "number")
    versions = [(row.from_on, Version(row.pk, from_stored(row.terms))) for row in live]
    paired = []
    for each in found:
        in_force = [
            version for from_on, version in versions if from_on and from_on <= each.stay.left_on
        ]
        if each.counts:
            paired.append((each, in_force[-1] if in_force else None))
    return paired


def _seal(found: Iterable[Considered], now: datetime) -> set[int]:
    """Seal whoever left in a pause and has earned nothing yet; all that are sealed."""
    ids = [each.stay.id for each in found]
    sealed = set(
        Seal.objects.filter(reservation_id__in=ids).values_list("reservation_id", flat=True)
    )
    earned = {id_ for (id_,) in ask(
        "SELECT DISTINCT reservation_id FROM points_entry WHERE reservation_id = ANY(%s)", [ids]
    )}  # fmt: skip
    pauses = defaultdict(list)
    for pause in AwardPause.objects.all():
        pauses[pause.property_id].append((pause.from_on, pause.until_on or date.max))
    new = [
        each.stay for each in found
        if each.counts and each.stay.id not in sealed and each.stay.id not in earned
        and any(first <= each.stay.left_on <= last for first, last in pauses[each.stay.property_id])
    ]  # fmt: skip
    Seal.objects.bulk_create(
        Seal(
            reservation_id=stay.id,
            property_id=stay.property_id,
            left_on=stay.left_on,
            sealed_at=now,
        )
        for stay in new
    )
    return sealed | {stay.id for stay in new}


def _append(
    found: Iterable[Considered], awards: Mapping[int, Awarded], now: datetime, actor: str
) -> list[PointsEntry]:
    """Write the entries that are missing."""
    stays = {each.stay.id: each for each in found}
    standing, ordinals = _standing(stays)
    owed, parts = {}, {}
    for id_, (award, version) in awards.items():
        if version is not None:
            key = Owed(id_, version.id, stays[id_].profile_id)
            owed[key], parts[key] = award.points, award.parts
    entries = []
    for key, (kind, points) in ledger.missing(owed, standing, ordinals).items():
        stay = stays[key.reservation_id].stay
        entries.append(
            PointsEntry(
                profile_id=key.profile_id, property_id=stay.property_id, kind=kind.value,
                points=points, lot_on=stay.left_on, at=now, reservation_id=key.reservation_id,
                version_id=key.version_id, ordinal=ordinals.get(key, 0) + 1, actor=actor,
                inputs=[] if kind == Kind.COUNTER else msgspec.to_builtins(parts.get(key, ())),
            )
        )  # fmt: skip
    return PointsEntry.objects.bulk_create(entries)


def _standing(reservation_ids: Collection[int]) -> tuple[dict[Owed, int], dict[Owed, int]]:
    """What the entries of these stays add up to, and how many there are, by what they are for."""
    rows = ask(
        """SELECT reservation_id, version_id, profile_id, sum(points), max(ordinal)
             FROM points_entry WHERE reservation_id = ANY(%s)
            GROUP BY reservation_id, version_id, profile_id""",
        [sorted(reservation_ids)],
    )
    keys = {Owed(*row[:3]): (int(row[3]), int(row[4])) for row in rows}
    return ({key: points for key, (points, _) in keys.items()},
            {key: ordinal for key, (_, ordinal) in keys.items()})  # fmt: skip


def _count(found: Iterable[Considered], awards: Mapping[int, Awarded], now: datetime) -> None:
    """Keep what each stay counts for; one that no longer counts is taken out."""
    gone = [each.stay.id for each in found if not each.counts]
    CountedStay.objects.filter(reservation_id__in=gone).delete()
    rows = []
    for each in found:
        if each.stay.id in awards:
            (award, version), stay = awards[each.stay.id], each.stay
            money = spent(stay.charged, Base, version.terms if version else Terms())
            rows.append(
                CountedStay(
                    reservation_id=stay.id, property_id=stay.property_id, profile_id=each.profile_id,
                    version_id=version.id if version else None, left_on=stay.left_on,
                    nights=stay.nights, spend=money.quantize(Decimal("0.0001")), points=award.points,
                    why=award.why, facts=msgspec.to_builtins(stay),
                    parts=msgspec.to_builtins(award.parts), counted_at=now,
                )
            )  # fmt: skip
    names = ["profile_id", "version_id", "left_on", "nights", "spend", "points", "why", "facts",
             "parts", "counted_at"]  # fmt: skip
    CountedStay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["reservation_id"], update_fields=names
    )


# Of several rooms that a guest has at the same time, by number or by group, the first to arrive.
_ROOM_BEFORE = """
           SELECT FROM reservation s JOIN checkout c ON c.reservation_id = s.id
            WHERE s.property_id = r.property_id AND c.profile_id = o.profile_id
              AND c.outcome = ANY(%(with)s)
              AND s.arrival_on < r.departure_on AND r.arrival_on < s.departure_on
              AND (s.arrival_on, s.id) < (r.arrival_on, r.id)"""
_IS_FIRST_ROOM = f"""
         NOT EXISTS ({_ROOM_BEFORE} AND s.number = r.number AND s.epoch = r.epoch)
         AND NOT EXISTS ({_ROOM_BEFORE} AND s.group_number = r.group_number)"""
_FACTS = """o.reservation_id, o.property_id, o.left_on, o.nights, o.outcome, o.profile_id,
         r.folio::text, r.room_amount, r.extras_amount, coalesce(r.currency, z.currency),
         coalesce(r.rate_code, ''), r.channel, coalesce(r.segment, r.derived_segment, ''),
         r.group_number IS NOT NULL"""
_OF = """checkout o JOIN reservation r ON r.id = o.reservation_id
    JOIN property z ON z.id = o.property_id"""
_STAYS = f"""
  SELECT {_FACTS}, {_IS_FIRST_ROOM} FROM {_OF}
   WHERE o.reservation_id = ANY(%(ids)s) AND o.profile_id IS NOT NULL ORDER BY o.reservation_id"""
WITH = sorted(each.value for each in WITH_ACCOUNT)


def considered(reservation_ids: Collection[int]) -> list[Considered]:
    """These stays, as far as their check-outs were considered, with what was charged for them."""
    rows = ask(
        _STAYS,
        {"ids": sorted(reservation_ids), "with": WITH},
    )
    return [_considered(row) for row in rows]


# What comes with a stay whose row was asked for in bulk: its guest, and what it has now. Between the
# first and the last, so that a piece of a large house does not read all of its reservations.
_PAST = f"""
  SELECT {_FACTS}, true, l.guest_id, n.points, n.spend, x.reservation_id IS NOT NULL FROM {_OF}
    LEFT JOIN link l ON l.profile_id = o.profile_id AND l.until_at IS NULL
    LEFT JOIN counted_stay n ON n.reservation_id = o.reservation_id
     AND n.reservation_id BETWEEN %(first)s AND %(last)s
    LEFT JOIN points_seal x ON x.reservation_id = o.reservation_id
   WHERE o.reservation_id = ANY(%(ids)s) AND r.id BETWEEN %(first)s AND %(last)s
   ORDER BY o.reservation_id"""
_FURTHER = f"""
  SELECT o.reservation_id FROM {_OF}
   WHERE o.left_on BETWEEN %(first)s AND %(last)s AND o.outcome = ANY(%(with)s)
     AND NOT ({_IS_FIRST_ROOM})"""


class Past(msgspec.Struct, frozen=True):
    """A considered stay with its guest and what it has: `given` points, `spend` by their terms."""

    stay: Stay
    profile_id: int
    guest_id: int | None
    given: int
    spend: Decimal
    is_sealed: bool


def past(reservation_ids: Collection[int], further: Collection[int]) -> Iterator[Past]:
    """These stays, whose check-outs have an account, for very many; `further` are further rooms."""
    if not (ids := sorted(reservation_ids)):
        return
    asked = {"ids": ids, "first": ids[0], "last": ids[-1]}
    for *row, guest, given, spend, is_sealed in ask(_PAST, asked):
        row[-1] = row[0] not in further
        each = _considered(row)
        yield Past(each.stay, each.profile_id, guest, given or 0, spend or Decimal(0), is_sealed)


def further_rooms(first: date, last: date) -> set[int]:
    """The stays of these days that are further rooms of one booking."""
    return {id_ for (id_,) in ask_all(_FURTHER, {"first": first, "last": last, "with": WITH})}


def _considered(row: Sequence[Any]) -> Considered:
    (id_, hotel, left_on, nights, outcome, profile, folio, room, extras, currency, rate, channel,
     segment, of_group, is_first) = row  # fmt: skip
    lines = msgspec.json.decode(folio)
    bill = charged(lines, currency) if lines else _booked(room, extras, currency)
    stay = Stay(
        id=id_, property_id=hotel, came_on=date.fromordinal(left_on.toordinal() - nights),
        left_on=left_on, charged=bill, rate_code=rate, channel=channel, segment=segment,
        is_of_group=of_group, is_first_room=is_first,
    )  # fmt: skip
    return Considered(stay, profile, outcome in WITH_ACCOUNT)


def _booked(room: Decimal | None, extras: Decimal | None, currency: str) -> Charged:
    """Without a bill, what the reservation says it costs."""
    zero = Decimal(0)
    return Charged(room=room or zero, extra=extras or zero, currency=currency)
