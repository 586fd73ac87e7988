"""The forms of a page: what somebody can type or choose there, and what stands in it already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_NOT_TYPED = frozenset(
    {"hidden", "submit", "button", "reset", "checkbox", "radio", "file", "image"}
)

_TAG, _VALUE = re.compile(r"\{%.*?%\}", re.DOTALL), re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass
class Control:
    """One control of a form that writes: its name, and the words typed in it for the reader."""

    name: str
    value: str
    is_typed: bool


def written_by(page: str) -> list[Control]:
    """Every control of the page's forms that are sent to be kept; a search keeps nothing."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


def written_in(template: str) -> list[Control]:
    """The same of a template, whatever stands between its braces."""
    return written_by(_VALUE.sub("x", _TAG.sub("", template)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Control] = []
        self._writes = False
        self._area: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._writes = told.get("method", "get").lower() == "post"
        if not self._writes or {"readonly", "disabled"} & told.keys():
            return
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "input" and kind not in {"hidden", "submit"}:
            self.found.append(Control(name, told.get("value", ""), kind not in _NOT_TYPED))
        elif tag == "select":
            self.found.append(Control(name, "", is_typed=False))
        elif tag == "textarea":
            self._area = Control(name, "", is_typed=True)
            self.found.append(self._area)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._writes = False
        if tag == "textarea":
            self._area = None
