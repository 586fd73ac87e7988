"""One case: what it is about, what comes next, its money and notes, and all that happened to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from staytrue.desk import (
    colleagues,
    corresponding,
    handing,
    moving,
    paying,
    queries,
    working,
    writing,
)
from staytrue.desk.kinds import Money
from staytrue.desk.models import Case, CaseEvent
from staytrue.desk.opening import Note
from staytrue.guests import side_by_side
from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.text import clean
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access, hides
from staytrue.staff.guard import access_in, needs
from staytrue.staff.queries import names_of
from staytrue.web import case_letters, desk_words, given
from staytrue.web.acting import tried
from staytrue.web.desk import role_names
from staytrue.web.pages import page
from staytrue.web.words import word

SEES = "stays.read"
_ITSELF: dict[str, str | Promise] = {"desk": "", "guest": gettext_lazy("The guest")}
"""Who acts without being a member, as the history calls him."""


@dataclass(frozen=True)
class Happening:
    """A line of the history as it is shown."""

    event: CaseEvent
    who: str | Promise
    tone: str
    text: str


@needs(SEES)
@require_GET
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """The case, as far as its reader sees it."""
    access, now = access_in(request), clock.now()
    found = queries.one(access, case_id)
    history = queries.history(access, found)
    happened = _happened(history)
    stay = queries.stay_of(found)
    terms = working.terms_of(found.property_id, found.type_key)
    staff = colleagues.at(found.property_id)
    moves, missing = queries.moves_for(access, found), queries.missing_to_close(found)
    return page(
        request, "case.html", now, live=True, screen="desk", case=found, hotel=found.property,
        zone=found.property.timezone, history=list(reversed(happened)), of_steps=len(terms.steps),
        comments=[each for each in happened if each.event.kind in ("commented", "messaged")],
        note=_note(history), next=queries.next_of(access, found), owner=_owner(found),
        is_named=queries.is_named(access, found),
        moves=moves, missing=missing, decides="approve" in moves and "approval" in missing,
        departments={each.key: each.name for each in colleagues.departments([found.property_id])},
        lines=queries.lines(access, found), is_offered=_is_offered(access, found),
        staff=staff, role_names=role_names(), roles=colleagues.roles(), people=_people(staff, access),
        stay=_stay(access, found, stay), guest=_guest(access, found),
        may_money=access.may(paying.PROPOSE, found.property_id), kinds=[each.value for each in Money],
        may_approve=access.may("cases.approve", found.property_id), kept=request.POST,
        origin_link=queries.origin_link(found),
        **case_letters.told(access, found),
    )  # fmt: skip


def _happened(history: list[CaseEvent]) -> list[Happening]:
    known = names_of({each.actor for each in history})
    return [
        Happening(
            each,
            known.get(each.actor) or _ITSELF.get(each.actor, each.actor),
            desk_words.EVENT_TONE.get(each.kind, "a"),
            each.words.get("text", "") or each.reason,
        )
        for each in history
    ]


def _note(history: list[CaseEvent]) -> dict[str, str]:
    """The exception note: of each part what was written last."""
    found: dict[str, str] = {}
    for each in history:
        if each.kind == "noted":
            found |= {name: text for name, text in each.words.items() if text}
    return found


def _owner(of: Case) -> tuple[str, str]:
    """Member's name, and role."""
    member = of.owner_member
    return member.name if member else "", of.owner_role.name


def _is_offered(access: Access, of: Case) -> bool:
    if of.offered_role_id is None:
        return False
    if of.offered_member_id is not None:
        return of.offered_member_id == access.member_id
    return of.offered_role_id in {role.key for role in access.roles(of.property_id)}


def _people(staff: list[colleagues.Colleague], access: Access) -> list[tuple[int, str]]:
    """Everybody once, without oneself: who can be named."""
    found = {each.member_id: each.name for each in staff if each.member_id != access.member_id}
    return sorted(found.items(), key=lambda each: each[1])


def _stay(access: Access, of: Case, stay: Reservation | None) -> dict[str, Any] | None:
    """The stay as the mirror has it now; the room only for who may read rooms."""
    if stay is None or not access.may(SEES, of.property_id):
        return None
    room = "" if hides(access, "room_number", of.property_id) else stay.room_number or ""
    return {"record": stay, "room": room}


