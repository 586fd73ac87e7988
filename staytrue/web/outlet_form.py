"""Setting up a hotel's way out: first by which way, then only what that way asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from staytrue.hotel.models import Property
from staytrue.messages.carriers import choosing
from staytrue.messages.carriers.choosing import DRY_RUN, EMAIL, GATEWAY, SMS, SMTP
from staytrue.messages.carriers.smtp import SECURITIES, STARTTLS
from staytrue.web import sending_words
from staytrue.web.words import word

_SENDER = ("sender_address", "sender_name", "reply_to")
_COST = ("price", "currency")
_OWN: dict[str, tuple[str, ...]] = {
    "brevo": ("api_key",), "mailersend": ("api_token",),
    "mailgun": ("api_key", "sender_domain", "api_url"), "mailjet": ("api_key", "secret_key"),
    "mandrill": ("api_key",), "postal": ("api_key", "api_url"), "postmark": ("server_token",),
    "resend": ("api_key",), "sendgrid": ("api_key",), "sparkpost": ("api_key",),
}  # fmt: skip
"""What each provider calls its key, and what it asks besides."""
_HIDDEN = frozenset({"password", "address", "api_key", "api_token", "secret_key", "server_token"})
_OPTIONAL = frozenset(
    {"sender_name", "reply_to", "username", "password", "bounce_address", "per_minute", "api_url",
     "port", *_COST}
)  # fmt: skip


def ways() -> list[tuple[str, str]]:
    """Every way out: its key "channel:carrier", and what it is called."""
    return [
        (f"{channel}:{carrier}", sending_words.way(channel, carrier))
        for channel in (EMAIL, SMS)
        for carrier, form in choosing.FORMS.items()
        if channel in form.channels
    ]


def fields_of(channel: str, carrier: str) -> tuple[str, ...]:
    """What somebody is asked who sets this way up, in this order."""
    sender = _SENDER if channel == EMAIL else ()
    if carrier == SMTP:
        return (*sender, "host", "port", "security", "username", "password", "bounce_address",
                "per_minute")  # fmt: skip
    if carrier == GATEWAY:
        return ("address", *_COST)
    if carrier == DRY_RUN:
        return sender or _COST
    return (*sender, *_OWN[carrier], "per_minute")


class WayForm(forms.Form):
    """The first question: which hotel, and by which way."""

    def __init__(self, houses: Iterable[Property], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["hotel"] = forms.ChoiceField(
            label=_("Hotel"), choices=[(each.code, each.name) for each in houses]
        )
        self.fields["way"] = forms.ChoiceField(label=_("By which way"), choices=ways())


class OutletForm(forms.Form):
    """The second: what the mail server, provider or gateway wants, and in whose name."""

    def __init__(self, channel: str, carrier: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.channel, self.carrier = channel, carrier
        for name in fields_of(channel, carrier):
            self.fields[name] = self._field(name)

    def _field(self, name: str) -> forms.Field:
        label, hint = word(sending_words.SETTING, name), word(sending_words.HINT, name)
        asked: dict[str, Any] = {"label": label, "required": name not in _OPTIONAL}
        if name in sending_words.HINT:
            asked["help_text"] = hint
        if name == "security":
            return forms.ChoiceField(
                **asked, choices=[(each, each) for each in SECURITIES], initial=STARTTLS
            )
        if name == "port":
            return forms.IntegerField(**asked, min_value=1, max_value=65_535, initial=587)
        if name == "per_minute":
            return forms.IntegerField(**asked, min_value=0, initial=0)
        if name == "price":
            return forms.DecimalField(**asked, min_value=0, max_digits=8, decimal_places=4)
        if name in _HIDDEN:
            hide = forms.PasswordInput(attrs={"autocomplete": "off"})
            return forms.CharField(**asked, widget=hide, max_length=1_000)
        return forms.CharField(**asked, max_length=254)

    def values(self) -> dict[str, Any]:
        """What was said of the carrier."""
        return {
            name: str(told) if name == "price" else told
            for name, told in self.cleaned_data.items()
            if name not in _SENDER and told not in (None, "")
        }
