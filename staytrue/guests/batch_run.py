"""All profiles of the house recognised again: learn, publish, compare, and settle what differs.

Features, keys, edges and guests come out as if each profile had been delivered by itself: the same
functions decide, in large pieces. Each piece is a transaction that may be done again, so whoever is
killed goes on where he was; what people decided is never crossed and no guest is renumbered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from staytrue.guests import (
    admitting,
    edges,
    households,
    links,
    placeholders,
    proposing,
    published,
    source_profiles,
    terms,
    values,
    whole,
)
from staytrue.guests.edges import Edge
from staytrue.guests.matching.normalise import VERSION
from staytrue.guests.matching.vectors import Index
from staytrue.guests.models import IdentityRun
from staytrue.guests.terms import Terms
from staytrue.guests.whole import Kept, Whole
from staytrue.hotel import scope
from staytrue.kit import merge
from staytrue.kit.errors import Refused

STEPS = ("features", "values", "learning", "pairs", "guests", "households")
PAGE = 1_000
Progress = Callable[[str, int, int], None]
_LOCK = "identity run"


@dataclass(frozen=True)
class How:
    """What a run does: whether it learns anew, and whether scores join by themselves (None: as the
    settings say); over how many processes it counts, if nothing else runs in this one.
    """

    learn: bool = True
    automatic: bool | None = None
    processes: int = 1


def run(
    actor: str, now: datetime, how: How | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Recognise everybody; answers what it came to. Goes on with a run that was killed."""
    with merge.if_nobody_else(_LOCK, 0) as alone:
        if not alone:
            raise Refused(
                "Guests are being recognised in another process. Wait until it is done.",
                "identity_run_busy",
            )
        return _Run(actor, now, how or How(), progress or (lambda *_: None)).done()


def is_begun() -> bool:
    """Whether a run was killed and waits to go on: its profiles may have no guests yet."""
    return _begun().exists()


def _begun() -> QuerySet[IdentityRun]:
    return IdentityRun.objects.filter(ended_at=None, step__in=STEPS).order_by("pk")


