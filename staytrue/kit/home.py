"""The home: the one directory that holds everything of an installation, and the secrets kept in it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from staytrue.kit.errors import Refused


def place() -> Path:
    """STAYTRUE_HOME, or `var` beside where the command was called; always absolute."""
    return Path(os.environ.get("STAYTRUE_HOME") or "var").resolve()


def prepare(home: Path) -> Path:
    """Make the home if it is missing (0700: it holds guests' data) and return it resolved."""
    home = home.resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"The home {home} cannot be made: {error.strerror}. Set STAYTRUE_HOME to a directory "
            "that this account may write.",
            "home_not_writable",
            home=str(home),
        ) from error
    return home


def own_secret(home: Path, name: str) -> str:
    """The secret of this name, made at first need; the file is readable by its owner only."""
    path = home / "secrets" / name
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    except PermissionError as error:
        raise Refused(
            f"The secret {path} belongs to another account. Run Staytrue as the account that "
            "made this home.",
            "home_of_another",
            home=str(home),
        ) from error
    prepare(home)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f"{name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    # Two processes may need it at the same moment: whoever links first wins, both read that one.
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")
