"""What follows from parting guests, in words: for the page before and for the asks after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staytrue.guests.consequences import Kind
from staytrue.web import words


def follows(kind: str, facts: Mapping[str, Any]) -> str:
    """One consequence as a sentence."""
    n = int(facts.get("count", 0))
    fields = ", ".join(words.word(words.FIELD, str(name)) for name in facts.get("fields", ()))
    told = {
        Kind.STAYS: ngettext(
            "%(n)s stay goes with its profile.", "%(n)s stays go with their profile.", n
        ),
        Kind.COMING: ngettext(
            "%(n)s stay to come changes its guest: look at what was prepared.",
            "%(n)s stays to come change their guest: look at what was prepared.",
            n,
        ),
        Kind.CORRECTIONS: _("Corrected while they were one: %(fields)s. Is it this person’s?"),
        Kind.PERSONAS: _("Personas chosen while they were one. Do they still fit?"),
        Kind.DECISIONS: ngettext(
            "%(n)s later decision leaned on this one: decide it again.",
            "%(n)s later decisions leaned on this one: decide them again.",
            n,
        ),
        Kind.QUESTIONS: ngettext(
            "%(n)s open pair goes with its profile.", "%(n)s open pairs go with their profiles.", n
        ),
        Kind.HOUSEHOLD: _("The household is found anew."),
        Kind.MESSAGES: ngettext(
            "%(n)s message went to the other person: somebody is asked to put it right.",
            "%(n)s messages went to the other person: for each somebody is asked to put it right.",
            n,
        ),
        Kind.CASES: ngettext(
            "%(n)s case goes with its profile. Is it this person’s?",
            "%(n)s cases go with their profile. Are they this person’s?",
            n,
        ),
        Kind.POINTS: ngettext(
            "%(n)s point spent here was the other person’s: it goes back, and is owed here.",
            "%(n)s points spent here were the other person’s: they go back, and are owed here.",
            n,
        ),
        Kind.TIER: _("Tier %(before)s becomes %(after)s. Let this person keep it, or say why not.")
        if facts.get("after")
        else _("Tier %(before)s is lost. Let this person keep it, or say why not."),
    }
    tiers = {name: str(facts.get(name, "")) for name in ("before", "after")}
    return str(told[Kind(kind)]) % {"n": n, "fields": fields, **tiers}


def asked(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The title and the reason of an ask about a guest who was parted."""
    return _("Check a guest who was taken apart"), follows(kind, facts)
