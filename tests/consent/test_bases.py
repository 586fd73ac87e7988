"""The table of legal bases: every cell is filled, the stricter country rules, a hotel may choose."""

from __future__ import annotations

import re

import pytest

from staytrue.consent.bases import ANY, Choice, Requirement, rule_for, table, text_for
from staytrue.consent.purposes import Channel, Purpose

MAIL, NEWS = Channel.EMAIL, Purpose.MARKETING


@pytest.mark.parametrize("country", sorted(table().country))
def test_every_country_answers_for_every_purpose_and_channel_in_three_languages(
    country: str,
) -> None:
    for purpose in Purpose:
        for channel in Channel:
            rule = rule_for(purpose, channel, {country})
            assert rule.months > 0
            assert rule.version == table().version
    texts = [text_for(country, language) for language in ("en", "fr", "es")]
    assert len(set(texts)) == 3
    assert all(texts)
    # French typography, as everywhere in the house.
    assert not re.search(r" [:;?!]|'", texts[1])


def test_of_the_guests_and_the_hotels_country_the_stricter_rules() -> None:
    assert rule_for(NEWS, MAIL, {"ES"}).requirement == Requirement.EXISTING_CUSTOMER
    assert rule_for(NEWS, MAIL, {"ES", "DE"}) == rule_for(NEWS, MAIL, {"DE"})
    assert rule_for(NEWS, MAIL, {"DE"}).requirement == Requirement.DOUBLE_OPT_IN


def test_of_a_country_without_a_rule_consent_is_asked() -> None:
    assert rule_for(NEWS, MAIL, {"ZZ"}).requirement == Requirement.EXPLICIT
    assert rule_for(NEWS, MAIL, {""}).country == ANY


def test_a_hotels_choice_counts_for_its_country_before_its_choice_for_all() -> None:
    every = Choice(3, ANY, NEWS, MAIL, Requirement.DOUBLE_OPT_IN)
    here = Choice(4, "ES", NEWS, MAIL, Requirement.EXPLICIT)
    rule = rule_for(NEWS, MAIL, {"ES"}, [every, here])
    assert (rule.requirement, rule.version) == (Requirement.EXPLICIT, f"{table().version}+4")
    assert rule_for(NEWS, MAIL, {"FR"}, [every, here]).requirement == Requirement.DOUBLE_OPT_IN


def test_what_the_stay_needs_is_written_until_he_objects() -> None:
    assert rule_for(Purpose.STAY, MAIL, {"DE"}).requirement == Requirement.UNTIL_OBJECTION
