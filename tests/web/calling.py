"""A web server of the tests, a process of its own, and PMSs that call it."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from django.conf import settings

from staytrue.connectors import registry
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection, Notification
from staytrue.kit.processes import CHILD
from staytrue.lab.pms.signed import Sender
from staytrue.staff import audit
from staytrue.web.hooks import Hooks
from tests import databases, make
from tests.web import served

ROOT = Path(__file__).parents[2]
JSON = {"content-type": "application/json"}
PATIENCE_SECONDS = 20
SENDER = Sender.drawn(7)


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int

    def post(
        self,
        path: str,
        body: bytes = b"{}",
        headers: Mapping[str, str] = JSON,
        method: str = "POST",
    ) -> Answer:
        """One call on a connection of its own."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)) as line:
            line.request(method, path, body=body, headers=dict(headers))
            told = line.getresponse()
            low = {name.lower(): value for name, value in told.getheaders()}
            return Answer(told.status, low, told.read())

    def line(self) -> socket.socket:
        """A bare connection, for callers that do not behave."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)


@contextmanager
def server() -> Iterator[Server]:
    """The product's server on the tests' database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    place = [
        "--port",
        str(port),
        "--address",
        "127.0.0.1",
        "--site",
        "tests.web.served:application",
    ]
    mine = {
        "STAYTRUE_HOME": str(settings.HOME),
        served.DATABASE: databases.COPY,
        CHILD: "web",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "staytrue.cli", "web", *place],
        env=os.environ | mine, process_group=0, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for _ in range(PATIENCE_SECONDS * 20):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            _a_moment()
        yield Server(port)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def _a_moment() -> None:
    """A twentieth of a second, by waiting on a socket to which nobody writes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.05)
        try:
            ours.recv(1)
        except TimeoutError:
            return


def post(hooks: Hooks, address: str, body: bytes) -> int:
    """One call, without a socket."""
    said: list[str] = []
    environ: dict[str, Any] = {
        "PATH_INFO": address,
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    hooks(environ, lambda status, _headers, _error=None: said.append(status))
    return int(said[0].split()[0])


def pushed(house: Property, name: str = "bio-mews") -> tuple[Connection, str]:
    """A connection whose PMS shows a secret in the address, and that address."""
    with scope.everything(), audit.acting("tests", make.NOON):
        link = Connection.objects.create(
            name=name, property=house, dialect="mews", created_at=make.NOON
        )
    return link, new_address(link)


def new_address(link: Connection) -> str:
    """Where the PMS of this connection calls from now on."""
    with scope.everything(), audit.acting("tests", make.NOON):
        return f"/hooks/{link.name}/{secrets.new_hook(link)}"


def signing(house: Property, name: str = "bio-signed") -> Connection:
    """A connection whose PMS signs."""
    with scope.everything(), audit.acting("tests", make.NOON):
        link = Connection.objects.create(
            name=name, property=house, dialect="signed", created_at=make.NOON
        )
        given = {"signing_secret": SENDER.secret}
        secrets.put_settings(link, given, registry.manifest("signed"))
    return link


def kept() -> list[Notification]:
    """Every notification, in the order of arrival."""
    with scope.everything():
        return list(Notification.objects.order_by("pk"))
