"""The words of evidence: why two profiles are taken for one person, in the reader's language.

Codes come from `matching.explain` and hold no value, so that every sentence here may be shown to
whoever may see the guest; the values beside them are redacted by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from staytrue.guests.grounds import Ground
from staytrue.guests.matching.compare import SHARED
from staytrue.guests.matching.explain import Part
from staytrue.web import formats
from staytrue.web.words import Words, word

MOBILE = "phone.mobile"
_SURELY = 0.99
SHARED_CODES = {"email": "email.shared", "phone": "phone.shared"}

FIELD: Words = {
    "given": gettext_lazy("Given name"),
    "surname": gettext_lazy("Last name"),
    "born": gettext_lazy("Born"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "place": gettext_lazy("Address"),
    "card": gettext_lazy("Payment card"),
    "loyalty": gettext_lazy("Membership"),
    "document": gettext_lazy("Identity document"),
    "line": gettext_lazy("Address line"),
    "nights": gettext_lazy("On the same nights"),
}
# What each level of each field says, as a part of a sentence.
SIGNAL: Words = {
    "given.exact": gettext_lazy("same given name"),
    "given.alias": gettext_lazy("two forms of one given name"),
    "given.near": gettext_lazy("given name mistyped"),
    "given.alike": gettext_lazy("given names sound alike"),
    "given.different": gettext_lazy("given names differ"),
    "surname.exact": gettext_lazy("same last name"),
    "surname.alias": gettext_lazy("last name in part the same"),
    "surname.near": gettext_lazy("last name mistyped"),
    "surname.alike": gettext_lazy("last names sound alike"),
    "surname.different": gettext_lazy("last names differ"),
    "born.exact": gettext_lazy("same birth date"),
    "born.near": gettext_lazy("birth date mistyped"),
    "born.year": gettext_lazy("same year or day of birth"),
    "born.different": gettext_lazy("birth date differs"),
    "email.exact": gettext_lazy("same e-mail"),
    "email.shared": gettext_lazy("same e-mail, many use it"),
    "email.local": gettext_lazy("same name before the @"),
    "email.near": gettext_lazy("e-mail mistyped"),
    "email.different": gettext_lazy("e-mail differs"),
    "phone.exact": gettext_lazy("same phone"),
    "phone.mobile": gettext_lazy("same mobile"),
    "phone.shared": gettext_lazy("same phone, many use it"),
    "phone.nine": gettext_lazy("same last nine digits"),
    "phone.near": gettext_lazy("phones one digit apart"),
    "phone.different": gettext_lazy("phone differs"),
    "place.line": gettext_lazy("same address"),
    "place.near": gettext_lazy("address mistyped"),
    "place.postcode": gettext_lazy("same postcode"),
    "place.city": gettext_lazy("same town or same street"),
    "place.different": gettext_lazy("address differs"),
    "card.exact": gettext_lazy("same payment card"),
    "card.different": gettext_lazy("payment card differs"),
    "loyalty.exact": gettext_lazy("same membership number"),
    "loyalty.different": gettext_lazy("membership number differs"),
    "document.exact": gettext_lazy("same identity document"),
    "document.different": gettext_lazy("identity document differs"),
}
# What a group's own further fields say; their names come from its source.
_OTHER: Words = {
    "exact": gettext_lazy("%(field)s: the same"),
    "near": gettext_lazy("%(field)s: mistyped"),
    "alike": gettext_lazy("%(field)s: alike"),
    "different": gettext_lazy("%(field)s: differs"),
}
VETO: Words = {
    "document": gettext_lazy("Their identity documents of one kind and country differ."),
    "born": gettext_lazy("Their birth dates differ by more than a typing error."),
    "given": gettext_lazy("Their given names differ."),
    "suffix": gettext_lazy("One is the elder and one the younger: Sr and Jr."),
    "loyalty": gettext_lazy("They have different numbers of one membership."),
    "kind": gettext_lazy("One is a person and the other a company or an agency."),
    "one_suffix": gettext_lazy("Only one of them is called Jr or Sr: perhaps father and son."),
    "cannot_link": gettext_lazy("Somebody decided that they are two people."),
    "presence": gettext_lazy("They were in house in two cities on one night."),
    "companions": gettext_lazy("They are two guests of one booking."),
    "twice": gettext_lazy("One booking names both: perhaps one guest, listed twice."),
}
CLASS: Words = {
    "person": gettext_lazy("the same person"),
    "household": gettext_lazy("the same household"),
    "namesake": gettext_lazy("namesakes"),
    "unrelated": gettext_lazy("strangers"),
}
# By which rule a decision was taken.
RULE: Words = {
    "score": gettext_lazy("the score of all evidence"),
    "card": gettext_lazy("same last name and same card"),
    "phone": gettext_lazy("same last name and same phone"),
    "address": gettext_lazy("same last name and same address"),
    "pms": gettext_lazy("merged in the PMS"),
    "staff": gettext_lazy("decided by a person"),
    "settled": gettext_lazy("computed again from all profiles"),
    "must_link": gettext_lazy("decided by a person"),
    "account": pgettext_lazy("rule", "same account"),
}
# Why the cascade shows a pair, or joins it.
REASON: Words = {
    "same": gettext_lazy("Last name and value agree, and nothing speaks against it."),
    "exact_mode": gettext_lazy("Last name and value agree; nothing else was asked."),
    "given_names_differ": gettext_lazy("The given names differ: perhaps a couple or a family."),
    "veto": gettext_lazy("Something speaks against one person."),
    "given_name_unknown": gettext_lazy("A given name is missing or too different for a home."),
    "other_town": gettext_lazy("The address line agrees, the town does not."),
    "mailboxes_differ": gettext_lazy(
        "Their e-mail addresses differ: perhaps a father and his son."
    ),
    "surname_differs": gettext_lazy("The card agrees, the last name does not."),
    "several_accounts": gettext_lazy("Several accounts fit: choose one."),
}
# Why a pair is shown instead of joined (`Proposal.why`).
SHOWN: Words = {
    **REASON,
    "score": gettext_lazy("Likely one person, not surely."),
    "cited": gettext_lazy("New evidence stands against a decision to keep them apart."),
    "reopened": gettext_lazy("They were joined by a value that turned out to be many people’s."),
    "rule_closed": gettext_lazy("Its rule erred too often here: it only suggests now."),
}
# What a value that many use is taken for.
STATE: Words = {
    "personal": pgettext_lazy("value", "one person’s"),
    "shared": pgettext_lazy("value", "several families’"),
    "generic": pgettext_lazy("value", "nobody’s in particular"),
}
# Who is behind a contact point (`consent.rules.Role`).
BEHIND: Words = {
    "private": pgettext_lazy("contact", "a person"),
    "company": pgettext_lazy("contact", "a company"),
    "agency": pgettext_lazy("contact", "an agency"),
    "relay": pgettext_lazy("contact", "a relay of an OTA"),
    "family": pgettext_lazy("contact", "a family"),
    "own": pgettext_lazy("contact", "the hotel itself"),
    "placeholder": pgettext_lazy("contact", "nobody: a placeholder"),
}


def signal(code: str) -> str:
    """What one level of one field says."""
    if code in SIGNAL:
        return str(SIGNAL[code])
    field, _dot, level = code.rpartition(".")
    return str(_OTHER[level]) % {"field": field} if level in _OTHER else code


def veto(code: str) -> str:
    """What speaks against one person so strongly that nothing joins by itself."""
    return word(VETO, code.removeprefix("veto."))


def code_of(part: Part) -> str:
    """The code of a part: a value that several families use agrees, but not as one's own does."""
    shared = {value for value in part.ones if value.startswith(SHARED)} & set(part.others)
    return SHARED_CODES.get(part.field, part.code) if shared else part.code


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence, as the reader's language lists them."""
    return str(format_list(list(parts), locale=formats.locale()))


