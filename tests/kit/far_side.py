"""Servers of this machine that behave badly, byte by byte, and certificates good and bad."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = b"HTTP/1.1 200 OK\r\n"


@dataclass
class Server:
    """Where it listens, and the heads of the requests it got."""

    port: int
    stopping: threading.Event
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"


Answer = Callable[[Server, socket.socket], None]


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a free port: reads each request's head, then answers as told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1], threading.Event())
        thread = threading.Thread(target=_accept, args=(listening, server, answer, tls))
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            # A last caller wakes the thread, which then sees that it is over.
            socket.create_connection(("127.0.0.1", server.port)).close()
            thread.join()


def _accept(
    listening: socket.socket, server: Server, answer: Answer, tls: ssl.SSLContext | None
) -> None:
    while True:
        caller, _ = listening.accept()
        if server.stopping.is_set():
            caller.close()
            return
        try:
            with tls.wrap_socket(caller, server_side=True) if tls else caller as wire:
                while head := _head(wire):
                    server.heads.append(head)
                    answer(server, wire)
        except OSError:
            # The other side left: that is what most of these tests want.
            caller.close()


def _head(wire: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        data = wire.recv(4096)
        if not data:
            return b""
        head += data
    return head


def says(whole: bytes) -> Answer:
    """The same bytes for every request."""
    return lambda _server, wire: wire.sendall(whole)


def body(content: bytes, *headers: bytes) -> bytes:
    """A whole answer with this body."""
    lines = [b"Content-Length: %d" % len(content), *headers]
    return OK + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + content


class Authority:
    """A certificate authority of the test's own; with a host it can show its own certificate."""

    def __init__(self, host: str = "") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named(host or "House authority")
        self.certificate = self._signed(self.name, self.key, days=3650, host=host)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def self_signed(self, folder: Path) -> ssl.SSLContext:
        """What a server shows that signed for itself."""
        return _showing(folder / "self.pem", self.key, self.certificate)

    def context(self, folder: Path, host: str, *, days: int = 30) -> ssl.SSLContext:
        """What a server of this host shows; negative days have passed already."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(_named(host), key, days=days, host=host)
        return _showing(folder / f"{host}.pem", key, certificate)

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int, host: str
    ) -> x509.Certificate:
        until = datetime.now(UTC) + timedelta(days=days)
        is_authority = key is self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - timedelta(days=4000))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )
        if host:
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _showing(
    chain: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> ssl.SSLContext:
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context
