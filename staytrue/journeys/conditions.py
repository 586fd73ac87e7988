"""Whether a condition of a step holds for a stay. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from staytrue.journeys.steps import Asks, Condition
from staytrue.kit.text import fold


def holds(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Whether it holds; of what the PMS did not say, nothing holds but `is_not`."""
    value = values.get(condition.field.value)
    if condition.asks == Asks.IS_NOT:
        return value is None or not _is_one(value, condition)
    if value is None:
        return False
    if condition.asks == Asks.IS:
        return _is_one(value, condition)
    try:
        number, limit = int(value), int(condition.values[0])
    except (ValueError, IndexError):
        return False
    return number >= limit if condition.asks == Asks.AT_LEAST else number <= limit


def _is_one(value: Any, condition: Condition) -> bool:
    return fold(str(value)) in {fold(each) for each in condition.values}
