"""Drafts a mapping from a file: guesses that a person reads, corrects and only then uses."""

from __future__ import annotations

import json
import re
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Any

from staytrue.connectors.export_files.cells import parse_moment
from staytrue.connectors.export_files.sampling import Sample, is_sure, look, match_titles
from staytrue.connectors.export_files.words import STATUS_WORDS, TITLES
from staytrue.hotel.codes import Board, Channel, Payment, Segment
from staytrue.kit.text import fold

WORDS_MAX = 40
DATES_MAX = 500
_DATE_FORMATS = (
    "iso", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%Y%m%d", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M", "excel",
)  # fmt: skip
_DATES = {"arrival_on", "departure_on", "created_at", "modified_at", "cancelled_at", "birth_date"}
_GUEST = {
    "source_id", "full_name", "title", "first_name", "last_name", "second_last_name", "birth_date",
    "language", "country", "nationality", "vip",
}  # fmt: skip
_PARTS = {"email", "phone", "mobile", "line1", "postcode", "city"}
_WORDED: dict[str, tuple[str, type[StrEnum]]] = {
    "board": ("board", Board),
    "channel": ("channel", Channel),
    "segment": ("segment", Segment),
    "payment_method": ("payment", Payment),
}


def propose(path: Path, name: str | None = None) -> str:
    """A mapping in TOML; every guess that a person must look at carries `# ?`."""
    sample = look(path, name or path.name)
    found = match_titles(sample.titles)
    is_profile = "arrival_on" not in found and "source_id" in found
    lines = [
        "# Drafted from a file: every line with '# ?' is a guess. Correct it, then look at what it",
        "# reads with `staytrue mapping check`.",
        "",
        f'object = "{"profile" if is_profile else "reservation"}"',
        "",
        "[file]",
    ]
    for key, value in sample.layout.items():
        mark = " # ?" if key in sample.unsure else ""
        lines.append(f"{key} = {_toml(value)}{mark}")
    lines += [
        'made_at = "mtime" # ? better the date in the file\'s name',
        "",
        "[scope]",
        'kind = "delta" # ? "full" or "window" if a booking that is absent means something',
    ]
    if not is_profile:
        lines += ["", "[reservation]", *_reservation(sample, found)]
    lines += _guest(sample, found, is_profile=is_profile)
    if not is_profile:
        lines += _words(sample, found)
    text = "\n".join(lines)
    unused = [title for title in sample.titles if title and _toml(title) not in text]
    if unused:
        lines += ["", "# Columns without a place:", *(f"#   {_toml(title)}" for title in unused)]
    return "\n".join(lines) + "\n"


def _reservation(sample: Sample, found: dict[str, str]) -> list[str]:
    split, nights = _split_date(sample), [t for t in sample.titles if fold(t).endswith("nights")]
    lines = []
    for name in TITLES:
        if name in _GUEST or name in _PARTS:
            continue
        if name == "arrival_on" and split:
            lines.append(f"arrival_on = {split} # ?")
        elif name == "nights" and len(nights) > 1:
            lines.append(f"nights = {{ plus = {_toml(nights)} }} # ?")
        elif name in found:
            lines.append(_field(sample, name, found[name]))
    lines += [
        f'# {needed} = "" # ? which column'
        for needed in ("number", "status", "arrival_on")
        if needed not in found and not (needed == "arrival_on" and split)
    ]
    if "departure_on" not in found and not nights:
        lines.append('# departure_on = "" # ? which column')
    return lines


def _split_date(sample: Sample) -> str | None:
    """An arrival whose year, month and day stand in three columns."""
    parts = [
        next((t for t in sample.titles if re.search(rf"arriv.*{part}(_of_month)?$", fold(t))), None)
        for part in ("year", "month", "day")
    ]
    year, month, day = parts
    if year is None or month is None or day is None:
        return None
    form = "%Y %m %d" if all(value.isdigit() for value in sample.values(month)) else "%Y %B %d"
    return f"{{ columns = {_toml([year, month, day])}, date = {_toml(form)} }}"


