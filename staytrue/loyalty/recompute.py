"""Recompute every balance from the exported ledger. Stands alone: Python's own library, no Staytrue.

    python recompute.py ledger.csv [balances.csv]

`ledger.csv` has one line per entry: entry, account, profile, kind, lot_on, points, reservation,
version, inputs. The inputs of an award are its parts as JSON, each with `count`, `rate`, `rounding`
and `points`; what they give is computed again. `balances.csv` has account, points. It prints each
difference and ends with 1 where there is one.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from pathlib import Path

WAYS = {"floor": ROUND_FLOOR, "half_up": ROUND_HALF_UP, "ceiling": ROUND_CEILING}
EARNED = ("award", "correction", "counter")


def lines(path: str) -> Iterator[dict[str, str]]:
    """The lines of a file as dictionaries."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def given(inputs: Iterable[Mapping[str, str]]) -> int:
    """What the parts of an award give, each whole."""
    total = 0
    for part in inputs:
        exact = Decimal(part["count"]) * Decimal(part["rate"])
        total += int(exact.quantize(Decimal(1), WAYS[part["rounding"]]))
    return total


def recomputed(entries: Iterable[Mapping[str, str]]) -> tuple[dict[str, int], list[str]]:
    """Account → points; what is wrong with the entries themselves, in sentences."""
    balances: dict[str, int] = defaultdict(int)
    stands: dict[tuple[str, str, str], int] = defaultdict(int)
    owed: dict[tuple[str, str, str], int] = {}
    wrong = []
    for each in entries:
        points = int(each["points"])
        balances[each["account"]] += points
        if each["kind"] in EARNED:
            key = each["reservation"], each["version"], each["profile"]
            stands[key] += points
            owed[key] = given(json.loads(each["inputs"] or "[]"))
    for (reservation, version, profile), points in owed.items():
        has = stands[reservation, version, profile]
        if has != points:
            wrong.append(
                f"reservation {reservation} (terms {version}, profile {profile}): "
                f"{has} points stand, its inputs give {points}"
            )
    return dict(balances), wrong


def main(arguments: list[str]) -> int:
    """Exit 0 where everything agrees, 1 where something differs, 2 on wrong use."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    balances, wrong = recomputed(lines(arguments[0]))
    if len(arguments) == 2:
        told = {each["account"]: int(each["points"]) for each in lines(arguments[1])}
        for account in sorted({*told, *balances}):
            if told.get(account, 0) != balances.get(account, 0):
                wrong.append(
                    f"account {account}: the ledger gives {balances.get(account, 0)}, "
                    f"Staytrue says {told.get(account, 0)}"
                )
    else:
        for account, points in sorted(balances.items()):
            print(f"{account},{points}")
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
