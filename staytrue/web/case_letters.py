"""Letters between a case and its guest: what was said on the case's page, and where one is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staytrue.desk import corresponding, queries
from staytrue.desk.corresponding import WRITE, Said
from staytrue.desk.models import Case
from staytrue.desk.opening import Note
from staytrue.guests import side_by_side
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean, clean_lines
from staytrue.messages.hand_written import Written
from staytrue.messages.writing.facts import LETTER_MAX
from staytrue.messages.writing.language import LANGUAGES
from staytrue.staff.access import Access
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import formats, message_words, reasons
from staytrue.web.pages import page
from staytrue.web.words import word

_SUBJECT_MAX = 200


@dataclass(frozen=True)
class Shown:
    """A letter or an answer; `state` and `why` say where a letter of ours stands."""

    of: Said
    who: str
    state: str = ""
    why: str = ""


def told(access: Access, case: Case) -> dict[str, Any]:
    """What the case's page shows of them."""
    found = corresponding.conversation(access, case)
    who = names_of({each.actor for each in found})
    may = access.may(WRITE, case.property_id) and case.profile_id is not None
    return {
        "letters": [_shown(each, who.get(each.actor, "")) for each in found],
        "decides_letter": case.draft_no is not None
        and access.may("cases.approve", case.property_id),
        "may_write": may and case.closed_at is None,
    }


def _shown(said: Said, who: str) -> Shown:
    if said.line is None:
        return Shown(said, who)
    message = said.line.message
    why = word(message_words.REASON, message.reason) if message.reason else ""
    return Shown(said, who, message.state, why)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Write to the guest; what breaks a house rule is listed before anything leaves."""
    access, now = access_in(request), clock.now()
    found = queries.one(access, case_id)
    typed = request.POST
    written = Written(
        clean(typed.get("subject", ""))[:_SUBJECT_MAX],
        clean_lines(typed.get("words", "")),
        typed.get("language", ""),
    )
    broken: list[str] = []
    if request.method == "POST":
        try:
            corresponding.write(access, case_id, written, now, _note(request))
        except Refused as refusal:
            broken = [str(each) for each in refusal.facts.get("rules", [])]
            if not broken:
                messages.error(request, reasons.of(refusal))
        else:
            messages.success(request, _done(queries.one(access, case_id)))
            return redirect("case", case_id)
    return _page(request, access, found, written, broken)


def _done(case: Case) -> str:
    if case.draft_no is not None:
        return _("Kept. It leaves when a second person has read it.")
    return _("Handed to the gate. Where it stands is on the case.")


def _page(
    request: HttpRequest, access: Access, case: Case, written: Written, broken: list[str]
) -> HttpResponse:
    before = corresponding.conversation(access, case)
    subject = next((f"Re: {each.subject.removeprefix('Re: ')}" for each in reversed(before)
                    if each.subject), "")  # fmt: skip
    names = side_by_side.names(access, [case.profile_id] if case.profile_id else [])
    return page(
        request, "case_letter.html", clock.now(), screen="desk", case=case, hotel=case.property,
        zone=case.property.timezone, guest=names.get(case.profile_id or 0, ""),
        subject=written.subject or subject, written=written, broken=broken,
        may_break=access.may("cases.approve", case.property_id),
        languages=[(each, formats.language(each)) for each in LANGUAGES],
        words_max=LETTER_MAX, subject_max=_SUBJECT_MAX,
        heard=next((each for each in reversed(before) if not each.is_ours), None),
        unusual=request.POST.get("unusual", ""), impact=request.POST.get("impact", ""),
    )  # fmt: skip


def _note(request: HttpRequest) -> Note | None:
    unusual, impact = (clean(request.POST.get(name, "")) for name in ("unusual", "impact"))
    return Note(unusual, impact) if unusual or impact else None
