"""What both resources share: pages by cursor, and one record by its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Min
from django.http import HttpRequest, JsonResponse

from staytrue.changes import past
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.models import Freshness
from staytrue.mirror.reading import Found, Wanted, stream
from staytrue.staff import masks
from staytrue.staff.access import Access, one_of, redact, visible_to
from staytrue.staff.guard import access_in

RIGHTS = {"reservation": "stays.read", "profile": "profiles.read"}
LIMIT = 1_000
_SALT = "api cursor"


def page(
    request: HttpRequest,
    object: str,
    *,
    code: str | None,
    status: str | None = None,
    after: str | None,
    limit: int,
) -> JsonResponse:
    """One page of a list: the records, the cursor of the next page, and the oldest `as_of`."""
    access = access_in(request)
    right = RIGHTS[object]
    if code is None:
        ids = sorted(access.where(right))
    else:
        ids = [one_of(access, Property.objects.all(), right, code=code).pk]
    wanted = Wanted(object, ids, status, place(object, after), limit=limit + 1)
    found = list(stream(wanted))
    more = found[limit - 1].place if len(found) > limit else None
    feeds = visible_to(access, Freshness.objects.filter(object=object, property_id__in=ids))
    oldest = feeds.aggregate(at=Min("true_through"))["at"]
    return JsonResponse(
        {
            "items": [_shown(each, each.record(), access) for each in islice(found, limit)],
            "next": cursor(object, more) if more else None,
            "as_of": oldest,
        }
    )


def cursor(object: str, place: list[Any]) -> str:
    """Where the next page of a list begins, in a form that only we can write."""
    return signing.dumps([object, place], salt=_SALT)


def place(object: str, after: str | None) -> list[Any] | None:
    """The place that a cursor of this list names."""
    if after is None:
        return None
    try:
        of, found = signing.loads(after, salt=_SALT)
    except signing.BadSignature:
        of, found = None, None
    if of != object:
        raise Refused("`after` is not a cursor of this list: take `next` as it came.", "cursor")
    return list(found)


def one(
    request: HttpRequest,
    object: str,
    find: Callable[[str, list[int]], Found],
    key: str,
    as_of: datetime | None,
    true_at: datetime | None,
) -> JsonResponse:
    """One record by its key, now, as it was known or as it was; what is not visible is not there."""
    access = access_in(request)
    found = _found(access, object, find, key)
    if as_of is None and true_at is None:
        record = found.record()
    else:
        zone = ZoneInfo(found.house.zone)
        known_at = _in(zone, as_of) or clock.now()
        record = past.as_known(found, known_at, _in(zone, true_at))
    return JsonResponse(_shown(found, record, access))


def revealed(
    request: HttpRequest, find: Callable[[str, list[int]], Found], key: str, reason: str
) -> JsonResponse:
    """The masked values of one profile, which its reader may read and says why he needs."""
    access = access_in(request)
    found = _found(access, "profile", find, key)
    record, property_id = found.record(), found.row["property_id"]
    names = redact(record, access, property_id)["masked"]
    masks.reveal(f"profile:{found.row['id']}", names, reason, property_id)
    said = {**(record["custom"] or {}), **record}
    return JsonResponse({"key": found.key, "values": {name: said[name] for name in names}})


def _found(access: Access, object: str, find: Callable[[str, list[int]], Found], key: str) -> Found:
    try:
        return find(key, sorted(access.where(RIGHTS[object])))
    except Refused as error:
        if error.code != "not_found":
            raise
        raise Forbidden(
            f"There is no {object} {key}.", "not_visible", object=f"{object}:{key}"
        ) from error


def _in(zone: ZoneInfo, instant: datetime | None) -> datetime | None:
    """An instant without a zone as the hotel's clocks show it."""
    return instant.replace(tzinfo=zone) if instant and not instant.tzinfo else instant


def _shown(found: Found, record: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """The record as this member may read it; how old it is, everybody may know."""
    shown = redact(record, access, found.row["property_id"])
    return {**shown, "as_of": record["as_of"]}
