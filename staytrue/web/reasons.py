"""Why something was refused, held or parked, by its code: in the reader's language.

The sentence kept with it is English and the most precise: readers of English get that one, others
the sentence of the house for its code, with the kept one beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from staytrue.kit.errors import StaytrueError
from staytrue.web import formats, words
from staytrue.web.checkout_words import REFUSALS as CHECKOUT_REFUSALS
from staytrue.web.consent_words import CONSENT_REFUSALS
from staytrue.web.desk_manager_words import REFUSALS as DESK_MANAGER_REFUSALS
from staytrue.web.desk_words import REFUSALS as DESK_REFUSALS
from staytrue.web.far_side import FAR_SIDE
from staytrue.web.journey_words import REFUSALS as JOURNEY_REFUSALS
from staytrue.web.loyalty_words import REFUSALS as LOYALTY_REFUSALS
from staytrue.web.mailing_words import REFUSALS as MAILING_REFUSALS
from staytrue.web.refusals import REFUSALS
from staytrue.web.sending_words import REFUSALS as SENDING_REFUSALS
from staytrue.web.staff_words import REFUSALS as STAFF_REFUSALS
from staytrue.web.wrong_words import REFUSALS as WRONG_REFUSALS

_CUT = gettext_lazy(
    "The file was cut, or is still being written. Send it again; nothing of it was taken."
)
_DAMAGED = gettext_lazy("The file is damaged. Send it again; nothing of it was taken.")
_OTHER_KIND = gettext_lazy("The file is of another kind than its name or the mapping says.")
_ARCHIVE = gettext_lazy("The archive holds something that is not allowed. Send the one file alone.")
_TOO_LARGE = gettext_lazy("The file unpacks to more than is allowed.")
_QUOTES = gettext_lazy("The file does not use quotes as the mapping says.")
_LAYOUT = gettext_lazy(
    "The file is written in another way than the mapping says. Correct the mapping."
)

REASONS: dict[str, Promise] = {
    **FAR_SIDE,
    **REFUSALS,
    **SENDING_REFUSALS,
    **CONSENT_REFUSALS,
    **JOURNEY_REFUSALS,
    **MAILING_REFUSALS,
    **WRONG_REFUSALS,
    **DESK_REFUSALS,
    **DESK_MANAGER_REFUSALS,
    **CHECKOUT_REFUSALS,
    **LOYALTY_REFUSALS,
    **STAFF_REFUSALS,
    "moved_to_another_pms": gettext_lazy(
        "The hotel changed to another PMS; this connection is given up."
    ),
    "truncated": _CUT,
    "replaced": gettext_lazy(
        "The file was replaced while it was read. It is taken again when at rest."
    ),
    "content": _OTHER_KIND,
    "garbled": gettext_lazy("The letters of the file were garbled before it came here."),
    "wrong_encoding": _LAYOUT,
    "wrong_delimiter": _LAYOUT,
    "missing_column": gettext_lazy("The file lacks a column that the mapping names."),
    "doubled_column": gettext_lazy("The file has the same column twice."),
    "records_path": _LAYOUT,
    "made_at": gettext_lazy(
        "The file does not say when it was made in the way the mapping expects."
    ),
    "too_few": gettext_lazy("The file has fewer records than the mapping expects."),
    "quotes": _QUOTES,
    "unterminated_quote": _QUOTES,
    "line_break": _QUOTES,
    "malformed": _DAMAGED,
    "not_json": _DAMAGED,
    "json": _DAMAGED,
    "too_deep": _DAMAGED,
    "record_too_long": _DAMAGED,
    "dtd": gettext_lazy("The file defines its own document type, which is not allowed."),
    "zip_bomb": _TOO_LARGE,
    "too_large": _TOO_LARGE,
    "zip_entries": _ARCHIVE,
    "zip_nested": _ARCHIVE,
    "zip_name": _ARCHIVE,
    "zip_encrypted": _ARCHIVE,
    "zip_method": _ARCHIVE,
    "empty": gettext_lazy("The file is empty."),
    "field_count": gettext_lazy("The line has more or fewer cells than the titles."),
    "impossible_date": gettext_lazy("A date of this record is not in the calendar."),
    "departure_before_arrival": gettext_lazy("The departure is before the arrival."),
    "too_long": gettext_lazy("A stay of so many nights cannot be right."),
    "unreadable_amount": gettext_lazy("An amount of this record cannot be read."),
    "unreadable_count": gettext_lazy("A count of this record cannot be read."),
    "unknown_currency": gettext_lazy("The currency of this record is not known."),
    "foreign_property": gettext_lazy("This booking is of another hotel."),
    "other_property": gettext_lazy("This booking is of another hotel."),
    "damaged_number": gettext_lazy("The booking number lost its digits in a spreadsheet."),
    "still_unreadable": gettext_lazy("It still cannot be read. Change the mapping first."),
    "not_held": gettext_lazy("This file is not held any more."),
    "raw_dropped": gettext_lazy("The raw text was dropped after the retention time."),
    "went_back": gettext_lazy(
        "The PMS shows records older than at an earlier reading: it was restored from a backup, or "
        "its clock was set back. What is known stays as it is. Ask the hotel, and resume the "
        "connection once the PMS shows what is so."
    ),
    "last_administrator": gettext_lazy(
        "Nobody could manage staff any more. Give another member the administrator’s role first."
    ),
    "member_exists": gettext_lazy("This person is a member already."),
    "hours_overlap": gettext_lazy("Two of these spans of hours overlap."),
    "already_one": gettext_lazy("These profiles are one guest already."),
    "kept_apart": gettext_lazy(
        "Somebody decided that these are different people. Lift that decision with a reason, or "
        "leave them apart."
    ),
    "moved_on": gettext_lazy(
        "Meanwhile these guests are no longer what the page showed. Look again before you decide."
    ),
    "already_undone": gettext_lazy("This decision has been taken back already."),
    "already_answered": gettext_lazy("Somebody has answered this already."),
    "reason_missing": gettext_lazy("Say in a few words why."),
    "reason_long": gettext_lazy("Say why in at most 1,000 letters."),
    "no_household": gettext_lazy("This guest is in no household."),
    "no_steps": gettext_lazy("A cascade needs a step: card, phone or address."),
    "unknown_rule": gettext_lazy("What proves itself is the score or a step of the cascade."),
    "exact_unconfirmed": gettext_lazy(
        "The exact cascade joins couples: about 35 of 100 couples share a card, and it asks for "
        "nothing but last name and card. Confirm that you want it so."
    ),
    "not_measured": gettext_lazy(
        "Nobody knows yet how often the score is right. Decide more pairs first."
    ),
    "not_within_budget": gettext_lazy(
        "It is not sure yet that errors stay within the budget. Decide more pairs, or confirm."
    ),
    "not_closed": gettext_lazy("This rule is not closed any more."),
    "email_unreadable": gettext_lazy("This is not an e-mail address."),
}

NEWEST_PARKED = gettext_lazy(
    "The newest record of this stay was not understood and is parked: what stands here may be "
    "outdated. Nothing leaves until it is read again or dropped."
)


def told(code: str, said: str, facts: Mapping[str, Any] | None = None) -> str:
    """Why, in the reader's language; what no language has a sentence for stays as it was kept."""
    if (get_language() or "en").startswith("en"):
        return said
    if code.startswith("missing_") and code not in REASONS:
        field = words.word(words.FIELD, str((facts or {}).get("field") or code[8:]))
        return _("%(field)s is missing.") % {"field": field}
    return str(REASONS.get(code, said))


