"""What a sweep remembers: from which stamp the next one asks, and which rows it need not give."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from staytrue.connectors.base import Bookmark
from staytrue.connectors.opera_cloud.reading import moment, objects
from staytrue.connectors.opera_cloud.translate import document
from staytrue.kit.hashes import hash_of

EVERY = timedelta(hours=1)
# The PMS's clock is up to two hours from ours and may be set meanwhile, stamps made of local time
# repeat an hour in autumn, and a change may be stamped before it can be read.
OVERLAP = timedelta(hours=3, minutes=30)
LATELY_MAX = 4_000
_UTC = ZoneInfo("UTC")


def is_due(mark: Bookmark, now: datetime) -> bool:
    """Whether it is time for the next one."""
    swept_to = mark.get("swept_to")
    return not swept_to or now - datetime.fromisoformat(swept_to) >= EVERY


def begun(mark: Bookmark, now: datetime) -> Bookmark:
    """A new one, from the older of what OPERA's own stamps and our clock said at the last."""
    known = [datetime.fromisoformat(mark[name]) for name in ("swept_to", "newest") if name in mark]
    # A clock that stands still or is hours behind shows in the newest stamp, not in ours.
    since = (min(known) - OVERLAP).isoformat() if "swept_to" in mark else None
    return {"since": since, "until": now.isoformat()}


def span(sweep: Bookmark) -> tuple[str, str] | None:
    """The stamps to ask for; None for all. Also those of a clock that is ahead of ours."""
    if not sweep.get("since"):
        return None
    since, until = (datetime.fromisoformat(sweep[name]) for name in ("since", "until"))
    return _written(since), _written(until + OVERLAP)


def new_rows(body: bytes, mark: Bookmark) -> bytes:
    """The summary without the rows that the last sweep gave just so; nothing where none is new."""
    said, sweep = document(body), mark["sweep"]
    rows = objects(said, "reservations")
    stamps = [
        stamp.isoformat() for row in rows if (stamp := moment(row, _UTC, "lastModifiedDateTime"))
    ]
    sweep["newest"] = max([*stamps, *filter(None, [sweep.get("newest")])], default=None)
    if not sweep["since"]:
        return body
    try:
        hashes = [hash_of(json.dumps(row, sort_keys=True)) for row in rows]
    except TypeError:
        return body  # What cannot be read in a row is for its translation to say.
    sweep["given"] = [*sweep.get("given", ()), *hashes][-LATELY_MAX:]
    known = set(mark.get("given", ()))
    new = [row for row, own in zip(rows, hashes, strict=True) if own not in known]
    if len(new) == len(rows):
        return body
    return json.dumps(said | {"reservations": new}).encode() if new else b""


def ended(mark: Bookmark) -> None:
    """Where the next one goes on."""
    sweep = mark.pop("sweep")
    told = {"swept_to": sweep["until"], "newest": sweep.get("newest"), "given": sweep.get("given")}
    mark.pop("given", None)
    mark |= {name: value for name, value in told.items() if value}


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