def _field(sample: Sample, name: str, title: str) -> str:
    column = f"column = {_toml(title)}"
    unsure = "" if is_sure(name, title) else " # ?"
    if name in {"amount", "room_amount"} and (marks := _amount(sample.values(title))):
        return f"{name} = {{ {column}{marks} }} # ?"
    if name not in _DATES:
        return f"{name} = {_toml(title)}{unsure}"
    fitting, left = date_formats(sample.values(title))
    if fitting == [["iso"]] and not left:
        return f"{name} = {_toml(title)}{unsure}"
    chosen = [forms[0] for forms in fitting] or ["iso"]
    others = [form for forms in fitting for form in forms[1:]]
    mark = f" # ? or {', '.join(others)}" if others else unsure
    if left:
        mark = f"{mark or ' # ?'} does not read {', '.join(left[:3])}"
    date = _toml(chosen[0] if len(chosen) == 1 else chosen)
    return f"{name} = {{ {column}, date = {date} }}{mark}"


def date_formats(values: list[str]) -> tuple[list[list[str]], list[str]]:
    """Forms that read the values, and the values that no form reads.

    Each entry lists the forms that read the same values equally well: more than one means that a
    person must say which. Several entries: the column is written in several ways.
    """
    left = list(dict.fromkeys(values))[:DATES_MAX]
    fitting: list[list[str]] = []
    while left and len(fitting) < len(_DATE_FORMATS):
        read = {
            form: [one for one in left if parse_moment(one, form) is not None]
            for form in _DATE_FORMATS
        }
        most = max(len(ones) for ones in read.values())
        if most <= len(values) / 20:
            break
        first = next(form for form in _DATE_FORMATS if len(read[form]) == most)
        best = [form for form in _DATE_FORMATS if read[form] == read[first]]
        fitting.append(best)
        left = [one for one in left if one not in read[best[0]]]
    return fitting, left


def _amount(values: list[str]) -> str:
    commas = sum(1 for value in values if re.search(r",\d{1,2}$", value))
    if commas <= len(values) / 4:
        return ""
    dots = any(re.search(r"\.\d{3},", value) for value in values)
    return ', decimal = ","' + (', thousands = "."' if dots else "")


def _guest(sample: Sample, found: dict[str, str], *, is_profile: bool) -> list[str]:
    names = [name for name in TITLES if name in _GUEST and name in found]
    parts = [name for name in ("email", "phone", "mobile") if name in found]
    if not names and not parts:
        return []
    at = "profile" if is_profile else "guests"
    lines = ["", "[profile]"] if is_profile else ["", "[[guests]]", 'role = "primary"']
    for name in names:
        if name == "full_name":
            comma = sum("," in value for value in sample.values(found[name]))
            order = ', order = ["last", "first"]' if comma else ""
            lines.append(
                f'{name} = {{ column = {_toml(found[name])}{order}, plain = ["first", "last"] }} # ?'
            )
        else:
            lines.append(_field(sample, name, found[name]))
    for name in parts:
        kind, key = ("emails", "address") if name == "email" else ("phones", "number")
        lines.extend(("", f"[[{at}.{kind}]]", f"{key} = {_toml(found[name])}"))
    address = [name for name in ("line1", "postcode", "city") if name in found]
    if address:
        lines += [
            "",
            f"[[{at}.addresses]]",
            *(f"{name} = {_toml(found[name])}" for name in address),
        ]
    return lines


def _words(sample: Sample, found: dict[str, str]) -> list[str]:
    lines = ["", "[values.status]"]
    for word, count in _common(sample, found.get("status")):
        meaning = status_of(word)
        note = f"{count} times"
        if meaning:
            lines.append(f'{_toml(word)} = "{meaning}" # {note}')
        else:
            lines.append(f'# {_toml(word)} = "" # ? {note}: say what it means, or it is parked')
    for name, (table, codes) in _WORDED.items():
        if name in found:
            lines += ["", f"[values.{table}]"]
            for word, count in _common(sample, found[name]):
                code = next((code for code in codes if fold(code) == fold(word)), None)
                start = f'{_toml(word)} = "{code}" #' if code else f'# {_toml(word)} = "" # ?'
                lines.append(f"{start} {count} times")
    return lines


def status_of(word: str) -> str | None:
    """What a status word usually means, for a person to confirm."""
    return next((status for status, words in STATUS_WORDS.items() if fold(word) in words), None)


def _common(sample: Sample, title: str | None) -> list[tuple[str, int]]:
    return Counter(sample.values(title)).most_common(WORDS_MAX) if title else []


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # TOML allows no DEL as it stands, which JSON does.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
