"""The fields a mapping may fill, what kind of cell each is, and the types its document must have."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from staytrue.connectors.export_files.mapping_layout import Refuse

RESERVATION = {
    **dict.fromkeys(("number", "leg"), "key"),
    **dict.fromkeys(("group_number", "property", "source", "currency"), "text"),
    **dict.fromkeys(("room_number", "room_category", "rate_code", "notes"), "text"),
    **dict.fromkeys(("status", "board", "channel", "segment", "payment_method"), "code"),
    "tax_included": "code",
    **dict.fromkeys(("arrival_on", "departure_on"), "date"),
    **dict.fromkeys(("created_at", "modified_at", "cancelled_at"), "instant"),
    **dict.fromkeys(("checked_in_at", "checked_out_at"), "instant"),
    **dict.fromkeys(("nights", "adults", "children", "infants", "version"), "count"),
    **dict.fromkeys(("amount", "room_amount"), "amount"),
}
PROFILE = {
    "source_id": "key",
    "full_name": "name",
    **dict.fromkeys(("title", "first_name", "last_name", "second_last_name"), "text"),
    **dict.fromkeys(("language", "nationality", "country", "vip", "card_token"), "text"),
    **dict.fromkeys(("notes", "merged_into"), "text"),
    "birth_date": "date",
    "modified_at": "instant",
    "version": "count",
}
PARTS = {
    "emails": ("address", "type"),
    "phones": ("number", "type"),
    "addresses": ("line1", "line2", "postcode", "city", "region", "country", "type"),
    "loyalty": ("programme", "number", "level"),
    "consents": ("state", "at"),
}
NEEDED = {"emails": "address", "phones": "number", "loyalty": "programme"}
"""A part without this cell says nothing."""

Texts = str | list[str]


class _Cell(msgspec.Struct):
    column: str = ""
    columns: list[str] = []
    first: list[str] = []
    plus: list[str] = []
    join: str = ""
    value: str = ""
    prefix: Texts = ""
    position: bool = False
    occurrence: bool = False
    split: str = ""
    date: Texts = ""
    when: str = ""
    decimal: str = ""
    thousands: str = ""
    per: str = ""
    order: list[str] = []
    plain: list[str] = []
    sharer: str = ""
    type: str = ""


Spec = str | _Cell


def _table(name: str, cells: tuple[str, ...], **others: Any) -> type[msgspec.Struct]:
    fields: dict[str, Any] = dict.fromkeys(cells, Spec) | others
    return msgspec.defstruct(
        name, [(key, type_ | UnsetType, UNSET) for key, type_ in fields.items()]
    )


def _lists_of(shape: Any) -> Any:
    return list[shape]


_parts = {
    kind: _lists_of(
        _table(kind, cells, each=str, column=str, purpose=str, channel=str, values=dict[str, str])
    )
    for kind, cells in PARTS.items()
}
_profile = _table(
    "profile",
    tuple(PROFILE),
    role=str,
    kind=str,
    required=list[str],
    custom=dict[str, Spec],
    **_parts,
)


class _Extra(msgspec.Struct):
    column: Spec
    split: str = ""
    parts: list[str] = []
    part_delimiter: str = ""


class _Skip(msgspec.Struct):
    column: str
    words: list[str]


class _MadeAt(msgspec.Struct):
    format: str
    name: str = ""
    cell: tuple[int, int] | None = None


class _File(msgspec.Struct):
    format: str
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    header_row: int | None = None
    final_newline: bool = True
    end_line: str = ""
    records: str = ""
    sheet: str = ""
    entry: str = ""
    null: list[str] = []
    language: str = ""
    made_at: Literal["mtime"] | _MadeAt | list[Literal["mtime"] | _MadeAt] = "mtime"
    rows_min: int = 0
    rows_per_booking: str = ""
    ids: list[str] = []
    decimal: str = ""
    thousands: str = ""


class _Scope(msgspec.Struct):
    kind: str = ""
    days_before: int = 0
    days_after: int = 0


_document = _table(
    "document", (), title=str, object=str, file=_File, scope=_Scope,
    reservation=_table("reservation", tuple(RESERVATION), required=list[str]), profile=_profile,
    guests=_lists_of(_profile), extras=list[_Extra], values=dict[str, dict[str, str | bool]],
    values_dated=dict[str, Any], labels=dict[str, Any], custom=dict[str, Spec], skip=list[_Skip],
    checks=list[str],
)  # fmt: skip


def check_types(document: dict[str, Any], refuse: Refuse) -> None:
    """Refuses a value of the wrong type by the place it stands at."""
    try:
        msgspec.convert(document, _document)
    except msgspec.ValidationError as error:
        why, _, place = str(error).partition(" - at `$")
        raise refuse(place.strip(".`") or "the top", why.replace("Object", "Table")) from None
