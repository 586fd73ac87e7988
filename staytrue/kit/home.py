"""The home: the one directory that holds everything of an installation, and the secrets kept in it."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from staytrue.kit.errors import Refused, StaytrueError, Temporary

FULL = (errno.ENOSPC, errno.EDQUOT)


def place() -> Path:
    """STAYTRUE_HOME, or `var` below the directory of the call; always absolute."""
    return Path(os.environ.get("STAYTRUE_HOME") or "var").resolve()


def prepare(home: Path) -> Path:
    """Make the home if it is missing (0700: it holds guests' data) and return it resolved."""
    home = home.resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise trouble(home, error) from error
    return home


def own_secret(home: Path, name: str) -> str:
    """The secret of this name, made at first need; the file is readable by its owner only."""
    path = home / "secrets" / name
    try:
        if not path.exists():
            prepare(home)
            _make_secret(path)
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise trouble(home, error) from error


def trouble(home: Path, error: OSError) -> StaytrueError:
    """What a failing file of the home means for a person."""
    if error.errno in FULL:
        return disk_full(home)
    return Refused(
        f"The home {home} cannot be used by this account: {error.strerror}. Run Staytrue as the "
        "account that made it, or set STAYTRUE_HOME to a directory that this account may write.",
        "home_not_usable",
        home=str(home),
    )


def disk_full(home: Path) -> Temporary:
    """The one sentence for a full disk."""
    return Temporary(
        f"The disk that holds {home} is full: nothing was lost, but nothing can be kept until "
        "there is room again. Free some space (at least 1 GB) and start again.",
        "disk_full",
        home=str(home),
    )


def _make_secret(path: Path) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        # Two processes may need it at one moment: whoever links first wins, both read that one.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
