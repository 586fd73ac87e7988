"""What the settings page of a desk can do: each act reads its form and calls one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, QueryDict

from staytrue.desk import accounting, configuring
from staytrue.desk.terms import Step
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.staff.access import Access
from staytrue.web import given

STEPS = range(3)
Act = Callable[[], object]


def act_of(request: HttpRequest, access: Access, hotel: Property, now: datetime) -> Act:
    """What is to be done, ready to be tried; nothing is done yet."""
    form = request.POST
    made = _ACTS.get(form.get("act", ""))
    if made is None:
        raise Http404
    reason = clean(form.get("reason", ""))
    return lambda: made(access, hotel, form, now, reason)


def _setting(a: Access, hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    return configuring.set_setting(
        a, hotel.pk, now, duty_role=form.get("duty_role", ""),
        money_limit=_amount(form, "money_limit"), rooms=_whole(form, "rooms", None),
        busy_percent=_whole(form, "busy_percent", 0) or 0,
        checks_a_day=_whole(form, "checks_a_day", 0) or 0,
        repeat_days=_whole(form, "repeat_days", 0) or 0, reason=reason,
    )  # fmt: skip


def _department(a: Access, hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    made = configuring.set_department(
        a, hotel.pk, _text(form, "key"), _text(form, "name"), form.get("role", ""), now,
        _hour(form, "opens"), _hour(form, "closes"), reason,
    )  # fmt: skip
    members = [given.known(each) for each in form.getlist("members")]
    configuring.set_members(a, made.pk, members, now, reason)
    return made


def _shift(a: Access, _hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    begins, ends = _hour(form, "begins"), _hour(form, "ends")
    if begins is None or ends is None:
        raise Refused("Hours have a beginning and an end.", "hours_unreadable")
    who = form.get("member", "")
    return configuring.set_shift(
        a, given.known(form.get("department", "")), _text(form, "name"),
        [given.known(each) for each in form.getlist("days")], begins, ends, form.get("role", ""),
        given.known(who) if who else None, now, reason,
    )  # fmt: skip


def _end_shift(a: Access, _hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    configuring.end_shift(a, given.known(form.get("id", "")), now, reason)
    return None


def _type(a: Access, hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    steps = [
        Step(form.get(f"step-{n}-role", ""), _whole(form, f"step-{n}-minutes", 0) or 0)
        for n in STEPS
        if form.get(f"step-{n}-role", "")
    ]
    return configuring.set_type(
        a, hotel.pk, _text(form, "key") or form.get("kind", ""), form.get("kind", ""),
        form.get("role", ""), _whole(form, "minutes", 0) or 0, now, name=_text(form, "name"),
        department=form.get("department", ""), steps=steps,
        is_reviewed=bool(form.get("is_reviewed")),
        handovers_max=_whole(form, "handovers_max", 0) or 0, reason=reason,
    )  # fmt: skip


def _rule(a: Access, hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    bounds: dict[str, Any] = {
        name: _text(form, name) for name in ("not_before", "not_after") if _text(form, name)
    }
    bounds |= {name: str(_amount(form, name)) for name in ("least", "most") if _text(form, name)}
    allowed = [each.strip() for each in _text(form, "allowed").split(",") if each.strip()]
    if allowed:
        bounds["allowed"] = allowed
    return configuring.set_rule(
        a, hotel.pk, form.get("about", ""), _text(form, "subject"), _text(form, "text"), bounds,
        now, reason,
    )  # fmt: skip


def _end_rule(a: Access, _hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    configuring.end_rule(a, given.known(form.get("id", "")), now, reason)
    return None


def _trigger(a: Access, hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    return configuring.set_trigger(
        a, hotel.pk, form.get("trigger", ""), form.get("type_key", ""), now, reason
    )


def _hook(a: Access, hotel: Property, form: QueryDict, now: datetime, reason: str) -> object:
    allowed = [each for each in [_text(form, "allowed")] if each]
    return accounting.set_hook(
        a, hotel.pk, _text(form, "url"), now, reason=reason, allowed=allowed,
        is_on=bool(form.get("is_on")), new_key=bool(form.get("new_key")),
    )  # fmt: skip


def _again(a: Access, _hotel: Property, form: QueryDict, now: datetime, _reason: str) -> object:
    return accounting.again(a, given.known(form.get("id", "")), now)


_Made = Callable[[Access, Property, QueryDict, datetime, str], object]
_ACTS: Mapping[str, _Made] = {
    "setting": _setting, "department": _department, "shift": _shift, "end_shift": _end_shift,
    "type": _type, "rule": _rule, "end_rule": _end_rule, "trigger": _trigger, "hook": _hook,
    "again": _again,
}  # fmt: skip


def _text(form: QueryDict, name: str) -> str:
    return clean(form.get(name, "")).strip()


def _whole(form: QueryDict, name: str, without: int | None) -> int | None:
    text = _text(form, name)
    if not text:
        return without
    found = given.number(text)
    # More than any number here may be: PostgreSQL would refuse it less kindly.
    if found is None or found > 10**6:
        raise Refused("Write whole numbers.", "number_unreadable")
    return found


def _amount(form: QueryDict, name: str) -> Decimal:
    try:
        found = Decimal(_text(form, name).replace(",", "."))
    except InvalidOperation as error:
        raise Refused("Write the amount as a number.", "amount_unreadable") from error
    if not found.is_finite():
        raise Refused("Write the amount as a number.", "amount_unreadable")
    return found


def _hour(form: QueryDict, name: str) -> time | None:
    text = _text(form, name)
    try:
        return time.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("Write an hour as 14:30.", "hours_unreadable") from error
