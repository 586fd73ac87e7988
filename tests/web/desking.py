"""The desk of the demo house: departments, cases in every state, money, a hand-over, a busy night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from staytrue.desk import (
    busy,
    climbing,
    configuring,
    handing,
    moving,
    opening,
    paying,
    spot_checks,
    writing,
)
from staytrue.desk.models import BusyReport, Case, Department
from staytrue.desk.opening import NewCase, Note
from staytrue.desk.terms import Step
from staytrue.guests.card import guest_of
from staytrue.guests.models import Link
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.mirror.models import Profile, Reservation
from staytrue.staff import audit
from staytrue.staff.access import Access, access_of, house_access
from staytrue.staff.actions import RoleAt, create_member
from staytrue.staff.models import Member

HOUR = timedelta(hours=1)
AS = {"desk-house": "carmen.vidal", "today-house": "carmen.vidal", "next-auditor": "hugo.perrin"}
"""Whose these pages are; all others are the administrator's."""


def pages() -> dict[str, str]:
    """The board, a case in several states, the hand-over, the figures."""
    with scope.everything():
        found = {each.words.split()[0].lower(): each.pk for each in Case.objects.order_by("pk")}
        report = BusyReport.objects.first()
        recovery = Case.objects.get(pk=found["noise"])
        guest = guest_of(Case.objects.get(pk=found["feather"]).profile_id or 0)
    return {
        "desk": "/desk/",
        "desk-house": "/desk/",
        "next": "/next/",
        "next-auditor": "/next/",
        "today-house": "/today/",
        "stay-cases": f"/stays/{recovery.reservation_id}/",
        **({"guest-cases": f"/guests/{guest.public_id}/cases/"} if guest else {}),
        "desk-one": "/desk/?hotel=BIO",
        "desk-nothing": "/desk/?only=late&hotel=LIS",
        "case-recovery": f"/desk/{found['noise']}/",
        "case-new": f"/desk/{found['two']}/",
        "case-done": f"/desk/{found['cot']}/",
        "case-offered": f"/desk/{found['taxi']}/",
        "shift": "/desk/shift/BIO/",
        "desk-figures": "/desk/figures/",
        "desk-figures-opened": "/desk/figures/?of=recovery",
        "spot-checks": "/desk/checks/",
        "outside-reviews": "/desk/reviews/",
        "desk-settings": "/desk/settings/BIO/",
        "busy-reports": "/desk/reports/",
        **({"busy-report": f"/desk/reports/{report.pk}/"} if report else {}),
    }


def build(now: datetime) -> None:
    """An afternoon at Hotel Sirga."""
    with scope.everything():
        sirga = Property.objects.get(code="BIO")
        _housekeeping(sirga, now)
        lea, iker, manager = (_who(name) for name in ("Léa Morel", "Iker Zabala", "Elena Ruiz"))
        _set_up(manager, sirga, now)
        stays = list(
            Reservation.objects.filter(property=sirga, status="in_house").exclude(room_number=None)
            .exclude(room_number="").order_by("arrival_on", "pk")[:4]
        )  # fmt: skip
        _requests(iker, sirga, stays, now)
        _recovery(lea, manager, sirga, stays[0], now)
        _preference(lea, sirga, now)
        climbing.climb(now)
        _drawn(manager, sirga, now)


def _housekeeping(sirga: Property, now: datetime) -> None:
    with audit.acting("scene", now):
        create_member(house_access("scene"), "carmen.vidal@tresrios.example", "Carmen Vidal",
                      [RoleAt("department", sirga.pk)])  # fmt: skip


def _who(name: str) -> Access:
    return access_of(Member.objects.get(name=name))


def _set_up(manager: Access, sirga: Property, now: datetime) -> None:
    configuring.set_setting(manager, sirga.pk, now, duty_role="general_manager",
                            money_limit=Decimal(50), rooms=24, busy_percent=60,
                            reason="Agreed with the owners")  # fmt: skip
    configuring.set_rule(manager, sirga.pk, "time", "check_in", "La habitación está a las 15:00.",
                         {"not_before": "15:00"}, now)  # fmt: skip
    configuring.set_type(manager, sirga.pk, "cot", "request", "department", 30, now, name="Cuna",
                         steps=[Step("front_desk", 30)])  # fmt: skip
    for key, name, role in (("front", "Recepción", "front_desk"),
                            ("house", "Pisos", "department"),
                            ("tech", "Mantenimiento", "department")):  # fmt: skip
        configuring.set_department(manager, sirga.pk, key, name, role, now,
                                   *((time(7), time(22)) if key == "house" else ()))  # fmt: skip
    house = Department.objects.get(property=sirga, key="house")
    carmen = Member.objects.get(name="Carmen Vidal")
    configuring.set_members(manager, house.pk, [carmen.pk], now)


def _requests(iker: Access, sirga: Property, stays: list[Reservation], now: datetime) -> None:
    room = [each.room_number or "" for each in stays]
    early = now - 3 * HOUR
    done = opening.quick(iker, sirga.pk, "Cot for a baby", room[1], "house", early)
    moving.take(iker, done.pk, early + HOUR / 4)
    moving.complete(iker, done.pk, early + HOUR)
    late = opening.quick(iker, sirga.pk, "Shower drains slowly", room[2], "tech", early)
    writing.comment(iker, late.pk, "Sergio looks at it after the lift.", (), early + HOUR)
    opening.quick(iker, sirga.pk, "Two extra pillows", room[0], "house", now - HOUR / 3)
    taxi = opening.quick(iker, sirga.pk, "Taxi to the airport at 05:30", room[3], "front", now)
    moving.take(iker, taxi.pk, now)
    handing.offer(iker, taxi.pk, "front_desk", None, "I leave at ten.", now)


def _recovery(
    lea: Access, manager: Access, sirga: Property, stay: Reservation, now: datetime
) -> None:
    at = now - 2 * HOUR
    case = opening.open_case(
        lea,
        NewCase(property_id=sirga.pk, kind="recovery", words="Noise at night from the lift shaft",
                cause="noise", reservation_id=stay.pk),
        at,
    )  # fmt: skip
    moving.take(lea, case.pk, at + HOUR / 6)
    writing.comment(lea, case.pk, "The fan is off since 15:10. New bearing on Friday.",
                    [manager.member_id or 0], at + HOUR / 2)  # fmt: skip
    note = Note("The fan of the lift shaft ran all night; the house was full.",
                "Two nights with little sleep before a talk.")  # fmt: skip
    paying.propose(lea, case.pk, "refund", Decimal(80), "Two bad nights.", at + HOUR, note)


def _preference(lea: Access, sirga: Property, now: datetime) -> None:
    """About a guest who is recognised already."""
    linked = Link.objects.filter(until_at=None).values("profile_id")
    known = Profile.objects.filter(property_id=sirga.pk, pk__in=linked).earliest("pk")
    opening.open_case(
        lea,
        NewCase(property_id=sirga.pk, kind="preference", words="Feather pillows, and a high floor",
                profile_id=known.pk),
        now - HOUR,
    )  # fmt: skip


def _drawn(manager: Access, sirga: Property, now: datetime) -> None:
    busy.settle(now)
    day = now.astimezone(ZoneInfo(sirga.timezone)).date()
    spot_checks.draw(manager, sirga.pk, day, 3, 7, now)
