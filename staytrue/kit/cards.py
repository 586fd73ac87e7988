"""Finds payment card numbers in any text and masks them before anything is kept.

A card number is 13 to 19 digits of any script, possibly with blanks, dashes or dots between them,
in a range that card schemes issue and with a right check digit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

DIGITS_MIN = 13
# What people and machines put between the digits, invisible characters included.
_BETWEEN = r" \t.\-_\u00a0\u00ad\u2000-\u2015\u202f\u205f\u2060\u2212\u3000\ufe58\ufe63\uff0d\ufeff"
_RUN = re.compile(rf"\d(?:[{_BETWEEN}]{{0,3}}\d){{12,}}")
_GROUP = re.compile(r"\d+")
# Of some ten thousand random ids one holds sixteen digits that would make a card number.
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"
)

# The quick look works on UTF-8 bytes: digits become "0", separators and all bytes beyond ASCII
# vanish, so that thirteen digits in a row stand side by side, whatever is between them.
_DIGITS = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x78 for byte in range(256))
_DIGITS_OF_LINES = _DIGITS[:10] + b"\n" + _DIGITS[11:]
_DROPPED = b" \t.-_" + bytes(range(0x80, 0x100))
# Digits of other scripts begin with byte 0xD9 or higher; European letters stay below. The same
# pass shows whether there is such a byte: it becomes "d".
_OTHERS = b"d" * (0x100 - 0xD9)
_DIGITS_OR_OTHERS = _DIGITS[:0xD9] + _OTHERS
_DIGITS_OF_LINES_OR_OTHERS = _DIGITS_OF_LINES[:0xD9] + _OTHERS
_DROPPED_BELOW_OTHERS = b" \t.-_" + bytes(range(0x80, 0xD9))
_THIRTEEN = b"0" * 13
# Nothing beside it that could carry a number on into it or out of it.
_LONE_UUID = re.compile(rb'(?<=")[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?=")')
_ESCAPE = re.compile(rb"\\u([0-9A-Fa-f]{4})")

_SIXTEEN_UP = (16, 17, 18, 19)
_MAESTRO = (13, 14, 15, *_SIXTEEN_UP)
_RANGES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    # First and last value of the leading four digits, lengths in use.
    (2200, 2204, _SIXTEEN_UP),  # Mir
    (2221, 2720, (16,)),  # Mastercard
    (3000, 3059, (14,)),  # Diners Club
    (3095, 3095, (14, *_SIXTEEN_UP)),
    (3400, 3499, (15,)),  # American Express
    (3528, 3589, _SIXTEEN_UP),  # JCB
    (3600, 3699, (14, 15, *_SIXTEEN_UP)),  # Diners Club
    (3700, 3799, (15,)),  # American Express
    (3800, 3999, (14, *_SIXTEEN_UP)),  # Diners Club
    (4000, 4999, (13, 16, 19)),  # Visa
    (5000, 5099, _MAESTRO),  # Maestro, Elo, Verve
    (5100, 5599, (16,)),  # Mastercard
    (5600, 5899, _MAESTRO),  # Maestro
    (6000, 6099, _SIXTEEN_UP),  # Discover, RuPay, Hipercard
    (6200, 6299, _SIXTEEN_UP),  # UnionPay
    (6300, 6399, _MAESTRO),  # Maestro, Instapayment
    (6400, 6599, _SIXTEEN_UP),  # Discover
    (6700, 6799, _MAESTRO),  # Maestro
    (8100, 8299, _SIXTEEN_UP),  # UnionPay, RuPay
    (9792, 9792, (16,)),  # Troy
)
_LENGTHS = {
    f"{leading:04}": lengths[::-1]
    for first, last, lengths in _RANGES
    for leading in range(first, last + 1)
}
"""By the leading digits: how many a card may have, the most first."""
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def may_hold_cards(encoded: bytes) -> bool:
    """A quick look at UTF-8 bytes: False means that there is certainly no card number in them."""
    reduced = encoded.translate(_DIGITS_OR_OTHERS, _DROPPED_BELOW_OTHERS)
    if b"d" not in reduced:
        return _THIRTEEN in reduced
    if _THIRTEEN in encoded.translate(_DIGITS, _DROPPED):
        return True
    return _RUN.search(encoded.decode("utf-8", "replace")) is not None


def lines_that_may_hold_cards(encoded: bytes) -> list[int]:
    """The same for each line of a text: the numbers, from zero, of those worth a second look."""
    lines = encoded.translate(_DIGITS_OF_LINES_OR_OTHERS, _DROPPED_BELOW_OTHERS)
    if b"d" in lines:
        return [n for n, line in enumerate(encoded.split(b"\n")) if may_hold_cards(line)]
    found: list[int] = []
    number, begin = 0, 0
    while (at := lines.find(_THIRTEEN, begin)) >= 0:
        number += lines.count(b"\n", begin, at)
        found.append(number)
        begin = lines.find(b"\n", at)
        if begin < 0:
            break
    return found


def may_hold_cards_in_json(encoded: bytes) -> bool:
    """The same of JSON, where digits and what stands between them may be written as escapes."""
    if not may_hold_cards(encoded) and b"\\u" not in encoded:
        return False
    # Of a page of ids one always has thirteen digits in a row.
    encoded = _LONE_UUID.sub(b"x", encoded)
    if may_hold_cards(encoded):
        return True
    if b"\\u" not in encoded:
        return False
    return may_hold_cards(_ESCAPE.sub(lambda escape: _character(escape[1]), encoded))


def _character(code: bytes) -> bytes:
    return chr(int(code, 16)).encode("utf-8", "surrogatepass")


def mask_cards(text: str, *, phone: bool = False) -> tuple[str, int]:
    """The text with each card number as `[card removed ••1486]`, and how many there were.

    In a cell that holds a phone number, fewer than fifteen digits are never taken for a card:
    one in ten German mobiles has the form of an old thirteen-digit Visa number.
    """
    if len(text) < DIGITS_MIN:
        return text, 0
    pieces: list[str] = []
    kept, found = 0, 0
    ids = [match.span() for match in _UUID.finditer(text)] if "-" in text else []
    begins = [begin for begin, _ in ids]
    for run in _RUN.finditer(text):
        for first, last, digits in _cards_in(run, text, phone=phone):
            before = bisect_right(begins, first)
            if before and last <= ids[before - 1][1]:
                continue
            pieces += (text[kept:first], f"[card removed ••{digits[-4:]}]")
            kept, found = last, found + 1
    return ("".join(pieces) + text[kept:], found) if found else (text, 0)


def _cards_in(run: re.Match[str], text: str, *, phone: bool) -> list[tuple[int, int, str]]:
    """Card numbers of one run of digits: they begin and end where a group of digits does."""
    groups = [match.span() for match in _GROUP.finditer(text, *run.span())]
    digits = _ascii("".join(text[first:last] for first, last in groups))
    begins = list(accumulate((last - first for first, last in groups), initial=0))
    group_after = {begin: at for at, begin in enumerate(begins)}
    sums = _sums_of(digits)
    is_international = text[max(run.start() - 1, 0) : run.start()] == "+"
    cards: list[tuple[int, int, str]] = []
    index = 0
    while index < len(groups):
        begin, after = begins[index], index + 1
        for length in _LENGTHS.get(digits[begin : begin + 4], ()):
            end = begin + length
            if end in group_after and _is_right(sums, begin, end):
                after = group_after[end]
                # A phone number has at most fifteen digits; American Express has as many.
                limit = 15 if is_international and index == 0 else 14 if phone else 0
                if length > limit:
                    cards.append((groups[index][0], groups[after - 1][1], digits[begin:end]))
                break
        index = after
    return cards


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


def _sums_of(digits: str) -> tuple[list[int], list[int]]:
    """For the check digit: sums of all digits before each place, once with every even one doubled.

    A text of single digits may begin a card at each of them: no sum is made anew for that.
    """
    numbers = list(map(int, digits))
    doubled = [_DOUBLED[number] for number in numbers]
    odd, even = numbers.copy(), numbers
    odd[1::2], even[::2] = doubled[1::2], doubled[::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))


def _is_right(sums: tuple[list[int], list[int]], begin: int, end: int) -> bool:
    """Whether the last of these digits is the right check digit: it is not doubled."""
    before = sums[end % 2]
    return (before[end] - before[begin]) % 10 == 0
