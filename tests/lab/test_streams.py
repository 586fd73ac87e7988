"""Chance comes from named streams that do not disturb each other."""

from __future__ import annotations

from staytrue.lab.streams import pick, quantile, stream


def test_a_stream_follows_from_seed_and_name() -> None:
    assert stream(1, "a").random() == stream(1, "a").random()
    assert stream(1, "a").random() != stream(1, "b").random()
    assert stream(1, "a").random() != stream(2, "a").random()


def test_what_weighs_nothing_is_never_picked() -> None:
    rng = stream(1, "pick")
    assert {pick(rng, (("a", 0.0), ("b", 3.0), ("c", 1.0))) for _ in range(200)} == {"b", "c"}


def test_quantiles_give_back_their_median() -> None:
    rng = stream(1, "quantile")
    drawn = sorted(quantile(rng, (0, 10, 100)) for _ in range(4000))
    assert drawn[0] == 0
    assert 8 <= drawn[2000] <= 12
    assert drawn[-1] <= 100
