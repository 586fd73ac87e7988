"""What the house writes for, on which channel, within which scope, and where an act came from. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Purpose(StrEnum):
    """What a message is for: `stay` is what the stay needs, `service` what makes it better."""

    STAY = "stay"
    SERVICE = "service"
    SURVEY = "survey"
    MARKETING = "marketing"


class Channel(StrEnum):
    """By which way a message comes; `messaging` is WhatsApp and its like."""

    EMAIL = "email"
    SMS = "sms"
    MESSAGING = "messaging"
    PHONE = "phone"
    POST = "post"


POINT_KIND = {
    Channel.EMAIL: "email",
    Channel.SMS: "phone",
    Channel.MESSAGING: "phone",
    Channel.PHONE: "phone",
    Channel.POST: "post",
}
"""The kind of contact point that a channel writes to."""

ONE_CLICK = frozenset({Purpose.MARKETING, Purpose.SURVEY})
"""What one click out of a list stops; service and stay are stopped on the page behind the link."""


class Within(StrEnum):
    """How far an act reaches: one hotel, all hotels of one company, or the group."""

    PROPERTY = "property"
    LEGAL_ENTITY = "legal_entity"
    GROUP = "group"


class Scope(msgspec.Struct, frozen=True):
    """How far an act reaches; the group needs no number."""

    within: Within
    id: int | None = None


GROUP = Scope(Within.GROUP)


class Origin(StrEnum):
    """Where an act came from."""

    PMS = "pms"
    DESK = "desk"
    LETTER = "letter"
    GUEST_PAGE = "guest_page"
    FORM = "form"
    ONE_CLICK = "one_click"
    SMS = "sms"
    MAIL_REPLY = "mail_reply"
    IMPORT = "import"
    CARRIER = "carrier"


OWN = frozenset({Origin.DESK, Origin.LETTER, Origin.GUEST_PAGE, Origin.FORM})
"""The guest's own recorded acts, the only ones that lift an opt-out.

A text message is none of them: its sender can be forged.
"""
