"""Card numbers: found however they are written, and never confused with phones and dates."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit.cards import (
    lines_that_may_hold_cards,
    mask_cards,
    may_hold_cards,
    may_hold_cards_in_json,
)

CARD = "4539148803436467"
MASKED = "[card removed ••6467]"


@pytest.mark.parametrize(
    "written",
    [
        CARD,
        "4539 1488 0343 6467",
        "4539-1488-0343-6467",
        "4539.1488.0343.6467",
        "4539 - 1488 - 0343 - 6467",
        "4539\u00a01488\u20110343\u200b6467",
        "４５３９１４８８０３４３６４６７",
        "٤٥٣٩١٤٨٨٠٣٤٣٦٤٦٧",
    ],
)
def test_a_card_number_is_masked_however_it_is_written(written: str) -> None:
    assert mask_cards(f"pays with {written}, exp 12/27") == (f"pays with {MASKED}, exp 12/27", 1)
    assert may_hold_cards(written.encode())


@pytest.mark.parametrize(
    "number",
    ["378282246310005", "4222222222222", "30569309025904", "3530111333300000", "6011111111111117",
     "5555555555554444", "2223003122003222", "6759649826438453", "6200000000000005"],
)  # fmt: skip
def test_the_test_numbers_of_every_scheme_are_cards(number: str) -> None:
    assert mask_cards(number) == (f"[card removed ••{number[-4:]}]", 1)


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(1, 6), st.integers(0, 9))
def test_only_the_right_check_digit_makes_a_card_however_it_is_grouped(
    middle: str, size: int, check: int
) -> None:
    number = f"4{middle}{check}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[::2])
    is_right = (doubled + sum(map(int, number[1::2]))) % 10 == 0
    groups = [number[at : at + size] for at in range(0, len(number), size)]
    masked, _ = mask_cards("-".join(groups))
    assert (masked == f"[card removed ••{number[-4:]}]") == is_right


@pytest.mark.parametrize(
    "harmless",
    [
        "4539148803436468",
        "2025-10-11 2025-10-14",
        "31-12-2025 05-01-2026",
        "+49 151 12345678",
        "1234567890123456",
        "45391488034364671234567890",
        "2026-05-21T14:03:00+02:00",
        "R-0000000000000000",
    ],
)
def test_other_numbers_stay(harmless: str) -> None:
    assert mask_cards(harmless) == (harmless, 0)


def test_two_cards_in_one_text_are_both_masked() -> None:
    text, found = mask_cards(f"{CARD} or 378282246310005 123")
    assert (text, found) == (f"{MASKED} or [card removed ••0005] 123", 2)


def test_a_mobile_that_looks_like_an_old_visa_stays_in_a_phone_cell() -> None:
    assert mask_cards("4915112345678")[1] == 1
    assert mask_cards("49 151 12345678", phone=True) == ("49 151 12345678", 0)
    assert mask_cards("+49 151 12345678") == ("+49 151 12345678", 0)
    assert mask_cards(CARD, phone=True) == (MASKED, 1)


@given(st.text(), st.text())
def test_the_quick_look_never_overlooks_what_the_masker_finds(before: str, after: str) -> None:
    text = f"{before}\n{CARD}\n{after}"
    masked, found = mask_cards(text)
    assert found >= 1
    assert CARD not in masked
    assert may_hold_cards(text.encode("utf-8", "surrogatepass"))


@given(st.text(alphabet="0123456789 -.;,/+:٤４\u200bab"))
def test_what_is_masked_was_announced_by_the_quick_look(text: str) -> None:
    assert may_hold_cards(text.encode()) or mask_cards(text) == (text, 0)


@pytest.mark.parametrize(
    "text",
    ["c2ac2350-4195-5017-9034-6bbb1de87a5d", '{"Id":"c2ac2350-4195-5017-9034-6bbb1de87a5d"}'],
)
def test_a_random_id_is_no_card_number(text: str) -> None:
    assert mask_cards(text) == (text, 0)


def test_a_card_number_beside_a_random_id_is_masked() -> None:
    text, found = mask_cards("c2ac2350-4195-5017-9034-6bbb1de87a5d 4111 1111 1111 1111")
    assert (text, found) == ("c2ac2350-4195-5017-9034-6bbb1de87a5d [card removed ••1111]", 1)


@given(st.lists(st.text("0459 \r-xé\u0664", max_size=40), max_size=5).map("\n".join))
def test_all_lines_at_once_are_looked_at_as_one_by_one(text: str) -> None:
    lines = [may_hold_cards(line.encode()) for line in text.split("\n")]
    assert lines_that_may_hold_cards(text.encode()) == [n for n, found in enumerate(lines) if found]


_PAGE = '{"Id": "12345678-9012-3456-7890-123456789012", "Name": "Lucía"}'


@pytest.mark.parametrize("text", [_PAGE, _PAGE.replace("í", "\\u00ed")])
def test_a_page_of_ids_needs_no_second_look(text: str) -> None:
    assert not may_hold_cards_in_json(text.encode())


_MANY_FORMS = st.lists(
    st.sampled_from([CARD, "4539 1488 0343 6467", "4539", "1488-0343-6467", "\u00a0", "-", "é", "\\",
                     '"', "12345678-9012-3456-7890-123456789012", "\u0664", "x"])
).map("".join)  # fmt: skip


@given(
    texts=st.lists(_MANY_FORMS, max_size=3),
    escaped=st.sampled_from("0123456789 -"),
    plain=st.booleans(),
)
def test_no_escape_of_json_hides_a_card(*, texts: list[str], escaped: str, plain: bool) -> None:
    written = json.dumps(texts, ensure_ascii=plain).replace(escaped, f"\\u{ord(escaped):04x}")
    try:
        texts = json.loads(written)
    except json.JSONDecodeError:
        # An escape within an escape is none.
        return
    if any(mask_cards(text)[1] for text in texts):
        assert may_hold_cards_in_json(written.encode())
