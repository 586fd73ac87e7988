"""The words of claimed messages: facts read for all at once, each filled into the approved text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from staytrue.kit.errors import Refused
from staytrue.messages.claims import Claimed
from staytrue.messages.writing import live, reading, rendering
from staytrue.messages.writing.facts import Facts
from staytrue.messages.writing.reading import Asked
from staytrue.messages.writing.rendering import Version

Links = Callable[[Sequence[Claimed], datetime], Sequence[Mapping[str, str]]]
"""Whole addresses of the guest's own pages for each claimed message, by the names texts use."""
UNSUBSCRIBE, ONE_CLICK = "unsubscribe", "one_click"


@dataclass(frozen=True)
class Written:
    """A message in words, for one guest; `name` is how its recipient is called."""

    subject: str
    html: str
    text: str
    name: str = ""
    one_click: str = ""


Write = Callable[[Sequence[Claimed], datetime], Sequence[Written | Refused]]
"""The words of each claimed message, or why there are none."""


def written(links: Links) -> Write:
    """Writes by the approved templates, with these links."""

    def write(claims: Sequence[Claimed], now: datetime) -> Sequence[Written | Refused]:
        made = links(claims, now)
        asked = [_asked(each, of) for each, of in zip(claims, made, strict=True)]
        facts = reading.read(asked, now)
        versions = live.by_id({each.template_version for each in claims})
        return [
            _filled(versions[each.template_version], each, told, of)
            for each, told, of in zip(claims, facts, made, strict=True)
        ]

    return write


def _asked(each: Claimed, links: Mapping[str, str]) -> Asked:
    message = each.message
    return Asked(
        message.property_id, each.profile_id, message.language, message.reservation_id,
        {name: url for name, url in links.items() if name != ONE_CLICK},
        message.facts.get("plan") or {},
    )  # fmt: skip


def _filled(
    version: Version, each: Claimed, facts: Facts, links: Mapping[str, str]
) -> Written | Refused:
    try:
        made = rendering.rendered(version, each.message.language, facts)
    except Refused as refusal:
        return refusal
    name = str(facts["guest"].get("name", ""))
    return Written(made.subject, made.html, made.text, name, links.get(ONE_CLICK, ""))
