"""What somebody did, append-only: acts that are no table write, and who acts in a transaction.

Writes of watched tables are audited by the database itself (`watch.py`); `seal.py` signs both.
Guests stand here as references and field names only, so that erasure never breaks the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.hotel import scope
from staytrue.kit.errors import Forbidden, Refused

ACTOR, AT, REASON = "staytrue.actor", "staytrue.at", "staytrue.reason"
REASON_MAX = 1000


@contextmanager
def acting(actor: str, now: datetime, reason: str = "") -> Iterator[None]:
    """Run a block in a transaction whose audit rows carry this actor, instant and reason."""
    if len(reason) > REASON_MAX:
        raise Refused(f"Say why in at most {REASON_MAX} letters.", "reason_long")
    with ExitStack() as settings:
        for name, value in ((ACTOR, actor), (AT, now.isoformat()), (REASON, reason)):
            settings.enter_context(scope.setting(name, value))
        yield


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Give the audit rows of a block their reason, within a transaction that has its actor."""
    if len(reason) > REASON_MAX:
        raise Refused(f"Say why in at most {REASON_MAX} letters.", "reason_long")
    with scope.setting(REASON, reason):
        yield


def require_reason() -> None:
    """Refuse an act on an important value for which nobody says why (`important.py`)."""
    if not scope.current(REASON).strip():
        raise Refused("Say why, for those who read it later.", "reason_missing")


def assign(actor: str, now: datetime) -> None:
    """Say who acts until the end of the present transaction: for a request."""
    scope.assign(ACTOR, actor)
    scope.assign(AT, now.isoformat())


def record(
    action: str,
    object_: str = "",
    *,
    property_id: int | None = None,
    fields: Iterable[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write an act that changes no watched table: a sign-in, a denial, a reveal, a release.

    Actor, instant and reason are those of the transaction. `facts` hold no personal data.
    """
    with connection.cursor() as cursor:
        # Without RETURNING: a row about a foreign property may be written but not read back.
        cursor.execute(
            """
            INSERT INTO audit_entry
              (at, actor, action, object, property_id, fields, before, after, reason, facts)
            VALUES (nullif(current_setting('staytrue.at', true), '')::timestamptz,
                    coalesce(current_setting('staytrue.actor', true), ''),
                    %s, %s, %s, %s, '{}', '{}',
                    coalesce(current_setting('staytrue.reason', true), ''), %s::jsonb)
            """,
            [action, object_, property_id, sorted(fields), json.dumps(dict(facts or {}))],
        )


def denied(error: Forbidden) -> None:
    """Write what was refused to whom; after the rollback of the act, not inside it."""
    facts = {"code": error.code} | {
        name: value for name, value in error.facts.items() if name in {"right", "route"} and value
    }
    record(
        "denied",
        str(error.facts.get("object", "")),
        property_id=error.facts.get("property_id"),
        facts=facts,
    )
