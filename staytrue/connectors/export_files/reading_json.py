"""JSON lines, and JSON with its records in one list: cut into records without holding the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.decoding import Decoded
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.objects import masked
from staytrue.connectors.export_files.spooled import Spooled
from staytrue.kit.errors import Refused, Unreadable
from staytrue.kit.strict_json import strict

CHUNK = 1 << 20
SHELL_CHARS = 16 << 20
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,"]', re.DOTALL)


def write(source: Decoded, out: IO[bytes], mapping: Mapping, limits: Limits) -> Spooled:
    """Writes one line per record, masked; refuses a file that is no complete document."""
    facts = Spooled()
    is_lines = mapping.layout.format == "jsonl"
    records = (
        _lines(source, mapping, limits)
        if is_lines
        else Splitter(mapping.layout.records, limits).split(source)
    )
    for record in records:
        source.watch(record, record.encode("utf-8"))
        line, found = masked(record.replace("\n", " ").replace("\r", " ").strip(), mapping, limits)
        facts.masked_cards += found
        facts.records += 1
        out.write(line.encode("utf-8") + b"\n")
    return facts


def _lines(source: Decoded, mapping: Mapping, limits: Limits) -> Iterator[str]:
    text = "\n"
    for number, text in enumerate(source.lines, 1):
        if len(text) > limits.record_chars:
            raise too_long(number)
        if text.strip():
            yield text
    if mapping.layout.final_newline and not text.endswith("\n"):
        raise cut(source.name)


class Splitter:
    """Walks through a document and hands out the elements of the list at one path.

    What stands around them is put together apart, with a 0 for each element, and must itself be
    a complete JSON document.
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self.path = path.split("/") if path else []
        self.limits = limits
        self.stack: list[str] = []
        self.keys: list[str] = []
        self.string = ""
        self.inside = 0
        self.shell: list[str] = []
        self.shell_chars = 0
        self.count = 0

    def split(self, source: Decoded) -> Iterator[str]:
        """The text of each element, in order."""
        buffer, kept, scan, found = "", 0, 0, False
        while chunk := source.lines.read(CHUNK):
            buffer, kept, scan = buffer[kept:] + chunk, 0, scan - kept
            for token in _TOKEN.finditer(buffer, scan):
                mark = token[0]
                if mark == '"':
                    scan = token.start()
                    break
                scan = token.end()
                cut_here = self._step(mark)
                if cut_here:
                    element = buffer[kept : token.start()]
                    if cut_here == "begin":
                        self._around(buffer[kept : token.end()])
                        found = True
                    else:
                        self._around("0" * bool(element.strip()) + mark)
                        if element.strip():
                            self.count += 1
                            yield element
                    kept = token.end()
            if not self.inside:
                self._around(buffer[kept:scan])
                kept = scan
            if len(buffer) - kept > self.limits.record_chars + CHUNK:
                raise too_long(self.count + 1)
        self._around(buffer[kept:])
        self._finish(source.name, found=found)

    def _step(self, mark: str) -> str:
        """Follows one token; says whether the text before it is an element that ends here."""
        if mark[0] == '"':
            self.string = mark[1:-1]
        elif mark in "[{":
            is_list = mark == "[" and self.stack == ["{"] * len(self.path) == ["{"] * len(self.keys)
            begins = is_list and self.keys == self.path and not self.inside
            self.stack.append(mark)
            if mark == "{":
                self.keys.append("")
            if len(self.stack) > self.limits.depth:
                raise Refused(
                    f"The file is nested deeper than {self.limits.depth} levels.", "too_deep"
                )
            if begins:
                self.inside = len(self.stack)
                return "begin"
        elif mark in "]}":
            if not self.stack or self.stack[-1] != ("[" if mark == "]" else "{"):
                raise Refused("The brackets of the file do not match: it is damaged.", "not_json")
            ends = len(self.stack) == self.inside
            self.stack.pop()
            if mark == "}":
                self.keys.pop()
            if ends:
                self.inside = 0
                return "end"
        elif mark == ":":
            if self.keys:
                self.keys[-1] = self.string
        elif len(self.stack) == self.inside:
            return "next"
        return ""

    def _around(self, text: str) -> None:
        self.shell.append(text)
        self.shell_chars += len(text)
        if self.shell_chars > SHELL_CHARS + 4 * self.count:
            raise Refused(
                f"Too much of the file stands outside of {'/'.join(self.path) or 'its list'}: "
                "correct file.records in the mapping.",
                "records_path",
            )

    def _finish(self, name: str, *, found: bool) -> None:
        if self.stack:
            raise cut(name)
        try:
            strict("".join(self.shell), self.limits.depth)
        except Unreadable as problem:
            raise Refused(f"{name} cannot be read. {problem.sentence}", problem.code) from None
        if not found:
            raise Refused(
                f"{name} has no list at {'/'.join(self.path) or 'its top'}, where the mapping expects "
                "the records.",
                "records_path",
            )


def cut(name: str) -> Refused:
    """The refusal of a document that ends early."""
    return Refused(
        f"{name} ends before it is complete: it was cut, or is still being written. Send it again; "
        "nothing of it was taken.",
        "truncated",
    )


def too_long(number: int) -> Refused:
    """The refusal of a record that no booking needs."""
    return Refused(
        f"Record {number} is far too long for a booking.", "record_too_long", line=number
    )
