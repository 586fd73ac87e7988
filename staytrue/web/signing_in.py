"""What the group asks of those who sign in, and the computers that several members share."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.staff import actions, sharing
from staytrue.staff.access import one_of, require_everywhere, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.staff.models import SharedMachine
from staytrue.staff.policies import policy
from staytrue.web import given
from staytrue.web.acting import because, tried
from staytrue.web.pages import page

MANAGE = "staff.manage"
_CHOICES = (
    ("sensitive", gettext_lazy("Whoever could harm many guests")),
    ("everybody", gettext_lazy("Everybody")),
    ("nobody", gettext_lazy("Nobody: only to try Staytrue out")),
)


@needs(MANAGE)
@proved("POST")
@require_http_methods(["GET", "POST"])
def signing_in(request: HttpRequest) -> HttpResponse:
    """The policy, which counts at everybody's next click, and the shared computers."""
    access, form = access_in(request), request.POST
    require_everywhere(access, MANAGE)
    if request.method == "POST":
        minutes = given.number(form.get("minutes", "")) or 0
        chosen = form.get("second_factor", "")
        tried(
            request,
            because(request, lambda: actions.set_policy(access, chosen, minutes)),
            _("Saved. It counts from now on."),
        )
        return redirect("signing_in")
    shared = SharedMachine.objects.filter(ended_at=None).select_related("property")
    return page(
        request, "signing_in.html", clock.now(), screen="members", policy=policy(),
        choices=_CHOICES, hotels=visible_to(access, Property.objects.all(), MANAGE),
        machines=visible_to(access, shared.order_by("property__code", "name"), MANAGE),
    )  # fmt: skip


@needs(MANAGE)
@proved("POST")
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Share the computer one sits at: it keeps a cookie by which it is known."""
    access, form, response = access_in(request), request.POST, redirect("signing_in")
    hotel = one_of(access, Property.objects.all(), MANAGE, pk=given.known(form.get("hotel", "")))

    def act() -> None:
        _machine, token = sharing.share(access, hotel, form.get("name", ""), clock.now())
        sharing.keep(response, token)

    told = _("This computer is shared. Members sign in on it once, then come back by PIN.")
    tried(request, act, told)
    return response


@needs(MANAGE)
@proved("POST")
@require_POST
def stop_sharing(request: HttpRequest, pk: int) -> HttpResponse:
    """No PIN opens anything on that computer any more."""
    access = access_in(request)
    tried(
        request,
        lambda: sharing.stop_sharing(access, pk, clock.now()),
        _("No PIN opens anything there any more."),
    )
    return redirect("signing_in")
