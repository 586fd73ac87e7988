"""Record what a PMS answers, for a bug report: one turn of the worker, everybody's data replaced.

Nothing of the product behaves otherwise meanwhile: what came is kept and applied as always. A
replay answers the connector from the files and asks nobody.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from staytrue.connectors import registry
from staytrue.connectors.base import Hint, Http, Live, Settings, Translated
from staytrue.connectors.disguise import HOST, Disguise
from staytrue.connectors.fields import secret_names
from staytrue.flow import living, outgoing, parcels
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox.models import Connection
from staytrue.kit.errors import Refused
from staytrue.kit.http import Response

FORM = 1
_FACTS = "bundle.json"
_HINTS_MOST = 200


@dataclass
class Exchange:
    """One question and its answer, as they were."""

    method: str
    url: str
    body: bytes
    answer: Response


@dataclass
class Recorder:
    """A way out that remembers what was asked and answered."""

    http: Http
    exchanges: list[Exchange] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """As the way out below."""
        answer = self.http.request(method, url, headers=headers, body=body)
        self.exchanges.append(Exchange(method, url, body, answer))
        return answer


def record(link: Connection, to: Path, clock: Callable[[], datetime]) -> int:
    """One turn of this connection, recorded; answers how many exchanges the bundle holds."""
    now = clock()
    if registry.live(link.dialect) is None:
        raise _files()
    with scope.everything():
        settings = outgoing.open_settings(link, now)
        recorder = Recorder(outgoing.way_out(link, settings.values))
        mark, _at = inbox.bookmark(link, parcels.BOOKMARK)
        inbox.forget_turns(link)
    living.turn(link, clock, recorder)
    if not recorder.exchanges:
        raise Refused(
            "Nothing was asked: another process reads this connection just now, or it is stopped. "
            "Try again in a moment.",
            "nothing_recorded",
        )
    write(to, link.dialect, settings, mark, recorder.exchanges)
    return len(recorder.exchanges)


def write(
    to: Path, dialect: str, settings: Settings, mark: Mapping[str, Any], exchanges: list[Exchange]
) -> None:
    """The bundle: what was said, in disguise."""
    if to.exists() and any(to.iterdir()):
        raise Refused(f"{to} is not empty. Name a new directory.", "not_empty")
    disguise = Disguise(secrets.token_bytes(32))
    own = {name: said for name, said in settings.values.items() if isinstance(said, str)}
    disguise.learn_values(own)
    for each in exchanges:
        disguise.learn(each.body)
        disguise.learn(each.answer.body)
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = {
        "form": FORM,
        "dialect": dialect,
        "read_at": settings.read_at.isoformat(),
        "zone": settings.zone,
        "country": settings.country,
        "currency": settings.currency,
        "settings": _own(dialect, own, disguise),
        "bookmark": disguise.values(mark),
    }
    _write(to / _FACTS, facts)
    for number, each in enumerate(exchanges, 1):
        said = {
            "method": each.method,
            "address": disguise.address(each.url),
            "question": disguise.body(each.body).decode(),
            "status": each.answer.status,
            "headers": disguise.headers(each.answer.headers),
            "answer": disguise.body(each.answer.body).decode(),
        }
        _write(to / f"{number:04}.json", said)


def _own(dialect: str, values: Mapping[str, str], disguise: Disguise) -> dict[str, str]:
    """The settings: secrets and ids as they are disguised elsewhere, every address another one."""
    secret = secret_names(registry.manifest(dialect))
    made = {}
    for name, said in values.items():
        if "://" in said:
            made[name] = f"https://{HOST}"
        elif said.isdecimal() and name not in secret:
            made[name] = said
        else:
            made[name] = disguise.text(said)
    return made


@dataclass
class Replayer:
    """A way out that leads to the bundle."""

    exchanges: list[dict[str, Any]]

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - a bundle asks for no credentials
        body: bytes = b"",
    ) -> Response:
        """The answer to this very question, else the next one of its address."""
        place = url.partition(HOST)[2]
        same = [e for e in self.exchanges if (e["method"], e["address"]) == (method, place)]
        exact = [e for e in same if e["question"].encode() == body]
        if not same:
            path = place.partition("?")[0]
            raise Refused(f"The bundle holds no answer to {method} {path}.", "not_recorded")
        found = (exact or same)[0]
        self.exchanges.remove(found)
        return Response(found["status"], found["headers"], found["answer"].encode(), 0.0)


def replay(folder: Path, dialect: str = "") -> Iterator[Translated]:
    """What the connector makes of a bundle, record by record; its errors are those of the day."""
    facts, exchanges = _read(folder)
    connector = registry.live(dialect or str(facts["dialect"]))
    if connector is None:
        raise _files()
    # Of its own class, so that no token of this process is in it.
    connector = type(connector)() if isinstance(connector, Live) else connector
    now = datetime.fromisoformat(str(facts["read_at"]))
    settings = Settings(
        property="REPLAY",
        zone=str(facts["zone"]),
        country=str(facts["country"]),
        currency=str(facts["currency"]),
        read_at=now,
        values=facts["settings"],
    )
    http = Replayer(exchanges)
    wanted: list[Hint] = []
    for parcel in connector.fetch(facts["bookmark"], http, settings, now):
        if not parcel.body:
            continue
        for said in connector.translate(parcel.body, settings, parcel.context):
            wanted += said.hints
            yield said
    for hint in wanted[:_HINTS_MOST]:
        try:
            read = connector.read(hint, http, settings)
        except Refused as trouble:
            if trouble.code != "not_recorded":
                raise
            # It was not asked for in the recorded turn.
            continue
        if read is not None:
            yield from connector.translate(read.body, settings, read.context)


def _read(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        files = sorted(path for path in folder.glob("*.json") if path.name != _FACTS)
        exchanges = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    except (OSError, ValueError) as error:
        raise Refused(f"{folder} is no recording of Staytrue.", "no_recording") from error
    if facts.get("form") != FORM:
        raise Refused(f"{folder} was recorded by another version.", "no_recording")
    return facts, exchanges


def _files() -> Refused:
    return Refused("This connector reads files: send one of them instead.", "nothing_recorded")


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
