"""Ages, dates, numbers and money in the reader's language and the hotel's zone.

Step and words of an age come from here and nowhere else (the script refreshes them).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# English with 24-hour clocks and the day before the month.
_LOCALES = {"en": Locale("en", "GB"), "fr": Locale("fr"), "es": Locale("es")}
STEPS = (
    (timedelta(minutes=15), ""),
    (timedelta(hours=2), "recent"),
    (timedelta(hours=24), "today"),
)
"""Up to how old a fact may be, and the disc that says so (LOOK section 2)."""


def locale() -> Locale:
    """The reader's."""
    return _LOCALES.get((get_language() or "en")[:2], _LOCALES["en"])


def step(instant: datetime | None, now: datetime) -> str:
    """The disc of a fact that was true at this instant."""
    if instant is None:
        return "lost"
    return next((name for limit, name in STEPS if now - instant <= limit), "old")


def age_patterns() -> dict[str, str]:
    """The words of ages, for the script that keeps them true."""
    return {
        "days": _("%(days)s d %(hours)s h"),
        "hours": _("%(hours)s h %(minutes)s min"),
        "brief": _("%(hours)s h %(minutes)s"),
        "minutes": _("%(minutes)s min"),
    }


def age(seconds: float, *, brief: bool = False) -> str:
    """How long ago: "14 h 50 min", or briefer for the rail."""
    minutes = max(0, int(seconds // 60))
    hours, days = minutes // 60, minutes // 1440
    words = age_patterns()
    if days:
        return words["days"] % {"days": days, "hours": hours % 24}
    if hours:
        text = words["brief" if brief else "hours"]
        return text % {"hours": hours, "minutes": f"{minutes % 60:02d}"}
    return words["minutes"] % {"minutes": minutes}


def span(seconds: float) -> str:
    """A length of time in its largest exact unit: "30 min", "24 h", "3 d"."""
    minutes = int(seconds // 60)
    if minutes and minutes % 1440 == 0 and minutes > 1440:
        return _("%(days)s d") % {"days": minutes // 1440}
    if minutes and minutes % 60 == 0:
        return _("%(hours)s h") % {"hours": minutes // 60}
    return age(seconds) if minutes else _("%(seconds)s s") % {"seconds": int(seconds)}


def exact(seconds: float) -> str:
    """A length of time to the second where it is short: "8 s", "2 min 05 s"."""
    whole = round(seconds)
    if whole < 60 or whole >= 3_600:
        return span(whole) if whole < 60 else age(whole)
    told = {"minutes": whole // 60, "seconds": f"{whole % 60:02d}"}
    return _("%(minutes)s min %(seconds)s s") % told


def hour(word: str) -> str:
    """An hour of the day: "13" is 13:00."""
    return f"{int(word):02d}:00"


def clock_time(instant: datetime, zone: str) -> str:
    """The hotel's clock: "03:10"."""
    return str(format_time(instant.astimezone(ZoneInfo(zone)), "HH:mm", locale=locale()))


def instant(value: datetime, zone: str, now: datetime | None = None) -> str:
    """Day and time as the hotel's clocks show it; only the time when it is of the same day."""
    local = value.astimezone(ZoneInfo(zone))
    if now is not None and is_same_day(value, now, zone):
        return clock_time(value, zone)
    year = now.year if now is not None else None
    return f"{day(local.date(), year)} {clock_time(value, zone)}"


def is_same_day(one: datetime, other: datetime, zone: str) -> bool:
    """Whether the hotel's calendar shows the same day at both instants."""
    return one.astimezone(ZoneInfo(zone)).date() == other.astimezone(ZoneInfo(zone)).date()


def at(value: datetime, zone: str, now: datetime) -> str:
    """An instant within a sentence: "at 03:10", or "on 20 May at 03:10"."""
    time = clock_time(value, zone)
    if is_same_day(value, now, zone):
        return _("at %(time)s") % {"time": time}
    told = day(value.astimezone(ZoneInfo(zone)).date(), now.year)
    return _("on %(day)s at %(time)s") % {"day": told, "time": time}


def day(value: date, year: int | None = None) -> str:
    """A date; the year only when it is another than `year`."""
    skeleton = "MMMd" if year == value.year else "yMMMd"
    return str(format_skeleton(skeleton, value, locale=locale()))


def weekday(value: date) -> str:
    """A date as the head of a page says it: "Thursday 21 May 2026"."""
    return str(format_date(value, "full", locale=locale()))


def days(first: date, last: date, year: int | None = None) -> str:
    """From a day to a day: "23 to 26 May"."""
    begins = day(first, last.year) if first.year == last.year else day(first)
    if (first.year, first.month) == (last.year, last.month) and locale().language == "en":
        begins = str(first.day)
    return _("%(first)s to %(last)s") % {"first": begins, "last": day(last, year)}


def number(value: float | Decimal) -> str:
    """A number with the reader's separators."""
    return str(format_decimal(value, locale=locale()))


def percent(value: float) -> str:
    """A share as a percentage."""
    return str(format_percent(value, format=None, locale=locale()))


def share(value: float) -> str:
    """A share to a hundredth of a percent; just below the whole is not the whole."""
    told = math.floor(value * 10_000) / 10_000
    return str(format_percent(told, locale=locale(), decimal_quantization=False))


def money(value: Decimal | str | None, currency: str | None) -> str:
    """An amount with its currency; the bare number where the source names none."""
    if value is None:
        return ""
    amount = Decimal(str(value))
    if not currency:
        return str(format_decimal(amount, format="#,##0.00", locale=locale()))
    return str(format_currency(amount, currency, locale=locale()))


@cache
def _language_name(code: str, reader: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(reader) or code
    except (UnknownLocaleError, ValueError):
        return code


def language(code: str) -> str:
    """A language by its name: "fr" is French."""
    return _language_name(code, locale().language)


def country(code: str) -> str:
    """A country by its name, in the reader's language where it is known."""
    name = locale().territories.get(code.upper())
    if name:
        return str(name)
    found = pycountry.countries.get(alpha_2=code.upper())
    return found.name if found else code


def signed(value: float) -> str:
    """A figure with its sign and one decimal."""
    return str(format_decimal(value, format="+0.0;−0.0", locale=locale()))


def adding_up(values: Sequence[float]) -> list[float]:
    """The values in tenths, so that what is shown adds up to the sum as it is shown."""
    tenths = [math.floor(value * 10) for value in values]
    missing = round(sum(values) * 10) - sum(tenths)
    # Those that lost most by rounding down get the rest, the first of equals first.
    by_loss = sorted(range(len(values)), key=lambda at: (tenths[at] - values[at] * 10, at))
    for at in by_loss[:missing]:
        tenths[at] += 1
    return [tenth / 10 for tenth in tenths]


def tenth(value: float) -> str:
    """A figure with one decimal."""
    return str(format_decimal(value, format="#,##0.0", locale=locale()))
