"""Points as plus and minus: whatever happens in whatever order, a balance is the sum of its entries."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from staytrue.loyalty import recompute
from staytrue.loyalty.ledger import (
    Entry,
    Kind,
    Lot,
    Owed,
    balance,
    expired,
    lots,
    missing,
    taken,
)

MAY, JUNE = date(2026, 5, 10), date(2026, 6, 10)
STAY = Owed(reservation_id=7, version_id=1, profile_id=1)


def test_a_stay_is_awarded_once_corrected_and_countered_never_edited() -> None:
    assert missing({STAY: 75}, {}) == {STAY: (Kind.AWARD, 75)}
    assert missing({STAY: 75}, {STAY: 75}) == {}
    assert missing({STAY: 60}, {STAY: 75}) == {STAY: (Kind.CORRECTION, -15)}
    assert missing({}, {STAY: 75}) == {STAY: (Kind.COUNTER, -75)}
    assert missing({STAY: 75}, {STAY: 0}) == {STAY: (Kind.CORRECTION, 75)}


def test_another_guest_on_the_reservation_takes_the_points_over() -> None:
    other = Owed(7, 1, 2)
    assert missing({other: 75}, {STAY: 75}) == {
        other: (Kind.AWARD, 75), STAY: (Kind.COUNTER, -75),
    }  # fmt: skip


def award(profile: int, points: int, on: date) -> Entry:
    return Entry(profile, Kind.AWARD, points, on)


def test_the_oldest_points_go_first_and_of_both_profiles() -> None:
    entries = [award(1, 100, JUNE), award(2, 50, MAY)]
    assert taken(entries, 120) == [Lot(MAY, 2, 50), Lot(JUNE, 1, 70)]
    assert taken(entries, 151) is None


def test_what_was_reversed_after_it_was_spent_is_paid_by_the_oldest_points() -> None:
    entries = [award(1, 100, MAY), Entry(1, Kind.HOLD, -100, MAY), Entry(1, Kind.COUNTER, -100, MAY),
               award(1, 130, JUNE)]  # fmt: skip
    assert balance(entries) == 30
    assert lots(entries) == [Lot(JUNE, 1, 30)]


def test_points_end_by_the_day_they_were_earned() -> None:
    entries = [award(1, 100, MAY), award(1, 40, JUNE), Entry(1, Kind.HOLD, -30, MAY)]
    assert expired(entries, MAY) == [Lot(MAY, 1, 70)]


def minus(kind: Kind, parts: list[Lot]) -> list[Entry]:
    return [Entry(lot.profile_id, kind, -lot.left, lot.on) for lot in parts]


DAYS = st.integers(0, 60).map(lambda n: MAY + timedelta(days=n))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("award"), st.integers(1, 2), st.integers(1, 200), DAYS),
        st.tuples(st.just("spend"), st.integers(1, 300)),
        st.tuples(st.just("expire"), DAYS),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(STEPS)
def test_whatever_was_spent_or_ended_together_leaves_nobody_below_zero_when_taken_apart(
    steps: list[tuple],  # type: ignore[type-arg]
) -> None:
    """Two profiles of one guest spend together; taken apart, each has what is left of his own."""
    entries: list[Entry] = []
    for what, *values in steps:
        if what == "award":
            profile, points, on = values
            entries.append(award(profile, points, on))
        elif what == "spend":
            entries += minus(Kind.HOLD, taken(entries, values[0]) or [])
        else:
            entries += minus(Kind.EXPIRY, expired(entries, values[0]))
        assert balance(entries) == sum(lot.left for lot in lots(entries)) >= 0
    apart: dict[int, int] = defaultdict(int)
    for entry in entries:
        apart[entry.profile_id] += entry.points
    assert all(left >= 0 for left in apart.values())


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def line(
    n: int, points: int, inputs: list[dict[str, object]], kind: str = "award"
) -> dict[str, object]:
    return {"entry": n, "account": "A1", "profile": 1, "kind": kind, "lot_on": MAY, "points": points,
            "reservation": 7 if inputs else "", "version": 1, "inputs": json.dumps(inputs)}  # fmt: skip


NIGHTS = {"count": "3", "rate": "25", "rounding": "floor", "points": 75}


def test_a_script_of_its_own_recomputes_every_balance(tmp_path: Path) -> None:
    ledger = written(tmp_path / "ledger.csv", [line(1, 75, [NIGHTS]), line(2, -20, [], "hold")])
    right = written(tmp_path / "right.csv", [{"account": "A1", "points": 55}])
    wrong = written(tmp_path / "wrong.csv", [{"account": "A1", "points": 75}])
    # Isolated: it finds neither this package nor any other beside it.
    script = [sys.executable, "-I", recompute.__file__, str(ledger)]
    assert subprocess.run([*script, str(right)], check=False).returncode == 0
    ran = subprocess.run([*script, str(wrong)], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (
        1, "account A1: the ledger gives 55, Staytrue says 75\n",
    )  # fmt: skip


def test_points_that_their_inputs_do_not_give_are_found() -> None:
    _, wrong = recompute.recomputed([{k: str(v) for k, v in line(1, 80, [NIGHTS]).items()}])
    assert wrong == ["reservation 7 (terms 1, profile 1): 80 points stand, its inputs give 75"]
