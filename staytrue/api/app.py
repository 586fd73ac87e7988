"""The API as a whole: who may call it, how an error looks, and its description at openapi.json."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.utils import check_csrf

from staytrue.api import cases, guests, loyalty, profiles, reservations
from staytrue.kit.errors import Forbidden, Refused, StaytrueError
from staytrue.staff import factors
from staytrue.staff.access import Access, require
from staytrue.staff.guard import access_in
from staytrue.staff.middleware import deny


def _caller(request: HttpRequest) -> Access | None:
    """The member behind a key, or the one whose session it is; a key needs a right of its own."""
    access = access_in(request)
    if access.member_id is None:
        return None
    if getattr(request, "by_key", False):
        require(access, "api.use")
        return access
    # The cookie of a session goes along by itself: who writes shows that the page was ours.
    if check_csrf(request) is not None:
        raise Forbidden("This form is too old, or came from another site.", "csrf")
    if factors.is_missing(access):
        raise Forbidden("Your role needs a second factor first.", "second_factor_missing")
    return access


api = NinjaAPI(
    title="Staytrue",
    version="1",
    description="Reservations and profiles as the PMS says them, the guests they make, and cases. Every "
    "answer carries `as_of`: each change up to that instant is in it.",
    docs_url=None,  # its page would fetch from a foreign server
    openapi_url=None,  # served below, as a view whose rights are known
    auth=_caller,
    urls_namespace="api",
)
api.add_router("reservations", reservations.router)
api.add_router("profiles", profiles.router)
api.add_router("guests", guests.router)
api.add_router("cases", cases.router)
api.add_router("loyalty", loyalty.router)


@api.get("/openapi.json", auth=None, include_in_schema=False)
def openapi(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - ninja looks at the name
    """The description of the API; it holds nothing of the house."""
    return JsonResponse(api.get_openapi_schema())


def _answer(error: StaytrueError, status: int) -> HttpResponse:
    return JsonResponse({"detail": error.sentence, "code": error.code}, status=status)


@api.exception_handler(Forbidden)
def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    """What one may not see does not exist; both stand in the audit."""
    deny(request, error)
    return _answer(error, 404 if error.code == "not_visible" else 403)


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(error, {"several": 409, "not_known_then": 404}.get(error.code, 400))
