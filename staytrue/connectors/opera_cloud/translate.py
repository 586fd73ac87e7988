"""Raw bodies of OPERA Cloud → canonical records and hints. Pure; parts not understood are parked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from staytrue.connectors.base import Hint, Settings, Translated
from staytrue.connectors.opera_cloud import events
from staytrue.connectors.opera_cloud.money import folio_lines
from staytrue.connectors.opera_cloud.profiles import id_of, read_profile
from staytrue.connectors.opera_cloud.reading import Json, objects, one, text
from staytrue.connectors.opera_cloud.reservations import is_no_stay, number_of, read_reservation
from staytrue.connectors.opera_cloud.summary import read_row
from staytrue.connectors.opera_cloud.words import House, Notes
from staytrue.hotel.records import Parked
from staytrue.kit.cards import mask_cards
from staytrue.kit.errors import Unreadable
from staytrue.kit.hashes import hash_of_bytes
from staytrue.kit.strict_json import loose, plain, problem_in, whole

DEPTH = 64
ENVELOPES = frozenset(
    {
        "businessEventData", "newEvent", "data", "payload", "type", "reservations",
        "profileStayDetails", "reservationFolioInformation", "profileDetails", "guestDetails",
        "companyDetails", "profiles",
    }
)  # fmt: skip
Part = tuple[Json, Callable[[Translated, Notes], None]]


def translate(
    payload: bytes, settings: Settings, context: Sequence[bytes] = ()
) -> Iterator[Translated]:
    """Canonical records of one body; `context` may hold folios and profiles of its reservations."""
    house = House.of(settings)
    try:
        body = document(payload)
        sides = [document(side) for side in context]
        if body and not ENVELOPES & body.keys():
            raise Unreadable("No known answer of OPERA Cloud looks like this.", "envelope")
    except Unreadable as problem:
        answer = Translated(1, hash_of_bytes(payload))
        answer.parked = [_parked(1, payload.decode("utf-8", "replace"), problem, {})]
        yield answer
        return
    parts = list(_parts(body, sides, house))
    if (broken := problem_in(body)) and not any(problem_in(part) for part, _ in parts):
        parts = [(body, partial(_refuse, broken))]
    answers = [_answer(line, part, read) for line, (part, read) in enumerate(parts, 1)]
    _keep_newest_glimpses(answers)
    yield from answers


def document(payload: bytes) -> Json:
    """A body as an object with its numbers as text; anything else is unreadable.

    A value that cannot be read stands as broken in its place: its record is parked, not its page.
    """
    body = loose(whole(payload).decode("utf-8-sig"), DEPTH)
    if not isinstance(body, dict):
        raise Unreadable("It is no object, so no answer of OPERA Cloud.", "not_an_object")
    return body


def _parts(body: Json, sides: list[Json], house: House) -> Iterator[Part]:
    """Each record of a body, with the reader it needs: the envelope tells what it is."""
    for event in objects(body, "businessEventData"):
        yield event, partial(_event, *events.of_queue(event), house)
    for event in events.stream_events(body):
        yield event, partial(_event, *events.of_stream(event), house)
    found = body.get("reservations")
    lists = [
        *objects(found, "reservation"),
        *objects(found, "reservationInfo"),
        *(found if isinstance(found, list) else ()),
        *_history(body),
    ]
    for item in objects(lists):
        reader = _summary if "resvStatus" in item else partial(_reservation, sides)
        yield item, partial(reader, item, house)
    folio = one(body, "reservationFolioInformation")
    for item in objects(folio, "reservationInfo"):
        yield folio, partial(_reservation, [*sides, body], item, house)
    for name in ("profile", "guest", "company"):
        if details := one(body, f"{name}Details"):
            ids = body.get(f"{name}IdList")
            yield body, partial(_profile, [body, *sides], ids, details, house)
    for item in objects(body, "profiles", "profileInfo"):
        yield item, partial(_profile, sides, item.get("profileIdList"), one(item, "profile"), house)


def _history(body: Json) -> Iterator[Json]:
    """Past and coming stays of one profile."""
    for name in ("reservationInfoList", "stayReservationInfoList"):
        for kind in ("historyList", "futureList"):
            yield from objects(body, "profileStayDetails", name, kind, "reservationInfo")


def _refuse(broken: Unreadable, _answer: Translated, _notes: Notes) -> None:
    raise broken


def _event(said: Json, event: Json, house: House, answer: Translated, _: Notes) -> None:
    answer.hints = events.hints_of(said, event, house)
    if not answer.hints:
        answer.skipped = "not_ours"


def _summary(item: Json, house: House, answer: Translated, notes: Notes) -> None:
    row = read_row(item, house, notes)
    # A row has no guest and no amount to come: it tells most by what it makes us read.
    answer.reservations, answer.hints = [row], [Hint("reservation", row.number)]


def _reservation(
    sides: list[Json], item: Json, house: House, answer: Translated, notes: Notes
) -> None:
    answer.skipped = is_no_stay(item)
    if answer.skipped:
        return
    reservation, glimpses = read_reservation(item, house, notes)
    for side in sides:
        folio = one(side, "reservationFolioInformation")
        if number_of(one(folio, "reservationInfo")) == reservation.number:
            if broken := problem_in(folio):
                raise broken
            reservation.folio = [*reservation.folio, *folio_lines(folio, house)]
    full = {
        source_id: read_profile(source_id, one(side, "profileDetails"), house, notes)
        for side in sides
        if (source_id := id_of(objects(side, "profileIdList"), "Profile"))
    }
    answer.reservations = [reservation]
    roster = {guest.profile for guest in reservation.guests}
    answer.profiles = [profile for source_id, profile in full.items() if source_id in roster]
    answer.glimpses = [profile for profile in glimpses if profile.source_id not in full]


def _profile(
    merges: list[Json],
    ids: object,
    body: Json,
    house: House,
    answer: Translated,
    notes: Notes,
) -> None:
    profile = read_profile(id_of(objects(ids), "Profile"), body, house, notes)
    for merge in merges:
        if text(merge, "victimProfileId", "id") == profile.source_id:
            profile.merged_into = text(merge, "survivorProfileId", "id")
    answer.profiles = [profile]


def _answer(line: int, part: Json, read: Callable[[Translated, Notes], None]) -> Translated:
    raw = json.dumps(part, ensure_ascii=False, default=plain)
    answer, notes = Translated(line, hash_of_bytes(raw.encode())), Notes(line)
    try:
        read(answer, notes)
        if not answer.hints and (broken := problem_in(part)):
            raise broken
    except Unreadable as problem:
        answer = Translated(line, answer.hash)
        answer.parked = [_parked(line, raw, problem, part)]
    answer.findings = notes.found
    return answer


def _parked(line: int, raw: str, problem: Unreadable, part: Json) -> Parked:
    number, guest = number_of(part), id_of(objects(part, "profileIdList"), "Profile")
    return Parked(
        line=line,
        object="reservation" if number else "profile" if guest else "",
        reason=problem.sentence,
        code=problem.code,
        facts=problem.facts,
        key=f"{number}/1" if number else guest,
        raw=mask_cards(raw)[0],
    )


def _keep_newest_glimpses(answers: list[Translated]) -> None:
    """One guest on several lines of a page is seen once: where the reservation changed last."""
    newest: dict[str, tuple[str, int]] = {}
    for place, answer in enumerate(answers):
        stamps = [stay.modified_at for stay in answer.reservations]
        stamp = stamps[0].isoformat() if stamps and stamps[0] else ""
        for profile in answer.glimpses:
            newest[profile.source_id] = max(newest.get(profile.source_id, ("", -1)), (stamp, place))
    for place, answer in enumerate(answers):
        answer.glimpses = [
            profile for profile in answer.glimpses if newest[profile.source_id][1] == place
        ]
