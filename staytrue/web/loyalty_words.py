"""Words of the programme: kinds of entries, why a stay earns nothing, what was refused."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.web.words import Words

ENTRY: Words = {
    "award": pgettext_lazy("points", "Earned by a stay"),
    "correction": pgettext_lazy("points", "Corrected with the bill"),
    "counter": pgettext_lazy("points", "Taken back with the check-out"),
    "opening": pgettext_lazy("points", "Opening balance"),
    "adjustment": pgettext_lazy("points", "Adjusted by hand"),
    "hold": pgettext_lazy("points", "Set aside"),
    "release": pgettext_lazy("points", "Given back"),
    "expiry": pgettext_lazy("points", "Ended"),
}
DOT = {"award": "g", "correction": "w", "counter": "r", "hold": "w", "expiry": "r", "release": "g",
       "opening": "a", "adjustment": "a"}  # fmt: skip
NOTHING: Words = {
    "no_rule": _("no rule fits this stay"),
    "day_use": _("day use has no night"),
    "further_room": _("a further room of the same booking"),
    "nothing_charged": _("nothing that counts was charged"),
    "sealed": _("sealed: it was checked out while nothing was awarded"),
    "no_terms": _("no terms were live on that day"),
    "before": _("awarded before this run"),
}
REDEMPTION: Words = {
    "held": pgettext_lazy("redemption", "Set aside"),
    "used": pgettext_lazy("redemption", "Used"),
    "released": pgettext_lazy("redemption", "Given back"),
}
REDEMPTION_TONE = {"held": "warn", "used": "good"}
VERSION: Words = {
    "draft": pgettext_lazy("terms", "Draft"),
    "live": pgettext_lazy("terms", "Live"),
}
BAD: Words = {
    "unknown_account": _("there is no such account"),
    "unknown_profile": _("there is no such profile at this hotel"),
    "no_account": _("this guest has no account yet"),
    "not_whole": _("points are a whole number"),
    "points_none": _("an opening balance is more than nothing"),
    "twice": _("the account stands in the file twice"),
    "opened_already": _("this account has its opening balance already"),
}
DONE: Words = {
    "adjust": _("Entered in the ledger."),
    "open": _("The opening balance is entered."),
    "hold": _("Set aside. It is used or given back when that is decided."),
    "use": _("Used."),
    "release": _("Given back, with the day on which they were earned."),
}
REFUSALS: dict[str, Promise] = {
    "terms_unreadable": _("These terms cannot be read. Correct the field that is named."),
    "terms_points": _("Points are a number from 0 to 1,000,000. Write another."),
    "terms_units": _("A unit of a currency is more than nothing of it."),
    "terms_exclusive": _(
        "Points come by rules or by room charge, not by both. Take the rules away, or the points "
        "per unit of room charge."
    ),
    "terms_room_charge": _("Say how many points a unit of room charge gives."),
    "terms_empty": _("Nothing would ever be awarded. Give a default rule or at least one rule."),
    "terms_twice": _("Two rules have the same name. Give each a name of its own."),
    "terms_base": _("A rule that counts money spent must say what of it, such as room."),
    "terms_dates": _("A rule ends before it begins. Exchange its dates."),
    "terms_share": _("A rule that shares a stay by its nights must have dates of any night."),
    "terms_expiry": _("Points end after 1 to 120 months, or never."),
    "terms_live": _("These terms are live already."),
    "tiers_unreadable": _("These tiers cannot be read. Correct the field that is named."),
    "tiers_twice": _("Two tiers have the same name. Give each its own."),
    "tiers_free": _("A tier would be everybody’s. Say what it takes, above zero."),
    "points_none": _("Say how many points."),
    "points_missing": _("The account has fewer points than are asked for."),
    "no_reason": _("Say why: the ledger keeps it."),
    "no_purpose": _("Say what the points are for."),
    "opened_already": _(
        "This account has its opening balance already. Write an adjustment instead."
    ),
    "no_redemption": _("There is no such redemption."),
    "redemption_settled": _("It is settled already."),
    "no_account": _("There is no such account."),
    "openings_refused": _("Nothing was entered: a line is wrong, or the total differs."),
    "from_missing": _("Say from which day on."),
}
