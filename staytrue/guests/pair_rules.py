"""Rules on two profiles: written, lifted and brought back; they hold whichever guests these become."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.guests.models import Edge, PairRule

Kind = PairRule.Kind
Pair = tuple[int, int]


@dataclass(frozen=True)
class Word:
    """Who says so, since when and why; and the event it belongs to."""

    actor: str
    event: int
    at: datetime
    reason: str = ""


def ordered(one: int, other: int) -> Pair:
    """A pair as every table of pairs holds it: the lower id first."""
    return (one, other) if one < other else (other, one)


def standing(ones: Collection[int], others: Collection[int], kind: Kind) -> list[PairRule]:
    """The rules of a kind that stand between two sets of profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM pair_rule WHERE kind = %(kind)s AND lifted_at IS NULL
                  AND ((one = ANY(%(ones)s) AND other = ANY(%(others)s))
                    OR (one = ANY(%(others)s) AND other = ANY(%(ones)s)))""",
            {"kind": str(kind), "ones": list(ones), "others": list(others)},
        )
        found = [id_ for (id_,) in cursor.fetchall()]
    return list(PairRule.objects.filter(pk__in=found).order_by("pk"))


def write(kind: Kind, pairs: Iterable[Pair], word: Word) -> None:
    """Let a rule stand between each of these pairs; where it stands already, the first word holds.

    Its bits are the evidence it was said against: only what is stronger is worth asking again.
    """
    wanted = sorted({ordered(*pair) for pair in pairs})
    known = Edge.objects.filter(
        one__in={one for one, _ in wanted}, other__in={other for _, other in wanted}
    )
    bits = {(one, other): bits for one, other, bits in known.values_list("one", "other", "bits")}
    PairRule.objects.bulk_create(
        [
            PairRule(
                one=one,
                other=other,
                kind=kind,
                actor=word.actor,
                reason=word.reason,
                at=word.at,
                event_id=word.event,
                bits=bits.get((one, other), 0.0),
            )
            for one, other in wanted
        ],
        ignore_conflicts=True,
    )


def lift(rule_ids: Collection[int], word: Word) -> None:
    """Let these rules no longer stand; what they were stays readable."""
    PairRule.objects.filter(pk__in=rule_ids, lifted_at=None).update(
        lifted_at=word.at, lifted_by=word.actor, lifted_why=word.reason, lifted_event=word.event
    )


def follow(event_ids: Collection[int], word: Word) -> None:
    """After these events were undone or stand again: so do the rules they wrote, or had lifted.

    Of several that say the same of a pair one stands: the one that does already, else the first.
    """
    values: dict[str, Any] = {
        "events": list(event_ids),
        "at": word.at,
        "actor": word.actor,
        "reason": word.reason,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE pair_rule r SET lifted_at = %(at)s, lifted_by = %(actor)s,
                       lifted_why = %(reason)s
                 WHERE {_TOUCHED} AND lifted_at IS NULL AND NOT {_STANDS}""",
            values,
        )
        cursor.execute(
            f"""UPDATE pair_rule u SET lifted_at = NULL, lifted_by = '', lifted_why = ''
                 WHERE u.id IN (
                   SELECT DISTINCT ON (r.one, r.other, r.kind) r.id FROM pair_rule r
                    WHERE (r.one, r.other, r.kind) IN (
                            SELECT one, other, kind FROM pair_rule WHERE {_TOUCHED})
                      AND {_STANDS}
                    ORDER BY r.one, r.other, r.kind, r.lifted_at IS NOT NULL, r.id)
                   AND u.lifted_at IS NOT NULL""",
            values,
        )


_TOUCHED = "(event_id = ANY(%(events)s) OR lifted_event = ANY(%(events)s))"
_STANDS = """(
  EXISTS (SELECT FROM identity_event v WHERE v.id = r.event_id AND v.undone_by IS NULL)
  AND NOT EXISTS (SELECT FROM identity_event v WHERE v.id = r.lifted_event AND v.undone_by IS NULL))"""
