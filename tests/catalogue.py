"""`python -m tests.catalogue`: bring the catalogues up to date with what code and templates say.

No gettext program is needed: Django turns a template into pseudo code, Babel reads that as Python.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from staytrue.connectors.fields import fields_of

PRODUCT = Path(__file__).parents[1] / "staytrue"
LOCALE = PRODUCT / "web" / "locale"
LANGUAGES = ("fr", "es")
# The command line speaks English; the lab's words are not for people.
_SILENT = ("cli", "lab", "api", "connectors", "flow", "inbox", "changes", "mirror", "kit")
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}


# The files carry no date of their own: two runs write the same bytes.
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_ABOUT: dict[str, Any] = {
    "project": "Staytrue",
    "version": "1",
    "charset": "utf-8",
    "header_comment": "",
    "msgid_bugs_address": "the project",
    "last_translator": "the project",
    "language_team": "the project",
    "creation_date": _DAY,
    "revision_date": _DAY,
}


def sources() -> Iterator[tuple[str, str]]:
    """Path and readable text of everything that may speak to a person."""
    for path in sorted(PRODUCT.rglob("*.py")):
        if path.relative_to(PRODUCT).parts[0] not in _SILENT:
            yield str(path.relative_to(PRODUCT)), path.read_text(encoding="utf-8")
    for path in sorted((PRODUCT / "web" / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        yield str(path.relative_to(PRODUCT)), templatize(text, origin=str(path))
    for path in sorted((PRODUCT / "connectors").glob("*/manifest.toml")):
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        asked = [text for field in fields_of(facts)
                 for text in (field.label, field.help, *(name for _value, name in field.choices))]  # fmt: skip
        # What one vendor's PMS is called is no word of ours.
        name = facts["name"] if facts["vendor"] == "any" else ""
        texts = filter(None, [name, *asked, facts.get("fragile_because")])
        # The form draws these by the manifest, so no source names them.
        yield str(path.relative_to(PRODUCT)), "".join(f"gettext({text!r})\n" for text in texts)


def template() -> Catalog:
    """Every text, untranslated, with where it stands."""
    found = Catalog(charset="utf-8")
    for name, text in sources():
        source = io.BytesIO(text.encode())
        for _line, message, _comments, context in extract("python", source, _KEYWORDS):
            ids = message[:2] if isinstance(message, tuple) else message
            # Django's own placeholder style must not be read as a format it is not.
            found.add(ids, locations=[(name, 0)], context=context)
    return found


def path_of(language: str) -> Path:
    """Where the catalogue of a language stands."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    """The catalogue of a language, empty if there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Add what is new, drop what nobody says any more; returns how many wait for a translation."""
    known, fresh = load(language), Catalog(**_ABOUT, locale=language, fuzzy=False)
    waiting = 0
    for message in template():
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        string = old.string if old is not None else None
        is_there = all(string) if isinstance(string, tuple) else bool(string)
        waiting += not is_there
        names = sorted({name for name, _line in message.locations})
        fresh.add(
            message.id,
            string or None,
            locations=[(name, 0) for name in names],
            context=message.context,
        )
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=100, sort_output=True, include_lineno=False, omit_header=False)
    return waiting


if __name__ == "__main__":
    for each in LANGUAGES:
        print(f"{each}: {update(each)} texts wait for a translation")
