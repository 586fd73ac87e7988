"""Messages as people say them: what they are, where they stand, and why they leave or wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staytrue.messages import looking
from staytrue.messages.why import Why
from staytrue.web import formats, words
from staytrue.web.words import Words

_l = gettext_lazy
ASK = looking.ASK

KIND: Words = {
    "confirmation": _l("Confirmation"),
    "change": _l("Change of the booking"),
    "cancellation": _l("Cancellation"),
    "arrival_info": _l("Arrival information"),
    "pre_checkin": _l("Pre-check-in"),
    "pre_stay": _l("Before the stay"),
    "welcome": _l("Welcome"),
    "mid_stay": _l("During the stay"),
    "thank_you": _l("Thank you"),
    "survey": _l("Survey"),
    "birthday": _l("Birthday"),
    "win_back": _l("Come back"),
    "mailing": _l("Mailing"),
}
STATE: Words = {
    "planned": pgettext_lazy("message", "Planned"),
    "held": pgettext_lazy("message", "Held"),
    "claimed": pgettext_lazy("message", "At the door"),
    "handed_over": pgettext_lazy("message", "Handed over"),
    "accepted": pgettext_lazy("message", "Sent"),
    "delivered": pgettext_lazy("message", "Delivered"),
    "bounced": pgettext_lazy("message", "Bounced"),
    "complained": pgettext_lazy("message", "Complained about"),
    "closed": pgettext_lazy("message", "Closed"),
    "expired": pgettext_lazy("message", "Expired"),
    "unknown": pgettext_lazy("message", "Unknown whether it arrived"),
}
TONE = {
    "held": "warn", "bounced": "bad", "complained": "bad", "unknown": "bad", "accepted": "ok",
    "delivered": "ok",
}  # fmt: skip
ANSWER: Words = {
    "send": _l("May leave"),
    "hold": _l("Waits"),
    "close": _l("Closed"),
    "expire": _l("Expired"),
    "replan": _l("Planned anew"),
    "moved": _l("Moved"),
    "dropped": _l("Dropped by the plan"),
}
REASON: Words = {
    "cancelled": _l("The booking is cancelled."),
    "no_show": _l("The guest did not come."),
    "not_confirmed": _l("The booking is not confirmed yet."),
    "not_cancelled": _l("The booking is not cancelled."),
    "not_checked_in": _l("The PMS has not said yet that the guest checked in."),
    "not_checked_out": _l("The PMS has not said yet that the guest checked out."),
    "already_arrived": _l("The guest has arrived already."),
    "already_left": _l("The guest has left already."),
    "dates_moved": _l("The stay moved to other dates; the plan is made anew."),
    "guest_replaced": _l("Somebody else is on the stay now; the plan is made anew."),
    "unknown_status": _l("The PMS says something about this stay that nobody has explained yet."),
    "out_of_sight": _l("The stay left the feed. That is not a cancellation: ask the hotel."),
    "stay_gone": _l("The stay is no longer known."),
    "stale_mirror": _l("The hotel was read too long ago."),
    "not_confirmed_live": _l("The feed is slower than this message tolerates: look into the PMS."),
    "hotel_unreachable": _l("The PMS did not answer when it was asked just before."),
    "held_delivery": _l("A delivery of this hotel waits for a person to release it."),
    "changed_live": _l("The PMS says something else than the mirror; it is being read."),
    "changed_meanwhile": _l("Something changed at the last moment; it is decided anew."),
    "no_address": _l("There is no address to write to."),
    "not_an_address": _l("What stands for an address is none."),
    "suppressed": _l("The address is on the suppression list."),
    "opted_out": _l("The guest does not want this."),
    "no_basis": _l("There is no legal ground to write."),
    "shared_address": _l("Too many share this address."),
    "agency_address": _l("The address is an agency’s."),
    "relay_address": _l("The address only forwards for an OTA."),
    "own_address": _l("The address is the hotel’s own."),
    "child": _l("Children are never written to."),
    "erased": _l("The guest’s data were erased or deleted."),
    "not_approved": _l("No approved text is in force for it."),
    "missing_field": _l("The text lacks a value or this language."),
    "step_unavailable": _l("The PMS does not tell what this step needs."),
    "already_sent": _l("It was sent already."),
    "party_already_written": _l("The same party got it already at this address."),
    "disarmed": _l("Sending is not armed."),
    "limit_reached": _l("The limit of the first day is reached."),
    "not_on_allow_list": _l("The address is not on the list that may be written to."),
    "quiet_hours": _l("It is quiet hours at the hotel."),
    "capped": _l("The guest got as many messages as he may in so many days."),
    "silence": _l("A case of this guest is open: the next contact is its owner’s."),
    "carrier_busy": _l("The other side asked to come back later."),
    "too_early": _l("Its time has not come."),
    "too_late": _l("Its time is over."),
    "history_import": _l("Suppressed: history import."),
    "before_go_live": _l("It happened before the hotel went live."),
    "channel_confirms": _l("The channel confirms its bookings itself."),
    "group_block": _l("Group blocks are not written to."),
    "too_short": _l("The stay is too short for it."),
    "future_stay": _l("The guest comes again anyway."),
    "condition": _l("A condition of the step is not met."),
    "replanned": _l("The plan no longer wants it."),
    "switched_off": _l("The journey was switched off."),
    "superseded": _l("Another message took its place."),
    "dropped_by_staff": _l("Somebody here dropped it."),
    "recalled": _l("The mailing was recalled."),
    "refused": _l("The other side refused the address."),
    "no_reply": _l("The other side gave no answer, so nobody knows. It is never sent again by itself."),
}  # fmt: skip
TOLD: Words = {
    "same": _l("the PMS says the same"),
    "confirmed": _l("a person looked and confirmed"),
    "differs": _l("the PMS says something else"),
    "not_found": _l("the PMS does not know it"),
    "unreachable": _l("no answer"),
    "busy": _l("the calls of this hour were used up"),
}
BASIS: Words = {
    "contract": _l("the stay itself"),
    "until_objection": _l("allowed until the guest objects"),
    "existing_customer": _l("existing customer"),
    "explicit": _l("the guest agreed"),
    "double_opt_in": _l("the guest agreed and confirmed"),
}
ROLE: Words = words.ROLE_ON_STAY | {"agency": _l("agency")}


def asked(told: Mapping[str, Any]) -> tuple[str, str]:
    """What the front desk is asked of a message that no feed is quick enough for."""
    facts = {"message": words.word(KIND, told.get("kind")), "day": told.get("arrival_on") or "?"}
    return (
        _("Confirm or drop: %(message)s, arrival %(day)s") % facts,
        _("The feed is slower than this message tolerates. Look into the PMS before it leaves."),
    )


def sentence(why: Why, zone: str, now: datetime) -> str:
    """The answer in one or two sentences, in the reader's language."""
    said = words.word(REASON, why.reason) if why.reason else ""
    if why.answer == "planned":
        if why.until is None:
            return _("It is planned.")
        return _("It is planned for %(at)s and decided anew then.") % {
            "at": formats.at(why.until, zone, now)
        }
    if why.answer == "send":
        return _("Everything spoke for it when it was decided %(at)s.") % {
            "at": formats.at(why.at, zone, now)
        }
    if why.until is not None:
        facts = {"why": said, "at": formats.at(why.until, zone, now)}
        return _("%(why)s It is looked at again %(at)s.") % facts
    return said


