"""The tables of what is written to guests: each message, every decision about it, how it left."""

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

__all__ = [
    "CarrierReport",
    "Decision",
    "GateSetting",
    "Lease",
    "LookUp",
    "Message",
    "MessageText",
    "OutboxEntry",
    "Outlet",
    "Remembered",
    "Silence",
]
