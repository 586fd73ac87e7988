"""Profiles of the mirror: persons and companies as one PMS knows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, JsonResponse
from ninja import Router
from pydantic import Field

from staytrue.api import answers, schemas
from staytrue.mirror import reading

router = Router(tags=["profiles"])


@router.get("", response=schemas.ProfilePage)
def list_profiles(
    request: HttpRequest,
    property: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Field(ge=1, le=answers.LIMIT)] = 100,
) -> JsonResponse:
    """Profiles of your properties in key order; `after` is the `next` of the page before."""
    return answers.page(request, "profile", code=property, after=after, limit=limit)


@router.post("/{path:key}/reveal", response=schemas.Revealed)
def reveal_profile(request: HttpRequest, key: str, asked: schemas.Reason) -> JsonResponse:
    """What is masked of the profile; that it was shown, and why, stands in the audit."""
    return answers.revealed(request, reading.one_profile, key, asked.reason)


@router.get("/{path:key}", response=schemas.Profile)
def show_profile(
    request: HttpRequest,
    key: str,
    as_of: datetime | None = None,
    true_at: datetime | None = None,
) -> JsonResponse:
    """The profile CONNECTION:SOURCE_ID, or SOURCE_ID where it is unique.

    `as_of`: as we knew it then; `true_at`: as it stood at the PMS then.
    """
    return answers.one(request, "profile", reading.one_profile, key, as_of, true_at)
