"""Messages as people say them: what they are, where they stand, and why they leave or wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from staytrue.messages import looking
from staytrue.messages.why import Why
from staytrue.web import formats, words
from staytrue.web.guest_words import POINT_ROLE
from staytrue.web.words import Words

ASK = looking.ASK

KIND: Words = {
    "confirmation": _("Confirmation"),
    "change": _("Change of the booking"),
    "cancellation": _("Cancellation"),
    "arrival_info": _("Arrival information"),
    "pre_checkin": _("Pre-check-in"),
    "pre_stay": _("Before the stay"),
    "welcome": _("Welcome"),
    "mid_stay": _("During the stay"),
    "thank_you": _("Thank you"),
    "survey": _("Survey"),
    "birthday": _("Birthday"),
    "win_back": _("Come back"),
    "mailing": _("Mailing"),
    "correction": _("Correction"),
    "confirm_address": _("Confirming an address"),
    "letter": _("Letter written by hand"),
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
    "send": _("May leave"),
    "hold": _("Waits"),
    "close": _("Closed"),
    "expire": _("Expired"),
    "replan": _("Planned anew"),
    "moved": _("Moved"),
    "dropped": _("Dropped by the plan"),
}
REASON: Words = {
    "cancelled": _("The booking is cancelled."),
    "no_show": _("The guest did not come."),
    "not_confirmed": _("The booking is not confirmed yet."),
    "not_cancelled": _("The booking is not cancelled."),
    "not_checked_in": _("The PMS has not said yet that the guest checked in."),
    "not_checked_out": _("The PMS has not said yet that the guest checked out."),
    "already_arrived": _("The guest has arrived already."),
    "already_left": _("The guest has left already."),
    "dates_moved": _("The stay moved to other dates; the plan is made anew."),
    "guest_replaced": _("Somebody else is on the stay now; the plan is made anew."),
    "unknown_status": _("The PMS says something about this stay that nobody has explained yet."),
    "out_of_sight": _("The stay left the feed. That is not a cancellation: ask the hotel."),
    "stay_gone": _("The stay is no longer known."),
    "stale_mirror": _("The hotel was read too long ago."),
    "not_confirmed_live": _("The feed is slower than this message tolerates: look into the PMS."),
    "hotel_unreachable": _("The PMS did not answer when it was asked just before."),
    "held_delivery": _("A delivery of this hotel waits for a person to release it."),
    "changed_live": _("The PMS says something else than the mirror; it is being read."),
    "changed_meanwhile": _("Something changed at the last moment; it is decided anew."),
    "no_address": _("There is no address to write to."),
    "not_an_address": _("What stands for an address is none."),
    "suppressed": _("The address is on the suppression list."),
    "opted_out": _("The guest does not want this."),
    "no_basis": _("There is no legal ground to write."),
    "shared_address": _("Too many share this address."),
    "agency_address": _("The address is an agency’s."),
    "relay_address": _("The address only forwards for an OTA."),
    "own_address": _("The address is the hotel’s own."),
    "child": _("Children are never written to."),
    "erased": _("The guest’s data were erased or deleted."),
    "not_approved": _("No approved text is in force for it."),
    "missing_field": _("The text lacks a value or this language."),
    "step_unavailable": _("The PMS does not tell what this step needs."),
    "already_sent": _("It was sent already."),
    "party_already_written": _("The same party got it already at this address."),
    "disarmed": _("Sending is not armed."),
    "limit_reached": _("The limit of the first day is reached."),
    "not_on_allow_list": _("The address is not on the list that may be written to."),
    "quiet_hours": _("It is quiet hours at the hotel."),
    "capped": _("The guest got as many messages as he may in so many days."),
    "silence": _("A case of this guest is open: the next contact is its owner’s."),
    "carrier_busy": _("The other side asked to come back later."),
    "paused": _("Its mailing is paused."),
    "too_early": _("Its time has not come."),
    "too_late": _("Its time is over."),
    "history_import": _("Suppressed: history import."),
    "before_go_live": _("It happened before the hotel went live."),
    "channel_confirms": _("The channel confirms its bookings itself."),
    "group_block": _("Group blocks are not written to."),
    "too_short": _("The stay is too short for it."),
    "future_stay": _("The guest comes again anyway."),
    "condition": _("A condition of the step is not met."),
    "replanned": _("The plan no longer wants it."),
    "switched_off": _("The journey was switched off."),
    "superseded": _("Another message took its place."),
    "dropped_by_staff": _("Somebody here dropped it."),
    "recalled": _("The mailing was recalled."),
    "shadow": _("It would have left here. Its journey runs in shadow, so nothing leaves."),
    "refused": _("The other side refused the address."),
    "no_reply": _("The other side gave no answer, so nobody knows. It is never sent again by itself."),
}  # fmt: skip
TOLD: Words = {
    "same": _("the PMS says the same"),
    "confirmed": _("a person looked and confirmed"),
    "differs": _("the PMS says something else"),
    "not_found": _("the PMS does not know it"),
    "unreachable": _("no answer"),
    "busy": _("the calls of this hour were used up"),
}
BASIS: Words = {
    "contract": _("the stay itself"),
    "until_objection": _("allowed until the guest objects"),
    "existing_customer": _("existing customer"),
    "explicit": _("the guest agreed"),
    "double_opt_in": _("the guest agreed and confirmed"),
}
ROLE: Words = words.ROLE_ON_STAY | {"agency": _("agency")}


def asked(told: Mapping[str, Any]) -> tuple[str, str]:
    """What the front desk is asked of a message that no feed is quick enough for."""
    facts = {"message": words.word(KIND, told.get("kind")), "day": told.get("arrival_on") or "?"}
    return (
        gettext("Confirm or drop: %(message)s, arrival %(day)s") % facts,
        gettext(
            "The feed is slower than this message tolerates. Look into the PMS before it leaves."
        ),
    )


def sentence(why: Why, zone: str, now: datetime) -> str:
    """The answer in one or two sentences, in the reader's language."""
    said = words.word(REASON, why.reason) if why.reason else ""
    if why.answer == "planned":
        if why.until is None:
            return gettext("It is planned.")
        return gettext("Planned %(at)s; it is decided anew then.") % {
            "at": formats.at(why.until, zone, now)
        }
    if why.answer == "send":
        return gettext("Everything spoke for it when it was decided %(at)s.") % {
            "at": formats.at(why.at, zone, now)
        }
    if why.until is not None:
        facts = {"why": said, "at": formats.at(why.until, zone, now)}
        return gettext("%(why)s It is looked at again %(at)s.") % facts
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
        made.append((gettext("State of the stay"), words.word(words.STATUS, str(status))))
    if (version := told.get("stay_version")) is not None:
        made.append((gettext("Version of the stay"), short(version)))
    if as_of := told.get("as_of"):
        made.append((gettext("Mirror true through"), _instant(as_of, zone, now)))
    if told.get("heard_otherwise"):
        said = gettext("The PMS showed this stay otherwise and broke off. It is read again.")
        made.append((gettext("Heard since"), said))
    if looked := told.get("look_up"):
        made.append((gettext("Look into the PMS"), _looked(looked, zone, now)))
    if consent := told.get("consent"):
        made.append((gettext("Consent"), _consent(consent)))
    for name, label in _MOVES.items():
        if dates := told.get(name):
            made.append((str(label), _dates(dates)))
    for name, label in _INSTANTS.items():
        if value := told.get(name):
            made.append((str(label), _instant(value, zone, now)))
    if (limit := told.get("limit_seconds")) is not None:
        made.append((gettext("Tolerated age"), formats.span(float(limit))))
    if guests := told.get("guests"):
        made.append((gettext("Guests with this address"), formats.number(guests)))
    made += [
        (gettext("Not to this address"), _other(each)) for each in told.get("other_addresses", ())
    ]
    if version := told.get("template_version"):
        made.append((gettext("Version of the text"), str(version)))
    if detail := told.get("detail"):
        made.append((gettext("The other side said"), str(detail)))
    return [Fact(name, value) for name, value in made]


