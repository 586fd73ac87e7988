"""Shared machines: one computer at a desk, several members, each act in the name of who did it.

A PIN opens nothing by itself: it counts on this machine only, for whoever signed in whole on it
within the last hours, and five wrong ones end that. What asks for a proof asks for more than a PIN.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.staff.access import Access, one_of, require
from staytrue.staff.models import Member, Seat, SharedMachine
from staytrue.staff.policies import policy
from staytrue.staff.sessions import LONGEST

COOKIE = "__Host-machine" if settings.HTTPS else "staytrue_machine"
MANAGE = "staff.manage"
PIN_MIN, PIN_MAX = 6, 12
WRONG_MAX = 5
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_YEAR = timedelta(days=366)


def share(access: Access, hotel: Property, name: str, now: datetime) -> tuple[SharedMachine, str]:
    """Make a computer of this hotel a shared one; the text is for its cookie and seen once."""
    require(access, MANAGE, hotel)
    if not clean(name):
        raise Refused("Give the computer a name, as it is called at the desk.", "machine_unnamed")
    token = secrets.token_urlsafe(32)
    machine = SharedMachine.objects.create(
        property=hotel, name=clean(name), token=_hash(token), made_at=now
    )
    return machine, token


def stop_sharing(access: Access, machine_id: int, now: datetime) -> None:
    """From now on no PIN opens anything there."""
    machine = one_of(access, SharedMachine.objects.filter(ended_at=None), MANAGE, pk=machine_id)
    machine.ended_at = now
    machine.save(update_fields=["ended_at"])
    Seat.objects.filter(machine=machine).delete()


def keep(response: HttpResponse, token: str) -> None:
    """Let this computer be known again."""
    response.set_cookie(COOKIE, token, max_age=int(_YEAR.total_seconds()), path="/",
                        secure=settings.HTTPS, httponly=True, samesite="Lax")  # fmt: skip


def machine_at(request: HttpRequest) -> SharedMachine | None:
    """The shared machine that this computer is."""
    return machine_at_token(request.COOKIES.get(COOKIE, ""))


def machine_at_token(token: str) -> SharedMachine | None:
    """The shared machine that keeps this text in its cookie."""
    if not token:
        return None
    with scope.everything():
        found = SharedMachine.objects.filter(token=_hash(token), ended_at=None)
        return found.select_related("property").first()


def seats(machine: SharedMachine, now: datetime) -> QuerySet[Seat]:
    """Who may come back to this machine by his PIN."""
    may = Seat.objects.filter(
        machine=machine,
        proved_at__gte=now - LONGEST,
        wrong_pins__lt=WRONG_MAX,
        member__is_active=True,
    )
    return may.exclude(member__pin="").select_related("member").order_by("member__name", "pk")


def sit_down(request: HttpRequest, member: Member, now: datetime) -> None:
    """He signed in whole: on a shared machine he may come back by PIN until the day is over."""
    machine = machine_at(request)
    if machine is None:
        return
    given = {"proved_at": now, "wrong_pins": 0}
    Seat.objects.update_or_create(machine=machine, member=member, defaults=given)
    request.session["machine"] = machine.pk


def come_back(request: HttpRequest, machine: SharedMachine, member_id: int, pin: str,
              now: datetime) -> Member:  # fmt: skip
    """Sit down by PIN, in a session of one's own; Refused says no more than that it did not open."""
    # The row is held: two tries at one moment count as two.
    seat = seats(machine, now).filter(member=member_id).select_for_update(of=("self",)).first()
    if seat is None or not check_password(pin, seat.member.pin):
        Seat.objects.filter(machine=machine, member=member_id).update(
            wrong_pins=F("wrong_pins") + 1
        )
        raise Refused(
            "This PIN does not open it. After five wrong ones the whole sign-in is needed.",
            "pin_wrong",
        )
    Seat.objects.filter(pk=seat.pk).update(wrong_pins=0)
    # Nothing of whoever sat here before goes on: neither his pages nor his proof.
    request.session.flush()
    login(request, seat.member, backend=_BACKEND)
    request.session["machine"] = machine.pk
    request.session["began_at"] = seat.proved_at.isoformat()
    request.session["seen_at"] = now.isoformat()
    return seat.member


def set_pin(member: Member, pin: str) -> None:
    """A PIN for shared machines; an empty one takes it away, and with it every seat."""
    if pin and not (pin.isascii() and pin.isdecimal() and PIN_MIN <= len(pin) <= PIN_MAX):
        raise Refused(f"A PIN has {PIN_MIN} to {PIN_MAX} digits.", "pin_unreadable")
    if pin and _is_guessable(pin):
        raise Refused("This PIN is guessed first. Choose one without a pattern.", "pin_weak")
    member.pin = make_password(pin) if pin else ""
    member.save(update_fields=["pin"])
    if not pin:
        Seat.objects.filter(member=member).delete()


def idle_in(request: HttpRequest, otherwise: timedelta) -> timedelta:
    """After how long without a click this session ends: on a shared machine soon."""
    if "machine" not in request.session:
        return otherwise
    return timedelta(minutes=policy().lock_minutes)


def _is_guessable(pin: str) -> bool:
    """One digit over and over, digits in a row, or one half said twice."""
    half = len(pin) // 2
    steps = {ord(later) - ord(earlier) for earlier, later in itertools.pairwise(pin)}
    return len(steps) == 1 or len(set(pin)) <= 2 or pin == pin[:half] * 2


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
