"""A living PMS that was restored from its backup: noticed by records that go back, and believed
once a person says so. From then on what it says counts over all it said before: a new epoch.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from staytrue.flow import conclude
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import wanted
from staytrue.inbox.models import Connection
from staytrue.inbox.wanted import Want
from staytrue.kit.errors import Refused
from staytrue.mirror import goneback

CODE = "went_back"
BOOKMARK, GONE_BACK = "restored", "gone back"
MANY = 3
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
"""A copy of the PMS may lag: it shows few records older than they were, and not for so long."""
BACKUP_AGE = timedelta(days=7)
"""No hotel restores an older backup without telling; what was read before is not read again."""


def notice(link: Connection, found: Collection[str], at: datetime) -> None:
    """Stop where many records of a reading went back, or one did not come forward in an hour."""
    if not found:
        return
    with scope.everything():
        told = inbox.bookmark(link, GONE_BACK)[0].items()
        seen = {one: first for one, first in told if datetime.fromisoformat(first) > at - A_DAY}
        since = {one: seen.get(one, at.isoformat()) for one in found}
        inbox.set_bookmark(link, GONE_BACK, seen | since, at)
    is_lasting = any(at - datetime.fromisoformat(one) >= AN_HOUR for one in since.values())
    if len(found) >= MANY or is_lasting:
        raise Refused(
            f"The PMS shows {len(found)} of its records older than at an earlier reading: it was "
            "restored from a backup, or its clock was set back. What is known stays as it is. Ask "
            "the hotel, and resume the connection once the PMS shows what is so.",
            CODE,
            n=len(found),
        )


def epoch_at(link: Connection, at: datetime) -> int | None:
    """How many backups were believed before this reading; it orders versions above any stamp."""
    return sum(one <= at for one in _believed(link)) or None


def believe(link: Connection, now: datetime) -> None:
    """The PMS is right as it is now: whatever was learned since its backup is asked for again."""
    told = [one.isoformat() for one in (*_believed(link), now)]
    inbox.set_bookmark(link, BOOKMARK, {"at": told, "is_open": True}, now)
    inbox.set_bookmark(link, GONE_BACK, {}, now)
    since = now - BACKUP_AGE
    wants = [
        Want(object, id_)
        for object in goneback.KEYS
        for id_ in goneback.read_since(object, link.pk, since)
    ]
    wanted.want(link, wants, now)


def is_open(link: Connection) -> bool:
    """Whether something of the time since a backup is still to be asked for."""
    return bool(inbox.bookmark(link, BOOKMARK)[0].get("is_open"))


def close(link: Connection, now: datetime) -> None:
    """Once all was asked for: stays that the backup does not hold are out of sight."""
    with scope.everything():
        if not is_open(link) or wanted.waiting(link):
            return
        believed = _believed(link)
        last = believed[-1]
        lost = goneback.not_read_again(link.pk, last - BACKUP_AGE, last, len(believed))
        conclude.lose_sight(lost, now)
        told = [one.isoformat() for one in believed]
        inbox.set_bookmark(link, BOOKMARK, {"at": told, "is_open": False}, now)


def _believed(link: Connection) -> Sequence[datetime]:
    return [datetime.fromisoformat(one) for one in inbox.bookmark(link, BOOKMARK)[0].get("at", ())]
