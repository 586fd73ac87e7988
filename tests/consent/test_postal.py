"""The postal export honours what was said about letters, and nothing else stops it."""

from __future__ import annotations

import csv
import io

import pytest

from staytrue.consent import acts, postal
from staytrue.consent.acts import About, Spoken
from staytrue.consent.purposes import GROUP, Channel, Origin, Purpose
from staytrue.hotel import scope
from staytrue.hotel.records import Address
from staytrue.kit.errors import Forbidden
from staytrue.kit.spreadsheet import write_csv
from staytrue.staff.models import AuditEntry
from tests.consent.scenes import kept, person, told, two_hotels
from tests.make import NOON
from tests.staff import people
from tests.web.house import House

pytestmark = pytest.mark.django_db


def home(street: str) -> list[Address]:
    return [Address(line1=street, postcode="48001", city="Bilbao", country="ES")]


def three() -> tuple[House, list[int]]:
    """Ana refused e-mail, Jon refused letters, and Eve calls herself a formula."""
    at = two_hotels()
    ids = told(
        at,
        person("G1", "Ana Vidal", "ana@gmail.com", country="ES", addresses=home("Gran Vía 1")),
        person("G2", "Jon Cole", "jon@gmail.com", country="ES", addresses=home("Gran Vía 2")),
        person("G3", "=cmd|' Eve", country="ES", addresses=home("+Gran Vía 3")),
    )
    kept(ids)
    for id_, channel in ((ids[0], Channel.EMAIL), (ids[1], Channel.POST)):
        spoken = Spoken(Origin.DESK, "tests", at.sirga.pk, words="verbal")
        acts.opt_out([About(id_)], [Purpose.MARKETING], [channel], GROUP, spoken, NOON)
    return at, ids


def test_who_refused_letters_is_left_out_and_who_refused_only_mail_is_in() -> None:
    at, _ = three()
    with scope.everything():
        rows = list(postal.letters(people.access("general_manager", at=at.sirga), at.sirga, NOON))
    assert [row[:2] for row in rows] == [("Ana Vidal", "Gran Vía 1"), ("=cmd|' Eve", "+Gran Vía 3")]
    assert rows[0][-2:] == ("until_objection", "2026-11")


def test_a_guest_who_calls_himself_a_formula_is_text_in_the_file() -> None:
    at, _ = three()
    out = io.StringIO()
    with scope.everything():
        chief = people.access("general_manager", at=at.sirga)
        write_csv(out, postal.HEADING, postal.letters(chief, at.sirga, NOON))
        assert AuditEntry.objects.get(action="exported").facts == {"lines": 2}
    eve = list(csv.reader(io.StringIO(out.getvalue())))[2]
    assert eve[:2] == ["'=cmd|' Eve", "'+Gran Vía 3"]


def test_the_desk_exports_nothing() -> None:
    at, _ = three()
    with scope.everything(), pytest.raises(Forbidden):
        list(postal.letters(people.access("front_desk", at=at.sirga), at.sirga, NOON))
