"""What guests wrote, as the hotel reads it: beside the stay, and asked about until somebody has."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from staytrue.changes import pending
from staytrue.forms.models import ArrivalForm, SurveyAnswer
from staytrue.mirror.models import Reservation
from staytrue.staff import audit
from staytrue.staff.access import Access, one_of, visible_to
from staytrue.staff.actions import NewAsk, close_asks, open_asks

RIGHT = "notes.read"
LOW = 6
"""Up to this score somebody of the hotel speaks with the guest."""
SOON = timedelta(hours=4)
"""An unhappy guest hears from the hotel within this time."""
WISH, LOW_SCORE, CALL = "guest_wish", "low_score", "guest_call"
DESK, RELATIONS = "front_desk", "guest_relations"
CASES = "settle_cases"
"""Opens what a guest's words ask for at the desk (`flow/reactions.py`)."""


def of_stay(access: Access, reservation_id: int) -> tuple[ArrivalForm | None, SurveyAnswer | None]:
    """What guests wrote about a stay, for who may read notes at its hotel."""
    return (
        visible_to(access, ArrivalForm.objects.all(), RIGHT)
        .filter(reservation_id=reservation_id)
        .first(),
        visible_to(access, SurveyAnswer.objects.all(), RIGHT)
        .filter(reservation_id=reservation_id)
        .first(),
    )


def read(access: Access, reservation_id: int, now: datetime) -> None:
    """Somebody has read what a guest wrote about this stay; the asks about it end."""
    stay = one_of(access, Reservation.objects.all(), RIGHT, pk=reservation_id)
    with audit.acting(access.actor, now):
        for model in (ArrivalForm, SurveyAnswer):
            model.objects.filter(reservation_id=stay.pk, read_at=None).update(
                read_at=now, read_by=access.actor
            )
        audit.record("guest_words_read", f"reservation:{stay.pk}", property_id=stay.property_id)
        settle_asks([stay.pk], now)


def settle_asks(reservation_ids: Collection[int], now: datetime) -> None:
    """Ask about each unread word that wants an answer, and about nothing else."""
    unread = {"reservation_id__in": list(reservation_ids), "read_at": None}
    stays = dict(Reservation.objects.filter(pk__in=reservation_ids).values_list("pk", "number"))
    wishing = ArrivalForm.objects.filter(**unread).exclude(wishes="")
    wanted = [_ask(WISH, DESK, form, stays, {}) for form in wishing]
    for answer in SurveyAnswer.objects.filter(**unread):
        if answer.wants_call:
            wanted.append(_ask(CALL, RELATIONS, answer, stays, {"score": answer.score}))
        elif answer.score <= LOW:
            wanted.append(_ask(LOW_SCORE, RELATIONS, answer, stays, {"score": answer.score}))
    open_asks(wanted, now)
    keys = {_key(kind, id_) for kind in (WISH, CALL, LOW_SCORE) for id_ in reservation_ids}
    close_asks(keys - {each.key for each in wanted}, "read", now)
    pending.add(CASES, "reservation", reservation_ids, now)


def _ask(
    kind: str,
    role: str,
    word: ArrivalForm | SurveyAnswer,
    stays: dict[int, str],
    facts: dict[str, int],
) -> NewAsk:
    return NewAsk(
        key=_key(kind, word.reservation_id),
        kind=kind,
        role=role,
        property_id=word.property_id,
        facts={"number": stays.get(word.reservation_id, ""), **facts},
        link=f"/stays/{word.reservation_id}/#written",
        due_at=None if kind == WISH else word.at + SOON,
    )


def unread(reservation_ids: Collection[int]) -> tuple[list[ArrivalForm], list[SurveyAnswer]]:
    """What guests of these stays wrote and nobody has read: wishes, and answers."""
    of_stays = {"reservation_id__in": list(reservation_ids), "read_at": None}
    wishing = ArrivalForm.objects.filter(**of_stays).exclude(wishes="").order_by("pk")
    return list(wishing), list(SurveyAnswer.objects.filter(**of_stays).order_by("pk"))


def answers(
    access: Access, property_ids: Collection[int], since: datetime, until: datetime
) -> list[SurveyAnswer]:
    """The answers of a span of time, for who may read what guests wrote."""
    found = visible_to(access, SurveyAnswer.objects.all(), RIGHT)
    return list(found.filter(property_id__in=property_ids, at__gte=since, at__lt=until))


def closed_by_case(reservation_ids: Collection[int], now: datetime) -> None:
    """A case of the desk has an owner for these words: the asks about them end."""
    keys = [_key(kind, id_) for kind in (WISH, CALL, LOW_SCORE) for id_ in reservation_ids]
    close_asks(keys, "case", now)


def _key(kind: str, reservation_id: int) -> str:
    return f"{kind}:{reservation_id}"


def scores(
    access: Access, property_ids: Collection[int], begin: datetime, end: datetime
) -> list[tuple[datetime, int, int]]:
    """What guests gave between two instants, as far as he reads it: when, how much, of which stay."""
    found = visible_to(access, SurveyAnswer.objects.all(), RIGHT).filter(
        property_id__in=list(property_ids), at__gte=begin, at__lt=end
    )
    return list(found.order_by("at", "pk").values_list("at", "score", "reservation_id"))
