"""XML reports: no DTD, no recovery, every group; each record becomes one JSON line."""

from __future__ import annotations

import json
import re
from codecs import lookup
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from staytrue.connectors.export_files.container import Limits
from staytrue.connectors.export_files.decoding import Decoded
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.objects import mask_tree
from staytrue.connectors.export_files.reading_json import cut, too_long
from staytrue.connectors.export_files.spooled import Spooled
from staytrue.kit.cards import may_hold_cards
from staytrue.kit.errors import Refused

CHUNK = 1 << 16
_DECLARED = re.compile(r"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def write(source: Decoded, out: IO[bytes], mapping: Mapping, limits: Limits) -> Spooled:
    """Writes one JSON line per record element, masked; a cut or hostile file is refused whole."""
    records = Records(out, mapping, limits)
    parser: Any = DefusedXMLParser(target=records, forbid_dtd=True)
    is_first = True
    try:
        while text := source.lines.read(CHUNK):
            if is_first:
                _check_declared(text, source)
                is_first = False
            source.watch(text, text.encode("utf-8"))
            parser.feed(text)
            records.check_progress(len(text))
        if is_first:
            raise Refused(f"{source.name} is empty.", "empty")
        parser.close()
    except DefusedXmlException:
        raise Refused(
            f"{source.name} defines its own document type: DTD not allowed.", "dtd"
        ) from None
    except ParseError as error:
        raise _refusal(source.name, error) from None
    facts = records.facts
    facts.columns = tuple(records.fields)
    mapped = {column.split("/")[0] for column in (*mapping.columns, *mapping.each)}
    facts.unknown_columns = tuple(name for name in records.fields if name not in mapped)
    return facts


class Records:
    """Takes the parser's events and keeps only the record that is open."""

    def __init__(self, out: IO[bytes], mapping: Mapping, limits: Limits) -> None:
        self.out, self.mapping, self.limits = out, mapping, limits
        self.wanted = mapping.layout.records.split("/")
        self.facts = Spooled()
        self.fields: dict[str, None] = {}
        self.path: list[str] = []
        self.open: list[tuple[dict[str, Any], list[str]]] = []
        self.chars = self.waiting = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.waiting = 0
        name = tag.rpartition("}")[2]
        self.path.append(name)
        if len(self.path) > self.limits.depth:
            raise Refused(f"The file is nested deeper than {self.limits.depth} levels.", "too_deep")
        if self.open or self.path[-len(self.wanted) :] == self.wanted:
            self.open.append(({f"@{key}": value for key, value in attributes.items()}, []))

    def data(self, text: str) -> None:
        """Text inside an element."""
        self.waiting = 0
        if self.open:
            self.chars += len(text)
            if self.chars > self.limits.record_chars:
                raise too_long(self.facts.records + 1)
            self.open[-1][1].append(text)

    def end(self, _tag: str) -> None:
        """An element ends; a record is written when it is the outermost."""
        self.waiting = 0
        name = self.path.pop()
        if not self.open:
            return
        fields, texts = self.open.pop()
        text = "".join(texts).strip()
        value: Any = fields or text
        if fields and text:
            fields["#text"] = text
        if self.open:
            _add(self.open[-1][0], name, value)
            return
        self._write(fields)
        self.chars = 0

    def close(self) -> None:
        """The document ends."""

    def check_progress(self, fed: int) -> None:
        """A token that never ends would be collected by the parser without a word."""
        self.waiting += fed
        if self.waiting > self.limits.record_chars + CHUNK:
            raise too_long(self.facts.records + 1)

    def _write(self, record: dict[str, Any]) -> None:
        self.fields.update(dict.fromkeys(record))
        line = json.dumps(record, ensure_ascii=False)
        if may_hold_cards(line.encode("utf-8")):
            kept, found = mask_tree(record, self.mapping)
            if found:
                self.facts.masked_cards += found
                line = json.dumps(kept, ensure_ascii=False)
        self.facts.records += 1
        self.out.write(line.encode("utf-8") + b"\n")


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    """A repeated element becomes a list."""
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


def _check_declared(text: str, source: Decoded) -> None:
    match = _DECLARED.match(text.removeprefix("\ufeff"))
    if not match:
        return
    try:
        declared = lookup(match[1]).name
    except LookupError:
        declared = match[1]
    if declared.split("-")[0] != source.encoding.split("-")[0] or (
        declared != source.encoding and not declared.startswith("utf")
    ):
        raise source.refusal(declared, "its first line says so")


def _refusal(name: str, error: ParseError) -> Refused:
    # Expat's codes 3 (no element), 5 (unclosed token) and the like all mean: here it stops.
    if error.code in {3, 5, 6, 20}:
        return cut(name)
    return Refused(
        f"{name} is not well-formed XML ({error}): it was cut or damaged. Nothing of it was taken.",
        "malformed",
    )
