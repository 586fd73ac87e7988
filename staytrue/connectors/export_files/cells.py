"""Readers of single cells: dates, instants, amounts and counts as an export writes them.

A reader answers the value or raises Unreadable; it never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale

from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, fold

REMEMBERED_MAX = 8_192
"""Texts of one column whose meaning is kept: twenty years of dates, all codes of a hotel."""
_YEARS = range(1880, 2200)
_FULL_INSTANT = len("2026-05-21T14:03:00+02:00")
_DAY_OF_YEAR = re.compile(r"--(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
# What systems write for "no date".
_NO_DATES = frozenset({date(1900, 1, 1), date(1899, 12, 30), date(1899, 12, 31)})
_EXCEL_EPOCH = datetime.fromisoformat("1899-12-30")
_TOKENS = {
    "d": "(?P<d>[0-9]{1,2})",
    "m": "(?P<m>[0-9]{1,2})",
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "b": r"(?P<b>[^\W\d_]+)\.?",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{2})",
    "S": r"(?P<S>[0-9]{2})(?:[.,][0-9]+)?",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "z": "(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
_COUNT = re.compile(r"([0-9]{1,4})(?:[.,]0*)?", re.ASCII)
_SEQUENCE = re.compile(r"[0-9]{1,18}", re.ASCII)
_AMOUNT_DIGITS = 10
AMOUNT_MAX = Decimal(10) ** _AMOUNT_DIGITS
"""No stay costs as much, in any currency; the mirror holds no more."""
_BLANK = "[ \u00a0\u202f\u2009]"


@cache
def month_names(language: str) -> dict[str, int]:
    """Month names of a language, wide and short, folded and without dots."""
    locale = Locale.parse(language, sep="-")
    return {
        fold(name).replace(".", ""): number
        for context in locale.months.values()
        for width in ("wide", "abbreviated")
        for number, name in context.get(width, {}).items()
    }


@cache
def _pattern(format_: str) -> re.Pattern[str]:
    parts = re.split("%(.)", format_)
    for index in range(1, len(parts), 2):
        token = "b" if parts[index] == "B" else parts[index]
        if token not in _TOKENS:
            raise ValueError(f"%{parts[index]}")
        parts[index] = _TOKENS[token]
    parts[::2] = [re.escape(part).replace(r"\ ", r"\s+") for part in parts[::2]]
    return re.compile("".join(parts))


def check_format(format_: str) -> str | None:
    """The first part of a date format that is not known, or None."""
    if format_ in {"iso", "excel"}:
        return None
    try:
        _pattern(format_)
    except ValueError as error:
        return str(error)
    except re.error:
        return "a part that stands twice"
    return None


def parse_moment(text: str, format_: str, language: str = "en") -> date | datetime | None:
    """A date, or a datetime when the text tells a time; None when it is not in this format."""
    try:
        if format_ == "iso":
            moment = _iso(text)
        elif format_ == "excel":
            moment = _excel(text)
        else:
            match = _pattern(format_).fullmatch(text)
            moment = _assembled(match, language) if match else None
    except (ValueError, OverflowError, KeyError):
        return None
    return moment if moment is not None and moment.year in _YEARS else None


def _iso(text: str) -> date | datetime | None:
    if text[4:5] != "-" or len(text) < 10:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _excel(text: str) -> date | datetime | None:
    """Days since the end of 1899, as a spreadsheet keeps a date."""
    if not re.fullmatch(r"[0-9]{3,6}(\.[0-9]+)?", text):
        return None
    moment = _EXCEL_EPOCH + timedelta(days=float(text))
    return moment.replace(microsecond=0) if "." in text else moment.date()


def _assembled(match: re.Match[str], language: str) -> date | datetime:
    got = match.groupdict()
    year = int(got["Y"]) if got.get("Y") else 2000 + int(got["y"])
    name = got.get("b")
    month = month_names(language)[fold(name)] if name else int(got["m"])
    day = date(year, month, int(got["d"]))
    if not got.get("H") and not got.get("I"):
        return day
    hour = int(got.get("H") or got["I"])
    if got.get("I"):
        hour = hour % 12 + (12 if (got.get("p") or "a").lower() == "p" else 0)
    clock = f"{hour:02}:{int(got.get('M') or 0):02}:{int(got.get('S') or 0):02}"
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}{got.get('z') or ''}")


def moment_reader(
    formats: tuple[str, ...], language: str, zone: ZoneInfo
) -> Callable[[str], date | datetime]:
    """Reads instants (a local time gets the hotel's zone); a bare date stays a date."""
    is_iso = formats[:1] == ("iso",)

    def read(text: str) -> date | datetime:
        # Instants hardly repeat, and most are written in full: nothing to tidy, one thing to try.
        if is_iso and len(text) == _FULL_INSTANT and text[10] == "T":
            try:
                instant = datetime.fromisoformat(text)
                if instant.tzinfo and instant.year in _YEARS:
                    return instant
            except ValueError:
                pass
        tidy = clean(text)
        for format_ in formats:
            moment = parse_moment(tidy, format_, language)
            if moment is not None:
                break
        else:
            raise Unreadable(
                f"{tidy[:40]!r} is not a date of the calendar in the form {' or '.join(formats)}.",
                "impossible_date",
                text=tidy[:40],
            )
        if isinstance(moment, datetime) and moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment

    return read


def day_reader(formats: tuple[str, ...], language: str, zone: ZoneInfo) -> Callable[[str], date]:
    """Reads local dates: a time beside the date is dropped, a day is never shifted by a zone."""
    read_moment = moment_reader(formats, language, zone)

    def read(text: str) -> date:
        moment = read_moment(text)
        return moment.date() if isinstance(moment, datetime) else moment

    return read


def amount_reader(decimal: str, thousands: str) -> Callable[[str], Decimal]:
    """Reads exact decimals with these marks; thousands must stand in groups of three."""
    point = re.escape(decimal)
    mark = _BLANK if thousands == " " else re.escape(thousands or " ")
    whole = f"(?:[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
    form = re.compile(f"[+-]?{whole}(?:{point}[0-9]{{0,8}})?|[+-]?{point}[0-9]{{1,8}}")
    plain = decimal == "." and not thousands

    def read(text: str) -> Decimal:
        if not form.fullmatch(text):
            text = clean(text)
            if not form.fullmatch(text):
                raise Unreadable(
                    f"{text[:40]!r} is not an amount written with {decimal!r}.",
                    "unreadable_amount",
                    text=text[:40],
                )
        kept = text if plain else re.sub(mark, "", text).replace(decimal, ".")
        # Too few characters for an amount beyond reason.
        return Decimal(kept) if len(kept) <= _AMOUNT_DIGITS else within_reason(Decimal(kept))

    return read


def within_reason(amount: Decimal) -> Decimal:
    """The amount, unless it is beyond anything a stay may cost."""
    if abs(amount) >= AMOUNT_MAX:
        raise Unreadable(f"{str(amount)[:40]} cannot be an amount.", "unreadable_amount")
    return amount


def read_count(text: str) -> int:
    """A small whole number; spreadsheets may write 2 as 2.0."""
    match = _COUNT.fullmatch(text) or _COUNT.fullmatch(text.strip())
    if not match:
        tidy = clean(text)[:40]
        raise Unreadable(f"{tidy!r} is not a count.", "unreadable_count", text=tidy)
    return int(match[1])


def read_sequence(text: str) -> int:
    """A whole number that only grows, such as the count of a record's changes."""
    tidy = clean(text)
    if not _SEQUENCE.fullmatch(tidy):
        raise Unreadable(f"{tidy[:40]!r} is not a version number.", "unreadable_version")
    return int(tidy)


def read_currency(text: str) -> str:
    """A code of ISO 4217. An amount in an unknown currency says nothing."""
    code = clean(text).upper()
    if pycountry.currencies.get(alpha_3=code) is None:
        raise Unreadable(f"{code[:20]!r} is not a currency.", "unknown_currency", text=code[:20])
    return code


def read_birth_date(text: str, moment: date | datetime | None, latest: date) -> str:
    """`YYYY-MM-DD`, or `--MM-DD` when the year is not known. A birthday is never in the future."""
    if _DAY_OF_YEAR.fullmatch(text):
        return text
    if moment is not None:
        day = moment.date() if isinstance(moment, datetime) else moment
        if day > latest and not re.search(r"[0-9]{4}", text):
            day = day.replace(year=day.year - 100)
        if day <= latest and day not in _NO_DATES:
            return day.isoformat()
    raise Unreadable(f"{text[:40]!r} is not a date of birth.", "impossible_date", text=text[:40])
