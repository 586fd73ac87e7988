"""Words for who manages a desk: its figures, reviews from outside, settings and accounting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.web.words import Words

REVIEW: Words = {
    "date": pgettext_lazy("review", "Day"),
    "source": pgettext_lazy("review", "Source"),
    "score": pgettext_lazy("review", "Score"),
    "text": pgettext_lazy("review", "Text"),
}
DAY_ORDER: Words = {
    "ymd": _("year, month, day"),
    "dmy": _("day, month, year"),
    "mdy": _("month, day, year"),
}
TOTAL: Words = {
    "pressure": _("Agreed, and not in the folio yet"),
    "leak": _("Borne by the hotel: costs, missed charges, wrong refunds"),
    "missed": _("Agreed charges missing on the bills of guests who left"),
    "wrong_refund": _("Given back without anybody agreeing to it"),
}
TRIGGER: Words = {
    "guest.low_score": _("A guest answers with a low score"),
    "guest.call": _("A guest wants to be called"),
    "guest.wish": _("A guest writes a wish before arrival"),
    "guest.answer": _("A guest answers a message about the stay"),
    "guest.mailing_answer": _("A guest answers a mailing"),
    "booking.room_moved": _("The PMS moves a guest to another room"),
    "booking.dates_moved": _("The PMS moves a stay to other days"),
    "booking.cancelled": _("A booking is cancelled"),
    "finance.unapproved": _("A folio gives money back that nobody agreed to"),
    "staff.task": _("A colleague writes something down on the board"),
}
DAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)
HOOK = "accounting_hook"


def asked(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What is asked when accounting takes nothing, and why."""
    return (
        str(_("See why accounting is not told of approved money")),
        str(_("The address does not take it (%(problem)s). It is tried again for three days."))
        % {"problem": facts.get("problem", "?")},
    )


REFUSALS: dict[str, Promise] = {
    "name_missing": _("Give it a name."),
    "key_unreadable": _("A key is letters, numbers, - and _."),
    "hours_unreadable": _("Hours have a beginning and an end, written like 14:30."),
    "days_missing": _("Choose the days of the shift."),
    "limit_unreadable": _("A limit is more than nothing and at most 90 days."),
    "number_unreadable": _("Write whole numbers: rooms and shares are more than nothing."),
    "days_unreadable": _("Repeats are looked for in 1 to 366 days."),
    "rule_unreadable": _("There is no rule about this."),
    "bounds_unreadable": _("This is no bound of a house rule: an hour, an amount, or some things."),
    "bounds_missing": _("A house rule says what it allows."),
    "trigger_unknown": _("There is no such trigger."),
    "notice_taken": _("Accounting has taken it already."),
    "review_unreadable": _("A review has a day, a source, and a score from 0 to 10."),
    "review_column_missing": _("The file has no column for something that every review has."),
    "scale_missing": _("Say what the best score of this file is."),
    "reviews_long": _("The file has too many lines. Split it."),
}
