"""Guests: the list of them, lists of profiles, and the page of a profile with its stays."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from staytrue.consent.desk import RECORD
from staytrue.guests import directory as people
from staytrue.guests.card import guest_of
from staytrue.guests.exporting import EXPORT
from staytrue.kit import clock
from staytrue.kit.text import clean, fold, repaired
from staytrue.mirror import directory, history, lists, sheets
from staytrue.mirror.completeness import BY_NAME, SCORE_MAX
from staytrue.mirror.directory import Narrowing
from staytrue.mirror.history import History
from staytrue.mirror.sheets import PROFILES, ProfileSheet
from staytrue.mirror.words import FIELDS
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.web import facts, given, revealing, words
from staytrue.web.pages import page

PAGE = 50


@needs("profiles.read")
def guests(request: HttpRequest) -> HttpResponse:
    """Guests by last name, from any letter on; narrowed by what a profile holds: profiles."""
    access, now, name = access_in(request), clock.now(), clean(request.GET.get("name", ""))
    of = _narrowing(request, access)
    after = _place(request.GET.get("after"))
    hotel = next(
        (each for each in lists.hotels(access, PROFILES) if each.pk == of.property_id), None
    )
    kept = [(key, request.GET[key]) for key in _KEPT if request.GET.get(key)]
    if of.is_of_profiles:
        rows, goes_on = directory.guests(access, fold(name), after, PAGE, of)
        later = (rows[-1].last_name_key, rows[-1].id) if goes_on else None
        told: dict[str, Any] = {
            "narrowed": _told(of),
            "is_scored": of.scored or bool(of.lacks),
            "lines": rows,
        }
        template = "profiles.html"
    else:
        today = lists.today_of(access, now)
        listed = people.guests(access, today, fold(name), after, PAGE, of.property_id)
        told = {
            "listed": listed,
            "reads_contacts": access.may_anywhere("contact.read"),
            "reads_notes": access.may_anywhere("notes.read"),
            "exports": access.may_anywhere(EXPORT),
            "records_consent": access.may_anywhere(RECORD),
        }
        later, template = listed.later, "guests.html"
    return page(
        request, template, now, name=name, kept=kept, hotel=hotel,
        later=f"{later[1]}.{later[0]}" if later else "", **told,
    )  # fmt: skip


_KEPT = ("hotel", "scored", "lacks", "field", "text", "custom")


def _narrowing(request: HttpRequest, access: Access) -> Narrowing:
    """What the address asks for; nonsense is nothing that exists."""
    asked = {name: given.plain(request.GET.get(name, "")) for name in _KEPT}
    hotels = {hotel.code: hotel.pk for hotel in lists.hotels(access, PROFILES)}
    if (
        (asked["hotel"] and asked["hotel"] not in hotels)
        or (asked["lacks"] and asked["lacks"] not in BY_NAME)
        or (asked["field"] and asked["field"] not in FIELDS)
    ):
        raise Http404
    return Narrowing(
        hotels.get(asked["hotel"]),
        bool(asked["scored"]),
        asked["lacks"],
        asked["field"],
        asked["text"],
        asked["custom"],
    )


def _told(of: Narrowing) -> str:
    """Which profiles a narrowed list is of."""
    if of.lacks:
        return _("without: %(field)s") % {"field": words.word(words.WANTED, of.lacks)}
    if of.field:
        facts_ = {"field": words.word(words.WANTED, of.field), "text": of.text}
        return _("%(field)s: “%(text)s”") % facts_
    if of.custom:
        return _("with: %(field)s") % {"field": of.custom}
    return _("those that count for completeness") if of.scored else ""


def _place(text: str | None) -> tuple[str, int] | None:
    if not text:
        return None
    id_, _dot, key = text.partition(".")
    return given.plain(key), given.known(id_)


@needs("profiles.read")
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """One profile: its fields with origin, the stays its PMS gave it, and every version."""
    now = clock.now()
    revealing.apply(request, f"profile:{pk}", now)
    access = access_in(request)
    sheet = sheets.profile(access, pk)
    property_id = sheet.hotel.pk if sheet.hotel else None
    zone = sheet.hotel.timezone if sheet.hotel else "UTC"
    versions = facts.versions_of("profile", pk, access, property_id, zone)
    together = history.history_of(access, [pk])
    return page(
        request,
        "guest.html",
        now,
        live=True,
        screen="guests",
        sheet=sheet,
        record=sheet.record,
        zone=zone,
        guest=guest_of(pk),
        repaired=repaired(sheet.name),
        guest_facts=facts.of_profile(sheet.record, versions, sheet),
        custom_facts=facts.of_custom(sheet.record, versions, sheet),
        masked=revealing.labels(sheet.record["masked"]),
        contacts_hidden="emails" in sheet.record["hidden"],
        addresses=facts.value("addresses", sheet.record["addresses"], zone),
        versions=facts.shown(versions, zone, {}),
        share=(sheet.completeness.score / SCORE_MAX) if sheet.completeness else 0,
        lacking=_lacking(sheet),
        history=together,
        money_hidden=sheet.money_hidden,
        coming=sum(_is_coming(stay.status) for stay in together.stays),
        happened=_happened(together),
    )


def _lacking(sheet: ProfileSheet) -> list[str]:
    """What is missing, the most important first."""
    missing = sheet.completeness.missing if sheet.completeness else ()
    return [words.word(words.WANTED, wanted.name) for wanted in missing]


def _is_coming(status: str) -> bool:
    return status in ("inquiry", "option", "waitlist", "confirmed")


def _happened(of: History) -> int:
    return sum(stay.status in ("in_house", "checked_out") for stay in of.stays)
