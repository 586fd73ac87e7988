"""The section [file] of a mapping: how the file is written and when it was made."""

from __future__ import annotations

import re
from codecs import lookup
from collections.abc import Callable
from typing import Any

from babel import UnknownLocaleError

from staytrue.connectors.export_files.cells import check_format, month_names
from staytrue.connectors.export_files.mapping import Layout, MadeAt
from staytrue.kit.errors import Misconfigured

FORMATS = ("csv", "xlsx", "json", "jsonl", "xml")
Refuse = Callable[[str, str], Misconfigured]


def layout(table: dict[str, Any], refuse: Refuse) -> Layout:
    """The section [file], without what concerns records."""
    known = set(Layout.__dataclass_fields__) - {"nulls", "made_at_mtime"} | {"null"}
    for key in table:
        if key not in known:
            raise refuse("file", f"{key!r} is not known here; known are {', '.join(sorted(known))}")
    if table.get("format") not in FORMATS:
        raise refuse("file.format", f"say one of {', '.join(FORMATS)}")
    options = dict(table)
    nulls = frozenset({"", *map(str, options.pop("null", []))})
    encoding = options.get("encoding", "utf-8")
    try:
        lookup(encoding)
    except LookupError:
        raise refuse("file.encoding", f"{encoding!r} is not an encoding") from None
    for key in ("delimiter", "quote"):
        if key in options and len(options[key]) != 1 and options[key] != "":
            raise refuse(f"file.{key}", "this must be one character")
    pattern("file.end_line", options.get("end_line", ""), refuse)
    try:
        month_names(options.get("language", "en"))
    except (ValueError, UnknownLocaleError):
        raise refuse("file.language", "this is not a language such as en or fr") from None
    if options.get("delimiter") == "":
        raise refuse("file.delimiter", "this must be one character")
    if options["format"] in {"json", "xml"} and "records" not in options:
        raise refuse("file.records", "name the list or element that holds the records")
    made_at = options.pop("made_at", [])
    rules = made_at if isinstance(made_at, list) else [made_at]
    return Layout(
        **options,
        nulls=nulls,
        made_at=tuple(_made_at(rule, refuse) for rule in rules if rule != "mtime"),
        made_at_mtime="mtime" in rules,
    )


def _made_at(rule: Any, refuse: Refuse) -> MadeAt:
    where = "file.made_at"
    if not isinstance(rule, dict) or "format" not in rule or not {"name", "cell"} & set(rule):
        raise refuse(where, 'say "mtime", {name, format} or {cell = [row, column], format}')
    unknown = set(rule) - {"name", "cell", "format"}
    if unknown:
        raise refuse(where, f"{unknown.pop()!r} is not known here")
    if "name" in rule and pattern(where, rule["name"], refuse).groups != 1:
        raise refuse(where, "the pattern of the name needs one group in parentheses")
    cell = (int(rule["cell"][0]), int(rule["cell"][1])) if "cell" in rule else None
    if found := check_format(rule["format"]):
        raise refuse(where, f"{found} is not known in a date format")
    return MadeAt(rule["format"], rule.get("name", ""), cell)


def pattern(where: str, text: str, refuse: Refuse) -> re.Pattern[str]:
    """A regular expression of the mapping, or its refusal."""
    try:
        return re.compile(text)
    except re.error as error:
        raise refuse(where, f"the pattern {text!r} is wrong: {error}") from None
