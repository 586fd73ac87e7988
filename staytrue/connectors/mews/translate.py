"""Mews's answers and pushes become canonical records: the pure step before the mirror.

An answer may hold records (reservations, customers, companies, accounts) and side entities; more
side entities come as context. A push holds only ids: it becomes hints to read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from staytrue.connectors.base import Finding, Hint, Settings, Translated
from staytrue.connectors.mews import entities, people, stays, words
from staytrue.connectors.mews.known import Known, Notes
from staytrue.connectors.mews.reading import Tree, rows, text_of, tree
from staytrue.hotel.records import Parked
from staytrue.kit.cards import mask_cards
from staytrue.kit.errors import Unreadable
from staytrue.kit.hashes import hash_of
from staytrue.kit.strict_json import problem_in

E = TypeVar("E", bound=entities.Entity)

# What an answer may hold. One that holds none of these is no answer of Mews: a page of a proxy, an
# error. It must never be taken for "no bookings".
SIDE = (
    "AccountNotes", "Addresses", "AgeCategories", "AvailabilityBlocks", "BusinessSegments",
    "ChannelManagerDetails", "Companionships", "Enterprise", "Enterprises", "LoyaltyMemberships",
    "LoyaltyPrograms", "LoyaltyTiers", "OrderItems", "Payments", "Products", "Rates",
    "ReservationGroups", "ResourceCategories", "ResourceCategoryAssignments", "Resources",
    "Service", "ServiceOrderNotes", "Services", "SourceAssignments", "Sources",
)  # fmt: skip
MAIN = ("Reservations", "Customers", "Companies", "Accounts")
EMPTY = ("Export", "Exports", "IdentityDocuments", "Messages", "ReservationIds", "Vouchers")
PUSH = "Events"


def translate(
    payload: bytes, settings: Settings, context: Sequence[bytes] = ()
) -> Iterator[Translated]:
    """What one answer or push says, with other answers as its context."""
    beside = [tree(one) for one in context]
    try:
        answer = tree(payload)
        yield from records(answer, beside, settings)
    except Unreadable as problem:
        raw = mask_cards(payload.decode("utf-8", "replace"))[0]
        yield Translated(1, hash_of(raw), parked=[_parked(1, problem, None, raw)])


def records(answer: Tree, beside: Sequence[Tree], settings: Settings) -> Iterator[Translated]:
    """The records of one answer, one by one; what cannot be read is parked, the rest goes on."""
    answer = _unwrapped(answer)
    if not any(name in answer for name in (*MAIN, *SIDE, *EMPTY, PUSH)):
        names = ", ".join(sorted(answer))[:200] or "nothing"
        raise Unreadable(
            f"This is no answer of Mews that Staytrue knows: it holds {names}.",
            "unknown_payload",
            names=names,
        )
    if PUSH in answer:
        raw = text_of(answer)
        yield Translated(1, hash_of(raw), hints=hints_of(answer))
        return
    known = Known([answer, *beside], settings)
    for number, (kind, record) in enumerate(_main(answer), 1):
        yield _one(number, kind, record, known)


def hints_of(push: Tree) -> list[Hint]:
    """What a push asks to read, each once. Its order and its states mean nothing."""
    found: dict[tuple[str, str], Hint] = {}
    for event in rows([push], PUSH):
        if not isinstance(event, dict):
            continue
        word = event.get("Discriminator") or event.get("Type")
        inner = event.get("Value")
        id = inner.get("Id") if isinstance(inner, dict) else event.get("Id")
        entity = words.EVENTS.get(word) if isinstance(word, str) else None
        if entity and isinstance(id, str) and id:
            found.setdefault((entity, id), Hint(entity, id))
    return list(found.values())


def _unwrapped(answer: Tree) -> Tree:
    """`customers/update` answers with the customer himself, without a list around him."""
    if "LastName" in answer and not any(name in answer for name in MAIN):
        return {"Customers": [answer]}
    return answer


def _main(answer: Tree) -> Iterator[tuple[str, Any]]:
    for kind in MAIN:
        for record in rows([answer], kind):
            yield kind, record


def _one(number: int, kind: str, record: Any, known: Known) -> Translated:
    raw = text_of(record)
    answer, notes = Translated(number, 0), Notes()
    known.notes.clear()
    key = None
    try:
        if broken := problem_in(record):
            key, raw = _key(record, _KEYS[kind]), mask_cards(raw)[0]
            raise broken
        if kind == "Accounts":
            key = record.get("Id") if isinstance(record, dict) else None
            account, record = people.of_account(record)
            kind = {"Customer": "Customers", "Company": "Companies"}[account]
        if kind == "Reservations":
            key = _key(record, _KEYS[kind])
            stay = _converted(record, entities.Reservation)
            answer.skipped = stays.skipped(stay, known)
            if not answer.skipped:
                answer.reservations = [stays.read(stay, known, notes)]
        else:
            key = _key(record, _KEYS[kind])
            read, struct = _PEOPLE[kind]
            answer.profiles = [read(_converted(record, struct), known, notes)]
    except Unreadable as problem:
        object = "reservation" if kind == "Reservations" else "profile"
        answer.parked = [_parked(number, problem, key, raw, object)]
    # The same record with another bill or room is not the same: what it came to counts as well.
    told = msgspec.json.encode([answer.reservations, answer.profiles]).decode()
    answer.hash = hash_of(raw + told)
    answer.findings = [Finding(code, number, facts) for code, facts in (*known.notes, *notes)]
    return answer


_KEYS = {"Reservations": "Number", "Customers": "Id", "Companies": "Id", "Accounts": "Id"}
_PEOPLE: dict[str, tuple[Callable[..., Any], Any]] = {
    "Customers": (people.customer, entities.Customer),
    "Companies": (people.company, entities.Company),
}


def _key(record: Any, name: str) -> str | None:
    key = record.get(name) if isinstance(record, dict) else None
    return key if isinstance(key, str) else None


def _converted(record: Any, kind: type[E]) -> E:
    try:
        return msgspec.convert(record, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise Unreadable(
            f"A field is not what Mews says it is: {problem}.", "unreadable_record"
        ) from None


def _parked(line: int, problem: Unreadable, key: str | None, raw: str, object: str = "") -> Parked:
    return Parked(
        line=line,
        object=object,
        reason=problem.sentence,
        code=problem.code,
        facts=problem.facts,
        key=key,
        raw=raw,
    )
