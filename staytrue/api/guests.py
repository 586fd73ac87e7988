"""Guests: persons across hotels and PMSs, by ids that answer for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Router
from pydantic import Field

from staytrue.api import answers, schemas
from staytrue.guests import canonical, past, queries
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.staff.access import one_of
from staytrue.staff.guard import access_in

router = Router(tags=["guests"])


@router.get("", response=schemas.GuestPage)
def list_guests(
    request: HttpRequest,
    property: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Field(ge=1, le=answers.LIMIT)] = 100,
) -> JsonResponse:
    """Guests of your properties, the oldest first; `after` is the `next` of the page before."""
    access = access_in(request)
    right = answers.RIGHTS["profile"]
    hotel = one_of(access, Property.objects.all(), right, code=property) if property else None
    found = queries.page(access, hotel, answers.place("guest", after), limit + 1)
    known = past.listed(access, found[:limit], clock.now())
    more = found[limit - 1].pk if len(found) > limit else None
    told = [each.as_of for each in known]
    return JsonResponse(
        {
            "items": [canonical.line(each) for each in known],
            "next": answers.cursor("guest", [more]) if more else None,
            "as_of": min((text for text in told if text), key=datetime.fromisoformat, default=None),
        }
    )


@router.get("/{uuid:public_id}", response=schemas.Guest)
def show_guest(
    request: HttpRequest,
    public_id: UUID,
    as_of: datetime | None = None,
    true_at: datetime | None = None,
) -> JsonResponse:
    """The guest of this id, or what became of it: `moved`, `split` and `erased` name the current.

    `as_of`: as we knew him then; `true_at`: as it was at the hotels then. Without a zone: UTC.
    """
    moment = past.Moment(_in_utc(as_of), _in_utc(true_at))
    known = past.guest(access_in(request), public_id, moment, clock.now())
    return JsonResponse(canonical.guest(known))


def _in_utc(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant and not instant.tzinfo else instant