def _guest(access: Access, of: Case) -> tuple[int, str] | None:
    if of.profile_id is None or not access.may("profiles.read", of.property_id):
        return None
    name = side_by_side.names(access, [of.profile_id]).get(of.profile_id)
    return (of.profile_id, name) if name else None


@needs(SEES)
@require_POST
def act(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Move it, hand it over, write on it, propose money."""
    name = request.POST.get("act", "")
    made = _ACTS.get(name)
    if made is None:
        raise Http404
    access, now = access_in(request), clock.now()
    tried(request, lambda: made(request, access, case_id, now), word(desk_words.DONE, name))
    return redirect("case", case_id)


def _take(_request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return moving.take(access, case_id, now)


def _approve(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return moving.approve(access, case_id, _text(request, "reason"), now)


def _block(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    until = _instant(request, queries.one(access, case_id))
    return moving.block(access, case_id, _text(request, "reason"), until, now)


def _resume(_request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return moving.resume(access, case_id, now)


def _complete(_request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return moving.complete(access, case_id, now)


def _reopen(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return moving.reopen(access, case_id, _text(request, "reason"), now)


def _accept(_request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return handing.accept(access, case_id, now)


def _decline(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return handing.decline(access, case_id, _text(request, "reason"), now)


def _offer(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    role, _colon, member = given.plain(request.POST.get("to", "")).partition(":")
    to = given.known(member) if member else None
    return handing.offer(access, case_id, role, to, _text(request, "reason"), now)


def _comment(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    named = [given.known(each) for each in request.POST.getlist("named") if each]
    return writing.comment(access, case_id, _text(request, "text"), named, now)


def _read(_request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return writing.read(access, case_id, now)


def _write_note(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    note = _typed_note(request)
    return writing.note(access, case_id, note.unusual, note.impact, note.comment, now)


def _propose(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    note = _typed_note(request)
    kept = note if note.unusual or note.impact else None
    kind = request.POST.get("kind", "")
    return paying.propose(access, case_id, kind, _amount(request), _text(request, "reason"), now,
                          kept)  # fmt: skip


def _letter_approve(_request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return corresponding.approve(access, case_id, now)


def _letter_return(request: HttpRequest, access: Access, case_id: int, now: datetime) -> object:
    return corresponding.send_back(access, case_id, _text(request, "reason"), now)


_Act = Callable[[HttpRequest, Access, int, datetime], object]
_ACTS: dict[str, _Act] = {
    "take": _take, "approve": _approve, "block": _block, "resume": _resume, "complete": _complete,
    "reopen": _reopen, "accept": _accept, "decline": _decline, "offer": _offer,
    "comment": _comment, "read": _read, "note": _write_note, "propose": _propose,
    "letter_approve": _letter_approve, "letter_return": _letter_return,
}  # fmt: skip


@needs(SEES)
@require_POST
def money(request: HttpRequest, line_id: int) -> HttpResponseBase:
    """Agree to a line of money, or do not."""
    access, now, name = access_in(request), clock.now(), request.POST.get("act", "")
    made = {"line_approve": paying.approve, "line_refuse": paying.refuse}.get(name)
    if made is None:
        raise Http404
    reason = _text(request, "reason")
    tried(request, lambda: made(access, line_id, reason, now), word(desk_words.DONE, name))
    return redirect("case", given.known(request.POST.get("case", "")))


def _text(request: HttpRequest, name: str) -> str:
    return clean(request.POST.get(name, ""))


def _typed_note(request: HttpRequest) -> Note:
    return Note(_text(request, "unusual"), _text(request, "impact"), _text(request, "remark"))


def _amount(request: HttpRequest) -> Decimal:
    try:
        return Decimal(_text(request, "amount").replace(",", "."))
    except InvalidOperation as error:
        raise Refused("Write the amount as a number.", "amount_unreadable") from error


def _instant(request: HttpRequest, of: Case) -> datetime | None:
    """An instant typed by the hotel's own clock."""
    text = request.POST.get("until", "")
    try:
        local = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error
    return local.replace(tzinfo=ZoneInfo(of.property.timezone)) if local else None
