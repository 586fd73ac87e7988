"""Words for who manages a desk: its figures, reviews from outside, settings and accounting."""

from __future__ import annotations

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
REFUSALS: dict[str, Promise] = {
    "review_unreadable": _("A review has a day, a source, and a score from 0 to 10."),
    "review_column_missing": _("The file has no column for something that every review has."),
    "scale_missing": _("Say what the best score of this file is."),
    "reviews_long": _("The file has too many lines. Split it."),
}
