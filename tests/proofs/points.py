"""Random lives of a programme: whatever happens, a balance is the sum of its entries, and the script's.

python -m tests.proofs.points [--seed N] [--histories N]

The rules are the product's own; what stands around them here is a hotel of a few dictionaries.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from staytrue.loyalty import exporting, recompute
from staytrue.loyalty.facts import Charged, Stay
from staytrue.loyalty.ledger import Entry, Kind, Lot, Owed, balance, expired, lots, missing, taken
from staytrue.loyalty.rules import award_for
from staytrue.loyalty.terms import DEFAULT, Terms, checked

FIRST = date(2024, 1, 1)
REPLAYS = 5
MONEY = {"per": "unit", "points": "1.5", "of": ["room", "extra"], "rounding": "half_up"}
YEAR = {"first": "2024-03-01", "last": "2024-06-30", "by": "any_night", "share": "nights"}
TERMS = (
    DEFAULT,
    checked({"rules": [{"key": "spent", **MONEY}, {"key": "night", "per": "night", "points": 10}],
             "combine": "sum"}),
    checked({"rules": [{"key": "spring", "per": "stay", "points": 500, "dates": YEAR}],
             "default": {"key": "default", "per": "night", "points": 25}}),
    checked({"mode": "room_charge", "room_charge": "1"}),
)  # fmt: skip


@dataclass
class Booking:
    """A reservation as it stands: whose, whether he left, and what it cost."""

    stay: Stay
    profile: int
    is_out: bool = True


@dataclass
class Life:
    """Some guests, what they did, and the ledger that came of it."""

    rng: Random
    first_profile: int = 1
    guest_of: dict[int, int] = field(default_factory=dict)
    bookings: dict[int, Booking] = field(default_factory=dict)
    versions: list[tuple[date, int, Terms]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for place in range(self.rng.randint(1, 4)):
            self.guest_of[self.first_profile + place] = place
        self.versions.append((FIRST, 1, self.rng.choice(TERMS)))

    def step(self) -> None:
        """One thing that happens."""
        what: Callable[[], None] = self.rng.choice(
            [self.check_out, self.check_out, self.reverse, self.correct, self.rename, self.merge,
             self.unmerge, self.redeem, self.settle_redemption, self.expire, self.move,
             self.new_terms, self.replay]
        )  # fmt: skip
        self.done[what.__name__] += 1
        what()

    # What happens to stays: each ends by settling the stay from its state.
    def check_out(self) -> None:
        id_ = self.first_profile * 100 + len(self.bookings)
        came = FIRST + timedelta(days=self.rng.randint(0, 300))
        charged = Charged(
            room=Decimal(self.rng.randint(0, 90_000)) / 100, extra=Decimal(self.rng.randint(0, 99)),
            currency="EUR",
        )  # fmt: skip
        left = came + timedelta(days=self.rng.randint(0, 9))
        stay = Stay(id=id_, property_id=1, came_on=came, left_on=left, charged=charged)
        self.bookings[id_] = Booking(stay, self.somebody())
        self.settle(id_)

    def reverse(self) -> None:
        if found := self.some_booking():
            found.is_out = not found.is_out
            self.settle(found.stay.id)

    def correct(self) -> None:
        if found := self.some_booking():
            less = Decimal(self.rng.randint(-5_000, 40_000)) / 100
            bill = msgspec.structs.replace(
                found.stay.charged, unplaced=found.stay.charged.unplaced - less
            )
            found.stay = msgspec.structs.replace(found.stay, charged=bill)
            self.settle(found.stay.id)

    def rename(self) -> None:
        if found := self.some_booking():
            found.profile = self.somebody()
            self.settle(found.stay.id)

    def new_terms(self) -> None:
        from_on = FIRST + timedelta(days=self.rng.randint(0, 300))
        self.versions.append((from_on, len(self.versions) + 1, self.rng.choice(TERMS)))
        for id_ in self.bookings:
            self.settle(id_)

    def replay(self) -> None:
        before = len(self.rows)
        for _ in range(REPLAYS):
            for id_ in self.bookings:
                self.settle(id_)
        assert len(self.rows) == before, "a replay wrote something"

    def settle(self, id_: int) -> None:
        """Bring the ledger to what this stay earns, as `settling.py` does."""
        booking = self.bookings[id_]
        standing: dict[Owed, int] = defaultdict(int)
        for row in self.rows:
            if row["reservation"] == id_:
                standing[Owed(id_, row["version"], row["profile"])] += row["points"]
        owed, parts = {}, {}
        if booking.is_out:
            day = booking.stay.left_on
            # The last to begin counts, and of those that begin together the newest.
            _, number, terms = max(
                (each for each in self.versions if each[0] <= day), key=lambda each: each[:2]
            )
            award, key = award_for(booking.stay, terms), Owed(id_, number, booking.profile)
            owed[key], parts[key] = award.points, award.parts
        for key, (kind, points) in missing(owed, standing, list(standing)).items():
            inputs = [] if kind == Kind.COUNTER else msgspec.to_builtins(parts.get(key, ()))
            lot = Lot(booking.stay.left_on, key.profile_id, points)
            self.write(kind, lot, reservation=id_, version=key.version_id, inputs=inputs)

    # What people do with points.
    def redeem(self) -> None:
        points = self.rng.randint(1, 400)
        if found := taken(self.entries(self.some_guest()), points):
            number = len(self.held) + 1
            self.held[number] = points
            for lot in found:
                self.write(Kind.HOLD, lot, sign=-1, redemption=number)

    def settle_redemption(self) -> None:
        if not self.held:
            return
        number = self.rng.choice(list(self.held))
        del self.held[number]
        if self.rng.random() < 0.5:  # otherwise it was used: nothing is written
            for row in [each for each in self.rows if each["redemption"] == number]:
                lot = Lot(row["lot_on"], row["profile"], -row["points"])
                self.write(Kind.RELEASE, lot, redemption=-number)

    def expire(self) -> None:
        until = FIRST + timedelta(days=self.rng.randint(0, 320))
        for lot in expired(self.entries(self.some_guest()), until):
            self.write(Kind.EXPIRY, lot, sign=-1)

    def move(self) -> None:
        kind = self.rng.choice([Kind.OPENING, Kind.ADJUSTMENT])
        on = FIRST + timedelta(days=self.rng.randint(0, 320))
        self.write(kind, Lot(on, self.somebody(), self.rng.randint(1, 1_200)))

    # Who is whose.
    def merge(self) -> None:
        one, other = self.some_guest(), self.some_guest()
        for profile, guest in self.guest_of.items():
            self.guest_of[profile] = one if guest == other else guest

    def unmerge(self) -> None:
        self.guest_of[self.somebody()] = max(self.guest_of.values()) + 1

    def somebody(self) -> int:
        return self.rng.choice(list(self.guest_of))

    def some_guest(self) -> int:
        return self.rng.choice(list(self.guest_of.values()))

    def some_booking(self) -> Booking | None:
        return self.rng.choice(list(self.bookings.values())) if self.bookings else None

    def entries(self, guest: int) -> list[Entry]:
        """What the ledger has of a guest."""
        mine = {profile for profile, of in self.guest_of.items() if of == guest}
        return [
            Entry(row["profile"], row["kind"], row["points"], row["lot_on"])
            for row in self.rows if row["profile"] in mine
        ]  # fmt: skip

    def write(self, kind: Kind, lot: Lot, sign: int = 1, **facts: Any) -> None:
        if points := sign * lot.left:
            self.rows.append(
                {"entry": len(self.rows), "profile": lot.profile_id, "kind": kind,
                 "lot_on": lot.on, "points": points, "reservation": None, "version": None,
                 "redemption": None, "inputs": [], **facts}
            )  # fmt: skip

    def account(self, profile: int) -> int:
        """The number under which this profile's guest is found: his oldest."""
        guest = self.guest_of[profile]
        return min(each for each, of in self.guest_of.items() if of == guest)

    def exported(self) -> list[dict[str, str]]:
        """The ledger as `exporting.py` writes it."""
        told = [
            {**row, "account": self.account(row["profile"]), "inputs": json.dumps(row["inputs"])}
            for row in self.rows
        ]
        return [
            {name: "" if row[name] is None else str(row[name]) for name in exporting.NAMES}
            for row in told
        ]

    def balances(self) -> dict[int, int]:
        """What each account has by the ledger's own rule; it stands against its lots."""
        found = {}
        for profile, guest in self.guest_of.items():
            entries = self.entries(guest)
            has = balance(entries)
            assert max(has, 0) == sum(lot.left for lot in lots(entries))
            found[self.account(profile)] = has
        return found


