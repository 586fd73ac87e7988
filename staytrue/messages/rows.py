"""Many messages written by one statement: a field of each, whatever it is, costs the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.messages.models import Message


def update(messages: Sequence[Message], names: Sequence[str]) -> None:
    """Write these columns of these messages as they stand in their objects."""
    write([{"id": each.pk, **{name: getattr(each, name) for name in names}} for each in messages],
          names)  # fmt: skip


def write(messages: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Write these columns of messages that nobody read: each has its `id` and all of them."""
    if not messages:
        return
    types = {str(each.name): each.db_type(connection) for each in Message._meta.concrete_fields}
    columns = ", ".join(f"{name} {types[name]}" for name in names)
    sets = ", ".join(f"{name} = x.{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE message m SET {sets}
                  FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, {columns})
                 WHERE m.id = x.id""",
            [as_json(messages)],
        )


def as_json(messages: Sequence[Mapping[str, Any]]) -> str:
    """Columns of messages as one text that the database reads."""
    return json.dumps(messages, default=_text)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no column of a message")
