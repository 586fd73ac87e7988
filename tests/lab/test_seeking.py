"""Guests to be looked for are the same each time, and each question leads to one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from staytrue.hotel.codes import Status
from staytrue.kit.text import fold
from staytrue.lab.seeking import (
    KINDS,
    Question,
    crowd,
    hotel_of,
    questions,
    slipped,
    stays_of,
    told_apart,
)
from staytrue.lab.streams import stream
from staytrue.mirror.names import FAR, word_cost

TODAY = date(2026, 5, 21)
GUESTS = list(crowd(3, 2_000, 4))


def test_the_same_seed_makes_the_same_guests_and_questions() -> None:
    assert list(crowd(3, 2_000, 4)) == GUESTS
    assert questions(3, 500, 4, 20) == questions(3, 500, 4, 20)


def test_each_kind_is_asked_as_often_and_names_somebody() -> None:
    asked = questions(3, 2_000, 4, 30)
    assert Counter(each.kind for each in asked) == dict.fromkeys(KINDS, 30)
    assert all(each.words and 0 <= each.serial < 2_000 for each in asked)


def test_most_names_are_borne_once_as_in_life() -> None:
    borne = Counter(fold(f"{guest.first} {guest.last}") for guest in GUESTS)
    assert sum(count == 1 for count in borne.values()) > 0.8 * len(borne)


def test_a_room_of_a_hotel_has_one_guest_today() -> None:
    rooms = [
        (hotel_of(guest, at), stay.room_number)
        for guest in GUESTS
        for at, stay in enumerate(stays_of(3, guest, 4, TODAY))
        if stay.status == Status.IN_HOUSE
    ]
    assert len(rooms) == len(set(rooms)) == 600


def test_nobody_is_asked_for_by_what_is_as_near_to_another() -> None:
    julie, jules = (
        replace(GUESTS[0], serial=serial, first=first, last=last, second=None)
        for serial, first, last in ((1, "Julie", "Mercier"), (2, "Jules", "Mercier"))
    )
    asked = [Question("mistyped", words, 1) for words in ("jule mercier", "mercier juliw")]
    assert told_apart(asked, lambda: [julie, jules]) == asked[1:]
    assert told_apart(asked, lambda: [julie]) == asked


def test_a_slip_is_one_slip() -> None:
    rng = stream(3, "slips")
    costs = [word_cost(slipped(rng, "fontanel"), "fontanel") for _ in range(300)]
    assert max(cost or 0 for cost in costs) <= FAR + 25
    assert sum(cost == 0 for cost in costs) < 15
