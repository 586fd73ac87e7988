"""A file is kept before anything of it is understood; of one that cannot be opened, the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from staytrue.connectors.export_files import connector as files
from staytrue.connectors.export_files.connector import Chosen
from staytrue.connectors.export_files.opening import Opened
from staytrue.flow import conclude
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection, Delivery
from staytrue.kit.errors import Refused


def keep(
    link: Connection,
    layout: Chosen,
    opened: Opened,
    pieces: Iterable[bytes],
    *,
    history: bool,
    now: datetime,
) -> tuple[Delivery, bool]:
    """Keep an opened file raw, once; (delivery, whether it is new)."""
    with scope.everything():
        return inbox.keep(
            link,
            layout.object,
            pieces,
            name=opened.name,
            content_hash=opened.content_hash,
            size=opened.size,
            facts=files.facts_of(opened, layout),
            history=history,
            made_at=opened.made_at,
            received_at=now,
        )


def refusal(link: Connection, path: Path, layout: Chosen, error: Refused, now: datetime) -> None:
    """A file that could not even be opened leaves its name and the reason."""
    content_hash = error.facts.pop("content_hash", None)
    with scope.everything():
        delivery, _ = inbox.keep(
            link,
            layout.object,
            (),
            name=path.name,
            content_hash=content_hash or f"{now.isoformat()} {path.name}",
            size=error.facts.pop("size", 0),
            received_at=now,
        )
        conclude.refuse(delivery, error, now)
