"""Wrong sends as people say them: the cause, whose fault it was, what stood then and stands now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staytrue.messages.wrong_sends import CORRECTED, LEFT_SO, TAKEN
from staytrue.web import formats, message_words, words
from staytrue.web.message_words import Fact
from staytrue.web.words import Words

CAUSE: Words = {
    "cancelled": _("The booking was cancelled before it left, and the mirror knew it later."),
    "reinstated": _("The booking stood again before it left."),
    "no_show": _("The guest never came."),
    "not_confirmed": _("The booking was not confirmed any more when it left."),
    "not_checked_in": _("The check-in had been taken back before it left."),
    "not_checked_out": _("The check-out had been taken back before it left."),
    "already_arrived": _("The guest had arrived before it left."),
    "already_left": _("The guest had left the hotel before it left."),
    "dates_moved": _("The stay had moved to other dates before it left."),
    "wrong_person": _("It went to somebody else than the guest of the stay."),
    "old_address": _("The guest had given this address up before it left."),
    "opted_out": _("The guest had said no elsewhere before it left."),
}
BRIEF: Words = {
    "cancelled": _("cancelled before"),
    "reinstated": _("stood again"),
    "no_show": _("never came"),
    "not_confirmed": _("not confirmed any more"),
    "not_checked_in": _("not checked in"),
    "not_checked_out": _("not checked out"),
    "already_arrived": _("had arrived"),
    "already_left": _("had left"),
    "dates_moved": _("dates had moved"),
    "wrong_person": _("wrong person"),
    "old_address": _("old address"),
    "opted_out": _("opted out elsewhere"),
}
KNOWN: Words = {
    "knowable": _("It lay here a minute before: Staytrue should have known."),
    "obtainable": _("The PMS would have said it had it been asked just before."),
    "unknowable": _("Nobody could know it then: the PMS told it later."),
}
KNOWN_BRIEF: Words = {
    "knowable": _("should have been known"),
    "obtainable": _("could have been asked"),
    "unknowable": _("could not be known"),
}
ACT: Words = {
    TAKEN: _("Taken"),
    CORRECTED: _("Correction handed to the gate"),
    LEFT_SO: _("Left so"),
}
REFUSALS: dict[str, Promise] = {
    "dealt_with": _("Somebody has dealt with it meanwhile."),
    "not_approved": _("No approved text of a correction is in force. Approve one under Texts."),
    "cannot_look_up": _("This connector only reads files: it cannot be asked about a stay."),
}


def asked(told: Mapping[str, Any]) -> tuple[str, str]:
    """What the owner of a wrong message is asked."""
    kind = words.word(message_words.KIND, str(told.get("kind")))
    return (
        gettext("Put a wrong message right: %(message)s") % {"message": kind},
        words.word(CAUSE, str(told.get("cause"))),
    )


def facts(told: Mapping[str, Any]) -> list[Fact]:
    """Facts with their versions, in words."""
    made: list[tuple[str, str]] = []
    if status := told.get("status"):
        made.append((gettext("State of the stay"), words.word(words.STATUS, str(status))))
    for name, label in _DAYS.items():
        if day := told.get(name):
            made.append((str(label), formats.day(date.fromisoformat(str(day)))))
    if (version := told.get("stay_version")) is not None:
        made.append((gettext("Version of the stay"), message_words.short(version)))
    for name, label in _NUMBERS.items():
        if (value := told.get(name)) is not None:
            made.append((str(label), str(value)))
    return [Fact(name, value) for name, value in made]


_DAYS: Words = {"arrival_on": _("Arrival"), "departure_on": _("Departure")}
_NUMBERS: Words = {
    "no": _("Known by version"),
    "consent": _("Version of the consent"),
    "act": _("Act of consent"),
    "contact_point": _("Address no."),
    "profile": _("Profile no."),
}
