"""The dispatch bench: mails through the gate to a mail server, beside Django's own way of sending.

Everything is real: claim with every check, texts filled, last look, journal, SMTP over TCP, settle.
The yardstick is Django's `send_messages` of the very same mails, over one connection to the same
server, in turns of the same run.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives, get_connection

from staytrue.cli import bench_world
from staytrue.cli.bench_import import Size
from staytrue.cli.bench_world import World
from staytrue.cli.frame import ACTOR
from staytrue.cli.measuring import Measure, fresh_home
from staytrue.flow import sending
from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.kit.asking import ask
from staytrue.kit.errors import Refused
from staytrue.messages import dispatching, outlets, planning
from staytrue.messages.arming import FIRST_DAY
from staytrue.messages.carriers.base import Sender
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import MessageText
from staytrue.messages.wanted import Wanted
from staytrue.staff import audit

_SENDER = Sender("stay@sirga.example", "Hotel Sirga")
_MAILS_MOST, _STAYS_PER_MAIL = 20_000, 2
_TURNS = 4
_SPARE_OF = 100
"""One more for so many: some of a hotel's addresses turn out to be an agency's, and rest."""
_LASTS = timedelta(days=2)


def measures(size: Size) -> Iterator[Measure]:
    """Mails a second through the gate, and by Django alone."""
    mails = min(_MAILS_MOST, size.reservations // 10)
    with fresh_home() as home, sink() as server:
        now, port = clock.now(), server.port
        world = bench_world.build(home, mails * _STAYS_PER_MAIL, mails * _STAYS_PER_MAIL, now)
        arm(world, port, now)
        ours = django = 0.0
        share = mails // _TURNS
        _plan(world, mails + mails // _SPARE_OF, now)
        # The first turn is of a worker that just got up: texts are laid out, statements planned.
        ours_first = _through_the_gate(share)
        for turn in range(1, _TURNS):
            ours += _through_the_gate(share)
            django += _by_django(slice(share * turn, share * (turn + 1)), port)
        sent = share * (_TURNS - 1)
        yield Measure("dispatch", round(sent / ours), "mails/s", round(sent / django),
                      round(django / ours, 3))  # fmt: skip
        yield Measure("dispatch.first", round(share / ours_first), "mails/s",
                      round(sent / django), round(django / sent * share / ours_first, 3))  # fmt: skip


@dataclass
class Sink:
    """A mail server in a process of its own; once it ended, when each mail came, and to whom."""

    port: int
    came: list[tuple[float, str]] = field(default_factory=list)


@contextmanager
def sink() -> Iterator[Sink]:
    """A mail server inside the block."""
    command = [sys.executable, "-m", "staytrue.lab.mail_sink"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if server.stdout is None:
        raise AssertionError("a pipe was asked for")
    running = Sink(int(server.stdout.readline()))
    try:
        yield running
    finally:
        told, _ = server.communicate()
        lines = (line.split(" ") for line in told.splitlines())
        running.came += [(float(at), address) for at, address in lines]


def arm(world: World, port: int, now: datetime) -> None:
    """The hotel sends to this mail server since the day before yesterday, as fast as it takes it."""
    values = {"host": "127.0.0.1", "port": port, "security": "none", "per_minute": 0}
    with scope.everything(), audit.acting(ACTOR, now):
        outlets.set_up(world.house, "email", "smtp", values, _SENDER)
    outlets.arm(world.house, "email", by=ACTOR, now=now - 2 * FIRST_DAY)


_REACHED = """
  SELECT r.id, r.arrival_on, r.departure_on, p.id, c.id, p.language
    FROM reservation r
    JOIN roster t ON t.reservation_id = r.id AND t.role = 'primary' AND t.until_at IS NULL
    JOIN profile p ON p.connection_id = t.connection_id AND p.source_id = t.profile
    JOIN contact_use u ON u.profile_id = p.id AND u.until_at IS NULL
    JOIN contact_point c ON c.id = u.contact_point_id AND c.kind = 'email'
   WHERE r.status = 'confirmed' ORDER BY r.id LIMIT %s"""


def _plan(world: World, count: int, now: datetime) -> None:
    """So many messages that are due, one for a stay."""
    with scope.everything():
        wanted = {
            stay: [
                Wanted(
                    Kind.PRE_STAY, world.house.pk, profile, point, DEMANDS[Kind.PRE_STAY].purpose,
                    now, now, now + _LASTS, language if language in ("en", "fr", "es") else "en",
                    "profile", "stay:pre_stay", 1,
                    basis={"arrival_on": arrival.isoformat(),
                           "departure_on": departure.isoformat()},
                )
            ]
            for stay, arrival, departure, profile, point, language in ask(_REACHED, [count])
        }  # fmt: skip
        planning.settle(wanted, now)


def _through_the_gate(count: int) -> float:
    """Seconds of sending so many."""
    ports = sending.ports()
    started = clock.monotonic()
    counts = dispatching.send_due(ACTOR, ports, count)
    seconds = clock.monotonic() - started
    ports.close()
    if counts.accepted != counts.claimed or counts.accepted < count:
        raise Refused(f"Of {count} mails not all left: {counts}", "bench_broken")
    return seconds


def _by_django(part: slice, port: int) -> float:
    """Seconds of Django's own sending of the same mails: this part of those that left."""
    backend = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port
    )
    with scope.everything():
        kept = MessageText.objects.select_related("message").order_by("message")[part]
        letters = [_letter(each) for each in kept]
    started = clock.monotonic()
    sent = backend.send_messages(letters)
    seconds = clock.monotonic() - started
    if sent != part.stop - part.start:
        raise Refused(f"Django sent {sent} of {part.stop - part.start} mails.", "bench_broken")
    return seconds


def _letter(kept: MessageText) -> EmailMultiAlternatives:
    letter = EmailMultiAlternatives(
        kept.message.subject, kept.text, f"{_SENDER.name} <{_SENDER.address}>",
        [kept.message.address], headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    letter.attach_alternative(kept.html, "text/html")
    return letter
