"""One answer of the API, read strictly and without card numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from staytrue.kit.cards import mask_cards, may_hold_cards_in_json
from staytrue.kit.errors import Unreadable
from staytrue.kit.strict_json import loose, plain, whole

DEPTH = 40
# Ids and numbers the PMS made itself may look like card numbers; they are matched on, so they stay.
_OWN_NUMBERS = ("Id", "Ids", "Number", "Numbers", "Code", "Identifier", "Cursor")
_PHONES = frozenset({"Phone", "Telephone"})

Tree = dict[str, Any]


def tree(payload: bytes) -> Tree:
    """The named fields of an answer, its numbers as text and card numbers masked.

    What cannot be read stands as broken in its place: it is lost with its record, not with its page.
    """
    value = loose(whole(payload).decode("utf-8-sig"), DEPTH)
    if not isinstance(value, dict):
        raise Unreadable("It is no object with named fields.", "not_an_object")
    if may_hold_cards_in_json(payload):
        return {name: _masked(inner, name) for name, inner in value.items()}
    return value


def _masked(value: Any, name: str) -> Any:
    if isinstance(value, str):
        if name.endswith(_OWN_NUMBERS):
            return value
        return mask_cards(value, phone=name in _PHONES)[0]
    if isinstance(value, dict):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name) for inner in value]
    return value


def text_of(value: Any) -> str:
    """A record as one line of text, always the same for the same content."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"),
                      default=plain)  # fmt: skip


def rows(trees: Sequence[Tree], name: str) -> list[Any]:
    """What stands under one name in all of them; an answer leaves out or nulls what is empty."""
    found: list[Any] = []
    for one in trees:
        listed = one.get(name)
        if listed is None:
            continue
        if not isinstance(listed, list):
            raise Unreadable(f"{name} is no list.", "not_a_list", field=name)
        found += listed
    return found
