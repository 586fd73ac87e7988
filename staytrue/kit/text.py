"""Text as people wrote it, made safe to keep, to search and to compare."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import ftfy

COMBINING_MAX = 8
"""More marks than this on one letter is vandalism, not a language."""

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters, bidirectional marks and overrides, zero-width characters, lone surrogates,
# interlinear and tag characters: they hide or turn text and never carry a name.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# A joiner means something only between two letters or emoji (Persian, Indic scripts, families).
_LOOSE_JOINERS = re.compile(
    "(?<![^\x00-\x7f\\s])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f\\s])"
)
_BLANKS = re.compile("[^\\S\n]+")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
    f"{{{COMBINING_MAX}}})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0"
    "\ufe20-\ufe2f]+"
)
# Letters that Unicode does not decompose, as a person without them on the keyboard types them.
_LETTERS = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "æ": "ae",
        "œ": "oe", "þ": "th", "ŋ": "n", "ĸ": "k", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-",
    }
)  # fmt: skip


def clean(text: str) -> str:
    """The text in NFC without what only hides or turns it; one line, blanks collapsed."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean_lines(text).split())


def clean_lines(text: str) -> str:
    """As `clean`, but line breaks stay: for notes and comments."""
    text = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text))
    text = _LOOSE_JOINERS.sub("", unicodedata.normalize("NFC", text))
    text = _MARKS.sub(r"\1", text)
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n")).strip()


def fold(text: str) -> str:
    """The one search key of the house: two spellings a person would call the same become equal.

    Case, accents and width are dropped, ß is ss, ø is o, æ is ae, every apostrophe and dash is
    the plain one, blanks are collapsed. Other punctuation stays, so that numbers and addresses
    can be searched by the same key. What is stored and what is searched both pass here.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", clean(text).casefold().translate(_LETTERS))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.translate(_LETTERS).casefold().split())


def mixes_scripts(text: str) -> bool:
    """Whether one word has letters of several scripts: a lookalike, hardly ever a name."""
    if text.isascii():
        return False
    return any(len(set(map(_script, word))) > 1 for word in re.split(r"[\W\d_]+", text))


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?").partition(" ")[0]
    # Japanese is written in three at once.
    return "CJK" if name in ("HIRAGANA", "KATAKANA") else name


@lru_cache(maxsize=1 << 14)
def repaired(text: str) -> str | None:
    """What a garbled text probably was ("LÃ©onard" was "Léonard"), or None: only a proposal."""
    if text.isascii():
        return None
    proposal = clean(ftfy.fix_encoding(text))
    return proposal if proposal != clean(text) else None
