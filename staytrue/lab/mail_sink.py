"""A real mail server on this machine that keeps what comes and delivers nothing.

It can refuse, ask for patience, be slow, or hang up after the final dot, as far sides do.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from staytrue.kit import clock

ACCEPTED = "250 OK kept"
BUSY = "451 4.7.1 Come back later"
NO_MAILBOX = "550 5.1.1 No such mailbox"
NOT_WANTED = "554 5.7.1 Not wanted"
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Mail:
    """One mail that came: who it is from, whom it is for, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes

    @property
    def parsed(self) -> Message:
        """The mail as a mail program reads it."""
        return message_from_bytes(self.body)

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.parsed["Message-ID"])


@dataclass
class Manners:
    """How the server behaves, to be changed while it runs.

    `recipients` are replies to single addresses; `hangs_up`: it keeps the mail and then closes the
    line without a word; `pause`: seconds before each reply to a mail.
    """

    recipients: dict[str, str] = field(default_factory=dict)
    reply: str = ACCEPTED
    hangs_up: bool = False
    pause: float = 0.0
    pipelining: bool = True


class MailSink:
    """The server while it runs; `mails` holds what it took."""

    def __init__(
        self,
        manners: Manners | None = None,
        *,
        heard: Callable[[Mail], None] | None = None,
        announced: Callable[[str], None] | None = None,
        keeps: bool = True,
    ) -> None:
        self.manners = manners or Manners()
        self.mails: list[Mail] = []
        self.taken = 0
        self.lines = 0
        self.keeps = keeps
        self._heard, self._announced = heard, announced
        self._came = threading.Condition()
        self.port = 0
        self._servers: list[SMTP] = []
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        if not ready.wait(_PATIENCE_SECONDS):
            raise TimeoutError("The mail sink did not come up.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        if self._thread:
            self._thread.join(_PATIENCE_SECONDS)

    def wait_for(self, count: int, seconds: float = _PATIENCE_SECONDS) -> bool:
        """Wait until so many came; False when they did not in time."""
        with self._came:
            return self._came.wait_for(lambda: self.taken >= count, seconds)

    def hang_up(self) -> None:
        """Close every open line, as servers do with those who say nothing for minutes."""

        async def close() -> None:
            for server in self._servers:
                if server.transport is not None:
                    server.transport.close()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(_PATIENCE_SECONDS)

    # aiosmtpd finds its hooks by these names.
    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, _envelope: Envelope, name: str, said: list[str]
    ) -> list[str]:
        session.host_name = name
        self.lines += 1
        self._servers.append(server)
        return [*said[:-1], "250-PIPELINING", said[-1]] if self.manners.pipelining else said

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self._announced:
            self._announced(address)
        reply = self.manners.recipients.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.manners.pause:
            await asyncio.sleep(self.manners.pause)
        if not self.manners.reply.startswith("2"):
            return self.manners.reply
        self._take(
            Mail(
                envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b""
            )
        )
        if self.manners.hangs_up:
            transport = server.transport
            if transport is not None:
                transport.close()
        return self.manners.reply

    def _take(self, mail: Mail) -> None:
        # Told before the reply: who kills the sender now kills it between accept and commit.
        if self._heard:
            self._heard(mail)
        with self._came:
            self.taken += 1
            if self.keeps:
                self.mails.append(mail)
            self._came.notify_all()

    def _serve(self, ready: threading.Event) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._listen(ready))

    async def _listen(self, ready: threading.Event) -> None:
        self._ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._ended.wait()
        server.close()


def _serve_alone() -> None:
    """A process of its own, for benches: it says its port, lives until its input ends, and tells
    then when each mail came.
    """
    came: list[tuple[float, str]] = []

    def heard(mail: Mail) -> None:
        came.append((clock.monotonic(), mail.recipients[0]))

    with MailSink(heard=heard, keeps=False) as running:
        print(running.port, flush=True)
        sys.stdin.read()
    sys.stdout.writelines(f"{at} {address}\n" for at, address in came)


if __name__ == "__main__":
    _serve_alone()
