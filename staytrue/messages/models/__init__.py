"""The tables of what is written to guests: each message, every decision about it, how it left."""

from staytrue.messages.models.guest_links import GuestLink
from staytrue.messages.models.incoming import GuestReply, IncomingText, Mailbox
from staytrue.messages.models.mailings import Mailing, MailingRecipient
from staytrue.messages.models.messages import (
    Decision,
    GateSetting,
    LookUp,
    Message,
    MessageText,
    Silence,
)
from staytrue.messages.models.sending import (
    CarrierReport,
    Lease,
    OutboxEntry,
    Outlet,
    Remembered,
)
from staytrue.messages.models.writing import Letterhead, Template, TemplateVersion
from staytrue.messages.models.wrong_sends import WrongSend, WrongSendAct

__all__ = [
    "CarrierReport",
    "Decision",
    "GateSetting",
    "GuestLink",
    "GuestReply",
    "IncomingText",
    "Lease",
    "Letterhead",
    "LookUp",
    "Mailbox",
    "Mailing",
    "MailingRecipient",
    "Message",
    "MessageText",
    "OutboxEntry",
    "Outlet",
    "Remembered",
    "Silence",
    "Template",
    "TemplateVersion",
    "WrongSend",
    "WrongSendAct",
]
