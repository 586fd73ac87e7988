"""Text: what is kept, how it is searched, what a garbled name probably was."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit import text


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  Anna   Weber ", "Anna Weber"),
        ("Anna\tWeber\r\nKurz", "Anna Weber Kurz"),
        ("Jose\u0301", "José"),
        ("a\x00b", "ab"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud800 surrogate", "half surrogate"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db", "ab"),
        ("𝒜nna 😀", "𝒜nna 😀"),
        ("No\u00a0break", "No break"),
    ],
)
def test_clean_keeps_what_a_person_wrote_and_nothing_that_hides(given_text: str, kept: str) -> None:
    assert text.clean(given_text) == kept


def test_a_hundred_accents_on_one_letter_become_a_few() -> None:
    assert len(text.clean("a" + "\u0301" * 100)) == text.COMBINING_MAX + 1


def test_notes_keep_their_lines() -> None:
    assert text.clean_lines(" first \r\nsecond\u2028third\x00 ") == "first\nsecond\nthird"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GARCÍA  LÓPEZ", "garcia lopez"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Søren Æsir", "soren aesir"),
        ("O’Brien", "O'Brien"),
        ("Müller–Lüdenscheidt", "muller-ludenscheidt"),
        ("Ａｎｎａ", "anna"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
    ],
)
def test_fold_makes_equal_what_a_person_calls_equal(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


@given(st.text())
def test_fold_is_stable_and_clean_is_nfc(anything: str) -> None:
    folded = text.fold(anything)
    kept = text.clean(anything)
    assert text.fold(folded) == folded
    assert text.clean(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not {"\x00", "\u202e", "\u200b"} & set(kept)
    kept.encode()


def test_a_garbled_name_gets_a_proposal_and_a_right_one_none() -> None:
    assert text.repaired("LÃ©onard") == "Léonard"
    assert text.repaired("Léonard") is None
    assert text.repaired("Leonard") is None
