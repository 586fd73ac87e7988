"""What the line asks of this connector: a mapping by name, a file opened, a spool translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from staytrue.connectors.base import WHOLE, Line, Scope, Settings, Share, Translated
from staytrue.connectors.export_files import mapping_file
from staytrue.connectors.export_files.mapping import Mapping
from staytrue.connectors.export_files.mapping_words import Label
from staytrue.connectors.export_files.opening import Beside, Opened, open_file, read_lines
from staytrue.connectors.export_files.translate import StayTranslator, translator

# Several ids may share a cell.
_ID_ENDS = re.compile(r"[|,;\s]+")


@dataclass(frozen=True)
class Chosen:
    """A mapping with its own text: kept beside each delivery, so that a reading can be repeated."""

    reference: str
    text: str
    mapping: Mapping

    @property
    def object(self) -> str:
        """What a line of the file is: reservation or profile."""
        return self.mapping.object

    @property
    def labels(self) -> dict[str, tuple[Label, ...]]:
        """What people read for rate codes (`rate`) and room categories (`category`)."""
        return self.mapping.labels

    def scope_on(self, day: date) -> Scope:
        """What a complete file of this day holds."""
        return self.mapping.scope.on(day)

    def open(self, path: Path, *, spool: Path, zone: str, beside: Beside | None = None) -> Opened:
        """Open a file as this mapping says, or refuse it as a whole."""
        return open_file(path, self.mapping, spool=spool, zone=zone, beside=beside)


def load_mapping(reference: str, text: str = "") -> Chosen:
    """A shipped mapping by name, or a TOML file by path; `text` stands in when the file is gone."""
    if reference in mapping_file.shipped():
        folder = resources.files(__package__).joinpath("mappings")
        text = folder.joinpath(f"{reference}.toml").read_text(encoding="utf-8")
    elif Path(reference).is_file():
        text = Path(reference).read_text(encoding="utf-8")
    elif not text:
        mapping_file.load(reference)
    return Chosen(reference, text, mapping_file.parse(text, Path(reference).stem))


class Spool:
    """A spooled file with its mapping: its lines, and what they say."""

    def __init__(self, path: Path, chosen: str, settings: Settings) -> None:
        self.path = path
        self.mapping = mapping_file.parse(chosen, "mapping")
        self.translator = translator(self.mapping, settings)
        names = self.mapping.columns
        self.id_places = [place for place, name in enumerate(names) if name in self.mapping.ids]

    def lines(self, share: Share = WHOLE) -> Iterator[Line]:
        """The raw records, as kept; of a text only those of this share are looked at."""
        return read_lines(self.path, self.mapping, share=share)

    def ids_in(self, line: Line) -> list[str]:
        """The source ids a raw record speaks of, so that erasure finds every delivery with them."""
        ids: list[str] = []
        values = line.values
        if isinstance(values, list | tuple):
            for place in self.id_places:
                cell = values[place]
                if isinstance(cell, str) and cell:
                    if cell.isalnum():
                        ids.append(cell)
                    else:
                        ids += _ID_ENDS.split(cell)
        return ids

    def key_of(self, line: Line) -> str | None:
        """Which booking a raw record is of, as far as it can be read."""
        if not isinstance(line.values, list | tuple):
            return None
        if not isinstance(self.translator, StayTranslator):
            return None
        number, leg = self.translator.reader.key(line.values)
        return number and f"{number}/{leg}"

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]:
        """Canonical records of these lines."""
        return self.translator.translate(lines)


def open_spool(spool: Path, mapping: str, settings: Settings) -> Spool:
    """The registry's entry: `mapping` is the mapping's text."""
    return Spool(spool, mapping, settings)


def facts_of(opened: Opened, chosen: Chosen) -> dict[str, Any]:
    """What is kept beside a delivery's raw text."""
    return {
        "mapping": chosen.reference,
        "mapping_text": chosen.text,
        "encoding": opened.encoding,
        "lines": opened.lines,
        "masked_cards": opened.masked_cards,
        "columns": list(opened.columns),
        "unknown_columns": list(opened.unknown_columns),
    }