def verdict(speaks_for: Sequence[str], speaks_against: Sequence[str]) -> str:
    """What speaks for one person and what against it, in one or two sentences, by codes."""
    if not speaks_for:
        return _("Nothing that is known speaks for one person.")
    told = _("For one person: %(facts)s.") % {"facts": listed(map(signal, speaks_for))}
    if not speaks_against:
        return told
    against = _("Against it: %(facts)s.") % {"facts": listed(map(signal, speaks_against))}
    return f"{told} {against}"


def ground(of: Ground, zone: str, now: datetime) -> str:
    """Why two profiles are one person, since when, and who said so: the sentence of the desk."""
    facts = {
        "facts": listed(map(signal, of.codes)) or word(RULE, of.rule),
        "day": _day(of.at, zone, now),
        "who": of.by,
        "confirmer": of.confirmed_by,
    }
    if of.confirmed_at is not None:
        facts["then"] = _day(of.confirmed_at, zone, now)
        if of.by:
            return _(
                "%(facts)s, joined by %(who)s on %(day)s, confirmed by %(confirmer)s on %(then)s"
            ) % facts  # fmt: skip
        return _("%(facts)s since %(day)s, confirmed by %(confirmer)s on %(then)s") % facts
    if of.by:
        return _("%(facts)s, joined by %(who)s on %(day)s") % facts
    return _("%(facts)s since %(day)s") % facts


def _day(at: datetime, zone: str, now: datetime) -> str:
    return formats.day(at.astimezone(ZoneInfo(zone)).date(), now.year)


def cited(who: str, at: datetime, reason: str, zone: str, now: datetime) -> str:
    """A decision that new evidence stands against."""
    facts = {"who": who, "day": _day(at, zone, now), "reason": reason}
    if reason:
        return _("%(who)s decided on %(day)s that they are two people: “%(reason)s”") % facts
    return _("%(who)s decided on %(day)s that they are two people.") % facts


def likely(share: float) -> str:
    """A share that never claims to be certain."""
    return f">\u202f{formats.percent(_SURELY)}" if share > _SURELY else formats.percent(share)


def profiles(count: int) -> str:
    """How many profiles."""
    told = {"n": formats.number(count)}
    return ngettext("%(n)s profile", "%(n)s profiles", count) % told


def stays(count: int) -> str:
    """How many stays."""
    told = {"n": formats.number(count)}
    return ngettext("%(n)s stay", "%(n)s stays", count) % told
