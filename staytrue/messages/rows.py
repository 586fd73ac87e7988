"""Many messages written by one statement: a field of each, whatever it is, costs the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.messages.models import Message


def update(messages: Sequence[Message], names: Sequence[str]) -> None:
    """Write these columns of these messages as they stand in their objects."""
    if not messages:
        return
    types = {str(each.name): each.db_type(connection) for each in Message._meta.concrete_fields}
    columns = ", ".join(f"{name} {types[name]}" for name in names)
    sets = ", ".join(f"{name} = x.{name}" for name in names)
    rows = [{"id": each.pk, **{name: getattr(each, name) for name in names}} for each in messages]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE message m SET {sets}
                  FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, {columns})
                 WHERE m.id = x.id""",
            [json.dumps(rows, default=_text)],
        )


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no column of a message")
