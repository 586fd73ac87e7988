"""Watched folders: complete files are taken in order of their instant, each once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import DatabaseError

from staytrue.connectors import registry
from staytrue.connectors.base import SHAPE_CHANGED, KnowsShape
from staytrue.connectors.export_files import folder as folders
from staytrue.connectors.export_files.connector import load_mapping
from staytrue.connectors.export_files.folder import Folder, Found, LocalFolder
from staytrue.connectors.export_files.mapping import MadeAt
from staytrue.flow import changing_pms, intake, mappings, parcels, reactions, restored
from staytrue.flow.leftovers import workshop
from staytrue.flow.outcome import Outcome
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import secrets
from staytrue.inbox.models import Connection
from staytrue.kit import clock
from staytrue.kit.errors import Misconfigured, Refused, StaytrueError
from staytrue.staff import audit
from staytrue.staff.actions import NewAsk, close_ask, open_ask

# A file of today is in the mirror within the minute that FEATURES A04 allows; a server of another
# house is not signed in to more often than this.
LOOK_EACH = {"folder": timedelta(seconds=10), "host": timedelta(seconds=30)}
BOOKMARK = "folder"
PAUSE_SECONDS = 1.0
logger = structlog.get_logger(__name__)


def watched() -> list[Connection]:
    """Connections that have a folder to look into and are not stopped."""
    with scope.everything():
        links = Connection.objects.select_related("property").filter(
            dialect="export_files", stopped_at=None, settings__has_any_keys=list(LOOK_EACH)
        )
        return list(links.order_by("id"))


def take_all(now: datetime) -> int:
    """Look into every watched folder; one connection's trouble never stops the others."""
    taken = 0
    for link in watched():
        try:
            if _is_due(link, now):
                taken += len(take_waiting(link, now))
        except Misconfigured as error:
            stop(link, error, now)
        except StaytrueError as error:
            # It is looked at again; if it stays so, the feed turns late and says so.
            logger.warning("folder", connection=link.name, trouble=error.sentence)
        except DatabaseError:
            raise
        except Exception:  # a bug met by one hotel's file must not stop the other hotels
            logger.exception("folder", connection=link.name)
    return taken


def take_waiting(link: Connection, now: datetime) -> list[Outcome]:
    """Take every complete file of a connection's folder, oldest first.

    A file is at rest when two looks show it with the same size and change, so the first look
    takes only what is marked as done.
    """
    with scope.everything():
        inbox.attempted(link, now)
        mark, looked_at = inbox.bookmark(link, BOOKMARK)
    before, taken = _files(mark.get("look")), _files(mark.get("taken"))
    outcomes: list[Outcome] = []
    with opened(secrets.opened(link)) as folder:
        look = folder.look()
        ready = folders.complete(
            before,
            look,
            _at_rest_since(look, looked_at, now),
            pattern=str(link.settings.get("pattern", "*")),
            needs_done=bool(link.settings.get("needs_done")),
        )
        waiting = [found for found in ready if taken.get(found.name) != found]
        layouts = {found.name: mappings.name(link, Path(found.name)) for found in waiting}
        mapped = [found for found in waiting if layouts[found.name]]
        for found in folders.in_order(mapped, _instants(layouts.values())):
            try:
                outcomes.append(_take(link, folder, found, now))
            except Refused as refusal:
                if refusal.code != "replaced":
                    raise
                continue
            taken[found.name] = found
            _remember(link, look, taken, now)
    _remember(link, look, taken, now)
    _tell_unmapped(link, [name for name, layout in layouts.items() if not layout], now)
    _tell_crowded(link, look, now)
    return outcomes


def take_now(link: Connection) -> list[Outcome]:
    """For a person who does not want to wait for the worker: two looks, a second apart."""
    outcomes = take_waiting(link, clock.now())
    time.sleep(PAUSE_SECONDS)
    return outcomes + take_waiting(link, clock.now())


def stop(link: Connection, error: StaytrueError, now: datetime) -> None:
    """Take nothing more until a person has acted, and ask for it."""
    with scope.everything():
        inbox.stop(link, error.code, {"reason": error.sentence}, now)
        facts = {"connection": link.name, "reason": error.sentence, "code": error.code}
        open_ask(_ask(link, "stopped_connection", facts), now)
        reactions.raise_screens([link.property_id])


