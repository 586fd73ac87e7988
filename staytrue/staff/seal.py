"""The chain over the audit: seals written by the worker, checked by `staytrue verify audit`.

A seal holds its place, the entry's digest and the previous signature, and is signed with a key the
database never sees. The head is also appended to a file outside the database (the anchor), which
shows a rewritten or shortened whole even to somebody who has the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from staytrue.hotel import scope
from staytrue.kit import database
from staytrue.kit.home import own_secret
from staytrue.staff.models import AuditEntry, AuditSeal, AuditWaiting

_FIELDS = [
    "id",
    "at",
    "actor",
    "action",
    "object",
    "property_id",
    "fields",
    "before",
    "after",
    "reason",
    "facts",
]
_BATCH = 5_000
_NOTHING = bytes(32)
_SENTENCES = {
    "edited": "{which}, sealed at place {place}, was changed after it was sealed.",
    "missing": "{which} that was sealed at place {place} is gone.",
    "moved": "{which} at place {place} does not follow the one before it.",
    "wrongly_sealed": "{which} at place {place} does not carry the seal of this home's key.",
    "rewritten": "The chain up to place {place} is not the one whose head was kept outside.",
    "truncated": "The audit ends before place {place}; a later head was kept outside.",
    "anchor_missing": "The file of heads is gone, which {place} sealed entries should have.",
    "unsealed": "{which} was written past the sealer: it has no seal and waits for none.",
}


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: where in the chain, at which entry, and what."""

    kind: str
    sequence: int
    entry_id: int | None
    sentence: str


class _Head(NamedTuple):
    sequence: int
    signature: str


@dataclass(frozen=True)
class Report:
    """What the check found; `waiting` entries get their seal within seconds."""

    sealed: int
    waiting: int
    fault: Fault | None = None

    @property
    def is_true(self) -> bool:
        """Whether the audit is what was once sealed."""
        return self.fault is None


def seal(now: datetime, key: bytes, anchor: Path) -> int:
    """Seal the entries that wait, lowest id first, and append the new head to the anchor.

    Owns its transaction: the anchor is written only once the seals are committed. Nobody waits
    for it but another sealer.
    """
    if not AuditWaiting.objects.exists():
        return 0
    with transaction.atomic(durable=True), scope.everything():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('staytrue_audit_seal'))")
        # A head kept outside, of seals that a power cut took away, would look like tampering.
        database.wait_for_disk()
        # An entry that commits later with a lower id simply takes a later place in the chain.
        waiting = list(
            AuditWaiting.objects.order_by("entry_id").values_list("entry_id", flat=True)[:_BATCH]
        )
        sequence, head = _head()
        seals = list(_seals_for(waiting, sequence, head, key))
        _keep(seals, waiting)
    if seals:
        _append(anchor, _Head(seals[-1].sequence, bytes(seals[-1].signature).hex()), now)
    return len(seals)


def seal_waiting(now: datetime) -> int:
    """Seal what waits, with the key and the anchor of this home: for the worker."""
    return seal(now, _key_of_home(), _anchor_of_home())


def verify_home() -> Report:
    """Check the audit against the key and the anchor of this home."""
    return verify(_key_of_home(), _anchor_of_home())


def verify(key: bytes, anchor: Path) -> Report:
    """Walk the whole chain and name the first edited, missing, moved or wrongly signed row."""
    # Read before the chain: what is sealed meanwhile must not look truncated.
    heads = _anchored(anchor)
    with transaction.atomic(), scope.everything():
        return Report(
            sealed=AuditSeal.objects.count(),
            waiting=AuditWaiting.objects.count(),
            fault=_fault_in_chain(key, heads) or _fault_beside_chain(),
        )


def digest_of(entry: AuditEntry | None) -> bytes:
    """The hash of an entry's canonical JSON; zeros for one that was removed before its seal."""
    if entry is None:
        return _NOTHING
    row = {name: getattr(entry, name) for name in _FIELDS}
    row["at"] = entry.at.astimezone(UTC).isoformat()
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def _key_of_home() -> bytes:
    return own_secret(settings.HOME, "audit").encode()


def _anchor_of_home() -> Path:
    return Path(settings.HOME) / "audit.anchor"


def _head() -> tuple[int, bytes]:
    last = AuditSeal.objects.order_by("-sequence").first()
    return (last.sequence, bytes(last.signature)) if last else (0, _NOTHING)


