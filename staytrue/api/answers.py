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
from staytrue.kit.errors import Forbidden, Refused
from staytrue.mirror.models import Freshness
from staytrue.mirror.reading import Found, Wanted, stream
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
    wanted = Wanted(object, ids, status, _place(object, after), limit=limit + 1)
    found = list(stream(wanted))
    more = found[limit - 1].place if len(found) > limit else None
    feeds = visible_to(access, Freshness.objects.filter(object=object, property_id__in=ids))
    oldest = feeds.aggregate(at=Min("true_through"))["at"]
    return JsonResponse(
        {
            "items": [_shown(each, each.record(), access) for each in islice(found, limit)],
            "next": signing.dumps([object, more], salt=_SALT) if more else None,
            "as_of": oldest,
        }
    )


def _place(object: str, cursor: str | None) -> list[Any] | None:
    if cursor is None:
        return None
    try:
        of, place = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature:
        of, place = None, None
    if of != object:
        raise Refused("`after` is not a cursor of this list: take `next` as it came.", "cursor")
    return list(place)


def one(
    request: HttpRequest,
    object: str,
    find: Callable[[str, list[int]], Found],
    key: str,
    as_of: datetime | None,
) -> JsonResponse:
    """One record by its key, now or as it was known; what is not visible does not exist."""
    access = access_in(request)
    try:
        found = find(key, sorted(access.where(RIGHTS[object])))
    except Refused as error:
        if error.code != "not_found":
            raise
        raise Forbidden(
            f"There is no {object} {key}.", "not_visible", object=f"{object}:{key}"
        ) from error
    if as_of is None:
        record = found.record()
    else:
        zone = ZoneInfo(found.house.zone)
        record = past.as_known(found, as_of if as_of.tzinfo else as_of.replace(tzinfo=zone))
    return JsonResponse(_shown(found, record, access))


def _shown(found: Found, record: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """The record as this member may read it; how old it is, everybody may know."""
    shown = redact(record, access, found.row["property_id"])
    return {**shown, "as_of": record["as_of"]}