def partition() -> dict[int, int]:
    """Profile → the least profile of the same guest."""
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, min(profile_id) OVER (PARTITION BY guest_id) FROM link
                WHERE until_at IS NULL ORDER BY profile_id"""
        )
        return dict(cursor.fetchall())


def stale() -> list[int]:
    """The profiles whose features are not of their version in the mirror."""
    return _ids(
        """SELECT p.id FROM profile p LEFT JOIN source_profile s ON s.profile_id = p.id
            WHERE s.profile_id IS NULL OR s.profile_hash <> p.content_hash OR s.normaliser <> %s
            ORDER BY p.id""",
        [VERSION],
    )


class _Run:
    """One run, with the row that tells how far it is."""

    def __init__(self, actor: str, now: datetime, how: How, progress: Progress) -> None:
        self._now, self._how, self._progress = now, how, progress
        with scope.everything():
            # A row without an end is of a run that was killed: nobody else holds the lock.
            self._row = _begun().last() or IdentityRun.objects.create(
                actor=actor, begun_at=now, step=STEPS[0]
            )
        self._counts: dict[str, Any] = self._row.counts

    def done(self) -> dict[str, Any]:
        """All steps, one after the other."""
        self._features()
        self._values()
        with scope.everything():
            kept = whole.read()
            states, salt = whole.states(), terms.in_force().salt
        everybody = Whole(kept, states, salt, self._how.processes)
        self._learn(everybody)
        ties = self._edges(everybody)
        del everybody
        self._look_again(kept)
        self._guests(ties)
        with self._step("households", 0, 1):
            households.recompute_all(self._now)
        return self._end(len(kept.ids))

    def _features(self) -> None:
        """Features and keys of whatever is not as the mirror has it now."""
        with scope.everything():
            found = stale()
        self._counts["refreshed"] = self._counts.get("refreshed", 0) + len(found)
        self._refresh("features", found)

    def _values(self) -> None:
        """Placeholders among the birth dates, and the keys of whoever has one."""
        with self._step("values", 0, 1):
            turned = placeholders.find(terms.in_force().salt, self._now)
            # In this transaction: a date that turned without its users would not turn again.
            values.look_again(turned, self._now)
        self._refresh("values", turned, anew=True)

    def _refresh(self, step: str, profiles: Sequence[int], *, anew: bool = False) -> None:
        """Also of those whose values turned by it, until nothing turns."""
        while profiles:
            disturbed: set[int] = set()
            for start, page in _pages(profiles):
                with self._step(step, start + len(page), len(profiles)):
                    salt = terms.in_force().salt
                    done = source_profiles.refresh(page, salt, self._now, anew=anew)
                    values.look_again(done.disturbed, self._now)
                    disturbed |= done.disturbed
            profiles, anew = sorted(disturbed), True

    def _learn(self, everybody: Whole) -> None:
        """A matcher of the group's own; one that drifted is not published, and the old one stays."""
        if not self._how.learn or "matcher" in self._counts:
            return
        profiles = len(everybody.features)
        try:
            model = everybody.learned(f"{profiles} profiles of the group")
        except Refused as refused:
            self._row.trouble = refused.sentence
            return
        if model is None:
            return
        with self._step("learning", 1, 1):
            self._counts["matcher"] = published.publish(
                model,
                everybody.rarities,
                profiles,
                actor=self._row.actor,
                source=model.learned_from,
                now=self._now,
            )

    def _edges(self, everybody: Whole) -> Index:
        """The pairs worth keeping, as they are scored now; answers those that tie, of shape (n, 2)."""
        with scope.everything():
            force = self._terms()
            before = _codes(_edge_ends(), everybody.ids)
            pieces = everybody.edges(force.by, force.policy, lambda *_: None)
        kept, ties, total = [np.empty((0, 2), np.int64)], [np.empty((0, 2), np.int64)], 0
        sure: list[float] = []
        for number, piece in enumerate(pieces, 1):
            done = min(number * whole.PAIRS, len(everybody.left))
            with self._step("pairs", done, len(everybody.left)):
                edges.keep(piece, (), force.by.version)
            kept.append(_ends(piece))
            ties.append(_ends([edge for edge in piece if admitting.ties(edge, force)]))
            sure += [edge.person for edge in piece if edge.may_join]
            total += len(piece)
        now = _codes(np.concatenate(kept), everybody.ids)
        gone = np.setdiff1d(before, now, assume_unique=True)
        with self._step("pairs", len(everybody.left), len(everybody.left)):
            _drop(
                everybody.ids[gone // len(everybody.ids)], everybody.ids[gone % len(everybody.ids)]
            )
        self._counts |= {
            "pairs": len(everybody.left),
            "edges": total,
            "sure": len(sure),
            "wrong_per_10000": wrong_per_10000(sure),
        }
        return np.concatenate(ties)

    def _look_again(self, kept: Kept) -> None:
        """Whoever was delivered meanwhile has edges of a version between: the settler sees to him.
        Whoever is gone has none.
        """
        known = dict(zip(kept.ids, kept.hashes, strict=True))
        with scope.everything():
            present = dict(
                _rows("SELECT profile_id, profile_hash FROM source_profile WHERE NOT is_gone")
            )
            values.look_again(
                [id_ for id_, at in present.items() if known.get(id_) != at], self._now
            )
            for end in ("one", "other"):
                _rows(
                    f"""DELETE FROM edge e USING source_profile s
                         WHERE s.is_gone AND s.profile_id = e.{end} RETURNING 1"""
                )

    def _guests(self, ties: Index) -> None:
        """Guests and open questions, component by component."""
        with scope.everything():
            ids = np.array(
                _ids("SELECT profile_id FROM source_profile ORDER BY profile_id", []), np.int64
            )
        ordered = _by_component(ids, ties)
        for start, page in _pages(ordered):
            with self._step("guests", start + len(page), len(ordered)):
                # Nobody else opens a guest for one of these meanwhile.
                source_profiles.hold_all()
                self._settle(page, self._terms())

    def _settle(self, page: Sequence[int], force: Terms) -> None:
        around = edges.of_profiles(page)
        tied = {
            id_ for edge in around if admitting.ties(edge, force) for id_ in (edge.one, edge.other)
        }
        new = _ids(
            """SELECT p.id FROM profile p WHERE p.id = ANY(%s) AND p.merged_into IS NULL
                  AND NOT EXISTS (SELECT FROM link l WHERE l.profile_id = p.id)
                  AND NOT EXISTS (SELECT FROM pair_rule r WHERE r.one = p.id)
                  AND NOT EXISTS (SELECT FROM pair_rule r WHERE r.other = p.id)
                ORDER BY p.id""",
            [list(page)],
        )
        alone = [id_ for id_ in new if id_ not in tied]
        opened = links.open_for(alone, self._row.actor, VERSION, self._now) if alone else {}
        rest = set(page) - set(alone)
        asked = [
            question
            for edge in around
            if {edge.one, edge.other}.isdisjoint(rest) and (question := proposing.question_of(edge))
        ]
        if rest:
            admitting.place(rest, force, self._now, asked, opened.values())
        elif asked:
            proposing.settle(opened.values(), asked, self._now)

    def _terms(self) -> Terms:
        force = terms.in_force()
        if self._how.automatic is None:
            return force
        return replace(force, policy=replace(force.policy, automatic=self._how.automatic))

    def _end(self, profiles: int) -> dict[str, Any]:
        with scope.everything(), connection.cursor() as cursor:
            cursor.execute(
                """SELECT (SELECT count(DISTINCT guest_id) FROM link WHERE until_at IS NULL),
                          (SELECT count(*) FROM proposal WHERE state = 'open')"""
            )
            guests, proposals = cursor.fetchone()
            self._counts |= {"profiles": profiles, "guests": guests, "proposals": proposals}
            self._row.ended_at = self._now
            self._row.save()
        return self._counts | {"trouble": self._row.trouble}

    @contextmanager
    def _step(self, step: str, done: int, total: int) -> Iterator[None]:
        """A piece of work and how far it brings the run, in one transaction."""
        with scope.everything():
            yield
            self._row.step, self._row.done, self._row.total = step, done, total
            self._row.save()
        self._progress(step, done, total)


def _pages(ids: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    return ((start, ids[start : start + PAGE]) for start in range(0, len(ids), PAGE))


def _rows(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _ids(statement: str, values: Sequence[Any]) -> list[int]:
    return [id_ for (id_,) in _rows(statement, values)]


def _ends(found: Collection[Edge]) -> Index:
    return np.array([(edge.one, edge.other) for edge in found], np.int64).reshape(-1, 2)


def _edge_ends() -> Index:
    return np.array(_rows("SELECT one, other FROM edge"), np.int64).reshape(-1, 2)


def _codes(ends: Index, ids: Index) -> Index:
    """Pairs of ids as one number each; those of which one is not among `ids` are left out."""
    known = np.isin(ends, ids).all(axis=1)
    places = np.searchsorted(ids, ends[known])
    codes: Index = np.sort(places[:, 0] * len(ids) + places[:, 1])
    return codes


def _drop(ones: Index, others: Index) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM edge e USING unnest(%s::bigint[], %s::bigint[]) x(one, other)
                WHERE e.one = x.one AND e.other = x.other""",
            [ones.tolist(), others.tolist()],
        )


def _by_component(ids: Index, ties: Index) -> list[int]:
    """The ids so that those who hang together stand together, the first by their least id."""
    places = np.searchsorted(ids, ties[np.isin(ties, ids).all(axis=1)])
    size = (len(ids), len(ids))
    graph = coo_array((np.ones(len(places), np.int8), (places[:, 0], places[:, 1])), shape=size)
    _, labels = connected_components(graph, directed=False)
    ordered: list[int] = ids[np.argsort(labels, kind="stable")].tolist()
    return ordered


def wrong_per_10000(sure: Sequence[float]) -> float | None:
    """How many of ten thousand joins by the score alone are expected to be wrong."""
    return round((1 - sum(sure) / len(sure)) * 10_000, 1) if sure else None
