"""What a mail that came back says of one of ours: a delivery report, or a complaint. Pure.

RFC 3464 for reports, RFC 5965 for complaints. Of which message it speaks is told by the mark only:
addresses in it are anybody's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from staytrue.messages.carriers.diagnoses import is_dead

SIZE_MOST = 1 << 20
_DETAIL_MAX = 300
_PLACES = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Of the kinds of feedback those that a reader gave by himself: a server's own verdict on our
# signature is none, and "not spam" is the opposite.
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized", "other"})
_MAILERS = re.compile(r"mailer-?daemon|postmaster|mail[ ._-]?delivery|undeliver", re.IGNORECASE)
_RETURNED = re.compile(
    r"(?i)(permanent (fatal )?error|fail(ed|ure|ing)|undeliver\w*|could ?n[o']t be delivered"
    r"|unable to deliver|not be delivered|returned to sender|n'a pas (pu|été))"
)
_REPLY = re.compile(r"\b([45])\d\d[ -](?:(\d\.\d{1,3}\.\d{1,3})\b)?")
_OURS = re.compile(r"(?im)^[> ]*Message-ID:\s*(<[^>\s]+>)")


class What(StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class Notice:
    """What a returned mail says; `quotes` are texts in which the mark of our message may stand."""

    what: What
    status: str
    detail: str
    quotes: tuple[str, ...]

    @property
    def is_hard(self) -> bool:
        """Whether the address itself is dead, so that nothing will ever arrive there."""
        return self.what is What.BOUNCED and is_dead(self.status, self.detail)


def is_hard(status: str) -> bool:
    """Whether an enhanced status says by itself that there is no such address."""
    return is_dead(status)


def read(raw: bytes) -> Notice | None:
    """What it reports, or None when it is no report at all: an answer of the reader's machine."""
    mail = message_from_bytes(raw[:SIZE_MOST])
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            return _delivery(mail, part)
        if kind == "message/feedback-report":
            said = _field(part, "Feedback-Type")
            is_his = said.strip().lower() in _COMPLAINTS
            return Notice(What.COMPLAINED, "", said, _quotes(mail)) if is_his else None
    return _told_in_words(mail)


def _told_in_words(mail: Message) -> Notice | None:
    """A report of a server that knows no form for it: its own words, and our mail behind them."""
    sender = str(mail.get("From", ""))
    if not _MAILERS.search(sender):
        return None
    text = "\n".join(
        payload.decode("utf-8", "replace")
        for part in mail.walk()
        if part.get_content_type() == "text/plain"
        and isinstance(payload := part.get_payload(decode=True), bytes)
    )
    # What it says stands before what it carries.
    own = re.split(r"(?im)^(?:-{3,}.*|received:.*|return-path:.*)$", text, maxsplit=1)[0]
    if not _RETURNED.search(f"{mail.get('Subject', '')} {own}"):
        return None
    reply = _REPLY.search(own)
    is_passing = bool(reply and reply[1] == "4") or "will be retried" in own.lower()
    quotes = (*_quotes(mail), *_OURS.findall(text))
    detail = " ".join(own.split())[-_DETAIL_MAX:]
    status = (reply[2] or "") if reply else ""
    return Notice(What.DEFERRED if is_passing else What.BOUNCED, status, detail, quotes)


def _delivery(mail: Message, part: Message) -> Notice | None:
    worst: tuple[int, What, str, str] | None = None
    for block in _blocks(part):
        action = str(block.get("Action", "")).strip().lower()
        status = _STATUS.search(str(block.get("Status", "")))
        if action not in _ACTIONS:
            continue
        rank, what = _ACTIONS[action]
        detail = " ".join(str(block.get("Diagnostic-Code", "")).split())[:_DETAIL_MAX]
        if worst is None or rank > worst[0]:
            worst = (rank, what, status[0] if status else "", detail)
    return Notice(*worst[1:], _quotes(mail)) if worst else None


_ACTIONS = {
    "delivered": (0, What.DELIVERED),
    "delayed": (1, What.DEFERRED),
    "failed": (2, What.BOUNCED),
}


def _blocks(part: Message) -> Iterator[Message]:
    """The fields by recipient: the parser makes a message of each block."""
    found = part.get_payload()
    if isinstance(found, list):
        yield from (each for each in found if isinstance(each, Message))


def _field(part: Message, name: str) -> str:
    for block in _blocks(part):
        if name in block:
            return str(block[name])[:_DETAIL_MAX]
    found = re.search(rf"^{name}:\s*(.+)$", str(part.get_payload()), re.MULTILINE | re.IGNORECASE)
    return found[1].strip()[:_DETAIL_MAX] if found else ""


def _quotes(mail: Message) -> tuple[str, ...]:
    """Where it went, and the Message-IDs of what it carries."""
    found = [str(value) for name in _PLACES for value in mail.get_all(name, [])]
    for part in mail.walk():
        kind = part.get_content_type()
        if kind in {"message/rfc822", "message/delivery-status"}:
            for block in _blocks(part):
                found += [str(block[name]) for name in ("Message-ID", "Original-Message-ID",
                                                        "Original-Envelope-Id") if name in block]  # fmt: skip
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                found.append(str(message_from_bytes(payload).get("Message-ID", "")))
    return tuple(each for each in found if each)
