"""Mail over one SMTP connection that serves many messages: a relay beside us, or a provider's.

What is certain is told as such. Once the final dot was sent, only the server's reply says whether
the message was taken: without it nobody knows, and nobody guesses.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from staytrue.kit.errors import Refused
from staytrue.messages.carriers.base import Outcome, Outgoing, Result
from staytrue.messages.carriers.mail import composed, message_id

NONE, STARTTLS, TLS = "none", "starttls", "tls"
SECURITIES = (NONE, STARTTLS, TLS)
CONNECT_SECONDS, REPLY_SECONDS = 10.0, 60.0
_CLOSING = 421
_DOT = b"\r\n.\r\n"
_DETAIL_MAX = 300
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Server:
    """Where the mail goes and how we are known there."""

    host: str
    port: int = 587
    security: str = STARTTLS
    username: str = ""
    password: str = ""
    reply_seconds: float = REPLY_SECONDS


class Smtp:
    """One connection, opened at the first message and again after it broke."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._line: smtplib.SMTP | None = None

    def hand_over(self, outgoing: Sequence[Outgoing]) -> Iterator[Outcome]:
        """One outcome for each, as soon as it is known."""
        for mail in outgoing:
            yield self._hand_over(mail)

    def close(self) -> None:
        """Hang up politely where somebody still listens."""
        line, self._line = self._line, None
        if line is not None:
            try:
                line.quit()
            except (OSError, smtplib.SMTPException):
                line.close()

    def check(self) -> str:
        """Connect and sign in, send nothing; what the server said at the greeting."""
        try:
            line = self._connected()
            return _told(line.ehlo_resp or b"")
        finally:
            self.close()

    def _hand_over(self, mail: Outgoing) -> Outcome:
        try:
            body = composed(mail)
        except Refused as refusal:
            return Outcome(Result.REFUSED, detail=refusal.sentence, facts={"code": refusal.code})
        is_old = self._line is not None
        line, answer = self._offered(mail, body)
        if line is None and is_old:
            # Servers hang up on who says nothing for minutes: that is no news of this mail.
            line, answer = self._offered(mail, body)
        if line is None or answer is not None:
            return answer or Outcome(Result.RETRY, facts={"stage": "connection"})
        try:
            line.send(_DOT)
            code, text = line.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(Result.UNKNOWN, message_id(mail), _said(error), {"stage": "dot"})
        return _answer("dot", code, text, mail)

    def _offered(self, mail: Outgoing, body: bytes) -> tuple[smtplib.SMTP | None, Outcome | None]:
        """Everything but the dot: the line on which that is missing, or why the mail stays here.

        Without a line the server cannot have taken it.
        """
        try:
            line = self._connected()
            if (answer := self._announced(line, mail)) is not None:
                return line, answer
            line.send(_stuffed(body))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            facts = {"stage": "connection"}
            return None, Outcome(Result.RETRY, detail=_said(error), facts=facts)
        return line, None

    def _connected(self) -> smtplib.SMTP:
        if self._line is None:
            self._line = self._connect()
        return self._line

    def _connect(self) -> smtplib.SMTP:
        to, place = self.server, (self.server.host, self.server.port)
        # Reading all authorities takes longer than a mail: only where they are asked.
        context = None if to.security == NONE else ssl.create_default_context()
        line: smtplib.SMTP = (
            smtplib.SMTP_SSL(*place, timeout=CONNECT_SECONDS, context=context)
            if to.security == TLS
            else smtplib.SMTP(*place, timeout=CONNECT_SECONDS)
        )
        try:
            line.ehlo_or_helo_if_needed()
            if to.security == STARTTLS:
                line.starttls(context=context)
                line.ehlo_or_helo_if_needed()
            if to.username:
                line.login(to.username, to.password)
        except BaseException:
            line.close()
            raise
        if line.sock is not None:
            line.sock.settimeout(to.reply_seconds)
            # Our short dot must not wait for the far side to confirm the long body before it.
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def _announced(self, line: smtplib.SMTP, mail: Outgoing) -> Outcome | None:
        """Say from whom and to whom; None when the server waits for the mail itself."""
        sender = mail.return_path or mail.sender.address
        commands = [f"MAIL FROM:<{sender}>", f"RCPT TO:<{mail.address}>", "DATA"]
        if line.has_extn("pipelining"):
            line.send("".join(f"{command}\r\n" for command in commands))
            replies = [line.getreply() for _ in commands]
        else:
            replies = []
            for command in commands:
                replies.append(line.docmd(command))
                if replies[-1][0] >= 400:
                    break
        stages = zip(("mail", "rcpt", "data"), replies, strict=False)
        wrong = next(((stage, *reply) for stage, reply in stages if reply[0] >= 400), None)
        if wrong is None:
            return None
        if wrong[1] == _CLOSING:
            raise smtplib.SMTPServerDisconnected(_told(wrong[2]))
        if len(replies) == len(commands) and replies[-1][0] < 400:
            # It waits for a mail to nobody: an empty one ends that.
            line.send(b".\r\n")
            line.getreply()
        else:
            line.docmd("RSET")
        return _answer(*wrong, mail)

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def _answer(stage: str, code: int, text: bytes, mail: Outgoing) -> Outcome:
    detail = _told(text)
    enhanced = _ENHANCED.search(detail)
    facts = {"stage": stage, "code": code, "enhanced": enhanced[1] if enhanced else ""}
    if code < 400:
        return Outcome(Result.ACCEPTED, message_id(mail), detail, facts)
    # What the server has against us, our address or its own day is no fault of the guest's address.
    is_final = code >= 500 and stage in {"rcpt", "dot"}
    return Outcome(Result.REFUSED if is_final else Result.RETRY, "", detail, facts)


def _stuffed(body: bytes) -> bytes:
    """A line that begins with a dot gets another one, so that it does not end the mail."""
    text = body.removesuffix(b"\r\n")
    return (b"." if text.startswith(b".") else b"") + text.replace(b"\r\n.", b"\r\n..")


def _said(error: Exception) -> str:
    return str(error)[:_DETAIL_MAX] or type(error).__name__


def _told(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())[:_DETAIL_MAX]
