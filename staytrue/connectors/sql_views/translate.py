"""Rows of the views → canonical records: pure. A row that says the impossible is parked whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from staytrue.connectors.base import Finding, Scope, Settings, Translated
from staytrue.connectors.sql_views.mapping import ViewMap, parsed
from staytrue.connectors.sql_views.reading import Cells, Row, Scalar
from staytrue.hotel.codes import Board, Channel, Payment, ProfileKind, Segment, Status
from staytrue.hotel.contacts import addresses_in, country_code, email, language_tag
from staytrue.hotel.phones import phone
from staytrue.hotel.records import (
    Address,
    Consent,
    Email,
    GuestOnBooking,
    Parked,
    Phone,
    Profile,
    Reservation,
)
from staytrue.kit.cards import mask_cards
from staytrue.kit.errors import Refused, Unreadable
from staytrue.kit.hashes import hash_of_bytes

_CLOSED = (Status.CANCELLED, Status.NO_SHOW)
SUPERSEDED = "superseded"
_CHANNELS_OF_CONSENT = ("email", "sms", "phone", "post")


class Parcel(msgspec.Struct, forbid_unknown_fields=True):
    """What one delivery holds: rows of one view, and all that is needed to read them again.

    `mapping` and `house` are what they were when the view was asked, at `read_at`; `scope` says
    what a row's absence means.
    """

    object: str
    view: str
    rows: list[dict[str, Scalar]]
    mapping: str = "plain"
    house: str | None = None
    scope: Scope = Scope()
    read_at: datetime | None = None

    @property
    def version(self) -> int | None:
        """What orders the versions of a row: of two looks the later one is right."""
        return int(self.read_at.timestamp() * 1000) if self.read_at else None


def opened(payload: bytes) -> Parcel:
    """The delivery as it was written, or a refusal."""
    try:
        return msgspec.json.decode(payload, type=Parcel)
    except (msgspec.DecodeError, RecursionError):
        raise Refused(
            "This is no delivery of database views: it should be JSON with object, view and rows.",
            "not_a_parcel",
        ) from None


def scope_of(payload: bytes) -> Scope:
    """What an absent row means: a delivery of a window is complete for it."""
    return opened(payload).scope


def translate(
    payload: bytes, settings: Settings, _context: Sequence[bytes] = ()
) -> Iterator[Translated]:
    """One answer per row, in the order of the rows; a row needs nothing beside it."""
    parcel = opened(payload)
    view = parsed(parcel.mapping).get(parcel.object)
    if view is None:
        raise Refused(
            f"The mapping of this connection reads no {parcel.object[:40]!r}.", "no_such_object"
        )
    latest = _latest(parcel.rows, view)
    for number, row in enumerate(parcel.rows, 1):
        raw = msgspec.json.encode(row)
        answer = Translated(number, hash_of_bytes(raw))
        if latest.get(_key(row, view), number) != number:
            answer.skipped = SUPERSEDED
        else:
            _read(answer, _Reader(row, view, settings, parcel.version), parcel.house, raw)
        yield answer


def _read(answer: Translated, reader: _Reader, house: str | None, raw: bytes) -> None:
    try:
        reader.refuse_other_house(house)
        if reader.view.object == "profile":
            answer.profiles = [reader.profile()]
        else:
            answer.reservations = [reader.reservation()]
    except Unreadable as problem:
        answer.parked = [
            Parked(
                line=answer.line,
                object=reader.view.object,
                reason=problem.sentence,
                code=problem.code,
                facts=problem.facts,
                key=reader.key(),
                raw=mask_cards(raw.decode())[0],
            )
        ]
    answer.findings = [Finding(code, answer.line, facts) for code, facts in reader.findings]


class _Reader:
    """Reads one row."""

    def __init__(self, row: Row, view: ViewMap, settings: Settings, version: int | None) -> None:
        self.cells = Cells(row, view, ZoneInfo(settings.zone))
        self.version = version
        self.view, self.settings = view, settings
        self.findings: list[tuple[str, dict[str, Any]]] = []

    def key(self) -> str | None:
        """The record's key as a person would look for it."""
        if self.view.object == "profile":
            return self.cells.text("source_id")
        number = self.cells.text("number")
        return number and f"{number}/{self.cells.text('leg') or 1}"

    def refuse_other_house(self, house: str | None) -> None:
        """A row of another hotel is never taken for one of ours."""
        if not self.view.house:
            return
        mine, said = house or self.settings.property, self.cells.column(self.view.house)
        if said != mine:
            raise Unreadable(
                f"The row belongs to the hotel {said!r}, this connection is of {mine!r}.",
                "other_property",
                said=said,
            )

    def reservation(self) -> Reservation:
        """One row, one reservation."""
        cells = self.cells
        number, status, said, arrival, departure = self._essentials()
        channel, source_channel = self._word("channel")
        segment, source_segment = self._word("segment")
        board, source_board = self._word("board")
        payment, source_payment = self._word("payment_method")
        return Reservation(
            number=number,
            leg=cells.text("leg") or "1",
            property=self.settings.property,
            group_number=cells.text("group_number"),
            status=status,
            source_status=said,
            arrival_on=arrival,
            departure_on=departure,
            nights=(departure - arrival).days,
            created_at=cells.stamp("created_at"),
            modified_at=cells.instant("modified_at"),
            # A reinstated stay often keeps the stamp of its cancellation.
            cancelled_at=cells.stamp("cancelled_at") if status in _CLOSED else None,
            checked_in_at=cells.stamp("checked_in_at"),
            checked_out_at=cells.stamp("checked_out_at"),
            adults=cells.count("adults"),
            children=cells.count("children"),
            infants=cells.count("infants"),
            room_number=cells.text("room_number"),
            room_category=cells.text("room_category"),
            rate_code=cells.text("rate_code"),
            board=Board(board) if board else None,
            source_board=source_board,
            channel=Channel(channel) if channel else Channel.OTHER,
            source_channel=source_channel,
            source=cells.text("source"),
            segment=self._segment(segment, source_segment),
            source_segment=source_segment,
            amount=cells.amount("amount"),
            room_amount=cells.amount("room_amount"),
            currency=(cells.text("currency") or self.settings.currency).upper(),
            tax_included=cells.flag("tax_included"),
            payment_method=Payment(payment) if payment else None,
            source_payment=source_payment,
            version=self.version if self.version is not None else cells.count("version"),
            guests=[
                GuestOnBooking(role, source_id)
                for role, column in self.view.guests.items()
                if (source_id := cells.column(column))
            ],
            notes=cells.lines("notes"),
            custom=self._custom(),
        )

    def _essentials(self) -> tuple[str, Status, str, date, date]:
        """What every reservation must say, or why this row is none."""
        cells = self.cells
        number, (status, said) = cells.text("number"), cells.meaning("status")
        arrival, departure = cells.day("arrival_on"), cells.day("departure_on")
        if number is None:
            raise Unreadable("The row has no number.", "no_number")
        if status is None or said is None:
            # Never guessed: a wrong status sends wrong messages.
            raise Unreadable(
                f"The status {said!r} is not known. Give it a meaning in the mapping.",
                "unknown_status",
                word=said or "",
            )
        if arrival is None or departure is None:
            raise Unreadable("Arrival or departure is missing.", "no_dates")
        if departure < arrival:
            raise Unreadable("The departure lies before the arrival.", "departure_before_arrival")
        return number, Status(status), said, arrival, departure

    def profile(self) -> Profile:
        """One row, one profile."""
        cells = self.cells
        source_id = cells.text("source_id")
        if source_id is None:
            raise Unreadable("The row has no number.", "no_number")
        kind, _ = self._word("kind")
        country = self._country("country")
        profile = Profile(
            source_id=source_id,
            kind=ProfileKind(kind or (ProfileKind.OTHER if cells.word("kind") else "person")),
            title=cells.text("title"),
            first_name=cells.text("first_name"),
            last_name=cells.text("last_name"),
            second_last_name=cells.text("second_last_name"),
            birth_date=self._birth_date(),
            language=self._language(),
            nationality=self._country("nationality"),
            country=country,
            emails=self._emails(),
            phones=self._phones(),
            addresses=self._addresses(country),
            card_token=cells.text("card_token"),
            vip=cells.text("vip"),
            consents=self._consents(),
            merged_into=cells.text("merged_into"),
            deleted=cells.flag("deleted") or False,
            anonymised=cells.flag("anonymised") or False,
            modified_at=cells.instant("modified_at"),
            version=self.version if self.version is not None else cells.count("version"),
            notes=cells.lines("notes"),
        )
        profile.custom = self._custom()
        return profile

    def _word(self, field: str) -> tuple[str | None, str | None]:
        """The meaning of a word beside the word; an unknown one is told, never guessed."""
        meaning, said = self.cells.meaning(field)
        if said is not None and meaning is None:
            self.findings.append(("unknown_word", {"field": field, "word": said}))
        return meaning, said

    def _segment(self, meaning: str | None, said: str | None) -> Segment | None:
        return Segment(meaning) if meaning else (Segment.OTHER if said else None)

    def _custom(self) -> dict[str, Any]:
        found = ((name, self.cells.column(column)) for name, column in self.view.custom.items())
        return {name: value for name, value in found if value is not None}

    def _country(self, field: str) -> str | None:
        said = self.cells.text(field)
        code = country_code(said) if said else None
        if said and code is None:
            self.findings.append(("unknown_word", {"field": field, "word": said}))
        return code

    def _language(self) -> str | None:
        said = self.cells.text("language")
        tag = language_tag(said) if said else None
        if said and tag is None:
            self.findings.append(("unknown_word", {"field": "language", "word": said}))
        return tag

    def _birth_date(self) -> str | None:
        born = self.cells.day("birth_date")
        return born.isoformat() if born and born <= self.settings.read_at.date() else None

    def _emails(self) -> list[Email]:
        said = self.cells.text("email")
        if said is None:
            return []
        addresses = addresses_in(said)
        if addresses is None:
            self.findings.append(("unreadable_email", {}))
        return [email(address, None) for address in addresses or ()]

    def _phones(self) -> list[Phone]:
        kinds = (("phone", None), ("mobile", "mobile"))
        said = [(self.cells.text(field), kind) for field, kind in kinds]
        return [phone(raw, kind, self.settings.country) for raw, kind in said if raw]

    def _addresses(self, country: str | None) -> list[Address]:
        names = ("line1", "line2", "postcode", "city", "region")
        address = Address(**{name: self.cells.text(name) for name in names}, country=country)
        return [address] if any(getattr(address, name) for name in names) else []

    def _consents(self) -> list[Consent]:
        answers = [(way, self.cells.flag(f"marketing_{way}")) for way in _CHANNELS_OF_CONSENT]
        return [
            Consent("marketing", way, "in" if said else "out")
            for way, said in answers
            if said is not None
        ]


def _key(row: Row, view: ViewMap) -> tuple[str, ...]:
    return tuple(str(row.get(column)) for column in view.key)


def _latest(rows: list[dict[str, Scalar]], view: ViewMap) -> dict[tuple[str, ...], int]:
    """Of rows with one key the number of the one to take: changed last, else told last."""
    latest: dict[tuple[str, ...], tuple[str, int]] = {}
    for number, row in enumerate(rows, 1):
        key = _key(row, view)
        rank = str((row.get(view.changed) if view.changed else "") or ""), number
        latest[key] = max(rank, latest.get(key, rank))
    return {key: number for key, (_, number) in latest.items()}
