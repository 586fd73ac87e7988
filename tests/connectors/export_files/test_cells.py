"""Single cells: dates of the calendar, instants with a zone, exact amounts, nothing guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.connectors.export_files import cells
from staytrue.kit.errors import Unreadable

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "form", "language", "moment"),
    [
        ("2026-09-29", "iso", "en", date(2026, 9, 29)),
        ("29/09/2026", "%d/%m/%Y", "en", date(2026, 9, 29)),
        ("9/29/2026", "%m/%d/%Y", "en", date(2026, 9, 29)),
        ("29.09.26", "%d.%m.%y", "en", date(2026, 9, 29)),
        ("29-Sep-2026", "%d-%b-%Y", "en", date(2026, 9, 29)),
        ("29-SEP-26", "%d-%b-%y", "en", date(2026, 9, 29)),
        ("29 September 2026", "%d %B %Y", "en", date(2026, 9, 29)),
        ("29 août 2026", "%d %B %Y", "fr", date(2026, 8, 29)),
        ("29. Sept. 2026", "%d. %b %Y", "de", date(2026, 9, 29)),
        ("29-ago-2026", "%d-%b-%Y", "es", date(2026, 8, 29)),
        ("46294", "excel", "en", date(2026, 9, 29)),
        ("46294.5", "excel", "en", datetime.fromisoformat("2026-09-29T12:00")),
        ("29/09/2026 2:05 PM", "%d/%m/%Y %I:%M %p", "en", datetime.fromisoformat("2026-09-29T14:05")),
        ("29/09/2026 12:05 AM", "%d/%m/%Y %I:%M %p", "en", datetime.fromisoformat("2026-09-29T00:05")),
        ("20260929-0310", "%Y%m%d-%H%M", "en", datetime.fromisoformat("2026-09-29T03:10")),
        ("31/02/2026", "%d/%m/%Y", "en", None),
        ("09/29/2026", "%d/%m/%Y", "en", None),
        ("29-Sep-2026", "%d-%b-%Y", "fr", None),
        ("0026-09-29", "iso", "en", None),
        ("20260929", "iso", "en", None),
        ("29/09/26", "%d/%m/%Y", "en", None),
        ("٢٩/09/2026", "%d/%m/%Y", "en", None),
        ("1e5", "excel", "en", None),
    ],
)  # fmt: skip
def test_a_date_is_read_in_its_form_or_not_at_all(
    text: str, form: str, language: str, moment: date | None
) -> None:
    assert cells.parse_moment(text, form, language) == moment


def test_an_instant_without_an_offset_is_local_and_a_date_stays_a_date() -> None:
    read = cells.moment_reader(("iso", "%d/%m/%Y %H:%M"), "en", PARIS)
    assert read("2026-05-21T14:03:00+02:00") == read("21/05/2026 14:03")
    assert read("2026-05-21T12:03:00Z") == read("21/05/2026 14:03")
    assert read("2026-05-21") == date(2026, 5, 21)


def test_a_local_date_is_never_shifted_by_a_zone() -> None:
    read = cells.day_reader(("iso",), "en", ZoneInfo("Pacific/Auckland"))
    assert read("2026-05-21T23:30:00-11:00") == date(2026, 5, 21)
    assert read("2026-05-21T00:00:00+12:00") == date(2026, 5, 21)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "amount"),
    [
        ("117.81", ".", "", "117.81"),
        ("1.234,50", ",", ".", "1234.50"),
        ("1 234,5", ",", " ", "1234.5"),
        ("1\u202f234,5", ",", " ", "1234.5"),
        ("1'234.50", ".", "'", "1234.50"),
        ("-12", ".", "", "-12"),
        (".5", ".", "", "0.5"),
        ("0.1", ".", "", "0.1"),
    ],
)
def test_amounts_are_exact_in_their_marks(
    text: str, decimal: str, thousands: str, amount: str
) -> None:
    assert cells.amount_reader(decimal, thousands)(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1,234.50", ".", ""), ("1.234,50", ".", ""), ("12,34", ".", ","), ("1.23.4", ".", ""),
        ("NaN", ".", ""), ("1e5", ".", ""), ("1_000", ".", ""), ("٣", ".", ""), ("", ".", ""),
        ("12 EUR", ".", ""), ("9" * 40, ".", ""), ("1.234", ",", ""),
    ],
)  # fmt: skip
def test_an_amount_in_other_marks_is_unreadable(text: str, decimal: str, thousands: str) -> None:
    with pytest.raises(Unreadable):
        cells.amount_reader(decimal, thousands)(text)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_survives_its_comma_and_points(amount: Decimal) -> None:
    written = f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    assert cells.amount_reader(",", ".")(written) == amount


@pytest.mark.parametrize(("text", "count"), [("2", 2), ("2.0", 2), (" 3 ", 3), ("0", 0)])
def test_counts_are_small_whole_numbers(text: str, count: int) -> None:
    assert cells.read_count(text) == count


@pytest.mark.parametrize("text", ["-1", "2.5", "two", "1e3", "100000000"])
def test_other_counts_are_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        cells.read_count(text)


@pytest.mark.parametrize(
    ("text", "moment", "born"),
    [
        ("1985-03-14", date(1985, 3, 14), "1985-03-14"),
        ("--03-14", None, "--03-14"),
        ("14/03/85", date(2085, 3, 14), "1985-03-14"),
        ("14/03/05", date(2005, 3, 14), "2005-03-14"),
    ],
)
def test_birth_dates_may_lack_their_year_or_century(
    text: str, moment: date | None, born: str
) -> None:
    assert cells.read_birth_date(text, moment, date(2026, 5, 21)) == born


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2031-01-01", date(2031, 1, 1)), ("1900-01-01", date(1900, 1, 1)), ("--13-01", None)],
)
def test_no_date_of_birth_is_in_the_future_or_a_filler(text: str, moment: date | None) -> None:
    with pytest.raises(Unreadable):
        cells.read_birth_date(text, moment, date(2026, 5, 21))
