"""Mail that comes back to a hotel: a report about a message of ours, or a guest's own words.

Words that sound like an opt-out are only proposed: a member reads them and decides.
"""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum

from staytrue.consent import opt_out_words, proposals
from staytrue.consent.proposals import Heard
from staytrue.consent.purposes import Channel, Origin
from staytrue.hotel import scope
from staytrue.messages import marks, reports
from staytrue.messages.carriers.notices import SIZE_MOST
from staytrue.messages.models import Message

ACTOR = "incoming mail"
_WORDS_MOST = 2_000


class Came(StrEnum):
    """What a mail was."""

    REPORT = "report"
    PROPOSED = "proposed"
    NOTHING = "nothing"


def take(raw: bytes, property_id: int, now: datetime) -> Came:
    """Take one mail to its end; one that says nothing we look for leaves no trace."""
    if reports.take_mail(raw, now):
        return Came.REPORT
    mail = message_from_bytes(raw[:SIZE_MOST], policy=policy.default)
    said = opt_out_words.said_in_mail(_text(mail))
    if said is None:
        return Came.NOTHING
    language, words = said
    message = _answered(mail, property_id)
    heard = Heard(
        Origin.MAIL_REPLY,
        Channel.EMAIL,
        words[:_WORDS_MOST],
        property_id,
        language,
        message.profile_id if message else None,
        message.contact_point_id if message else None,
        parseaddr(str(mail.get("From", "")))[1][:254],
        {"message": str(message.public_id)} if message else {},
    )
    with scope.everything():
        proposals.propose(heard, ACTOR, now)
    return Came.PROPOSED


def _answered(mail: EmailMessage, property_id: int) -> Message | None:
    """The message of this hotel that he answers, if its mark is true."""
    quoted = " ".join(str(mail.get(name, "")) for name in ("In-Reply-To", "References"))
    public_id = marks.marked(quoted)
    if public_id is None:
        return None
    with scope.everything():
        return Message.objects.filter(public_id=public_id, property_id=property_id).first()


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):
        # A charset nobody knows: then there are no words either.
        return ""
