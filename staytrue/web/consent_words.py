"""Words of consent: purposes, channels, origins, grounds and why somebody may not be written to."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.consent.permissions import Permission
from staytrue.consent.told import ToldAct
from staytrue.web.words import Words, word

PURPOSE: Words = {
    "stay": _("what the stay needs"),
    "service": _("service around the stay"),
    "survey": _("surveys"),
    "marketing": _("news and offers"),
}
CHANNEL: Words = {
    "email": _("e-mail"),
    "sms": _("text messages"),
    "messaging": _("messaging apps"),
    "phone": _("calls"),
    "post": _("letters"),
}
WITHIN: Words = {
    "property": _("this hotel"),
    "legal_entity": _("all hotels of this company"),
    "group": _("all hotels of the group"),
}
ACT: Words = {
    "opt_out": _("Opted out"),
    "opt_in": _("Agreed"),
    "confirm": _("Agreed and confirmed by mail"),
    "withdraw": _("The PMS no longer says that he agreed"),
    "suppress": _("Address taken out of use"),
    "release": _("Address may be used again"),
}
CAUSE: Words = {
    "bounce": _("nothing arrives there"),
    "complaint": _("marked as spam by its owner"),
    "by_hand": _("taken off the address base by hand"),
    "erased": _("erased"),
}
ORIGIN: Words = {
    "pms": _("the PMS"),
    "desk": _("said at the desk"),
    "letter": _("a letter"),
    "guest_page": _("the guest’s own page"),
    "form": _("a form on the website"),
    "one_click": _("one click in a mail"),
    "sms": _("a text message"),
    "mail_reply": _("a reply by mail"),
    "import": _("a list of the former tool"),
    "carrier": _("the mail provider"),
}
BASIS: Words = {
    "contract": _("belongs to the stay"),
    "until_objection": _("until he objects"),
    "existing_customer": _("existing customer"),
    "explicit": _("agreed"),
    "double_opt_in": _("agreed and confirmed"),
}
REQUIREMENT: Words = {
    "until_objection": pgettext_lazy("legal ground", "until he objects"),
    "existing_customer": pgettext_lazy("legal ground", "existing customer"),
    "explicit": pgettext_lazy("legal ground", "consent"),
    "double_opt_in": pgettext_lazy("legal ground", "confirmed consent"),
}
REASON: Words = {
    "opted_out": _("opted out"),
    "suppressed": _("address out of use"),
    "no_basis": _("no legal ground"),
    "relay_address": _("an OTA’s relay"),
    "agency_address": _("an agency’s address"),
    "own_address": _("an address of the hotel"),
    "no_address": _("no address"),
    "shared_address": _("a shared mailbox, and he did not agree himself"),
}
CONSENT_REFUSALS: dict[str, Promise] = {
    "wording_missing": _("Write down what the guest said: it is the proof."),
    "channel_missing": _("Choose at least one channel."),
    "not_the_guests_act": _(
        "Only the guest himself takes an address off the list; write down his words."
    ),
    "no_guest": _("There is no such guest at your hotels."),
    "no_address": _("He has no address for this channel."),
    "day_to_come": _("A statement is about the past and from then on."),
    "decided_already": _("Somebody has decided this already."),
    "nobody_known": _("Nobody is known by this address. Find the guest and record it on his card."),
}


def said(act: ToldAct) -> str:
    """What an act is, in one line: the act and what it is about."""
    about = [word(PURPOSE, act.purpose), word(CHANNEL, act.channel), word(CAUSE, act.cause)]
    facts = {"act": word(ACT, act.act), "about": ", ".join(filter(None, about))}
    return str(_("%(act)s: %(about)s")) % facts


def reach(act: ToldAct) -> str:
    """Where it holds; by name where it is not the whole group."""
    return act.place or word(WITHIN, act.within)


def answer(given: Permission) -> str:
    """Whether, and on what ground or why not."""
    if given.allowed:
        return str(_("yes: %(basis)s")) % {"basis": word(BASIS, given.basis)}
    return str(_("no: %(reason)s")) % {"reason": word(REASON, given.reason)}
