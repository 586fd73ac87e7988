"""The description of the answers, taken from the canonical records: written nowhere twice."""

from __future__ import annotations

from datetime import date, datetime
from types import GenericAlias, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from ninja import Schema
from pydantic import create_model

from staytrue.guests.canonical import STAY_FIELDS
from staytrue.guests.composing import FIELDS, SEVERAL
from staytrue.guests.identities import State
from staytrue.hotel import records
from staytrue.hotel.codes import GuestRole, OutOfSight, Segment


def _described(record: type[msgspec.Struct], **own: Any) -> type[Schema]:
    """A schema with the fields of a canonical record, and some of its own."""
    fields: dict[str, Any] = {name: _kind(hint) for name, hint in get_type_hints(record).items()}
    return _schema(record.__name__, fields | own)


def _kind(hint: Any) -> Any:
    """The same type, with a schema in the place of each record in it."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _described(hint)
    inner = tuple(map(_kind, get_args(hint)))
    if get_origin(hint) in (Union, UnionType):
        return Union[inner]  # noqa: UP007 - put together at run time
    return GenericAlias(get_origin(hint), inner) if inner else hint


def _schema(name: str, fields: dict[str, Any]) -> type[Schema]:
    given: dict[str, Any] = {field: (kind, ...) for field, kind in fields.items()}
    made: type[Schema] = create_model(name, __base__=Schema, **given)
    return made


_SHOWN: dict[str, Any] = {"as_of": datetime | None, "hidden": list[str], "masked": list[str]}
_SIGHT: dict[str, Any] = {
    "derived_segment": Segment | None,
    "seen_on": date | None,
    "out_of_sight_since": datetime | None,
    "out_of_sight_cause": OutOfSight | None,
}

Reservation: Any = _described(records.Reservation, **_SIGHT, **_SHOWN)
Profile: Any = _described(records.Profile, **_SHOWN)

_ProfileOfGuest: Any = _schema("ProfileOfGuest", {"key": str, "as_of": datetime | None})
_golden = {name: hint for name, hint in get_type_hints(records.Profile).items() if name in FIELDS}
_GUEST: dict[str, Any] = {
    "id": UUID,
    "state": State,
    "current": list[UUID],
    "name": str,
    # A guest whose id is another's now has no fields of his own.
    **{name: _kind(hint) if name in SEVERAL else str | None for name, hint in _golden.items()},
    "profiles": list[_ProfileOfGuest],
    **_SHOWN,
}
_STAY: dict[str, Any] = {
    "key": str,
    "roles": list[GuestRole],
    **{
        name: _kind(hint)
        for name, hint in get_type_hints(records.Reservation).items()
        if name in STAY_FIELDS
    },
    "as_of": datetime | None,
}
_StayOfGuest: Any = _schema("StayOfGuest", _STAY)
GuestLine: Any = _schema("GuestLine", _GUEST)
Guest: Any = _schema("Guest", _GUEST | {"stays": list[_StayOfGuest], "nights": int})


class Reason(Schema):
    """Why something that is masked is to be shown."""

    reason: str


class Revealed(Schema):
    """What was masked, by name."""

    key: str
    values: dict[str, Any]


def _page(of: Any) -> Any:
    fields: dict[str, Any] = {"items": list[of], "next": str | None, "as_of": datetime | None}
    return _schema(f"{of.__name__}Page", fields)


ReservationPage: Any = _page(Reservation)
ProfilePage: Any = _page(Profile)
GuestPage: Any = _page(GuestLine)
