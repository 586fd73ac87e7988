"""Every text of the screens is there in French and Spanish, whole and well set."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message

from tests import catalogue

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
# French sets a narrow no-break space before these, and inside its quotes.
LOOSE = re.compile(r"(?<![\u202f\d/]):(?!//)(?=\s|$)|(?<!\u202f)[;?!»]|«(?!\u202f)")
CODE = re.compile(r"\| default: '…'|\{%%.*?%%\}|v=DMARC1; p=none")
"""What is typed as it stands, in any language."""


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def said(language: str) -> list[Message]:
    return [message for message in catalogue.load(language) if message.id]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    wanted = {(message.context, ids(message)) for message in catalogue.template() if message.id}
    there = {(message.context, ids(message)) for message in said(language) if all(strings(message))}
    assert wanted - there == set()
    assert there - wanted == set()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_plurals_have_every_form_and_nothing_is_fuzzy(language: str) -> None:
    for message in said(language):
        assert not message.fuzzy, message.id
        if isinstance(message.id, tuple):
            assert len(strings(message)) == 2, message.id


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_placeholder_is_kept(language: str) -> None:
    for message in said(language):
        wanted = set(PLACEHOLDER.findall(ids(message)[-1]))
        for string in strings(message)[-1:]:
            assert set(PLACEHOLDER.findall(string)) == wanted, message.id


def test_french_has_its_narrow_spaces_and_curved_apostrophes() -> None:
    for message in said("fr"):
        for string in strings(message):
            prose = CODE.sub("", string)
            assert not LOOSE.search(prose), string
            assert "'" not in prose, string
