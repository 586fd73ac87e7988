"""Of what people type, the right guest is first (Q09), in a group of a size that fits a test."""

from __future__ import annotations

import pytest

from staytrue.cli.bench_search import fill, first_shares, group_of
from staytrue.lab.seeking import KINDS, questions
from tests.make import NOON

SEED, GUESTS, HOTELS, EACH = 5, 2_000, 4, 25


@pytest.mark.django_db
def test_of_each_kind_of_question_nineteen_of_twenty_name_the_right_guest_first() -> None:
    links = group_of(HOTELS, NOON)
    fill(links, SEED, GUESTS, NOON)
    asked = questions(SEED, GUESTS, HOTELS, EACH)
    shares = first_shares(links, asked, NOON)
    assert len(asked) == len(KINDS) * EACH
    assert {kind: share for kind, share in shares.items() if share < 0.95} == {}
