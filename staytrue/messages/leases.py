"""The lease of the one sender: who holds it, and the number that shuts out whoever held it before.

The token of a machine lies in its home outside what a backup keeps, bound to marks of the machine:
a restored home has none, and a cloned one has another's.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from staytrue.kit import database
from staytrue.kit.asking import ask
from staytrue.kit.home import prepare, trouble
from staytrue.messages.journal import ALIVE, LEASED, Journal
from staytrue.messages.models import Lease

OWN_MARK = "instance"
"""The file of the home that says which machine was armed; never part of a backup."""
LASTS = timedelta(seconds=75)
"""Longer than any carrier is waited for, so that a slow one does not cost the lease."""
BEAT = timedelta(minutes=1)
"""So often the journal hears that the database is the one that sends."""
_MACHINE = Path("/etc/machine-id")
_CARDS = Path("/sys/class/net")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Held:
    """The lease as one worker took it."""

    fence: int
    until_at: datetime
    is_new: bool


def take(worker: str, now: datetime) -> Held | None:
    """Take the lease or hold it longer; None while another has it, or where nothing is armed.

    A worker that takes it anew raises the fence. The journal hears of it after the commit: it never
    knows more than the database, unless that was restored.
    """
    with transaction.atomic(durable=True):
        lease = Lease.objects.select_for_update().filter(id=1).first()
        if lease is None or not may_send(lease):
            return None
        is_running = lease.until_at is not None and now < lease.until_at
        if is_running and lease.holder != worker:
            return None
        if not is_running:
            lease.fence += 1
        is_beat = is_running and (lease.seen_at is None or abs(now - lease.seen_at) >= BEAT)
        lease.seen_at = now if is_beat else lease.seen_at
        lease.holder, lease.until_at = worker, now + LASTS
        lease.save(update_fields=["fence", "holder", "until_at", "seen_at"])
        database.wait_for_disk()
    journal = Journal(settings.HOME)
    if not is_running:
        journal.write(LEASED, [{"fence": lease.fence, "boot": boot()}], now)
    elif is_beat:
        journal.write(ALIVE, [{"fence": lease.fence}], now, durable=False)
    return Held(lease.fence, lease.until_at, is_new=not is_running)


def holds(fence: int, now: datetime) -> bool:
    """Whether whoever took the lease under this fence still has it: nobody stopped or followed."""
    return bool(
        ask(
            "SELECT 1 FROM sending_lease WHERE id = 1 AND fence = %s AND stopped_at IS NULL"
            " AND until_at > %s",
            [fence, now],
        )
    )


@cache
def boot() -> str:
    """The present start of this machine; empty where it has no name."""
    return _BOOT.read_text(encoding="ascii").strip() if _BOOT.is_file() else ""


def release(worker: str) -> None:
    """Let another worker have it at once."""
    Lease.objects.filter(id=1, holder=worker).update(until_at=None)


def may_send(lease: Lease) -> bool:
    """Whether this machine is the armed one, and nobody stopped it."""
    is_armed = lease.armed_at is not None and lease.stopped_at is None
    return is_armed and lease.host == host(settings.HOME)


def host(home: Path) -> str | None:
    """The hash of this machine's token; None where it has none."""
    try:
        token = (home / OWN_MARK).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        # A token that cannot be read arms nothing.
        return None
    return _bound(home, token)


def make_token(home: Path) -> str:
    """A new token for this machine: whatever was armed with the old one no longer is."""
    try:
        path = prepare(home) / OWN_MARK
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
    except OSError as error:
        raise trouble(home, error) from error
    return host(home) or ""


def _bound(home: Path, token: str) -> str:
    # The inode tells a copied home, the rest a machine that was cloned with its disk.
    marks = [token, str((home / OWN_MARK).stat().st_ino), platform.node(), _machine(), *_cards()]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _machine() -> str:
    return _MACHINE.read_text(encoding="ascii").strip() if _MACHINE.is_file() else ""


def _cards() -> list[str]:
    """Addresses of the built-in network cards: what hangs on a cable comes and goes."""
    found = [card for card in sorted(_CARDS.glob("*")) if (card / "device").exists()]
    lasting = [card for card in found if "/usb" not in str((card / "device").resolve())]
    return [(card / "address").read_text(encoding="ascii").strip() for card in lasting]
