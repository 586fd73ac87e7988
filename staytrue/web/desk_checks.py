"""Spot checks, and what is read before busy nights."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staytrue.desk import busy, spot_checks
from staytrue.desk.models import BusyReport
from staytrue.kit import clock
from staytrue.staff.access import one_of
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import desk_words
from staytrue.web.acting import tried
from staytrue.web.pages import page

SEES = "desk.figures"
_SHOWN = 60


@needs(SEES)
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """What was drawn by lot and waits for somebody who looks."""
    access, now = access_in(request), clock.now()
    found = list(spot_checks.to_check(access)[:_SHOWN])
    return page(request, "spot_checks.html", now, screen="desk", found=found,
                verdicts=desk_words.VERDICT)  # fmt: skip


@needs(SEES)
@require_POST
def mark(request: HttpRequest, check_id: int) -> HttpResponseBase:
    """Somebody went and looked."""
    access, now = access_in(request), clock.now()
    verdict = request.POST.get("verdict", "")
    tried(request, lambda: spot_checks.mark(access, check_id, verdict, now), _("Noted."))
    return redirect("spot_checks")


@needs(SEES)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The reports before busy nights, the newest first."""
    access, now = access_in(request), clock.now()
    found = list(busy.reports(access)[:_SHOWN])
    readers = names_of({each.read_by for each in found})
    lines = [(each, readers.get(each.read_by, "")) for each in found]
    return page(request, "busy_reports.html", now, screen="desk", lines=lines)


@needs(SEES)
@require_GET
def one_report(request: HttpRequest, report_id: int) -> HttpResponse:
    """The exceptions of late and what is late now, before nights that will be full."""
    access, now = access_in(request), clock.now()
    report = one_of(access, BusyReport.objects.select_related("property"), SEES, pk=report_id)
    return page(
        request, "busy_report.html", now, screen="desk", report=report,
        hotel=report.property, zone=report.property.timezone, cases=busy.content(access, report),
        reader=names_of({report.read_by}).get(report.read_by, ""),
    )  # fmt: skip


@needs(SEES)
@require_POST
def read(request: HttpRequest, report_id: int) -> HttpResponseBase:
    """The receipt of whoever read it."""
    access, now = access_in(request), clock.now()
    tried(request, lambda: busy.read(access, report_id, now), _("Noted that you read it."))
    return redirect("busy_report", report_id)
