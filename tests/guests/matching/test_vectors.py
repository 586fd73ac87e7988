"""Many pairs at once give what the plain path gives, field by field, to the last bit."""

from __future__ import annotations

import os

import numpy as np
import pytest

from staytrue.guests.matching import compare, score
from staytrue.guests.matching.hubs import found
from staytrue.guests.matching.model import default
from staytrue.guests.matching.normalise import Features, features_of_row
from staytrue.guests.matching.rarity import Rarities
from staytrue.guests.matching.vectors import Table
from staytrue.guests.matching.vetoes import Judge, vetoes
from staytrue.lab.doubles import Doubles, rng_of

# The large size is that of `make bench`.
PAIRS = int(os.environ.get("STAYTRUE_PAIRS", "3000"))


@pytest.fixture(scope="module")
def table() -> Table:
    """Profiles with several addresses too, and values that several families share."""
    rng = rng_of(5, "mixed")
    rows = Doubles(5).rows(900)
    for row in rows:
        other = rng.choice(rows)
        for name in ("email", "phone", "card_token", "loyalty", "document"):
            if rng.random() < 0.1 and other[name]:
                row[name] = ";".join(filter(None, (row[name], other[name])))
        row["other.town"] = rng.choice(("", "Sao Paulo", "São Paolo", "Porto", "Port"))
    profiles = [features_of_row(row) for row in rows]
    hubs = found(profiles)
    plain = [hubs.applied(each) for each in profiles]
    assert any(compare.SHARED in "".join(each.emails) for each in plain) or hubs.generic
    return Table(plain, Rarities.of(plain))


def _pairs(table: Table) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Random pairs, and as many of like profiles, where fields agree."""
    rng = rng_of(6, "pairs")
    count = len(table.features)
    by_name = sorted(range(count), key=lambda place: table.features[place].surname)
    by_town = sorted(range(count), key=lambda place: table.features[place].line)
    left, right = [], []
    for number in range(PAIRS):
        order = (range(count), by_name, by_town)[number % 3]
        place = rng.randrange(count - 3)
        left.append(order[place])
        right.append(order[place + rng.randrange(1, 3)])
    return np.array(left), np.array(right)


def test_levels_rarity_scores_and_vetoes_are_those_of_the_plain_path(table: Table) -> None:
    left, right = _pairs(table)
    vectors = table.compare(left, right)
    model = default().with_others(("town",))
    bits = score.class_bits(model, vectors, 900)
    shares = score.posteriors(bits)
    marks = Judge(table.features).vetoes(vectors.levels, left, right)
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        a, b = table.features[one], table.features[other]
        levels = compare.levels(a, b)
        assert tuple(vectors.levels[number]) == levels, (a, b)
        rarity = table.rarities.between(a, b, levels)
        assert tuple(vectors.rarity[number]) == rarity, (a, b)
        plain_bits, plain_shares = score.of_pair(model, levels, rarity, 900)
        assert bits[number].tolist() == plain_bits.tolist()
        assert shares[number].tolist() == plain_shares.tolist()
        assert vetoes(a, b, levels) == marks[number]


def test_levels_do_not_depend_on_which_profile_comes_first(table: Table) -> None:
    left, right = _pairs(table)
    one, other = table.compare(left, right), table.compare(right, left)
    assert (one.levels == other.levels).all()
    assert (one.rarity == other.rarity).all()


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1980-03-12", "1980-03-12", 0), ("1980-03-12", "1980-12-03", 1),
        ("1980-03-12", "1981-03-12", 1), ("1980-03-12", "1980-03-21", 1), ("1980", "1980-03-12", 2),
        ("1980-03-12", "1980-07-25", 2), ("1980-03-12", "1956-11-30", 3), ("1980", "1981", 3),
        ("", "1980", -1),
    ],
)  # fmt: skip
def test_birth_dates_forgive_one_slip(one: str, other: str, level: int) -> None:
    assert compare.born_level(one, other) == level


def test_a_number_is_compared_within_its_programme_only() -> None:
    def level(one: str, other: str) -> int:
        return compare.best((one,), (other,), compare.number_level)

    assert level("club:1", "club:1") == 0
    assert level("club:1", "club:2") == 1
    assert level("club:1", "other:1") == -1


def test_names_in_each_others_field_agree() -> None:
    one, other = Features(given="rui", surname="alves"), Features(given="alves", surname="rui")
    assert compare.levels(one, other)[:2] == (1, 1)


def test_father_and_son_differ_by_given_name_in_one_home() -> None:
    home = {"line": "12 high st", "postcode": "ls1", "surname": "baker"}
    levels = compare.levels(Features(given="paul", **home), Features(given="henry", **home))
    assert levels[0] == 4
    assert levels[1] == levels[5] == 0
