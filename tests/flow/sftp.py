"""A real SFTP server on loopback for tests: one user, one host key, one folder."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        known = (username, password) == ("hotel", "invented")
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, root: Path) -> None:
        super().__init__(server)
        self.root = root

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def list_folder(self, path: str) -> Any:
        found = []
        for entry in self._at(path).iterdir():
            facts = paramiko.SFTPAttributes.from_stat(entry.lstat())
            facts.filename = entry.name
            found.append(facts)
        return found

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = paramiko.SFTPHandle(flags)
        # The transport closes it with the handle.
        handle.readfile = os.fdopen(os.open(self._at(path), os.O_RDONLY), "rb")  # type: ignore[attr-defined]
        return handle


class Server:
    """Where it listens, and the host key to pin."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = paramiko.ECDSAKey.generate()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.transports: list[paramiko.Transport] = []

    def settings(self, **changed: Any) -> dict[str, Any]:
        """What a connection's settings say of it."""
        pinned = f"{self.key.get_name()} {self.key.get_base64()}"
        given = {"host": "127.0.0.1", "port": self.port, "user": "hotel", "path": "/"}
        return given | {"password": "invented", "host_key": pinned} | changed

    def serve(self) -> None:
        """Answer until the listener is closed."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self.root)
            self.transports.append(transport)
            # A client that hangs up during the greeting is its own affair.
            transport.start_server(event=threading.Event(), server=_Door())


@contextmanager
def server(root: Path) -> Iterator[Server]:
    """A server over this folder while the block runs."""
    running = Server(root)
    thread = threading.Thread(target=running.serve, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        # Closing alone does not wake an accept that waits.
        running.listener.shutdown(socket.SHUT_RDWR)
        running.listener.close()
        thread.join()
        for transport in running.transports:
            transport.close()
