"""Answers when something is not there, not allowed, or broken: in our look, without a traceback."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from staytrue.kit import clock

log = structlog.get_logger(__name__)


def _answer(request: HttpRequest, status: int, title: str, text: str, **more: Any) -> HttpResponse:
    context = {"title": title, "text": text, "status": status, **more}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """400: the address or the form says something that cannot be read."""
    return _answer(
        request, 400, _("This cannot be read"),
        _("The address or the form holds something unexpected. Go back and try once more."),
    )  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """403: the role does not allow it; the audit knows."""
    return _answer(
        request, 403, _("Your role does not open this"),
        _("Ask an administrator if you need it for your work. This attempt is noted."),
    )  # fmt: skip


def no_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's form
    """403: the form was too old, or came from another site."""
    return _answer(
        request, 403, _("This form is too old"),
        _("It was open for too long, or cookies are off. Go back, load the page again, repeat."),
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """404: nothing here, or nothing he may see; the two look alike on purpose."""
    return _answer(
        request, 404, _("There is nothing here"),
        _("It does not exist, or it belongs to a hotel you do not work for. Try the search."),
    )  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; the id leads from the screen to the log."""
    number = f"{int(clock.now().timestamp() * 1000):X}"[-8:]
    log.error("page_failed", error_id=number, path=request.path)
    return _answer(
        request, 500, _("Something broke on our side"),
        _("Nothing was changed. Tell whoever runs Staytrue for your hotels this number."),
        error_id=number,
    )  # fmt: skip
