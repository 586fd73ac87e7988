"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path

from staytrue.web import (
    alerts,
    case_letters,
    cases,
    cases_of,
    desk,
    desk_checks,
    desk_report,
    shift,
    todos,
)

paths = [
    path("next/", todos.every, name="next"),
    path("desk/", desk.board, name="desk"),
    path("desk/alerts/<str:code>/", alerts.ways, name="alerts"),
    path("desk/new/", desk.capture, name="desk_new"),
    path("desk/open/", cases_of.open_new, name="case_open"),
    path("guests/<uuid:public_id>/cases/", cases_of.tab, name="guest_cases"),
    path("desk/<int:case_id>/", cases.case, name="case"),
    path("desk/<int:case_id>/letter/", case_letters.letter, name="case_letter"),
    path("desk/<int:case_id>/act/", cases.act, name="case_act"),
    path("desk/money/<int:line_id>/", cases.money, name="case_money"),
    path("desk/shift/<str:code>/", shift.handover, name="shift"),
    path("desk/shift/<str:code>/read/", shift.acknowledge, name="shift_read"),
    path("desk/figures/", desk_report.report, name="desk_report"),
    path("desk/checks/", desk_checks.checks, name="spot_checks"),
    path("desk/checks/<int:check_id>/", desk_checks.mark, name="spot_check"),
    path("desk/reports/", desk_checks.reports, name="busy_reports"),
    path("desk/reports/<int:report_id>/", desk_checks.one_report, name="busy_report"),
    path("desk/reports/<int:report_id>/read/", desk_checks.read, name="busy_report_read"),
]
