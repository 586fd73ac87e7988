"""Before busy nights somebody reads the exceptions: due the day before, with a receipt."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from staytrue.desk import access as seen
from staytrue.desk import spot_checks
from staytrue.desk.figures import busy_spans
from staytrue.desk.models import BusyReport, Case, DeskSetting, SpotCheck
from staytrue.desk.reporting import RIGHT, occupied
from staytrue.desk.terms import RELATIONS
from staytrue.kit.errors import Refused
from staytrue.staff.access import Access, one_of, visible_to
from staytrue.staff.actions import NewAsk, close_ask, open_ask

KIND = "exception_report"
AHEAD = timedelta(days=14)
DUE = time(18)
"""Of the day before, in the hotel's own time."""
LOOK_BACK = timedelta(days=30)
TAKEN = ("confirmed", "in_house", "checked_out")


def settle(now: datetime) -> int:
    """Open the reports of tomorrow's busy nights, escalate those nobody read; how many were opened."""
    opened = sum(_of_hotel(each, now) for each in _houses())
    for late in BusyReport.objects.filter(read_at=None, escalated_at=None, due_at__lt=now):
        duty = DeskSetting.objects.get(property_id=late.property_id).duty_role_id
        late.escalated_at = now
        late.save(update_fields=["escalated_at"])
        open_ask(_ask(late, duty), now)
    return opened


def _houses() -> QuerySet[DeskSetting]:
    """Hotels whose rooms are known: without them nothing is busy."""
    return DeskSetting.objects.filter(rooms__isnull=False).select_related("property")


def _of_hotel(setting: DeskSetting, now: datetime) -> int:
    hotel, zone = setting.property, ZoneInfo(setting.property.timezone)
    today = now.astimezone(zone).date()
    nights = occupied([hotel.pk], today, today + AHEAD, TAKEN)
    opened = 0
    for first, last in busy_spans(nights, setting.rooms or 0, setting.busy_percent):
        # The day before, or at once where it turned out busy only today.
        if first - today > timedelta(days=1) or _is_known(hotel.pk, first):
            continue
        due_at = datetime.combine(first - timedelta(days=1), DUE, zone)
        report = BusyReport.objects.create(
            property=hotel, first_on=first, last_on=last, opened_at=now, due_at=max(due_at, now)
        )
        open_ask(_ask(report, RELATIONS), now)
        opened += 1
    return opened


def _is_known(property_id: int, first: date) -> bool:
    """Today may be the middle of a stretch that was reported when it began."""
    return BusyReport.objects.filter(
        Q(first_on=first) | Q(first_on__lte=first, last_on__gte=first), property_id=property_id
    ).exists()


def _ask(report: BusyReport, role: str) -> NewAsk:
    return NewAsk(
        key=f"exception-report:{report.pk}",
        kind=KIND,
        role=role,
        property_id=report.property_id,
        facts={"first_on": report.first_on.isoformat(), "last_on": report.last_on.isoformat()},
        link=f"/desk/reports/{report.pk}/",
        due_at=report.due_at,
    )


def reports(access: Access) -> QuerySet[BusyReport]:
    """The reports of his hotels, the newest first."""
    found = visible_to(access, BusyReport.objects.all(), RIGHT)
    return found.select_related("property").order_by("-first_on", "-pk")


def content(access: Access, report: BusyReport) -> list[Case]:
    """What it tells: cases that left their normal way lately, and those that are late now."""
    lately = Q(opened_at__gte=report.opened_at - LOOK_BACK) & ~Q(exceptions=[])
    late = Q(closed_at=None, step__gt=0)
    found = seen.visible(access).filter(lately | late, property_id=report.property_id)
    return list(found.order_by("cause", "place", "pk"))


@transaction.atomic
def read(access: Access, report_id: int, now: datetime) -> BusyReport:
    """Somebody has read it; the receipt names him."""
    report = one_of(access, BusyReport.objects.select_for_update(), RIGHT, pk=report_id)
    if report.read_at is not None:
        raise Refused("This report was read already.", "read_already")
    report.read_by, report.read_at = access.actor, now
    report.save(update_fields=["read_by", "read_at"])
    close_ask(f"exception-report:{report.pk}", "read", now)
    return report


def draw_checks(now: datetime) -> int:
    """After a busy day, draw the spot checks of it once; how many."""
    count = 0
    for setting in _houses():
        day = now.astimezone(ZoneInfo(setting.property.timezone)).date() - timedelta(days=1)
        # Once: what is opened again and closed anew would be drawn anew, and no lot could be checked.
        if SpotCheck.objects.filter(property=setting.property, day=day).exists():
            continue
        nights = occupied([setting.property_id], day, day, TAKEN)
        if busy_spans(nights, setting.rooms or 0, setting.busy_percent):
            seed = day.toordinal()
            count += len(
                spot_checks.draw_as(setting.property, day, setting.checks_a_day, seed, now)
            )
    return count
