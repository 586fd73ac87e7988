"""The form of a hotel's check-outs: which qualify, who is added, which contacts are taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from staytrue.guests.accounts.rules import RELAY, Setting
from staytrue.guests.models import ContactType
from staytrue.web import checkout_words, words

_QUALIFYING = ("not_rate_codes", "not_channels", "not_segments", "groups", "day_use", "amount_min")


class SettingForm(forms.Form):
    """A setting as it stands, or as somebody fills it in."""

    def __init__(
        self,
        setting: Setting,
        types: Sequence[ContactType],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, label_suffix="", initial=_initial(setting))
        self._draw_qualifying()
        self.fields["adds_new"] = _switch(_("Add new guests to the CRM"), _(
            "When off, check-outs of guests who have an account still count for it; the others "
            "are counted and listed as “not added, by setting”."
        ))  # fmt: skip
        for name, kind, label in (
            ("phone_1", "phone", _("Phone 1 is their")),
            ("phone_2", "phone", _("Phone 2 is their")),
            ("email", "email", _("Main e-mail is their")),
        ):
            self.fields[name] = forms.ChoiceField(
                label=label, choices=_choices(types, kind, getattr(setting, name))
            )
        self.fields["email"].help_text = _(
            "A relay address of an OTA ends with the stay: it is never taken as the main one."
        )

    def _draw_qualifying(self) -> None:
        self.fields["not_rate_codes"] = forms.CharField(
            label=_("Not with these rate codes"), required=False, max_length=1_000,
            help_text=_("As the PMS writes them, with commas between."),
        )  # fmt: skip
        for name, label, table in (
            ("not_channels", _("Not through these channels"), words.CHANNEL),
            ("not_segments", _("Not of these segments"), words.SEGMENT),
        ):
            self.fields[name] = forms.MultipleChoiceField(
                label=label, required=False, choices=[*table.items()],
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.fields["groups"] = _switch(_("Stays booked by a group qualify"), "")
        self.fields["day_use"] = _switch(_("Day use qualifies"), "")
        self.fields["amount_min"] = forms.DecimalField(
            label=_("Only from this amount on"), required=False, min_value=0, decimal_places=2,
            max_digits=12, help_text=_("Of the whole stay, in the hotel’s currency. Empty: any."),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What was filled in, as the rules read it."""
        told = dict(self.cleaned_data)
        codes = told["not_rate_codes"].split(",")
        told["not_rate_codes"] = [code.strip() for code in codes if code.strip()]
        amount = told["amount_min"]
        told["amount_min"] = None if amount is None else str(amount)
        qualifying = {name: told.pop(name) for name in _QUALIFYING}
        return {"qualifying": qualifying, **told}

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [
            (_("Which stays qualify"), [self[name] for name in _QUALIFYING]),
            (_("New guests"), [self["adds_new"]]),
            (_("Contacts taken over"), [self[name] for name in ("phone_1", "phone_2", "email")]),
        ]


def _switch(label: str, hint: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=hint)


def _choices(types: Sequence[ContactType], kind: str, chosen: str) -> list[tuple[str, str]]:
    """The types that are offered; a retired one only where it is chosen still."""
    return [
        (each.code, checkout_words.typed(each.code, each.label))
        for each in types
        if each.kind == kind
        and each.code != RELAY
        and (each.retired_at is None or each.code == chosen)
    ]


def _initial(setting: Setting) -> dict[str, Any]:
    asked = setting.qualifying
    return {
        "not_rate_codes": ", ".join(asked.not_rate_codes),
        "not_channels": list(asked.not_channels),
        "not_segments": list(asked.not_segments),
        "groups": asked.groups,
        "day_use": asked.day_use,
        "amount_min": asked.amount_min,
        "adds_new": setting.adds_new,
        "phone_1": setting.phone_1,
        "phone_2": setting.phone_2,
        "email": setting.email,
    }
