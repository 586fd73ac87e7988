"""Words of the desk: what a case is about, where it stands, what happened to it, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.web.words import Words, word

KIND: Words = {
    "request": pgettext_lazy("case", "Request"),
    "promise": pgettext_lazy("case", "Promise"),
    "preference": pgettext_lazy("case", "Preference"),
    "recovery": pgettext_lazy("case", "Recovery"),
    "feedback": pgettext_lazy("case", "Feedback"),
    "reply": pgettext_lazy("case", "Reply"),
}
KIND_TONE = {"recovery": "bad", "promise": "warn", "feedback": "info"}
STATE: Words = {
    "new": pgettext_lazy("case", "New"),
    "pending": pgettext_lazy("case", "Being done"),
    "approved": pgettext_lazy("case", "Approved"),
    "blocked": pgettext_lazy("case", "Waits"),
    "complete": pgettext_lazy("case", "Done"),
}
STATE_TONE = {"pending": "info", "approved": "good", "blocked": "warn", "complete": "good"}
MOVE: Words = {
    "take": pgettext_lazy("case", "Take it"),
    "approve": pgettext_lazy("case", "Approve"),
    "block": pgettext_lazy("case", "It waits"),
    "resume": pgettext_lazy("case", "Go on"),
    "complete": pgettext_lazy("case", "Done"),
    "reopen": pgettext_lazy("case", "Open again"),
}
DONE: Words = {
    "take": _("It is yours."),
    "approve": _("Approved."),
    "block": _("Its clock stands still until you look again."),
    "resume": _("Its clock goes on."),
    "complete": _("Done."),
    "reopen": _("It is open again."),
    "accept": _("It is yours."),
    "decline": _("It stays where it was."),
    "offer": _("Offered. Until it is accepted it stays yours."),
    "comment": _("Written to your colleagues."),
    "read": _("Noted that you read it."),
    "note": _("The note is kept."),
    "propose": _("Proposed."),
    "letter_approve": _("Handed to the gate. Where it stands is on the case."),
    "letter_return": _("Sent back. Nothing has left."),
    "line_approve": _("Approved. It counts as posted when the folio shows it."),
    "line_refuse": _("Refused."),
}
EVENT: Words = {
    "opened": pgettext_lazy("case", "Opened"),
    "taken": pgettext_lazy("case", "Taken"),
    "approved": pgettext_lazy("case", "Approved"),
    "blocked": pgettext_lazy("case", "Waits for something"),
    "resumed": pgettext_lazy("case", "Goes on"),
    "completed": pgettext_lazy("case", "Done"),
    "reopened": pgettext_lazy("case", "Opened again"),
    "offered": pgettext_lazy("case", "Offered to somebody else"),
    "accepted": pgettext_lazy("case", "Accepted"),
    "declined": pgettext_lazy("case", "Not accepted"),
    "passed_up": pgettext_lazy("case", "Passed around too often: to the supervisor"),
    "escalated": pgettext_lazy("case", "Late: climbed a step"),
    "commented": pgettext_lazy("case", "Comment"),
    "drafted": pgettext_lazy("case", "A letter waits for a second pair of eyes"),
    "returned": pgettext_lazy("case", "The letter went back to its writer"),
    "wrote": pgettext_lazy("case", "Written to the guest"),
    "heard": pgettext_lazy("case", "The guest answered"),
    "noted": pgettext_lazy("case", "Exception note"),
    "checked": pgettext_lazy("case", "Held against the house rules"),
    "mismatched": pgettext_lazy("case", "The PMS says something else"),
    "proposed": pgettext_lazy("case", "Money proposed"),
    "changed": pgettext_lazy("case", "Another amount"),
    "line_approved": pgettext_lazy("case", "Money approved"),
    "line_refused": pgettext_lazy("case", "Money refused"),
    "posted": pgettext_lazy("case", "Seen in the folio"),
    "unposted": pgettext_lazy("case", "Gone from the folio"),
    "reconciled": pgettext_lazy("case", "Settled"),
}
EVENT_TONE = {
    "completed": "g", "approved": "g", "line_approved": "g", "posted": "g", "reconciled": "g",
    "escalated": "r", "mismatched": "r", "passed_up": "r", "unposted": "r",
    "blocked": "w", "proposed": "w", "changed": "w", "offered": "w",
}  # fmt: skip
MONEY: Words = {
    "charge": pgettext_lazy("money", "Charge"),
    "refund": pgettext_lazy("money", "Refund"),
    "deposit": pgettext_lazy("money", "Deposit"),
    "cost": pgettext_lazy("money", "Cost"),
}
LINE: Words = {
    "proposed": pgettext_lazy("money", "Proposed"),
    "approved": pgettext_lazy("money", "Approved, not in the folio yet"),
    "refused": pgettext_lazy("money", "Refused"),
    "posted": pgettext_lazy("money", "In the folio"),
    "reconciled": pgettext_lazy("money", "Settled"),
}
LINE_TONE = {"proposed": "warn", "approved": "info", "refused": "bad", "posted": "good",
             "reconciled": "good"}  # fmt: skip
CAUSE: Words = {
    "noise": pgettext_lazy("cause", "Noise"),
    "cleanliness": pgettext_lazy("cause", "Cleanliness"),
    "breakfast": pgettext_lazy("cause", "Breakfast"),
    "welcome": pgettext_lazy("cause", "Welcome"),
    "wifi": pgettext_lazy("cause", "Wi-Fi"),
    "room": pgettext_lazy("cause", "Room"),
    "payment": pgettext_lazy("cause", "Payment"),
    "equipment": pgettext_lazy("cause", "Equipment"),
    "waiting": pgettext_lazy("cause", "Waiting"),
    "other": pgettext_lazy("cause", "Something else"),
}
ORIGIN: Words = {
    "booking": _("a change of the booking"),
    "guest": _("the guest"),
    "staff": _("a colleague"),
    "finance": _("the folio"),
}
PROMISED: Words = {
    "time": pgettext_lazy("promise", "Time"),
    "price": pgettext_lazy("promise", "Price"),
    "room": pgettext_lazy("promise", "Room"),
    "service": pgettext_lazy("promise", "Service"),
}
NEXT: Words = {
    "accept": _("Accept it, or say why not"),
    "decide": _("Decide about the money"),
    "resume": _("Look whether it can go on"),
    "take": _("Take it"),
    "note": _("Write the exception note"),
    "approve": _("Approve it, with a reason"),
    "wait": _("Somebody else decides first"),
    "complete": _("Do it, and say so"),
}
MISSING: Words = {
    "unusual": _("what was unusual"),
    "impact": _("what it meant for the guest"),
    "comment": _("the manager’s comment"),
    "approval": _("a second pair of eyes"),
    "money": _("a decision about the money"),
}
FIELD: Words = {**MISSING, "reason": _("the reason")}
VERDICT: Words = {
    "right": pgettext_lazy("spot check", "Right"),
    "wrong": pgettext_lazy("spot check", "Wrong"),
    "missing": pgettext_lazy("spot check", "Not there"),
}
REFUSALS: dict[str, Promise] = {
    "case_kind_unknown": _("There is no such kind of case."),
    "case_type_unknown": _("There is no such type of case at this hotel."),
    "department_unknown": _("There is no such department at this hotel."),
    "words_missing": _("Say what it is about."),
    "words_long": _("Say it in fewer words."),
    "cause_unknown": _("There is no such cause."),
    "owner_unknown": _("Nobody like this works at the hotel."),
    "due_is_past": _("The time it is due is over already."),
    "house_rule_broken": _(
        "A house rule says otherwise. If it is promised all the same, write the exception note."
    ),
    "move_not_allowed": _("It has moved on meanwhile: this is not possible any more."),
    "reason_missing": _("Write why."),
    "reason_long": _("Write it in fewer words."),
    "note_missing": _(
        "It left its normal way: first write what was unusual and what it meant for the guest."
    ),
    "approval_missing": _("A second pair of eyes decides first."),
    "own_approval": _("Whoever proposed it cannot approve it. Ask somebody else."),
    "money_undecided": _("Its money is not decided yet."),
    "money_decided": _("This money is decided already."),
    "money_kind_unknown": _("There is no such kind of money."),
    "amount_unreadable": _("Write the amount as a number above nought, with at most two decimals."),
    "until_missing": _("Say until when it waits, at a time to come."),
    "until_is_past": _("Say until when it waits, at a time to come."),
    "mention_unseen": _("Somebody you name may not see this case."),
    "role_unknown": _("There is no such role."),
    "not_offered": _("It is not offered to you any more."),
    "verdict_unknown": _("A check finds it right, wrong or not there."),
    "owner_unseen": _("This role may not see such a case. Choose another."),
    "receiver_unseen": _("This role may not see such a case. Offer it to another."),
    "shift_moved": _("Something changed while you read: look at it, and take over then."),
    "letter_moved_on": _("No letter waits here any more."),
    "letter_empty": _("A letter has a subject and words."),
    "letter_language": _("Choose English, French or Spanish."),
    "letter_link": _("The letter links to another place than the hotel’s own website."),
    "letter_not_approved": _(
        "No approved text frames letters yet. Approve “Letter written by hand” under Texts first."
    ),
    "letter_to_nobody": _("This case knows no guest to write to."),
    "own_check": _("Somebody else checks what you completed."),
    "read_already": _("This report was read already."),
    "span_unreadable": _("Choose a first and a last day, at most a year apart."),
}
ASKED: Words = {
    "case_opened_low": _("Speak with a guest who was not happy: %(what)s"),
    "case_late": _("It is late and came to you: %(what)s"),
    "case_offered": _("Accept it, or say why not: %(what)s"),
    "case_mismatch": _("The PMS says something else than was promised: %(what)s"),
    "case_approval": _("Decide, as the second pair of eyes: %(what)s"),
    "case_letter": _("Let a letter leave, or send it back: %(what)s"),
    "case_answered": _("Read what the guest answered: %(what)s"),
    "case_mention": _("A colleague named you: %(what)s"),
}
REPORT = "exception_report"


def asked(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """What an ask of the desk wants, verb first, and why."""
    if kind == REPORT:
        return (
            str(_("Read what went wrong lately, before busy nights")),
            str(_("The house is nearly full from %(first_on)s to %(last_on)s."))
            % {name: str(facts.get(name, "?")) for name in ("first_on", "last_on")},
        )
    about, place = word(KIND, str(facts.get("about", ""))), str(facts.get("place", ""))
    what = f"{about}, {place}" if place else about
    return str(ASKED[kind]) % {"what": what}, ""
