"""What guests write elsewhere: entered by hand, or from a file whose columns somebody names."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO

from django.db import transaction

from staytrue.desk.models import OutsideReview
from staytrue.kit.errors import Refused
from staytrue.kit.hashes import hash_of
from staytrue.staff import audit
from staytrue.staff.access import Access, require

RIGHT = "desk.figures"
COLUMNS = ("date", "source", "score", "text")
LINES_MAX, TEXT_MAX = 20_000, 5000


@dataclass(frozen=True)
class Taken:
    """What became of a file: how many are new, how many stood there, which lines were unreadable."""

    new: int
    known: int
    unreadable: list[int] = field(default_factory=list)


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
    now: datetime,
) -> Taken:  # fmt: skip
    """Take a file; `columns` names its columns, `scale` is its best score. Twice is once."""
    require(access, RIGHT, property_id)
    reader = csv.DictReader(StringIO(text), delimiter=_delimiter(text))
    lacking = [name for name in ("date", "source", "score")
               if columns.get(name) not in (reader.fieldnames or ())]  # fmt: skip
    if lacking:
        raise Refused(f"The file has no column for: {', '.join(lacking)}.", "column_missing",
                      columns=lacking)  # fmt: skip
    if scale < 1:
        raise Refused("Say what the best score of this file is.", "scale_missing")
    found, unreadable = [], []
    for number, line in enumerate(reader, 2):
        if number > LINES_MAX + 1:
            raise Refused(f"A file has at most {LINES_MAX} lines.", "file_long")
        values = {name: (line.get(columns.get(name, "")) or "").strip() for name in COLUMNS}
        made = _read(access, property_id, values, scale, now)
        if made is None:
            unreadable.append(number)
        else:
            found.append(made)
    new = _keep(access, property_id, found)
    return Taken(new, len(found) - new, unreadable)


def _delimiter(text: str) -> str:
    heading = text.partition("\n")[0]
    return max(",;\t", key=heading.count)


def _read(
    access: Access, property_id: int, values: Mapping[str, str], scale: int, now: datetime
) -> OutsideReview | None:
    try:
        on = date.fromisoformat(values["date"])
        score = Decimal(values["score"].replace(",", ".")) * 10 / scale
    except (ValueError, InvalidOperation):
        return None
    if not score.is_finite() or not 0 <= score <= 10 or not values["source"] or on > now.date():
        return None
    return _review(access, property_id, on, values["source"], score, values["text"], now)


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
