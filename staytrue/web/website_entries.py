"""What guests wrote on the hotels' websites, for who reads notes; and the form to put there."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staytrue.forms import confirming, website
from staytrue.forms.models import WebsiteEntry
from staytrue.forms.website import OPEN, RIGHT
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.messages.queries import READ
from staytrue.staff.access import Access, one_of, visible_to
from staytrue.staff.guard import access_in, needs
from staytrue.web import given, website_form
from staytrue.web.acting import tried
from staytrue.web.pages import page

_LISTED = 50


@needs(RIGHT)
def entries(request: HttpRequest) -> HttpResponse:
    """The list, newest first, and each hotel's form."""
    access, now = access_in(request), clock.now()
    found = website.entries(access, given.number(request.GET.get("after", "")), _LISTED)
    mails = confirming.messages_of(found)
    return page(
        request, "website_entries.html", now, screen="guests",
        entries=[
            (each, access.may("contact.read", each.property_id),
             mails.get(each.pk) if access.may(READ, each.property_id) else None)
            for each in found
        ],
        later=found[-1].pk if len(found) == _LISTED else None,
        hotels=[(hotel, website.is_open(hotel), _address(hotel), _plain(hotel))
                for hotel in _hotels(access)],
    )  # fmt: skip


@needs(RIGHT)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has read it, or throws it away."""
    access, now = access_in(request), clock.now()
    one_of(access, WebsiteEntry.objects.all(), RIGHT, pk=pk)
    if request.POST.get("act") == "discard":
        tried(request, lambda: website.discard(access, pk, now), _("Thrown away."))
    else:
        tried(request, lambda: website.read(access, pk, now), _("Read."))
    return redirect("website_entries")


@needs(OPEN)
@require_POST
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Open or close a hotel's form."""
    access, now = access_in(request), clock.now()
    hotel = one_of(access, Property.objects.all(), OPEN, code=code)
    is_wanted = request.POST.get("act") == "open"
    done = _("The form is open.") if is_wanted else _("The form is closed.")
    tried(request, lambda: website.set_open(access, hotel, now, is_wanted=is_wanted), done)
    return redirect("website_entries")


def _hotels(access: Access) -> list[Property]:
    if not access.may_anywhere(OPEN):
        return []
    return list(visible_to(access, Property.objects.order_by("name"), OPEN))


def _address(hotel: Property) -> str:
    return f"{settings.BASE_URL}{reverse('website_form', args=[hotel.code])}"


def _plain(hotel: Property) -> str:
    """The same form as plain HTML, for a page of the hotel's own."""
    labels = {
        "first_name": _("First name"), "last_name": _("Last name"), "email": _("E-mail"),
        "phone": _("Mobile number"),
    }  # fmt: skip
    lines = [f'<form method="post" action="{_address(hotel)}">']
    for name, label in labels.items():
        kind = {"email": "email", "phone": "tel"}.get(name, "text")
        lines.append(f'  <label>{label} <input type="{kind}" name="{name}"></label>')
    trap = website_form.TRAP
    lines += [
        f'  <label>{_("Your message")} <textarea name="words"></textarea></label>',
        f'  <label><input type="checkbox" name="news"> {_("News and offers")}</label>',
        f'  <input name="{trap}" hidden tabindex="-1" autocomplete="off">',
        f"  <button>{_('Send')}</button>",
        "</form>",
    ]
    return "\n".join(lines)
