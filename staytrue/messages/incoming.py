"""Mail that comes back to a hotel: a report about a message of ours, or a guest's own words.

What answers a message of ours is kept for the desk. Words that sound like an opt-out are only
proposed: a member reads them and decides. Any other mail is the hotel's own and leaves no trace.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parseaddr
from enum import StrEnum
from html.parser import HTMLParser

from django.db import transaction

from staytrue.consent import opt_out_words, proposals
from staytrue.consent.models import ContactPoint
from staytrue.consent.points import EMAIL
from staytrue.consent.proposals import Heard
from staytrue.consent.purposes import Channel, Origin
from staytrue.hotel import scope
from staytrue.hotel.contacts import address_key
from staytrue.kit.text import clean
from staytrue.messages import marks, replies, reports
from staytrue.messages import models as rows
from staytrue.messages.carriers.notices import SIZE_MOST

ACTOR = "incoming mail"
_WORDS_MOST = 2_000
# Letters to many and answers of machines are nobody's own words, whatever they say of unsubscribing.
_OF_MACHINES = ("List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})


class Came(StrEnum):
    """What a mail was."""

    REPORT = "report"
    PROPOSED = "proposed"
    REPLY = "reply"
    NOTHING = "nothing"


def take(raw: bytes, property_id: int, now: datetime) -> Came:
    """Take one mail to its end, once; one that says nothing we look for leaves no trace."""
    if reports.take_mail(raw, now):
        return Came.REPORT
    mail = message_from_bytes(raw[:SIZE_MOST])
    if _is_of_machine(mail):
        return Came.NOTHING
    text, key = _text(raw), hashlib.sha256(raw).hexdigest()
    sender = parseaddr(str(mail.get("From", "")))[1][:254]
    with transaction.atomic(), scope.everything():
        message, came = _answered(mail, property_id), Came.NOTHING
        if message is not None:
            answer = replies.Came(key, Channel.EMAIL, sender, _subject(mail), text)
            came = Came.REPLY if replies.keep(message, answer, now) else came
        if said := opt_out_words.said_in_mail(text):
            _propose(said, message, sender, (property_id, key), now)
            came = Came.PROPOSED
    return came


def _propose(
    said: tuple[str, str],
    message: rows.Message | None,
    sender: str,
    mail: tuple[int, str],
    now: datetime,
) -> None:
    """Have a member read words that ask to be left alone; `mail` is the hotel it came to, its key."""
    (language, words), (property_id, key) = said, mail
    heard = Heard(
        Origin.MAIL_REPLY, Channel.EMAIL, clean(words)[:_WORDS_MOST], property_id, language,
        message.profile_id if message else None,
        message.contact_point_id if message else _point(sender),
        clean(sender),
        {"mail": key} | ({"message": str(message.public_id)} if message else {}),
    )  # fmt: skip
    proposals.propose(heard, ACTOR, now)


def _is_of_machine(mail: Message) -> bool:
    if any(mail.get(name) for name in _OF_MACHINES):
        return True
    answers = str(mail.get("Auto-Submitted", "no")).strip().lower()
    return answers != "no" or str(mail.get("Precedence", "")).strip().lower() in _BULK


def _subject(mail: Message) -> str:
    """Its subject, decoded where it can be."""
    try:
        return str(make_header(decode_header(str(mail.get("Subject", "")))))
    except (LookupError, ValueError):
        return ""


def _answered(mail: Message, property_id: int) -> rows.Message | None:
    """The message of this hotel that he answers, if its mark is true."""
    quoted = " ".join(str(mail.get(name, "")) for name in ("In-Reply-To", "References"))
    public_id = marks.marked(quoted)
    if public_id is None:
        return None
    return rows.Message.objects.filter(public_id=public_id, property_id=property_id).first()


def _point(sender: str) -> int | None:
    """The address he seems to write from. It may be forged: that a member reads, and decides."""
    found = ContactPoint.objects.filter(kind=EMAIL, value=address_key(sender)).first()
    return found.pk if found else None


def _text(raw: bytes) -> str:
    """What he wrote: the plain part, else the letters of the other one."""
    mail = message_from_bytes(raw[:SIZE_MOST], policy=policy.default)
    try:
        part = mail.get_body(("plain", "html")) if isinstance(mail, EmailMessage) else None
        text = str(part.get_content()) if part is not None else ""
        return _letters(text) if part and part.get_content_subtype() == "html" else text
    except (LookupError, ValueError, TypeError, AttributeError):
        # A charset nobody knows, or a mail that is none: then there are no words either.
        return ""


def _letters(html: str) -> str:
    reader = _Letters()
    reader.feed(html)
    return re.sub(r"[^\S\n]+", " ", "".join(reader.found))


class _Letters(HTMLParser):
    """The letters of a mail, without what it quotes."""

    _LINES = frozenset({"br", "p", "div", "li", "tr"})
    _HIDDEN = frozenset({"style", "script", "blockquote", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._LINES:
            self.found.append("\n")
        if (
            tag in self._HIDDEN
            or "gmail_quote" in (dict(attrs).get("class") or "")
            or (self._inside and tag == self._inside[0])
        ):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.found.append(data)
