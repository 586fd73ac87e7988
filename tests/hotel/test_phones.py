"""Phone numbers: E.164 by the country of the house, and the fast way never differs."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.hotel import phones

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize(
    ("raw", "country", "number", "line"),
    [
        ("06 12 34 56 78", "FR", "+33612345678", "mobile"),
        ("+33 (0)6 12 34 56 78", "ES", "+33612345678", "mobile"),
        ("0034 612 34 56 78", "FR", "+34612345678", "mobile"),
        ("01 42 68 53 00", "FR", "+33142685300", "fixed"),
        ("612345678", "ES", "+34612345678", "mobile"),
        ("0501234567", "AE", "+971501234567", "mobile"),
        ("+1 212 555 0123", "FR", "+12125550123", None),
        ("+39 06 698 123456", "FR", "+3906698123456", "fixed"),
        ("0170/1234567", "DE", "+491701234567", "mobile"),
        ("ring twice", "FR", None, None),
        ("+33 6 12", "FR", None, None),
    ],
)
def test_numbers_are_read_as_the_house_dials(
    raw: str, country: str, number: str | None, line: str | None
) -> None:
    got = phones.phone(raw, "home", country)
    assert (got.raw, got.number, got.line, got.type) == (raw, number, line, "home")


@given(
    country=st.sampled_from(COUNTRIES),
    kind=st.sampled_from([0, 1, 2, 3, 4, 6, 7]),
    form=st.sampled_from(["+{code}{rest}", "00{code}{rest}", "0{rest}"]),
    changed=st.lists(st.tuples(st.integers(0, 14), st.sampled_from("0123456789")), max_size=3),
    house=st.sampled_from(COUNTRIES),
    at_home=st.booleans(),
)
def test_the_fast_way_answers_as_the_library_does(
    country: str, kind: int, form: str, changed: list[tuple[int, str]], house: str, *, at_home: bool
) -> None:
    example = phonenumbers.example_number_for_type(country, kind)
    if example is None:
        return
    rest = list(phonenumbers.national_significant_number(example))
    for place, digit in changed:
        rest[place % len(rest)] = digit
    digits = form.format(code=example.country_code, rest="".join(rest))
    home = country if at_home else house
    fast = phones._plain(digits, home)
    assert fast is None or fast == phones.by_library(digits, home)
