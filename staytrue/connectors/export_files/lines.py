"""Records of one file in batches, with their line numbers: what all formats share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from staytrue.connectors.base import RUN_LINES
from staytrue.kit.errors import Refused
from staytrue.kit.hashes import hash_of_bytes

# A run of lines at a time, so that another share's run is left out before it is looked at.
BATCH = RUN_LINES


class Batch(NamedTuple):
    """Some records as text, each with the line it begins on, and whether a quote is in them."""

    numbers: range | list[int]
    records: list[str]
    quoted: bool
    joined: str = ""

    @property
    def text(self) -> str:
        """Its records as one text."""
        return self.joined or "".join(self.records)

    @classmethod
    def of(cls, record: str) -> Batch:
        """A batch of one."""
        return cls([1], [record], quoted=True)

    def top(self, count: int = 20) -> Batch:
        """Its first records."""
        return Batch(list(self.numbers[:count]), self.records[:count], self.quoted)


def batches(lines: Iterable[str], quote: str, record_chars: int) -> Iterator[Batch]:
    """Cuts lines into records: one line each, or more where a quoted cell holds a line break.

    A record is complete when its quotes come in pairs. The CSV reader must come to the same
    number of records, which is how a stray quote is noticed.
    """
    source = iter(lines)
    first = 1
    while batch := list(islice(source, BATCH)):
        text = "".join(batch)
        if not quote or quote not in text:
            yield Batch(range(first, first + len(batch)), batch, quoted=False, joined=text)
            first += len(batch)
            continue
        numbers, records = [], []
        rest = iter(batch)
        for line in rest:
            numbers.append(first)
            first += 1
            if line.count(quote) % 2 == 0:
                records.append(line)
                continue
            parts, size = [line], len(line)
            for part in _chain(rest, source):
                parts.append(part)
                first += 1
                size += len(part)
                if part.count(quote) % 2:
                    break
                if size > record_chars:
                    raise unclosed(numbers[-1])
            else:
                raise unclosed(numbers[-1])
            records.append("".join(parts))
        yield Batch(numbers, records, quoted=True)


def _chain(first: Iterator[str], second: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from second


def unclosed(number: int) -> Refused:
    """The refusal for a quote without its partner."""
    return Refused(
        f"The quote on line {number} is never closed: the file was cut, or it uses quotes in "
        'another way than the mapping says (file.quote = "" if they are plain characters).',
        "unterminated_quote",
        line=number,
    )


def hash_of(raw: str, place: str = "") -> int:
    """Eight bytes of blake2b over a raw record, signed; `place` if that is part of what it says."""
    said = raw.encode("utf-8", "surrogatepass")
    return hash_of_bytes(said + b"\0" + place.encode() if place else said)