def of(error: StaytrueError) -> str:
    """One of our errors as a sentence for its reader."""
    return told(error.code, error.sentence, error.facts)


def brake_brief(code: str) -> str:
    """Why a whole file waits, as the end of a sentence."""
    texts = {
        "mostly_unreadable": _("most of its lines could not be understood."),
        "empty": _("it is complete by its own account and holds no booking."),
        "shrunken": _("too many coming stays are missing from it."),
        "cut_off": _("it looks cut at its end."),
        "mass_cancellation": _("it would cancel too many stays at once."),
        "dates_jump": _("it would move too many stays at once."),
        "going_back": _("it is older than what is known."),
        "mass_contact_change": _("it would change too many e-mail addresses at once."),
        "foreign_property": _("it is of another hotel."),
        "dates_flipped": _("day and month seem to have changed places in it."),
    }
    return texts.get(code, _("a brake stopped it."))


BRAKES: dict[str, Promise] = {
    "shrunken": gettext_lazy(
        "%(n)s of %(of)s coming stays are missing from this file; usually its filter changed "
        "or it was cut. Ask for a whole export, or release the file if they are really gone."
    ),
    "cut_off": gettext_lazy(
        "%(n)s coming stays are missing from this file, among them all that stood at the end of "
        "the file before: it looks cut. Ask for a whole export, or release the file if they are "
        "really gone."
    ),
    "foreign_property": gettext_lazy(
        "%(n)s of %(of)s lines are of another hotel. Send this hotel's export, or correct the "
        "property code of the connection, and send the file again."
    ),
    "dates_flipped": gettext_lazy(
        "%(n)s of %(of)s lines have a date that no calendar has; usually day and month changed "
        "places. Check the date format in the mapping, or release the file if it is so."
    ),
    "mass_cancellation": gettext_lazy(
        "%(n)s of %(of)s coming stays would become cancelled at once. Check with the hotel, or "
        "release the file if it is so."
    ),
    "dates_jump": gettext_lazy(
        "%(n)s of %(of)s coming stays would move their dates at once; usually day and month "
        "changed places. Check the date format, or release the file if it is so."
    ),
    "going_back": gettext_lazy(
        "%(n)s of %(of)s bookings are older here than what is known; usually this is an "
        "earlier file. Ask the hotel, or release the file to take what is newer."
    ),
    "mass_contact_change": gettext_lazy(
        "%(n)s of %(of)s e-mail addresses would change at once. Check that the right column "
        "is exported, or release the file if it is so."
    ),
    "mostly_unreadable": gettext_lazy(
        "%(n)s of %(of)s lines could not be understood; usually the export’s layout changed. "
        "Check the mapping, or release the file to take the rest."
    ),
    "empty": gettext_lazy(
        "The file is complete by its own account and holds no booking. Ask the hotel whether "
        "the export ran, or release it."
    ),
}


