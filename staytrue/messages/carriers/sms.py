"""Text messages through a gateway that Apprise knows: one number, one text, one call."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import apprise

from staytrue.kit.errors import Misconfigured
from staytrue.messages.carriers import gateways
from staytrue.messages.carriers.base import Outcome, Outgoing, Result

TO = "{to}"
_ERROR = re.compile(r"error=(\d+)")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


class Sms:
    """A gateway by its Apprise address, in which `{to}` stands for the guest's number."""

    def __init__(self, gateway: str) -> None:
        if (
            TO not in gateway
            or apprise.Apprise.instantiate(_filled(gateway, "+34600000000")) is None
        ):
            raise Misconfigured(
                "The gateway's address is not one that Apprise reads, or says nowhere {to} for the "
                "guest's number. It looks like twilio://SID:TOKEN@FROM/{to}.",
                "gateway_unreadable",
            )
        self._gateway = gateway

    def hand_over(self, outgoing: Sequence[Outgoing]) -> Iterator[Outcome]:
        """One call to the gateway for each."""
        for message in outgoing:
            yield self._hand_over(message)

    def close(self) -> None:
        """Each call stands alone; there is nothing to hang up."""

    def _hand_over(self, message: Outgoing) -> Outcome:
        if not _NUMBER.fullmatch(message.address):
            return Outcome(Result.REFUSED, detail="not a number in international form",
                           facts={"code": "not_an_address"})  # fmt: skip
        line = apprise.Apprise.instantiate(_filled(self._gateway, message.address))
        # Why not, Apprise tells only its log.
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as told:  # type: ignore[no-untyped-call]
            if line is not None and line.notify(
                body=message.text, notify_type=apprise.NotifyType.INFO
            ):
                return Outcome(Result.ACCEPTED, str(message.public_id))
            code = _ERROR.search(told.getvalue())
        blocks = gateways.BLOCKED.get(gateways.gateway_of(self._gateway), frozenset())
        if code and code[1] in blocks:
            return Outcome(Result.REFUSED, detail="the guest stopped us at the gateway",
                           facts={"code": code[1], "blocked": True})  # fmt: skip
        # A gateway that took the text and then broke the line also looks like a no, and a text
        # must not come twice.
        return Outcome(Result.UNKNOWN, detail="the gateway did not confirm it")


def _filled(gateway: str, number: str) -> str:
    return gateway.replace(TO, quote(number, safe=""))
