"""Words of check-outs: what became of each and why, the types of contacts, what was done."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from staytrue.web import formats, words
from staytrue.web.words import Words

OUTCOME: Words = {
    "added": pgettext_lazy("check-out", "Account opened"),
    "linked": pgettext_lazy("check-out", "Linked to an account"),
    "member": pgettext_lazy("check-out", "Had an account"),
    "not_added": pgettext_lazy("check-out", "Not added, by setting"),
    "not_qualifying": pgettext_lazy("check-out", "Does not qualify"),
    "blocked": pgettext_lazy("check-out", "Waits for its hotel’s settings"),
    "history": pgettext_lazy("check-out", "Past, not yet considered"),
    "reversed": pgettext_lazy("check-out", "Check-out taken back"),
    "already": pgettext_lazy("check-out", "Considered before"),
    "unrecognised": pgettext_lazy("check-out", "Guest not recognised yet"),
}
TONE = {"added": "good", "linked": "good", "blocked": "warn", "unrecognised": "warn"}
ORDER = tuple(OUTCOME)
LISTED = ("added", "linked", "member", "not_added", "not_qualifying", "blocked", "reversed")
"""Outcomes that have a list of their own."""

_UNFIT: dict[str, Promise] = {
    "rate": _("rate %(word)s"),
    "channel": _("channel %(word)s"),
    "segment": _("segment %(word)s"),
    "group": _("booked by a group"),
    "amount": _("amount %(word)s, too small"),
    "day_use": _("day use"),
    "no_person": _("the guest is a company or an agency"),
}
_CODED = {"channel": words.CHANNEL, "segment": words.SEGMENT}
TYPE: Words = {
    "business": pgettext_lazy("contact", "Business"),
    "fax": pgettext_lazy("contact", "Fax"),
    "home": pgettext_lazy("contact", "Home"),
    "cell": pgettext_lazy("contact", "Cell"),
    "relay": pgettext_lazy("contact", "Relay of an OTA"),
}
KIND: Words = {"phone": _("Phone"), "email": _("E-mail")}
REFUSALS: dict[str, Promise] = {
    "checkout_unreadable": _("This setting cannot be read. Correct the field that is named."),
    "relay_chosen": _(
        "An OTA’s relay address ends with the stay: it can never be the main address. Choose "
        "another type."
    ),
    "unknown_type": _(
        "There is no such type. Add it to the vocabulary, or choose one that is there."
    ),
    "checkout_common": _(
        "All hotels have the same configuration. Change that one, or let each hotel have its own "
        "first."
    ),
    "relay_is_there": _("Relay addresses have a type of their own already."),
    "type_code": _("A type’s code is of small letters, digits and underscores, a letter first."),
    "type_in_use": _("A hotel has chosen this type. Choose another there first."),
    "range_reversed": _("The range ends before it begins. Exchange its dates."),
    "range_missing": _("Say from which day to which, and of which hotels."),
}


def why(code: str, word: str) -> str:
    """Why a stay does not qualify; of a code the word it hangs on."""
    if not code:
        return ""
    told = word
    if code == "amount":
        told = _amount(word)
    elif code in _CODED:
        told = words.word(_CODED[code], word)
    return str(_UNFIT.get(code, code)) % {"word": told}


def _amount(word: str) -> str:
    try:
        return formats.money(Decimal(word), None)
    except InvalidOperation:
        return word


def typed(code: str, label: str = "") -> str:
    """A type as it is called: by the house's own label, or in the reader's language."""
    return label or words.word(TYPE, code)


def empty(code: str) -> str:
    """Why a contact of an account has no value."""
    return gettext("none of the type “%(type)s”") % {"type": typed(code)}
