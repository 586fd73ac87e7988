"""History by the export: JSON lines made by Mews over minutes, instead of thousands of pages.

Only the stays themselves come from its files; what belongs to them is gathered as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import msgspec

from staytrue.connectors.base import Bookmark, Delivery
from staytrue.connectors.mews.api import COUNT, Api, Page, Row
from staytrue.connectors.mews.gather import Gatherer
from staytrue.kit.errors import Temporary

_WAITING = ("Pending", "Processing")


def parcels(walk: Bookmark, calls: Api, gatherer: Gatherer) -> Iterator[Delivery]:
    """The next step of the export; `export` leaves the walk when all is kept or nothing came of it.

    The export may take longer than one fetch: the bookmark remembers it.
    """
    state = walk["export"]
    if "id" not in state:
        answer = calls.call("exports/add", {"EntityType": "Reservation"})
        state["id"] = msgspec.json.decode(answer["Export"])["Id"]
        yield _moved(walk)
    made = _made(calls, state["id"])
    if made.get("Status") in _WAITING:
        return
    if made.get("Status") != "Success":
        # It failed or was kept too long: the windows of the walk read the same stays.
        del walk["export"]
        yield _moved(walk)
        return
    for place, file in enumerate(made.get("Files") or []):
        if place < state.get("file", 0):
            continue
        # The address is signed anew at each look, and lives ten minutes.
        lines = _lines(calls, str(file["Url"]))
        for start in range(state.get("line", 0), len(lines), COUNT):
            rows = [msgspec.Raw(line) for line in lines[start : start + COUNT]]
            state.update(file=place, line=start + COUNT)
            yield gatherer.stays(Page(rows, None), deepcopy(walk))
        state.update(file=place + 1, line=0)
    # The windows of the stays are read; what else is to do stays.
    walk["todo"] = [entry for entry in walk["todo"] if entry[0] != "arrivals"]
    del walk["export"]
    yield _moved(walk)


def _made(calls: Api, id: str) -> Row:
    answer = calls.call("exports/getAll", {"ExportIds": [id]})
    found: list[Row] = msgspec.json.decode(answer.get("Exports", msgspec.Raw(b"[]")))
    return next((one for one in found if one.get("Id") == id), {"Status": "Expired"})


def _lines(calls: Api, url: str) -> list[bytes]:
    answer = calls.http.request("GET", url)
    if answer.status != 200:
        raise Temporary("The file of the export is gone; a new address is asked for.", "export")
    return [line for line in answer.body.splitlines() if line.strip()]


def _moved(walk: Bookmark) -> Delivery:
    return Delivery("reservation", b"", bookmark=deepcopy(walk))
