"""Generated guests: the same for one seed, with truth, and with the faults that hotels make."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from staytrue.lab.doubles import HOUSEHOLD, TRUTH, Doubles, Noise, Row


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return Doubles(3).rows(4000)


def test_one_seed_makes_one_list(rows: list[Row]) -> None:
    assert Doubles(3).rows(4000) == rows
    assert Doubles(4).rows(4000) != rows


def test_persons_have_about_two_and_a_half_profiles(rows: list[Row]) -> None:
    persons = Counter(row[TRUTH] for row in rows)
    assert 2.1 < len(rows) / len(persons) < 2.9


def test_birth_dates_stand_on_about_a_third(rows: list[Row]) -> None:
    known = sum(row["birth_date"] not in ("", "1970-01-01") for row in rows)
    assert 0.2 < known / len(rows) < 0.4


def test_households_share_what_households_share(rows: list[Row]) -> None:
    people: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        for name in ("email", "phone", "card_token", "line1"):
            if row[name] and "booking.com" not in row[name] and "agency" not in row[name]:
                people[name][row[name]].add(row[HOUSEHOLD] + row[TRUTH])
    for shared in people.values():
        assert any(len(persons) > 1 for persons in shared.values())


def test_nothing_that_can_be_reached_is_invented(rows: list[Row]) -> None:
    hosts = {row["email"].rpartition("@")[2] for row in rows if row["email"]}
    assert all(host.endswith(".example") or host == "guest.booking.com" for host in hosts)


def test_without_noise_names_are_as_they_are() -> None:
    quiet = Noise(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    by_person = defaultdict(set)
    for row in Doubles(3, quiet).rows(500):
        by_person[row[TRUTH]].add(row["last_name"].upper().removesuffix(" JR"))
    assert all(len(names) == 1 for names in by_person.values())
