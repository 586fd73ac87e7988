"""What comes back is understood as it was meant, by whichever mail server it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.messages.carriers import notices
from staytrue.messages.carriers.diagnoses import is_dead
from staytrue.messages.carriers.notices import What
from tests.messages.carriers import returned
from tests.messages.carriers.returned import Case

CORPUS = list(returned.corpus())


def test_the_corpus_is_large_enough_to_be_one() -> None:
    assert len(CORPUS) >= 60
    assert len({each.raw for each in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_every_returned_mail_is_classified_right(case: Case) -> None:
    found = notices.read(case.raw)
    assert (found.what if found else None, bool(found and found.is_hard)) == (
        case.what, case.is_dead,
    ), found  # fmt: skip


@pytest.mark.parametrize("case", [each for each in CORPUS if each.what], ids=lambda case: case.name)
def test_the_message_it_speaks_of_is_found_in_it(case: Case) -> None:
    found = notices.read(case.raw)
    assert found
    assert returned.OURS in found.quotes


@given(st.text(max_size=200), st.sampled_from(["4.2.2", "2.0.0", "5.2.2", "5.7.1", "5.7.26", ""]))
def test_no_words_make_an_address_dead_that_a_code_spares(words: str, status: str) -> None:
    if status in ("4.2.2", "2.0.0", "5.2.2", "5.7.26"):
        assert not is_dead(status, words)
    assert not is_dead(status, f"{words} mailbox full")


def test_whatever_a_cut_report_says_it_breaks_nothing() -> None:
    for case in CORPUS:
        for end in range(0, len(case.raw), 97):
            found = notices.read(case.raw[:end])
            assert found is None or found.what in What
