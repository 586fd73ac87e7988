"""A reservation of Mews and what belongs to it become one canonical reservation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from staytrue.connectors.mews import bill, entities, words
from staytrue.connectors.mews.choices import listed
from staytrue.connectors.mews.known import Known, Notes, said, utc
from staytrue.hotel.codes import Channel, GuestRole, Payment, Segment, Status
from staytrue.hotel.records import GuestOnBooking, Reservation
from staytrue.kit.errors import Unreadable
from staytrue.kit.text import clean_lines, fold

NIGHTS_MAX = 1_000
CUSTOMER = "Customer"


def skipped(stay: entities.Reservation, known: Known) -> str | None:
    """Why this is no stay of ours: a service the connection leaves out, such as parking."""
    wanted = listed(known.settings.values, "services")
    if wanted and stay.service_id and stay.service_id not in wanted:
        return "a service that is not mirrored"
    return None


def read(stay: entities.Reservation, known: Known, notes: Notes) -> Reservation:
    """The canonical reservation, or Unreadable with the first reason against it."""
    if stay.number is None or not (number := said(stay.number)):
        raise _missing("number", "The confirmation number")
    _check_property(stay, known)
    status = _status(stay)
    zone = known.zone_of(stay)
    arrival, departure = _span(stay, zone)
    channel, source_channel, source = _origin(stay, known, notes)
    segment, source_segment = _segment(stay, known, notes)
    adults, children = _people(stay, known, notes)
    money = bill.of(stay.id, known, zone, notes)
    if money.payment is None and stay.credit_card_id:
        money.payment, money.source_payment = Payment.CARD, "CreditCard"
    category = stay.requested_resource_category_id or stay.requested_category_id
    is_over = status in (Status.CANCELLED, Status.NO_SHOW)
    return Reservation(
        number=number,
        property=known.settings.property,
        group_number=stay.group_id,
        status=status,
        source_status=stay.state or "",
        arrival_on=arrival,
        departure_on=departure,
        nights=(departure - arrival).days,
        created_at=utc(stay.created_utc),
        modified_at=utc(stay.updated_utc),
        # A stay that was taken back to life may still say when it was cancelled.
        cancelled_at=utc(stay.cancelled_utc) if is_over else None,
        checked_in_at=utc(stay.actual_start_utc),
        checked_out_at=utc(stay.actual_end_utc),
        adults=adults,
        children=children,
        room_number=known.label(known.named("Resources", stay.assigned_resource_id)),
        room_category=known.label(known.named("ResourceCategories", category)),
        rate_code=known.code(known.named("Rates", stay.rate_id)),
        board=money.board,
        source_board=money.source_board,
        channel=channel,
        source_channel=source_channel,
        source=source,
        segment=segment,
        source_segment=source_segment,
        amount=money.amount,
        room_amount=money.room_amount,
        currency=money.currency,
        tax_included=money.tax_included,
        payment_method=money.payment,
        source_payment=money.source_payment,
        extras=money.extras,
        folio=money.folio,
        guests=_guests(stay, known, notes),
        notes=_notes(stay, known),
        custom=_custom(stay, known, status, category),
    )


def _missing(field: str, words: str) -> Unreadable:
    return Unreadable(f"{words} is missing.", f"missing_{field}", field=field)


def _check_property(stay: entities.Reservation, known: Known) -> None:
    """A booking of another house must never land in this one."""
    expected, told = known.settings.values.get("enterprise_id"), known.enterprise_of(stay)
    if expected and told and told != expected:
        raise Unreadable(
            f"This booking is of the enterprise {told}, and the connection is for {expected}.",
            "foreign_property",
            enterprise=told,
        )


def _status(stay: entities.Reservation) -> Status:
    if not stay.state:
        raise _missing("status", "The state")
    status = words.STATUS.get(stay.state)
    if status is None:
        raise Unreadable(
            f"Mews says {stay.state} as state. It has no meaning here yet, so nothing is guessed.",
            "unknown_status",
            word=stay.state,
        )
    # Mews knows no state of its own for a guest who did not come: only why it was cancelled.
    if status is Status.CANCELLED and stay.cancellation_reason == words.NO_SHOW:
        return Status.NO_SHOW
    return status


def _span(stay: entities.Reservation, zone: ZoneInfo) -> tuple[date, date]:
    """The booked days of the house. Who checks in after midnight still arrived the day before."""
    start = utc(stay.scheduled_start_utc or stay.start_utc)
    end = utc(stay.scheduled_end_utc or stay.end_utc)
    if start is None:
        raise _missing("arrival_on", "The arrival")
    if end is None:
        raise _missing("departure_on", "The departure")
    arrival, departure = start.astimezone(zone).date(), end.astimezone(zone).date()
    nights = (departure - arrival).days
    if nights < 0:
        raise Unreadable(
            f"The departure {departure} is before the arrival {arrival}.",
            "departure_before_arrival",
            arrival_on=arrival.isoformat(),
            departure_on=departure.isoformat(),
        )
    if nights > NIGHTS_MAX:
        raise Unreadable(
            f"A stay of {nights} nights, from {arrival} to {departure}, cannot be right.",
            "too_long",
            nights=nights,
        )
    return arrival, departure


def _origin(
    stay: entities.Reservation, known: Known, notes: Notes
) -> tuple[Channel, str | None, str | None]:
    """Channel, the word it came from, and the partner's name."""
    agency = known.label(known.named("Companies", stay.travel_agency_id))
    partner = known.label(known.named("Companies", _partner(stay)))
    assigned = known.of("SourceAssignments", entities.SourceAssignment, "reservation_id", stay.id)
    assigned = sorted(assigned, key=lambda one: one.is_primary is not True)
    for assignment in assigned:
        source = known.named("Sources", assignment.source_id)
        if source is not None:
            return _of_word(source.type, words.SOURCE_CHANNEL, notes), source.type, (
                known.label(source)
            )  # fmt: skip
    channel, word = _of_origin(stay, notes)
    is_own_doing = channel in (Channel.DIRECT, Channel.OTHER)
    if _partner(stay) and is_own_doing:
        channel = Channel.CORPORATE
    return channel, word, agency or partner