def brake(code: str, facts: Mapping[str, Any], said: str) -> str:
    """Why a delivery is held or refused; `said` is the sentence kept with it, in English."""
    if code not in BRAKES:
        return told(code, said, facts)
    counted = {"n": facts.get("n", facts.get("parked")), "of": facts.get("of", facts.get("lines"))}
    return str(BRAKES[code]) % counted


def parked(code: str, facts: Mapping[str, Any], said: str) -> str:
    """Why a part is parked; `said` is the sentence kept with it, in English."""
    if code in ("unknown_status", "unknown_word") and facts.get("word"):
        return _("The file says “%(word)s”. We do not know this word, so nothing is guessed.") % {
            "word": facts["word"]
        }
    return said


def objective(facts: Mapping[str, Any]) -> str:
    """What a connection missed, beside what it must reach."""
    found, wanted = float(facts.get("found", 0)), float(facts.get("wanted", 0))
    if facts.get("objective") == "fidelity":
        return _("%(found)s of the compared records are equal, %(wanted)s must be.") % {
            "found": formats.percent(found),
            "wanted": formats.percent(wanted),
        }
    return _("95 of 100 changes arrive within %(found)s; it must be %(wanted)s.") % {
        "found": formats.exact(found),
        "wanted": formats.exact(wanted),
    }
