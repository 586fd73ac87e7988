"""Commands that keep Staytrue running: up with its two children, down, work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
import structlog
from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from staytrue.cli.frame import Answer, answers, open_home
from staytrue.flow import replanning, worker
from staytrue.kit import clock, database, embedded
from staytrue.kit.addresses import is_this_machine
from staytrue.kit.errors import Refused, Temporary
from staytrue.kit.home import prepare
from staytrue.kit.processes import CHILD, Signals, die_with_parent, end_holder, only_one
from staytrue.web import hooks

log = structlog.get_logger(__name__)

_LOCK = "up.lock"
_END_SECONDS = 15
# A child that falls this often in a row will not stand at the next try either.
_FALLS = 5
_STEADY_SECONDS = 60
# A webhook holds a thread until it is durable, so there are as many as may come at once.
_THREADS = hooks.CALLS_AT_ONCE
# An attack by a header of a megabyte is answered by us, not by a cut connection.
_HEADERS_BYTES = (1 << 20) + (1 << 17)


@dataclass
class Child:
    """One of our processes, and how often it fell lately."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    falls: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it; Ctrl-C reaches only the supervisor, which then ends it in order."""
        command = [sys.executable, "-m", "staytrue.cli", *self.arguments]
        environment = {**os.environ, CHILD: self.name}
        self.process = subprocess.Popen(command, process_group=0, env=environment)

    def has_ended(self) -> bool:
        """Whether it went by itself."""
        return self.process is not None and self.process.poll() is not None

    def fell(self) -> None:
        """Note a fall and start again, or give up."""
        now = clock.monotonic()
        self.falls = [*(at for at in self.falls if now - at < _STEADY_SECONDS), now]
        if len(self.falls) >= _FALLS:
            raise Temporary(
                f"The {self.name} process ended {_FALLS} times within {_STEADY_SECONDS} seconds; "
                "its log above says why.",
                "child_falls",
            )
        log.warning("child ended, starting it again", child=self.name)
        self.start()


@click.command
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--address", default="127.0.0.1", show_default=True, help="Where the web listens.")
@answers
def up(port: int, address: str) -> Answer:
    """Run database, web and worker together until Ctrl-C or `staytrue down`."""
    if settings.DEBUG and not is_this_machine(address):
        raise Refused(
            f"STAYTRUE_DEBUG is on, and its error pages show guests' data: the web may not listen "
            f"on {address}. Switch it off, or leave --address at 127.0.0.1.",
            "debug_in_public",
        )
    with alone(), database.running():
        database.migrate(clock.now())
        supervise(port, address)
    return Answer({"stopped": True}, ["Stopped."])


@contextmanager
def alone() -> Iterator[None]:
    """Hold this home for a block: nobody else may run, prepare or load a demo in it meanwhile."""
    with only_one(prepare(settings.HOME) / _LOCK) as is_first:
        if not is_first:
            raise Refused(
                f"Staytrue runs already in {settings.HOME}: stop it with `staytrue down`, or set "
                "STAYTRUE_HOME to another directory.",
                "runs",
            )
        yield


def supervise(
    port: int, address: str = "127.0.0.1", *, also: Callable[[], None] | None = None
) -> None:
    """Keep web and worker alive until a signal; `also` is called about every second meanwhile.

    For a home that is held `alone`.
    """
    _refuse_taken(port, address)
    os.environ.setdefault("STAYTRUE_BASE_URL", f"http://localhost:{port}")
    signals = Signals(signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
    place = ["--port", str(port), "--address", address]
    children = [Child("web", ["web", *place]), Child("worker", ["work"])]
    try:
        for child in children:
            child.start()
        click.echo(f"Staytrue runs at http://localhost:{port}. Ctrl-C stops it.", err=True)
        while signals.next(1 if also else None) not in (signal.SIGTERM, signal.SIGINT):
            for child in children:
                if child.has_ended():
                    child.fell()
            if also:
                also()
    finally:
        _end(children)
        signals.close()


def _refuse_taken(port: int, address: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Refused(
                f"Port {port} on {address} cannot be used: {error.strerror}. Choose another with "
                "--port.",
                "port_taken",
                port=port,
            ) from error


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@click.command(hidden=True)
@click.option("--port", type=int, required=True)
@click.option("--address", required=True)
@click.option("--site", default="staytrue.wsgi:application")
def web(port: int, address: str, site: str) -> None:
    """The web child of `up`; with another `site`, that of a bench."""
    die_with_parent()
    with database.running():
        Granian(
            site,
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=_THREADS,
            http1_settings=HTTP1Settings(max_buffer_size=_HEADERS_BYTES),
            respawn_failed_workers=True,
            workers_kill_timeout=10,
            log_level=LogLevels.error,
        ).serve()


@click.command
@click.option("--until-idle", is_flag=True, help="Stop when nothing is left to do.")
@click.option("--plans", is_flag=True, help="Only plan stays anew, beside a worker, then stop.")
@answers
def work(*, until_idle: bool, plans: bool) -> Answer:
    """Run the worker: watched folders, reactions, day close, seals."""
    die_with_parent()
    with open_home():
        if plans:
            done = replanning.help_out(clock.now())
            return Answer({"done": done}, [f"{done} planned."])
        if not until_idle:
            worker.serve()
            return Answer({"stopped": True}, ["Stopped."])
        done = worker.until_idle()
    return Answer({"done": done}, [f"{done} done."])


@click.command
@answers
def down() -> Answer:
    """Stop everything of this home."""
    try:
        ended = end_holder(settings.HOME / _LOCK, 2 * _END_SECONDS)
    except TimeoutError:
        raise Temporary("It does not end; look at its log.", "does_not_end") from None
    stopped = embedded.stop(settings.HOME) if database.is_embedded() else False
    was_running = ended or stopped
    return Answer({"was_running": was_running}, ["Stopped." if was_running else "Nothing ran."])
