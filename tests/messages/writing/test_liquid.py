"""The template language: what is refused, what needs a fallback, what it costs."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from liquid.exceptions import LiquidError

from staytrue.messages.writing import liquid
from staytrue.messages.writing.liquid import Problem, check

_BOMBS = [
    "{{ 'a' | ljust: 1000000000 }}",
    "{{ 'a' | times: 1000000000 }}",
    "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}",
    "{% for a in (1..1000000000) %}x{% endfor %}",
    "{% tablerow a in (1..1000000000) %}x{% endtablerow %}",
    "{% assign a = 'x' %}" + "{% assign a = a | append: a %}" * 60 + "{{ a }}",
    "{% capture a %}x{% endcapture %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 60,
    "{{ 'aaaaaaaaaaaaaaaa' " + "| replace: 'a', 'aaaaaaaaaaaaaaaa'" * 8 + " }}",
    "{% increment a %}",
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{% liquid\nfor a in (1..1000000000)\necho a\nendfor %}",
    "{% if guest.title %}" * 5_000,
    "{{ " + "a[" * 5_000 + "b" + "]" * 5_000 + " }}",
    "{% if " + "guest.title and " * 3_000 + "guest.title %}x{% endif %}",
    "{{ guest.title | default: '" + "x" * 1_000_000 + "' }}",
    "x" * 10_000_000,
]


@pytest.mark.parametrize("source", _BOMBS, ids=lambda source: str(source)[:40])
def test_a_text_that_would_never_end_is_refused_at_once(source: str) -> None:
    tracemalloc.start()
    begun = time.process_time()
    found = check(source)
    spent, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found
    assert not found[0].needs_approval
    assert spent < 1  # the bound itself is what SECURITY promises
    assert peak < 50_000_000


@pytest.mark.parametrize("source", _BOMBS, ids=lambda source: str(source)[:40])
def test_a_text_that_slipped_past_the_check_stops_in_time(source: str) -> None:
    begun = time.process_time()
    try:
        made = liquid.parsed(source[: liquid.SOURCE_MAX]).render(guest={"title": "Dr"})
    except LiquidError:
        made = ""
    assert len(made) <= liquid.OUTPUT_MAX
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("source", "code", "name"),
    [
        ("{{ guest.password }}", "unknown_field", "guest.password"),
        ("{{ __class__ }}", "unknown_field", "__class__"),
        ("{{ guest.__class__ }}", "unknown_field", "guest.__class__"),
        ("{{ guest['__class__'] }}", "forbidden", "[ ]"),
        ("{{ stay }}", "unknown_field", "stay"),
        ("{% if guest.passport %}x{% endif %}", "unknown_field", "guest.passport"),
        ("{% case guest.vip %}{% when 1 %}x{% endcase %}", "unknown_field", "guest.vip"),
        ("{{ stay.number | default: guest.secret }}", "unknown_field", "guest.secret"),
        ("{{ stay.number | replace: 'a', 'b' }}", "forbidden", "replace"),
        ("{% assign a = 1 %}", "forbidden", "assign"),
        ("{{ guest.title }}", "no_fallback", "guest.title"),
        ("{{ guest.title | default: '' }}", "no_fallback", "guest.title"),
        ("{{ guest.title | default: guest.name }}", "no_fallback", "guest.title"),
        ("{{ stay.custom.parking }}", "no_fallback", "stay.custom.parking"),
        ("{% if stay.board %}{% else %}{{ stay.board }}{% endif %}", "no_fallback", "stay.board"),
    ],
)
def test_what_is_wrong_is_named(source: str, code: str, name: str) -> None:
    assert check(f"Hello\n{source}") == [Problem(code, name, 2)]


@pytest.mark.parametrize(
    "source",
    [
        "{{ stay.number }}, {{ guest.greeting }}",
        "{{ guest.title | default: 'friend' | upcase }}",
        "{% if guest.title %}{{ guest.title }}{% endif %}",
        "{% if guest.title and stay.board %}{{ guest.title }}{{ stay.board }}{% endif %}",
        "{% unless stay.board %}-{% else %}{{ stay.board }}{% endunless %}",
        "{% if stay.custom.parking %}{{ stay.custom.parking }}{% endif %}",
        "{% comment %}{{ nothing }}{% endcomment %}",
        "{% marketing %}{{ stay.arrival }}{% endmarketing %}",
    ],
)
def test_what_surely_has_a_value_or_a_fallback_may_be_saved(source: str) -> None:
    assert check(source) == []


def test_what_no_liquid_is_is_told_with_its_line() -> None:
    (found,) = check("Hello\n\n{{ stay.number")
    assert (found.code, found.line) == ("not_liquid", 3)


def test_data_is_never_read_as_a_template() -> None:
    told = liquid.parsed("{{ guest.first_name }}").render(
        guest={"first_name": "{{ 7*7 }}{% include 'x' %}"}
    )
    assert told == "{{ 7*7 }}{% include 'x' %}"


def test_data_is_never_read_as_html() -> None:
    told = liquid.parsed("{{ guest.first_name }}", html=True).render(
        guest={"first_name": "<a href='//evil.example'>x</a>"}
    )
    assert "<a" not in told


def test_a_marketing_block_is_found_wherever_it_stands() -> None:
    assert liquid.sells("{% if stay.board %}{% marketing %}Buy{% endmarketing %}{% endif %}")
    assert not liquid.sells("{% if stay.board %}Eat{% endif %}")
