"""How a desk works, set by its managers: looked at in words first, then saved with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from staytrue.desk import accounting, colleagues, configuring, paying, working
from staytrue.desk.kinds import Kind
from staytrue.desk.models import CaseType, Department, DepartmentMember, HouseRule, TriggerRule
from staytrue.desk.terms import DEFAULTS
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, visible_to
from staytrue.staff.guard import access_in, needs, proved
from staytrue.web import desk_manager_words, desk_sentences, desk_words, given, reasons
from staytrue.web.acting import tried
from staytrue.web.desk import role_names
from staytrue.web.desk_setting_acts import STEPS, act_of
from staytrue.web.pages import page
from staytrue.web.words import word

_SHOWN = 12


@needs(configuring.RIGHT)
@require_GET
def first(request: HttpRequest) -> HttpResponseBase:
    """The settings of the first hotel whose desk he manages."""
    hotels = _hotels(access_in(request))
    if not hotels:
        raise Http404
    return redirect("desk_settings", hotels[0].code)


@needs(configuring.RIGHT)
@proved("POST", acts=("hook",))
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, code: str) -> HttpResponseBase:
    """What holds, in sentences and forms; what a change would mean; and the change."""
    access, now = access_in(request), clock.now()
    hotel = one_of(access, Property.objects.all(), configuring.RIGHT, code=given.plain(code))
    changes: tuple[list[str], list[str]] | None = None
    if request.method == "POST":
        made = act_of(request, access, hotel, now)
        if request.POST.get("do") == "look":
            changes = _looked(request, hotel, made, access, now)
        elif tried(request, _kept(request, made), _("Saved. It counts from now on.")):
            return redirect("desk_settings", code)
    return page(request, "desk_settings.html", now, screen="desk",
                **_shown(request, access, hotel), changes=changes)  # fmt: skip


def _kept(request: HttpRequest, made: Callable[[], object]) -> Callable[[], object]:
    def kept() -> object:
        with transaction.atomic():
            found = made()
        # A new key is shown once, to be copied to the receiver.
        if isinstance(found, str) and found:
            told = _("The key of the notices, shown this once: %(key)s") % {"key": found}
            messages.warning(request, told)
        return found

    return kept


def _looked(
    request: HttpRequest, hotel: Property, made: Callable[[], object], access: Access, now: datetime
) -> tuple[list[str], list[str]] | None:
    """What would hold no more and what would hold instead; nothing is changed."""
    before = desk_sentences.of(hotel)
    try:
        with transaction.atomic(), audit.acting(access.actor, now, "looked at"):
            made()
            after = desk_sentences.of(hotel)
            transaction.set_rollback(True)
    except Refused as refusal:
        messages.error(request, reasons.of(refusal))
        return None
    return [each for each in before if each not in after], [
        each for each in after if each not in before
    ]


def _hotels(access: Access) -> list[Property]:
    return list(visible_to(access, Property.objects.order_by("code"), configuring.RIGHT))


def _shown(request: HttpRequest, access: Access, hotel: Property) -> dict[str, Any]:
    departments = colleagues.departments([hotel.pk])
    types = working.types_of(hotel.pk)
    names = {row.key: desk_sentences.type_name(row)
             for row in CaseType.objects.filter(property=hotel)}  # fmt: skip
    type_names = {key: names.get(key) or word(desk_words.KIND, key) for key in types}
    roles = role_names()
    return {
        "hotel": hotel, "hotels": _hotels(access), "sentences": desk_sentences.of(hotel),
        "roles": roles, "departments": departments, "type_names": type_names,
        "kinds": [each.value for each in Kind], "steps": list(STEPS),
        "about": desk_words.PROMISED, "triggers": desk_manager_words.TRIGGER,
        "people": sorted({(each.member_id, each.name) for each in colleagues.at(hotel.pk)},
                         key=lambda each: each[1]),
        "shifts": [(row.pk, desk_sentences.shift(row, roles))
                   for row in desk_sentences.shifts(hotel)],
        "rules": [(row, desk_sentences.rule(row, hotel.currency))
                  for row in desk_sentences.rules(hotel)],
        "days": desk_manager_words.DAYS,
        "chosen": dict(TriggerRule.objects.filter(property=hotel).values_list("trigger", "type_key")),
        "hook": accounting.hook_of(access, hotel.pk),
        "notices": list(accounting.notices(access, hotel.pk)[:_SHOWN]),
        "may_private": access.may(accounting.PRIVATE, hotel.pk),
        "may_export": access.may(paying.EXPORT, hotel.pk) and access.may(paying.READ, hotel.pk),
        "v": _values(request, hotel), "act": request.POST.get("act", ""),
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip


def _values(request: HttpRequest, hotel: Property) -> dict[str, dict[str, Any]]:
    """What each form shows: what was just typed, else what is to be changed, else what is kept."""
    setting = working.setting_of(hotel.pk)
    kept: dict[str, dict[str, Any]] = {
        "setting": {
            name: getattr(setting, name)
            for name in ("money_limit", "rooms", "busy_percent", "checks_a_day", "repeat_days")
        } | {"duty_role": setting.duty_role_id},
        "department": _department(hotel, request.GET.get("department", "")),
        "type": _type(hotel, request.GET.get("type", "")),
        "rule": _rule(hotel, request.GET.get("rule", "")),
        "shift": {}, "trigger": {}, "hook": {},
    }  # fmt: skip
    if request.method == "POST" and request.POST.get("act") in kept:
        kept[request.POST["act"]] = _typed(request.POST)
    return kept


def _typed(form: QueryDict) -> dict[str, Any]:
    many = {name: form.getlist(name) for name in ("members", "days")}
    return {**form.dict(), **many, **{f"step{n}": _step(form, n) for n in STEPS}}


def _step(form: QueryDict, n: int) -> dict[str, str]:
    return {name: form.get(f"step-{n}-{name}", "") for name in ("role", "minutes")}


def _department(hotel: Property, key: str) -> dict[str, Any]:
    row = Department.objects.filter(property=hotel, key=given.plain(key)).first()
    if row is None:
        return {}
    members = DepartmentMember.objects.filter(department=row).values_list("member_id", flat=True)
    return {
        "key": row.key, "name": row.name, "role": row.role_id, "members": list(map(str, members)),
        "opens": f"{row.opens:%H:%M}" if row.opens else "",
        "closes": f"{row.closes:%H:%M}" if row.closes else "",
    }  # fmt: skip


def _type(hotel: Property, key: str) -> dict[str, Any]:
    if key not in working.types_of(hotel.pk):
        return {"kind": Kind.REQUEST.value, "handovers_max": DEFAULTS["request"].handovers_max}
    terms = working.terms_of(hotel.pk, key)
    row = CaseType.objects.filter(property=hotel, key=key).first()
    steps = {
        f"step{n}": {"role": each.role, "minutes": each.minutes}
        for n, each in enumerate(terms.steps)
    }
    return {
        "key": key, "kind": terms.kind.value, "name": row.name if row else "", "role": terms.role,
        "minutes": terms.minutes, "department": terms.department,
        "is_reviewed": terms.is_reviewed, "handovers_max": terms.handovers_max, **steps,
    }  # fmt: skip


def _rule(hotel: Property, id_: str) -> dict[str, Any]:
    number = given.number(id_) if id_ else None
    row = HouseRule.objects.filter(property=hotel, until_at=None, pk=number or 0).first()
    if row is None:
        return {}
    bounds = {name: value for name, value in row.bounds.items() if value not in (None, [], ())}
    allowed = ", ".join(bounds.pop("allowed", []))
    hours = {name: str(bounds[name])[:5] for name in ("not_before", "not_after") if name in bounds}
    return {"about": row.about, "subject": row.subject, "text": row.text, "allowed": allowed,
            **bounds, **hours}  # fmt: skip


@needs(paying.EXPORT)
@proved("GET")
@require_GET
def file(request: HttpRequest, code: str) -> HttpResponse:
    """The approved money as a file: what accounting is to post."""
    access, now = access_in(request), clock.now()
    hotel = one_of(access, Property.objects.all(), paying.EXPORT, code=given.plain(code))
    out = StringIO()
    paying.export(access, hotel.pk, out, now)
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="accounting-{hotel.code}.csv"'
    return answer
