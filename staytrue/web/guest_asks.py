"""What guests' own pages ask of the hotel: verb first, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staytrue.web import words

KINDS = frozenset({"type_into_pms", "guest_wish", "low_score", "guest_call", "guest_form",
                   "mailbox_away", "missing_contact"})  # fmt: skip


def asked(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """What is to be done, and why."""
    told = {"number": str(facts.get("number", "?")), "score": str(facts.get("score", "?"))}
    if kind == "type_into_pms":
        fields = [str(words.word(words.FIELD, str(name))) for name in facts.get("fields", ())]
        return (
            _("Type into the PMS what a guest gave: %(fields)s") % {"fields": ", ".join(fields)},
            _("He gave it on his own page; it stands on his card. This ends when the PMS has it."),
        )
    if kind == "guest_form":
        return (
            _("Answer a guest who wrote on the website"),
            _("He is not known yet, or his words wait for somebody to read them."),
        )
    if kind == "missing_contact":
        count = int(facts.get("count", 0))
        return (
            ngettext(
                "Ask %(n)s guest for an e-mail address at his arrival",
                "Ask %(n)s guests for an e-mail address at their arrival",
                count,
            )
            % {"n": count},
            _(
                "They are marked in the arrivals. Write it on the card or into the PMS; this ends "
                "by itself."
            ),
        )
    if kind == "mailbox_away":
        return (
            _("Look why the hotel’s mailbox cannot be read"),
            _("Guests’ answers and returned mails lie there unread."),
        )
    if kind == "guest_wish":
        return (
            _("Read the wish of booking %(number)s") % told,
            _("The guest wrote it before his arrival and waits for an answer."),
        )
    if kind == "guest_call":
        return (
            _("Call the guest of booking %(number)s") % told,
            _("He asked for it in the survey; he gave %(score)s of 10.") % told,
        )
    return (
        _("Speak with the guest of booking %(number)s") % told,
        _("He gave %(score)s of 10 in the survey.") % told,
    )
