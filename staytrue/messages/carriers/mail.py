"""One finished mail as bytes: to exactly one plain address, in the name of a domain of ours. Pure."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterator
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from staytrue.kit.errors import Refused
from staytrue.messages.carriers.base import Outgoing

ADDRESS_MAX, LOCAL_MAX = 254, 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?=[A-Za-z]){_LABEL}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 '-]*")
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


def is_plain(address: str) -> bool:
    """Whether this is exactly one address and nothing else: no name, comment, quote or list."""
    local = address.rpartition("@")[0]
    fits = len(address) <= ADDRESS_MAX and len(local) <= LOCAL_MAX
    return fits and _PLAIN.fullmatch(address) is not None


def message_id(mail: Outgoing) -> str:
    """The Message-ID: it names our message and proves that we made it."""
    return f"<{mail.public_id.hex}.{mail.mark}@{mail.sender.domain}>"


def composed(mail: Outgoing) -> bytes:
    """The whole mail. Refused where a header would be more than one, or an address not one."""
    boundary = f"part-{mail.public_id.hex}"
    head = [f"{name}: {value}" for name, value in _headers(mail)]
    head.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
    pieces = ["\r\n".join(head).encode("ascii"), b""]
    for kind, text in (("plain", mail.text), ("html", mail.html)):
        pieces += [
            f"--{boundary}".encode(),
            f'Content-Type: text/{kind}; charset="utf-8"'.encode(),
            b"Content-Transfer-Encoding: quoted-printable",
            b"",
            b2a_qp(_LINE_ENDS.sub("\r\n", text).encode(), istext=True),
        ]
    pieces += [f"--{boundary}--".encode(), b""]
    return b"\r\n".join(pieces)


def extra_headers(mail: Outgoing) -> Iterator[tuple[str, str]]:
    """What a mail of ours says of itself beside sender, recipient and subject."""
    yield "Message-ID", message_id(mail)
    yield "Content-Language", _encoded("Content-Language", mail.language)
    yield "Auto-Submitted", "auto-generated"
    if mail.unsubscribe:
        if not _URL.fullmatch(mail.unsubscribe):
            raise _broken("List-Unsubscribe")
        # On one line however long: a fold broke the signature at some relays.
        yield "List-Unsubscribe", f"<{mail.unsubscribe}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _headers(mail: Outgoing) -> Iterator[tuple[str, str]]:
    yield "From", _person(mail.sender.name, mail.sender.address)
    yield "To", _person(mail.name, mail.address)
    if mail.sender.reply_to:
        yield "Reply-To", _person("", mail.sender.reply_to)
    yield "Subject", _encoded("Subject", mail.subject)
    yield "Date", format_datetime(mail.at)
    yield from extra_headers(mail)
    yield "MIME-Version", "1.0"


def _person(name: str, address: str) -> str:
    if not is_plain(address):
        raise Refused(
            "The address is not exactly one plain e-mail address. Correct it on the guest's card.",
            "not_an_address",
        )
    return f"{_encoded('To', name, _PLAIN_NAME)} <{address}>" if name.strip() else address


@lru_cache(maxsize=1 << 10)
def _encoded(header: str, text: str, plain: re.Pattern[str] | None = None) -> str:
    """The text as a header may hold it; what could end the header or begin another is refused."""
    if _CONTROL.search(text):
        raise _broken(header)
    is_plain_text = plain.fullmatch(text) if plain else text.isascii() and "=?" not in text
    if is_plain_text and len(text) < 60:
        return text
    # Encoded, a name like "Bank <x@y>" is only a name, whatever a mail program makes of brackets.
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _broken(header: str) -> Refused:
    return Refused(
        f"The header {header} would hold a line break or an unprintable character, so nothing was "
        "sent. Correct the guest's name or the template.",
        "header_broken",
        header=header,
    )
