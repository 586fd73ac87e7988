"""A message that should exist, as the plan says it: all planned columns of a row. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from staytrue.messages.kinds import Kind


@dataclass(frozen=True)
class Wanted:
    """One message the plan wants: to whom, when, and of which facts.

    `occurrence` tells apart what may come more than once ("1", a year, the number of a change);
    `party` is empty or the key of those who count as one recipient. `basis` is what it was planned
    on (`arrival_on`, `departure_on` … as ISO dates): the gate compares it with the stay.
    """

    kind: Kind
    property_id: int
    profile_id: int
    contact_point_id: int | None
    purpose: str
    due_at: datetime
    not_before: datetime
    not_after: datetime
    language: str
    language_why: str
    step: str
    step_version: int
    channel: str = "email"
    occurrence: str = "1"
    party: str = ""
    recipient_role: str = "primary"
    basis: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    template_version: int | None = None
    is_shadow: bool = False

    @property
    def slot(self) -> tuple[str, str, str]:
        """What makes it this message of its stay: a plan has each slot once."""
        return self.kind.value, self.occurrence, self.recipient_role
