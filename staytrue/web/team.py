"""Members and roles: who works here, and what each role may do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.loyalty import modules
from staytrue.staff import actions, queries
from staytrue.staff.actions import RoleAt
from staytrue.staff.guard import access_in, needs, proved
from staytrue.staff.models import Grant
from staytrue.staff.rights import FIELDS, RIGHTS
from staytrue.staff.signin import invitation_path
from staytrue.web import reasons, words
from staytrue.web.acting import because, tried
from staytrue.web.pages import page

# Fields without which a stay or a profile is nothing cannot be hidden one by one.
_HIDEABLE = ("room_number", "amount", "room_amount", "folio", "payment_method", "emails", "phones",
             "addresses", "birth_date", "nationality", "notes", "custom", "rate_code", "source",
             "extras", "vip", "loyalty", "consents")  # fmt: skip


@needs("staff.manage")
@proved("POST")
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Everybody who works here; a new one by the form below."""
    access = access_in(request)
    if request.method == "POST":
        return _add(request)
    held: dict[int, list[Grant]] = defaultdict(list)
    for grant in queries.grants(access):
        held[grant.member_id].append(grant)
    everyone = queries.members(access)
    return page(
        request, "members.html", clock.now(),
        members=[(member, held[member.pk]) for member in everyone],
        roles=queries.roles(), hotels=Property.objects.all(),
    )  # fmt: skip


def _add(request: HttpRequest) -> HttpResponse:
    given = request.POST
    try:
        at = _role_at(given.get("role", ""), given.get("hotel", ""))
        member = actions.create_member(
            access_in(request), given.get("email", ""), given.get("name", ""), [at],
            language=request.LANGUAGE_CODE or "en",
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, reasons.of(refusal))
        return redirect("members")
    # No mail leaves for staff yet: the administrator hands the address over himself.
    invitation = request.build_absolute_uri(invitation_path(member))
    told = _("%(name)s is a member. Hand this address over; it leads to a first password: %(link)s")
    messages.success(request, told % {"name": member.name, "link": invitation})
    return redirect("member", member.pk)


def _role_at(role: str, hotel: str) -> RoleAt:
    return RoleAt(role, int(hotel) if hotel.isdecimal() else None)


@needs("staff.manage")
@proved("POST")
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: which role at which hotel; what is ticked counts at once."""
    access = access_in(request)
    found = get_object_or_404(queries.members(access), pk=pk)
    if request.method == "POST":
        wanted = [
            _role_at(*each.split("@", 1)) for each in request.POST.getlist("at") if "@" in each
        ]
        tried(
            request,
            because(request, lambda: actions.set_roles(access, found, wanted)),
            _("Saved. It counts from now on."),
        )
        return redirect("member", pk)
    held = {(g.role_id, g.property_id) for g in Grant.objects.filter(member=found)}
    places: list[Property | None] = [None, *Property.objects.all()]
    return page(
        request, "member.html", clock.now(), screen="members", member=found, places=places,
        factors=queries.factors_of(found),
        lines=[(role, [_cell(role.key, place, held) for place in places])
               for role in queries.roles()],
    )  # fmt: skip


@needs("staff.manage")
@proved("POST")
@require_POST
def remove_factors(request: HttpRequest, pk: int) -> HttpResponse:
    """His phone is lost: he sets up a new second factor himself, after his password."""
    access = access_in(request)
    found = get_object_or_404(queries.members(access), pk=pk)
    told = _("%(name)s signs in by password and sets up a new second factor at once.")
    tried(
        request,
        because(request, lambda: actions.remove_factors(access, found)),
        told % {"name": found.name},
    )
    return redirect("member", pk)


@dataclass(frozen=True)
class Cell:
    """A role at a hotel, held or not."""

    value: str
    held: bool
    place: str


def _cell(role: str, place: Property | None, held: set[tuple[str, int | None]]) -> Cell:
    pk = place.pk if place else None
    return Cell(f"{role}@{pk or ''}", (role, pk) in held, place.name if place else _("All hotels"))


@needs("staff.manage")
@proved("POST")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """He left: his sessions are dead at once."""
    access = access_in(request)
    found = get_object_or_404(queries.members(access), pk=pk)
    tried(
        request,
        because(request, lambda: actions.end_membership(access, found, clock.now())),
        _("%(name)s can no longer sign in.") % {"name": found.name},
    )
    return redirect("members")


@needs("staff.manage")
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do, side by side."""
    found = list(queries.roles())
    table = [(right, label, [right in role.rights for role in found])
             for right, label in _rights().items()]  # fmt: skip
    return page(request, "roles.html", clock.now(), screen="members", roles=found, table=table)


@needs("staff.manage")
@proved("POST")
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, key: str) -> HttpResponse:
    """One role: its rights, and fields it does not see although its rights would show them."""
    access = access_in(request)
    found = get_object_or_404(queries.roles(), pk=key)
    if request.method == "POST":
        given = request.POST
        unseen = [right for right in found.rights if right not in _rights()]
        rights = [*given.getlist("right"), *unseen]
        tried(
            request,
            because(
                request,
                lambda: actions.change_role(access, found, rights, given.getlist("hidden")),
            ),
            _("Saved. It counts from now on."),
        )
        return redirect("role", key)
    known = [(right, label, right in found.rights) for right, label in _rights().items()]
    hidden = [(name, words.word(words.FIELD, name), name in found.hidden_fields)
              for name in _HIDEABLE if name in FIELDS]  # fmt: skip
    return page(request, "role.html", clock.now(), screen="members", role=found, rights=known,
                fields=hidden)  # fmt: skip


def _rights() -> dict[str, str]:
    """The rights there are to give; of a module that is off nothing is said."""
    is_on = modules.is_on()
    return {right: label for right, label in RIGHTS.items() if is_on or right not in modules.RIGHTS}