def _of_origin(stay: entities.Reservation, notes: Notes) -> tuple[Channel, str | None]:
    origin, by = stay.origin, stay.commander_origin
    if origin is None:
        return Channel.OTHER, None
    if origin.startswith(words.COMMANDER):
        by = by or origin.removeprefix(words.COMMANDER) or None
        word = origin if origin != words.COMMANDER or by is None else f"{origin}/{by}"
        return _of_word(by, words.COMMANDER_CHANNEL, notes), word
    channel = _of_word(origin, words.ORIGIN_CHANNEL, notes)
    if origin == "ChannelManager" and stay.channel_number:
        channel = Channel.OTA
    return channel, origin


def _of_word(word: str | None, table: Any, notes: Notes) -> Channel:
    channel: Channel | None = table.get(word)
    if channel is None:
        notes.append(("unknown_word", {"field": "channel", "word": word}))
    return channel or Channel.OTHER


def _segment(
    stay: entities.Reservation, known: Known, notes: Notes
) -> tuple[Segment | None, str | None]:
    """The hotel's own segment where its name is a plain one, else the purpose of the journey."""
    name = known.label(known.named("BusinessSegments", stay.business_segment_id))
    told = [word for word in (name, stay.purpose) if word]
    if not told:
        return None, None
    for word in told:
        if segment := words.SEGMENT.get(fold(word)):
            return segment, told[0]
    notes.append(("unknown_word", {"field": "segment", "word": told[0]}))
    return Segment.OTHER, told[0]


