"""What the desk answers for besides what people bring to it: words of guests, bookings, bills."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from staytrue.desk import accounting, busy, climbing, following, money_rules, reporting, triggers
from staytrue.desk.figures import Score
from staytrue.desk.kinds import Cause, Trigger
from staytrue.desk.models import MoneyLine, TriggerRule
from staytrue.desk.reporting import Report
from staytrue.desk.triggers import Found
from staytrue.forms import reading
from staytrue.forms.models import ArrivalForm, SurveyAnswer
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.asking import ask
from staytrue.mirror.models import Reservation
from staytrue.staff.access import Access

LATELY = timedelta(days=3)
"""What is older when it is first looked at is history, and opens nothing."""
_CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        "room": Cause.ROOM,
        "quiet": Cause.NOISE,
        "breakfast": Cause.BREAKFAST,
        "welcome": Cause.WELCOME,
        "wifi": Cause.WIFI,
        "cleanliness": Cause.CLEANLINESS,
    }
)
_OF_BOOKINGS: Mapping[str, Trigger] = MappingProxyType(
    {
        "room_moved": Trigger.ROOM_MOVED,
        "dates_moved": Trigger.DATES_MOVED,
        "cancelled": Trigger.CANCELLED,
    }
)


def settle_cases(reservation_ids: Collection[int], now: datetime) -> None:
    """Bring the cases about these stays to what the mirror says, and open those that are missing."""
    following.follow(reservation_ids, now)
    rules = TriggerRule.objects.exclude(type_key="").values_list("trigger", flat=True)
    wanted = {Trigger(each) for each in rules.distinct()}
    found = [
        *_of_words(reservation_ids),
        *_of_bookings(reservation_ids, wanted, now),
        *(_of_bills(reservation_ids, now) if Trigger.UNAPPROVED in wanted else ()),
    ]
    opened = triggers.open_for(found, now)
    guests_words = {each.reservation_id for each in opened if each.origin == "guest"}
    reading.closed_by_case([id_ for id_ in guests_words if id_], now)


def _of_words(reservation_ids: Collection[int]) -> Iterator[Found]:
    """What guests wrote on their own pages and nobody has read yet."""
    wishing, answers = reading.unread(reservation_ids)
    for form in wishing:
        yield _found(Trigger.WISH, f"wish:{form.reservation_id}", form, form.wishes)
    for answer in answers:
        facts = {"score": answer.score}
        causes = [_CAUSES[topic] for topic in answer.topics if topic in _CAUSES]
        cause = causes[0].value if causes else ""
        if answer.score <= reading.LOW:
            key = f"survey:{answer.reservation_id}"
            yield _found(Trigger.LOW_SCORE, key, answer, answer.comment, cause, facts)
        elif answer.wants_call:
            key = f"call:{answer.reservation_id}"
            yield _found(Trigger.CALL, key, answer, answer.comment, cause, facts)


def _found(
    trigger: Trigger,
    key: str,
    written: ArrivalForm | SurveyAnswer,
    words: str,
    cause: str = "",
    facts: Mapping[str, int] | None = None,
) -> Found:
    return Found(
        trigger=trigger, key=key, property_id=written.property_id, words=words, cause=cause,
        reservation_id=written.reservation_id, profile_id=written.profile_id, facts=facts or {},
    )  # fmt: skip


def _of_bookings(
    reservation_ids: Collection[int], wanted: Collection[Trigger], now: datetime
) -> Iterator[Found]:
    """What became different at the PMS lately, where a hotel has a rule for it."""
    kinds = [kind for kind, trigger in _OF_BOOKINGS.items() if trigger in wanted]
    if not kinds:
        return
    rows = ask(
        """SELECT c.object_id, c.property_id, c.no, k.kind FROM change c
             CROSS JOIN LATERAL unnest(c.kinds) k(kind)
            WHERE c.object = 'reservation' AND c.object_id = ANY(%s) AND c.at > %s
              AND NOT c.history AND k.kind = ANY(%s) ORDER BY c.object_id, c.no""",
        [sorted(reservation_ids), now - LATELY, kinds],
    )
    for stay, hotel, no, kind in rows:
        trigger = _OF_BOOKINGS[kind]
        key = f"{trigger.value}:{stay}:{no}"
        yield Found(trigger=trigger, key=key, property_id=hotel, reservation_id=stay)


def _of_bills(reservation_ids: Collection[int], now: datetime) -> Iterator[Found]:
    """Money that went back to a guest and that no case knows, where a hotel asks about it."""
    stays = Reservation.objects.filter(pk__in=reservation_ids).exclude(folio=[]).order_by("pk")
    for stay in stays:
        lately = [each for each in stay.folio if _is_lately(each.get("on"), now)]
        lines = MoneyLine.objects.filter(case__reservation_id=stay.pk).exclude(folio_line="")
        known = set(lines.values_list("folio_line", flat=True))
        for line in money_rules.unapproved(lately, known, ()):
            yield Found(
                trigger=Trigger.UNAPPROVED, key=f"folio:{stay.pk}:{line}",
                property_id=stay.property_id, reservation_id=stay.pk, cause=Cause.PAYMENT.value,
                folio_line=line, facts={"line": line},
            )  # fmt: skip


def _is_lately(on: str | None, now: datetime) -> bool:
    return on is not None and date.fromisoformat(on) >= (now - LATELY).date()


def climb(now: datetime) -> None:
    """Escalate what nobody did in time: cases, and asks of every package."""
    with scope.everything():
        climbing.climb(now)
        climbing.climb_asks(now)


def prepare_busy_nights(now: datetime) -> None:
    """Have exceptions read before busy nights, and cases checked after busy days."""
    with scope.everything():
        busy.settle(now)
        busy.draw_checks(now)


def tell_accounting(now: datetime) -> None:
    """Tell accounting of the money that was decided."""
    with scope.everything():
        accounting.settle(now)
        accounting.send(now)


def report(
    access: Access, property_ids: Collection[int], first_on: date, last_on: date, now: datetime
) -> Report:
    """The managers' report, with what guests answered who were there in those days."""
    scores = [
        score
        for hotel in Property.objects.filter(pk__in=property_ids)
        for score in _scores(access, hotel, first_on, now)
    ]
    return reporting.report(access, property_ids, first_on, last_on, now, scores)


def _scores(access: Access, hotel: Property, first_on: date, now: datetime) -> Iterator[Score]:
    """Surveys are answered after the stay: until now, and each with the days of its stay."""
    zone = ZoneInfo(hotel.timezone)
    since = datetime.combine(first_on, time.min, zone)
    answers = reading.scores(access, [hotel.pk], since, now + timedelta(seconds=1))
    stays = Reservation.objects.in_bulk({stay for _at, _score, stay in answers})
    for at, score, id_ in answers:
        stay = stays.get(id_)
        yield Score(
            at.astimezone(zone).date(), Decimal(score), "survey",
            stay.arrival_on if stay else None, stay.departure_on if stay else None,
        )  # fmt: skip
