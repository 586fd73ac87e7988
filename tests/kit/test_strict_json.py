"""Of a text with many records only the one that cannot be read is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from staytrue.kit.errors import Unreadable
from staytrue.kit.strict_json import loose, plain, problem_in, strict, whole

DEPTH = 8


def read(body: bytes) -> Any:
    """The body as connectors read it."""
    return loose(whole(body).decode(), DEPTH)


@pytest.mark.parametrize(
    ("strange", "code"),
    [
        (rb'"\u0000"', "characters"),
        (rb'"\ud83d and so on"', "characters"),
        (rb'"\\\ude00"', "characters"),
        (b'"\xff"', "characters"),
        (b"NaN", "number"),
        (b"1e999", "number"),
        (rb'{"a": 1, "a": "\ud83d"}', "duplicate_field"),
        (rb'{"\ud83d": 1}', "characters"),
    ],
)
def test_what_cannot_be_read_is_lost_with_its_record_only(strange: bytes, code: str) -> None:
    page = b'{"rows": [{"id": "1", "x": %s}, {"id": "2", "x": "\xc3\xa1"}]}' % strange
    with pytest.raises((Unreadable, UnicodeDecodeError)):
        strict(page.decode(), DEPTH)
    bad, good = read(page)["rows"]
    problem = problem_in(bad)
    assert problem is not None
    assert (bad["id"], problem.code) == ("1", code)
    assert good == {"id": "2", "x": "\N{LATIN SMALL LETTER A WITH ACUTE}"}
    # Whoever keeps it and reads it again meets it again.
    kept = json.dumps(bad, default=plain, ensure_ascii=False).encode()
    assert problem_in(read(kept))


def test_sound_text_stays_as_it_is() -> None:
    body = rb'{"smile": "\ud83d\ude00", "path": "\\ud83d"}'
    assert whole(body) == body
    assert read(body) == {"smile": "\N{GRINNING FACE}", "path": r"\ud83d"}
    assert problem_in(read(body)) is None


@pytest.mark.parametrize("body", [b"<html>", b"[" * 20, b'{"a": 1'])
def test_what_is_no_json_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)