_MOVES: Words = {"planned": _("Planned on"), "stands": _("Stands now")}
_INSTANTS: Words = {"was_at": _("Was due"), "due_at": _("Is due")}


def short(version: object) -> str:
    """A version as people compare it: the end of its number in hexadecimal."""
    return f"{int(str(version)) & 0xFFFFFFFF:08x}"


def _instant(value: object, zone: str, now: datetime) -> str:
    return formats.at(datetime.fromisoformat(str(value)), zone, now)


def _looked(looked: object, zone: str, now: datetime) -> str:
    if not isinstance(looked, Mapping):
        return gettext("wanted")
    facts = {"told": words.word(TOLD, str(looked["told"])), "at": _instant(looked["at"], zone, now)}
    return gettext("%(told)s, %(at)s") % facts


def _consent(consent: Mapping[str, Any]) -> str:
    if consent.get("allowed"):
        basis = words.word(BASIS, str(consent.get("basis")))
        told = {"basis": basis, "version": consent.get("rule", "")}
        return gettext("%(basis)s, rules of %(version)s") % told if told["version"] else basis
    return words.word(REASON, str(consent.get("reason")))


def _other(address: Mapping[str, Any]) -> str:
    """Whose another address is, and what spoke against it; nothing where it was not needed."""
    role = str(POINT_ROLE.get(str(address["role"]), ""))
    said = words.word(REASON, str(address["reason"])) if address["reason"] else ""
    return " · ".join(filter(None, (role, said))) or gettext("not needed")


def _dates(dates: Mapping[str, Any]) -> str:
    return " – ".join(str(dates[name] or "?") for name in ("arrival_on", "departure_on"))