def lived(seed: str, first_profile: int = 1) -> Life:
    """A life of some steps; at its end, and after five replays, every sum is the same."""
    life = Life(Random(seed), first_profile)
    for _ in range(life.rng.randint(4, 24)):
        life.step()
    life.replay()
    told = life.balances()
    sums, wrong = recompute.recomputed(life.exported())
    assert not wrong, wrong
    for account, points in told.items():
        mine = [row["points"] for row in life.rows if life.account(row["profile"]) == account]
        assert points == sum(mine) == sums.get(str(account), 0), (account, points, sums)
    return life


def prove(seed: int, histories: int, place: Path) -> dict[str, Any]:
    """Live them all, and have the stand-alone script add up their one ledger by itself."""
    ledger, balances = place / "ledger.csv", place / "balances.csv"
    done: Counter[str] = Counter()
    entries = accounts = 0
    with ledger.open("w", newline="") as one, balances.open("w", newline="") as other:
        lines, told = csv.DictWriter(one, exporting.NAMES), csv.writer(other)
        lines.writeheader()
        told.writerow(("account", "points"))
        for number in range(histories):
            life = lived(f"{seed}:{number}", number * 10 + 1)
            done.update(life.done)
            lines.writerows(life.exported())
            found = life.balances()
            told.writerows(found.items())
            entries, accounts = entries + len(life.rows), accounts + len(found)
    script = [sys.executable, "-I", recompute.__file__, str(ledger), str(balances)]
    ran = subprocess.run(script, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[:2000]
    return {"histories": histories, "entries": entries, "accounts": accounts,
            "differences": 0, "steps": dict(sorted(done.items()))}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Live so many histories and say what happened in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--histories", type=int, default=100_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        figures = prove(given.seed, given.histories, Path(name))
    print(json.dumps({"seed": given.seed, **figures}))


if __name__ == "__main__":
    main()
