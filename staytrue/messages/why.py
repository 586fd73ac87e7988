"""Why a message left, waits, was closed or never came: the answer with the facts as known then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from staytrue.messages.kinds import LEFT, UNDERWAY, State
from staytrue.messages.models import Decision, Message
from staytrue.messages.queries import Told

VERSIONS = ("stay_version", "status", "as_of", "look_up", "consent", "contact_point",
            "other_addresses", "template_version")  # fmt: skip
"""What a decision looked at, of the facts it keeps."""


@dataclass(frozen=True)
class Why:
    """One answer: what it was, its reason, when, until when, and what was looked at."""

    answer: str
    reason: str
    at: datetime
    until: datetime | None
    facts: Mapping[str, Any]

    @property
    def looked_at(self) -> dict[str, Any]:
        """The versions the decision rests on."""
        return {name: self.facts[name] for name in VERSIONS if name in self.facts}

    def record(self) -> dict[str, Any]:
        """What `why` prints of it."""
        return {
            "answer": self.answer,
            "reason": self.reason or None,
            "at": self.at.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "facts": dict(self.facts),
        }


def of(told: Told) -> Why:
    """The answer that stands: of what left, the decision that let it; else the last one."""
    message = told.message
    if State(message.state) in LEFT | UNDERWAY:
        sent = [each for each in told.decisions if each.answer == "send"]
        if sent:
            return _why(sent[-1])
    if told.decisions and State(message.state) != State.PLANNED:
        return _now(message, told.decisions[-1])
    return Why("planned", "", message.planned_at, message.due_at, message.basis)


def history(told: Told) -> list[Why]:
    """Every answer about it, oldest first, each with the facts of its instant."""
    return [_why(each) for each in told.decisions]


def _why(each: Decision) -> Why:
    return Why(each.answer, each.reason, each.at, each.until, each.facts)


def _now(message: Message, last: Decision) -> Why:
    """The last decision; a hold that was looked at since says until when it waits now."""
    if message.state == State.HELD and message.reason == last.reason:
        return Why(last.answer, last.reason, last.at, message.held_until, message.facts)
    return _why(last)