def _seals_for(
    entry_ids: list[int], sequence: int, previous: bytes, key: bytes
) -> Iterator[AuditSeal]:
    entries = AuditEntry.objects.in_bulk(entry_ids)
    for place, entry_id in enumerate(entry_ids, sequence + 1):
        made = AuditSeal(
            sequence=place,
            entry_id=entry_id,
            digest=digest_of(entries.get(entry_id)),
            previous=previous,
        )
        made.signature = previous = _signature(made, key)
        yield made


def _signature(made: AuditSeal, key: bytes) -> bytes:
    parts = (made.sequence, made.entry_id, bytes(made.digest).hex(), bytes(made.previous).hex())
    return hmac.digest(key, ":".join(map(str, parts)).encode(), "sha256")


def _keep(seals: list[AuditSeal], entry_ids: list[int]) -> None:
    rows = [
        (s.sequence, s.entry_id, bytes(s.digest), bytes(s.previous), bytes(s.signature))
        for s in seals
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_seal (sequence, entry_id, digest, previous, signature)"
            " VALUES (%s, %s, %s, %s, %s)",
            rows,
        )
        cursor.execute("DELETE FROM audit_waiting WHERE entry_id = ANY (%s)", [entry_ids])


def _append(anchor: Path, head: _Head, now: datetime) -> None:
    line = json.dumps({"sequence": head.sequence, "head": head.signature, "at": now.isoformat()})
    with os.fdopen(os.open(anchor, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as file:
        # A line torn by a crash must not swallow this one.
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        torn = size and file.read(1) != b"\n"
        file.write((b"\n" if torn else b"") + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _anchored(anchor: Path) -> dict[int, str] | None:
    """The heads kept outside the database by their place; None when the file is missing."""
    if not anchor.exists():
        return None
    heads: dict[int, str] = {}
    for line in anchor.read_text(encoding="utf-8").splitlines():
        # Torn by a crash: no weaker than the file without it.
        with suppress(json.JSONDecodeError):
            kept = json.loads(line)
            heads[int(kept["sequence"])] = str(kept["head"])
    return heads


def _fault_in_chain(key: bytes, heads: dict[int, str] | None) -> Fault | None:
    place, previous = 0, _NOTHING
    left = dict(heads or {})
    for place, (seal_, entry) in enumerate(_chain(), 1):
        if kind := _fault_at(seal_, entry, place, previous, key):
            return _fault(kind, place, seal_.entry_id if seal_.sequence == place else None)
        previous = bytes(seal_.signature)
        if left.pop(place, previous.hex()) != previous.hex():
            return _fault("rewritten", place, seal_.entry_id)
    if left:
        return _fault("truncated", place + 1, None)
    return _fault("anchor_missing", place, None) if place and heads is None else None


def _fault_at(
    seal_: AuditSeal, entry: AuditEntry | None, place: int, previous: bytes, key: bytes
) -> str | None:
    """What is wrong with this seal at this place, the strongest word first."""
    if seal_.sequence != place:
        return "missing"
    if bytes(seal_.previous) != previous:
        return "moved"
    if not hmac.compare_digest(_signature(seal_, key), bytes(seal_.signature)):
        return "wrongly_sealed"
    if entry is None:
        return "missing"
    return None if digest_of(entry) == bytes(seal_.digest) else "edited"


def _chain() -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    seals = AuditSeal.objects.order_by("sequence").iterator(chunk_size=_BATCH)
    while batch := list(islice(seals, _BATCH)):
        entries = AuditEntry.objects.in_bulk([seal_.entry_id for seal_ in batch])
        for seal_ in batch:
            yield seal_, entries.get(seal_.entry_id)


def _fault_beside_chain() -> Fault | None:
    """An entry that has no seal and does not wait for one was put past the sealer."""
    known = [
        Exists(each.objects.filter(entry_id=OuterRef("pk"))) for each in (AuditSeal, AuditWaiting)
    ]
    stray = AuditEntry.objects.exclude(known[0]).exclude(known[1]).order_by("pk").first()
    return _fault("unsealed", 0, stray.pk) if stray else None


def _fault(kind: str, place: int, entry_id: int | None) -> Fault:
    which = f"Entry {entry_id}" if entry_id else "The entry"
    return Fault(kind, place, entry_id, _SENTENCES[kind].format(which=which, place=place))
