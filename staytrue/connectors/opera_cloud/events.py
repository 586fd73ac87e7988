"""Business events, polled from the queue or pushed by the stream → hints of what to read again.

Which elements an event carries is configured in each hotel, so it is never taken for the truth.
"""

from __future__ import annotations

from typing import Any

from staytrue.connectors.base import Hint
from staytrue.connectors.opera_cloud.reading import Json, objects, one, text
from staytrue.connectors.opera_cloud.words import House
from staytrue.kit.errors import Unreadable

# Elements of any module that name a reservation or a profile.
_RESERVATION_IDS = ("RESV NAME ID", "RESERVATION NAME ID", "RESERVATION ID", "RESV ID")
_PROFILE_IDS = ("NAME ID", "PROFILE ID")
_RESERVATION_ACTIONS = ("RESERVATION", "CHECK IN", "CHECK OUT", "CANCEL", "NO SHOW")


def of_queue(item: Json) -> tuple[Json, Json]:
    """Header and envelope of one dequeued event, in the words of the stream."""
    event = one(item, "businessEvent")
    header = one(event, "header")
    said = {
        "module": header.get("moduleName"),
        "action": header.get("actionType"),
        "key": header.get("primaryKey"),
        "hotel": header.get("hotelId"),
        "at": header.get("createdDateTime"),
        "publisher": header.get("publisherId"),
        "event": text(item, "businessEventId", "id"),
    }
    details = [
        {**detail, "elementName": detail.get("dataElement")} for detail in objects(event, "details")
    ]
    return said, {"detail": details}


def of_stream(event: Json) -> tuple[Json, Json]:
    """The same of one event of the stream."""
    said = {
        "module": event.get("moduleName"),
        "action": event.get("eventName"),
        "key": event.get("primaryKey"),
        "hotel": event.get("hotelId"),
        "at": event.get("timestamp"),
        "publisher": event.get("publisherId"),
        "event": text(event, "metadata", "uniqueEventId"),
        "offset": text(event, "metadata", "offset"),
    }
    return said, event


def stream_events(message: Json) -> list[Json]:
    """The event of a `next` message, of its payload, or alone; other messages carry none."""
    inner = one(message, "payload") or message
    inner = one(inner, "data") or inner
    return objects(inner, "newEvent")


def hints_of(said: Json, event: Json, house: House | None) -> list[Hint]:
    """What to read again; nothing for other hotels and for modules that are not ours.

    Without a house they were told apart before.
    """
    if house and not house.is_ours(text(said, "hotel")):
        return []
    changed = [detail for detail in objects(event, "detail") if _is_changed(detail)]
    entity, key = _entity(said), text(said, "key")
    if entity and key is None:
        raise Unreadable("The event names no primaryKey.", "no_number")
    facts: dict[str, Any] = {
        name: found
        for name in ("event", "action", "at", "offset", "publisher")
        if (found := text(said, name))
    }
    names = [name for detail in changed if (name := text(detail, "elementName"))]
    facts["changed"] = list(dict.fromkeys(names))
    hints = [Hint(entity, key, facts)] if entity and key else []
    action = (text(said, "action") or "").upper()
    merged = {"merged_into": key} if entity == "profile" and "MERGE" in action else {}
    others = [
        (kind, id_)
        for detail in changed
        if (kind := _named_by((text(detail, "elementName") or "").upper()))
        for value in ("oldValue", "newValue")
        if (id_ := text(detail, value)) and id_ != key
    ]
    return hints + [
        Hint(kind, id_, dict(merged) if kind == "profile" else {}) for kind, id_ in others
    ]


def _named_by(element: str) -> str | None:
    """What kind of record an element's value is the id of."""
    if element in _RESERVATION_IDS:
        return "reservation"
    return "profile" if element.endswith(_PROFILE_IDS) else None


def _is_changed(detail: Json) -> bool:
    """Both ways may send what did not change; blank is absent in the queue, empty in the stream."""
    return text(detail, "oldValue") != text(detail, "newValue")


def _entity(said: Json) -> str | None:
    """Which record an event is about. The module is a name, or in some systems a bare number."""
    module = (text(said, "module") or "").upper()
    action = (text(said, "action") or "").upper()
    if module.isdecimal() or not module:
        if "PROFILE" in action:
            return "profile"
        return "reservation" if any(word in action for word in _RESERVATION_ACTIONS) else None
    return {"PROFILE": "profile", "RESERVATION": "reservation"}.get(module)
