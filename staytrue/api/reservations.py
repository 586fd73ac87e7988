"""Reservations of the mirror."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, JsonResponse
from ninja import Router
from pydantic import Field

from staytrue.api import answers, schemas
from staytrue.hotel.codes import Status
from staytrue.mirror import reading

router = Router(tags=["reservations"])


@router.get("", response=schemas.ReservationPage)
def list_reservations(
    request: HttpRequest,
    property: str | None = None,
    status: Status | None = None,
    after: str | None = None,
    limit: Annotated[int, Field(ge=1, le=answers.LIMIT)] = 100,
) -> JsonResponse:
    """Reservations of your properties in key order; `after` is the `next` of the page before."""
    return answers.page(
        request, "reservation", code=property, status=status, after=after, limit=limit
    )


@router.get("/{path:key}", response=schemas.Reservation)
def show_reservation(
    request: HttpRequest,
    key: str,
    as_of: datetime | None = None,
    true_at: datetime | None = None,
) -> JsonResponse:
    """The reservation PROPERTY:NUMBER[:LEG], or NUMBER where it is unique.

    `as_of`: as we knew it then; `true_at`: as it stood at the PMS then.
    """
    return answers.one(request, "reservation", reading.one_reservation, key, as_of, true_at)
