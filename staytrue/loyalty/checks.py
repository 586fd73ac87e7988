"""What must be true of the ledger whatever happened, asked of the whole database."""

from __future__ import annotations

from dataclasses import dataclass

from staytrue.kit.asking import ask_all
from staytrue.loyalty import exporting, recompute

_NAMED = 10


@dataclass(frozen=True)
class Violation:
    """One thing that is not as it must be, how often, and some of the rows."""

    code: str
    sentence: str
    count: int
    examples: tuple[str, ...]


_ASKED = {
    "stay_differs": (
        "These stays count for other points than their entries add up to.",
        """SELECT coalesce(n.reservation_id, e.reservation_id) FROM counted_stay n
             FULL JOIN (SELECT reservation_id, sum(points) AS points FROM points_entry
                         WHERE reservation_id IS NOT NULL GROUP BY 1) e USING (reservation_id)
            WHERE coalesce(n.points, 0) <> coalesce(e.points, 0)""",
    ),
    "sealed_earned": (
        "These stays are sealed and have points.",
        """SELECT reservation_id FROM points_entry WHERE reservation_id IN (
             SELECT reservation_id FROM points_seal) GROUP BY 1 HAVING sum(points) <> 0""",
    ),
    "redemption_differs": (
        "These redemptions hold other points than their entries.",
        """SELECT r.id FROM redemption r LEFT JOIN points_entry e ON e.redemption_id = r.id
            GROUP BY r.id HAVING coalesce(sum(e.points), 0)
              <> CASE r.state WHEN 'released' THEN 0 ELSE -r.points END""",
    ),
    "spent_twice": (
        "These guests have less than nothing, though nothing of theirs was taken back or parted.",
        """SELECT l.guest_id FROM points_entry e
             JOIN link l ON l.profile_id = e.profile_id AND l.until_at IS NULL
            GROUP BY l.guest_id HAVING sum(e.points) < 0
              AND NOT bool_or(e.kind IN ('counter', 'correction') AND e.points < 0)
              AND NOT bool_or(e.kind = 'release')
              AND NOT EXISTS (SELECT FROM link p WHERE p.guest_id = l.guest_id
                                AND p.until_at IS NOT NULL)""",
    ),
}


def violations() -> list[Violation]:
    """All that is wrong with the ledger; in a transaction that sees everything."""
    found = []
    for code, (sentence, statement) in _ASKED.items():
        if rows := ask_all(statement):
            named = tuple(str(id_) for (id_,) in rows[:_NAMED])
            found.append(Violation(code, sentence, len(rows), named))
    balances, wrong = recompute.recomputed(exporting.entries())
    told = exporting.balances()
    wrong += [
        f"account {account}: its entries give {balances.get(account, 0)}, it has {points}"
        for account, points in told.items()
        if points != balances.get(account, 0)
    ]
    if wrong:
        sentence = "These points are not what their inputs give."
        found.append(Violation("recomputed_differs", sentence, len(wrong), tuple(wrong[:_NAMED])))
    return found
