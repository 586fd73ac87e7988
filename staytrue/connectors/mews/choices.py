"""The connection's own settings, as people type them: lists by comma, pairs with an equals sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def listed(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The words of a list."""
    told = values.get(name) or ()
    words = told.split(",") if isinstance(told, str) else told
    return tuple(word.strip() for word in words if word.strip())


def paired(values: Mapping[str, Any], name: str) -> dict[str, str]:
    """What stands for what: `BFST=breakfast, DIN=dinner`."""
    told = values.get(name) or {}
    if not isinstance(told, str):
        return dict(told)
    pairs = (pair.partition("=") for pair in told.split(",") if "=" in pair)
    return {left.strip(): right.strip() for left, _, right in pairs}
