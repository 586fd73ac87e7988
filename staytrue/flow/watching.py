"""Watched folders: complete files are taken in order of their instant, each once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from staytrue.connectors import export_files
from staytrue.flow import intake
from staytrue.flow.outcome import Outcome
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit.errors import StaytrueError


def watched() -> list[Connection]:
    """Connections that have a folder to look into and are not stopped."""
    with scope.everything():
        links = Connection.objects.select_related("property").filter(
            dialect="export_files", stopped_at=None, settings__has_key="folder"
        )
        return list(links.order_by("id"))


def take_waiting(link: Connection, now: datetime) -> list[Outcome]:
    """Take every complete file of a connection's folder, oldest first."""
    with scope.everything():
        inbox.attempted(link, now)
    outcomes = []
    for found in export_files.complete_files(link.settings, now):
        with export_files.local_copy(found) as path:
            outcomes.append(intake.import_file(link, Path(path), now=now))
        export_files.set_aside(found)
    return outcomes


def take_all(now: datetime) -> int:
    """Look into every watched folder; one connection's trouble never stops the others."""
    taken = 0
    for link in watched():
        try:
            taken += len(take_waiting(link, now))
        except StaytrueError as error:
            with scope.everything():
                inbox.stop(link, error.code, {"reason": error.sentence}, now)
    return taken
