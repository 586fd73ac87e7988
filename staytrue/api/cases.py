"""Cases over the API: the same rules as on the screens, and the same refusals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import Field

from staytrue.api import answers
from staytrue.desk import canonical, corresponding, moving, opening, paying, writing
from staytrue.desk.kinds import Kind, Money, Promised, State
from staytrue.desk.opening import NewCase, Note
from staytrue.desk.promise_rules import Promise
from staytrue.hotel.models import Property
from staytrue.kit import clock
from staytrue.kit.errors import Forbidden
from staytrue.messages.hand_written import Written
from staytrue.mirror import reading
from staytrue.staff.access import Access, one_of
from staytrue.staff.guard import access_in

router = Router(tags=["cases"])


class Case(Schema):
    """A case: `room` is what the mirror says now, `place` where the thing is."""

    id: int
    property: str
    kind: Kind
    type: str
    state: State
    department: str
    owner_role: str
    owner_member: int | None
    due_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    origin: str
    cause: str
    place: str
    reservation: str | None
    room: str | None
    words: str


class CasePage(Schema):
    """A page of cases in the order of their opening."""

    items: list[Case]
    next: str | None


class WholeCase(Case):
    """A case with its money and its whole history."""

    origin_link: str
    exceptions: list[str]
    note_parts: list[str]
    approved_by: str
    missing_to_close: list[str]
    money: list[dict[str, Any]]
    history: list[dict[str, Any]]


class NoteGiven(Schema):
    """An exception note; the manager's comment may follow."""

    unusual: str
    impact: str
    comment: str = ""


class PromiseGiven(Schema):
    """What a guest is told: checked against the house rules before the case is opened."""

    about: Promised
    subject: str
    value: str


class NewCaseGiven(Schema):
    """What is asked for; `reservation` is PROPERTY:NUMBER[:LEG]."""

    property: str
    kind: Kind
    words: str
    type: str = ""
    department: str = ""
    place: str = ""
    reservation: str | None = None
    cause: str = ""
    due_at: datetime | None = None
    promise: PromiseGiven | None = None
    note: NoteGiven | None = None


class MoveGiven(Schema):
    """A move, with its reason where it takes one; what is blocked says until when."""

    move: Literal["take", "approve", "block", "resume", "complete", "reopen"]
    reason: str = ""
    until: datetime | None = None


class LetterGiven(Schema):
    """A letter to the guest, inside the approved frame; a supervisor's note lets a promise through."""

    subject: str
    words: str
    language: Literal["", "en", "fr", "es"] = ""
    note: NoteGiven | None = None


class MoneyGiven(Schema):
    """Money proposed on a case."""

    kind: Money
    amount: Decimal
    reason: str
    note: NoteGiven | None = None


@router.get("", response=CasePage)
def list_cases(
    request: HttpRequest,
    property: str | None = None,
    state: State | None = None,
    after: str | None = None,
    limit: Annotated[int, Field(ge=1, le=answers.LIMIT)] = 100,
) -> JsonResponse:
    """The cases you may see; `after` is the `next` of the page before."""
    access = access_in(request)
    hotels = None
    if property is not None:
        hotels = [one_of(access, Property.objects.all(), code=property).pk]
    (place,) = answers.place("case", after) or [0]
    told = state.value if state else None
    found = list(canonical.every(access, hotels, told, limit + 1, int(place)))
    more = found[limit - 1]["id"] if len(found) > limit else None
    return JsonResponse(
        {"items": found[:limit], "next": answers.cursor("case", [more]) if more else None}
    )


@router.get("/{int:case_id}", response=WholeCase)
def show_case(request: HttpRequest, case_id: int) -> JsonResponse:
    """One case, with what it moves and everything that happened to it."""
    return JsonResponse(canonical.one(access_in(request), case_id))


@router.post("", response={201: WholeCase})
def open_case(request: HttpRequest, given: NewCaseGiven) -> JsonResponse:
    """Open a case; a promise against a house rule answers 400 with the rule's words."""
    access = _writer(request)
    hotel = one_of(access, Property.objects.all(), code=given.property)
    stay = None
    if given.reservation is not None:
        stay = reading.one_reservation(given.reservation, [hotel.pk]).row["id"]
    promise = given.promise
    new = NewCase(
        property_id=hotel.pk, kind=given.kind.value, words=given.words, type_key=given.type,
        department=given.department, place=given.place, reservation_id=stay, cause=given.cause,
        due_at=given.due_at, note=_note(given.note),
        promise=Promise(promise.about, promise.subject, promise.value) if promise else None,
    )  # fmt: skip
    case = opening.open_case(access, new, clock.now())
    return JsonResponse(canonical.one(access, case.pk), status=201)


@router.post("/{int:case_id}/letters", response=WholeCase)
def write_letter(request: HttpRequest, case_id: int, given: LetterGiven) -> JsonResponse:
    """Write to the guest of a case; a promise against a house rule answers 400 with its words."""
    access = _writer(request)
    written = Written(given.subject, given.words, given.language)
    corresponding.write(access, case_id, written, clock.now(), _note(given.note))
    return JsonResponse(canonical.one(access, case_id))


@router.post("/{int:case_id}/moves", response=WholeCase)
def move_case(request: HttpRequest, case_id: int, given: MoveGiven) -> JsonResponse:
    """Move a case on; what is missing answers 400 and names it."""
    access, now = _writer(request), clock.now()
    if given.move == "take":
        moving.take(access, case_id, now)
    elif given.move == "approve":
        moving.approve(access, case_id, given.reason, now)
    elif given.move == "block":
        moving.block(access, case_id, given.reason, given.until, now)
    elif given.move == "resume":
        moving.resume(access, case_id, now)
    elif given.move == "complete":
        moving.complete(access, case_id, now)
    else:
        moving.reopen(access, case_id, given.reason, now)
    return JsonResponse(canonical.one(access, case_id))


@router.post("/{int:case_id}/note", response=WholeCase)
def write_note(request: HttpRequest, case_id: int, given: NoteGiven) -> JsonResponse:
    """Write the exception note, or the part of it that is missing."""
    access = _writer(request)
    writing.note(access, case_id, given.unusual, given.impact, given.comment, clock.now())
    return JsonResponse(canonical.one(access, case_id))


@router.post("/{int:case_id}/money", response=WholeCase)
def propose_money(request: HttpRequest, case_id: int, given: MoneyGiven) -> JsonResponse:
    """Propose money; what compensates a guest takes an exception note."""
    access = _writer(request)
    paying.propose(
        access, case_id, given.kind.value, given.amount, given.reason, clock.now(),
        _note(given.note),
    )  # fmt: skip
    return JsonResponse(canonical.one(access, case_id))


def _note(given: NoteGiven | None) -> Note | None:
    return Note(given.unusual, given.impact, given.comment) if given else None


def _writer(request: HttpRequest) -> Access:
    """By key only: a page of another site could make a browser with a session send this."""
    if not getattr(request, "by_key", False):
        raise Forbidden("Write with an API key, or on the case's page.", "needs_key")
    return access_in(request)
