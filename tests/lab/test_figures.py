"""The proportions written down are those of the published file, wherever it lies beside us."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from staytrue.hotel.codes import Segment
from staytrue.lab.figures import BOARDS, MARKETS, PARTIES, WEEKDAYS, Market

FILE = Path(__file__).parents[2] / "../shared/data/hotel_bookings_resort.csv.gz"
NAMES = ("Online TA", "Groups", "Offline TA/TO", "Direct", "Corporate")


@pytest.fixture(scope="module")
def bookings() -> list[dict[str, str]]:
    if not FILE.exists():
        pytest.skip("the published bookings are not beside this checkout: ../shared/data")
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("name", "market"), list(zip(NAMES, MARKETS, strict=True)), ids=NAMES)
def test_markets_are_those_of_the_file(
    bookings: list[dict[str, str]], name: str, market: Market
) -> None:
    own = [row for row in bookings if row["market_segment"] == name]
    leads = sorted(int(row["lead_time"]) for row in own)
    assert market.share == pytest.approx(len(own) / len(bookings), abs=0.003)
    assert market.lead == (*(leads[len(leads) * n // 20] for n in range(20)), leads[-1])
    for nights, per_thousand in enumerate(market.nights):
        spent = sum(nights_of(row) == nights for row in own)
        assert per_thousand == pytest.approx(1000 * spent / len(own), abs=1)


def test_boards_and_parties_are_those_of_the_file(bookings: list[dict[str, str]]) -> None:
    breakfast = sum(row["meal"] == "BB" for row in bookings)
    assert breakfast == BOARDS[0][1]
    couples = [row for row in bookings if row["adults"] == "2" and row["children"] == "0"]
    assert PARTIES[0][1] == pytest.approx(sum(row["babies"] == "0" for row in couples), abs=2)


def test_every_table_of_weights_is_whole() -> None:
    assert sum(market.share for market in MARKETS) == pytest.approx(1)
    assert all(len(market.lead) == 21 and len(market.nights) == 15 for market in MARKETS)
    assert all(sum(s for _, s in market.channels) == pytest.approx(1) for market in MARKETS)
    assert len(WEEKDAYS) == 7
    assert [m.segment for m in MARKETS].count(Segment.GROUP) == 1


def test_three_in_ten_never_come() -> None:
    lost = sum(market.share * (market.cancelled + market.no_show) for market in MARKETS)
    assert lost == pytest.approx(0.30, abs=0.02)


def nights_of(row: dict[str, str]) -> int:
    return int(row["stays_in_weekend_nights"]) + int(row["stays_in_week_nights"])
