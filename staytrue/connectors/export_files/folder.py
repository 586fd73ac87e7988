"""A watched folder, local or by SFTP: which files are complete, in which order to take them.

What a look shows is a value, so that the decision is pure: two looks say which files are at rest.
"""

from __future__ import annotations

import heapq
import os
import re
import stat
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

import paramiko

from staytrue.connectors.export_files.cells import parse_moment
from staytrue.connectors.export_files.mapping import MadeAt
from staytrue.kit.errors import Misconfigured, Refused, Temporary

DONE = ".done"
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", "~")
REST = timedelta(seconds=10)
# Of more files the newest are looked at: those that pile up are old, and were taken.
FILES_MAX = 10_000
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Found:
    """A file as one look showed it."""

    name: str
    size: int
    modified_at: datetime


Look = Mapping[str, Found]


class Folder(Protocol):
    """A place that files are put in."""

    def look(self) -> dict[str, Found]: ...

    def take(self, found: Found, target: Path) -> None: ...


def complete(
    before: Look, look: Look, now: datetime, *, pattern: str = "*", needs_done: bool = False
) -> list[Found]:
    """Files that are at rest: marked as done, or equal in two looks and untouched for a while.

    Empty files, hidden ones and those with the ending of a transfer under way are never taken.
    """
    ready = []
    for name, found in look.items():
        if not fnmatchcase(name, pattern) or not _is_candidate(name) or found.size == 0:
            continue
        is_marked = f"{name}{DONE}" in look or f"{Path(name).stem}{DONE}" in look
        is_at_rest = before.get(name) == found and now - found.modified_at >= REST
        if is_marked or (is_at_rest and not needs_done):
            ready.append(found)
    return ready


def in_order(files: list[Found], rules: tuple[MadeAt, ...], language: str = "en") -> list[Found]:
    """Oldest first, by the instant in the name where the mapping reads one, else by the change."""

    def instant(found: Found) -> tuple[str, datetime, str]:
        for rule in rules:
            match = re.search(rule.name, found.name) if rule.name else None
            moment = parse_moment(match[1], rule.format, language) if match else None
            if moment is not None:
                return moment.isoformat(), found.modified_at, found.name
        return found.modified_at.isoformat(), found.modified_at, found.name

    return sorted(files, key=instant)


class LocalFolder:
    """A folder of this machine. Links are not followed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def look(self) -> dict[str, Found]:
        """The plain files in it."""
        try:
            with os.scandir(self.path) as entries:
                return _newest(_plain_files(entries))
        except OSError as error:
            raise Misconfigured(
                f"The folder {self.path} cannot be read: {error.strerror}.", "folder"
            ) from None

    def take(self, found: Found, target: Path) -> None:
        """A private copy, refused when the file is no longer what the look showed."""
        source = self.path / found.name
        with source.open("rb") as file, target.open("wb") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        facts = source.lstat()
        _check_unchanged(found, _found(found.name, facts.st_size, facts.st_mtime), target)


class SftpFolder:
    """A folder on an SFTP server whose host key is pinned in the connection's settings."""

    def __init__(self, session: paramiko.SFTPClient, path: str) -> None:
        self.session, self.path = session, path.rstrip("/") or "."

    def look(self) -> dict[str, Found]:
        """The plain files in it."""
        try:
            entries = self.session.listdir_attr(self.path)
        except OSError as error:
            raise Misconfigured(
                f"The SFTP folder {self.path} cannot be read: {error}.", "folder"
            ) from None
        return _newest(
            _found(entry.filename, entry.st_size or 0, entry.st_mtime or 0)
            for entry in entries
            if stat.S_ISREG(entry.st_mode or 0) and "/" not in entry.filename
        )

    def take(self, found: Found, target: Path) -> None:
        """A private copy, refused when the file is no longer what the look showed."""
        source = f"{self.path}/{found.name}"
        try:
            with target.open("wb") as copy:
                self.session.getfo(source, copy)
            facts = self.session.stat(source)
        except (OSError, paramiko.SSHException) as error:
            raise Temporary(f"{found.name} could not be fetched: {error}.", "sftp") from None
        now = _found(found.name, facts.st_size or 0, facts.st_mtime or 0)
        _check_unchanged(found, now, target)


@contextmanager
def sftp(settings: Mapping[str, Any]) -> Iterator[SftpFolder]:
    """Opens an SFTP folder by the settings that the manifest lists. The server must be known."""
    host, port = str(settings["host"]), int(settings.get("port", 22))
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    name = host if port == 22 else f"[{host}]:{port}"
    pinned = _pinned(str(settings.get("host_key", "")))
    client.get_host_keys().add(name, pinned.get_name(), pinned)
    key_path = settings.get("private_key")
    try:
        client.connect(
            host,
            port,
            username=settings.get("user"),
            password=settings.get("password"),
            key_filename=str(key_path) if key_path else None,
            timeout=TIMEOUT_SECONDS,
            banner_timeout=TIMEOUT_SECONDS,
            auth_timeout=TIMEOUT_SECONDS,
            allow_agent=False,
            look_for_keys=False,
        )
        yield SftpFolder(client.open_sftp(), str(settings.get("path", ".")))
    except paramiko.BadHostKeyException:
        raise Misconfigured(
            f"The server {host} shows another host key than the one pinned for it. Do not go on "
            "before its operator has confirmed the new one.",
            "host_key",
            host=host,
        ) from None
    except paramiko.AuthenticationException:
        raise Misconfigured(
            f"The server {host} does not accept user or key.", "sftp_auth"
        ) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise Temporary(f"The server {host} does not answer: {error}.", "sftp") from None
    finally:
        client.close()


def _pinned(text: str) -> paramiko.PKey:
    kind, _, data = text.strip().partition(" ")
    try:
        return paramiko.PKey.from_type_string(kind, b64decode(data.split(" ")[0], validate=True))
    except (NotBase64, paramiko.SSHException, paramiko.UnknownKeyType, ValueError, IndexError):
        raise Misconfigured(
            "Pin the server's host key in host_key, as in a line of known_hosts: its type and its "
            "key (ssh-ed25519 AAAA…).",
            "host_key",
        ) from None


def _is_candidate(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith((*UNFINISHED, DONE))


def _plain_files(entries: Iterable[os.DirEntry[str]]) -> Iterator[Found]:
    for entry in entries:
        try:
            facts = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISREG(facts.st_mode):
            yield _found(entry.name, facts.st_size, facts.st_mtime)


def _newest(files: Iterable[Found]) -> dict[str, Found]:
    kept = heapq.nlargest(FILES_MAX, files, key=lambda found: (found.modified_at, found.name))
    return {found.name: found for found in kept}


def _found(name: str, size: int, modified: float) -> Found:
    return Found(name, size, datetime.fromtimestamp(modified, UTC))


def _check_unchanged(look: Found, now: Found, target: Path) -> None:
    if look != now or target.stat().st_size != look.size:
        target.unlink(missing_ok=True)
        raise Refused(
            f"{look.name} changed while it was fetched; it is taken at the next look.", "replaced"
        )
