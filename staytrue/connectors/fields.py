"""The settings that a manifest asks for, as fields: what a form draws and what is kept sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One setting. `kind` is `text`, `long`, `number`, `yes_no` or `choice`.

    `choices` are the values that may stand there, each with its words.
    """

    name: str
    label: str
    help: str = ""
    kind: str = "text"
    default: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    secret: bool = False
    required: bool = False


def fields_of(manifest: Mapping[str, Any]) -> tuple[Field, ...]:
    """Every setting of a connector, in the order of its manifest."""
    return tuple(_field(name, facts) for name, facts in _settings(manifest))


def secret_names(manifest: Mapping[str, Any]) -> frozenset[str]:
    """The settings that nobody may read again."""
    return frozenset(name for name, facts in _settings(manifest) if facts.get("secret"))


def _settings(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Both ways TOML allows to write them: a list in order, or tables by name."""
    given = manifest.get("settings", {})
    if isinstance(given, Mapping):
        yield from given.items()
    else:
        yield from ((str(facts["name"]), facts) for facts in given)


def _field(name: str, facts: Mapping[str, Any]) -> Field:
    default, choices = facts.get("default", ""), tuple(facts.get("choices", {}).items())
    return Field(
        name,
        str(facts.get("label") or name),
        str(facts.get("help", "")),
        "long" if facts.get("long") else _kind(default, choices),
        default,
        choices,
        secret=bool(facts.get("secret")),
        required=bool(facts.get("required")),
    )


def _kind(default: Any, choices: tuple[tuple[str, str], ...]) -> str:
    if choices:
        return "choice"
    if isinstance(default, bool):
        return "yes_no"
    return "number" if isinstance(default, int) else "text"
