"""Generated guests are recognised: what is joined alone is right, and their order changes nothing."""

from __future__ import annotations

import os

from staytrue.guests.matching import measures
from staytrue.guests.matching.batch import Batch, Resolution
from staytrue.guests.matching.normalise import Features
from staytrue.guests.matching.vetoes import Veto
from staytrue.lab.doubles import rng_of

# Twenty shuffles are the large size, of `make bench`.
SHUFFLES = int(os.environ.get("STAYTRUE_SHUFFLES", "2"))


def _truth(resolution: Resolution, person_of: dict[str, str]) -> measures.Index:
    return measures.codes_of([person_of[each.id] for each in resolution.features])


def test_automatic_joins_are_right(resolution: Resolution, person_of: dict[str, str]) -> None:
    truth = _truth(resolution, person_of)
    assert measures.pairwise(resolution.automatic.of, truth).precision >= 0.99
    assert measures.b_cubed(resolution.automatic.of, truth).precision >= 0.995


def test_most_that_can_be_found_is_joined_or_shown(
    resolution: Resolution, person_of: dict[str, str]
) -> None:
    document = measures.document(resolution, _truth(resolution, person_of))
    assert document["found_with_review"] >= 0.9
    assert document["ceiling"] >= 0.9
    # Cases and pairs together.
    assert document["review_share"] <= 0.12


def test_what_is_stated_is_what_is_observed(
    resolution: Resolution, person_of: dict[str, str]
) -> None:
    calibration = measures.document(resolution, _truth(resolution, person_of))["calibration"]
    assert abs(calibration["stated"] - calibration["observed"]) <= 0.02


def test_any_order_of_the_same_profiles_ends_in_the_same_persons(
    features: list[Features], resolution: Resolution
) -> None:
    for number in range(SHUFFLES):
        mixed = list(features)
        rng_of(number, "shuffle").shuffle(mixed)
        batch = Batch(mixed, b"other salt")
        again = batch.resolved(batch.learned("test"))
        assert again.features == resolution.features
        assert (again.likely.of == resolution.likely.of).all()
        assert (again.automatic.of == resolution.automatic.of).all()


def test_no_two_of_one_person_bear_a_veto(batch: Batch, resolution: Resolution) -> None:
    of = resolution.automatic.of
    scored = resolution.scored
    joined = of[scored.left] == of[scored.right]
    assert not scored.vetoes[joined].any()


def test_few_profiles_are_scored_by_the_model_that_ships(features: list[Features]) -> None:
    batch = Batch(features[:100], b"salt")
    assert "generated" in batch.learned().learned_from


def test_no_profiles_are_no_persons() -> None:
    batch = Batch([], b"salt")
    assert not len(batch.resolved(batch.learned()).automatic.of)


def test_the_list_for_a_person_is_short_and_begins_with_what_brings_most(
    batch: Batch, resolution: Resolution
) -> None:
    proposals = resolution.proposals()
    assert 0 < len(proposals) <= 0.12 * len(resolution.features)
    of = resolution.automatic.of
    sizes = (of[:, None, None] == proposals).sum(axis=0).prod(axis=1)
    assert sizes[0] == sizes.max()
    assert len({tuple(pair) for pair in proposals.tolist()}) == len(proposals)
    assert (of[proposals] == proposals).all()


def test_what_a_person_or_a_reservation_holds_apart_stays_apart(
    features: list[Features], resolution: Resolution
) -> None:
    of, scored = resolution.automatic.of, resolution.scored
    joined = of[scored.left] == of[scored.right]
    names = [each.id for each in resolution.features]
    pairs = list(zip(scored.left[joined].tolist(), scored.right[joined].tolist(), strict=True))[:40]
    vetoes = (Veto.CANNOT_LINK, Veto.COMPANIONS, Veto.PRESENCE)
    apart = {
        (names[one], names[other]): vetoes[number % 3] for number, (one, other) in enumerate(pairs)
    }
    batch = Batch(features, b"salt", apart=apart)
    again = batch.resolved(resolution.model)
    for number, (one, other) in enumerate(pairs):
        assert again.automatic.of[one] != again.automatic.of[other]
        # Two houses on one night, or one guest listed twice, may be a mistake: they are still shown.
        is_final = vetoes[number % 3] == Veto.CANNOT_LINK
        assert not is_final or again.likely.of[one] != again.likely.of[other]
