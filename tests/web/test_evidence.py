"""The words of evidence: each code has some in every language, and figures add up as shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from staytrue.guests.grounds import Ground
from staytrue.guests.matching import model as models
from staytrue.guests.matching.explain import codes
from staytrue.guests.matching.model import CLASSES
from staytrue.guests.matching.named_rules import Rule
from staytrue.guests.matching.vetoes import Veto
from staytrue.web import evidence, formats, words

LANGUAGES = ("en", "fr", "es")
NOW = datetime(2026, 5, 21, 16, 0, tzinfo=UTC)


def sentence_of(language: str, code: str) -> str:
    with translation.override(language):
        return evidence.veto(code) if code.startswith("veto.") else evidence.signal(code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_in_every_language(language: str) -> None:
    for code in (*codes(models.default()), "phone.mobile", "phone.shared", "email.shared"):
        told = sentence_of(language, code)
        assert told
        assert told not in (code, code.removeprefix("veto."))
        if language != "en":
            assert told != sentence_of("en", code), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_rule_and_veto_has_words(language: str) -> None:
    with translation.override(language):
        assert all(words.word(evidence.CLASS, name) != name for name in CLASSES)
        assert all(words.word(evidence.RULE, rule.value) != rule.value for rule in Rule)
        names = [each.name.lower() for each in Veto if each.name]
        assert all(evidence.veto(name) != name for name in names)


def test_a_groups_own_field_is_named_as_its_source_names_it() -> None:
    model = models.default().with_others(("place of birth",))
    told = {code: evidence.signal(code) for code in codes(model) if code.startswith("place of")}
    assert told["place of birth.exact"] == "place of birth: the same"
    assert all(words != code for code, words in told.items())


SAID = Ground(
    profile_id=2, other_id=1, event=7, codes=("phone.mobile", "born.exact"), rule="score",
    at=datetime(2026, 5, 4, 9, tzinfo=UTC), by="", reason="", confirmed_by="Ana",
    confirmed_at=datetime(2026, 5, 6, 9, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "same mobile and same birth date since 4 May, confirmed by Ana on 6 May"),
        ("fr", "même mobile et même date de naissance depuis le 4 mai, confirmé par Ana le 6 mai"),
        (
            "es",
            "mismo móvil y misma fecha de nacimiento desde el 4 may, confirmado por Ana el 6 may",
        ),
    ],
)
def test_the_desk_reads_why_two_profiles_are_one_person(language: str, told: str) -> None:
    with translation.override(language):
        assert evidence.ground(SAID, "Europe/Madrid", NOW) == told


@given(
    st.lists(st.integers(-40_000, 40_000).map(lambda step: step / 1024), min_size=1, max_size=12)
)
def test_figures_add_up_to_the_score_as_it_is_shown(bits: list[float]) -> None:
    shown = formats.adding_up(bits)
    assert round(sum(shown), 6) == round(round(sum(bits) * 10) / 10, 6)
    assert all(abs(one - other) <= 0.1 + 1e-9 for one, other in zip(bits, shown, strict=True))
