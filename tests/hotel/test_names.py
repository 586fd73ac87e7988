"""Spellings that a person would take for one name meet; names of two people do not."""

from __future__ import annotations

import pytest

from staytrue.hotel import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"), ("MÜLLER", "muller"), ("Sørensen", "Soerensen"), ("Ågren", "Aagren"),
        ("Łukasik", "Lukasik"), ("Groß", "Gross"), ("Kjær", "Kjaer"), ("Đorđević", "Dordevic"),
        ("O'Brien", "O Brien"), ("O’Brien", "OBrien"), ("de la Fuente", "Fuente"),
        ("van der Meer", "Meer"), ("D'Arcy", "D Arcy"), ("Mc Donald", "McDonald"),
        ("García-López", "Garcia Lopez"),
    ],
)  # fmt: skip
def test_spellings_of_one_surname_are_equal(one: str, other: str) -> None:
    assert names.surname_of(one) == names.surname_of(other)


@pytest.mark.parametrize("text", ["Guest", "Unknown", "TBD", ".", "J", "J.", "", "Mr", "N/A", "-"])
def test_what_is_no_given_name_is_missing(text: str) -> None:
    assert names.given_of(text) == ("", "")


def test_initials_stand_only_where_no_given_name_is_written_out() -> None:
    told = ("J. B.", "Mr. J", "M.", "M. Jean", "Dr. John B.", "Guest", ".", "")
    assert [names.initials_of(text) for text in told] == ["jb", "j", "m", "", "", "", "", ""]


def test_titles_initials_and_suffixes_are_no_names() -> None:
    assert names.given_of("Dr. John B.") == ("john", "")
    assert names.surname_of("Smith Jr.") == ("smith", "jr")
    assert names.surname_of("Smith Sr") == ("smith", "sr")


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("Ana", "Castro", "AC"), ("Ana", "Castro Lozano", "AC"), ("Ana María", "Castro", "AC"),
        ("Dr. Peter", "van Dongen", "PD"), ("M.", "de la Fuente", "MF"), ("Élodie", "D'Arcy", "ÉD"),
        ("", "Ibarra", "I"), ("Ana", None, "A"), ("Mr", "Da", "MD"), ("李", "王", "李王"),
        ("(vip) jon", "ibarra", "JI"), ("-", "12", "·"), (None, None, "·"),
    ],
)  # fmt: skip
def test_a_mark_is_the_given_name_and_the_first_surname(
    first: str | None, last: str | None, found: str
) -> None:
    assert names.initials(first, last) == found


def test_a_surname_that_looks_like_a_particle_stays() -> None:
    assert names.surname_of("Da") == ("da", "")


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Smith, John", ("John", "Smith")),
        ("SMITH/JOHN MR", ("JOHN MR", "SMITH")),
        ("John Smith", ("John", "Smith")),
        ("Mr John Smith", ("John", "Smith")),
        ("Juan de la Fuente", ("Juan", "de la Fuente")),
        ("John Smith Jr", ("John", "Smith Jr")),
        ("Smith", ("", "Smith")),
    ],
)
def test_a_name_in_one_field_is_divided(full: str, parts: tuple[str, str]) -> None:
    assert names.split_of(full) == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob", "Robert"), ("Bill", "William"), ("Peggy", "Margaret"), ("Pepe", "José"),
        ("Paco", "Francisco"), ("Manu", "Emmanuel"), ("Fritz", "Friedrich"), ("Uschi", "Ursula"),
        ("Beppe", "Giuseppe"), ("Zé", "José"), ("Chico", "Francisco"), ("Käthe", "Katharina"),
        ("Giovanni", "John"), ("Maria José", "Maria"), ("Anna Maria", "Annamaria"),
    ],
)  # fmt: skip
def test_short_and_foreign_forms_are_aliases(one: str, other: str) -> None:
    first, second = names.given_of(one)[0], names.given_of(other)[0]
    assert names.is_alias(first, second)
    assert names.is_alias(second, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [("John", "Peter"), ("Jean-Marc", "Jean-Luc"), ("Anna", "Hanna"), ("Paul", "Paula")],
)
def test_two_names_are_no_aliases(one: str, other: str) -> None:
    assert not names.is_alias(names.given_of(one)[0], names.given_of(other)[0])


@pytest.mark.parametrize(
    ("one", "other"), [("paul", "paula"), ("mario", "maria"), ("daniel", "daniela")]
)
def test_names_that_differ_by_gender_alone_are_known(one: str, other: str) -> None:
    assert names.marks_gender(one, other)
    assert not names.marks_gender(one, one[1:] + "x")


@pytest.mark.parametrize(
    ("one", "other"),
    [("schmidt", "schmitt"), ("meyer", "maier"), ("dupont", "dupond"), ("gonzalez", "gonzales")],
)
def test_surnames_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert names.sound(one) == names.sound(other)


def test_a_name_in_another_script_is_its_own_sound() -> None:
    assert names.sound("иванов") == "иванов"
