"""Which carriers there are, what each must be told, and how one is made of its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from staytrue.kit.errors import Refused
from staytrue.messages.carriers.anymail import PROVIDERS, Anymail
from staytrue.messages.carriers.base import Carrier
from staytrue.messages.carriers.dry_run import DryRun
from staytrue.messages.carriers.sms import Sms
from staytrue.messages.carriers.smtp import SECURITIES, STARTTLS, Server, Smtp

EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS)
DRY_RUN, SMTP, GATEWAY = "dry_run", "smtp", "gateway"
# Whatever else a carrier is told counts for pacing and money, not for the line.
HOOKS = frozenset({"webhook_secret", "inbound_secret"})
"""By what a carrier proves itself when it calls us."""
COMMON = frozenset({"per_minute", "price", "currency", "bounce_address"}) | HOOKS


@dataclass(frozen=True)
class Form:
    """What a carrier wants to know; a secret is sealed and shown to nobody again."""

    channels: frozenset[str]
    needed: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Every setting it reads."""
        return self.needed | self.optional | self.secret | COMMON


_PROVIDER_SECRETS = HOOKS | {
    "api_key", "api_token", "server_token", "secret_key", "api_url", "sender_domain",
}  # fmt: skip
FORMS: Mapping[str, Form] = {
    DRY_RUN: Form(frozenset(CHANNELS)),
    SMTP: Form(
        frozenset({EMAIL}), frozenset({"host"}), frozenset({"port", "security", "username"}),
        frozenset({"password"}),
    ),
    GATEWAY: Form(frozenset({SMS}), secret=HOOKS | {"address"}),
    **{name: Form(frozenset({EMAIL}), secret=_PROVIDER_SECRETS) for name in PROVIDERS},
}  # fmt: skip


def check(channel: str, carrier: str, values: Mapping[str, Any]) -> None:
    """Refuse what no carrier could be made of."""
    form = FORMS.get(carrier)
    if form is None or channel not in form.channels:
        known = ", ".join(name for name, each in FORMS.items() if channel in each.channels)
        raise Refused(f"No carrier {carrier} for {channel}; there are: {known}.", "carrier_unknown")
    if unknown := values.keys() - form.names:
        raise Refused(
            f"{carrier} has no setting {', '.join(sorted(unknown))}; it reads "
            f"{', '.join(sorted(form.names))}.",
            "carrier_setting",
        )
    if missing := form.needed - values.keys():
        raise Refused(f"{carrier} needs {', '.join(sorted(missing))}.", "carrier_setting")
    if values.get("security", STARTTLS) not in SECURITIES:
        raise Refused(f"security is one of {', '.join(SECURITIES)}.", "carrier_setting")
    opened(carrier, values).close()


def opened(carrier: str, values: Mapping[str, Any]) -> Carrier:
    """The carrier of these settings; it connects at its first message."""
    told = {name: value for name, value in values.items() if name not in COMMON}
    if carrier == SMTP:
        return Smtp(Server(**told | {"port": int(told.get("port", 587))}))
    if carrier == GATEWAY:
        return Sms(str(told["address"]))
    if carrier == DRY_RUN:
        return DryRun()
    return Anymail(carrier, told)
