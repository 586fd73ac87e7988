"""Opening balances of many members from one file: checked whole against its total, or refused whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from staytrue.guests.models import Account
from staytrue.hotel import scope
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.kit.spreadsheet import read_csv
from staytrue.loyalty import moving
from staytrue.loyalty.ledger import Kind
from staytrue.loyalty.models import PointsEntry
from staytrue.loyalty.moving import OPENING_MAX, RIGHT
from staytrue.staff.access import Access, require

LINES_MAX = 50_000
_NAMED = 20


@dataclass(frozen=True)
class Line:
    """One member's balance as the file says it, by the number of its line."""

    number: int
    account_id: int
    points: int


@dataclass(frozen=True)
class Bad:
    """A line that cannot be taken, and the word it hangs on."""

    number: int
    code: str
    word: str


@dataclass(frozen=True)
class Sheet:
    """What a file says; `points` is the sum of its good lines, `total` what somebody counted."""

    lines: tuple[Line, ...]
    bad: tuple[Bad, ...]
    points: int
    total: int

    @property
    def is_good(self) -> bool:
        """Whether it can be taken whole."""
        return bool(self.lines) and not self.bad and self.points == self.total


def read(access: Access, text: str, total: int) -> Sheet:
    """Check a CSV with `account,points` or `hotel,profile,points`; nothing is written."""
    require(access, RIGHT)
    heading, found = read_csv(text)
    rows = list(found)
    if len(rows) > LINES_MAX:
        raise Refused(f"At most {LINES_MAX:,} lines at once. Cut the file.", "openings_long")
    if rows and "points" not in heading:
        raise Refused(
            "The file's first line must be account,points or hotel,profile,points.",
            "openings_columns",
        )
    with scope.everything():
        return _checked(access, rows, total)


def _checked(access: Access, rows: Sequence[tuple[int, dict[str, str]]], total: int) -> Sheet:
    accounts, opened = _accounts([row for _, row in rows]), _opened()
    homes = dict(
        Account.objects.filter(pk__in=set(accounts.values())).values_list("pk", "property_id")
    )
    seen: Counter[int] = Counter()
    lines, bad = [], []
    for number, row in rows:
        account, points = accounts.get(_name(row)), _whole(row.get("points"))
        code, word = "", _word(row)
        if account is None or not access.may(RIGHT, homes[account]):
            code = "unknown_account"
        elif points is None or not 0 < points <= OPENING_MAX:
            code, word = "points_wrong", str(row.get("points") or "")
        elif account in opened:
            code = "opened_already"
        elif seen[account]:
            code = "twice"
        if account is not None:
            seen[account] += 1
        if code or account is None or points is None:
            bad.append(Bad(number, code, word))
        else:
            lines.append(Line(number, account, points))
    return Sheet(tuple(lines), tuple(bad), sum(line.points for line in lines), total)


def take(access: Access, text: str, total: int, reason: str, now: datetime) -> Sheet:
    """Enter every line as an opening balance of its own, or nothing at all."""
    with scope.everything(), transaction.atomic():
        sheet = read(access, text, total)
        if not sheet.is_good:
            raise Refused(_why(sheet), "openings_refused", lines=[vars(each) for each in sheet.bad])
        for line in sheet.lines:
            moving.open_with(access, line.account_id, line.points, reason, now)
    return sheet


def _why(sheet: Sheet) -> str:
    if sheet.bad:
        named = "; ".join(
            f"line {each.number}: {each.code.replace('_', ' ')} {each.word}".rstrip()
            for each in sheet.bad[:_NAMED]
        )
        more = f"; and {len(sheet.bad) - _NAMED} more" if len(sheet.bad) > _NAMED else ""
        return f"Nothing was taken. {named}{more}. Correct them and send the file again."
    if not sheet.lines:
        return "The file has no line. Send one with account and points."
    return (
        f"Nothing was taken: the lines add up to {sheet.points}, you counted {sheet.total}. "
        "Find the difference first."
    )


_Name = tuple[str, str]


def _name(row: Mapping[str, str]) -> _Name:
    """How a line names its member: by account, or by hotel and the PMS's own number."""
    if row.get("account"):
        return "", row["account"].strip()
    return (row.get("hotel") or "").strip(), (row.get("profile") or "").strip()


def _word(row: Mapping[str, str]) -> str:
    return " ".join(part for part in _name(row) if part)


def _whole(text: str | None) -> int | None:
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else None


def _accounts(rows: Iterable[Mapping[str, str]]) -> dict[_Name, int]:
    """Each name of the file with the account under which its guest is found now."""
    names = {_name(row) for row in rows}
    numbers = [int(key) for hotel, key in names if not hotel and _whole(key) is not None]
    by_number = ask(_HELD, [[n for n in numbers if n < 1 << 62]])
    found: dict[_Name, int] = {("", str(key)): account for key, account in by_number}
    profiles = sorted(name for name in names if name[0])
    by_profile = ask(
        """SELECT z.code, p.source_id, min(a.id) FROM unnest(%s::text[], %s::text[]) x(code, key)
             JOIN property z ON z.code = x.code
             JOIN profile p ON p.property_id = z.id AND p.source_id = x.key
             JOIN link k ON k.profile_id = p.id AND k.until_at IS NULL
             JOIN link l ON l.guest_id = k.guest_id AND l.until_at IS NULL
             JOIN account a ON a.profile_id = l.profile_id GROUP BY 1, 2""",
        [[code for code, _ in profiles], [key for _, key in profiles]],
    )
    found.update({(code, key): account for code, key, account in by_profile})
    return found


# The oldest account of the guest in whom this one rests.
_HELD = """
  SELECT m.id, min(a.id) FROM account m
    JOIN link k ON k.profile_id = m.profile_id AND k.until_at IS NULL
    JOIN link l ON l.guest_id = k.guest_id AND l.until_at IS NULL
    JOIN account a ON a.profile_id = l.profile_id
   WHERE m.id = ANY(%s) GROUP BY 1"""


def _opened() -> set[int]:
    """The accounts that have an opening balance already, under which they are found now."""
    profiles = PointsEntry.objects.filter(kind=Kind.OPENING.value).values("profile_id")
    rows = Account.objects.filter(profile_id__in=profiles).values_list("pk", flat=True)
    return {account for _, account in ask(_HELD, [list(rows)])}
