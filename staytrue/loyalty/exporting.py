"""The ledger as a file that anybody can add up: what `recompute.py` reads, without Staytrue."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

NAMES = ("entry", "account", "profile", "kind", "lot_on", "points", "reservation", "version",
         "inputs")  # fmt: skip

# Each entry under the number by which its guest's account is found now, in the order of writing.
_ACCOUNTS = """
  accounts AS (
    SELECT l.profile_id, min(a.id) OVER (PARTITION BY l.guest_id) AS id
      FROM link l LEFT JOIN account a ON a.profile_id = l.profile_id WHERE l.until_at IS NULL)"""
_LEDGER = f"""
  WITH {_ACCOUNTS}
  SELECT e.id, coalesce(a.id::text, ''), e.profile_id, e.kind, e.lot_on, e.points,
         coalesce(e.reservation_id::text, ''), coalesce(t.number::text, ''), e.inputs::text
    FROM points_entry e LEFT JOIN accounts a ON a.profile_id = e.profile_id
    LEFT JOIN loyalty_terms t ON t.id = e.version_id ORDER BY e.id"""
_BALANCES = f"""
  WITH {_ACCOUNTS}
  SELECT coalesce(a.id::text, ''), sum(e.points) FROM points_entry e
    LEFT JOIN accounts a ON a.profile_id = e.profile_id GROUP BY 1 ORDER BY 1"""


def entries() -> Iterator[dict[str, str]]:
    """Every entry there is, each value as the file has it; in a transaction that sees everything."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LEDGER)
        for row in cursor:
            yield dict(zip(NAMES, map(str, row), strict=True))


def balances() -> dict[str, int]:
    """Account → the points Staytrue says it has."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES)
        return {account: int(points) for account, points in cursor}


def write(path: Path) -> int:
    """Write the ledger into a file; how many entries it holds."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, NAMES)
        out.writeheader()
        for each in entries():
            out.writerow(each)
            count += 1
    return count


def write_balances(path: Path) -> int:
    """Write what Staytrue says of each account; how many there are."""
    told = balances()
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("account", "points"))
        out.writerows(sorted(told.items()))
    return len(told)
