"""What recognising everybody would come to, and why two profiles are one person or not: by what is
kept now, and nothing is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from staytrue.guests import batch_run, edges, stays, terms, whole
from staytrue.guests.batch_run import How, Progress, wrong_per_10000
from staytrue.guests.comparing import BANDS
from staytrue.guests.matching.explain import Explanation, explained
from staytrue.guests.matching.model import Model
from staytrue.guests.matching.named_rules import Decision
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vetoes import Veto
from staytrue.guests.published import Published
from staytrue.guests.source_profiles import decoded
from staytrue.guests.whole import Whole
from staytrue.hotel import scope
from staytrue.kit.errors import Refused


def everybody(processes: int = 1) -> Whole:
    """All profiles as they are kept."""
    with scope.everything():
        return Whole(whole.read(), whole.states(), terms.in_force().salt, processes)


def counted(how: How, progress: Progress) -> dict[str, Any]:
    """How many pairs a run would join by which rule, show to a person, or leave."""
    these = everybody(how.processes)
    with scope.everything():
        stale = len(batch_run.stale())
    counts = scored(these, these.learned("") if how.learn else None, progress)
    return {"not_recognised": stale} | counts


def scored(these: Whole, model: Model | None, progress: Progress) -> dict[str, Any]:
    """The same by this model; None: by the matcher in force."""
    with scope.everything():
        force = terms.in_force()
        by = force.by
        if model is not None:
            by = Published(by.version, model, these.rarities, len(these.features))
        pieces = these.edges(by, force.policy, lambda done, of: progress("pairs", done, of))
    counts: Counter[str] = Counter()
    sure: list[float] = []
    for piece in pieces:
        for edge in piece:
            sure += [edge.person] if edge.may_join else []
            if edge.is_joined_by_rule:
                counts[f"joined by {edge.rule}"] += 1
            elif edge.may_join:
                counts["sure by score"] += 1
            elif edge.rule or edge.person >= BANDS.review:
                counts["for a person"] += 1
    return {
        "profiles": len(these.features),
        "pairs": len(these.left),
        **dict(sorted(counts.items())),
        "wrong_per_10000": wrong_per_10000(sure),
    }


@dataclass(frozen=True)
class Why:
    """The reason of a pair's score, what the cascade says of it, and what stays say against it."""

    explanation: Explanation
    rule: Decision | None
    stays: Veto


def why(one: int, other: int) -> Why:
    """Of two mirrored profiles, as they are kept."""
    with scope.everything():
        force = terms.in_force()
        seen = edges.seen_together(_features([one, other]), force.salt)
        presence = stays.presence([one, other])
        mark = (
            Veto(0)
            if presence is None
            else Veto(int(presence.marks(np.array([0]), np.array([1]))[0]))
        )
    by = force.by
    return Why(
        explained(by.model, by.rarities, seen[one], seen[other], by.profiles),
        force.policy.step(seen[one], seen[other]),
        mark,
    )


def _features(ids: list[int]) -> dict[int, Features]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT profile_id, features::text FROM source_profile WHERE profile_id = ANY(%s)",
            [ids],
        )
        found = {id_: decoded(text) for id_, text in cursor.fetchall()}
    for id_ in ids:
        if id_ not in found:
            raise Refused(
                "This profile was not recognised yet. Run `staytrue identity run`.",
                "not_recognised",
                profile=id_,
            )
    return found
