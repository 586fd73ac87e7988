"""The programme's terms: what counts, and drafts written by another program of the house."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema

from staytrue.hotel import scope
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden
from staytrue.loyalty import modules, terms, tiers, versions
from staytrue.loyalty.versions import Version
from staytrue.staff.access import Access, require
from staytrue.staff.guard import access_in

router = Router(tags=["loyalty"])


class Terms(Schema):
    """Terms with their number; those of a draft count for nothing yet."""

    number: int
    state: str
    from_on: date | None
    terms: dict[str, Any]
    ladder: dict[str, Any]
    expires_after: int | None
    written_by: str
    written_at: datetime


class TermsPage(Schema):
    """All there are, the newest first."""

    items: list[Terms]


class NewTerms(Schema):
    """A draft: points by rules or by room charge, never both."""

    terms: dict[str, Any]
    ladder: dict[str, Any] = {}
    expires_after: int | None = None
    reason: str = ""


@router.get("/terms", response=TermsPage)
def list_terms(request: HttpRequest) -> JsonResponse:
    """What the programme says and said, the newest first."""
    _access(request, "loyalty.read")
    with scope.everything():
        found = versions.listed()
    return JsonResponse({"items": [_shown(each) for each in found]})


@router.post("/terms", response={201: Terms})
def write_terms(request: HttpRequest, given: NewTerms) -> JsonResponse:
    """Keep a draft in the place of the last one; a person tries it and lets it go live.

    By key only: a page of another site could make a browser with a session send this.
    """
    access = _access(request, modules.MANAGE)
    if not getattr(request, "by_key", False):
        raise Forbidden("Write with an API key, or on the programme's page.", "needs_key")
    raw = given.dict(include={"terms", "ladder", "expires_after"})
    made = versions.write(access, raw, clock.now(), given.reason)
    return JsonResponse(_shown(versions.read(made)), status=201)


def _access(request: HttpRequest, right: str) -> Access:
    access = access_in(request)
    require(access, right)
    with scope.everything():
        if not modules.is_on():
            raise Forbidden("There is no programme here.", "not_visible", object="loyalty")
    return access


def _shown(version: Version) -> dict[str, Any]:
    return {
        "number": version.number, "state": version.state, "from_on": version.from_on,
        "terms": terms.stored(version.terms), "ladder": tiers.stored(version.ladder),
        "expires_after": version.expires_after, "written_by": version.written_by,
        "written_at": version.written_at,
    }  # fmt: skip
