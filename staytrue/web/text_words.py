"""The words on texts: kinds, channels, states, and what is wrong with one, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.messages.writing.liquid import Problem
from staytrue.web import formats, message_words, words
from staytrue.web.words import Words, word

KIND: Words = message_words.KIND
CHANNEL: Words = {"email": _("E-mail"), "sms": _("SMS")}
PURPOSE: Words = {
    "stay": _("Needed for the stay"),
    "service": _("Service"),
    "survey": _("Survey"),
    "marketing": _("Marketing"),
}
STATE: Words = {
    "standard": pgettext_lazy("text", "Ships with Staytrue, not approved"),
    "missing": pgettext_lazy("text", "None yet"),
    "group": pgettext_lazy("text", "As the group’s"),
    "draft": pgettext_lazy("text", "Draft"),
    "waiting": pgettext_lazy("text", "Waits for approval"),
    "live": pgettext_lazy("text", "Live"),
    "retired": pgettext_lazy("text", "Replaced"),
}
PART: Words = {
    "subject": _("Subject"),
    "preview": _("Preview line"),
    "body": pgettext_lazy("text", "Words"),
}
PROBLEM: Words = {
    "empty": _("This part is empty."),
    "one_line": _("This part is one line."),
    "too_long": _("The text is longer than %(name)s letters."),
    "token_too_long": _("What stands between braces is longer than %(name)s letters."),
    "forbidden": _("“%(name)s” cannot be used here."),
    "not_liquid": _("This cannot be read as a template: %(name)s"),
    "unknown_field": _("There is no field %(name)s."),
    "no_fallback": _(
        "%(name)s may be empty. Write what stands there then, as | default: '…', or put it in "
        "{%% if %(name)s %%} … {%% endif %%}."
    ),
    "no_stay": _("This message has no stay: %(name)s cannot be told."),
    "half_choice": _("A choice begins in one part and ends in another: “%(name)s”"),
    "link_from_data": _("A link cannot be put together from a guest’s data: %(name)s"),
    "link_unreadable": _("This link cannot be read: %(name)s"),
    "link_unsafe": _("Links begin with https, http, mailto or tel: %(name)s"),
    "link_foreign": _("The link leads to a domain that is not the hotel’s: %(name)s"),
    "link_to_number": _("The link leads to a number instead of a name: %(name)s"),
    "link_look_alike": _("The link’s name has letters that look like others: %(name)s"),
    "link_mixed": _("The link’s name mixes alphabets, as forgers do: %(name)s"),
}  # fmt: skip
REFUSED: Words = {
    "own_text": _("You wrote it, so someone else must approve it."),
    "link_not_looked_at": _("The text links elsewhere. Look at each link and tick it."),
    "no_legal_line": _(
        "%(hotel)s has no legal line on its letterhead. Add name and address first."
    ),
    "no_way_out": _("The mail has no link to stop it. It cannot be approved."),
    "missing_field": _("Booking %(of)s has no %(field)s, and the text has no fallback for it."),
    "no_value": _("This stay has no %(field)s, and the text has no fallback for it."),
    "languages_missing": _("A text stands in English, French and Spanish before it goes live."),
    "text_moved_on": _("The text has moved on meanwhile. Look at it again."),
    "colour_too_light": _(
        "White words on this colour cannot be read by everybody. Choose a darker one."
    ),
    "domain_unreadable": _("%(domain)s is no domain like hotel.example."),
    "website_unreadable": _("The website begins with https://."),
    "field_hidden": _("Your role may not read what %(name)s tells, so you cannot add it."),
    "reason_missing": _("Say what should be different."),
}


def spoken(why: str) -> str:
    """Where the language comes from, and what was known that decided nothing."""
    by, *passed = why.split()
    sentence = word(words.SPOKEN, by)
    for each in passed:
        step, _colon, value = each.partition(":")
        if step == "country":
            sentence = _("%(why)s; %(country)s tells of none that we write") % {
                "why": sentence,
                "country": formats.country(value),
            }
        else:
            sentence = _("%(why)s; %(language)s is none that we write") % {
                "why": sentence,
                "language": formats.language(value),
            }
    return sentence


def told(problem: Problem) -> str:
    """A problem as a sentence, with its place."""
    sentence = word(PROBLEM, problem.code) % {"name": problem.name}
    if not problem.line:
        return f"{word(PART, problem.part)}: {sentence}"
    return _("%(part)s, line %(line)s: %(told)s") % {
        "part": word(PART, problem.part),
        "line": problem.line,
        "told": sentence,
    }
