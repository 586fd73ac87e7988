"""The fields a template may name, and which of them may be empty. Pure."""

from __future__ import annotations

import re

ALWAYS = frozenset(
    {
        "stay.number",
        "stay.arrival",
        "stay.departure",
        "stay.nights",
        "guest.greeting",
        "hotel.name",
        "hotel.legal_line",
        # A link that was not made stops the message: nobody gets a button that leads nowhere.
        "links.preferences",
        "links.unsubscribe",
        "links.pre_checkin",
        "links.survey",
        "links.confirm",
        "links.wishes",
        # Of a correction: what it puts right.
        "correction.cause",
        "correction.sent_on",
        "correction.subject",
        # Of a letter written by hand: what its writer typed.
        "letter.subject",
        "letter.words",
    }
)
SOMETIMES = frozenset(
    {
        "stay.room_category",
        "stay.rooms",
        "stay.people",
        "stay.board",
        "stay.rate",
        "stay.amount",
        "stay.extras",
        "stay.arrival_before",
        "stay.departure_before",
        "stay.as_of",
        "guest.title",
        "guest.first_name",
        "guest.last_name",
        "guest.second_last_name",
        "guest.name",
        # Of a member, where there is a programme.
        "member.tier",
        "member.points",
        "hotel.city",
        "hotel.address",
        "hotel.phone",
        "hotel.email",
        "hotel.website",
        "hotel.check_in_from",
        "hotel.check_out_until",
        "hotel.directions",
        "hotel.good_to_know",
    }
)
_CUSTOM = re.compile(r"(stay|guest)\.custom\.[a-z][a-z0-9_]{0,59}")


def is_known(name: str) -> bool:
    """Whether a template may name it: a field of ours, or one of the PMS's own."""
    return name in ALWAYS or name in SOMETIMES or bool(_CUSTOM.fullmatch(name))


_RIGHTS = (
    ("stay.amount", "money.read"),
    ("stay.rate", "money.read"),
    ("stay.extras", "money.read"),
    ("stay.custom.", "source.read"),
    ("guest.custom.", "source.read"),
    ("stay.room", "stays.read"),
    ("guest.", "profiles.read"),
)


def right_for(name: str) -> str:
    """The right to read what a field tells; empty where everybody may who writes texts."""
    return next((right for begins, right in _RIGHTS if name.startswith(begins)), "")


def may_be_empty(name: str) -> bool:
    """Whether some stay or guest has nothing there."""
    return name not in ALWAYS
