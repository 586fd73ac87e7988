"""Step-up: before an act of weight the member shows once more that it is he who sits there.

Signing in whole is such a proof, and so are the password, a code or a passkey later; coming back
to a shared machine by PIN is none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

HOLDS = timedelta(minutes=10)
_MARK = "proved_at"


def note(request: HttpRequest, now: datetime) -> None:
    """He has just proved who he is."""
    request.session[_MARK] = now.isoformat()


def holds(request: HttpRequest, now: datetime) -> bool:
    """Whether he proved it a moment ago."""
    proved = request.session.get(_MARK)
    return proved is not None and now - datetime.fromisoformat(proved) <= HOLDS


def ask(request: HttpRequest) -> HttpResponse:
    """To the page that asks for the proof; from there back to where the act stands, to repeat it."""
    back = urlencode({"next": _page(request)})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{back}")


def _page(request: HttpRequest) -> str:
    """The page he comes from: an address that only takes forms cannot be gone back to."""
    if request.method == "GET":
        return request.get_full_path()
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return reverse("home")
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