@dataclass(frozen=True)
class Fact:
    """A name and what it was then."""

    name: str
    value: str


def facts(told: Mapping[str, Any], zone: str, now: datetime) -> list[Fact]:
    """What a decision looked at, in words."""
    made: list[tuple[str, str]] = []
    if status := told.get("status"):
        made.append((_("State of the stay"), words.word(words.STATUS, str(status))))
    if (version := told.get("stay_version")) is not None:
        made.append((_("Version of the stay"), _short(version)))
    if as_of := told.get("as_of"):
        made.append((_("Mirror true through"), _instant(as_of, zone, now)))
    if looked := told.get("look_up"):
        made.append((_("Look into the PMS"), _looked(looked, zone, now)))
    if consent := told.get("consent"):
        made.append((_("Consent"), _consent(consent)))
    for name, label in _MOVES.items():
        if dates := told.get(name):
            made.append((str(label), _dates(dates)))
    for name, label in _INSTANTS.items():
        if value := told.get(name):
            made.append((str(label), _instant(value, zone, now)))
    if (limit := told.get("limit_seconds")) is not None:
        made.append((_("Tolerated age"), formats.span(float(limit))))
    if guests := told.get("guests"):
        made.append((_("Guests with this address"), formats.number(guests)))
    if version := told.get("template_version"):
        made.append((_("Version of the text"), str(version)))
    if detail := told.get("detail"):
        made.append((_("The other side said"), str(detail)))
    return [Fact(name, value) for name, value in made]


_MOVES: Words = {"planned": _l("Planned on"), "stands": _l("Stands now")}
_INSTANTS: Words = {"was_at": _l("Was due"), "due_at": _l("Is due")}


def _short(version: object) -> str:
    """A version as people compare it: the end of its number in hexadecimal."""
    return f"{int(str(version)) & 0xFFFFFFFF:08x}"


def _instant(value: object, zone: str, now: datetime) -> str:
    return formats.at(datetime.fromisoformat(str(value)), zone, now)


def _looked(looked: object, zone: str, now: datetime) -> str:
    if not isinstance(looked, Mapping):
        return _("wanted")
    facts = {"told": words.word(TOLD, str(looked["told"])), "at": _instant(looked["at"], zone, now)}
    return _("%(told)s, %(at)s") % facts


def _consent(consent: Mapping[str, Any]) -> str:
    if consent.get("allowed"):
        return words.word(BASIS, str(consent.get("basis")))
    return words.word(REASON, str(consent.get("reason")))


def _dates(dates: Mapping[str, Any]) -> str:
    return " – ".join(str(dates[name] or "?") for name in ("arrival_on", "departure_on"))
