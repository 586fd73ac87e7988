"""What the audit says of signing in, second factors, shared computers and masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

ACT: dict[str, str | Promise] = {
    "second_factor_failed": _("Second factor failed"),
    "sessions_ended": _("Signed out elsewhere"),
    "guests_exported": _("Guests exported"),
    "sign_in_blocked": _("Signing in blocked after wrong tries"),
    "revealed": _("Masked value shown"),
}
AUDITED: dict[str, str | Promise] = {
    "export": pgettext_lazy("audit", "Export"),
    "guest": _("Guest"),
    "mfa_authenticator": _("Second factor"),
    "shared_machine": _("Shared computer"),
    "sign_in_policy": _("Signing in"),
}
COLUMN: dict[str, str | Promise] = {
    "by": pgettext_lazy("audit", "By"),
    "data": _("Secrets"),
    "ended_at": _("Ended"),
    "factor": _("Second factor"),
    "lines": pgettext_lazy("audit", "Lines"),
    "lock_minutes": _("Minutes until the lock"),
    "made_at": pgettext_lazy("audit", "Created"),
    "pin": _("PIN"),
    "second_factor": _("Who must have a second factor"),
    "token": _("Key"),
    "type": _("Kind"),
    "user_id": _("Member"),
}
GUESSED: dict[str, str | Promise] = {
    "account": _("Find out who guesses the password of %(name)s"),
    "factor": _("Find out who guesses the second factor of %(name)s, and knows the password"),
    "network": _("Find out who guesses passwords from %(network)s"),
}
REFUSALS: dict[str, Promise] = {
    "pin_wrong": _("This PIN does not open it. After five wrong ones the whole sign-in is needed."),
    "pin_unreadable": _("A PIN has 6 to 12 digits."),
    "pin_weak": _("This PIN is guessed first. Choose one without a pattern."),
    "policy_unreadable": _("Choose who needs a second factor, and 1 to 30 minutes."),
    "nothing_masked": _("Nothing is masked here."),
    "export_limit": _("This would be more than one day allows. Take less, or go on tomorrow."),
    "machine_unnamed": _("Give the computer a name, as it is called at the desk."),
}


def guessed(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What administrators are asked when somebody guesses; names are those of the audit."""
    told = {"name": facts.get("name") or gettext("an address nobody has"),
            "network": facts.get("network") or "?"}  # fmt: skip
    by = GUESSED.get(str(facts.get("by")), GUESSED["network"])
    return str(by) % told, gettext(
        "Too many wrong tries: an hour’s wait after each. The audit shows them; this closes after a "
        "quiet day."
    )