def resume(link: Connection, *, by: str, now: datetime) -> None:
    """A person has mended what was wrong: take deliveries again."""
    if link.stopped_at is None:
        raise Refused(f"{link.name} is not stopped.", code="not_stopped")
    if link.stopped_code == changing_pms.CODE:
        raise Refused(
            f"{link.name} was given up for another PMS: its bookings would come a second time.",
            changing_pms.CODE,
        )
    with scope.everything(), audit.acting(by, now):
        _accept_shape(link, now)
        if link.stopped_code == restored.CODE:
            restored.believe(link, now)
        inbox.resume(link)
        close_ask(f"stopped_connection:{link.pk}", "resumed", now)
        audit.record("connection_resumed", f"connection:{link.pk}", property_id=link.property_id)
        reactions.raise_screens([link.property_id])


def _accept_shape(link: Connection, now: datetime) -> None:
    """Who resumes after the PMS changed has compared it with the mapping: its shape is learned anew."""
    connector = registry.live(link.dialect)
    if link.stopped_code in SHAPE_CHANGED and isinstance(connector, KnowsShape):
        mark, _ = inbox.bookmark(link, parcels.BOOKMARK)
        inbox.set_bookmark(link, parcels.BOOKMARK, connector.accept_shape(mark), now)


@contextmanager
def opened(settings: dict[str, Any]) -> Iterator[Folder]:
    """The folder that a connection's settings name: of this machine, or of an SFTP server."""
    if "host" in settings:
        with folders.sftp(settings) as folder:
            yield folder
    elif "folder" in settings:
        yield LocalFolder(Path(str(settings["folder"])))
    else:
        raise Refused(
            "This connection watches no folder. Name one with: staytrue connect … --set "
            "folder=PATH, or host, user, host_key and path of an SFTP server.",
            code="no_folder",
        )


def _is_due(link: Connection, now: datetime) -> bool:
    pause = next(pause for key, pause in LOOK_EACH.items() if key in link.settings)
    return link.last_attempt_at is None or now - link.last_attempt_at >= pause


def _at_rest_since(look: folders.Look, looked_at: datetime | None, now: datetime) -> datetime:
    """The instant to hold a file's change against. Two looks of ours that are long enough apart
    tell that it rests, whatever the clock of the server says.
    """
    if looked_at is None or now - looked_at < folders.REST:
        return now
    return max([now, *(found.modified_at + folders.REST for found in look.values())])


def _take(link: Connection, folder: Folder, found: Found, now: datetime) -> Outcome:
    """Import a private copy under the file's own name and change, which may tell its instant."""
    with workshop() as shop:
        path = shop / found.name
        folder.take(found, path)
        os.utime(path, ns=(0, round(found.modified_at.timestamp() * 1e9)))
        return intake.import_file(link, path, now=now)


def _instants(layouts: Iterable[str | None]) -> tuple[MadeAt, ...]:
    """How the mappings of these files read an instant from a name."""
    rules: dict[MadeAt, None] = {}
    for name in filter(None, layouts):
        rules |= dict.fromkeys(load_mapping(name).mapping.layout.made_at)
    return tuple(rules)


def _tell_unmapped(link: Connection, names: list[str], now: datetime) -> None:
    """Files that no mapping was named for are left alone, and somebody is asked what they are."""
    ask = _ask(link, "unmapped_files", {"connection": link.name, "file": ", ".join(names[:5])})
    with scope.everything():
        if names:
            open_ask(ask, now)
        else:
            close_ask(ask.key, "mapped", now)


def _tell_crowded(link: Connection, look: folders.Look, now: datetime) -> None:
    """Where older files are left out of sight, somebody is asked to clear the folder."""
    ask = _ask(link, "crowded_folder", {"connection": link.name, "count": len(look)})
    with scope.everything():
        if len(look) >= folders.FILES_MAX:
            open_ask(ask, now)
        else:
            close_ask(ask.key, "cleared", now)


def _ask(link: Connection, kind: str, facts: dict[str, Any]) -> NewAsk:
    return NewAsk(
        key=f"{kind}:{link.pk}",
        kind=kind,
        role="administrator",
        property_id=link.property_id,
        facts=facts,
        link=link.page(),
    )


def _remember(link: Connection, look: folders.Look, taken: folders.Look, now: datetime) -> None:
    """What this look showed, and what was taken of it; a file that went is forgotten."""
    value = {
        "look": _plain(look),
        "taken": _plain({name: found for name, found in taken.items() if name in look}),
    }
    with scope.everything():
        inbox.set_bookmark(link, BOOKMARK, value, now)


def _plain(files: folders.Look) -> dict[str, Any]:
    return {name: [found.size, found.modified_at.isoformat()] for name, found in files.items()}


def _files(plain: dict[str, Any] | None) -> dict[str, Found]:
    return {
        name: Found(name, size, datetime.fromisoformat(changed))
        for name, (size, changed) in (plain or {}).items()
    }
