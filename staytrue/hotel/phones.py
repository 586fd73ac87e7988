"""Phone numbers to E.164, with the kind of line the number itself tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from staytrue.hotel.records import Phone

_LINES = {PhoneNumberType.MOBILE: "mobile", PhoneNumberType.FIXED_LINE: "fixed"}
# What people put between the digits.
_NOISE = str.maketrans("", "", " .-()/\u00a0\u202f\t")
_INTERNATIONAL = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})", re.ASCII)
_DIGITS_MAX = 17
_NATIONAL = re.compile(r"0[1-9][0-9]{5,12}", re.ASCII)
_SPECIAL = (
    # Looked at in this order before fixed and mobile, as the library does.
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail",
)  # fmt: skip

Matcher = Callable[[str], object]


def phone(raw: str, type_: str | None, country: str) -> Phone:
    """A number in E.164 where it is valid; otherwise only as the PMS wrote it."""
    # Most are a plus and digits already, and looking costs a fifth of removing nothing.
    digits = raw if raw.removeprefix("+").isdecimal() and raw.isascii() else raw.translate(_NOISE)
    number, line = _plain(digits, country) or by_library(digits, country)
    return Phone(raw, number, type_, line)


@lru_cache(maxsize=10_000)
def by_library(digits: str, country: str) -> tuple[str | None, str | None]:
    """The library's own answer: E.164 and the kind of line, or nothing where it is not valid."""
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None, None
    # The type is worked out from the same patterns as validity: unknown means not valid.
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        return None, None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), _LINES.get(kind)


def _plain(digits: str, country: str) -> tuple[str, str | None] | None:
    """The library's answer for numbers of the plainest forms, four times faster; else None.

    A valid national number without a trunk prefix, or with exactly a leading 0 where the country
    has that one, can be read in one way only. A test compares with the library.
    """
    match = _INTERNATIONAL.fullmatch(digits)
    if match:
        rest = match[1]
        if digits[0] == "0" and not _dials_00(country):
            return None
        code = _code_of(rest[:3])
        national, plan = rest[len(code) :], _numbers_of(code)
    elif _NATIONAL.fullmatch(digits):
        code, national = _trunk_zero(country), digits[1:]
        plan = _numbers_of(code) if code else None
    else:
        return None
    if plan is None or national[:1] == "0" or plan.trunk(national):
        return None
    line = plan.line(national)
    return (f"+{code}{national}", line or None) if line is not None else None


class _Numbers(NamedTuple):
    """The numbers of one country code, by the patterns of the library."""

    trunk: Matcher
    general: Matcher
    special: dict[int, list[Matcher]]
    fixed: Matcher
    mobile: Matcher
    is_one: bool

    def line(self, national: str) -> str | None:
        """mobile, fixed, an empty text for other valid numbers, None for what is not valid."""
        if not self.general(national):
            return None
        for matches in self.special.get(len(national), ()):
            if matches(national):
                return ""
        is_mobile = self.is_one or self.mobile(national)
        if self.fixed(national):
            return "" if is_mobile else "fixed"
        return "mobile" if is_mobile and not self.is_one else None


@cache
def _code_of(leading: str) -> str:
    """The country code among the first three digits of an international number, or nothing."""
    return next((leading[:n] for n in (1, 2, 3) if _numbers_of(leading[:n])), "")


@cache
def _numbers_of(code: str) -> _Numbers | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code or 0), ())
    plan = PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    if plan is None or plan.leading_digits is not None or regions[0] == "001":
        return None
    prefix = plan.national_prefix_for_parsing
    return _Numbers(
        re.compile(prefix).match if prefix else lambda _national: None,
        _matcher(plan.general_desc),
        _by_length([desc for name in _SPECIAL if (desc := getattr(plan, name)) is not None]),
        _matcher(plan.fixed_line),
        _matcher(plan.mobile),
        plan.same_mobile_and_fixed_line_pattern,
    )


def _matcher(desc: phonenumbers.PhoneNumberDesc | None) -> Matcher:
    """Whether a national number is of this kind: its length first, then its pattern."""
    if desc is None or not desc.national_number_pattern:
        return lambda _national: None
    matches = re.compile(desc.national_number_pattern).fullmatch
    lengths = frozenset(desc.possible_length)
    if not lengths:
        return matches
    return lambda national: len(national) in lengths and matches(national)


def _by_length(kinds: list[phonenumbers.PhoneNumberDesc]) -> dict[int, list[Matcher]]:
    """Length of a national number → the patterns of these kinds that a number so long may fit."""
    fitting: dict[int, list[Matcher]] = {}
    for desc in kinds:
        if not desc.national_number_pattern:
            continue
        matches = re.compile(desc.national_number_pattern).fullmatch
        for length in desc.possible_length or range(1, _DIGITS_MAX + 1):
            fitting.setdefault(length, []).append(matches)
    return fitting


@cache
def _trunk_zero(country: str) -> str:
    """The country code where the trunk prefix is exactly 0 and abroad is 00, else nothing."""
    plan = PhoneMetadata.metadata_for_region(country, None)
    if plan is None or plan.national_prefix_for_parsing != "0" or not _dials_00(country):
        return ""
    return "" if plan.national_prefix_transform_rule else str(plan.country_code)


@cache
def _dials_00(country: str) -> bool:
    plan = PhoneMetadata.metadata_for_region(country, None)
    return plan is not None and plan.international_prefix == "00"
