"""Links in a text: where they lead, and which of them somebody must look at before it goes. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from staytrue.kit.text import mixes_scripts
from staytrue.messages.writing.liquid import Problem

_WRITTEN = re.compile(
    r"\]\(([^)\n]*)\)|\b((?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>()\"']+)", re.IGNORECASE
)
_OURS = re.compile(r"\{\{\s*(links\.[a-z_]+|hotel\.website)\s*\}\}")
_SAFE = frozenset({"https", "http", "mailto", "tel"})


def check(source: str, own: Collection[str] = (), part: str = "body") -> list[Problem]:
    """What is wrong or foreign among the links of a text; `own` are the hotel's domains."""
    found = []
    for target, at in _targets(source):
        line = source.count("\n", 0, at) + 1
        if problem := _problem(target, own):
            code, may_pass = problem
            found.append(Problem(code, target[:120], line, part, may_pass))
    return found


def _targets(source: str) -> Iterator[tuple[str, int]]:
    for written in _WRITTEN.finditer(source):
        yield (written[1] if written[1] is not None else written[2]).strip(), written.start()


def _problem(target: str, own: Collection[str]) -> tuple[str, bool] | None:
    if _OURS.fullmatch(target):
        return None
    # A host or a whole address out of a guest's data would lead where the guest wants.
    if "{" in target:
        return "link_from_data", False
    address = target if ":" in target.split("/", maxsplit=1)[0] else f"https://{target}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return "link_unreadable", False
    if parts.scheme.lower() not in _SAFE:
        return "link_unsafe", False
    if parts.scheme.lower() in {"mailto", "tel"}:
        return None
    if not host or (parts.username is not None):
        return "link_unreadable", False
    if _is_address(host):
        return "link_to_number", True
    if any(each.startswith("xn--") for each in host.split(".")) or not host.isascii():
        return ("link_mixed" if mixes_scripts(_shown(host)) else "link_look_alike"), True
    if any(host == each or host.endswith(f".{each}") for each in own):
        return None
    return "link_foreign", True


def _is_address(host: str) -> bool:
    """Whether it is a number, in any of the ways a browser reads one."""
    if re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,3}", host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shown(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host
