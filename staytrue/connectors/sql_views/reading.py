"""One value of a row, by what it should be. Impossible values are `Unreadable`, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from staytrue.connectors.sql_views.mapping import ViewMap
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean, clean_lines, fold

Scalar = str | int | float | bool | None
Row = Mapping[str, Scalar]

_YES = frozenset(("1", "true", "t", "yes", "y", "j"))
_NO = frozenset(("0", "false", "f", "no", "n"))
# Databases without an own word for "never" or "unknown" use the ends of their calendar.
_NO_DATES = frozenset((1, 1753, 1899, 1900, 9999))


class Cells:
    """The values of one row under the names of our fields."""

    def __init__(self, row: Row, view: ViewMap, zone: ZoneInfo) -> None:
        self._row, self._view, self._zone = row, view, zone

    def has(self, field: str) -> bool:
        """Whether the mapping names this field at all."""
        return field in self._view.fields

    def column(self, name: str) -> str | None:
        """A column's text; blank and the mapping's words for nothing are None."""
        value = self._row.get(name)
        if value is None:
            return None
        text = clean(_text(value))
        return None if not text or text in self._view.null else text

    def text(self, field: str) -> str | None:
        """The field's text, several columns joined by a slash."""
        return self._joined(self._view.fields.get(field, ()), is_whole=False)

    def word(self, field: str) -> str | None:
        """The field's own word, where 0 is a word as good as any."""
        return self._joined(self._view.fields.get(field, ()), is_whole=True)

    def meaning(self, field: str) -> tuple[str | None, str | None]:
        """The standard word for the PMS's own, and that one; None and None where it says nothing."""
        said = self.word(field)
        if said is None:
            return None, None
        return self._view.words.get(field, {}).get(fold(said)), said

    def lines(self, field: str) -> str | None:
        """A note with its line breaks."""
        columns = self._view.fields.get(field, ())
        notes = [clean_lines(_text(self._row.get(column) or "")) for column in columns]
        return "\n".join(note for note in notes if note) or None

    def day(self, field: str) -> date | None:
        """A date of the house."""
        found = self.moment(field)
        if isinstance(found, datetime):
            return found.astimezone(self._zone).date()
        return found

    def moment(self, field: str) -> datetime | date | None:
        """An instant, or a date where the column tells no more; without a zone it is the house's."""
        said = self._joined(self._view.fields.get(field, ()), is_whole=True)
        if said is None:
            return None
        try:
            if len(said) == len("2026-05-04"):
                day = date.fromisoformat(said)
                return None if day.year in _NO_DATES else day
            found = datetime.fromisoformat(said)
        except ValueError:
            raise _unreadable(field, said, "a date") from None
        if found.year in _NO_DATES:
            return None
        return found if found.tzinfo else found.replace(tzinfo=self._zone)

    def instant(self, field: str) -> datetime | None:
        """A moment to the second, for what orders versions: a bare date orders nothing."""
        found = self.moment(field)
        return found.astimezone(UTC) if isinstance(found, datetime) else None

    def stamp(self, field: str) -> datetime | date | None:
        """An instant in UTC, or a bare date; midnight without a zone is how databases say a date."""
        found = self.moment(field)
        if not isinstance(found, datetime):
            return found
        said = self._joined(self._view.fields.get(field, ()), is_whole=True) or ""
        if said.endswith("T00:00:00"):
            return found.date()
        return found.astimezone(UTC)

    def amount(self, field: str) -> Decimal | None:
        """An exact amount; 0 is one."""
        said = self.word(field)
        if said is None:
            return None
        try:
            found = Decimal(said)
        except InvalidOperation:
            raise _unreadable(field, said, "an amount") from None
        if not found.is_finite():
            raise _unreadable(field, said, "an amount")
        return found

    def count(self, field: str) -> int | None:
        """A whole number that is not negative."""
        said = self.word(field)
        if said is None:
            return None
        try:
            found = Decimal(said)
        except InvalidOperation:
            raise _unreadable(field, said, "a number") from None
        if not found.is_finite() or found != found.to_integral_value() or not 0 <= found < 1 << 63:
            raise _unreadable(field, said, "a number")
        return int(found)

    def flag(self, field: str) -> bool | None:
        """Yes or no."""
        said = self.word(field)
        if said is None:
            return None
        if (folded := fold(said)) in _YES:
            return True
        if folded in _NO:
            return False
        raise _unreadable(field, said, "yes or no")

    def _joined(self, columns: tuple[str, ...], *, is_whole: bool) -> str | None:
        said = []
        for name in columns:
            value = self._row.get(name)
            text = clean(_text(value)) if value is not None else ""
            if not is_whole and text in self._view.null:
                text = ""
            if text:
                said.append(text)
            elif is_whole and len(columns) > 1:
                said.append("")
        return "/".join(said) if any(said) else None


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _unreadable(field: str, said: str, wanted: str) -> Unreadable:
    label = field.removesuffix("_on").removesuffix("_at").replace("_", " ").capitalize()
    return Unreadable(
        f"{label}: {said[:60]!r} is not {wanted}.", "unreadable_value", field=field, value=said[:60]
    )
