"""Finds payment card numbers in any text and masks them before anything is kept.

A card number is 13 to 19 digits of any script, possibly with blanks, dashes or dots between them,
in a range that card schemes issue and with a right check digit.
"""

from __future__ import annotations

import re

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
    # First and last value of the leading six digits, lengths in use.
    (220000, 220499, _SIXTEEN_UP),  # Mir
    (222100, 272099, (16,)),  # Mastercard
    (300000, 305999, (14,)),  # Diners Club
    (309500, 309599, (14, *_SIXTEEN_UP)),
    (340000, 349999, (15,)),  # American Express
    (352800, 358999, _SIXTEEN_UP),  # JCB
    (360000, 369999, (14, 15, *_SIXTEEN_UP)),  # Diners Club
    (370000, 379999, (15,)),  # American Express
    (380000, 399999, (14, *_SIXTEEN_UP)),  # Diners Club
    (400000, 499999, (13, 16, 19)),  # Visa
    (500000, 509999, _MAESTRO),  # Maestro, Elo, Verve
    (510000, 559999, (16,)),  # Mastercard
    (560000, 589999, _MAESTRO),  # Maestro
    (600000, 609999, _SIXTEEN_UP),  # Discover, RuPay, Hipercard
    (620000, 629999, _SIXTEEN_UP),  # UnionPay
    (630000, 639999, _MAESTRO),  # Maestro, Instapayment
    (640000, 659999, _SIXTEEN_UP),  # Discover
    (670000, 679999, _MAESTRO),  # Maestro
    (810000, 829999, _SIXTEEN_UP),  # UnionPay, RuPay
    (979200, 979299, (16,)),  # Troy
)
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
    for run in _RUN.finditer(text):
        for first, last, digits in _cards_in(run, text, phone=phone):
            if any(begin <= first and last <= end for begin, end in ids):
                continue
            pieces += (text[kept:first], f"[card removed ••{digits[-4:]}]")
            kept, found = last, found + 1
    return ("".join(pieces) + text[kept:], found) if found else (text, 0)


def is_card_number(digits: str) -> bool:
    """Whether these digits lie in a range that is issued and have a right check digit."""
    leading = int(digits[:6])
    issued = any(
        first <= leading <= last and len(digits) in lengths for first, last, lengths in _RANGES
    )
    if not issued:
        return False
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(_DOUBLED[number] for number in numbers[1::2])) % 10 == 0


def _cards_in(run: re.Match[str], text: str, *, phone: bool) -> list[tuple[int, int, str]]:
    """Card numbers of one run of digits: they begin and end where a group of digits does."""
    groups = [(match.start(), match.end()) for match in _GROUP.finditer(text, *run.span())]
    is_international = text[max(run.start() - 1, 0) : run.start()] == "+"
    cards: list[tuple[int, int, str]] = []
    index = 0
    while index < len(groups):
        after = index + 1
        found = _longest_from(text, groups, index)
        if found is not None:
            first, last, digits, after = found
            # A phone number has at most fifteen digits; American Express has as many.
            limit = 15 if is_international and index == 0 else 14 if phone else 0
            if len(digits) > limit:
                cards.append((first, last, digits))
        index = after
    return cards


def _longest_from(
    text: str, groups: list[tuple[int, int]], index: int
) -> tuple[int, int, str, int] | None:
    digits, best = "", None
    for at in range(index, len(groups)):
        first, last = groups[at]
        if len(digits) + last - first > 19:
            break
        digits += "".join(str(int(digit)) for digit in text[first:last])
        if len(digits) >= DIGITS_MIN and is_card_number(digits):
            best = (groups[index][0], last, digits, at + 1)
    return best
