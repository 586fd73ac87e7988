"""Words of mailings: where one stands, how its list was chosen, where its guests stand."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staytrue.web.words import Words

STATE: Words = {
    "draft": pgettext_lazy("mailing", "Draft"),
    "waiting": pgettext_lazy("mailing", "Waits for approval"),
    "approved": pgettext_lazy("mailing", "Approved, not begun"),
    "sending": pgettext_lazy("mailing", "Is being sent"),
    "paused": pgettext_lazy("mailing", "Paused"),
    "done": pgettext_lazy("mailing", "Done"),
    "recalled": pgettext_lazy("mailing", "Recalled"),
}
TONE = {"waiting": "warn", "approved": "info", "sending": "info", "paused": "warn", "done": "ok"}
SOURCE: Words = {
    "hand": _("chosen by hand"),
    "file": _("from a file"),
    "everyone": _("everyone of the hotel who may be reached"),
}
HEAP: Words = {
    "waiting": pgettext_lazy("mailing", "Its turn comes"),
    "planned": pgettext_lazy("mailing", "Planned"),
    "held": pgettext_lazy("mailing", "Held"),
    "door": pgettext_lazy("mailing", "At the door"),
    "sent": pgettext_lazy("mailing", "Sent"),
    "unknown": pgettext_lazy("mailing", "Nobody knows"),
    "closed": pgettext_lazy("mailing", "Closed, not sent"),
    "left_out": pgettext_lazy("mailing", "Left out"),
}
HEAP_TONE = {"held": "warn", "sent": "ok", "unknown": "bad"}
REASON: Words = {
    "bounced": _("It came back."),
    "complained": _("He complained of it."),
    "party_already_written": _("Another line of the list has the same address."),
    "already_sent": _("He got these words already."),
    "capped": _("He gets it later: as many messages as he may get came lately."),
    "silence": _("He gets it later: a case of his is open."),
}
DONE: Words = {
    "ask": _("It is being counted who would get it."),
    "hand_in": _("Handed in. The list is frozen; somebody who approves mailings looks at it next."),
    "approve": _("Approved. It leaves when somebody begins to send."),
    "back": _("Sent back."),
    "send": _("It is being sent, batch by batch."),
    "pause": _("Paused. Nothing more of it leaves until it is resumed."),
    "resume": _("It goes on."),
    "recall": _("Recalled. What had not left never leaves."),
}
REFUSALS: dict[str, Promise] = {
    "mailing_name": _("Give the mailing a name of up to 120 letters."),
    "mailing_text": _("Choose a text that was approved for this hotel."),
    "mailing_pace": _("Between 1 and 3,000 a minute."),
    "mailing_empty": _("Nobody is on the list yet."),
    "mailing_uncounted": _("It is still being counted who gets it. Wait a moment."),
    "mailing_reaches_nobody": _("Nobody on this list may get it."),
    "mailing_moved_on": _("The mailing has moved on meanwhile. Look at it again."),
    "own_mailing": _("You wrote it, so someone else must approve it."),
    "list_long": _("The list has more lines than are taken at once. Split it."),
    "file_missing": _("Choose a file."),
}
