"""A mailbox read by IMAP over TLS (RFC 3501), and left exactly as it was: nothing is marked as seen."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Self

from staytrue.kit.errors import Refused, Temporary
from staytrue.messages.carriers.notices import SIZE_MOST

SECONDS = 10.0
"""How long a server may be silent."""
_QUOTED = str.maketrans({"\\": r"\\", '"': r"\""})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER = re.compile(rb"\d+")


@dataclass(frozen=True)
class Box:
    """Where a mailbox is and how to sign in."""

    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"


class Imap:
    """One look into a mailbox; `validity` says whether its numbers still mean what they meant."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self.validity = 0
        self.next_uid = 0

    def __enter__(self) -> Self:
        box = self._box
        try:
            self._line = imaplib.IMAP4_SSL(
                box.host, box.port, ssl_context=ssl.create_default_context(), timeout=SECONDS
            )
        except (OSError, imaplib.IMAP4.error) as error:
            raise _away(error) from error
        try:
            self._open()
        except BaseException:
            self._line.shutdown()
            raise
        return self

    def _open(self) -> None:
        try:
            self._line.login(self._box.username, self._box.password)
        except (OSError, imaplib.IMAP4.abort) as error:
            raise _away(error) from error
        except imaplib.IMAP4.error:
            raise Refused(
                "The mail server does not take this name and password.", "mailbox_sign_in"
            ) from None
        folder = f'"{self._box.folder.translate(_QUOTED)}"'
        try:
            answer, _ = self._line.select(folder, readonly=True)
        except (OSError, imaplib.IMAP4.error) as error:
            raise _away(error) from error
        if answer != "OK":
            raise Refused("There is no such folder in this mailbox.", "mailbox_folder")
        self.validity, self.next_uid = self._said("UIDVALIDITY"), self._said("UIDNEXT")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._line.logout()
        except (OSError, imaplib.IMAP4.error):
            # It hung up first.
            self._line.shutdown()

    def after(self, uid: int, most: int) -> Iterator[tuple[int, bytes]]:
        """Mails with a higher number than this, oldest first: number and the first bytes of each."""
        # `n:*` names the last mail also where it is older than n.
        found = [each for each in self._search(f"UID {uid + 1}:*") if each > uid]
        yield from self._fetched(sorted(found)[:most])

    def since(self, day: date, most: int) -> Iterator[tuple[int, bytes]]:
        """Mails that came on this day or later, oldest first."""
        when = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        yield from self._fetched(sorted(self._search(f"SINCE {when}"))[:most])

    def _fetched(self, uids: list[int]) -> Iterator[tuple[int, bytes]]:
        for uid in uids:
            parts = self._asked("FETCH", str(uid), f"(BODY.PEEK[]<0.{SIZE_MOST}>)")
            raw = next((each[1] for each in parts if isinstance(each, tuple)), b"")
            yield uid, raw

    def _search(self, words: str) -> list[int]:
        found = self._asked("SEARCH", words)
        lines = [line for line in found if isinstance(line, bytes)]
        return [int(each) for line in lines for each in _NUMBER.findall(line)]

    def _asked(self, *command: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            answer, found = self._line.uid(*command)
        except (OSError, imaplib.IMAP4.error) as error:
            raise _away(error) from error
        if answer != "OK":
            raise Temporary("The mail server refused a question about its mails.", "mailbox_away")
        return found

    def _said(self, name: str) -> int:
        _, found = self._line.response(name)
        told = _NUMBER.search(found[0]) if found and found[0] else None
        return int(told[0]) if told else 0


def _away(error: Exception) -> Temporary:
    return Temporary(f"The mail server does not answer as it should: {error}", "mailbox_away")
