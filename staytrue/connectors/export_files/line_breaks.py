"""Finds cells that hold a bare line break: they make two short records of one."""

from __future__ import annotations

from collections.abc import Iterable

from staytrue.kit.errors import Refused

# So many records in a row that do not fit are judged without waiting for one that does.
RUN_MAX = 12
# A lone short line may be a heading; as many as this are cells that go on.
CONTINUATIONS = 3


class LineBreaks:
    """Watches how wide the records of a table are.

    A break in the middle leaves a short record and the one that completes it; a break in the last
    cell leaves a record that seems whole, and a line of its own. What stands after the last whole
    record may be a total or a remark, and is left to be parked.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.run: list[tuple[int, int]] = []
        # The line of the last whole record whose last cell may go on.
        self.open_line = 0
        self.continued: list[int] = []

    def look(self, records: Iterable[tuple[int, int, bool]]) -> None:
        """Records that are not blank: (line, cells, whether the last cell says something)."""
        for line, cells, says_last in records:
            if cells != self.width:
                self.run.append((line, cells))
                if len(self.run) < RUN_MAX:
                    continue
            self._judge()
            self.run.clear()
            self.open_line = line if cells == self.width and says_last else 0

    def _judge(self) -> None:
        cells, first = 0, 0
        for line, more in self.run:
            first, cells = (line, more) if cells == 0 else (first, cells + more - 1)
            if cells == self.width:
                raise _refusal(first)
            if cells > self.width:
                cells = 0
        if self.open_line and self.run and all(more == 1 for _, more in self.run):
            self.continued.append(self.open_line)
            if len(self.continued) == CONTINUATIONS:
                raise _refusal(self.continued[0])


def _refusal(line: int) -> Refused:
    return Refused(
        f"On line {line} a cell holds a line break without quotes around it, so that one record "
        "became two. Let the export quote its cells, or leave that column out; nothing of the file "
        "was taken.",
        "line_break",
        line=line,
    )
