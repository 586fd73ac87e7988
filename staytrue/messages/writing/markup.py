"""The light markup of a text: paragraphs, headings, lists, facts, buttons. Pure.

`# Title`, `## Heading`, `- item`, `> Label: value`, `[Label](link)` alone on its line is a button,
`**strong**` and `[words](link)` inside a line. Liquid tags alone on their line choose whole blocks.
Data is filled in after this was read: what a guest is called can never become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from staytrue.messages.writing.liquid import TOKEN, Problem

_BUTTON = re.compile(r"\[([^\]\n]+)\]\(([^)\n]*)\)")
_STRONG = re.compile(r"\*\*([^*\n]+)\*\*")
_CONTROL = re.compile(r"\s*(\{%[^%]*%\}\s*)+")
_OPENS = re.compile(r"\{%-?\s*(if|unless|case|marketing|comment)\b")
_CLOSES = re.compile(r"\{%-?\s*end(if|unless|case|marketing|comment)\b")
_GUEST = re.compile(r"\{\{-?\s*guest\.")
# Private characters stand for Liquid while the rest is made HTML; a text holds none (`kit.text`).
_KEPT = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True)
class Block:
    """One part of a text: title, heading, paragraph, list, facts, button or control.

    `lines` are its words; of a fact the label and the value, of a button label and link.
    """

    kind: str
    lines: tuple[str, ...]


def blocks(body: str) -> list[Block]:
    """The parts of a text, in order."""
    found: list[Block] = []
    for chunk in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in chunk.split("\n") if line.strip()]
        if any(line.startswith(">") for line in lines):
            found.append(Block("facts", tuple(line.removeprefix(">").strip() for line in lines)))
        else:
            found += _blocks(lines)
    return found


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    held: list[str] = []
    kind = ""
    for line in [*lines, ""]:
        now, words = _read(line)
        if held and (now != kind or kind not in {"paragraph", "list"}):
            yield Block(kind, tuple(held))
            held = []
        if now:
            kind = now
            held.append(words)


def _read(line: str) -> tuple[str, str]:
    if not line:
        return "", ""
    if _CONTROL.fullmatch(line):
        return "control", line
    for sign, kind in (("## ", "heading"), ("# ", "title"), ("- ", "list")):
        if line.startswith(sign):
            return kind, line.removeprefix(sign).strip()
    return ("button" if _BUTTON.fullmatch(line) else "paragraph"), line


def unbalanced(body: str) -> list[Problem]:
    """Choices that begin in one part and end inside another: the mail would fall apart."""
    found = []
    for block in blocks(body):
        text = " ".join(block.lines)
        if block.kind != "control" and len(_OPENS.findall(text)) != len(_CLOSES.findall(text)):
            found.append(Problem("half_choice", text[:60]))
    return found


def button_in(line: str) -> tuple[str, str]:
    """Label and link of a button."""
    found = _BUTTON.fullmatch(line)
    return (found[1], found[2].strip()) if found else (line, "")


def inline(text: str) -> str:
    """A line as HTML, with the Liquid in it untouched."""
    tokens: list[str] = []

    def keep(found: re.Match[str]) -> str:
        tokens.append(found[0])
        return f"\ue000{len(tokens) - 1}\ue001"

    made = escape(TOKEN.sub(keep, text), quote=False)
    made = _BUTTON.sub(
        lambda found: f'<a class="lnk" href="{_quoted(found[2].strip())}">{found[1]}</a>', made
    )
    made = _STRONG.sub(r"<b>\1</b>", made)
    # A name may run from right to left: it must not turn the words beside it. In an address it
    # would break it, and `foreign` lets none stand there.
    return _KEPT.sub(
        lambda found: (
            f"<bdi>{tokens[int(found[1])]}</bdi>"
            if _GUEST.match(tokens[int(found[1])])
            else tokens[int(found[1])]
        ),
        made,
    )


def _quoted(link: str) -> str:
    return link.replace('"', "%22")


def plain(text: str) -> str:
    """A line for the plain-text twin."""
    made = _BUTTON.sub(lambda found: f"{found[1]}: {found[2].strip()}", text)
    return _STRONG.sub(r"\1", made)
