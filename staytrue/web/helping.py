"""The help that ships with the product: a page for every screen, in every language, on this machine.

A page is one text in `help/`, its languages one below the other, each after its `[code]`. Blank
lines part its paragraphs; `# ` is its title, `## ` a heading, `- ` a line of a list, `1. ` a step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from staytrue.kit import clock
from staytrue.loyalty import modules
from staytrue.staff.guard import open_to_all, signed_in
from staytrue.web.help_pages import DOOR, OF_LOYALTY, SCREENS, START
from staytrue.web.pages import page

FOLDER = Path(__file__).parent / "help"
_LANGUAGE = re.compile(r"^\[([a-z]{2})\]\n", re.MULTILINE)
_ITEM = re.compile(r"^(?:- |\d+\. )")


@dataclass(frozen=True)
class Text:
    """A page in one language."""

    title: str
    body: SafeString


@signed_in
@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """Every page of help there is, and what holds on every screen."""
    return page(request, "help.html", clock.now(), shown=read(START, _language()), pages=_pages())


@signed_in
@require_GET
def help_of(request: HttpRequest, name: str) -> HttpResponse:
    """The help for one screen."""
    if name == START or name not in SCREENS or (name in OF_LOYALTY and not modules.is_on()):
        raise Http404
    shown = read(name, _language())
    return page(request, "help_of.html", clock.now(), shown=shown, pages=_pages(), name=name)


@open_to_all
@require_GET
def at_the_door(request: HttpRequest) -> HttpResponse:
    """The help for signing in: whoever needs it is nobody yet."""
    return render(request, "help_door.html", {"shown": read(DOOR, _language())})


def _language() -> str:
    return (get_language() or "en")[:2]


def _pages() -> list[tuple[str, str]]:
    """Name and title of every page, in the order of the menu."""
    is_on = modules.is_on()
    return [
        (name, read(name, _language()).title)
        for name in SCREENS
        if name != START and (is_on or name not in OF_LOYALTY)
    ]


@cache
def read(name: str, language: str) -> Text:
    """A page as it is shown; a language that it does not have is English."""
    parts = _LANGUAGE.split((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    blocks = (texts.get(language) or texts["en"]).strip().split("\n\n")
    return Text(
        blocks[0].removeprefix("# "),
        format_html_join("\n", "{}", ((_block(block.strip()),) for block in blocks[1:])),
    )


def _block(text: str) -> SafeString:
    if text.startswith("## "):
        return format_html("<h2>{}</h2>", text.removeprefix("## "))
    lines = text.split("\n")
    if not _ITEM.match(text):
        return format_html('<p class="why">{}</p>', " ".join(lines))
    # Steps keep their numbers as they are written: our lists have none of their own.
    items = format_html_join("", "<li>{}</li>", ((line.removeprefix("- "),) for line in lines))
    return format_html('<{0} class="col">{1}</{0}>', "ul" if text[0] == "-" else "ol", items)
