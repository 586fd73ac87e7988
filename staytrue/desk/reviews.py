"""What guests write elsewhere: entered by hand, or from a file whose columns somebody names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice

from django.db import transaction

from staytrue.desk.models import OutsideReview
from staytrue.kit.errors import Refused
from staytrue.kit.hashes import hash_of
from staytrue.kit.spreadsheet import read_csv
from staytrue.staff import audit
from staytrue.staff.access import Access, require, visible_to

RIGHT = "desk.figures"
COLUMNS = ("date", "source", "score", "text")
GUESSES: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day", "when", "fecha", "jour"),
    "source": ("source", "site", "portal", "platform", "channel", "origen"),
    "score": ("score", "rating", "stars", "grade", "note", "puntuación"),
    "text": ("text", "comment", "review", "said", "avis", "comentario"),
}
ORDERS: Mapping[str, str] = {"ymd": "%Y-%m-%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}
"""How a file may write its days; a point or a hyphen is as good as a slash."""
LINES_MAX, TEXT_MAX, SHOWN = 20_000, 5000, 3


@dataclass(frozen=True)
class Taken:
    """What became of a file: how many are new, how many stood there, which lines were unreadable."""

    new: int
    known: int
    unreadable: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A file before it is taken: its columns, the guess which is which, its first lines."""

    columns: list[str]
    guessed: dict[str, str]
    lines: list[dict[str, str]]


def look(text: str) -> Sheet:
    """What a file has, so that somebody can say which column is which."""
    columns, rows = read_csv(text)
    if not columns:
        raise Refused("The file has no heading.", "review_column_missing", columns=["date"])
    guessed = {
        wanted: next((each for each in columns if each.casefold() in words), "")
        for wanted, words in GUESSES.items()
    }
    return Sheet(columns, guessed, [row for _, row in islice(rows, SHOWN)])


def newest(access: Access, most: int) -> list[OutsideReview]:
    """The reviews of his hotels, the newest first."""
    found = visible_to(access, OutsideReview.objects.select_related("property"), RIGHT)
    return list(found.order_by("-on", "-pk")[:most])


def enter(
    access: Access, property_id: int, on: date, source: str, score: Decimal, text: str,
    now: datetime,
) -> int:  # fmt: skip
    """Enter one by hand, its score out of ten; answers how many are new."""
    require(access, RIGHT, property_id)
    if not source.strip() or not score.is_finite() or not 0 <= score <= 10 or on > now.date():
        raise Refused(
            "A review has a day, a source, and a score from 0 to 10.", "review_unreadable"
        )
    return _keep(access, property_id, [_review(access, property_id, on, source, score, text, now)])


def take(
    access: Access, property_id: int, text: str, columns: Mapping[str, str], scale: int,
    now: datetime, source: str = "", order: str = "ymd",
) -> Taken:  # fmt: skip
    """Take a file; `columns` names its columns, `scale` is its best score. Twice is once.

    `source` is where all come from in a file that does not say it; `order` how it writes days.
    """
    require(access, RIGHT, property_id)
    heading, rows = read_csv(text)
    needed = ("date", "score") if source.strip() else ("date", "source", "score")
    lacking = [name for name in needed if columns.get(name) not in heading]
    if lacking:
        raise Refused(f"The file has no column for: {', '.join(lacking)}.", "review_column_missing",
                      columns=lacking)  # fmt: skip
    if scale < 1:
        raise Refused("Say what the best score of this file is.", "scale_missing")
    found, unreadable = [], []
    for number, line in rows:
        if number > LINES_MAX + 1:
            raise Refused(f"A file has at most {LINES_MAX} lines.", "reviews_long")
        values = {name: line.get(columns.get(name, ""), "").strip() for name in COLUMNS}
        values["source"] = values["source"] or source.strip()
        made = _read(access, property_id, values, scale, now, ORDERS.get(order, ORDERS["ymd"]))
        if made is None:
            unreadable.append(number)
        else:
            found.append(made)
    new = _keep(access, property_id, found)
    return Taken(new, len(found) - new, unreadable)


def _read(
    access: Access, property_id: int, values: Mapping[str, str], scale: int, now: datetime,
    days: str,
) -> OutsideReview | None:  # fmt: skip
    try:
        on = _day(values["date"], days)
        score = Decimal(values["score"].replace(",", ".")) * 10 / scale
    except (ValueError, InvalidOperation):
        return None
    if not score.is_finite() or not 0 <= score <= 10 or not values["source"] or on > now.date():
        return None
    return _review(access, property_id, on, values["source"], score, values["text"], now)


def _day(text: str, days: str) -> date:
    """A day; an hour behind it is left out."""
    plain = text.replace("T", " ").partition(" ")[0].replace(".", "/")
    plain = plain.replace("/", "-") if days == ORDERS["ymd"] else plain.replace("-", "/")
    return datetime.strptime(plain, days).date()  # noqa: DTZ007 - a day has no zone


def _review(
    access: Access, property_id: int, on: date, source: str, score: Decimal, text: str,
    now: datetime,
) -> OutsideReview:  # fmt: skip
    rounded = round(score, 2)
    told = f"{on}|{source.strip()}|{rounded}|{text.strip()}"
    return OutsideReview(
        property_id=property_id, key=str(hash_of(told)), on=on, source=source.strip(), score=rounded,
        text=text.strip()[:TEXT_MAX], entered_by=access.actor, entered_at=now,
    )  # fmt: skip


@transaction.atomic
def _keep(access: Access, property_id: int, found: list[OutsideReview]) -> int:
    there = OutsideReview.objects.filter(property_id=property_id)
    before = there.count()
    OutsideReview.objects.bulk_create(found, ignore_conflicts=True)
    new = there.count() - before
    if new:
        with audit.acting(access.actor, found[0].entered_at):
            audit.record("reviews_entered", f"property:{property_id}", property_id=property_id,
                         facts={"count": new})  # fmt: skip
    return new
