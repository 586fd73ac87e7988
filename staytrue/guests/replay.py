"""Whose profile it is, as the decisions nobody has undone say: they are applied again in their order.

A move counts only where the profile stands, in the replay, at the guest it was taken from. So a
decision may be undone however many came after it: those that did not lean on it still hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Move:
    """A profile taken from a guest to another by an event; None: nobody's."""

    event: int
    profile: int
    source: int | None
    target: int | None

    @property
    def ends(self) -> tuple[int, ...]:
        """The guests it is about."""
        return tuple(id_ for id_ in (self.source, self.target) if id_ is not None)


def membership(moves: Iterable[Move], undone: Collection[int] = ()) -> dict[int, int | None]:
    """Profile → guest after these moves, in the order of their events, less those undone."""
    found: dict[int, int | None] = {}
    for move in moves:
        if move.event in undone:
            continue
        # An erased profile stays erased, whatever is undone before it.
        if move.target is None or found.get(move.profile) == move.source:
            found[move.profile] = move.target
    return found


def moves_of(profile_ids: Collection[int]) -> list[Move]:
    """Every move of these profiles by an event that stands, in the order of the events.

    An undoing is no move of its own: what it took back is missing here instead.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.id, m.profile_id, m.source, m.target
                 FROM (SELECT coalesce(b.begun_by, e.ended_by) AS event,
                              coalesce(b.profile_id, e.profile_id) AS profile_id,
                              e.guest_id AS source, b.guest_id AS target
                         FROM (SELECT * FROM link WHERE profile_id = ANY(%(ids)s)) b
                         FULL JOIN (SELECT * FROM link
                                     WHERE profile_id = ANY(%(ids)s) AND ended_by IS NOT NULL) e
                           ON e.profile_id = b.profile_id AND e.ended_by = b.begun_by) m
                 JOIN identity_event v ON v.id = m.event
                WHERE v.kind <> 'undone' AND v.undone_by IS NULL
                ORDER BY v.id, m.profile_id""",
            {"ids": list(profile_ids)},
        )
        return [Move(*row) for row in cursor.fetchall()]


def moved_by(event_id: int) -> list[Move]:
    """The moves of one event, by profile."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT %(event)s, coalesce(b.profile_id, e.profile_id), e.guest_id, b.guest_id
                 FROM (SELECT * FROM link WHERE begun_by = %(event)s) b
                 FULL JOIN (SELECT * FROM link WHERE ended_by = %(event)s) e USING (profile_id)
                ORDER BY 2""",
            {"event": event_id},
        )
        return [Move(*row) for row in cursor.fetchall()]
