"""The words of the guest card: rules that chose a value, personas with their limits, decisions."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from staytrue.guests import households
from staytrue.guests.chronicle import Event
from staytrue.guests.elsewhere import Elsewhere
from staytrue.guests.personas import LIMITS
from staytrue.web import evidence, formats, words
from staytrue.web.words import Words, word

# Why a field has the value it has.
RULE: Words = {
    "pinned": gettext_lazy("Held by a person: it wins whatever a PMS says."),
    "confirmed": gettext_lazy("Confirmed by the guest: it wins over every PMS."),
    "corrected": gettext_lazy("Corrected by a person: it wins over what the PMS said."),
    "real": gettext_lazy("The others are relays, placeholders or not whole."),
    "live": gettext_lazy("The other profile was deleted or merged in its PMS."),
    "direct": gettext_lazy("The hotel’s own source wins over one that an OTA filled."),
    "trust": gettext_lazy("This source is trusted more than the others."),
    "newer": gettext_lazy("The newest of equally trusted sources wins."),
    "order": gettext_lazy("Equal in everything: the order of the sources decides."),
    "agreed": gettext_lazy("All sources agree."),
    "only": gettext_lazy("Only one source says it."),
}
STANDING: Words = {
    "pinned": pgettext_lazy("value", "held"),
    "confirmed": pgettext_lazy("value", "confirmed by the guest"),
    "corrected": pgettext_lazy("value", "corrected"),
}
FLAW: Words = {
    "garbled": gettext_lazy("letters garbled"),
    "partial": gettext_lazy("not whole"),
    "unreadable": gettext_lazy("cannot be read as a number"),
    "relay": gettext_lazy("relay, not his own"),
    "nobody": gettext_lazy("nobody’s"),
}
# Who is behind an address or number; a private one needs no word.
POINT_ROLE: Words = {
    "company": gettext_lazy("of his company"),
    "agency": gettext_lazy("of an agency"),
    "relay": gettext_lazy("relay, not his own"),
    "family": gettext_lazy("shared by a family"),
    "own": gettext_lazy("of the hotel"),
    "placeholder": gettext_lazy("nobody’s"),
}
SOURCE_KIND: Words = {
    "pms": gettext_lazy("PMS"),
    "form": gettext_lazy("Web form"),
    "file": gettext_lazy("File of another system"),
    "ota": gettext_lazy("OTA"),
}
PERSONA: Words = {
    "family": gettext_lazy("Family with children"),
    "couple": gettext_lazy("Couple"),
    "business": gettext_lazy("Business traveller"),
    "regular": gettext_lazy("Regular"),
    "weekender": gettext_lazy("Weekender"),
    "long_stay": gettext_lazy("Long stays"),
    "organiser": gettext_lazy("Group organiser"),
    "day_guest": gettext_lazy("Day guest"),
    "local": gettext_lazy("Local"),
    "early": gettext_lazy("Books early"),
    "late": gettext_lazy("Books late"),
}
# The numbers are those of `personas.LIMITS`: what is read here is what is computed.
_PERSONA_RULE: Words = {
    "family": gettext_lazy("A stay with children."),
    "couple": gettext_lazy(
        "At least %(stays)s stays of two adults alone, and %(percent)s of all."
    ),
    "business": gettext_lazy(
        "At least %(stays)s stays sold as business, and %(percent)s of all."
    ),
    "regular": gettext_lazy("At least %(stays)s stays within %(months)s months."),
    "weekender": gettext_lazy(
        "At least %(stays)s stays over a Saturday night within %(months)s months, none longer "
        "than %(nights)s nights."
    ),
    "long_stay": gettext_lazy("A stay of at least %(nights)s nights."),
    "organiser": gettext_lazy("Booked at least %(rooms)s rooms of one group."),
    "day_guest": gettext_lazy("At least %(stays)s stays without a night, and %(percent)s of all."),
    "local": gettext_lazy("Lives in the town of the hotel."),
    "early": gettext_lazy(
        "Booked at least %(stays)s stays %(days)s days ahead or more, and %(percent)s of all."
    ),
    "late": gettext_lazy(
        "Booked at least %(stays)s stays at most %(days)s days ahead, and %(percent)s of all."
    ),
}  # fmt: skip


def persona_rule(code: str) -> str:
    """A persona's rule as a sentence, with its limits."""
    limits: Mapping[str, int] = LIMITS[code]
    told = {
        name: formats.percent(limit / 100) if name == "percent" else formats.number(limit)
        for name, limit in limits.items()
    }
    return str(_PERSONA_RULE[code]) % told


def elsewhere(of: Elsewhere) -> str:
    """Stays at hotels the reader does not see: so many, nothing else."""
    hotels = ngettext(
        "%(n)s other hotel of the group", "%(n)s other hotels of the group", of.hotels
    ) % {"n": formats.number(of.hotels)}
    facts = {"n": formats.number(of.stays), "hotels": hotels, "year": str(of.last_year)}
    return (
        ngettext(
            "Also %(n)s stay in %(hotels)s, in %(year)s.",
            "Also %(n)s stays in %(hotels)s, last in %(year)s.",
            of.stays,
        )
        % facts
    )


_EVENT: Words = {
    "created": gettext_lazy("Known here for the first time"),
    "attached": gettext_lazy("A profile was recognised as this guest’s"),
    "merged": gettext_lazy("Two guests became one"),
    "split": gettext_lazy("Taken apart"),
    "confirmed": gettext_lazy("Confirmed that this is one person"),
    "rejected": gettext_lazy("Decided that these are two people"),
    "lifted": gettext_lazy("A decision to keep apart was lifted"),
    "undone": gettext_lazy("A decision was taken back"),
    "erased": gettext_lazy("Erased"),
    "matcher": gettext_lazy("Guests are recognised by a new model"),
}
_CORRECTION: Words = {
    "pinned": gettext_lazy("%(field)s: held"),
    "confirmed": gettext_lazy("%(field)s: confirmed by the guest"),
    "corrected": gettext_lazy("%(field)s: corrected"),
    "lifted": gettext_lazy("%(field)s: the PMS’s own value counts again"),
    "kept": gettext_lazy("%(field)s: ours kept against the PMS"),
    "taken": gettext_lazy("%(field)s: the PMS’s newer value taken"),
}


def event(of: Event, codes: tuple[str, ...] = ()) -> str:
    """A decision as a sentence; `codes` are what agreed between the profiles it joined."""
    if of.kind == "corrected":
        field = word(words.FIELD, str(of.evidence.get("field", "")))
        return str(_CORRECTION.get(str(of.evidence.get("act")), "%(field)s")) % {"field": field}
    told = word(_EVENT, of.kind)
    if of.kind == "rejected" and of.rule == households.RULE:
        return _("Taken out of the household.")
    if of.kind in ("attached", "merged"):
        because = evidence.listed(map(evidence.signal, codes)) or word(evidence.RULE, of.rule)
        if because:
            return _("%(decision)s: %(because)s") % {"decision": told, "because": because}
    return told