def _people(
    stay: entities.Reservation, known: Known, notes: Notes
) -> tuple[int | None, int | None]:
    """Adults and children. People of a category that is not known count as neither."""
    if not stay.person_counts:
        return stay.adult_count, stay.child_count
    counts: dict[str, int] = {}
    for group in stay.person_counts:
        category = known.named("AgeCategories", group.age_category_id)
        kind = category.classification if category else None
        if kind not in ("Adult", "Child"):
            notes.append(("unknown_age_category", {"id": group.age_category_id, "word": kind}))
            kind = ""
        counts[kind] = counts.get(kind, 0) + (group.count or 0)
    rest = None if "" in counts else 0
    return counts.get("Adult", rest), counts.get("Child", rest)


def _guests(stay: entities.Reservation, known: Known, notes: Notes) -> list[GuestOnBooking]:
    """Primary, booker, companions. A company that owns the stay sleeps in no room."""
    owner, kind = stay.account_id or stay.customer_id, stay.account_type or CUSTOMER
    if kind not in (CUSTOMER, "Company"):
        notes.append(("unknown_word", {"field": "account_type", "word": kind}))
    primary = owner if kind == CUSTOMER else None
    together = known.of("Companionships", entities.Companionship, "reservation_id", stay.id)
    others = [one.customer_id for one in together if one.customer_id not in (None, primary)]
    others = list(dict.fromkeys(others))
    if primary is None and len(others) == 1:
        primary = others.pop()
    roster = [
        (GuestRole.PRIMARY, primary),
        (GuestRole.BOOKER, stay.booker_id),
        *((GuestRole.COMPANION, other) for other in others),
    ]
    return [GuestOnBooking(role, profile) for role, profile in roster if profile]


def _notes(stay: entities.Reservation, known: Known) -> str | None:
    found = known.of("ServiceOrderNotes", entities.ServiceOrderNote, "order_id", stay.id)
    ordered = sorted(found, key=lambda note: (str(utc(note.created_utc) or ""), note.id or ""))
    return "\n".join(text for note in ordered if (text := clean_lines(note.text or ""))) or None


def _custom(
    stay: entities.Reservation, known: Known, status: Status, category: str | None
) -> dict[str, Any]:
    return {name: value for name, value in _more(stay, known, status, category) if value}


def _more(
    stay: entities.Reservation, known: Known, status: Status, category: str | None
) -> Iterator[tuple[str, str | None]]:
    """What has no field of its own. The PMS's id is needed to read this one stay again."""
    yield "pms_id", stay.id
    channel = next(
        iter(known.of("ChannelManagerDetails", entities.ChannelManagerDetail,
                      "reservation_id", stay.id)), entities.ChannelManagerDetail(),
    )  # fmt: skip
    yield "channel_number", said(stay.channel_number) or said(channel.channel_number)
    yield "channel_manager", said(channel.channel_manager_name)
    yield "requested_rate_code", said(channel.requested_rate_code)
    yield "rate_label", known.label(known.named("Rates", stay.rate_id))
    if status in (Status.CANCELLED, Status.NO_SHOW):
        yield "cancellation_reason", stay.cancellation_reason
    if status is Status.OPTION:
        yield "released_at", _instant(stay.released_utc)
    yield "origin_details", said(stay.origin_details)
    yield "group_name", known.label(known.named("ReservationGroups", stay.group_id))
    yield "block_name", known.label(known.named("AvailabilityBlocks", stay.availability_block_id))
    for name, id in (("company", _partner(stay)), ("travel_agency", stay.travel_agency_id)):
        yield f"{name}_id", id
        yield name, known.label(known.named("Companies", id))
    assigned = known.of(
        "ResourceCategoryAssignments", entities.CategoryAssignment, "resource_id",
        stay.assigned_resource_id,
    )  # fmt: skip
    for one in assigned:
        if one.is_active is not False and one.category_id != category:
            yield (
                "assigned_category",
                known.label(known.named("ResourceCategories", one.category_id)),
            )


def _instant(moment: datetime | None) -> str | None:
    told = utc(moment)
    return told.isoformat().replace("+00:00", "Z") if told else None


def _partner(stay: entities.Reservation) -> str | None:
    return stay.partner_company_id or stay.company_id
