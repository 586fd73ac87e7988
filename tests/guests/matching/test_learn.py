"""What is learned without labels: more agreement counts more, and families are no persons."""

from __future__ import annotations

import dataclasses

import pytest

from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.guests.matching.fields import BORN, EMAIL, GIVEN, SURNAME
from staytrue.guests.matching.model import HOUSEHOLD, PERSON, UNRELATED, Model, default
from staytrue.guests.matching.normalise import features_of_row
from staytrue.kit.errors import Refused
from staytrue.lab.doubles import Doubles


def test_a_learned_model_is_monotone(resolution: Resolution) -> None:
    assert resolution.model.checked() is resolution.model


def test_a_household_is_told_from_a_person_by_given_name_and_birth_date(
    resolution: Resolution,
) -> None:
    person, household = resolution.model.weights[PERSON], resolution.model.weights[HOUSEHOLD]
    for field, gap in ((GIVEN, 3), (BORN, 5)):
        assert person[field][0] - household[field][0] > gap
        assert person[field][-1] < household[field][-1]
    assert abs(person[SURNAME][0] - household[SURNAME][0]) < 1


def test_the_rates_of_the_classes_are_those_of_the_crowd(
    resolution: Resolution, person_of: dict[str, str]
) -> None:
    truth = [person_of[each.id] for each in resolution.features]
    pairs = sum(truth.count(person) - 1 for person in truth) / 2
    assert resolution.model.person_rate == pytest.approx(pairs / len(truth), rel=0.35)


def test_chance_is_the_measure_of_all_weights(resolution: Resolution) -> None:
    assert not any(any(bits) for bits in resolution.model.weights[UNRELATED])


def test_a_model_in_which_less_agreement_counts_more_is_refused() -> None:
    person = list(default().weights[PERSON])
    person[EMAIL] = tuple(reversed(person[EMAIL]))
    drifted = dataclasses.replace(default(), weights=(tuple(person), *default().weights[1:]))
    with pytest.raises(Refused) as refused:
        drifted.checked()
    assert refused.value.code == "model_not_monotone"
    assert refused.value.facts == {"field": "email"}


def test_a_model_is_the_same_after_json(resolution: Resolution) -> None:
    again = Model.from_json(resolution.model.as_json())
    assert again == resolution.model


@pytest.mark.parametrize(
    "column", ["other.gender", "first_name", "last_name", "email", "birth_date"]
)
def test_what_is_the_same_for_everybody_says_nothing_and_stops_nothing(column: str) -> None:
    rows: list[dict[str, str]] = [*map(dict, Doubles(8).rows(300))]
    for row in rows[::2]:
        row[column] = "1980-05-17" if column == "birth_date" else "equal"
    for row in rows[1::2]:
        row[column] = ""
    features = [features_of_row(row) for row in rows]
    model = Batch(features, b"tests").learned("one column")
    assert model.checked() is model


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(Refused):
        Model.from_json({"form": 1})


def test_a_model_weighs_texts_it_does_not_know_with_nothing() -> None:
    model = default().with_others(("town",))
    assert model.weights[PERSON][-1] == (0.0,) * 4
    assert model.weights[PERSON][:-1] == default().weights[PERSON]


def test_the_more_profiles_the_less_likely_is_any_pair_one_person() -> None:
    model = default()
    assert model.prior(1_000_000)[PERSON] < model.prior(1_000)[PERSON] < 0
