"""Guests: the list of profiles, and the page of one with all its stays."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from staytrue.kit import clock
from staytrue.kit.text import clean, fold, repaired
from staytrue.mirror import sheets
from staytrue.mirror.completeness import SCORE_MAX
from staytrue.mirror.sheets import ProfileSheet
from staytrue.staff.guard import access_in, needs
from staytrue.web import facts, words
from staytrue.web.pages import page

PAGE = 50


@needs("profiles.read")
def guests(request: HttpRequest) -> HttpResponse:
    """Profiles by last name, from any letter on."""
    access, name = access_in(request), clean(request.GET.get("name", ""))
    rows, goes_on = sheets.guests(access, fold(name), _place(request.GET.get("after")), PAGE)
    later = f"{rows[-1].id}.{rows[-1].last_name_key}" if goes_on else ""
    return page(request, "guests.html", clock.now(), lines=rows, name=name, later=later)


def _place(text: str | None) -> tuple[str, int] | None:
    if not text:
        return None
    id_, _dot, key = text.partition(".")
    if not id_.isdecimal():
        raise Http404
    return key, int(id_)


@needs("profiles.read")
def guest(request: HttpRequest, pk: int) -> HttpResponse:
    """One profile: its fields with origin, all its stays, those handed over, every version."""
    access, now = access_in(request), clock.now()
    sheet = sheets.profile(access, pk)
    property_id = sheet.hotel.pk if sheet.hotel else None
    versions = facts.versions_of("profile", pk, access, property_id)
    zone = sheet.hotel.timezone if sheet.hotel else "UTC"
    return page(
        request,
        "guest.html",
        now,
        live=True,
        screen="guests",
        sheet=sheet,
        record=sheet.record,
        zone=zone,
        repaired=repaired(sheet.name),
        guest_facts=facts.of_profile(sheet.record, versions, sheet),
        contacts_hidden="emails" in sheet.record["hidden"],
        addresses=facts.value("addresses", sheet.record["addresses"], zone),
        versions=facts.shown(versions, zone, {}),
        share=(sheet.completeness.score / SCORE_MAX) if sheet.completeness else 0,
        lacking=_lacking(sheet),
        coming=[stay for stay in sheet.stays if _is_coming(stay.status)],
        happened=_happened(sheet),
    )


def _lacking(sheet: ProfileSheet) -> list[str]:
    """What is missing, the most important first."""
    missing = sheet.completeness.missing if sheet.completeness else ()
    return [words.word(words.FIELD, wanted.name) for wanted in missing]


def _is_coming(status: str) -> bool:
    return status in ("inquiry", "option", "waitlist", "confirmed")


def _happened(sheet: ProfileSheet) -> int:
    return sum(stay.status in ("in_house", "checked_out") for stay in sheet.stays)
